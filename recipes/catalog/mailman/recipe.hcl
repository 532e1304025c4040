# What is decided here, and why:
#
# - Addresses of lists are name@host of the service. Mail for them comes in on port 25
#   by a small door of ours, not a whole mail server: it takes only what is for a list
#   that exists, hands it over at once and keeps nothing, so that it needs no right of
#   the machine and cannot be an open relay. Mail goes out through the server of the mail block; without
#   one nothing is sent, and messages are in the archives only.
# - The web part stands behind the gate: who comes is a member, by the directory's
#   name and mail address. Subscribers from outside join, leave and write by mail.
# - The core's programs are forked from one that has read all code, instead of each
#   starting anew (ronron/core.py): 270 MB instead of 1000. None but the gateway to
#   newsgroups is switched off; a list needs the others.
# - New lists have private archives, for those who are on them. Mail of strangers is
#   held for a moderator. Administrators of the chaton make lists and may see all.
# - Web and core trust each other by passwords made here; the paths between them are
#   closed from outside. What HyperKitty does in the background is done at once,
#   which saves a program.
# - Nothing is asked of Gravatar, and the list of public domains is Debian's copy.
# - Logs hold errors only: the next levels name people.
recipe "mailman" {
  version = "1"

  software {
    name          = "Mailman"
    version       = "3.3.10"
    licence       = "GPL-3.0-or-later"
    source        = "https://gitlab.com/mailman/mailman"
    documentation = "https://docs.mailman3.org/"
    category      = "lists"
    replaces      = ["Google Groups", "Mailchimp"]
    title         = { fr = "Listes de discussion", en = "Mailing lists" }
    summary = {
      fr = "Des listes de discussion par courriel, avec leurs archives et leurs modérateurs."
      en = "Mailing lists, with their archives and moderators."
    }
  }

  public = {
    fr = "Écrire aux listes (un modérateur décide), s'y inscrire et s'en désinscrire par courriel."
    en = "Write to lists (a moderator decides), join and leave them by mail."
  }

  setting "size" {
    type    = "number"
    default = 10
    label   = { fr = "Taille d'un message, en Mo", en = "Size of a message, in MB" }
    help = {
      fr = "La plus grande qui entre, pièces jointes comprises ; chaque liste peut en accepter moins."
      en = "The largest that comes in, with attachments; each list can take less."
    }
    check {
      condition = setting.size >= 1 && setting.size <= 50 && floor(setting.size) == setting.size
      message   = { fr = "Écrivez un nombre entier de Mo, de 1 à 50.", en = "Write a whole number of MB, from 1 to 50." }
    }
  }

  setting "days" {
    type    = "number"
    default = 0
    label   = { fr = "Jours d'archives", en = "Days of archives" }
    help = {
      fr = "Une conversation où plus personne n'écrit quitte les archives après ce nombre de jours ; 0 les garde."
      en = "A conversation in which nobody writes any more leaves the archives after so many days; 0 keeps them."
    }
    check {
      condition = setting.days >= 0 && setting.days <= 36500 && floor(setting.days) == setting.days
      message   = { fr = "Écrivez un nombre entier de jours, ou 0.", en = "Write a whole number of days, or 0." }
    }
  }

  setting "timezone" {
    type    = "string"
    default = "Europe/Paris"
    label   = { fr = "Fuseau horaire", en = "Time zone" }
    help    = { fr = "Des heures affichées, par exemple Europe/Paris.", en = "Of the hours that are shown, such as Europe/Paris." }
    check {
      condition = length(regexall("^(UTC|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_-]+)+)$", setting.timezone)) == 1
      message   = { fr = "Écrivez un fuseau comme Europe/Paris.", en = "Write a zone such as Europe/Paris." }
    }
  }

  secret "django" { length = 50 }
  secret "rest" { length = 40 }
  secret "archiver" { length = 40 }

  accounts "header" {
    identity = "uid"
    sign_up  = "closed"
    header   = { user = "Remote-User", name = "Remote-Name", mail = "Remote-Mail", groups = "Remote-Groups" }
    administrators = {
      fr = "Les membres du groupe admins : ils créent les listes et peuvent tout voir."
      en = "Members of the group admins: they make lists and may see everything."
    }
  }

  companion "postgresql" "db" {
    major  = 17
    memory = "256M"
  }

  data "archives" {
    what = {
      fr = "Les messages envoyés aux listes, avec leurs auteurs et leurs pièces jointes, et qui est inscrit où."
      en = "Messages sent to lists, with their authors and attachments, and who is on which list."
    }
    personal = true
    kept = {
      fr = setting.days == 0 ? "Jusqu'à ce qu'un modérateur ou l'hébergeur les efface." : "Les archives, ${setting.days} jours après le dernier message d'une conversation ; les inscriptions, jusqu'à la désinscription."
      en = setting.days == 0 ? "Until a moderator or the host deletes them." : "Archives, ${setting.days} days after the last message of a conversation; subscriptions, until people leave."
    }
    volume = "db"
  }

  data "queues" {
    what = {
      fr = "Les messages en chemin, ceux qui attendent un modérateur, et les résumés à envoyer."
      en = "Messages on their way, those that wait for a moderator, and digests to send."
    }
    personal = true
    kept     = { fr = "Jusqu'à l'envoi, ou jusqu'à ce qu'un modérateur décide.", en = "Until they are sent, or a moderator decides." }
    volume   = "core"
  }

  data "index" {
    what     = { fr = "L'index de la recherche dans les archives.", en = "The index for searching the archives." }
    personal = true
    kept     = { fr = "Comme les archives, à une semaine près ; il peut être refait.", en = "Like the archives, give or take a week; it can be made anew." }
    volume   = "index"
  }

  volume "core" {}
  volume "index" {}

  unit "core" {
    build {}
    user      = "38:38"
    command   = ["core"]
    read_only = true
    tmpfs     = ["/tmp"]
    # Mail goes to the chaton's mail server, and to nobody else.
    egress = mail.host != ""

    mount "core" { path = "/var/lib/mailman3" }

    file "/etc/ronron/mailman.cfg" {
      template = "mailman.cfg.tmpl"
      owner    = "0:38"
      mode     = "0440"
    }
    file "/etc/ronron/hyperkitty.cfg" {
      content = "[general]\nbase_url: http://web:8000/archives/\napi_key: ${secret.archiver}\n"
      owner   = "0:38"
      mode    = "0440"
    }

    port "rest" { number = 8001 }
    port "lmtp" { number = 8024 }
    health {
      http   = { port = "rest", path = "/3.1/system", status = [401] }
      within = "180s"
    }
    # Measured 270 MB in use, with its programs forked from one (ronron/core.py), and
    # 35 MB more for each MB of large messages that come one upon another.
    limits {
      memory = setting.size > 10 ? "2G" : "768M"
      pids   = 128
    }
    needs        = ["db"]
    stop_timeout = "30s"
  }

  unit "web" {
    build {}
    user      = "33:33"
    command   = ["web"]
    read_only = true
    tmpfs     = ["/tmp"]

    mount "index" { path = "/var/lib/ronron-index" }

    file "/etc/ronron/web.json" {
      content = jsonencode({
        title    = chaton.name
        secret   = secret.django
        host     = service.host
        url      = service.url
        language = chaton.language
        timezone = setting.timezone
        days     = setting.days
        contact  = chaton.contact
        rest     = secret.rest
        archiver = secret.archiver
        database = {
          HOST = companion.db.host, PORT = companion.db.port, NAME = companion.db.database
          USER = companion.db.user, PASSWORD = companion.db.password
        }
        mail = {
          host = mail.host, port = mail.port, encryption = mail.encryption
          from = mail.from, user = mail.user, password = mail.password
        }
      })
      owner = "0:33"
      mode  = "0440"
    }

    port "http" { number = 8000 }
    health {
      http   = { port = "http", path = "/-/health" }
      within = "90s"
    }
    # Measured 90 MB, 70 MB more while a schedule runs, and 15 MB for each MB of large
    # messages.
    limits {
      memory = setting.size > 10 ? "1G" : "384M"
      pids   = 64
    }
    needs        = ["db", "core"]
    stop_timeout = "15s"
  }

  unit "door" {
    build {}
    user      = "33:33"
    command   = ["door"]
    read_only = true
    tmpfs     = ["/tmp"]

    file "/etc/ronron/door.json" {
      content = jsonencode({ host = service.host, size = setting.size * 1048576 })
    }
    file "/etc/ronron/cert.pem" {
      content = service.certificate
    }
    file "/etc/ronron/key.pem" {
      content = service.key
      owner   = "0:33"
      mode    = "0440"
    }

    port "smtp" { number = 2525 }
    health {
      tcp    = { port = "smtp" }
      within = "60s"
    }
    # Measured 25 MB, and 5 MB for each MB of a message.
    limits {
      memory = setting.size > 10 ? "512M" : "192M"
      pids   = 128
    }
    needs        = ["core"]
    stop_timeout = "10s"
  }

  job "migrate" {
    when    = ["first", "upgrade"]
    unit    = "web"
    command = ["/usr/local/bin/lists", "manage", "migrate", "--noinput", "--verbosity", "0"]
    timeout = "10m"
  }
  job "setup" {
    when    = ["first", "upgrade"]
    unit    = "web"
    inside  = true
    command = ["/usr/local/bin/lists", "setup"]
    timeout = "5m"
  }

  schedule "hourly" {
    unit    = "web"
    inside  = true
    every   = "1h"
    command = ["/usr/local/bin/lists", "jobs", "hourly"]
    timeout = "1h"
  }
  schedule "daily" {
    unit    = "web"
    inside  = true
    every   = "1d"
    command = ["/usr/local/bin/lists", "jobs", "daily"]
    timeout = "1h"
  }
  # What was deleted leaves the index of the search too.
  schedule "clean" {
    unit    = "web"
    inside  = true
    every   = "7d"
    command = ["/usr/local/bin/lists", "jobs", "monthly"]
    timeout = "2h"
  }
  schedule "expire" {
    unit    = "web"
    inside  = true
    every   = "1d"
    command = ["/usr/local/bin/lists", "expire"]
    timeout = "1h"
  }
  schedule "digests" {
    unit    = "core"
    inside  = true
    every   = "1d"
    command = ["/usr/lib/mailman3/bin/mailman", "digests", "--periodic"]
    timeout = "30m"
  }
  schedule "notify" {
    unit    = "core"
    inside  = true
    every   = "1d"
    command = ["/usr/lib/mailman3/bin/mailman", "notify"]
    timeout = "30m"
  }

  tool "mailman" {
    unit    = "core"
    command = ["/usr/lib/mailman3/bin/mailman"]
    help    = { fr = "Commandes de Mailman : lists, create, members, qfile…", en = "Mailman's commands: lists, create, members, qfile…" }
  }

  route "web" {
    unit    = "web"
    port    = "http"
    path    = "/"
    enter   = "members"
    upload  = "${setting.size}M"
    timeout = "120s"
    headers = { "X-Content-Type-Options" = "nosniff", "Referrer-Policy" = "same-origin" }
    deny    = ["/archives/api/mailman", "/lists/api/templates"]
  }

  # A mail server listens on 25, everywhere.
  listen "smtp" {
    unit     = "door"
    protocol = "tcp"
    port     = "smtp"
    public   = 25
  }

  backup {
    volumes = ["core"]
    check {
      unit    = "web"
      command = ["/usr/local/bin/lists", "check"]
      expect  = "messages: "
    }
  }

  export "member" {
    unit    = "web"
    command = ["/usr/local/bin/lists", "export"]
    formats = ["application/json", "message/rfc822"]
    what = {
      fr = "Les adresses et les inscriptions du membre, et les messages qu'il a écrits aux listes."
      en = "The member's addresses and subscriptions, and the messages they wrote to lists."
    }
  }
  erase "member" {
    unit    = "web"
    command = ["/usr/local/bin/lists", "erase"]
    leaves = {
      fr = "Les messages écrits aux listes restent dans leurs archives, où d'autres y ont répondu."
      en = "Messages written to lists stay in their archives, where others answered them."
    }
  }

  usage "accounts" {
    label   = { fr = "Membres venus sur les listes", en = "Members who came to the lists" }
    unit    = "web"
    command = ["/usr/local/bin/lists", "count", "members"]
  }
  usage "documents" {
    label   = { fr = "Messages archivés", en = "Archived messages" }
    unit    = "web"
    command = ["/usr/local/bin/lists", "count", "messages"]
  }

  # Only errors are written, to the container's output, which Ronron bounds.
  retention { logs = "0s" }
  requests {
    none = true
    off = {
      fr = "Gravatar est éteint, les feuilles de style et les scripts sont d'ici, et la liste des domaines publics est celle de Debian."
      en = "Gravatar is off, style sheets and scripts are from here, and the list of public domains is Debian's."
    }
  }
  upgrade {
    from  = []
    fixed = ["service.host"]
  }

  members = {
    fr = "Choisissez une liste sur https://${service.host}/ et inscrivez-vous, ou écrivez à nom-join@${service.host}. Un message à nom@${service.host} va à tous les inscrits."
    en = "Choose a list at https://${service.host}/ and join, or write to name-join@${service.host}. A message to name@${service.host} goes to everybody on it."
  }
  limits_note = {
    fr = "Pour recevoir : le port 25 ouvert et, au DNS, l'adresse de ${service.host} (et un MX vers lui-même). ${mail.host == "" ? "Sans bloc mail dans chaton.hcl, rien n'est envoyé : les messages se lisent dans les archives seulement, et les inscriptions par courriel ne peuvent être confirmées. " : "Pour envoyer : un SPF pour ${service.host} qui nomme ${mail.host}, qui doit accepter ces adresses et signer (DKIM). "}Pas d'antispam : un message d'inconnu attend un modérateur. Les archives ne se lisent qu'avec un compte du chaton."
    en = "To receive: port 25 open and, in the DNS, the address of ${service.host} (and an MX to itself). ${mail.host == "" ? "Without a mail block in chaton.hcl nothing is sent: messages can be read in the archives only, and joining by mail cannot be confirmed. " : "To send: an SPF record of ${service.host} that names ${mail.host}, which must accept these addresses and sign (DKIM). "}No filter for spam: a stranger's message waits for a moderator. Archives are read with an account of the chaton only."
  }
}
