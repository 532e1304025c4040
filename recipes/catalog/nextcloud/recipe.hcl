# What is decided here, and why:
#
# - The image is Nextcloud's official one, but not its start script: that copies the
#   code to a volume where the web server can change it, and wants to be root or to
#   write the image's folders. Here the code runs where the image has it
#   (/usr/src/nextcloud), read-only; config, data and temporary files are on volumes.
# - Tables are made, and brought up to date, by a job. The account that the installer
#   insists on has a password that nobody knows, and is closed at once.
# - Members are those of the directory, by Nextcloud's own app user_ldap, set before
#   each start. A member's name in Nextcloud is their login, forever.
# - Nothing leaves this server: no app store (unless "store"), no update check, no
#   other clouds, no look-up server, no weather. So the pages for calendar and
#   contacts, which are apps of the store, are there only with "store"; phones and
#   programs find both without (CalDAV, CardDAV).
# - Nextcloud's log holds names and addresses: errors only, in memory, 14 days at most.
# - Not tested where it was made, since the image could not be pulled there. Tried on
#   2026-11-22 against the release 32.0.1 on Debian's Apache and PHP 8.4, with the
#   image's folders: the whole scenario passed, and by hand export, erase, restore and
#   a second run of the job. The browser saw pages without their common script.
recipe "nextcloud" {
  version = "1"

  software {
    name          = "Nextcloud"
    version       = "34.0.3"
    licence       = "AGPL-3.0-or-later"
    source        = "https://github.com/nextcloud/server"
    documentation = "https://docs.nextcloud.com/server/34/admin_manual/"
    category      = "files"
    replaces      = ["Dropbox", "Google Drive", "Office 365"]
    title         = { fr = "Fichiers et agendas", en = "Files and calendars" }
    summary = {
      fr = "Des fichiers, agendas et contacts, sur tous les appareils d'un membre et partagés avec d'autres."
      en = "Files, calendars and contacts on all devices of a member, and shared with others."
    }
  }

  public = setting.links ? {
    fr = "Qui reçoit le lien d'un partage voit ce qui est partagé, et peut y écrire si le membre l'a voulu."
    en = "Whoever is given the link of a share sees what is shared, and can write there if the member wanted it."
    } : {
    fr = "Rien : il faut un compte."
    en = "Nothing: it takes an account."
  }
  members = {
    fr = "Déposer et partager des fichiers, dans le navigateur ou avec l'application Nextcloud ; tenir agendas et contacts avec un téléphone ou un logiciel (CalDAV et CardDAV, adresse ${service.url})."
    en = "Keeping and sharing files, in the browser or with Nextcloud's app; keeping calendars and contacts with a phone or a program (CalDAV and CardDAV, address ${service.url})."
  }
  limits_note = {
    fr = "Pas d'édition à plusieurs de documents bureautiques ni d'appels vidéo. Sans le réglage « store », pas de pages pour l'agenda et les contacts dans le navigateur. Pas d'échange avec d'autres nuages."
    en = "No editing of office documents together and no video calls. Without the setting \"store\", no pages for calendar and contacts in the browser. No exchange with other clouds."
  }

  setting "title" {
    type    = "string"
    default = "Nextcloud · ${chaton.name}"
    label   = { fr = "Titre", en = "Title" }
    help    = { fr = "Sur la page de connexion et dans les onglets.", en = "On the sign-in page and on tabs." }
    check {
      condition = length(trimspace(setting.title)) > 0 && length(setting.title) <= 200
      message   = { fr = "Donnez un titre de 200 caractères au plus.", en = "Give a title of 200 characters at most." }
    }
  }

  setting "language" {
    type    = "string"
    default = contains(["fr", "en", "de", "es", "it", "nl", "ca", "oc", "br", "eu"], chaton.language) ? chaton.language : "en"
    label   = { fr = "Langue", en = "Language" }
    help = {
      fr = "Quand ni le membre ni son navigateur n'en demandent une autre : fr, en, de, es, it, nl, ca, oc, br ou eu."
      en = "Where neither the member nor their browser asks for another: fr, en, de, es, it, nl, ca, oc, br or eu."
    }
    check {
      condition = contains(["fr", "en", "de", "es", "it", "nl", "ca", "oc", "br", "eu"], setting.language)
      message   = { fr = "Choisissez fr, en, de, es, it, nl, ca, oc, br ou eu.", en = "Choose fr, en, de, es, it, nl, ca, oc, br or eu." }
    }
  }

  setting "timezone" {
    type    = "string"
    default = "Europe/Paris"
    label   = { fr = "Fuseau horaire", en = "Time zone" }
    help    = { fr = "Quand le navigateur n'en indique pas d'autre : Europe/Paris, UTC…", en = "Where the browser tells no other: Europe/Paris, UTC…" }
    check {
      condition = length(regexall("^(UTC|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_-]+)+)$", setting.timezone)) == 1
      message   = { fr = "Écrivez un fuseau comme Europe/Paris ou UTC.", en = "Write a time zone such as Europe/Paris or UTC." }
    }
  }

  setting "quota" {
    type    = "number"
    default = 5
    label   = { fr = "Place par membre, en Go", en = "Room for each member, in GB" }
    help    = { fr = "0 : sans limite. Un administrateur peut en donner plus à quelqu'un.", en = "0: without limit. An administrator can give more to somebody." }
    check {
      condition = setting.quota >= 0 && setting.quota <= 100000 && floor(setting.quota) == setting.quota
      message   = { fr = "Écrivez un nombre entier de Go.", en = "Write a whole number of GB." }
    }
  }

  setting "links" {
    type    = "bool"
    default = true
    label   = { fr = "Partages par lien", en = "Shares by link" }
    help    = { fr = "Les membres peuvent partager avec des gens qui n'ont pas de compte.", en = "Members may share with people who have no account." }
  }

  setting "names" {
    type    = "bool"
    default = true
    label   = { fr = "Proposer les noms des membres", en = "Suggest the names of members" }
    help = {
      fr = "Dès que l'on tape le début d'un nom dans un partage. Sinon, il faut connaître le nom entier."
      en = "When the beginning of a name is typed in a share. Otherwise the whole name must be known."
    }
  }

  setting "store" {
    type    = "bool"
    default = false
    label   = { fr = "Magasin d'applications", en = "App store" }
    help = {
      fr = "Les administrateurs peuvent ajouter des applications (Agenda, Contacts…) venues de apps.nextcloud.com ; le service peut alors appeler l'extérieur, et leur code n'est pas vérifié par Ronron."
      en = "Administrators may add apps (Calendar, Contacts…) from apps.nextcloud.com; the service can then call out, and Ronron does not check their code."
    }
  }

  # There is no way to make an account in Nextcloud itself, and its own account is closed.
  accounts "ldap" {
    identity       = "uid"
    sign_up        = "closed"
    administrators = { fr = "Les membres du groupe admins.", en = "Members of the group admins." }
  }

  companion "postgresql" "db" {
    major = 17
  }
  companion "valkey" "cache" {
    major   = 8
    options = { persistent = false }
  }

  data "files" {
    what = {
      fr = "Les fichiers des membres, leurs versions, et qui les partage avec qui."
      en = "Files of members, their versions, and who shares them with whom."
    }
    personal = true
    kept = {
      fr = "Jusqu'à ce que le membre les efface, et 30 jours au plus dans la corbeille. Ils restent quand le compte est supprimé, jusqu'à ce que l'hébergeur les retire."
      en = "Until the member deletes them, and 30 days at most in the bin. They stay when the account is removed, until the host takes them away."
    }
    volume = "data"
  }
  data "accounts" {
    what = {
      fr = "L'identifiant, le nom, l'adresse électronique, les agendas, contacts et préférences de chaque membre, l'heure de sa dernière connexion et son activité des 90 derniers jours."
      en = "The login, name, mail address, calendars, contacts and preferences of each member, when they last signed in, and what they did in the last 90 days."
    }
    personal = true
    kept = {
      fr = "Jusqu'à ce que l'hébergeur retire le compte ; l'activité, 90 jours."
      en = "Until the host takes the account away; the activity, 90 days."
    }
    volume = "db"
  }
  data "configuration" {
    what = {
      fr = "Les clés de cette installation (dont les mots de passe de la base et du cache), les applications ajoutées et des fichiers temporaires."
      en = "The keys of this installation (passwords of database and cache among them), apps that were added, and temporary files."
    }
    personal = false
    kept     = { fr = "Aussi longtemps que le service.", en = "As long as the service." }
    volume   = "site"
  }
  data "sessions" {
    what     = { fr = "Les connexions en cours et les verrous des fichiers.", en = "Sign-ins that are open, and locks of files." }
    personal = true
    kept     = { fr = "Jusqu'à la déconnexion ou au redémarrage.", en = "Until the member signs out, or a restart." }
    volume   = "cache"
  }

  # The image has both folders, owned by its web server (Dockerfile: /var/www).
  volume "data" {}
  volume "site" {}

  unit "web" {
    image = "nextcloud:34.0.3-apache"
    user  = "33:33"
    # Only php and Apache of the image: /entrypoint.sh would copy the code to a volume.
    entrypoint = ["/bin/sh"]
    command    = ["/etc/ronron/start"]
    read_only  = true
    tmpfs      = ["/tmp"]
    # The app store where the host wants it, and the mail server where there is one.
    egress = setting.store || mail.host != ""
    needs  = ["db", "cache"]
    environment = {
      NEXTCLOUD_CONFIG_DIR = "/var/www/html/config"
      LDAPCONF             = "/etc/ronron/ldap.conf"
      XDG_CACHE_HOME       = "/tmp" # of the library that draws letters
      # The image's own folder first, then this one.
      PHP_INI_SCAN_DIR = ":/etc/ronron/php"
    }

    mount "data" { path = "/var/www/data" }
    mount "site" { path = "/var/www/html" }

    file "/etc/ronron/start" {
      template = "start.tmpl"
    }
    file "/etc/ronron/apache.conf" {
      template = "apache.conf.tmpl"
    }
    file "/etc/ronron/php/ronron.ini" {
      template = "php.ini.tmpl"
      owner    = "0:33"
      mode     = "0440"
    }
    file "/etc/ronron/nextcloud.php" {
      template = "nextcloud.php.tmpl"
      owner    = "0:33"
      mode     = "0440"
    }
    file "/etc/ronron/apply.php" {
      template = "apply.php.tmpl"
      owner    = "0:33"
      mode     = "0440"
    }
    file "/etc/ronron/settle.php" {
      template = "settle.php.tmpl"
      owner    = "0:33"
      mode     = "0440"
    }
    file "/etc/ronron/occ.php" {
      template = "occ.php.tmpl"
    }
    file "/etc/ronron/member.php" {
      template = "member.php.tmpl"
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
      # Asked for by the name that Nextcloud trusts.
      http   = { port = "http", path = "/status.php", host = service.host }
      within = "2m"
    }
    limits {
      memory = "1G"
      pids   = 100
    }
    stop_timeout = "25s"
  }

  job "settle" {
    when    = ["first", "upgrade"]
    unit    = "web"
    # In place of the start script of the unit.
    entrypoint = ["php"]
    command    = ["/etc/ronron/settle.php"]
    timeout    = "30m"
  }

  schedule "cron" {
    unit    = "web"
    every   = "5m"
    inside  = true
    command = ["php", "-f", "/usr/src/nextcloud/cron.php"]
    timeout = "30m"
  }
  schedule "log" {
    unit    = "web"
    every   = "7d"
    inside  = true
    command = ["sh", "-c", "if [ -f /tmp/nextcloud.log ]; then mv -f /tmp/nextcloud.log /tmp/nextcloud.log.1; else rm -f /tmp/nextcloud.log.1; fi"]
    timeout = "1m"
  }

  tool "occ" {
    unit    = "web"
    command = ["php", "/usr/src/nextcloud/occ"]
    help    = { fr = "La ligne de commande de Nextcloud : « user:list », « files:scan »…", en = "Nextcloud's command line: \"user:list\", \"files:scan\"…" }
  }

  route "web" {
    unit    = "web"
    port    = "http"
    path    = "/"
    upload  = "16G"
    timeout = "30m"
    # Scheduled here already; the others are of no use.
    deny = ["/cron.php", "/core/doc", "/resources/config"]
  }

  backup {
    exclude = ["site/tmp"]
    before {
      unit    = "web"
      command = ["php", "/usr/src/nextcloud/occ", "maintenance:mode", "--on"]
      timeout = "2m"
    }
    after {
      unit    = "web"
      command = ["php", "/usr/src/nextcloud/occ", "maintenance:mode", "--off"]
      timeout = "2m"
    }
    check {
      unit    = "web"
      command = ["php", "/usr/src/nextcloud/occ", "files:scan", "--all", "--shallow"]
      timeout = "10m"
    }
  }
  # The copy was made in maintenance; clients must learn that files may be older.
  restore {
    unit    = "web"
    command = ["sh", "-c", "php /usr/src/nextcloud/occ maintenance:mode --off && php /usr/src/nextcloud/occ maintenance:data-fingerprint"]
    timeout = "5m"
  }

  export "member" {
    unit    = "web"
    command = ["php", "/etc/ronron/member.php"]
    timeout = "30m"
    formats = ["application/json", "text/calendar", "text/vcard", "application/octet-stream"]
    what = {
      fr = "Les fichiers du membre, tels quels, ses agendas (iCalendar), ses contacts (vCard) et son profil."
      en = "The member's files as they are, calendars (iCalendar), contacts (vCard) and profile."
    }
  }
  erase "member" {
    unit    = "web"
    # Nextcloud refuses while the directory still shows the member.
    command = ["sh", "-c", "php /usr/src/nextcloud/occ user:delete \"$MEMBER\""]
    timeout = "30m"
    leaves = {
      fr = "Ce que le membre a écrit dans les dossiers d'autres personnes. Le compte doit d'abord être suspendu ou supprimé du chaton."
      en = "What the member wrote in folders of others. The account must be suspended or removed from the chaton first."
    }
  }

  usage "accounts" {
    label = { fr = "Membres qui se sont connectés", en = "Members who have signed in" }
    unit  = "db"
    sql   = "SELECT count(*) FROM oc_preferences WHERE appid = 'login' AND configkey = 'lastLogin' AND configvalue <> '0'"
  }
  usage "bytes" {
    label = { fr = "Octets de fichiers", en = "Bytes of files" }
    unit  = "db"
    sql   = "SELECT coalesce(sum(f.size), 0) FROM oc_filecache f JOIN oc_storages s ON s.numeric_id = f.storage WHERE f.path = 'files' AND s.id LIKE 'home::%'"
  }

  # Errors, in memory, moved away and then lost by the schedule "log".
  retention { logs = "14d" }
  requests {
    none = !setting.store
    off = {
      fr = "Magasin d'applications, mises à jour, annuaire mondial, autres nuages, météo et statistiques sont coupés ; sans le réglage « store » et sans courriel, le service n'a pas de sortie vers Internet."
      en = "App store, updates, global directory, other clouds, weather and statistics are off; without the setting \"store\" and without mail the service has no way out."
    }
    exceptions = setting.store ? {
      "apps.nextcloud.com" = { fr = "La liste des applications et leurs images, pour les administrateurs.", en = "The list of apps and their pictures, for administrators." }
    } : {}
  }
  # Nextcloud goes up one major version at a time: a later recipe names this one in
  # "from" only while it brings version 34 or 35.
  upgrade { from = [] }
}
