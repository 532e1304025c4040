# What is decided here, and why:
#
# - The image is the one that PeerTube's makers publish, with two things laid on it
#   by the Dockerfile: their own LDAP plugin from npm, and a few files of ours.
#   It could not be pulled where this recipe was made: what was tried is PeerTube
#   6.3.0 under this image's name (sign-in, roles, suspension, upload, transcoding,
#   playing, export, erasure). That the versions since then take the same settings
#   was read in PeerTube's sources and release notes, not seen.
# - Before PeerTube starts for the first time, and at each upgrade, a job lets it
#   make its tables, switches the plugin on and sees that it works (settle.mjs);
#   where it does not, the service does not start, rather than without accounts.
# - PeerTube's LDAP plugin checks passwords. Ours around it (plugin/) gives it its
#   settings and does what it does not: a member is known by login, every session is
#   checked again after 15 seconds, and administrators are those of the chaton, from
#   when they become so until they are no longer. While the directory does not
#   answer, who is signed in stays so for 10 minutes.
# - Nobody knows the password of "root", which is made of chance at the first start
#   and kept nowhere. Sign-up, the web administration of settings, other plugins and
#   remote runners are off: what runs is what chaton.hcl says.
# - Nothing leaves: no federation unless the host wants it, no peer-to-peer between
#   viewers, no STUN, no GeoIP, no version check, no plugin index, no import from
#   other sites. Without federation and mail the service has no way out at all.
# - No live: its RTMP carries each key in the clear.
# - Everything that is, or becomes, a video is on the volume "videos".
recipe "peertube" {
  version = "1"

  software {
    name          = "PeerTube"
    version       = "8.3.1"
    licence       = "AGPL-3.0-only"
    source        = "https://github.com/Chocobozzz/PeerTube"
    documentation = "https://docs.joinpeertube.org/"
    category      = "video"
    replaces      = ["YouTube", "Vimeo", "Dailymotion"]
    title         = { fr = "Vidéos", en = "Videos" }
    summary = {
      fr = "Publier des vidéos, les regarder et les commenter, sans publicité ni pistage."
      en = "Publish videos, watch them and comment, without advertising or tracking."
    }
  }

  public = {
    fr = "Tout le monde peut regarder les vidéos publiques, sans compte. Le nom de qui publie ou commente est visible."
    en = "Anyone can watch the public videos, without an account. The name of whoever publishes or comments is visible."
  }

  setting "title" {
    type    = "string"
    default = chaton.language == "fr" ? "Les vidéos de ${chaton.name}" : "Videos of ${chaton.name}"
    label   = { fr = "Titre", en = "Title" }
    help    = { fr = "Le nom du service, en haut de chaque page.", en = "The name of the service, at the top of every page." }
    check {
      condition = length(trimspace(setting.title)) > 0 && !strcontains(setting.title, "<") && !strcontains(setting.title, ">")
      message   = { fr = "Donnez un titre, sans < ni >.", en = "Give it a title, without < and >." }
    }
  }

  setting "description" {
    type    = "string"
    default = chaton.language == "fr" ? "Les vidéos des membres de ${chaton.name}." : "Videos of the members of ${chaton.name}."
    label   = { fr = "Description", en = "Description" }
    help    = { fr = "Sur la page « À propos » et dans les moteurs de recherche.", en = "On the page \"About\" and in search engines." }
    check {
      condition = length(setting.description) <= 250
      message   = { fr = "Écrivez au plus 250 caractères.", en = "Write at most 250 characters." }
    }
  }

  setting "terms" {
    type    = "string"
    default = chaton.language == "fr" ? "Les conditions d'utilisation sont celles de [${chaton.name}](${chaton.url})." : "The terms are those of [${chaton.name}](${chaton.url})."
    label   = { fr = "Conditions d'utilisation", en = "Terms" }
    help    = { fr = "Sur la page « À propos », en Markdown.", en = "On the page \"About\", in Markdown." }
    check {
      condition = length(setting.terms) <= 10000
      message   = { fr = "Écrivez au plus 10 000 caractères.", en = "Write at most 10,000 characters." }
    }
  }

  setting "language" {
    type    = "string"
    default = contains(["fr", "en", "de", "es", "it", "oc", "eu", "ca"], chaton.language) ? chaton.language : "en"
    label   = { fr = "Langue", en = "Language" }
    help = {
      fr = "Celle que le service annonce : fr, en, de, es, it, oc, eu ou ca. Chaque navigateur montre les boutons dans sa propre langue."
      en = "The one that the service says it speaks: fr, en, de, es, it, oc, eu or ca. Each browser shows the buttons in its own language."
    }
    check {
      condition = contains(["fr", "en", "de", "es", "it", "oc", "eu", "ca"], setting.language)
      message   = { fr = "Choisissez fr, en, de, es, it, oc, eu ou ca.", en = "Choose fr, en, de, es, it, oc, eu or ca." }
    }
  }

  setting "quota" {
    type    = "number"
    default = 20
    label   = { fr = "Place par membre", en = "Space for each member" }
    help = {
      fr = "En gigaoctets de vidéos déposées ; 0 : sans limite. Vaut pour qui se connecte ensuite pour la première fois."
      en = "In gigabytes of videos uploaded; 0: no limit. Holds for those who sign in for the first time from then on."
    }
    check {
      condition = setting.quota >= 0 && setting.quota <= 100000 && floor(setting.quota) == setting.quota
      message   = { fr = "Écrivez un nombre entier de gigaoctets, de 0 à 100000.", en = "Write a whole number of gigabytes, 0 to 100000." }
    }
  }

  setting "quality" {
    type    = "number"
    default = 720
    label   = { fr = "Meilleure qualité", en = "Best quality" }
    help = {
      fr = "Chaque vidéo est convertie jusqu'à cette hauteur d'image : 360, 480, 720 ou 1080. Plus haut prend plus de place et de temps."
      en = "Each video is converted up to this height of the picture: 360, 480, 720 or 1080. Higher takes more space and time."
    }
    check {
      condition = contains([360, 480, 720, 1080], setting.quality)
      message   = { fr = "Choisissez 360, 480, 720 ou 1080.", en = "Choose 360, 480, 720 or 1080." }
    }
  }

  setting "threads" {
    type    = "number"
    default = 1
    label   = { fr = "Processeurs pour convertir", en = "Processors for conversion" }
    help = {
      fr = "Combien de cœurs de processeur une conversion peut occuper. Les vidéos sont converties une par une."
      en = "How many processing units a conversion may take. One video is converted at a time."
    }
    check {
      condition = setting.threads >= 1 && setting.threads <= 16 && floor(setting.threads) == setting.threads
      message   = { fr = "Écrivez un nombre entier, de 1 à 16.", en = "Write a whole number, 1 to 16." }
    }
  }

  setting "publish" {
    type    = "string"
    default = "everyone"
    label   = { fr = "Qui peut voir une nouvelle vidéo", en = "Who sees a new video" }
    help = {
      fr = "Ce qui est proposé à qui publie, et qu'il ou elle peut changer. « everyone » : tout le monde ; « members » : les membres connectés."
      en = "What is proposed to whoever publishes, who may change it. \"everyone\", or \"members\" who are signed in."
    }
    check {
      condition = contains(["everyone", "members"], setting.publish)
      message   = { fr = "Écrivez \"everyone\" ou \"members\".", en = "Write \"everyone\" or \"members\"." }
    }
  }

  setting "history" {
    type    = "number"
    default = 30
    label   = { fr = "Historique des membres", en = "Members' history" }
    help = {
      fr = "Combien de jours est gardé ce qu'un membre a regardé, si ce membre a demandé un historique."
      en = "For how many days what a member watched is kept, if that member asked for a history."
    }
    check {
      condition = setting.history >= 1 && setting.history <= 730 && floor(setting.history) == setting.history
      message   = { fr = "Écrivez un nombre de jours, de 1 à 730.", en = "Write a number of days, 1 to 730." }
    }
  }

  setting "index" {
    type    = "bool"
    default = true
    label   = { fr = "Moteurs de recherche", en = "Search engines" }
    help    = { fr = "Sinon, le service leur demande de ne pas le montrer.", en = "Otherwise the service asks them not to show it." }
  }

  setting "federation" {
    type    = "bool"
    default = false
    label   = { fr = "Fédération", en = "Federation" }
    help = {
      fr = "Échanger avec d'autres PeerTube, Mastodon… : les vidéos et commentaires publics, et le nom de leurs auteurs, sont alors copiés ailleurs, d'où on ne peut pas toujours les effacer, et le service appelle ces serveurs."
      en = "Exchange with other PeerTubes, Mastodon…: public videos and comments, and their authors' names, are then copied elsewhere, from where they cannot always be erased, and the service calls those servers."
    }
  }

  secret "key" {
    kind   = "hex"
    length = 32
  }

  accounts "ldap" {
    identity       = "uid"
    sign_up        = "closed" # signup.enabled is false, and no setting can be changed in the browser
    administrators = { fr = "Les membres du groupe admins, tant qu'ils y sont.", en = "Members of the group admins, for as long as they are in it." }
  }

  companion "postgresql" "db" {
    major   = 17
    memory  = "256M"
    options = { extensions = ["unaccent", "pg_trgm"] }
  }
  companion "valkey" "queue" {
    major = 8
  }

  data "videos" {
    what     = { fr = "Les vidéos déposées, et leurs conversions.", en = "The videos uploaded, and what they are converted to." }
    personal = true
    kept     = { fr = "Jusqu'à ce que leur auteur les efface.", en = "Until their author deletes them." }
    volume   = "videos"
  }
  data "pictures" {
    what     = { fr = "Vignettes, sous-titres, portraits et bannières.", en = "Thumbnails, captions, portraits and banners." }
    personal = true
    kept     = { fr = "Aussi longtemps que ce qu'ils illustrent.", en = "As long as what they belong to." }
    volume   = "data"
  }
  data "accounts" {
    what = {
      fr = "L'identifiant, le nom et l'adresse électronique de chaque membre qui s'est connecté ; ses chaînes, titres, commentaires, avis, abonnements, listes et, si ce membre l'a demandé, son historique."
      en = "The login, name and mail address of each member who has signed in; their channels, titles, comments, ratings, subscriptions, lists and, if that member asked for it, their history."
    }
    personal = true
    kept = {
      fr = "Jusqu'à l'effacement par le membre ou l'hébergeur ; l'historique, ${setting.history} jours ; une connexion, deux semaines au plus."
      en = "Until the member or the host erases them; the history, ${setting.history} days; a sign-in, two weeks at most."
    }
    volume = "db"
  }
  data "work" {
    what     = { fr = "Les conversions et les courriels en attente.", en = "Conversions and mails that wait." }
    personal = true
    kept     = { fr = "Deux jours après la fin de chaque travail.", en = "Two days after each piece of work is done." }
    volume   = "queue"
  }

  volume "videos" {}
  volume "data" {}

  unit "peertube" {
    build {}
    user       = "999:999"
    entrypoint = ["node"]
    command    = ["dist/server"]
    read_only  = true
    tmpfs      = ["/tmp", "/config", "/home/peertube"]
    needs      = ["db", "queue"]
    # Only to talk to other servers, or to the mail server, where the host wants it.
    egress = setting.federation || mail.host != ""
    environment = {
      NODE_CONFIG_DIR       = "/app/config:/app/support/docker/production/config:/etc/ronron/config"
      PEERTUBE_LOCAL_CONFIG = "/config"
      # Node takes the memory that it is given: the rest of the limit is for ffmpeg.
      NODE_OPTIONS = "--max-old-space-size=1024"
    }

    mount "videos" { path = "/var/lib/peertube/videos" }
    mount "data" { path = "/data" }

    file "/etc/ronron/config/production.yaml" {
      template = "production.yaml.tmpl"
    }
    file "/etc/ronron/database.json" {
      content = jsonencode({
        host = companion.db.host, port = companion.db.port, user = companion.db.user
        password = companion.db.password, database = companion.db.database
      })
    }
    file "/etc/ronron/directory.json" {
      content = jsonencode({
        url = directory.url, bindDN = directory.bind_dn, people = directory.people_dn
        enter = directory.enter_dns, administrators = directory.admins_dn
      })
    }
    file "/etc/ronron/directory.password" {
      content = directory.bind_password
    }
    file "/etc/ronron/ca.pem" {
      content = directory.ca
    }
    file "/etc/ronron/host" {
      content = trimprefix(service.url, "https://")
    }

    port "http" { number = 9000 }
    health {
      http   = { port = "http", path = "/api/v1/ping" }
      within = "3m"
    }
    limits {
      # Measured: 220 MB at rest, 590 MB while a video of 720 lines is converted.
      memory = "2G"
      pids   = 300
    }
    stop_timeout = "10s"
  }

  job "settle" {
    when       = ["first", "upgrade"]
    unit       = "peertube"
    entrypoint = ["node"]
    command    = ["/usr/share/ronron/settle.mjs"]
    timeout    = "30m"
  }

  # The browser sends a video in pieces of at most 90 MB; a program may send it whole.
  route "web" {
    unit    = "peertube"
    port    = "http"
    path    = "/"
    upload  = "128M"
    timeout = "10m"
  }
  route "whole" {
    unit    = "peertube"
    port    = "http"
    path    = "/api/v1/videos/upload"
    upload  = "12G"
    timeout = "30m"
  }

  backup {
    volumes = ["videos", "data"]
    exclude = ["videos/tmp", "videos/tmp-persistent", "videos/uploads", "data/cache", "data/bin"]
    check {
      unit    = "peertube"
      command = ["node", "/usr/share/ronron/member.mjs", "check"]
      expect  = "videos: "
    }
  }

  export "member" {
    unit    = "peertube"
    command = ["node", "/usr/share/ronron/member.mjs", "export"]
    timeout = "6h"
    formats = ["application/zip"]
    what = {
      fr = "L'archive que PeerTube fait lui-même : profil, chaînes, vidéos avec leurs fichiers, commentaires, avis, abonnements, listes. Un autre PeerTube sait la lire."
      en = "The archive that PeerTube itself makes: profile, channels, videos with their files, comments, ratings, subscriptions, lists. Another PeerTube can read it."
    }
  }
  erase "member" {
    unit    = "peertube"
    command = ["node", "/usr/share/ronron/member.mjs", "erase"]
    timeout = "30m"
    leaves = {
      fr = "L'identifiant, pour que personne ne le reprenne ; un nom écrit par quelqu'un d'autre ; et, si la fédération est allumée, ce que d'autres serveurs n'effacent pas."
      en = "The login, so that nobody takes it again; a name written by somebody else; and, where federation is on, what other servers do not erase."
    }
  }

  usage "accounts" {
    label = { fr = "Comptes qui se sont connectés", en = "Accounts that have signed in" }
    unit  = "db"
    sql   = "SELECT count(*) FROM \"user\" WHERE username <> 'root'"
  }
  usage "documents" {
    label = { fr = "Vidéos", en = "Videos" }
    unit  = "db"
    sql   = "SELECT count(*) FROM video WHERE remote = false"
  }
  usage "bytes" {
    label   = { fr = "Octets", en = "Bytes" }
    unit    = "peertube"
    command = ["sh", "-c", "du -sbc /var/lib/peertube/videos /data | tail -1 | cut -f1"]
  }

  # Errors only, in memory and in the container's output, which Ronron bounds.
  retention { logs = "0s" }
  requests {
    none = !setting.federation
    off = {
      fr = "Recherche de versions et d'extensions, géolocalisation, serveurs STUN, pair à pair et imports d'autres sites sont éteints."
      en = "Version checks, the plugin index, geolocation, STUN servers, peer-to-peer and imports from other sites are off."
    }
  }
  upgrade {
    from  = []
    fixed = ["service.host"]
  }

  members = {
    fr = "Se connecter avec le compte du chaton, créer des chaînes, y publier des vidéos pour tout le monde, pour les membres ou pour soi, commenter, s'abonner, faire des listes. L'application PeerTube pour téléphones marche aussi."
    en = "Sign in with the account of the chaton, make channels, publish videos there for everybody, for members or for oneself, comment, subscribe, make lists. The PeerTube app for phones works too."
  }
  limits_note = {
    fr = "Pas de direct, pas d'import depuis d'autres sites, pas de partage pair à pair entre spectateurs. Convertir une vidéo prend du temps, environ sa durée par qualité sur une petite machine. « J'ai oublié mon mot de passe » ne fait rien ici : le mot de passe se change sur le portail. Un « - » dans un identifiant devient « _ »."
    en = "No live streams, no import from other sites, no peer-to-peer between viewers. Converting a video takes time: about its length for each quality on a small machine. \"I forgot my password\" does nothing here: the password is changed on the portal. A \"-\" in a login becomes \"_\"."
  }
}
