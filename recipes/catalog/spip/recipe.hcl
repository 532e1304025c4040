# What is decided here, and why:
#
# - Texts are in a MariaDB beside the site, files on the volume "data". The tables
#   and the first article are made by a job before the site starts; the installer
#   and the pages that upgrade are not even in the image.
# - SPIP's own LDAP would let anybody in who is in the directory, would keep the
#   password in the session, and would never ask again. A small part of ours asks
#   instead (options.php, Directory.php): whoever signs in is one of the groups in
#   "enter", and every session is checked again after 15 seconds. Administrators of
#   the chaton are webmasters; the others have the role in "role", and a webmaster
#   may give them another. While the directory does not answer, who is signed in
#   stays so for 10 minutes. No password of SPIP's own is ever asked.
# - The code is read-only: no plugin can be added from a browser, and PHP runs in
#   three files. Debian's security updates come with a new image.
# - Feeds of other sites, help fetched from elsewhere, counting of visitors and the
#   search for new versions are out: nothing is shown from, or asked of, anybody else.
# - No mail is sent. Instead of addresses, a keyed name that changes every day is
#   kept; SPIP's own logs are off.
recipe "spip" {
  version = "1"
  parts   = ["php-database", "php-directory"]

  software {
    name          = "SPIP"
    version       = "4.4"
    licence       = "GPL-3.0-only"
    source        = "https://git.spip.net/spip/spip"
    documentation = "https://www.spip.net/"
    category      = "pages"
    replaces      = ["WordPress.com", "Wix", "Substack"]
    title         = { fr = "Site d'articles", en = "Site of articles" }
    summary = {
      fr = "Un site que l'on rédige à plusieurs : articles, rubriques, relecture avant publication."
      en = "A site written by several people: articles, sections, proof-reading before publication."
    }
  }

  public = {
    fr = "Tout le monde peut lire ce qui est publié. Le nom de qui écrit est visible."
    en = "Anyone can read what is published. The name of whoever writes is visible."
  }
  members = {
    fr = "Se connecter à l'adresse /ecrire/ ; écrire des articles, joindre des images, relire ceux des autres, les proposer à la publication (ou les publier, selon le réglage « role »)."
    en = "Sign in at the address /ecrire/; write articles, add images, proof-read those of others, propose them for publication (or publish them, by the setting \"role\")."
  }
  limits_note = {
    fr = "On n'y ajoute ni plugin ni squelette depuis le navigateur, aucun courriel n'est envoyé, et aucun autre site n'est lu."
    en = "No plugin or template can be added from the browser, no mail is sent, and no other site is read."
  }

  setting "title" {
    type    = "string"
    default = chaton.name
    label   = { fr = "Titre du site", en = "Title of the site" }
    help    = { fr = "En haut de chaque page.", en = "At the top of every page." }
    check {
      condition = length(trimspace(setting.title)) > 0
      message   = { fr = "Donnez un titre au site.", en = "Give the site a title." }
    }
  }

  setting "tagline" {
    type    = "string"
    default = ""
    label   = { fr = "Slogan", en = "Tagline" }
    help    = { fr = "Quelques mots sous le titre, ou rien.", en = "A few words below the title, or nothing." }
    check {
      condition = length(setting.tagline) <= 200
      message   = { fr = "Écrivez au plus 200 caractères.", en = "Write at most 200 characters." }
    }
  }

  setting "language" {
    type    = "string"
    default = contains(["fr", "en", "br", "ca", "de", "es", "eu", "it", "nl"], chaton.language) ? chaton.language : "en"
    label   = { fr = "Langue", en = "Language" }
    help    = { fr = "Celle du site : fr, en, br, ca, de, es, eu, it ou nl.", en = "Of the site: fr, en, br, ca, de, es, eu, it or nl." }
    check {
      condition = contains(["fr", "en", "br", "ca", "de", "es", "eu", "it", "nl"], setting.language)
      message   = { fr = "Choisissez fr, en, br, ca, de, es, eu, it ou nl.", en = "Choose fr, en, br, ca, de, es, eu, it or nl." }
    }
  }

  setting "role" {
    type    = "string"
    default = "author"
    label   = { fr = "Ce que font les membres", en = "What members do" }
    help = {
      fr = "author : écrire et proposer ; administrator : publier et modifier tout ce qui est sur le site. Un webmestre peut donner l'autre rôle à quelqu'un."
      en = "author: write and propose; administrator: publish and change everything on the site. A webmaster can give somebody the other role."
    }
    check {
      condition = contains(["author", "administrator"], setting.role)
      message   = { fr = "Choisissez author ou administrator.", en = "Choose author or administrator." }
    }
  }

  setting "comments" {
    type    = "bool"
    default = false
    label   = { fr = "Commentaires", en = "Comments" }
    help    = { fr = "Les membres connectés peuvent commenter les articles ; personne d'autre.", en = "Members who are signed in may comment on articles; nobody else." }
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
    sign_up        = "closed" # the forms are not in the image, and nobody has the right to add accounts
    administrators = { fr = "Les membres du groupe admins sont webmestres.", en = "Members of the group admins are webmasters." }
  }

  companion "mariadb" "db" {
    major = 11
  }

  data "articles" {
    what = {
      fr = "Les articles, rubriques et commentaires, avec leurs versions : l'heure et le nom de qui les a écrits."
      en = "Articles, sections and comments, with their versions: when, and the name of whoever wrote them."
    }
    personal = true
    kept     = { fr = "Jusqu'à ce que les membres les effacent.", en = "Until members delete them." }
    volume   = "db"
  }

  data "files" {
    what     = { fr = "Les images et fichiers que les membres déposent.", en = "Images and files that members upload." }
    personal = true
    kept     = { fr = "Jusqu'à ce que les membres les effacent.", en = "Until members delete them." }
    volume   = "data"
  }

  data "accounts" {
    what = {
      fr = "L'identifiant, le nom, l'adresse électronique et les préférences de chaque membre qui s'est connecté, et l'heure de sa dernière visite."
      en = "The login, name, mail address and preferences of each member who has signed in, and the time of their last visit."
    }
    personal = true
    kept = {
      fr = "Jusqu'à la suppression du compte par l'hébergeur ; une connexion, dix jours au plus."
      en = "Until the host removes the account; a sign-in, ten days at most."
    }
    volume = "db"
  }

  volume "data" {}

  unit "web" {
    build {}
    user      = "33:33"
    read_only = true
    tmpfs     = ["/tmp"]
    needs     = ["db"]

    mount "data" { path = "/var/lib/spip" }

    file "/etc/ronron/apache.conf" {
      template = "apache.conf.tmpl"
    }
    file "/etc/ronron/start.txt" {
      template = "start.txt.tmpl"
    }
    file "/etc/ronron/settings.php" {
      template = "settings.php.tmpl"
      owner    = "0:33"
      mode     = "0440"
    }
    file "/etc/ronron/connect.php" {
      template = "connect.php.tmpl"
      owner    = "0:33"
      mode     = "0440"
    }
    file "/etc/ronron/database.php" {
      template = "parts/php-database/database.php.tmpl"
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
      memory = "384M"
      pids   = 64
    }
    stop_timeout = "10s"
  }

  job "settle" {
    when       = ["first", "upgrade"]
    unit       = "web"
    entrypoint = ["php"]
    command    = ["/usr/share/ronron/settle.php"]
    timeout    = "10m"
  }

  schedule "cron" {
    unit    = "web"
    every   = "5m"
    inside  = true
    command = ["php", "/usr/share/ronron/cron.php"]
    timeout = "5m"
  }

  route "web" {
    unit    = "web"
    port    = "http"
    path    = "/"
    upload  = "64M"
    timeout = "120s"
    deny    = ["/-"]
  }

  backup {
    exclude = ["data/local", "data/tmp"]
    check {
      unit    = "web"
      command = ["php", "/usr/share/ronron/health.php"]
      expect  = "fine"
    }
  }

  export "member" {
    unit    = "web"
    command = ["php", "/usr/share/ronron/Member.php", "export"]
    formats = ["application/json", "application/octet-stream"]
    what = {
      fr = "Les articles, commentaires et fichiers du membre, et son profil."
      en = "The member's articles, comments and files, and their profile."
    }
  }
  erase "member" {
    unit    = "web"
    command = ["php", "/usr/share/ronron/Member.php", "erase"]
    leaves = {
      fr = "Les articles et fichiers, sans auteur, et les commentaires, anonymes. Un nom écrit dans un texte y reste."
      en = "Articles and files, without an author, and comments, anonymous. A name written in a text stays there."
    }
  }

  usage "articles" {
    label = { fr = "Articles publiés", en = "Articles published" }
    unit  = "db"
    sql   = "SELECT count(*) FROM spip_articles WHERE statut = 'publie'"
  }
  usage "accounts" {
    label = { fr = "Comptes qui se sont connectés", en = "Accounts that have signed in" }
    unit  = "db"
    sql   = "SELECT count(*) FROM spip_auteurs WHERE source LIKE 'ronron%'"
  }
  # What is written to the container's output names no one, and Ronron bounds it.
  retention { logs = "0s" }
  requests {
    none = true
    off = {
      fr = "Mises à jour, aide en ligne, plugins et autres sites sont coupés, et aucune page ne montre rien d'ailleurs."
      en = "Updates, online help, plugins and other sites are off, and no page shows anything of elsewhere."
    }
  }
  upgrade { from = [] }
}
