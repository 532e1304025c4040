# What is decided here, and why:
#
# - Texts are in a MariaDB beside the site, files on the volume "uploads". The
#   tables and the first post are made by a job before the site starts; the
#   installer and the page that upgrades are not even in the image.
# - Debian has no LDAP plugin, so a small one of ours asks the directory
#   (ronron.php, Directory.php): whoever signs in is one of the groups in "enter",
#   no password of WordPress' own is ever asked, and every session is checked again
#   after 15 seconds. Administrators of the chaton are the site's; the others have
#   the role in "role", and an administrator may give them another. While the
#   directory does not answer, who is signed in stays so for 10 minutes.
# - The code is read-only: no plugin or theme can be added from a browser, which is
#   how most WordPress sites are broken into. Debian's security updates come with
#   a new image.
# - Nothing is shown from, or asked of, anybody else: no Gravatar, no emoji or fonts
#   of wordpress.org, no embedded videos of other sites, no lists of blogs to tell.
# - XML-RPC, application passwords and trackbacks are off.
# - No mail is sent. No IP address is kept, of readers, writers or sessions.
# - HTML that scripts could hide in is filtered for everybody, administrators too.
recipe "wordpress" {
  version = "1"
  parts   = ["php-database", "php-directory"]

  software {
    name          = "WordPress"
    version       = "6.8"
    licence       = "GPL-2.0-or-later"
    source        = "https://core.trac.wordpress.org/browser"
    documentation = "https://wordpress.org/documentation/"
    category      = "pages"
    replaces      = ["WordPress.com", "Wix", "Medium"]
    title         = { fr = "Site et blog", en = "Site and blog" }
    summary = {
      fr = "Un site ou un blog que les membres écrivent ensemble, dans leur navigateur."
      en = "A site or blog that members write together, in their browser."
    }
  }

  public = setting.read == "everyone" ? {
    fr = "Tout le monde peut lire ce qui est publié. Le nom de qui écrit est visible."
    en = "Anyone can read what is published. The name of whoever writes is visible."
    } : {
    fr = "Rien : seuls les membres peuvent lire."
    en = "Nothing: only members can read."
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
    default = contains(["fr", "en", "de", "es", "it"], chaton.language) ? chaton.language : "en"
    label   = { fr = "Langue", en = "Language" }
    help    = { fr = "Celle du site et de ses boutons : fr, en, de, es ou it.", en = "Of the site and its buttons: fr, en, de, es or it." }
    check {
      condition = contains(["fr", "en", "de", "es", "it"], setting.language)
      message   = { fr = "Choisissez fr, en, de, es ou it.", en = "Choose fr, en, de, es or it." }
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

  setting "role" {
    type    = "string"
    default = "author"
    label   = { fr = "Ce que font les membres", en = "What members do" }
    help = {
      fr = "subscriber : lire ; contributor : proposer ; author : publier leurs articles ; editor : publier et modifier tout. Un administrateur peut donner un autre rôle à quelqu'un."
      en = "subscriber: read; contributor: propose; author: publish their own posts; editor: publish and change everything. An administrator can give somebody another role."
    }
    check {
      condition = contains(["subscriber", "contributor", "author", "editor"], setting.role)
      message   = { fr = "Choisissez subscriber, contributor, author ou editor.", en = "Choose subscriber, contributor, author or editor." }
    }
  }

  setting "comments" {
    type    = "bool"
    default = false
    label   = { fr = "Commentaires", en = "Comments" }
    help    = { fr = "Les membres connectés peuvent commenter ; personne d'autre.", en = "Members who are signed in may comment; nobody else." }
  }

  setting "index" {
    type    = "bool"
    default = true
    label   = { fr = "Moteurs de recherche", en = "Search engines" }
    help    = { fr = "Sinon, le site leur demande de ne pas le montrer.", en = "Otherwise the site asks them not to show it." }
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
    sign_up        = "closed" # registration is off, and nobody has the right to add users
    administrators = { fr = "Les membres du groupe admins.", en = "Members of the group admins." }
  }

  companion "mariadb" "db" {
    major = 11
  }

  data "posts" {
    what = {
      fr = "Les articles, pages et commentaires, avec leurs versions : l'heure et le nom de qui les a écrits."
      en = "Posts, pages and comments, with their versions: when, and the name of whoever wrote them."
    }
    personal = true
    kept = {
      fr = "Jusqu'à ce que les membres les effacent, et 30 jours dans la corbeille."
      en = "Until members delete them, and 30 days in the bin."
    }
    volume = "db"
  }

  data "files" {
    what     = { fr = "Les images et fichiers que les membres déposent.", en = "Images and files that members upload." }
    personal = true
    kept     = { fr = "Jusqu'à ce que les membres les effacent.", en = "Until members delete them." }
    volume   = "uploads"
  }

  data "accounts" {
    what = {
      fr = "L'identifiant, le nom, l'adresse électronique et les préférences de chaque membre qui s'est connecté."
      en = "The login, name, mail address and preferences of each member who has signed in."
    }
    personal = true
    kept = {
      fr = "Jusqu'à la suppression du compte par l'hébergeur ; une connexion, deux semaines au plus."
      en = "Until the host removes the account; a sign-in, two weeks at most."
    }
    volume = "db"
  }

  volume "uploads" {}

  unit "web" {
    build {}
    user      = "33:33"
    read_only = true
    tmpfs     = ["/tmp"]
    needs     = ["db"]

    mount "uploads" { path = "/var/lib/wordpress/wp-content/uploads" }

    file "/etc/ronron/apache.conf" {
      template = "apache.conf.tmpl"
    }
    file "/etc/ronron/start.txt" {
      template = "start.txt.tmpl"
    }
    file "/etc/ronron/wp-config.php" {
      template = "wp-config.php.tmpl"
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
      http   = { port = "http", path = "/health" }
      within = "60s"
    }
    limits {
      memory = "384M"
      pids   = 64
    }
    stop_timeout = "10s"
  }

  job "settle" {
    when    = ["first", "upgrade"]
    unit    = "web"
    command = ["php", "/usr/share/ronron/settle.php"]
    timeout = "10m"
  }

  schedule "cron" {
    unit    = "web"
    every   = "5m"
    inside  = true
    command = ["php", "/usr/share/wordpress/wp-cron.php"]
    timeout = "5m"
  }

  route "web" {
    unit    = "web"
    port    = "http"
    path    = "/"
    upload  = "64M"
    timeout = "120s"
    deny    = ["/health", "/xmlrpc.php"]
  }

  backup {
    exclude = ["uploads/.upload"]
    check {
      unit    = "web"
      command = ["php", "-r", "require '/usr/share/wordpress/wp-load.php'; echo wp_count_posts()->publish > 0 ? 'posts' : 'nothing';"]
      expect  = "posts"
    }
  }

  export "member" {
    unit    = "web"
    command = ["php", "/usr/share/ronron/Member.php", "export"]
    formats = ["application/json", "text/html", "application/octet-stream"]
    what = {
      fr = "Les articles, pages, commentaires et fichiers du membre, et son profil."
      en = "The member's posts, pages, comments and files, and their profile."
    }
  }
  erase "member" {
    unit    = "web"
    command = ["php", "/usr/share/ronron/Member.php", "erase"]
    leaves = {
      fr = "Les articles et fichiers, au nom du site, et les commentaires, anonymes. Un nom écrit dans un texte y reste."
      en = "Posts and files, in the name of the site, and comments, anonymous. A name written in a text stays there."
    }
  }

  usage "posts" {
    label = { fr = "Articles et pages publiés", en = "Posts and pages published" }
    unit  = "db"
    sql   = "SELECT count(*) FROM wp_posts WHERE post_status = 'publish' AND post_type IN ('post', 'page')"
  }
  usage "accounts" {
    label = { fr = "Comptes qui se sont connectés", en = "Accounts that have signed in" }
    unit  = "db"
    sql   = "SELECT count(*) FROM wp_users WHERE user_login <> 'ronron setup'"
  }
  # What is written to the container's output names no one, and Ronron bounds it.
  retention { logs = "0s" }
  requests {
    none = true
    off = {
      fr = "Gravatar, émojis, polices, mises à jour, contenus intégrés et catalogues de wordpress.org sont coupés."
      en = "Gravatar, emoji, fonts, updates, embedded content and the catalogues of wordpress.org are off."
    }
  }
  upgrade { from = [] }
  members = {
    fr = "Se connecter à l'adresse /wp-login.php ; écrire, joindre des images, publier."
    en = "Sign in at the address /wp-login.php; write, add images, publish."
  }
  limits_note = {
    fr = "On n'y ajoute ni extension ni thème depuis le navigateur, et aucun courriel n'est envoyé. Les traductions de Debian sont incomplètes : une partie de l'administration est en anglais."
    en = "No plugin or theme can be added from the browser, and no mail is sent. Debian's translations are not complete: in other languages, a part of the administration is in English."
  }
}
