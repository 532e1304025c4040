chaton {
  name     = "  " # error: Empty text
  domain   = "Chaton.Example.org" # error: Bad domain
  language = "de" # error: Unknown language
  contact  = "Ana <ana@example.org>" # error: Bad mail address
  contakt  = "x" # error: Unknown attribute
  recipes  = "../elsewhere" # error: Bad folder
  description = { fr = "Bonjour" } # error: Wrong form
}
gateway {
  https_port = 70000 # error: Port out of range
  http_port  = -1 # error: Port out of range
}
certificates {
  authority = "internl" # error: Unknown value
}
accounts {
  administrator {
    login    = "Root" # error: Bad login
    mail     = 5 # error: Wrong kind of value
    password = "hunter2" # error: Not allowed here
  }
}
