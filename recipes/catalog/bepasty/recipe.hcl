# What is decided here, and why:
#
# - Members deposit, whoever has the link reads. What makes or removes a deposit
#   lies below /+me, where the gateway signs members in; bepasty itself is never
#   told a password, and its own ones, its list of everything and its programs'
#   door are left out.
# - bepasty knows no owners, and would let anybody who may deposit write into the
#   deposits of others. Here each has its member, who alone sees it in a list and
#   removes it, and whose room is bounded.
# - The link is the key: 20 letters and digits from the system's random source
#   (bepasty: 8, from a guessable one), in no log, and not for search engines.
# - Nothing stays for ever: the host says how long at most, and what is over is
#   removed every hour.
# - What was deposited runs nowhere: pages have no scripts but ours, files are
#   downloaded in a sandbox, and passing visitors on to other sites is off.
# - The pages are ours, in French and English, without jQuery: bepasty's are in
#   English, with icons in place of words.
recipe "bepasty" {
  version = "1"

  software {
    name          = "bepasty"
    version       = "1.2.1"
    licence       = "BSD-2-Clause"
    source        = "https://github.com/bepasty/bepasty-server"
    documentation = "https://bepasty-server.readthedocs.io/"
    category      = "files"
    replaces      = ["WeTransfer", "Pastebin"]
    title         = { fr = "Dépôt", en = "File drop" }
    summary = {
      fr = "Déposer un texte ou un fichier, et donner un lien pour le lire."
      en = "Depositing a text or a file, and giving away a link to read it."
    }
  }

  public = {
    fr = "Qui a le lien d'un dépôt peut le lire. Seuls les membres déposent."
    en = "Whoever has the link of a deposit can read it. Only members deposit."
  }
  members = {
    fr = "Déposer des textes, avec leurs couleurs pour le code, et des fichiers ; choisir combien de temps ils restent ; retrouver et effacer ses dépôts."
    en = "Depositing texts, with colours for code, and files; choosing how long they stay; finding and erasing one's deposits."
  }
  limits_note = {
    fr = "Les dépôts ne sont pas chiffrés : qui tient la machine peut les lire. Il n'y a pas de mot de passe en plus du lien. Une vidéo se regarde depuis le début : on ne peut pas y avancer avant de l'avoir reçue. La connexion d'un membre suspendu s'arrête au plus tard au bout de 5 minutes."
    en = "Deposits are not encrypted: whoever holds the machine can read them. There is no password besides the link. A video is watched from the beginning: one cannot move on in it before it has come. The session of a suspended member ends after 5 minutes at the latest."
  }

  setting "title" {
    type    = "string"
    default = "${chaton.language == "fr" ? "Dépôt" : "File drop"} · ${chaton.name}"
    label   = { fr = "Titre", en = "Title" }
    help    = { fr = "En haut de chaque page.", en = "At the top of every page." }
    check {
      condition = length(trimspace(setting.title)) > 0
      message   = { fr = "Donnez un titre.", en = "Give it a title." }
    }
  }

  setting "language" {
    type    = "string"
    default = contains(["fr", "en"], chaton.language) ? chaton.language : "en"
    label   = { fr = "Langue", en = "Language" }
    help = {
      fr = "Quand le navigateur ne demande ni le français ni l'anglais : fr ou en."
      en = "Where the browser asks for neither French nor English: fr or en."
    }
    check {
      condition = contains(["fr", "en"], setting.language)
      message   = { fr = "Écrivez fr ou en.", en = "Write fr or en." }
    }
  }

  setting "days" {
    type    = "number"
    default = 90
    label   = { fr = "Durée d'un dépôt", en = "Life of a deposit" }
    help    = { fr = "En jours, au plus ; qui dépose peut choisir moins.", en = "In days, at most; whoever deposits can choose less." }
    check {
      condition = setting.days >= 1 && setting.days <= 1825 && floor(setting.days) == setting.days
      message   = { fr = "Écrivez un nombre de jours entre 1 et 1825.", en = "Write a number of days from 1 to 1825." }
    }
  }

  setting "size" {
    type    = "number"
    default = 500
    label   = { fr = "Taille d'un fichier", en = "Size of a file" }
    help    = { fr = "En mébioctets (Mio), au plus.", en = "In mebibytes (MiB), at most." }
    check {
      condition = setting.size >= 1 && setting.size <= 20480 && floor(setting.size) == setting.size
      message   = { fr = "Écrivez un nombre entre 1 et 20480.", en = "Write a number from 1 to 20480." }
    }
  }

  setting "room" {
    type    = "number"
    default = 2048
    label   = { fr = "Place de chaque membre", en = "Room of each member" }
    help    = { fr = "En mébioctets (Mio), pour tous ses dépôts ensemble.", en = "In mebibytes (MiB), for all their deposits together." }
    check {
      condition = setting.room >= setting.size && setting.room <= 1048576 && floor(setting.room) == setting.room
      message   = { fr = "Écrivez un nombre au moins égal à la taille d'un fichier, et au plus 1048576.", en = "Write a number not below the size of a file, and at most 1048576." }
    }
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

  accounts "header" {
    identity       = "uid"
    sign_up        = "closed" # bepasty has no accounts, and its passwords are left out
    administrators = { fr = "Personne : chaton.hcl règle tout, et chaque membre n'efface que ses dépôts.", en = "Nobody: chaton.hcl decides everything, and each member erases only their own deposits." }
    header         = { user = "Remote-User" }
  }

  data "deposits" {
    what = {
      fr = "Les textes et les fichiers déposés, leur nom et leur type, l'identifiant de qui les a déposés, l'heure du dépôt et de la dernière lecture. Qui les a lus n'est pas gardé."
      en = "The texts and files that were deposited, their names and types, the login of who deposited them, when they were deposited and last read. Who read them is not kept."
    }
    personal = true
    kept = {
      fr = "Jusqu'à ce que le membre les efface, ou que leur temps soit passé : ${setting.days} jours au plus."
      en = "Until the member erases them, or their time is over: ${setting.days} days at most."
    }
    volume = "data"
  }

  volume "data" {}

  unit "web" {
    build {}
    user      = "33:33"
    read_only = true
    tmpfs     = ["/tmp"]

    mount "data" { path = "/var/lib/bepasty" }

    file "/etc/ronron/settings.json" {
      content = jsonencode({
        title = setting.title, language = setting.language, url = service.url, timezone = setting.timezone
        days  = setting.days, size = setting.size, room = setting.room
      })
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
    stop_timeout = "15s"
  }

  schedule "purge" {
    unit    = "web"
    every   = "1h"
    inside  = true
    command = ["/usr/local/bin/deposits", "purge"]
    timeout = "10m"
  }

  route "web" {
    unit   = "web"
    port   = "http"
    path   = "/"
    upload = "1M"
    deny   = ["/-"]
  }
  route "members" {
    unit   = "web"
    port   = "http"
    path   = "/+me"
    upload = "5M" # files are sent in parts of 2 MiB
    enter  = "members"
  }

  backup {
    volumes = ["data"]
    check {
      unit    = "web"
      command = ["/usr/local/bin/deposits", "check"]
      expect  = "fine"
      timeout = "2h"
    }
  }

  export "member" {
    unit    = "web"
    command = ["/usr/local/bin/deposits", "export"]
    formats = ["application/octet-stream", "text/plain", "application/json"]
    what = {
      fr = "Les textes et fichiers que le membre a déposés et dont le temps n'est pas passé, et leur liste."
      en = "The texts and files that the member deposited and whose time is not over, and a list of them."
    }
    timeout = "2h"
  }
  erase "member" {
    unit    = "web"
    command = ["/usr/local/bin/deposits", "erase"]
    leaves  = { fr = "Rien.", en = "Nothing." }
  }

  usage "documents" {
    label   = { fr = "Dépôts", en = "Deposits" }
    unit    = "web"
    command = ["/usr/local/bin/deposits", "count", "documents"]
  }
  usage "bytes" {
    label   = { fr = "Octets", en = "Bytes" }
    unit    = "web"
    command = ["/usr/local/bin/deposits", "count", "bytes"]
  }
  usage "accounts" {
    label   = { fr = "Membres qui ont un dépôt", en = "Members who have a deposit" }
    unit    = "web"
    command = ["/usr/local/bin/deposits", "count", "members"]
  }

  # Only faults are written, to the container's output, without addresses.
  retention { logs = "0s" }
  requests {
    none = true
    off = {
      fr = "Les pages ne chargent que ce que le service donne lui-même, le navigateur y est tenu, et le service n'a pas de sortie vers Internet."
      en = "The pages load only what the service itself gives, browsers are held to it, and the service has no way out to the Internet."
    }
  }
  upgrade { from = [] }
}
