recipe "secrets" {
  software {
    name     = "X"
    version  = "1"
    licence  = "MIT"
    source   = "https://example.org/x"
    category = "test"
    title    = "X"
    summary  = "X."
  }
  version = "1"
  public  = "Nothing."

  accounts "ldap" {}
  secret "key" {}
  setting "days" {
    type    = "number"
    default = length(directory.bind_password) # error: Secret in the open
    label   = "x"
  }
  data "x" {
    what     = "x ${secret.key}" # error: Secret in the open
    personal = false
    kept     = "x"
  }
  unit "web" {
    build { args = { KEY = secret.key } } # error: Secret in the open
    user        = "u${secret.key}" # error: Secret in the open
    entrypoint  = ["/start", "--key=${base64encode(secret.key)}"] # error: Secret in the open
    command     = [for x in ["a"] : "${x}${directory.bind_password}"] # error: Secret in the open
    environment = { A = "x", B = sha256(secret.key), C = mail.password } # error: Secret in the open # error: Secret in the open
    file "/etc/open" {
      content = "key=${secret.key}"
      mode    = "0644" # error: Secret readable by all
    }
    file "/etc/template" {
      template = "key.tmpl"
      mode     = "0444" # error: Secret readable by all
    }
    port "http" { number = 80 }
    health {
      http = { port = "http", path = "/${secret.key}" } # error: Secret in the open
    }
  }
  unit "image" {
    image = "x/y:${secret.key}" # error: Secret in the open
  }
  route "web" {
    unit    = "web"
    port    = "http"
    path    = "/${secret.key}" # error: Secret in the open
    headers = { "X-Key" = secret.key } # error: Secret in the open
    deny    = ["/${secret.key}"] # error: Secret in the open
  }
}
