chaton {
  name = "x
  domain = 5
