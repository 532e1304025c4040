chaton {
  name    = "x"
  domain  = "chaton.example.org"
  contact = "contact@example.org"
  recipes = "recipes"
}
mail {
  host       = "127.0.0.1" # error: Bad host name
  port       = 99999 # error: Port out of range
  encryption = "ssl" # error: Unknown value
  from       = "Chaton <chaton@example.org>" # error: Bad mail address
  user       = "chaton" # error: Password missing
  password   = "hunter2" # error: Not allowed here
}
