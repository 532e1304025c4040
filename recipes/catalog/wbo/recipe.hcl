# What is decided here, and why:
#
# - It is upstream's image as it is, with one page of ours in place of the first:
#   that one speaks of a board open to all strangers and leads to others' sites.
# - WBO has no accounts. The gateway signs members in before every page and every
#   drawing (access = "members"), or lets in whoever knows the address of a board
#   ("link"). On a board people have made-up names, and what they draw says nothing
#   of who drew it, so nothing here belongs to one member.
# - How fast somebody may draw is counted by member, not by address: a whole
#   association comes from one. Where there are no members it is by address, and
#   ten times as much.
# - Its rules for strangers, with their moderators elsewhere, are closed: nobody is
#   a moderator here, and nobody can empty a board at one stroke.
# - No log says who opened which board: only errors are written (an answer that
#   failed comes with the login, or with "link" the address, of who asked).
# - Boards stay until the host removes them, or says after how many days ("forget").
#
# Upstream's image could not be had where the catalog is made. It was tried against
# WBO 2.17.0 put together there from its sources, with the libraries of its lock, on
# Debian instead of Alpine (with Alpine's shell, BusyBox), with Node 24 and, as
# there, the right to low ports laid on it: same folders, user and command.
recipe "wbo" {
  version = "1"

  software {
    name          = "WBO"
    version       = "2.17.0"
    licence       = "AGPL-3.0-or-later"
    source        = "https://github.com/lovasoa/whitebophir"
    documentation = "https://github.com/lovasoa/whitebophir#readme"
    category      = "pads"
    replaces      = ["Miro", "Google Jamboard", "Microsoft Whiteboard"]
    title         = { fr = "Tableau blanc", en = "Whiteboard" }
    summary = {
      fr = "Dessiner à plusieurs sur un grand tableau, en même temps."
      en = "Drawing together on a large board, at the same time."
    }
  }

  public = setting.access == "link" ? {
    fr = "Qui connaît l'adresse d'un tableau peut le voir, y dessiner et y gommer. Tout le monde peut en créer."
    en = "Whoever knows the address of a board can see it, draw on it and erase what is there. Anyone can make one."
    } : {
    fr = "Rien : seuls les membres voient et dessinent."
    en = "Nothing: only members see and draw."
  }
  members = {
    fr = "Donnez un nom à un tableau et partagez son adresse : crayon, lignes, formes et texte, à plusieurs et en direct. L'outil « Télécharger » en fait un fichier SVG, qui s'ouvre dans Inkscape ou un navigateur."
    en = "Give a board a name and share its address: pencil, lines, shapes and text, several people at once. The tool \"Download\" makes an SVG file of it, which Inkscape or a browser opens."
  }
  limits_note = {
    fr = "Il n'y a pas de liste des tableaux : on garde leurs adresses. Qui connaît le nom d'un tableau y accède et peut tout y gommer, sans retour possible, et rien ne dit qui a dessiné quoi : les noms affichés sont inventés${setting.access == "members" ? ", mais leur premier mot reste le même pour un même compte" : ""}. « Signaler » quelqu'un ne prévient personne et coupe un instant les deux connexions. Un membre suspendu perd l'accès en 5 minutes au plus, mais un tableau déjà ouvert le reste jusqu'à ce que sa page se ferme. Pas d'images ni de fichiers."
    en = "There is no list of boards: their addresses are to be kept. Whoever knows the name of a board gets there and can erase everything on it, for good, and nothing says who drew what: the names shown are made up${setting.access == "members" ? ", but their first word stays the same for one account" : ""}. To \"report\" somebody tells nobody and cuts both connections for a moment. A suspended member is kept out within 5 minutes, but a board that is open stays open until its page closes. No images and no files."
  }

  setting "title" {
    type    = "string"
    default = chaton.language == "fr" ? "Tableau blanc · ${chaton.name}" : "Whiteboard · ${chaton.name}"
    label   = { fr = "Titre", en = "Title" }
    help    = { fr = "De la première page.", en = "Of the first page." }
    check {
      condition = length(trimspace(setting.title)) > 0
      message   = { fr = "Donnez un titre.", en = "Give it a title." }
    }
  }

  setting "access" {
    type    = "string"
    default = "members"
    label   = { fr = "Qui entre", en = "Who gets in" }
    help = {
      fr = "« members » : les membres, avec leur compte ; « link » : toute personne qui connaît l'adresse d'un tableau, sans compte."
      en = "\"members\", with their account, or \"link\": whoever knows the address of a board, without an account."
    }
    check {
      condition = contains(["members", "link"], setting.access)
      message   = { fr = "Écrivez \"members\" ou \"link\".", en = "Write \"members\" or \"link\"." }
    }
  }

  setting "text" {
    type    = "string"
    default = ""
    label   = { fr = "Mot d'accueil", en = "Word of welcome" }
    help    = { fr = "Sur la première page, par exemple les noms des tableaux de tous ; vide par défaut.", en = "On the first page, for example the names of boards for all; empty by default." }
    check {
      condition = length(setting.text) <= 2000
      message   = { fr = "Écrivez au plus 2000 caractères.", en = "Write at most 2000 characters." }
    }
  }

  setting "forget" {
    type    = "number"
    default = 0
    label   = { fr = "Oublier les tableaux abandonnés", en = "Forgetting abandoned boards" }
    help = {
      fr = "Après tant de jours sans changement, un tableau est effacé ; au moins 30, et 0 pour jamais. Voyez d'abord ce qui partirait : ronron run wbo boards -- old 365."
      en = "After so many days without a change, a board is removed; 30 at least, and 0 for never. Look first at what would go: ronron run wbo boards -- old 365."
    }
    check {
      condition = setting.forget == 0 || setting.forget >= 30 && setting.forget <= 36500 && setting.forget == floor(setting.forget)
      message   = { fr = "Écrivez 0, ou un nombre entier de jours, au moins 30.", en = "Write 0, or a whole number of days, 30 at least." }
    }
  }

  accounts "header" {
    identity       = "uid"
    administrators = { fr = "Personne : il n'y a rien à administrer.", en = "Nobody: there is nothing to administer." }
    sign_up        = "closed" # WBO has no accounts of its own
    header         = { user = "Remote-User" }
  }

  data "boards" {
    what = {
      fr = "Les tableaux et ce qui y est dessiné, sans dire de qui c'est."
      en = "Boards and what is drawn on them, without saying whose it is."
    }
    personal = false
    kept = setting.forget == 0 ? {
      fr = "Jusqu'à ce que l'hébergeur efface le tableau."
      en = "Until the host removes the board."
      } : {
      fr = "Jusqu'à ce que personne ne l'ait changé pendant ${setting.forget} jours."
      en = "Until nobody changed it for ${setting.forget} days."
    }
    volume = "data"
  }

  volume "data" {}

  unit "web" {
    image = "lovasoa/wbo:v2.17.0"
    user  = "1000:1000"
    # Upstream's Node asks for it and does not start without; no new rights come
    # of it, and the port here is not a low one.
    capabilities = ["NET_BIND_SERVICE"]
    read_only    = true
    tmpfs        = ["/tmp"]
    environment = {
      NODE_ENV                            = "production"
      PORT                                = "8080"
      LOG_LEVEL                           = "error"
      WBO_HISTORY_DIR                     = "/opt/app/server-data"
      WBO_IP_SOURCE                       = setting.access == "link" ? "X-Forwarded-For" : "Remote-User"
      WBO_MAX_EMIT_COUNT                  = setting.access == "link" ? "*:2500/5s" : "*:250/5s"
      WBO_MAX_CONSTRUCTIVE_ACTIONS_PER_IP = setting.access == "link" ? "*:400/10s" : "*:40/10s"
      WBO_MAX_DESTRUCTIVE_ACTIONS_PER_IP  = setting.access == "link" ? "*:1900/60s" : "*:190/60s"
      WBO_MAX_TEXT_CREATIONS_PER_IP       = setting.access == "link" ? "*:20/1s" : "*:2/1s"
    }

    mount "data" { path = "/opt/app/server-data" }
    file "/opt/app/client-data/index.html" {
      template = "index.html.tmpl"
    }
    file "/etc/ronron/boards.mjs" {
      template = "boards.mjs.tmpl"
    }

    port "http" { number = 8080 }
    health {
      http   = { port = "http", path = "/favicon.ico" }
      within = "60s"
    }
    # Measured: 41 MB at rest, 142 MB with 30 people who draw on three boards.
    limits {
      memory = "384M"
      pids   = 64
    }
    stop_timeout = "15s"
  }

  route "web" {
    unit    = "web"
    port    = "http"
    path    = "/"
    enter   = setting.access == "members" ? "members" : "anyone"
    upload  = "2M"
    timeout = "60s"
    deny    = ["/rules"]
    # What members drew must not stay in caches on the way; browsers ask again.
    headers = {
      "Cache-Control"           = "private, no-cache"
      "Content-Security-Policy" = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors ${setting.access == "link" ? "*" : "'self'"}"
      "Referrer-Policy"         = "same-origin"
    }
  }

  # Browsers ask for it without saying who they are; it holds names of icons.
  route "manifest" {
    unit = "web"
    port = "http"
    path = "/manifest.json"
  }

  # A board that is removed while people have it open shows them an empty one at
  # the next stroke: WBO sees that its file is gone, and does not write it again.
  tool "boards" {
    unit    = "web"
    command = ["node", "/etc/ronron/boards.mjs"]
    help    = { fr = "Les tableaux : list, old JOURS, remove NOM.", en = "Boards: list, old DAYS, remove NAME." }
  }

  schedule "forget" {
    unit    = "web"
    every   = "1d"
    inside  = true
    command = ["node", "/etc/ronron/boards.mjs", "forget", tostring(setting.forget)]
    timeout = "10m"
  }

  # A board is written whole beside the one before and takes its place at once, so
  # that a copy of the folder is sound at any moment.
  backup {
    volumes = ["data"]
    check {
      unit    = "web"
      command = ["node", "/etc/ronron/boards.mjs", "check"]
      expect  = "whole"
      timeout = "10m"
    }
  }

  # Nothing here belongs to one member: an empty archive.
  export "member" {
    unit    = "web"
    command = ["head", "-c", "10240", "/dev/zero"]
    formats = []
    what    = { fr = "Rien : un tableau ne dit pas qui y a dessiné, et chacun peut le télécharger.", en = "Nothing: a board does not say who drew on it, and everyone can download it." }
  }
  erase "member" {
    unit    = "web"
    command = ["true"]
    leaves  = { fr = "Les tableaux, qui ne disent pas qui y a dessiné. Un nom écrit sur l'un d'eux y reste.", en = "Boards, which do not say who drew on them. A name written on one stays there." }
  }

  usage "documents" {
    label   = { fr = "Tableaux", en = "Boards" }
    unit    = "web"
    command = ["node", "/etc/ronron/boards.mjs", "count"]
  }
  usage "bytes" {
    label   = { fr = "Octets", en = "Bytes" }
    unit    = "web"
    command = ["node", "/etc/ronron/boards.mjs", "bytes"]
  }
  # Errors only, to the container's output, which Ronron bounds.
  retention { logs = "0s" }
  requests {
    none = true
    off = {
      fr = "Le service n'a pas de sortie vers Internet, et ses pages ne peuvent rien charger d'ailleurs."
      en = "The service has no way out to the Internet, and its pages can load nothing from elsewhere."
    }
  }
  upgrade { from = [] }
}
