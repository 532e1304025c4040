chaton {
  name = "x"
  contact = "a@b.org"
  domain = "bücher.example.org" # error: Bad domain
}
