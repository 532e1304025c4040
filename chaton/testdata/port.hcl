chaton {
  name = "x"
  contact = "a@b.org"
  domain = "localhost" # error: Bad domain
}
gateway { https_port = 80 } # error: One port for two things
