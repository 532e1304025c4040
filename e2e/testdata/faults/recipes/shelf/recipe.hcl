# A service that can be told to misbehave: it keeps one text in its volume,
# GET reads it and PUT replaces it.
recipe "shelf" {
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

  setting "behaviour" {
    type    = "string"
    default = "serve"
    label   = { fr = "Conduite", en = "Behaviour" }
    help    = { fr = "serve, deaf ou crash.", en = "serve, deaf or crash." }
  }
  setting "delay" {
    type    = "number"
    default = 0
    label   = { fr = "Retard, en secondes", en = "Delay, in seconds" }
    help    = { fr = "Avant de répondre.", en = "Before it answers." }
  }
  setting "within" {
    type    = "number"
    default = 30
    label   = { fr = "Patience, en secondes", en = "Patience, in seconds" }
    help    = { fr = "Avant de renoncer.", en = "Before giving up." }
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
    build {}
    read_only   = true
    environment = { BEHAVIOUR = setting.behaviour, DELAY = "${setting.delay}" }
    mount "data" { path = "/srv/shelf" }
    port "http" { number = 8080 }
    health {
      tcp    = { port = "http" }
      within = "${setting.within}s"
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
