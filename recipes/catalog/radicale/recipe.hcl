# What is decided here, and why:
#
# - Each member has calendars and address books that nobody else sees, the
#   administrators of the chaton neither (but whoever holds the machine can).
#   A calendar and an address book are there from the first sign-in.
# - Apps send the password with each request. A right one is remembered for 5
#   seconds, by our own few lines instead of Radicale's: see ronron_directory.py.
# - A directory that does not answer is a fault of the service, and not a wrong
#   password, which apps would forget.
# - Radicale logs errors only: other levels write down who signed in from where.
#   An error names the path, and so a login.
# - An upload has 10 MB at most: a calendar of 9000 events in one file takes 127 MB
#   of memory and a minute of writing.
# - No hook, no web client of strangers, no call to the outside: a calendar of
#   another site is read by the app, never by this service.
recipe "radicale" {
  version = "1"

  software {
    name          = "Radicale"
    version       = "3.5.3"
    licence       = "GPL-3.0-or-later"
    source        = "https://github.com/Kozea/Radicale"
    documentation = "https://radicale.org/v3.html"
    category      = "calendar"
    replaces      = ["Google Calendar", "Google Contacts", "iCloud"]
    title         = { fr = "Agendas et contacts", en = "Calendars and contacts" }
    summary = {
      fr = "Vos agendas, tâches et contacts, les mêmes sur votre téléphone et votre ordinateur."
      en = "Your calendars, tasks and contacts, the same on your phone and your computer."
    }
  }

  public = {
    fr = "Rien : chaque membre ne voit que ses propres agendas et contacts."
    en = "Nothing: each member only sees their own calendars and contacts."
  }

  setting "language" {
    type    = "string"
    default = chaton.language
    label   = { fr = "Langue", en = "Language" }
    help = {
      fr = "Du nom du premier agenda de chaque membre : fr ou en. Les pages de Radicale n'existent qu'en anglais."
      en = "Of the name of each member's first calendar: fr or en. Radicale's own pages are in English only."
    }
    check {
      condition = contains(["fr", "en"], setting.language)
      message   = { fr = "Écrivez fr ou en.", en = "Write fr or en." }
    }
  }

  accounts "ldap" {
    identity       = "uid"
    sign_up        = "closed"
    administrators = { fr = "Personne : il n'y a rien à administrer.", en = "Nobody: there is nothing to administer." }
  }

  data "collections" {
    what = {
      fr = "Les agendas, tâches et contacts de chaque membre, dans un dossier qui porte son identifiant."
      en = "Each member's calendars, tasks and contacts, in a folder with their login."
    }
    personal = true
    kept = {
      fr = "Jusqu'à ce que le membre les efface ; d'une entrée effacée, le nom du fichier reste 30 jours pour que les autres appareils l'apprennent. Ils restent quand le compte est supprimé, jusqu'à ce que l'hébergeur les retire."
      en = "Until the member deletes them; of a deleted entry, the name of its file stays for 30 days so that other devices learn of it. They stay when the account is removed, until the host takes them away."
    }
    volume = "data"
  }

  volume "data" {}

  unit "dav" {
    build {}
    user      = "33:33"
    read_only = true
    tmpfs     = ["/tmp"]

    mount "data" { path = "/var/lib/radicale" }

    file "/etc/ronron/radicale.conf" {
      template = "radicale.conf.tmpl"
    }
    file "/etc/ronron/directory.password" {
      content = directory.bind_password
      owner   = "0:33"
      mode    = "0440"
    }
    file "/etc/ronron/ca.pem" {
      content = directory.ca
    }
    file "/etc/ronron/ldap.conf" {
      content = "TLS_CACERT /etc/ronron/ca.pem\nTLS_REQCERT demand\nNETWORK_TIMEOUT 3\nTIMEOUT 5\n"
    }

    port "http" { number = 5232 }
    health {
      http   = { port = "http", path = "/.web/" }
      within = "60s"
    }
    limits {
      memory = "256M"
      pids   = 64
    }
    stop_timeout = "10s"
  }

  route "web" {
    unit    = "dav"
    port    = "http"
    path    = "/"
    upload  = "10M"
    timeout = "120s"
  }

  backup {
    volumes = ["data"]
    exclude = ["data/collections/collection-cache"]
    check {
      unit    = "dav"
      command = ["/usr/bin/python3", "-m", "radicale", "--config", "/etc/ronron/radicale.conf", "--verify-storage"]
    }
  }

  export "member" {
    unit    = "dav"
    command = ["/usr/local/bin/member", "export"]
    formats = ["text/calendar", "text/vcard"]
    what = {
      fr = "Les agendas et les tâches en fichiers .ics, les contacts en fichiers .vcf."
      en = "Calendars and tasks as .ics files, contacts as .vcf files."
    }
  }
  erase "member" {
    unit    = "dav"
    command = ["/usr/local/bin/member", "erase"]
    leaves  = { fr = "Rien.", en = "Nothing." }
  }

  usage "accounts" {
    label   = { fr = "Membres avec un agenda", en = "Members with a calendar" }
    unit    = "dav"
    command = ["/usr/local/bin/member", "count", "members"]
  }
  usage "documents" {
    label   = { fr = "Événements, tâches et contacts", en = "Events, tasks and contacts" }
    unit    = "dav"
    command = ["/usr/local/bin/member", "count", "documents"]
  }
  usage "bytes" {
    label   = { fr = "Octets", en = "Bytes" }
    unit    = "dav"
    command = ["/usr/local/bin/member", "count", "bytes"]
  }

  # Only errors are written, to the container's output, which Ronron bounds.
  retention { logs = "0s" }
  requests {
    none = true
    off = {
      fr = "Radicale n'appelle personne et n'a pas de sortie vers Internet ; ses pages ne chargent que ce qu'il sert."
      en = "Radicale calls nobody and has no way out to the Internet; its pages load only what it serves."
    }
  }
  upgrade { from = [] }

  members = {
    fr = "Donnez l'adresse du service à votre application (DAVx⁵, Thunderbird, iPhone, Gnome…) comme serveur CalDAV et CardDAV, avec votre compte du chaton : vos agendas et contacts apparaissent. Dans un navigateur, la même adresse permet d'en ajouter, d'en importer et d'en télécharger."
    en = "Give the service's address to your app (DAVx⁵, Thunderbird, iPhone, Gnome…) as CalDAV and CardDAV server, with your account of the chaton: your calendars and contacts appear. In a browser the same address lets you add, import and download them."
  }
  limits_note = {
    fr = "Un agenda ne se partage pas entre membres, et n'a pas d'adresse publique. Il n'y a ni invitations par courriel, ni vue des événements dans le navigateur ; les pages de Radicale n'existent qu'en anglais. La place par membre n'est pas bornée ; un envoi l'est à 10 Mo."
    en = "A calendar cannot be shared between members, and has no public address. There are no invitations by mail, nor a view of events in the browser; Radicale's pages exist in English only. Space for each member is not bounded; an upload is, at 10 MB."
  }
}
