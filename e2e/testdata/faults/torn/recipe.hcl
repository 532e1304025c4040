# Its template works with some settings only.
recipe "torn" {
  version = "1"

  software {
    name          = "Shelf"
    version       = "1"
    licence       = "AGPL-3.0-or-later"
    source        = "https://example.org/shelf"
    documentation = "https://example.org/shelf/manual"
    category      = "pages"
    replaces      = ["a drawer"]
    title         = { fr = "Étagère", en = "Shelf" }
    summary       = { fr = "Garde un texte.", en = "Keeps a text." }
  }

  public = { fr = "Tout le monde peut lire et écrire.", en = "Anyone can read and write." }

  setting "page" {
    type    = "string"
    default = "1"
    label   = { fr = "Page", en = "Page" }
    help    = { fr = "Un nombre.", en = "A number." }
  }

  accounts "none" {}

  data "text" {
    what     = { fr = "Le texte.", en = "The text." }
    personal = false
    kept     = { fr = "Jusqu'au suivant.", en = "Until the next." }
    volume   = "data"
  }

  volume "data" {}

  unit "web" {
    image = "registry.invalid/torn:1@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    read_only   = true
    mount "data" { path = "/srv/shelf" }
    file "/etc/shelf/label" { template = "label.tmpl" }
    port "http" { number = 8080 }
    health {
      tcp    = { port = "http" }
      within = "30s"
    }
    limits {
      memory = "64M"
      pids   = 20
    }
    stop_timeout = "5s"
  }

  route "web" {
    unit = "web"
    port = "http"
    path = "/"
  }
}
