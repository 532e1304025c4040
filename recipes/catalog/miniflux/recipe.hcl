# What is decided here, and why:
#
# - The gateway signs members in before every page and tells Miniflux who is
#   there: so a suspended member is out, whatever session their browser has.
# - nginx stands between the two, because Miniflux goes on with the session that a
#   browser has, even when the gateway says that somebody else is there now.
# - The programming interfaces are closed: their keys are Miniflux's own, and would
#   outlive a suspension. So apps for phones cannot be used.
# - Images, sounds and videos of articles come through Miniflux: no site learns
#   who reads it. They are parts of a page there, never a page of their own: in one,
#   scripts from elsewhere would run with the rights of whoever opens it.
# - Miniflux 2.2.6 has no setting against private addresses, which later versions
#   have: limits_note says so. Tried: it read from the machine's own addresses, and
#   reached no other service's containers.
recipe "miniflux" {
  version = "1"

  software {
    name          = "Miniflux"
    version       = "2.2.6"
    licence       = "Apache-2.0"
    source        = "https://github.com/miniflux/v2"
    documentation = "https://miniflux.app/docs/"
    category      = "feeds"
    replaces      = ["Feedly", "Inoreader"]
    title         = { fr = "Lecteur de flux", en = "Feed reader" }
    summary = {
      fr = "Suivre des sites et des podcasts par leurs flux RSS ou Atom, dans des pages simples et rapides."
      en = "Following sites and podcasts by their RSS or Atom feeds, on pages that are simple and fast."
    }
  }

  public = { fr = "Rien : seuls les membres lisent.", en = "Nothing: only members read." }
  members = {
    fr = "Ajouter les flux des sites que l'on suit, les ranger par catégories, lire, mettre en favori et chercher ; importer et exporter la liste des flux (OPML)."
    en = "Adding the feeds of the sites that one follows, sorting them by categories, reading, starring and searching; importing and exporting the list of feeds (OPML)."
  }
  limits_note = {
    fr = "Les applications pour téléphone (Fever, Google Reader) ne s'y connectent pas : on lit dans le navigateur. Une vidéo qui se joue dans la page d'un autre site n'est pas montrée : on suit le lien de l'article. Un membre suspendu est dehors au bout de cinq minutes. Miniflux interroge toute adresse qu'un membre lui donne, même privée, de la machine ou d'un réseau qu'elle joint, et lui montre la réponse ; les autres services du chaton ne lui répondent que comme à tout le monde."
    en = "Apps for phones (Fever, Google Reader) cannot connect: one reads in the browser. A video that plays in another site's page is not shown: one follows the article's link. A suspended member is kept out within five minutes. Miniflux asks any address that a member gives it, even a private one of the machine or of a network that it reaches, and shows them the answer; the chaton's other services answer it only as they do anybody."
  }

  setting "language" {
    type    = "string"
    default = chaton.language
    label   = { fr = "Langue", en = "Language" }
    help    = { fr = "Celle de qui vient pour la première fois, \"fr\" ou \"en\" ; chaque membre peut en changer.", en = "That of whoever comes for the first time, \"fr\" or \"en\"; each member can change it." }
    check {
      condition = contains(["fr", "en"], setting.language)
      message   = { fr = "Écrivez \"fr\" ou \"en\".", en = "Write \"fr\" or \"en\"." }
    }
  }
  setting "timezone" {
    type    = "string"
    default = "Europe/Paris"
    label   = { fr = "Fuseau horaire", en = "Time zone" }
    help    = { fr = "Celui de qui vient pour la première fois, tel que \"Europe/Paris\".", en = "That of whoever comes for the first time, such as \"Europe/Paris\"." }
    check {
      condition = length(regexall("^[A-Za-z]+(/[A-Za-z_+-]+[0-9]*)*$", setting.timezone)) == 1
      message   = { fr = "Écrivez un fuseau tel que \"Europe/Paris\".", en = "Write a time zone such as \"Europe/Paris\"." }
    }
  }
  setting "every" {
    type    = "number"
    default = 60
    label   = { fr = "Minutes entre deux lectures d'un flux", en = "Minutes between two readings of a feed" }
    help    = { fr = "De 15 à 1440. Un délai court pèse sur les sites.", en = "From 15 to 1440. A short time is a burden on the sites." }
    check {
      condition = setting.every >= 15 && setting.every <= 1440 && floor(setting.every) == setting.every
      message   = { fr = "Écrivez un nombre entier de 15 à 1440.", en = "Write a whole number from 15 to 1440." }
    }
  }
  setting "read" {
    type    = "number"
    default = 60
    label   = { fr = "Jours pendant lesquels un article lu est gardé", en = "Days for which an article that was read is kept" }
    help    = { fr = "De 1 à 3650. Les favoris restent.", en = "From 1 to 3650. What is starred stays." }
    check {
      condition = setting.read >= 1 && setting.read <= 3650 && floor(setting.read) == setting.read
      message   = { fr = "Écrivez un nombre entier de 1 à 3650.", en = "Write a whole number from 1 to 3650." }
    }
  }
  setting "unread" {
    type    = "number"
    default = 180
    label   = { fr = "Jours pendant lesquels un article non lu est gardé", en = "Days for which an article that was not read is kept" }
    help    = { fr = "De 1 à 3650.", en = "From 1 to 3650." }
    check {
      condition = setting.unread >= 1 && setting.unread <= 3650 && floor(setting.unread) == setting.unread
      message   = { fr = "Écrivez un nombre entier de 1 à 3650.", en = "Write a whole number from 1 to 3650." }
    }
  }

  # Signs the addresses under which pictures come through Miniflux.
  secret "media" {
    length = 64
    rotate = true
  }

  accounts "header" {
    identity       = "uid"
    sign_up        = "closed" # accounts are made for whom the gateway lets in; there are no passwords
    administrators = { fr = "Personne : les pages d'administration sont fermées.", en = "Nobody: the pages for administrators are closed." }
    header         = { user = "X-Ronron-User" }
  }

  companion "postgresql" "db" {
    major = 17
  }

  data "feeds" {
    what     = { fr = "Les flux que chaque membre suit, leurs articles, ce qui est lu et les favoris.", en = "The feeds that each member follows, their articles, what is read or starred." }
    personal = true
    kept     = { fr = "Les flux et les favoris jusqu'à ce que le membre les retire ; les autres articles selon les réglages.", en = "Feeds and stars until the member takes them away; other articles as the settings say." }
    volume   = "db"
  }
  data "sessions" {
    what     = { fr = "Qui est connecté, depuis quand et avec quel navigateur, sans adresse IP.", en = "Who is signed in, since when and with which browser, without an IP address." }
    personal = true
    kept     = { fr = "Un jour ou deux.", en = "A day or two." }
    volume   = "db"
  }

  unit "web" {
    build {}
    user      = "33:33"
    read_only = true
    tmpfs     = ["/tmp"]
    needs     = ["db"]
    egress    = true # fetches the feeds, wherever they are

    file "/etc/ronron/miniflux.conf" { template = "miniflux.conf.tmpl" }
    file "/etc/ronron/defaults.sql" { template = "defaults.sql.tmpl" }
    file "/etc/ronron/database" {
      content = "host=${companion.db.host} port=${companion.db.port} user=${companion.db.user} password=${companion.db.password} dbname=${companion.db.database} sslmode=disable"
    }
    file "/etc/ronron/pg_service.conf" {
      content = "[miniflux]\nhost=${companion.db.host}\nport=${companion.db.port}\nuser=${companion.db.user}\ndbname=${companion.db.database}\nsslmode=disable\n"
    }
    file "/etc/ronron/pgpass" {
      content = "*:*:*:*:${companion.db.password}\n"
    }

    port "http" { number = 8081 }
    health {
      http   = { port = "http", path = "/healthcheck" }
      within = "90s"
    }
    limits {
      memory = "192M"
      pids   = 100
    }
  }

  unit "door" {
    build {}
    user       = "33:33"
    read_only  = true
    tmpfs      = ["/tmp"]
    needs      = ["web"]
    entrypoint = ["/usr/sbin/nginx", "-e", "/dev/stderr", "-c", "/etc/ronron/nginx.conf"]

    file "/etc/ronron/nginx.conf" { template = "nginx.conf.tmpl" }

    port "http" { number = 8080 }
    health {
      http = { port = "http", path = "/healthcheck" }
    }
    limits {
      memory = "32M"
      pids   = 10
    }
  }

  route "web" {
    unit   = "door"
    port   = "http"
    enter  = "members"
    upload = "8M"
    headers = {
      # Nothing of an article is fetched from elsewhere, whatever it holds.
      "Content-Security-Policy" = "default-src 'self'; img-src 'self' data:; media-src 'self'; frame-src 'none'; object-src 'none'; base-uri 'none'"
    }
    deny   = ["/v1", "/fever", "/reader", "/accounts", "/metrics", "/healthcheck", "/liveness", "/readiness", "/version"]
  }

  tool "miniflux" {
    unit    = "web"
    command = ["miniflux", "-config-file", "/etc/ronron/miniflux.conf"]
    help    = { fr = "Les commandes de Miniflux, telles que -refresh-feeds.", en = "Miniflux's own commands, such as -refresh-feeds." }
  }

  backup {
    check {
      unit    = "web"
      command = ["/usr/local/bin/member", "count"]
      expect  = "accounts"
    }
  }
  export "member" {
    unit    = "web"
    command = ["/usr/local/bin/member", "export"]
    formats = ["text/x-opml", "application/json"]
    what    = { fr = "La liste des flux, les articles favoris et les réglages du compte.", en = "The list of feeds, the starred articles and the settings of the account." }
  }
  erase "member" {
    unit    = "web"
    command = ["/usr/local/bin/member", "erase"]
    leaves  = { fr = "Rien.", en = "Nothing." }
  }
  usage "accounts" {
    label = { fr = "Comptes", en = "Accounts" }
    unit  = "db"
    sql   = "SELECT count(*) FROM users"
  }
  usage "documents" {
    label = { fr = "Flux", en = "Feeds" }
    unit  = "db"
    sql   = "SELECT count(*) FROM feeds"
  }
  retention { logs = "0s" } # errors alone go to the container's output
  requests {
    none = true
    off = {
      fr = "Miniflux ne cherche pas de mise à jour et n'envoie pas de statistiques : il ne demande que les flux et les sites que les membres suivent, et les services qu'un membre branche lui-même dans « Intégrations ». Images, sons et vidéos passent par lui, et les pages ne peuvent rien charger d'ailleurs."
      en = "Miniflux looks for no updates and sends no statistics: it asks only for feeds and sites that members follow, and the services that a member connects under \"Integrations\". Images, sounds and videos come through it, and pages can load nothing from elsewhere."
    }
  }
  upgrade { from = [] }
}
