# A door that asks the portal who is there: Apache with mod_auth_openidc, which is
# certified as a client of OpenID Connect. It proves the provider with software that
# finds everything by itself and checks every signature.
recipe "door" {
  version = "1"
  software {
    name     = "Apache HTTP Server"
    version  = "2.4"
    licence  = "Apache-2.0"
    source   = "https://github.com/apache/httpd"
    category = "site"
    title    = { fr = "Porte", en = "Door" }
    summary  = { fr = "Une porte d'essai.", en = "A door to try." }
  }
  public = { fr = "Rien.", en = "Nothing." }

  secret "session" { length = 43 }

  accounts "oidc" {
    identity   = "sub"
    redirect   = ["/-/signed-in"]
    signed_out = ["/out"]
    sign_up    = "closed"
  }

  volume "notes" {}
  data "notes" {
    what     = { fr = "Des notes.", en = "Notes." }
    personal = true
    kept     = { fr = "Le temps de l'essai.", en = "For the test." }
    volume   = "notes"
  }

  unit "web" {
    build {}
    user       = "33:33"
    entrypoint = ["apache2", "-D", "FOREGROUND", "-f", "/etc/ronron/apache.conf"]
    read_only  = true
    tmpfs      = ["/tmp"]
    mount "notes" { path = "/srv/notes" }
    file "/etc/ronron/apache.conf" {
      template = "apache.conf.tmpl"
      owner    = "0:33"
      mode     = "0440"
    }
    file "/etc/ronron/ca.pem" { content = oidc.ca }
    port "http" { number = 8080 }
    health { tcp = { port = "http" } }
    limits {
      memory = "128M"
      pids   = 100
    }
  }
  route "web" {
    unit = "web"
    port = "http"
  }
}
