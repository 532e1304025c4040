# Everything that a chaton.hcl can hold.
chaton {
  name        = "Le chaton de démo"
  domain      = "chaton.localhost"
  language    = "fr"
  contact     = "contact@chaton.localhost"
  description = { fr = "Un chaton pour essayer.", en = "A chaton to try." }
  recipes     = "recipes"
}
gateway {
  https_port = 8443
  http_port  = 8080
}
certificates { authority = "internal" }
accounts {
  administrator {
    login = "admin"
    name  = "Ana"
    mail  = "admin@chaton.localhost"
  }
}
mail {
  host          = "smtp.example.org"
  port          = 2525
  encryption    = "tls"
  from          = "chaton@example.org"
  user          = "chaton"
  password_file = "mail.password"
}
service "wiki" {
  recipe   = "dokuwiki"
  host     = "wiki"
  title    = { fr = "Le wiki", en = "The wiki" }
  enter    = ["members", "board"]
  settings = { title = "Notre wiki", sidebar = true, private = ["bureau"] }
}
service "pages" {
  recipe = "pages"
}
service "shop" {
  recipe = "pages"
  host   = "shop.example.org"
}
charter {
  legal_name   = "Association du chaton"
  legal_form   = "association"
  country      = "FR"
  provider     = "Chez nous"
  control      = "owned"
  terms        = "https://chaton.localhost/terms"
  funding      = "Dons / gifts"
  declarations = { "S-01" = { fr = "oui", en = "yes" } }
}
