chaton {
  name    = "x"
  domain  = "chaton.example.org"
  contact = "contact@example.org"
}
mail {
  host          = "mail.localhost" # error: Bad host name
  encryption    = "none" # error: Password in the open
  from          = "chaton@example.org"
  user          = "chaton"
  password_file = "/etc/mail.password" # error: Bad file
}
