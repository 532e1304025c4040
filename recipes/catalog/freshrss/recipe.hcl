# What is decided here, and why:
#
# - Each member has a FreshRSS of their own, made at the first visit. The gateway
#   signs members in and says who is there; FreshRSS asks for no password, and its
#   form to sign in, its sign-up and its installer are never reached.
# - FreshRSS would believe anybody it trusts about who is there. Apache passes on
#   nothing but what the gateway said, and what comes from the container itself is
#   turned away: a feed's address, with headers that a member types, could lead there.
# - Nobody administers it in the browser: chaton.hcl decides, and the account that
#   FreshRSS takes for its administrator has a name that no login can have.
# - Programs on phones use FreshRSS's own passwords, which know nothing of the
#   directory. They work while their member came by browser within some days.
#   Fever's way in, whose keys are weak, and everything shared by a secret address
#   are closed: both would go on working for somebody who has left.
# - Each member's articles are one SQLite file: nothing is shared, an erasure leaves
#   nothing, and no database server is needed.
# - Pictures of articles lie on the sites of these articles, and loading them would
#   tell those who reads what: they are not shown unless the host says so.
# - Feeds are fetched by a schedule instead of the image's cron, which needs root.
# - FreshRSS 1.30 refuses addresses of the machine and of its private networks
#   (before, a member could make it ask there). So the tag is no older one.
#
# Upstream's image could not be had where the catalog is made, nor its code after
# August 2025. All but that refusal was tried, its scenario whole, against FreshRSS
# of that time (just before 1.27.0) put together there like upstream's image, on
# Debian 13 with PHP 8.4, under the image's name.
recipe "freshrss" {
  version = "1"

  software {
    name          = "FreshRSS"
    version       = "1.30.0"
    licence       = "AGPL-3.0-only"
    source        = "https://github.com/FreshRSS/FreshRSS"
    documentation = "https://freshrss.github.io/FreshRSS/"
    category      = "feeds"
    replaces      = ["Feedly", "Inoreader"]
    title         = { fr = "Lecteur de flux", en = "Feed reader" }
    summary = {
      fr = "Suivre des sites et des podcasts par leurs flux RSS ou Atom, sans qu'un algorithme choisisse pour vous."
      en = "Following sites and podcasts by their RSS or Atom feeds, without an engine that chooses for you."
    }
  }

  public = { fr = "Rien : seuls les membres entrent.", en = "Nothing: only members get in." }
  members = {
    fr = "Abonnez-vous à des flux par leur adresse ou par un fichier OPML, classez-les, gardez des articles en favoris. Chaque membre a ses propres flux. Pour une application de téléphone (compatible « Google Reader »), donnez-vous un mot de passe d'API dans votre profil ; l'adresse est celle du site suivie de /api/greader.php."
    en = "Subscribe to feeds by their address or by an OPML file, sort them, keep favourite articles. Each member has feeds of their own. For an app on a phone (\"Google Reader\" compatible), set an API password in your profile; the address is that of the site followed by /api/greader.php."
  }
  limits_note = {
    fr = "Un membre suspendu perd l'accès en 5 minutes au plus. Ses applications, qui ont un mot de passe à part, lisent encore ses flux pendant le nombre de jours du réglage « apps » après sa dernière visite dans un navigateur, ou jusqu'à la commande « revoke » ; pour la même raison, il faut ouvrir le site dans un navigateur au moins aussi souvent. Sans le réglage « images », les images, sons et vidéos des articles ne s'affichent pas : on les voit sur leur site ; les lecteurs d'autres sites (vidéos intégrées) ne s'affichent jamais. Pas d'extensions, pas de flux partagé par une adresse secrète. FreshRSS refuse les adresses de la machine et de ses réseaux privés ; tout ce que la machine peut joindre d'autre, il l'interroge dès qu'un membre s'y abonne."
    en = "A suspended member is kept out within 5 minutes. Their apps, which have a password of their own, go on reading their feeds for the days of the setting \"apps\" after the last visit by browser, or until the command \"revoke\"; for the same reason the site has to be opened in a browser at least as often. Without the setting \"images\", pictures, sounds and videos of articles are not shown: they are seen on their site; players of other sites (embedded videos) are never shown. No extensions, no feed shared by a secret address. FreshRSS refuses addresses of the machine and of its private networks; whatever else the machine can reach, it asks when a member subscribes to it."
  }

  setting "title" {
    type    = "string"
    default = chaton.language == "fr" ? "Flux · ${chaton.name}" : "Feeds · ${chaton.name}"
    label   = { fr = "Titre", en = "Title" }
    help    = { fr = "Dans le titre de chaque page.", en = "In the title of every page." }
    check {
      condition = length(trimspace(setting.title)) > 0
      message   = { fr = "Donnez un titre.", en = "Give it a title." }
    }
  }

  setting "timezone" {
    type    = "string"
    default = "Europe/Paris"
    label   = { fr = "Fuseau horaire", en = "Time zone" }
    help    = { fr = "Pour qui n'en choisit pas un autre : Europe/Paris, UTC…", en = "For who chooses no other: Europe/Paris, UTC…" }
    check {
      condition = length(regexall("^(UTC|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_-]+)+)$", setting.timezone)) == 1
      message   = { fr = "Écrivez un fuseau comme Europe/Paris ou UTC.", en = "Write a time zone such as Europe/Paris or UTC." }
    }
  }

  setting "apps" {
    type    = "number"
    default = 14
    label   = { fr = "Applications de téléphone", en = "Apps on phones" }
    help = {
      fr = "Pendant combien de jours ses applications lisent encore, après la dernière visite d'un membre dans un navigateur ; 0 : pas d'applications."
      en = "For how many days after a member's last visit by browser their apps go on reading; 0: no apps."
    }
    check {
      condition = setting.apps >= 0 && setting.apps <= 90 && setting.apps == floor(setting.apps)
      message   = { fr = "Écrivez un nombre entier de 0 à 90.", en = "Write a whole number from 0 to 90." }
    }
  }

  setting "images" {
    type    = "bool"
    default = false
    label   = { fr = "Images des articles", en = "Pictures of articles" }
    help = {
      fr = "Montrer les images, sons et vidéos des articles. Le navigateur les demande à leurs sites, qui apprennent l'adresse IP de qui lit."
      en = "Show pictures, sounds and videos of articles. The browser asks their sites for them, which learn the IP address of who reads."
    }
  }

  # What programs on phones are signed in by, and forms are protected with.
  secret "salt" {
    kind   = "hex"
    length = 32
    rotate = true
  }

  accounts "header" {
    identity       = "uid"
    sign_up        = "closed" # an account is made by the gateway's word alone
    administrators = { fr = "Personne : chaton.hcl règle tout.", en = "Nobody: chaton.hcl decides everything." }
    header         = { user = "Remote-User" }
  }

  data "feeds" {
    what = {
      fr = "Les flux de chaque membre, leurs articles, ce qui est lu, les favoris, les recherches gardées et les réglages."
      en = "Each member's feeds, their articles, what is read, favourites, saved searches and settings."
    }
    personal = true
    kept = {
      fr = "Les articles : trois mois et 200 par flux, favoris exceptés, sauf si le membre règle autre chose. Le reste : jusqu'à ce que le membre l'efface."
      en = "Articles: three months and 200 a feed, favourites excepted, unless the member sets otherwise. The rest: until the member removes it."
    }
    volume = "data"
  }
  data "visits" {
    what     = { fr = "L'heure de la dernière visite de chaque membre, et les essais récents d'un mauvais mot de passe d'application.", en = "The hour of each member's last visit, and recent tries of a wrong app password." }
    personal = true
    kept     = { fr = "La dernière seulement.", en = "The last one only." }
    volume   = "data"
  }
  data "logs" {
    what     = { fr = "Les flux qui n'ont pas pu être lus et les mots de passe d'application refusés, par membre.", en = "Feeds that could not be read and app passwords that were refused, by member." }
    personal = true
    kept     = { fr = "Quinze jours.", en = "Fifteen days." }
    volume   = "data"
  }

  volume "data" {}

  unit "web" {
    build {}
    user      = "33:33"
    read_only = true
    tmpfs     = ["/tmp"]
    # It fetches the feeds that members follow, from any site.
    egress = true
    environment = {
      DATA_PATH             = "/var/lib/freshrss"
      COPY_LOG_TO_SYSLOG    = "Off"
      COPY_SYSLOG_TO_STDERR = "Off"
      PHP_INI_SCAN_DIR      = ":/usr/share/ronron/php:/etc/ronron/php"
      RONRON_APPS           = setting.apps
    }

    mount "data" { path = "/var/lib/freshrss" }

    file "/etc/ronron/config.php" {
      template = "config.php.tmpl"
      owner    = "0:33"
      mode     = "0440"
    }
    file "/etc/ronron/member.defaults.php" {
      content = "<?php\n// What a member begins with.\nreturn ['language' => ${phpstring(chaton.language)}, 'retrieve_extension_list' => false];\n"
    }
    file "/etc/ronron/php/timezone.ini" {
      content = "date.timezone = ${inivalue(setting.timezone)}\n"
    }

    port "http" { number = 8080 }
    health {
      http   = { port = "http", path = "/ronron.php" }
      within = "90s"
    }
    limits {
      # 20M at rest; 110M with ten readers at once while 21 feeds were fetched. One
      # large feed may take up to 128M.
      memory = "256M"
      pids   = 64
    }
    stop_timeout = "10s"
  }

  # Feeds whose time has come: by default each one once an hour.
  schedule "refresh" {
    unit    = "web"
    every   = "20m"
    inside  = true
    command = ["php", "app/actualize_script.php"]
    timeout = "30m"
  }
  schedule "logs" {
    unit    = "web"
    every   = "1d"
    inside  = true
    command = ["php", "/usr/share/ronron/member.php", "logs"]
    timeout = "5m"
  }
  tool "revoke" {
    unit    = "web"
    command = ["php", "/usr/share/ronron/member.php", "revoke"]
    help    = { fr = "Coupe tout de suite l'accès des applications d'un membre, par son identifiant ; elles le retrouvent s'il revient dans un navigateur.", en = "Closes a member's apps at once, by login; they go on if the member comes back by browser." }
  }
  tool "users" {
    unit    = "web"
    command = ["php", "cli/user-info.php", "--header"]
    help    = { fr = "Les comptes, leurs flux et la place qu'ils prennent.", en = "Accounts, their feeds and the room that they take." }
  }

  route "web" {
    unit    = "web"
    port    = "http"
    path    = "/"
    enter   = "members"
    upload  = "32M"
    timeout = "180s"
    deny    = ["/ronron.php", "/api/fever.php", "/api/misc.php", "/api/pshb.php", "/api/query.php"]
    headers = {
      "Content-Security-Policy" = "default-src 'self'; style-src 'self' 'unsafe-inline'; ${setting.images ? "img-src * data:; media-src *" : "img-src 'self' data:; media-src 'self'"}; frame-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
      "Referrer-Policy"         = "same-origin"
    }
  }
  # For programs, which sign in with a password of FreshRSS's own.
  route "apps" {
    unit   = "web"
    port   = "http"
    path   = "/api/greader.php"
    enter  = setting.apps > 0 ? "anyone" : "members"
    upload = "4M"
  }
  # Browsers ask for it without saying who they are; it holds names of icons.
  route "manifest" {
    unit = "web"
    port = "http"
    path = "/themes/manifest.json"
  }

  backup {
    volumes = ["data"]
    exclude = ["data/cache"]
    before {
      unit    = "web"
      command = ["php", "/usr/share/ronron/member.php", "save"]
      timeout = "30m"
    }
    after {
      unit    = "web"
      command = ["php", "/usr/share/ronron/member.php", "saved"]
    }
    check {
      unit    = "web"
      command = ["php", "/usr/share/ronron/member.php", "check"]
      expect  = "sound"
      timeout = "30m"
    }
  }
  # The copies of one moment take the place of what was copied while in use.
  restore {
    unit    = "web"
    command = ["php", "/usr/share/ronron/member.php", "restore"]
    timeout = "30m"
  }

  export "member" {
    unit    = "web"
    command = ["php", "/usr/share/ronron/member.php", "export"]
    formats = ["text/x-opml", "application/vnd.sqlite3", "application/json"]
    timeout = "30m"
    what = {
      fr = "Les flux (OPML), les articles avec ce qui est lu et gardé (SQLite, que FreshRSS sait reprendre), les réglages."
      en = "Feeds (OPML), articles with what is read and kept (SQLite, which FreshRSS can take back), settings."
    }
  }
  erase "member" {
    unit    = "web"
    command = ["php", "/usr/share/ronron/member.php", "erase"]
    leaves = {
      fr = "La dernière copie de chaque flux, sans nom et pendant 30 jours au plus, et les icônes des sites."
      en = "The last copy of each feed, without a name and for 30 days at most, and icons of sites."
    }
  }

  usage "accounts" {
    label   = { fr = "Comptes qui se sont connectés", en = "Accounts that have signed in" }
    unit    = "web"
    command = ["php", "/usr/share/ronron/member.php", "accounts"]
  }
  usage "feeds" {
    label   = { fr = "Flux suivis", en = "Feeds followed" }
    unit    = "web"
    command = ["php", "/usr/share/ronron/member.php", "feeds"]
  }
  usage "bytes" {
    label   = { fr = "Octets", en = "Bytes" }
    unit    = "web"
    command = ["sh", "-c", "du -sb /var/lib/freshrss | cut -f1"]
  }

  # By the schedule "logs": fourteen days, looked at once a day.
  retention { logs = "15d" }
  requests {
    none = !setting.images
    off = {
      fr = "La recherche de mises à jour et la liste des extensions sont coupées ; le service ne demande que les flux et les sites que les membres suivent. Les pages ne peuvent rien charger d'ailleurs, sauf les images des articles là où le réglage « images » les montre."
      en = "The search for updates and the list of extensions are off; the service asks only for feeds and sites that members follow. Pages can load nothing from elsewhere, but pictures of articles where the setting \"images\" shows them."
    }
  }
  upgrade { from = [] }
}
