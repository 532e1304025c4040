# What is decided here, and why:
#
# - It is upstream's image with one plugin of ours laid on it (ep_ronron), and the
#   plugin does what Etherpad lacks here: members are who the gateway says they
#   are, with one author, name and colour for each of them in whatever browser;
#   their pads are listed on the first page; and what Etherpad shows is a list in
#   doors.js, so that whatever a later version adds is closed until it is named.
# - With access = "guests" members make pads, and whoever has the address of one
#   writes in it: the gateway asks for the account at one place, and Etherpad keeps
#   who it was for a day. With "link" nobody signs in, as people know it from
#   elsewhere, and authors are whom they say.
# - Etherpad's own accounts, its pages for administrators, its programming
#   interface, its sign-in service and its figures are closed: what runs is what
#   chaton.hcl says. A host lists and removes pads by `ronron run pads pads -- list`.
# - Without the plugin Etherpad is not healthy: it never runs with its doors open.
# - Nothing is looked up or fetched: no updates, no catalogue of plugins.
# - No log says who opened which pad: the address of a pad is what opens it, and
#   only errors are written.
# - Nothing is removed unless the host says after how many days ("forget").
# - 150 messages a second from one address, instead of 10: a whole association
#   comes from one, and whoever goes beyond is thrown out of the pad.
#
# Upstream's image could not be had where the catalog is made. All of this was
# tried against Etherpad 3.3.1 put together there from its sources, on Debian
# instead of Alpine: same folders, user and major version of Node, ueberdb2 6.1.20
# instead of 6.1.9, and without the administration pages, which are closed here.
recipe "etherpad" {
  version = "1"

  software {
    name          = "Etherpad"
    version       = "3.3.1"
    licence       = "Apache-2.0"
    source        = "https://github.com/ether/etherpad"
    documentation = "https://docs.etherpad.org/"
    category      = "pads"
    replaces      = ["Google Docs", "Microsoft Word Online"]
    title         = { fr = "Pads", en = "Pads" }
    summary = {
      fr = "Écrire un texte à plusieurs, en même temps, chacun dans sa couleur."
      en = "Writing one text together, at the same time, each person in their colour."
    }
  }

  public = {
    members = {
      fr = "Rien : seuls les membres lisent et écrivent."
      en = "Nothing: only members read and write."
    }
    guests = {
      fr = "Qui connaît l'adresse d'un pad peut le lire et y écrire. Les membres en créent."
      en = "Whoever knows the address of a pad can read it and write in it. Members make them."
    }
    link = {
      fr = "Qui connaît l'adresse d'un pad peut le lire et y écrire. Tout le monde peut en créer."
      en = "Whoever knows the address of a pad can read it and write in it. Anyone can make one."
    }
  }[setting.access]
  members = {
    fr = "Donnez un nom à un pad et partagez son adresse : on y écrit à plusieurs, sous le nom de son compte. La première page liste les pads où vous avez écrit. On revoit chaque instant d'un pad, et on l'exporte en PDF, DOCX, HTML ou texte."
    en = "Give a pad a name and share its address: several people write in it, under the names of their accounts. The first page lists the pads that you wrote in. Each moment of a pad can be seen again, and it is exported as PDF, DOCX, HTML or text."
  }
  limits_note = {
    fr = "Tout membre qui connaît le nom d'un pad y accède : il n'y a pas de pad privé. Seule la personne qui a créé un pad peut l'effacer, ou l'hébergeur. Un membre suspendu perd l'accès en 5 minutes au plus (avec « guests », il peut encore créer des pads pendant un jour), mais un pad qu'il a déjà ouvert le reste jusqu'à ce que sa page se ferme. Rien ne s'importe ni ne s'exporte en ODT ou en DOC."
    en = "Any member who knows the name of a pad gets there: no pad is private. Only whoever made a pad can remove it, or the host. A suspended member is kept out within 5 minutes (with \"guests\" they can make pads for up to a day), but a pad that they have open stays open until its page closes. ODT and DOC are neither imported nor exported."
  }

  setting "title" {
    type    = "string"
    default = "Pads · ${chaton.name}"
    label   = { fr = "Titre", en = "Title" }
    help    = { fr = "Dans les onglets des navigateurs.", en = "On the tabs of browsers." }
    check {
      condition = length(trimspace(setting.title)) > 0
      message   = { fr = "Donnez un titre.", en = "Give it a title." }
    }
  }

  setting "access" {
    type    = "string"
    default = "members"
    label   = { fr = "Qui entre", en = "Who gets in" }
    help = {
      fr = "« members » : les membres, avec leur compte ; « guests » : eux seuls créent des pads, et toute personne qui connaît l'adresse d'un pad y écrit ; « link » : sans compte, tout le monde en crée."
      en = "\"members\", with their account; \"guests\": they alone make pads, and whoever knows the address of one writes in it; \"link\": without an account, anyone makes them."
    }
    check {
      condition = contains(["members", "guests", "link"], setting.access)
      message   = { fr = "Écrivez \"members\", \"guests\" ou \"link\".", en = "Write \"members\", \"guests\" or \"link\"." }
    }
  }

  setting "text" {
    type    = "string"
    default = ""
    label   = { fr = "Texte d'un nouveau pad", en = "Text of a new pad" }
    help    = { fr = "Vide par défaut.", en = "Empty by default." }
    check {
      condition = length(setting.text) <= 10000
      message   = { fr = "Écrivez au plus 10000 caractères.", en = "Write at most 10000 characters." }
    }
  }

  setting "chat" {
    type    = "bool"
    default = true
    label   = { fr = "Discussion à côté du texte", en = "Chat beside the text" }
    help    = { fr = "Ce qui s'y écrit reste avec le pad.", en = "What is written there stays with the pad." }
  }

  setting "upload" {
    type    = "number"
    default = 10
    label   = { fr = "Taille d'un fichier importé", en = "Size of an imported file" }
    help    = { fr = "En mégaoctets, de 1 à 50.", en = "In megabytes, from 1 to 50." }
    check {
      condition = setting.upload >= 1 && setting.upload <= 50 && setting.upload == floor(setting.upload)
      message   = { fr = "Écrivez un nombre entier de 1 à 50.", en = "Write a whole number from 1 to 50." }
    }
  }

  setting "forget" {
    type    = "number"
    default = 0
    label   = { fr = "Oublier les pads abandonnés", en = "Forgetting abandoned pads" }
    help = {
      fr = "Après tant de jours sans que personne n'y écrive, un pad est effacé avec toute son histoire ; au moins 30, et 0 pour jamais. Voyez d'abord ce qui partirait : ronron run pads pads -- old 365."
      en = "After so many days in which nobody wrote in it, a pad is removed with all of its history; 30 at least, and 0 for never. Look first at what would go: ronron run pads pads -- old 365."
    }
    check {
      condition = setting.forget == 0 || setting.forget >= 30 && setting.forget == floor(setting.forget)
      message   = { fr = "Écrivez 0, ou un nombre entier de jours, au moins 30.", en = "Write 0, or a whole number of days, 30 at least." }
    }
  }

  secret "api" {
    kind   = "hex"
    length = 32
    rotate = true
  }

  accounts "header" {
    identity       = "uid"
    administrators = { fr = "Personne : les pages d'administration d'Etherpad sont fermées.", en = "Nobody: Etherpad's pages for administrators are closed." }
    sign_up        = "closed" # Etherpad has no accounts of its own here
    header         = { user = "Remote-User", name = "Remote-Name" }
  }

  data "pads" {
    what = {
      fr = "Les pads et leur discussion, avec chaque frappe, son heure et son auteur : ${setting.access == "link" ? "" : "le nom, le compte et la couleur du membre, et quand il est venu la dernière fois"}${setting.access == "guests" ? " ; " : ""}${setting.access == "members" ? "" : "le nom que chacun s'est donné"}."
      en = "The pads and their chat, with each keystroke, its time and its author: ${setting.access == "link" ? "" : "the member's name, login and colour, and when they last came"}${setting.access == "guests" ? "; " : ""}${setting.access == "members" ? "" : "the name that each person chose"}."
    }
    personal = true
    kept = setting.forget == 0 ? {
      fr = "Jusqu'à ce que l'hébergeur, ou qui l'a créé, efface le pad."
      en = "Until the host, or whoever made it, removes the pad."
      } : {
      fr = "Jusqu'à ce que personne n'y ait écrit pendant ${setting.forget} jours."
      en = "Until nobody wrote in it for ${setting.forget} days."
    }
    volume = "db"
  }
  data "sessions" {
    what     = { fr = "Qui est connecté, et un cookie par navigateur.", en = "Who is signed in, and a cookie for each browser." }
    personal = true
    kept     = { fr = "Un jour après la dernière visite.", en = "For a day after the last visit." }
    volume   = "db"
  }

  companion "postgresql" "db" {
    major = 17
  }

  unit "web" {
    build {}
    user      = "5001:5001"
    read_only = true
    tmpfs     = ["/tmp", "/opt/etherpad-lite/var", "/opt/etherpad-lite/src/plugin_packages"]
    needs     = ["db"]

    file "/etc/ronron/settings.json" {
      template = "settings.json.tmpl"
      owner    = "0:5001"
      mode     = "0440"
    }
    file "/etc/ronron/api.key" {
      content = secret.api
      owner   = "0:5001"
      mode    = "0440"
    }

    port "http" { number = 9001 }
    health {
      http   = { port = "http", path = "/ronron/health" }
      within = "3m"
    }
    limits {
      memory = "768M"
      pids   = 100
    }
    stop_timeout = "20s"
  }

  route "web" {
    unit    = "web"
    port    = "http"
    path    = "/"
    enter   = setting.access == "members" ? "members" : "anyone"
    upload  = "${setting.upload + 1}M"
    timeout = "120s"
    deny    = ["/admin", "/admin-auth", "/api", "/rest", "/api-docs", "/api-docs.json", "/oidc", "/interaction", "/views", "/stats", "/health", "/tests", "/static/tests.html", "/ronron/health", "/ronron/host"]
    # Etherpad writes scripts and styles into its pages. A pad that is open to whoever
    # has its address may be shown inside the page of another site, as its menu offers.
    headers = {
      "Content-Security-Policy" = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors ${setting.access == "members" ? "'self'" : "*"}"
    }
  }

  # Where guests come too, members sign in here.
  route "enter" {
    unit  = "web"
    port  = "http"
    path  = "/ronron/enter"
    enter = setting.access == "link" ? "anyone" : "members"
  }

  # Browsers ask for it without saying who they are; it holds the title and colours.
  route "manifest" {
    unit = "web"
    port = "http"
    path = "/manifest.json"
  }

  tool "pads" {
    unit    = "web"
    command = ["node", "/usr/share/ronron/pads.js"]
    help    = { fr = "Les pads : list, count, old JOURS, make NOM, delete NOM.", en = "Pads: list, count, old DAYS, make NAME, delete NAME." }
  }

  schedule "forget" {
    unit    = "web"
    every   = "1d"
    inside  = true
    command = ["node", "/usr/share/ronron/pads.js", "forget"]
    timeout = "30m"
  }

  # The database brings its own dump and restore; nothing else is kept.
  backup {
    volumes = []
    check {
      unit    = "web"
      command = ["node", "/usr/share/ronron/pads.js", "count"]
    }
  }
  export "member" {
    unit    = "web"
    command = ["node", "/usr/share/ronron/pads.js", "export"]
    formats = ["text/plain", "application/json"]
    what = {
      fr = "Le nom, la couleur et la dernière visite du membre, le texte de chaque pad où il a écrit avec son compte, et ce qu'il y a dit dans la discussion."
      en = "The member's name, colour and last visit, the text of each pad that they wrote in with their account, and what they said in the chat there."
    }
  }
  erase "member" {
    unit    = "web"
    command = ["node", "/usr/share/ronron/pads.js", "erase"]
    leaves = {
      fr = "Ce qui a été écrit, sans dire par qui. Un nom écrit dans un texte y reste."
      en = "What was written, without saying by whom. A name written in a text stays there."
    }
  }
  usage "documents" {
    label = { fr = "Pads", en = "Pads" }
    unit  = "db"
    sql   = "SELECT count(*) FROM store WHERE key ~ '^pad:[^:]+$'"
  }
  usage "accounts" {
    label = { fr = "Membres qui ont écrit", en = "Members who wrote" }
    unit  = "db"
    sql   = "SELECT count(*) FROM store WHERE key LIKE 'mapper2author:%'"
  }
  usage "bytes" {
    label = { fr = "Octets", en = "Bytes" }
    unit  = "db"
    sql   = "SELECT pg_database_size(current_database())"
  }
  # What is written to the container's output names no one, and Ronron bounds it.
  retention { logs = "0s" }
  requests {
    none = true
    off = {
      fr = "La recherche de mises à jour et le catalogue d'extensions sont coupés ; tout ce qu'une page montre vient d'ici, et le service n'a pas de sortie vers Internet."
      en = "Looking for updates and the catalogue of plugins are off; whatever a page shows comes from here, and the service has no way out to the Internet."
    }
  }
  upgrade { from = [] }
}
