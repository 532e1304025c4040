# A chaton for breaking things. Tests put their domain and ports in, and the
# services at the end.
chaton {
  name     = "Un chaton en panne"
  domain   = "chaton.localhost"
  language = "fr"
  contact  = "contact@chaton.localhost"
  recipes  = "recipes"
}

gateway {
  https_port = 8443
  http_port  = 8080
}

certificates {
  authority = "internal"
}

accounts {
  administrator {
    login = "admin"
    name  = "Administration"
    mail  = "admin@chaton.localhost"
  }
}
