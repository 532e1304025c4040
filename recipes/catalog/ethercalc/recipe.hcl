# What is decided here, and why:
#
# - It is upstream's image as it is, with one page of ours in place of the first:
#   that one is in English alone and shows what only its authors' own site has.
# - EtherCalc has no accounts. The gateway signs members in before every page
#   (access = "members"), or lets in whoever knows the address of a sheet ("link").
#   Sheets say nothing of who wrote what, so nothing here belongs to one member.
# - The lists of sheets, the door for migrations, that for old clients and the
#   trigger of e-mails are closed.
# - The server would take no notice of being asked to stop: the shell in front of
#   it passes that on.
#
# Upstream's image could not be had where the catalog is made. It was tried against
# EtherCalc 0.20260717.0 and SocialCalc 3.1.0 put together there from their sources
# the way its Dockerfile does, on Debian with Bun 1.3.14, without what only its
# tests need, and with libraries of the versions it allows rather than its lock's.
recipe "ethercalc" {
  version = "1"

  software {
    name          = "EtherCalc"
    version       = "0.20260717.0"
    licence       = "CPAL-1.0 AND Artistic-2.0 AND CC0-1.0 AND MIT AND Apache-2.0 AND MPL-2.0"
    source        = "https://github.com/audreyt/ethercalc"
    documentation = "https://docs.ethercalc.net/"
    category      = "pads"
    replaces      = ["Google Sheets", "Microsoft Excel Online"]
    title         = { fr = "Tableur", en = "Spreadsheets" }
    summary = {
      fr = "Remplir un tableau à plusieurs, en même temps."
      en = "Filling in a spreadsheet together, at the same time."
    }
  }

  public = setting.access == "link" ? {
    fr = "Qui connaît l'adresse d'une feuille peut la lire, la modifier et la vider. Tout le monde peut en créer."
    en = "Whoever knows the address of a sheet can read it, change it and empty it. Anyone can make one."
    } : {
    fr = "Rien : seuls les membres lisent et écrivent."
    en = "Nothing: only members read and write."
  }
  members = {
    fr = "Donnez un nom à une feuille et partagez son adresse, ou déposez un fichier CSV, ODS ou XLSX sur la première page. On y calcule à plusieurs, et on l'exporte dans les mêmes formats : /_/NOM/xlsx, /_/NOM/ods, /_/NOM/csv."
    en = "Give a sheet a name and share its address, or put a CSV, ODS or XLSX file on the first page. Several people calculate in it, and it is exported in the same formats: /_/NAME/xlsx, /_/NAME/ods, /_/NAME/csv."
  }
  limits_note = {
    fr = "Il n'y a pas de liste des feuilles : on garde leurs adresses. Qui connaît le nom d'une feuille y accède et peut la vider, et rien ne dit qui a écrit quoi. Un membre suspendu perd l'accès en 5 minutes au plus, mais une feuille déjà ouverte le reste jusqu'à ce que sa page se ferme. Le nom d'une feuille n'a pas d'accents : une adresse tapée avec des accents s'ouvre, mais s'exporte vide. Pas d'impression soignée, pas de macros."
    en = "There is no list of sheets: their addresses are to be kept. Whoever knows a name gets there and can empty the sheet, and nothing says who wrote what. A suspended member is kept out within 5 minutes, but a sheet that is open stays open until its page closes. The name of a sheet has no accents: an address that is typed with accents opens, but is exported empty. No fine printing, no macros."
  }

  setting "title" {
    type    = "string"
    default = chaton.language == "fr" ? "Tableur · ${chaton.name}" : "Spreadsheets · ${chaton.name}"
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
      fr = "« members » : les membres, avec leur compte ; « link » : toute personne qui connaît l'adresse d'une feuille, sans compte."
      en = "\"members\", with their account, or \"link\": whoever knows the address of a sheet, without an account."
    }
    check {
      condition = contains(["members", "link"], setting.access)
      message   = { fr = "Écrivez \"members\" ou \"link\".", en = "Write \"members\" or \"link\"." }
    }
  }

  setting "upload" {
    type    = "number"
    default = 10
    label   = { fr = "Taille d'un fichier importé", en = "Size of an imported file" }
    help    = { fr = "En mégaoctets, de 1 à 25.", en = "In megabytes, from 1 to 25." }
    check {
      condition = setting.upload >= 1 && setting.upload <= 25 && setting.upload == floor(setting.upload)
      message   = { fr = "Écrivez un nombre entier de 1 à 25.", en = "Write a whole number from 1 to 25." }
    }
  }

  accounts "header" {
    identity       = "uid"
    administrators = { fr = "Personne : il n'y a rien à administrer.", en = "Nobody: there is nothing to administer." }
    sign_up        = "closed" # EtherCalc's own accounts are off, and it looks at no header
    header         = { user = "Remote-User" }
  }

  data "sheets" {
    what = {
      fr = "Les feuilles, leurs dernières modifications et leur discussion, sans dire de qui elles sont."
      en = "Sheets, their last changes and their chat, without saying whose they are."
    }
    personal = false
    kept     = { fr = "Jusqu'à ce qu'on efface la feuille.", en = "Until the sheet is removed." }
    volume   = "data"
  }

  volume "data" {}

  unit "web" {
    image      = "audreyt/ethercalc:0.20260717.0"
    user       = "1000:1000"
    entrypoint = ["bash", "-c", "trap 'kill $server' TERM; bash /app/bin/workerd-entrypoint.sh & server=$!; wait $server"]
    read_only  = true
    tmpfs      = ["/tmp"]
    environment = {
      ETHERCALC_PORT               = "8000"
      ETHERCALC_HOST               = "0.0.0.0"
      ETHERCALC_DATA_DIR           = "/data"
      ETHERCALC_DISABLE_ROOM_INDEX = "1"
    }

    mount "data" { path = "/data" }
    file "/app/assets/start.html" {
      template = "start.html.tmpl"
    }

    port "http" { number = 8000 }
    health {
      http   = { port = "http", path = "/_health" }
      within = "60s"
    }
    limits {
      memory = "512M"
      pids   = 100
    }
    stop_timeout = "10s"
  }

  route "web" {
    unit    = "web"
    port    = "http"
    path    = "/"
    enter   = setting.access == "members" ? "members" : "anyone"
    upload  = "${setting.upload}M"
    timeout = "60s"
    deny    = ["/_health", "/_rooms", "/_roomlinks", "/_roomtimes", "/_exists", "/_migrate", "/_timetrigger", "/socket.io", "/manifest.appcache"]
    # EtherCalc writes scripts and styles into its pages, and lets every site read
    # its answers: here none may, unless sheets are open to all anyway.
    headers = {
      "Content-Security-Policy"     = "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors ${setting.access == "link" ? "*" : "'self'"}"
      "Access-Control-Allow-Origin" = setting.access == "link" ? "*" : ""
    }
  }

  # Browsers ask for it without saying who they are; it holds names of icons.
  route "manifest" {
    unit = "web"
    port = "http"
    path = "/manifest.json"
  }

  tool "remove" {
    unit    = "web"
    command = ["sh", "-c", "curl --fail --silent --show-error --output /dev/null --request DELETE \"http://127.0.0.1:8000/_/$1\"", "remove"]
    help    = { fr = "Efface une feuille, par son nom tel que dans son adresse.", en = "Removes a sheet, by its name as in its address." }
  }

  backup {
    volumes = ["data"]
    check {
      unit    = "web"
      command = ["sh", "-c", "ls /data/do/ethercalc-roomdo-v1 | grep -c '\\.sqlite$'"]
    }
  }

  # Nothing here belongs to one member.
  export "member" {
    unit    = "web"
    command = ["tar", "--create", "--files-from=/dev/null"]
    formats = []
    what    = { fr = "Rien : une feuille ne dit pas qui l'a remplie, et chacun peut l'exporter.", en = "Nothing: a sheet does not say who filled it in, and everyone can export it." }
  }
  erase "member" {
    unit    = "web"
    command = ["true"]
    leaves  = { fr = "Les feuilles, qui ne disent pas qui les a remplies. Un nom écrit dans une case y reste.", en = "Sheets, which do not say who filled them in. A name written in a cell stays there." }
  }

  usage "documents" {
    label   = { fr = "Feuilles", en = "Sheets" }
    unit    = "web"
    command = ["sh", "-c", "ls /data/do/ethercalc-roomdo-v1 2>/dev/null | grep '\\.sqlite$' | grep -cv '^metadata' || true"]
  }
  usage "bytes" {
    label   = { fr = "Octets", en = "Bytes" }
    unit    = "web"
    command = ["sh", "-c", "du -sb /data | cut -f1"]
  }
  # What is written to the container's output names no one, and Ronron bounds it.
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
