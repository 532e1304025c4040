# Everything that a recipe can hold.
recipe "pad" {
  version = "3"
  software {
    name          = "Pad"
    version       = "1.2"
    licence       = "AGPL-3.0-or-later"
    source        = "https://example.org/pad"
    documentation = "https://example.org/pad/docs"
    category      = "pads"
    replaces      = ["Google Docs"]
    title         = { fr = "Bloc-notes", en = "Pad" }
    summary       = { fr = "Écrire à plusieurs.", en = "Write together." }
  }
  public = setting.open ? { fr = "Tout.", en = "All." } : { fr = "Rien.", en = "Nothing." }

  setting "title" {
    type    = "string"
    default = "${chaton.name}: ${service.name}"
    label   = { fr = "Titre", en = "Title" }
    help    = { fr = "En haut.", en = "At the top." }
    check {
      condition = length(setting.title) <= 40
      message   = { fr = "Quarante lettres au plus.", en = "Forty letters at most." }
    }
  }
  setting "short" {
    type    = "string"
    default = upper(setting.title)
    label   = "Short"
  }
  setting "days" {
    type    = "number"
    default = 30
    label   = "Days"
    check {
      condition = setting.days >= 1
      message   = { fr = "Au moins un jour.", en = "At least one day." }
    }
  }
  setting "open" {
    type    = "bool"
    default = chaton.language == "fr"
    label   = "Open"
  }
  setting "plugins" {
    type    = "list"
    default = ["a", "b"]
    label   = "Plugins"
  }
  setting "key" {
    type  = "string"
    label = "Key"
  }

  secret "session" {}
  secret "pin" {
    length   = 16
    alphabet = "0123456789"
  }

  secret "token" {
    kind   = "hex"
    length = 16
    rotate = true
  }
  secret "signing" { kind = "ed25519" }

  accounts "ldap" {
    identity       = "uid"
    administrators = { fr = "Les admins administrent.", en = "Members of admins administer." }
    sign_up        = "closed"
  }

  data "pads" {
    what     = { fr = "Les textes.", en = "The texts." }
    personal = true
    kept     = { fr = "${setting.days} jours.", en = "${setting.days} days." }
    volume   = "data"
  }

  backup {
    volumes = ["data"]
    exclude = ["data/cache", "data/tmp/x"]
    before {
      unit    = "web"
      command = ["freeze"]
    }
    after {
      unit    = "web"
      command = ["thaw"]
    }
    check {
      unit    = "web"
      command = ["list"]
      expect  = "pads"
      timeout = "1m"
    }
  }
  restore {
    unit    = "web"
    command = ["reindex"]
  }
  export "member" {
    unit    = "web"
    command = ["export"]
    formats = ["text/plain", "application/json"]
    what    = { fr = "Ses textes.", en = "Their texts." }
  }
  erase "member" {
    unit    = "web"
    command = ["erase"]
    leaves  = { fr = "Les versions.", en = "Versions." }
  }
  usage "accounts" {
    label = { fr = "Comptes", en = "Accounts" }
    unit  = "sql"
    sql   = "SELECT count(*) FROM people"
  }
  usage "pads" {
    label = "Pads"
    unit  = "web"
    http  = { port = "http", path = "/stats", json = "pads.total" }
  }
  usage "bytes" {
    label   = "Bytes"
    unit    = "web"
    command = ["size"]
  }
  retention { logs = "14d" }
  requests {
    none       = false
    off        = { fr = "Éteintes.", en = "Off." }
    exceptions = { "fonts.example.org" = { fr = "Les polices.", en = "Fonts." } }
  }
  upgrade {
    from  = ["1", "2"]
    stops = ["2"]
    fixed = ["setting.title", "setting.plugins", "service.host"]
  }
  members     = { fr = "Écrire.", en = "Write." }
  limits_note = { fr = "Pas de couleurs.", en = "No colours." }

  volume "data" {}
  volume "db" {}

  companion "postgresql" "sql" {
    major   = 17
    memory  = "128M"
    options = { extensions = ["unaccent", "pg_trgm"] }
  }

  unit "db" {
    image              = "docker.io/library/postgres:17.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    secret_environment = true
    environment        = { POSTGRES_PASSWORD = secret.session }
    mount "db" { path = "/var/lib/postgresql/data" }
    port "sql" { number = 5432 }
    health {
      exec = { command = ["pg_isready", "-U", "postgres"] }
    }
  }

  unit "web" {
    build {
      args = { DAYS = setting.days }
      source "pad" {
        url   = "https://example.org/pad-1.2.tar.gz"
        sum   = "h1:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        strip = 1
      }
    }
    user         = "33:33"
    entrypoint   = ["/start"]
    command      = ["serve", "--host", service.host]
    capabilities = ["NET_BIND_SERVICE"]
    egress       = true
    read_only    = true
    tmpfs        = ["/tmp"]
    environment  = { URL = route.web.url, DAYS = setting.days, OPEN = setting.open }
    mount "data" {
      path      = "/data"
      read_only = true
    }
    file "/etc/pad/config.php" {
      template = "config.php.tmpl"
      mode     = "0440"
    }
    file "/etc/pad/database.json" {
      content = jsonencode({
        url  = companion.sql.url, host = companion.sql.host, port = companion.sql.port, user = companion.sql.user
        name = companion.sql.database, password = companion.sql.password, kind = "${companion.sql.kind} ${companion.sql.major}"
      })
    }
    file "/etc/pad/signing.pem" { content = secret.signing.private }
    file "/etc/pad/signing.pub" { content = secret.signing.public }
    file "/etc/pad/token" { content = secret.token }
    file "/etc/pad/public.json" {
      content = jsonencode({ title = setting.title, plugins = setting.plugins })
    }
    file "/etc/pad/bind" {
      content = directory.bind_password
      owner   = "0:33"
      mode    = "0440"
    }
    port "http" { number = 8080 }
    port "chat" { number = 7000 }
    health {
      http    = { port = "http", path = "/health", host = service.host, status = [200, 204] }
      timeout = "2s"
      within  = "5m"
    }
    limits {
      memory = "1G"
      pids   = 50
      cpus   = 0.5
    }
    needs        = ["db", "sql"]
    stop_timeout = "30s"
  }

  route "web" {
    unit    = "web"
    port    = "http"
    upload  = "2G"
    timeout = "10m"
    headers = { "X-Frame-Options" = "DENY" }
    deny    = ["/install.php", "/admin/setup"]
  }
  route "api" {
    unit = "web"
    port = "http"
    host = "${element(split(".", service.host), 0)}-api"
    path = "/v1"
  }
  route "old" {
    unit  = "web"
    port  = "http"
    path  = "/old"
    hosts = ["www.${service.host}", "pad-old"]
  }

  listen "chat" {
    unit     = "web"
    protocol = "tcp"
    port     = "chat"
    public   = 5222
  }
  listen "media" {
    unit     = "web"
    protocol = "udp"
    ports    = "10000-10010"
  }

  job "install" {
    when       = "first"
    unit       = "web"
    entrypoint = ["/usr/bin/env"]
    command    = ["install", "--title", setting.title]
    timeout    = "5m"
  }
  job "migrate" {
    when    = ["first", "upgrade"]
    unit    = "web"
    inside  = true
    command = ["migrate"]
  }
  schedule "clean" {
    unit    = "web"
    every   = "1d"
    command = ["clean", tostring(setting.days)]
  }
  tool "users" {
    unit    = "web"
    command = ["users"]
    help    = { fr = "Gérer les comptes.", en = "Manage accounts." }
  }
}
