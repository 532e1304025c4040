# What is decided here, and why:
#
# - Pages are in a MariaDB beside the wiki, files on the volume "images". The
#   tables and the first page are made by a job before the wiki starts; the web
#   installer is not even in the image.
# - None of the known LDAP extensions is in Debian, so a small one of ours asks the
#   directory (Guard.php, Directory.php): whoever signs in is one of the groups in
#   "enter", MediaWiki keeps no password, and every session and right is checked
#   again after 15 seconds. Administrators of the chaton are the wiki's ("sysop").
#   While the directory does not answer, who is signed in stays so for 10 minutes.
# - A login "ana_b" is called "Ana b" in the wiki: that is how MediaWiki writes names.
# - No extension that asks others is in the image: no formulas (a service of the
#   Wikimedia foundation draws them), no lists of spammers, no images of Commons.
# - No mail is sent, so pages cannot be subscribed to by mail.
# - SVG files cannot be uploaded: they may hold scripts.
# - No IP address is kept: nobody writes without an account.
recipe "mediawiki" {
  version = "1"
  parts   = ["php-database", "php-directory"]

  software {
    name          = "MediaWiki"
    version       = "1.43"
    licence       = "GPL-2.0-or-later"
    source        = "https://gerrit.wikimedia.org/g/mediawiki/core"
    documentation = "https://www.mediawiki.org/wiki/Documentation"
    category      = "wiki"
    replaces      = ["Confluence", "Notion"]
    title         = { fr = "Encyclopédie", en = "Encyclopedia" }
    summary = {
      fr = "Le wiki de Wikipédia : des pages que l'on écrit à plusieurs, dont chaque version est gardée."
      en = "Wikipedia's wiki: pages that people write together, with every version kept."
    }
  }

  public = setting.read == "everyone" ? {
    fr = "Tout le monde peut lire. L'identifiant de qui écrit est visible."
    en = "Anyone can read. The login of whoever writes is visible."
    } : {
    fr = "Rien : seuls les membres peuvent lire."
    en = "Nothing: only members can read."
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
      fr = "Celle des boutons et messages : fr, en, br, oc, de, es… Les noms comme « Accueil » restent dans celle du premier démarrage."
      en = "Of buttons and messages: fr, en, br, oc, de, es… Names such as \"Main page\" stay in that of the first start."
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
      fr = "Affichée sous chaque page : cc-by-sa, cc-by, cc-zero, gnufdl, ou vide."
      en = "Shown below each page: cc-by-sa, cc-by, cc-zero, gnufdl, or empty."
    }
    check {
      condition = contains(["", "cc-by-sa", "cc-by", "cc-zero", "gnufdl"], setting.licence)
      message = {
        fr = "Choisissez cc-by-sa, cc-by, cc-zero, gnufdl, ou une chaîne vide."
        en = "Choose cc-by-sa, cc-by, cc-zero, gnufdl, or an empty string."
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
    sign_up        = "closed" # no way of making accounts is configured, and no group has the right
    administrators = { fr = "Les membres du groupe admins.", en = "Members of the group admins." }
  }

  companion "mariadb" "db" {
    major   = 11
    options = { charset = "binary" } # MediaWiki keeps its texts as bytes
  }

  data "pages" {
    what = {
      fr = "Les pages et les fichiers, avec chaque version : son heure et l'identifiant de qui l'a écrite."
      en = "The pages and files, with each version: when, and the login of whoever wrote it."
    }
    personal = true
    kept = {
      fr = "Tant que le wiki existe : une page effacée peut être rétablie."
      en = "As long as the wiki exists: a deleted page can be restored."
    }
    volume = "db"
  }

  data "files" {
    what     = { fr = "Les fichiers que les membres déposent.", en = "The files that members upload." }
    personal = true
    kept     = { fr = "Comme les pages.", en = "Like pages." }
    volume   = "images"
  }

  data "accounts" {
    what = {
      fr = "Les préférences et la liste de suivi de chaque membre, et qui est connecté."
      en = "Each member's preferences and watchlist, and who is signed in."
    }
    personal = true
    kept = {
      fr = "La connexion : jusqu'à un mois. Le reste : jusqu'à la suppression du compte par l'hébergeur."
      en = "The sign-in: up to a month. The rest: until the host removes the account."
    }
    volume = "db"
  }

  volume "images" {}

  unit "web" {
    build {}
    user      = "33:33"
    read_only = true
    tmpfs     = ["/tmp"]
    needs     = ["db"]

    mount "images" { path = "/var/lib/mediawiki/images" }

    file "/etc/ronron/apache.conf" {
      template = "apache.conf.tmpl"
    }
    file "/etc/ronron/start.txt" {
      template = "start.txt.tmpl"
    }
    file "/etc/ronron/language" {
      content = setting.language
    }
    file "/etc/ronron/LocalSettings.php" {
      template = "LocalSettings.php.tmpl"
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
      memory = "512M"
      pids   = 64
    }
    stop_timeout = "10s"
  }

  job "settle" {
    when    = ["first", "upgrade"]
    unit    = "web"
    command = ["/usr/local/bin/settle"]
    timeout = "10m"
  }

  schedule "jobs" {
    unit    = "web"
    every   = "5m"
    inside  = true
    command = ["php", "/usr/share/mediawiki/maintenance/run.php", "runJobs", "--maxtime=200", "--memory-limit=128M"]
    timeout = "5m"
  }

  tool "maintenance" {
    unit    = "web"
    command = ["php", "/usr/share/mediawiki/maintenance/run.php"]
    help    = { fr = "Les commandes de MediaWiki : « -- showSiteStats ».", en = "MediaWiki's own commands: \"-- showSiteStats\"." }
  }

  route "web" {
    unit    = "web"
    port    = "http"
    path    = "/"
    upload  = "64M"
    timeout = "120s"
    deny    = ["/health", "/mw-config"]
  }

  backup {
    exclude = ["images/.upload", "images/thumb"]
    check {
      unit    = "web"
      command = ["php", "/usr/share/mediawiki/maintenance/run.php", "showSiteStats"]
      expect  = "Total pages"
    }
  }

  export "member" {
    unit    = "web"
    command = ["php", "/usr/share/mediawiki/maintenance/run.php", "/usr/share/ronron/Member.php", "export"]
    formats = ["application/json", "text/plain", "application/octet-stream"]
    what = {
      fr = "Chaque version des pages que le membre a écrite, ses fichiers, sa liste de suivi et ses préférences."
      en = "Each version of pages that the member wrote, their files, watchlist and preferences."
    }
  }
  erase "member" {
    unit    = "web"
    command = ["php", "/usr/share/mediawiki/maintenance/run.php", "/usr/share/ronron/Member.php", "erase"]
    leaves = {
      fr = "Ce qui a été écrit, sous le nom d'un ancien membre. La page personnelle, si elle existe, et un nom écrit dans un texte y restent : un administrateur peut les effacer."
      en = "What was written, under the name of a former member. The member's own page, where there is one, and a name written in a text stay: an administrator can delete them."
    }
  }

  usage "pages" {
    label = { fr = "Pages", en = "Pages" }
    unit  = "db"
    sql   = "SELECT ss_total_pages FROM site_stats"
  }
  usage "accounts" {
    label = { fr = "Comptes qui se sont connectés", en = "Accounts that have signed in" }
    unit  = "db"
    sql   = "SELECT count(*) FROM user WHERE user_name NOT LIKE '%(%' AND user_name NOT IN ('Maintenance script', 'MediaWiki default')"
  }
  # What is written to the container's output names no one, and Ronron bounds it.
  retention { logs = "0s" }
  requests {
    none = true
    off = {
      fr = "Aucune extension qui interroge d'autres sites n'est installée, le décompte des installations est coupé, et les images d'autres sites ne sont pas montrées."
      en = "No extension that asks other sites is installed, the count of installations is off, and images of other sites are not shown."
    }
  }
  upgrade { from = [] }
  members = {
    fr = "Se connecter en haut à droite, écrire dans un éditeur visuel ou en wikicode, déposer des images, suivre des pages."
    en = "Sign in at the top right, write in a visual editor or in wikitext, upload images, watch pages."
  }
  limits_note = {
    fr = "Ni formules mathématiques, ni modules Lua, ni courriels."
    en = "No formulas, no Lua modules, no mail."
  }
}
