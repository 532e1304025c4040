# What is decided here, and why:
#
# - Shaarli knows one account. Here every member of the groups in "enter" uses it,
#   each with their own login and password (preload.php): the links belong to all
#   of them, private ones too, and who added which is not kept.
# - A member's right to be there is checked again after 5 seconds; there is no
#   "remember me", which would last a year whatever becomes of the member.
# - The installer, Shaarli's own settings, plugins and password, and its
#   programming interface are off: what runs is what chaton.hcl says. No plugin
#   that others serve is in the image.
# - Nothing is fetched of the sites that are linked to: no titles, no thumbnails.
#   Members type the title; in exchange the service has no way out.
# - The three examples that Shaarli begins with are left out: one of them says
#   that only its author can see it.
# - Images in descriptions are not shown when they lie elsewhere: they would tell
#   those sites who reads.
recipe "shaarli" {
  version = "1"

  software {
    name          = "Shaarli"
    version       = "0.14.0"
    licence       = "Zlib"
    source        = "https://github.com/shaarli/Shaarli"
    documentation = "https://shaarli.readthedocs.io/"
    category      = "bookmarks"
    replaces      = ["Pocket", "Pinboard", "Delicious"]
    title         = { fr = "Liens partagés", en = "Shared links" }
    summary = {
      fr = "Les liens que les membres gardent et partagent, classés par mots-clés."
      en = "Links that the members keep and share, sorted by tags."
    }
  }

  public = setting.read == "everyone" ? {
    fr = "Tout le monde peut lire les liens publics, et les suivre par flux RSS ou Atom."
    en = "Anyone can read the public links, and follow them by RSS or Atom feed."
    } : {
    fr = "Rien : seuls les membres peuvent lire."
    en = "Nothing: only members can read."
  }

  setting "title" {
    type    = "string"
    default = chaton.language == "fr" ? "Les liens de ${chaton.name}" : "Links of ${chaton.name}"
    label   = { fr = "Titre", en = "Title" }
    help    = { fr = "En haut de chaque page et dans les flux.", en = "At the top of every page, and in the feeds." }
    check {
      condition = length(trimspace(setting.title)) > 0 && !strcontains(setting.title, "<") && !strcontains(setting.title, ">")
      message   = { fr = "Donnez un titre, sans < ni >.", en = "Give it a title, without < and >." }
    }
  }

  setting "language" {
    type    = "string"
    default = contains(["fr", "en", "de", "ja", "ru"], chaton.language) ? chaton.language : "en"
    label   = { fr = "Langue", en = "Language" }
    help    = { fr = "Des boutons et messages : fr, en, de, ja ou ru.", en = "Of buttons and messages: fr, en, de, ja or ru." }
    check {
      condition = contains(["fr", "en", "de", "ja", "ru"], setting.language)
      message   = { fr = "Écrivez fr, en, de, ja ou ru.", en = "Write fr, en, de, ja or ru." }
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

  secret "account" { length = 48 }

  accounts "ldap" {
    identity       = "uid"
    sign_up        = "closed"
    administrators = { fr = "Personne : chaton.hcl règle tout.", en = "Nobody: chaton.hcl decides everything." }
  }

  data "links" {
    what = {
      fr = "Les liens, leur description et leurs mots-clés, publics ou réservés aux membres ; l'heure des derniers changements. Qui les a ajoutés n'est pas gardé."
      en = "Links, their descriptions and tags, public or for members; when they were last changed. Who added them is not kept."
    }
    personal = false
    kept     = { fr = "Jusqu'à ce que les membres les effacent.", en = "Until members delete them." }
    volume   = "data"
  }

  data "sessions" {
    what     = { fr = "Qui est connecté, en mémoire seulement.", en = "Who is signed in, in memory only." }
    personal = true
    kept     = { fr = "Une heure après la dernière visite, au plus.", en = "An hour after the last visit, at most." }
  }

  volume "data" {}

  unit "web" {
    build {}
    user      = "33:33"
    read_only = true
    tmpfs     = ["/tmp"]

    mount "data" { path = "/var/lib/shaarli/data" }

    file "/etc/ronron/apache.conf" {
      template = "apache.conf.tmpl"
    }
    file "/etc/ronron/settings.json" {
      content = jsonencode({
        title = setting.title, language = setting.language, read = setting.read, timezone = setting.timezone, url = service.url
      })
    }
    file "/etc/ronron/account.password" {
      content = secret.account
      owner   = "0:33"
      mode    = "0440"
    }
    file "/etc/ronron/directory.php" {
      template = "directory.php.tmpl"
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
    upload = "16M"
    deny   = ["/health", "/install", "/api", "/admin/configure", "/admin/plugins", "/admin/password", "/admin/server"]
  }

  backup {
    volumes = ["data"]
    check {
      unit    = "web"
      command = ["/usr/local/bin/links", "count"]
    }
  }

  # Nothing here belongs to one member.
  export "member" {
    unit    = "web"
    command = ["tar", "--create", "--files-from=/dev/null"]
    formats = []
    what    = { fr = "Rien : les liens sont à tous, et chaque membre peut les exporter depuis le menu.", en = "Nothing: the links belong to all, and each member can export them from the menu." }
  }
  erase "member" {
    unit    = "web"
    command = ["true"]
    leaves  = { fr = "Les liens, qui sont à tous et ne nomment personne.", en = "The links, which belong to all and name nobody." }
  }

  usage "documents" {
    label   = { fr = "Liens", en = "Links" }
    unit    = "web"
    command = ["/usr/local/bin/links", "count"]
  }
  usage "bytes" {
    label   = { fr = "Octets", en = "Bytes" }
    unit    = "web"
    command = ["sh", "-c", "du -sb /var/lib/shaarli/data | cut -f1"]
  }

  # What is written to the container's output names no one, and Ronron bounds it.
  retention { logs = "0s" }
  requests {
    none = true
    off = {
      fr = "Recherche de mises à jour, vignettes et titres des sites liés sont éteints, et le service n'a pas de sortie vers Internet."
      en = "The search for updates, thumbnails and titles of linked sites are off, and the service has no way out to the Internet."
    }
  }
  upgrade { from = [] }

  members = {
    fr = "Connectez-vous avec votre compte du chaton, puis « Shaare » : collez une adresse, donnez-lui un titre et des mots-clés. Tous les membres peuvent modifier et effacer chaque lien ; un lien « privé » n'est lu que par les membres."
    en = "Sign in with your account of the chaton, then \"Shaare\": paste an address, give it a title and tags. All members can change and delete every link; a \"private\" link is read by members only."
  }
  limits_note = {
    fr = "Une seule collection pour tous les membres : personne n'a ses propres liens. Le titre d'un lien se tape à la main. Il n'y a pas d'accès pour les applications."
    en = "One collection for all members: nobody has links of their own. The title of a link is typed by hand. There is no access for apps."
  }
}
