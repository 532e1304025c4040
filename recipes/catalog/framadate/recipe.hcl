# What is decided here, and why:
#
# - A poll belongs to whoever has its author's link, and votes to whoever has
#   theirs: Framadate has no accounts, and needs none. A host may let only members
#   make polls ("create"); then the gateway signs them in before those pages, and
#   answering stays open to everyone with the link.
# - /admin of Framadate, which has no password of its own, is for the
#   administrators of the chaton: the gateway signs them in. Of its pages only the
#   list of polls is there; tables are made by a job, old polls removed every day,
#   and the installer is not in the image.
# - Framadate's own log would hold names, addresses and titles of polls: it is not
#   kept. The address of a poll is its key, so no log holds addresses either.
# - The code is the head of the branch of 1.1.19: the release writes dates with a
#   function that PHP lets go of, and garbles the accents in them.
# - Pictures of other sites are not shown: they would tell those sites who votes.
recipe "framadate" {
  version = "1"

  software {
    name          = "Framadate"
    version       = "1.1.19"
    licence       = "CECILL-B"
    source        = "https://framagit.org/framasoft/framadate/framadate"
    documentation = "https://framagit.org/framasoft/framadate/framadate/-/wikis/home"
    category      = "polls"
    replaces      = ["Doodle", "Google Forms"]
    title         = { fr = "Sondages", en = "Polls" }
    summary = {
      fr = "Trouver une date ou choisir à plusieurs, par un lien que l'on partage."
      en = "Finding a date or choosing together, by a link that is shared."
    }
  }

  public = setting.create == "everyone" ? {
    fr = "Tout le monde peut créer un sondage. Qui a le lien d'un sondage peut y répondre et voir les réponses, sauf si son auteur en décide autrement."
    en = "Anyone can make a poll. Whoever has the link of a poll can answer and see the answers, unless its author decides otherwise."
    } : {
    fr = "Qui a le lien d'un sondage peut y répondre et voir les réponses, sauf si son auteur en décide autrement. Seuls les membres créent des sondages."
    en = "Whoever has the link of a poll can answer and see the answers, unless its author decides otherwise. Only members make polls."
  }
  members = {
    fr = "Créer un sondage de dates ou de choix, le protéger par un mot de passe, cacher les réponses, en exporter le tableau."
    en = "Making a poll of dates or choices, protecting it with a password, hiding the answers, exporting the table."
  }
  limits_note = {
    fr = "Un sondage n'est lié à aucun compte : qui perd le lien d'auteur ne peut plus le modifier, et rien n'y est trouvé pour l'export ou l'effacement d'un membre. Le logiciel n'est plus qu'entretenu."
    en = "A poll is not tied to an account: whoever loses the author's link can no longer change it, and nothing in it can be found for a member's export or erasure. The software is in maintenance only."
  }

  setting "title" {
    type    = "string"
    default = "${chaton.language == "fr" ? "Sondages" : "Polls"} · ${chaton.name}"
    label   = { fr = "Titre", en = "Title" }
    help    = { fr = "Dans les onglets des navigateurs et en tête des courriels.", en = "On the tabs of browsers, and in the subject of mails." }
    check {
      condition = length(trimspace(setting.title)) > 0
      message   = { fr = "Donnez un titre.", en = "Give it a title." }
    }
  }

  setting "language" {
    type    = "string"
    default = contains(["fr", "en", "oc", "es", "de", "nl", "it", "br", "ca"], chaton.language) ? chaton.language : "en"
    label   = { fr = "Langue", en = "Language" }
    help = {
      fr = "Quand le navigateur n'en demande pas une que Framadate connaît : fr, en, oc, es, de, nl, it, br ou ca."
      en = "Where the browser asks for none that Framadate knows: fr, en, oc, es, de, nl, it, br or ca."
    }
    check {
      condition = contains(["fr", "en", "oc", "es", "de", "nl", "it", "br", "ca"], setting.language)
      message   = { fr = "Écrivez fr, en, oc, es, de, nl, it, br ou ca.", en = "Write fr, en, oc, es, de, nl, it, br or ca." }
    }
  }

  setting "create" {
    type    = "string"
    default = "everyone"
    label   = { fr = "Qui peut créer un sondage", en = "Who may make a poll" }
    help    = { fr = "« everyone » : tout le monde ; « members » : les membres. Répondre reste ouvert à qui a le lien.", en = "\"everyone\", or \"members\" only. Answering stays open to whoever has the link." }
    check {
      condition = contains(["everyone", "members"], setting.create)
      message   = { fr = "Écrivez \"everyone\" ou \"members\".", en = "Write \"everyone\" or \"members\"." }
    }
  }

  setting "duration" {
    type    = "number"
    default = 180
    label   = { fr = "Durée d'un sondage", en = "Life of a poll" }
    help    = { fr = "En jours, au plus et si son auteur n'en choisit pas moins.", en = "In days, at most and unless its author chooses less." }
    check {
      condition = setting.duration >= 1 && setting.duration <= 1825 && floor(setting.duration) == setting.duration
      message   = { fr = "Écrivez un nombre de jours entre 1 et 1825.", en = "Write a number of days from 1 to 1825." }
    }
  }

  setting "keep" {
    type    = "number"
    default = 60
    label   = { fr = "Jours avant l'effacement", en = "Days before removal" }
    help    = { fr = "Entre la fin d'un sondage et son effacement.", en = "Between the end of a poll and its removal." }
    check {
      condition = setting.keep >= 0 && setting.keep <= 365 && floor(setting.keep) == setting.keep
      message   = { fr = "Écrivez un nombre de jours entre 0 et 365.", en = "Write a number of days from 0 to 365." }
    }
  }

  setting "timezone" {
    type    = "string"
    default = "Europe/Paris"
    label   = { fr = "Fuseau horaire", en = "Time zone" }
    help    = { fr = "Des dates et heures : Europe/Paris, UTC…", en = "Of dates and times: Europe/Paris, UTC…" }
    check {
      condition = length(regexall("^(UTC|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_-]+)+)$", setting.timezone)) == 1
      message   = { fr = "Écrivez un fuseau comme Europe/Paris ou UTC.", en = "Write a time zone such as Europe/Paris or UTC." }
    }
  }

  # None: Framadate knows nobody, and takes no identity from a server (it can be
  # told one, and then makes polls of nobody). Who may make polls and who sees all
  # of them is decided before it, by the gateway.
  accounts "none" {}

  data "polls" {
    what = {
      fr = "Les sondages, les réponses et les commentaires, avec le nom que chacun y a écrit${mail.host == "" ? "" : " et l'adresse de courriel de l'auteur"}."
      en = "The polls, answers and comments, with the name that each person wrote there${mail.host == "" ? "" : " and the mail address of the author"}."
    }
    personal = true
    kept = {
      fr = "Jusqu'à ce que l'auteur efface le sondage, ou ${setting.keep} jours après sa fin, qui vient au plus tard ${setting.duration} jours après sa création."
      en = "Until the author removes the poll, or ${setting.keep} days after its end, which comes at the latest ${setting.duration} days after it was made."
    }
    volume = "db"
  }

  data "sessions" {
    what     = { fr = "Le sondage en cours de création, en mémoire seulement.", en = "The poll that is being made, in memory only." }
    personal = true
    kept     = { fr = "Une heure tout au plus.", en = "An hour at most." }
  }

  companion "mariadb" "db" {
    major = 11
  }

  unit "web" {
    build {
      source "framadate" {
        url   = "https://github.com/framasoft/framadate/archive/ffdfdb9823e9ebed7b82d21417faf01f8d871278.tar.gz"
        sum   = "h1:612a2aa55b39c54608ed301c1e78de3cfb7b693da6c06924c4fc504b6b846a62"
        strip = 1
      }
      source "i18n" {
        url   = "https://github.com/olivierperez/o80-i18n/archive/ef98bd7bd733d23729999ac148f79ea1d7b9008c.tar.gz"
        sum   = "h1:7751a922a6f4b13fa80ef52048cc4fa39224a3baa065bf9ea712900cc02ebc4a"
        strip = 1
      }
      source "vobject" {
        url   = "https://github.com/sabre-io/vobject/archive/refs/tags/4.6.0.tar.gz"
        sum   = "h1:aaaf877baf09bdead2f85143a334abb5e010ea6cb9eac5d838aef9e62c93169b"
        strip = 1
      }
      source "xml" {
        url   = "https://github.com/sabre-io/xml/archive/refs/tags/4.0.6.tar.gz"
        sum   = "h1:2ba37239b4e92ab6344dfc31f42f55e4ee491269967f35ebc23d447af094cbe9"
        strip = 1
      }
    }
    user      = "33:33"
    read_only = true
    tmpfs     = ["/tmp"]
    egress    = mail.host != "" # notifications are sent by mail, and by nothing else
    needs     = ["db"]

    file "/etc/ronron/apache.conf" {
      template = "apache.conf.tmpl"
    }
    file "/etc/ronron/config.php" {
      template = "config.php.tmpl"
      owner    = "0:33"
      mode     = "0440"
    }
    file "/etc/ronron/frama.css" {
      template = "frama.css.tmpl"
    }

    port "http" { number = 8080 }
    health {
      http   = { port = "http", path = "/-/health" }
      within = "60s"
    }
    limits {
      memory = "192M"
      pids   = 64
    }
    stop_timeout = "10s"
  }

  job "tables" {
    when       = ["first", "upgrade"]
    unit       = "web"
    entrypoint = ["php"]
    command    = ["/usr/share/ronron/migrate.php"]
    timeout    = "5m"
  }
  schedule "purge" {
    unit    = "web"
    every   = "1d"
    inside  = true
    command = ["php", "/usr/share/ronron/purge.php"]
    timeout = "10m"
  }

  route "web" {
    unit   = "web"
    port   = "http"
    path   = "/"
    upload = "2M"
    deny   = ["/-"]
  }
  route "create" {
    unit   = "web"
    port   = "http"
    path   = "/create_poll.php"
    upload = "2M"
    enter  = setting.create == "members" ? "members" : "anyone"
  }
  route "create-dates" {
    unit   = "web"
    port   = "http"
    path   = "/create_date_poll.php"
    upload = "2M"
    enter  = setting.create == "members" ? "members" : "anyone"
  }
  route "create-choices" {
    unit   = "web"
    port   = "http"
    path   = "/create_classic_poll.php"
    upload = "2M"
    enter  = setting.create == "members" ? "members" : "anyone"
  }
  route "admin" {
    unit   = "web"
    port   = "http"
    path   = "/admin"
    upload = "2M"
    enter  = "administrators"
  }

  # The database brings its own dump and restore; nothing else is kept.
  backup {
    volumes = []
    check {
      unit    = "web"
      command = ["php", "/usr/share/ronron/health.php"]
      expect  = "fine"
    }
  }

  # Names in polls are whatever people typed, and two may type the same: nothing
  # tells a member's from another's.
  export "member" {
    unit    = "web"
    command = ["tar", "-c", "-T", "/dev/null"]
    formats = ["application/x-tar"]
    what = {
      fr = "Rien : un sondage n'est lié à aucun compte. Son auteur en exporte le tableau depuis la page du sondage."
      en = "Nothing: a poll is not tied to an account. Its author exports the table from the poll's page."
    }
  }
  erase "member" {
    unit    = "web"
    command = ["true"]
    leaves = {
      fr = "Tout ce que le membre a écrit dans des sondages, sous le nom qu'il y a donné. L'auteur d'un sondage l'efface par son lien, chacun change sa réponse par le sien, et le reste part ${setting.keep} jours après la fin du sondage."
      en = "Whatever the member wrote in polls, under the name given there. The author of a poll removes it by the author's link, each person changes their answer by theirs, and the rest goes ${setting.keep} days after the end of the poll."
    }
  }

  usage "polls" {
    label = { fr = "Sondages", en = "Polls" }
    unit  = "db"
    sql   = "SELECT COUNT(*) FROM fd_poll"
  }
  usage "answers" {
    label = { fr = "Réponses", en = "Answers" }
    unit  = "db"
    sql   = "SELECT COUNT(*) FROM fd_vote"
  }
  # What is written to the container's output names no one, and Ronron bounds it.
  retention { logs = "0s" }
  requests {
    none = true
    off = {
      fr = "Framadate ne demande rien à personne, et les images d'autres sites ne sont pas montrées."
      en = "Framadate asks nobody for anything, and pictures of other sites are not shown."
    }
  }
  upgrade { from = [] }
}
