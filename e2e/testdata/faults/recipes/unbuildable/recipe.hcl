# Its build fails.
recipe "unbuildable" {
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

  accounts "none" {}

  data "text" {
    what     = { fr = "Le texte.", en = "The text." }
    personal = false
    kept     = { fr = "Jusqu'au suivant.", en = "Until the next." }
    volume   = "data"
  }

  volume "data" {}

  unit "web" {
    build {}
    read_only   = true
    mount "data" { path = "/srv/shelf" }
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
