# What is decided here, and why:
#
# - Pages, files and their versions are on the volume; nothing else is state.
#   Settings, rights and plugins come from chaton.hcl, and the wiki's own pages
#   for them are off: what runs is what is written, and what is written is backed up.
# - Whoever signs in is one of the groups in "enter": the LDAP filter asks for it,
#   and the directory shows nobody else. Administrators of the chaton see the
#   wiki's log and can revert spam. A right is checked again after 5 seconds.
# - Members may delete files, because every deleted or replaced one is kept.
# - One may sign in with the form only; there is no "remember me", since
#   DokuWiki would keep the password, encrypted, in the browser for a year.
# - Images of other sites are not shown: they would tell those sites who reads.
# - No mail is sent, so pages cannot be subscribed to.
recipe "dokuwiki" {
  version = "1"

  software {
    name          = "DokuWiki"
    version       = "2024-02-06b"
    licence       = "GPL-2.0-only"
    source        = "https://github.com/dokuwiki/dokuwiki"
    documentation = "https://www.dokuwiki.org/manual"
    category      = "wiki"
    replaces      = ["Confluence", "Notion"]
    title         = { fr = "Wiki", en = "Wiki" }
    summary = {
      fr = "Des pages que l'on écrit à plusieurs, dont chaque version est gardée."
      en = "Pages that people write together, with every version kept."
    }
  }

  public = setting.read == "everyone" ? {
    fr = "Tout le monde peut lire, sauf ce qui est réservé aux membres. L'identifiant de qui écrit est visible."
    en = "Anyone can read, except what is kept for members. The login of whoever writes is visible."
    } : {
    fr = "Rien : seuls les membres peuvent lire."
    en = "Nothing: only members can read."
  }

  members = {
    fr = "Écrire et corriger des pages, y déposer des images et des fichiers, voir qui a changé quoi et revenir en arrière."
    en = "Writing and correcting pages, adding pictures and files to them, seeing who changed what and going back."
  }
  limits_note = {
    fr = "On n'écrit pas à deux en même temps dans une page. Aucun courriel n'annonce les changements. Aucune extension ne s'ajoute."
    en = "Two people cannot write in one page at the same time. No mail tells of changes. No plugin can be added."
  }

  setting "title" {
    type    = "string"
    default = chaton.name
    label   = { fr = "Titre du wiki", en = "Title of the wiki" }
    help    = { fr = "En haut de chaque page.", en = "At the top of every page." }
    check {
      condition = length(trimspace(setting.title)) > 0
      message   = { fr = "Donnez un titre au wiki.", en = "Give the wiki a title." }
    }
  }

  setting "language" {
    type    = "string"
    default = chaton.language
    label   = { fr = "Langue", en = "Language" }
    help = {
      fr = "Celle des boutons et messages : fr, en, br, oc, de, es…"
      en = "Of buttons and messages: fr, en, br, oc, de, es…"
    }
    check {
      condition = length(regexall("^[a-z]{2,3}(-[a-z]+)?$", setting.language)) == 1
      message   = { fr = "Écrivez un code de langue, comme fr ou en.", en = "Write the code of a language, such as fr or en." }
    }
  }

  setting "licence" {
    type    = "string"
    default = "cc-by-sa"
    label   = { fr = "Licence des textes", en = "Licence of the texts" }
    help = {
      fr = "Affichée sous chaque page : cc-by-sa, cc-by, cc-zero, cc-by-nc, cc-by-nc-sa, gnufdl, publicdomain, ou vide."
      en = "Shown below each page: cc-by-sa, cc-by, cc-zero, cc-by-nc, cc-by-nc-sa, gnufdl, publicdomain, or empty."
    }
    check {
      condition = contains(["", "cc-by-sa", "cc-by", "cc-zero", "cc-by-nc", "cc-by-nc-sa", "gnufdl", "publicdomain"], setting.licence)
      message = {
        fr = "Choisissez cc-by-sa, cc-by, cc-zero, cc-by-nc, cc-by-nc-sa, gnufdl, publicdomain, ou une chaîne vide."
        en = "Choose cc-by-sa, cc-by, cc-zero, cc-by-nc, cc-by-nc-sa, gnufdl, publicdomain, or an empty string."
      }
    }
  }

  setting "read" {
    type    = "string"
    default = "everyone"
    label   = { fr = "Qui peut lire", en = "Who may read" }
    help    = { fr = "« everyone » : tout le monde ; « members » : les membres.", en = "\"everyone\", or \"members\" only." }
    check {
      condition = contains(["everyone", "members"], setting.read)
      message   = { fr = "Écrivez \"everyone\" ou \"members\".", en = "Write \"everyone\" or \"members\"." }
    }
  }

  setting "private" {
    type    = "list"
    default = []
    label   = { fr = "Catégories réservées aux membres", en = "Namespaces for members only" }
    help = {
      fr = "Dans un wiki public, ce que seuls les membres lisent : [\"bureau\"] réserve bureau/… et ses fichiers."
      en = "In a public wiki, what only members read: [\"board\"] keeps board/… and its files to them."
    }
    check {
      condition = alltrue([for n in setting.private : length(regexall("^[a-z0-9_-]+(:[a-z0-9_-]+)*$", n)) == 1])
      message = {
        fr = "Une catégorie s'écrit en minuscules, comme bureau ou bureau:comptes."
        en = "A namespace is written in lower case, such as board or board:accounts."
      }
    }
  }

  setting "sidebar" {
    type    = "bool"
    default = false
    label   = { fr = "Menu latéral", en = "Sidebar" }
    help = {
      fr = "Affiche la page « sidebar » à côté de toutes les autres, dès que les membres l'ont écrite."
      en = "Shows the page \"sidebar\" beside all others, once the members have written it."
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

  setting "addresses" {
    type    = "bool"
    default = false
    label   = { fr = "Garder les adresses IP", en = "Keep IP addresses" }
    help = {
      fr = "Écrit l'adresse IP avec chaque version, aussi longtemps que la page. Sinon, seul l'identifiant est gardé."
      en = "Writes the IP address with each version, for as long as the page is kept. Otherwise only the login is."
    }
  }

  accounts "ldap" {
    identity       = "uid"
    sign_up        = "closed" # the action "register" is off
    administrators = { fr = "Les membres du groupe admins.", en = "Members of the group admins." }
  }

  data "pages" {
    what = {
      fr = "Les pages et les fichiers, avec chaque version : son heure et l'identifiant${setting.addresses ? ", ainsi que l'adresse IP," : ""} de qui l'a écrite."
      en = "The pages and files, with each version: when, and the login${setting.addresses ? " and IP address" : ""} of whoever wrote it."
    }
    personal = true
    kept = {
      fr = "Les pages : jusqu'à ce que les membres les effacent. Les anciennes versions : tant que le wiki existe."
      en = "Pages: until members delete them. Old versions: as long as the wiki exists."
    }
    volume = "data"
  }

  data "sessions" {
    what = {
      fr = "Qui est connecté, en mémoire seulement ; les brouillons et les verrous des pages que l'on modifie."
      en = "Who is signed in, in memory only; drafts and locks of pages that are being edited."
    }
    personal = true
    kept = {
      fr = "La connexion : jusqu'à la fermeture du navigateur. Les brouillons : jusqu'à l'enregistrement."
      en = "The sign-in: until the browser is closed. Drafts: until the page is saved."
    }
    volume = "data"
  }

  volume "data" {}

  unit "web" {
    build {}
    user      = "33:33"
    read_only = true
    tmpfs     = ["/tmp"]

    mount "data" { path = "/var/lib/dokuwiki/data" }

    file "/etc/ronron/apache.conf" {
      template = "apache.conf.tmpl"
    }
    file "/etc/ronron/start.txt" {
      template = "start.txt.tmpl"
    }
    file "/etc/ronron/directory.password" {
      content = directory.bind_password
      owner   = "0:33"
      mode    = "0440"
    }
    file "/etc/ronron/ca.pem" {
      content = directory.ca
    }
    # Read by the LDAP library itself, so that no setting of PHP can forget it.
    file "/etc/ronron/ldap.conf" {
      content = "TLS_CACERT /etc/ronron/ca.pem\nTLS_REQCERT demand\nNETWORK_TIMEOUT 3\nTIMEOUT 10\n"
    }
    file "/etc/ronron/local.protected.php" {
      template = "local.protected.php.tmpl"
      owner    = "0:33"
      mode     = "0440"
    }
    file "/etc/ronron/acl.auth.php" {
      template = "acl.auth.php.tmpl"
      owner    = "0:33"
      mode     = "0440"
    }

    port "http" { number = 8080 }
    health {
      http   = { port = "http", path = "/health" }
      within = "60s"
    }
    limits {
      memory = "256M"
      pids   = 64
    }
    stop_timeout = "10s"
  }

  route "web" {
    unit   = "web"
    port   = "http"
    path   = "/"
    upload = "64M"
    deny   = ["/health", "/install.php"]
  }

  # The index is kept: without it a search would find only what was opened since.
  backup {
    exclude = ["data/cache", "data/locks", "data/tmp"]
    check {
      unit    = "web"
      command = ["find", "/var/lib/dokuwiki/data/pages", "-name", "*.txt", "-size", "+0"]
      expect  = ".txt"
    }
  }

  export "member" {
    unit    = "web"
    command = ["php", "-d", "auto_prepend_file=", "/usr/share/ronron/member.php", "export"]
    formats = ["text/plain", "application/gzip", "application/octet-stream"]
    what = {
      fr = "Chaque version des pages et des fichiers que le membre a écrite."
      en = "Each version of pages and files that the member wrote."
    }
  }
  erase "member" {
    unit    = "web"
    command = ["php", "-d", "auto_prepend_file=", "/usr/share/ronron/member.php", "erase"]
    leaves = {
      fr = "Ce qui a été écrit, sans dire par qui. Un nom écrit dans le texte d'une page y reste."
      en = "What was written, without saying by whom. A name written in the text of a page stays there."
    }
  }

  usage "pages" {
    label   = { fr = "Pages", en = "Pages" }
    unit    = "web"
    command = ["sh", "-c", "find /var/lib/dokuwiki/data/pages -name '*.txt' | wc -l"]
  }
  # What is written to the container's output names no one, and Ronron bounds it.
  retention { logs = "0s" }
  requests {
    none = true
    off = {
      fr = "La recherche de mises à jour est coupée, jQuery vient du wiki, et les images d'autres sites ne sont pas montrées."
      en = "Looking for updates is off, jQuery comes from the wiki, and images of other sites are not shown."
    }
  }
  upgrade { from = [] }
}
