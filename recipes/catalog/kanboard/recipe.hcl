# What is decided here, and why:
#
# - The image is upstream's own, with one plugin of ours laid on it. It was not to be
#   had where this recipe was made: it was tried against Kanboard 1.2.53, nginx and
#   PHP-FPM 8.4 put together on Debian under the image's name, with upstream's paths.
# - Neither nginx nor PHP runs as root, and nothing but the volume can be written:
#   upstream's own start needs root, makes a certificate, and lets PHP write into the
#   folder of plugins.
# - Everything is in one SQLite file, and uploads beside it: a collective's boards
#   need no second unit. A backup takes the database as it is at one moment.
# - Kanboard's own LDAP would ask at the sign-in and never again. The plugin asks
#   instead: whoever signs in is one of the groups in "enter", and every session is
#   checked again after 15 seconds; while the directory does not answer, who is signed
#   in stays so for 10 minutes. Nobody has a password of Kanboard's own, and the
#   account admin/admin is gone before the service can be reached.
# - Administrators of the chaton are Kanboard's, and can open every board: it knows no
#   other kind.
# - The programming interface, calendars by secret address, webhooks, plugins from
#   the browser, staying signed in and invitations are off: each would go on working
#   for somebody who has left. What Kanboard fetches from elsewhere is off too.
# - No address of a visitor is kept, and no log names anybody.
recipe "kanboard" {
  version = "1"
  parts   = ["php-directory"]

  software {
    name          = "Kanboard"
    version       = "1.2.53"
    licence       = "MIT"
    source        = "https://github.com/kanboard/kanboard"
    documentation = "https://docs.kanboard.org/"
    category      = "tasks"
    replaces      = ["Trello", "Asana"]
    title         = { fr = "Tableaux de tâches", en = "Task boards" }
    summary = {
      fr = "S'organiser à plusieurs : des cartes que l'on déplace de « à faire » à « fait »."
      en = "Getting organised together: cards that are moved from \"to do\" to \"done\"."
    }
  }

  public = setting.share ? {
    fr = "Qui a le lien d'un tableau que ses responsables ont rendu public peut le lire."
    en = "Whoever has the link of a board that its managers made public can read it."
    } : {
    fr = "Rien : seuls les membres peuvent lire."
    en = "Nothing: only members can read."
  }
  members = {
    fr = "Tenir des tableaux, seul ou à plusieurs ; y mettre des cartes avec leurs échéances, commentaires et fichiers."
    en = "Keep boards, alone or together, with cards that have due dates, comments and files."
  }
  limits_note = {
    fr = "Ni application mobile ni agenda ne peut s'y connecter, et aucune extension ne s'ajoute depuis le navigateur. Les administrateurs peuvent ouvrir tous les tableaux."
    en = "No phone app or calendar can connect to it, and no plugin can be added from the browser. Administrators can open every board."
  }

  setting "language" {
    type    = "string"
    default = contains(["fr", "en", "ca", "de", "es", "it", "nl"], chaton.language) ? chaton.language : "en"
    label   = { fr = "Langue", en = "Language" }
    help    = { fr = "Pour qui n'en choisit pas une autre : fr, en, ca, de, es, it ou nl.", en = "For whoever chooses no other: fr, en, ca, de, es, it or nl." }
    check {
      condition = contains(["fr", "en", "ca", "de", "es", "it", "nl"], setting.language)
      message   = { fr = "Choisissez fr, en, ca, de, es, it ou nl.", en = "Choose fr, en, ca, de, es, it or nl." }
    }
  }

  setting "boards" {
    type    = "string"
    default = "members"
    label   = { fr = "Qui crée un tableau partagé", en = "Who may make a shared board" }
    help    = { fr = "« members » : tous les membres ; « administrators » : les administrateurs. Tout membre peut créer un tableau pour lui seul.", en = "\"members\", or \"administrators\" only. Any member may make a board for themselves alone." }
    check {
      condition = contains(["members", "administrators"], setting.boards)
      message   = { fr = "Écrivez \"members\" ou \"administrators\".", en = "Write \"members\" or \"administrators\"." }
    }
  }

  setting "share" {
    type    = "bool"
    default = false
    label   = { fr = "Tableaux publics", en = "Public boards" }
    help    = { fr = "Les responsables d'un tableau peuvent le montrer à qui en a le lien, sans compte.", en = "Managers of a board may show it to whoever has its link, without an account." }
  }

  setting "timezone" {
    type    = "string"
    default = "Europe/Paris"
    label   = { fr = "Fuseau horaire", en = "Time zone" }
    help    = { fr = "Des heures affichées : Europe/Paris, UTC…", en = "Of the times shown: Europe/Paris, UTC…" }
    check {
      condition = length(regexall("^(UTC|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_-]+)+)$", setting.timezone)) == 1
      message   = { fr = "Écrivez un fuseau comme Europe/Paris ou UTC.", en = "Write a time zone such as Europe/Paris or UTC." }
    }
  }

  secret "key" { length = 64 }

  accounts "ldap" {
    identity       = "uid"
    sign_up        = "closed" # accounts are made at the first sign-in alone, invitations and imports are shut
    administrators = { fr = "Les membres du groupe admins.", en = "Members of the group admins." }
  }

  data "boards" {
    what = {
      fr = "Les tableaux et leurs cartes, commentaires et fichiers : l'heure et le nom de qui les a faits ou doit s'en charger."
      en = "Boards with their cards, comments and files: when, and the name of whoever made them or is to do them."
    }
    personal = true
    kept     = { fr = "Jusqu'à ce que les membres les effacent.", en = "Until members delete them." }
    volume   = "data"
  }

  data "accounts" {
    what = {
      fr = "L'identifiant, le nom, l'adresse électronique, les préférences et l'heure des dix dernières connexions de chaque membre qui s'est connecté."
      en = "The login, name, mail address, preferences and times of the last ten sign-ins of each member who has signed in."
    }
    personal = true
    kept = {
      fr = "Jusqu'à la suppression du compte par l'hébergeur ; une connexion, une semaine au plus."
      en = "Until the host removes the account; a sign-in, one week at most."
    }
    volume = "data"
  }

  volume "data" {}

  unit "web" {
    build {}
    user      = "33:33"
    read_only = true
    tmpfs     = ["/tmp"]
    egress    = mail.host != "" # notifications are sent by mail, and by nothing else
    environment = {
      LDAPCONF = "/etc/ronron/ldap.conf"
    }

    mount "data" { path = "/var/lib/kanboard" }

    file "/etc/ronron/config.php" {
      template = "config.php.tmpl"
      owner    = "0:33"
      mode     = "0440"
    }
    file "/etc/ronron/directory.php" {
      template = "parts/php-directory/directory.php.tmpl"
      owner    = "0:33"
      mode     = "0440"
    }
    file "/etc/ronron/ca.pem" {
      content = directory.ca
    }
    # Read by the LDAP library itself, so that no setting of PHP can forget it.
    file "/etc/ronron/ldap.conf" {
      content = "TLS_CACERT /etc/ronron/ca.pem\nTLS_REQCERT demand\nNETWORK_TIMEOUT 3\nTIMEOUT 10\n"
    }

    port "http" { number = 8080 }
    health {
      http   = { port = "http", path = "/-/health" }
      within = "60s"
    }
    limits {
      memory = "256M"
      pids   = 64
    }
    stop_timeout = "10s"
  }

  job "settle" {
    when       = ["first", "upgrade"]
    unit       = "web"
    entrypoint = ["php"]
    command    = ["/usr/share/ronron/settle.php"]
    timeout    = "5m"
  }

  # Reminders of what is due, and the figures of each day.
  schedule "day" {
    unit    = "web"
    every   = "1d"
    inside  = true
    command = ["php", "/var/www/app/cli", "cronjob"]
    timeout = "10m"
  }
  schedule "people" {
    unit    = "web"
    every   = "1h"
    inside  = true
    command = ["php", "/usr/share/ronron/people.php"]
    timeout = "5m"
  }
  tool "cli" {
    unit    = "web"
    command = ["php", "/var/www/app/cli"]
    help    = { fr = "Les commandes de Kanboard : export, archivage, statistiques.", en = "Kanboard's own commands: export, archiving, figures." }
  }

  route "web" {
    unit    = "web"
    port    = "http"
    path    = "/"
    upload  = "64M"
    timeout = "120s"
    deny    = ["/-", "/jsonrpc.php"]
  }

  backup {
    exclude = ["data/db.sqlite", "data/db.sqlite-shm", "data/db.sqlite-wal", "data/upload"]
    before {
      unit    = "web"
      command = ["php", "/usr/share/ronron/database.php", "save"]
    }
    check {
      unit    = "web"
      command = ["php", "/usr/share/ronron/database.php", "check"]
      expect  = "sound"
    }
  }

  export "member" {
    unit    = "web"
    command = ["php", "/usr/share/ronron/member.php", "export"]
    formats = ["application/json", "application/octet-stream"]
    what = {
      fr = "Les tableaux que le membre tient seul, les cartes qu'il a créées ou dont il se charge, ses commentaires et ses fichiers."
      en = "The boards that the member keeps alone, the cards they made or are to do, their comments and files."
    }
  }
  erase "member" {
    unit    = "web"
    command = ["php", "/usr/share/ronron/member.php", "erase"]
    leaves = {
      fr = "Les cartes, commentaires et fichiers sur les tableaux partagés, sans nom. Un nom écrit dans un texte y reste."
      en = "Cards, comments and files on shared boards, without a name. A name written in a text stays there."
    }
  }

  usage "cards" {
    label   = { fr = "Cartes", en = "Cards" }
    unit    = "web"
    command = ["php", "/usr/share/ronron/database.php", "cards"]
  }
  usage "accounts" {
    label   = { fr = "Comptes qui se sont connectés", en = "Accounts that have signed in" }
    unit    = "web"
    command = ["php", "/usr/share/ronron/database.php", "accounts"]
  }
  # What is written to the container's output names no one, and Ronron bounds it.
  retention { logs = "0s" }
  requests {
    none = true
    off = {
      fr = "Les extensions, les titres des pages liées et les images d'ailleurs sont coupés."
      en = "Plugins, titles of linked pages and pictures from elsewhere are off."
    }
  }
  upgrade { from = [] }
}
