# What is decided here, and why:
#
# - Members sign in by the portal (OpenID Connect, with PKCE and state). HedgeDoc's
#   own accounts are off, and nobody writes without one unless the host says so.
# - HedgeDoc keeps a session for as long as it is used and asks nobody again. So it
#   is bounded to twelve hours without use, and once a minute a script of ours
#   (sessions.cjs) asks the portal about everybody who has one: who is suspended, or
#   signed out of the portal, has none any more.
# - Pictures, videos and pages of other sites are not shown inside notes: they would
#   tell those sites who reads. Avatars are drawn by HedgeDoc itself. One thing is
#   left, see requests: Chromium opens a connection, and sends nothing over it, for
#   a frame that the page's policy then forbids.
# - The pages of help are ours. HedgeDoc's own show frames of other sites, and belong
#   to nobody, so that a stranger could write in them.
# - Only warnings are logged: HedgeDoc's log of requests holds addresses of people
#   and of notes, and the address of a note can be what opens it.
# - HedgeDoc puts the port that it listens on into its addresses, so it listens on
#   the port that browsers use.
# - Figures for everybody (/status, /metrics) are closed.
#
# Upstream's image could not be had where the catalog is made. All of this was tried
# against HedgeDoc 1.12.0 put together there from its sources, on Debian with Node 24:
# same folders, user and start, and a few of its libraries in other versions.
recipe "hedgedoc" {
  version = "1"

  software {
    name          = "HedgeDoc"
    version       = "1.12.0"
    licence       = "AGPL-3.0-only"
    source        = "https://github.com/hedgedoc/hedgedoc"
    documentation = "https://docs.hedgedoc.org/"
    category      = "pads"
    replaces      = ["Google Docs", "HackMD"]
    title         = { fr = "Notes à plusieurs", en = "Shared notes" }
    summary = {
      fr = "Écrire des notes à plusieurs et en même temps, en Markdown, et en faire des pages ou des diaporamas."
      en = "Writing notes together, at the same time, in Markdown, and making pages or slides of them."
    }
  }

  public = setting.guests ? {
    fr = "Qui connaît l'adresse d'une note la lit, et y écrit quand elle est ouverte à tout le monde. Seuls les membres créent des notes."
    en = "Whoever knows the address of a note reads it, and writes in it where it is open to everybody. Only members make notes."
    } : {
    fr = "Qui connaît l'adresse d'une note la lit, si la personne qui l'a créée ne l'a pas réservée aux membres ou à elle seule. Seuls les membres écrivent."
    en = "Whoever knows the address of a note reads it, unless whoever made it keeps it to members or to themselves. Only members write."
  }
  members = {
    fr = "Créez une note et partagez son adresse : on y écrit à plusieurs, avec titres, tableaux, formules, schémas et images. La personne qui l'a créée choisit qui la lit et qui y écrit, et peut l'effacer. Une note se publie comme une page ou se projette en diaporama, et s'exporte en Markdown ou HTML."
    en = "Make a note and share its address: several people write in it, with headings, tables, formulas, diagrams and pictures. Whoever made it chooses who reads it and who writes, and can remove it. A note is published as a page or shown as slides, and is exported as Markdown or HTML."
  }
  limits_note = {
    fr = "Un membre suspendu, ou qui se déconnecte du portail, perd sa session dans les deux minutes ; mais une note qu'il a déjà ouverte le reste, écriture comprise, tant que sa page n'est pas rechargée. Les images, vidéos et pages d'autres sites ne s'affichent pas dans les notes : déposez-y les images. Une image déposée se lit par quiconque en connaît l'adresse. HedgeDoc n'a ni dossiers, ni administrateurs."
    en = "A suspended member, or one who signs out of the portal, loses their session within two minutes; but a note that they have open stays open, for writing too, until its page is loaded again. Pictures, videos and pages of other sites are not shown inside notes: upload pictures there. An uploaded picture can be read by whoever knows its address. HedgeDoc has neither folders nor administrators."
  }

  setting "permission" {
    type    = "string"
    default = "editable"
    label   = { fr = "Droits d'une nouvelle note", en = "Rights of a new note" }
    help = {
      fr = "La personne qui crée la note peut les changer. « editable » : tout le monde lit, les membres écrivent ; « limited » : seuls les membres lisent et écrivent ; « locked » : tout le monde lit, elle seule écrit ; « protected » : les membres lisent, elle seule écrit ; « private » : elle seule."
      en = "Whoever makes the note can change them. \"editable\": everybody reads, members write; \"limited\": only members read and write; \"locked\": everybody reads, the maker alone writes; \"protected\": members read, the maker alone writes; \"private\": the maker alone."
    }
    check {
      condition = contains(["editable", "limited", "locked", "protected", "private"], setting.permission)
      message   = { fr = "Écrivez editable, limited, locked, protected ou private.", en = "Write editable, limited, locked, protected or private." }
    }
  }

  setting "guests" {
    type    = "bool"
    default = false
    label   = { fr = "Notes ouvertes à l'écriture", en = "Notes open for writing" }
    help = {
      fr = "Si oui, un membre peut ouvrir une note à tout le monde, écriture comprise (« freely »), pour y inviter des personnes sans compte."
      en = "If so, a member can open a note to everybody, for writing too (\"freely\"), to invite people who have no account."
    }
  }

  setting "names" {
    type    = "bool"
    default = false
    label   = { fr = "Adresses choisies", en = "Chosen addresses" }
    help = {
      fr = "Si oui, un membre peut choisir l'adresse d'une note (/reunion) au lieu d'une adresse tirée au sort. Une adresse choisie se devine plus facilement."
      en = "If so, a member can choose the address of a note (/meeting) instead of a random one. A chosen address is easier to guess."
    }
  }

  setting "length" {
    type    = "number"
    default = 200000
    label   = { fr = "Longueur d'une note", en = "Length of a note" }
    help    = { fr = "En caractères, au plus.", en = "In characters, at most." }
    check {
      condition = setting.length >= 1000 && setting.length <= 2000000 && floor(setting.length) == setting.length
      message   = { fr = "Écrivez un nombre entre 1000 et 2000000.", en = "Write a number from 1000 to 2000000." }
    }
  }

  secret "session" {
    length = 64
    rotate = true
  }

  # HedgeDoc's form for accounts of its own, and the sign-up beside it, are off:
  # email and allowEmailRegister in config.json.
  accounts "oidc" {
    identity   = "sub"
    redirect   = ["/auth/oauth2/callback"]
    signed_out = ["/"]
    sign_up    = "closed"
    administrators = {
      fr = "Personne : chaque note appartient à la personne qui l'a créée."
      en = "Nobody: each note belongs to whoever made it."
    }
  }

  data "notes" {
    what = {
      fr = "Les notes et leurs versions, avec qui les a créées et qui y a écrit quoi."
      en = "The notes and their versions, with who made them and who wrote what."
    }
    personal = true
    kept     = { fr = "Jusqu'à ce que la personne qui a créé la note l'efface.", en = "Until whoever made the note removes it." }
    volume   = "db"
  }
  data "accounts" {
    what = {
      fr = "L'identifiant, le nom et l'adresse électronique de chaque membre qui s'est connecté, la liste des notes qu'il a visitées, et sa session."
      en = "The login, name and mail address of each member who signed in, the list of notes that they visited, and their session."
    }
    personal = true
    kept     = { fr = "La session, douze heures après son dernier usage ; le reste, jusqu'à l'effacement du membre.", en = "The session, twelve hours after it was used last; the rest until the member is erased." }
    volume   = "db"
  }
  data "uploads" {
    what     = { fr = "Les images déposées dans les notes.", en = "The pictures uploaded to notes." }
    personal = true
    kept     = { fr = "Jusqu'à l'effacement du membre, si ses notes sont seules à les montrer.", en = "Until the member is erased whose notes alone show them." }
    volume   = "uploads"
  }
  volume "uploads" {}

  companion "postgresql" "db" {
    major = 17
  }

  unit "web" {
    image      = "quay.io/hedgedoc/hedgedoc:1.12.0"
    user       = "10000:10000"
    entrypoint = ["node"]
    command    = ["app.js"]
    read_only  = true
    tmpfs      = ["/tmp"]
    needs      = ["db"]
    environment = {
      NODE_ENV            = "production"
      CMD_CONFIG_FILE     = "/etc/ronron/config.json"
      NODE_EXTRA_CA_CERTS = "/etc/ronron/ca.pem"
    }
    mount "uploads" { path = "/hedgedoc/public/uploads" }
    file "/etc/ronron/config.json" {
      template = "config.json.tmpl"
      owner    = "0:10000"
      mode     = "0440"
    }
    file "/etc/ronron/ca.pem" { content = oidc.ca }
    file "/etc/ronron/sessions.cjs" { template = "sessions.cjs.tmpl" }
    file "/etc/ronron/member.cjs" { template = "member.cjs.tmpl" }
    file "/etc/ronron/features.md" { template = "features.md.tmpl" }
    file "/etc/ronron/yaml-metadata.md" { template = "yaml-metadata.md.tmpl" }
    file "/etc/ronron/slide-example.md" { template = "slide-example.md.tmpl" }
    file "/etc/ronron/release-notes.md" {
      content = "# HedgeDoc 1.12.0\n\n${chaton.language == "fr" ? "Ce qui est nouveau est décrit par ses auteurs" : "What is new is described by its authors"}${chaton.language == "fr" ? " " : ""}: <https://hedgedoc.org/releases/1.12.0/>\n"
    }

    port "http" {
      number = parseint(length(split(":", service.url)) == 3 ? element(split(":", service.url), 2) : "3000", 10)
    }
    health {
      http   = { port = "http", path = "/_health" }
      within = "120s"
    }
    limits {
      memory = "384M"
      pids   = 64
    }
    stop_timeout = "30s"
  }

  job "help" {
    when    = ["first", "upgrade"]
    unit    = "web"
    inside  = true
    command = ["node", "/etc/ronron/member.cjs", "help"]
    timeout = "2m"
  }
  schedule "sessions" {
    unit    = "web"
    every   = "1m"
    inside  = true
    command = ["node", "/etc/ronron/sessions.cjs"]
    timeout = "2m"
  }

  route "web" {
    unit    = "web"
    port    = "http"
    path    = "/"
    upload  = "16M"
    timeout = "120s"
    deny    = ["/status", "/metrics", "/_health"]
  }

  # The database brings its own dump and restore.
  backup {
    volumes = ["uploads"]
    check {
      unit    = "web"
      command = ["node", "/etc/ronron/member.cjs", "check"]
      expect  = "fine"
    }
  }

  export "member" {
    unit    = "web"
    command = ["node", "/etc/ronron/member.cjs", "export"]
    formats = ["text/markdown", "application/json", "image/png", "image/jpeg"]
    what = {
      fr = "Les notes que le membre a créées, en Markdown, avec leurs images ; la liste des notes qu'il a visitées ; son identifiant, son nom et son adresse."
      en = "The notes that the member made, as Markdown, with their pictures; the list of notes that they visited; their login, name and address."
    }
  }
  erase "member" {
    unit    = "web"
    command = ["node", "/etc/ronron/member.cjs", "erase"]
    leaves = {
      fr = "Ce que le membre a écrit dans les notes d'autres personnes, sans son nom."
      en = "What the member wrote in other people's notes, without their name."
    }
  }

  usage "accounts" {
    label = { fr = "Comptes", en = "Accounts" }
    unit  = "db"
    sql   = "SELECT COUNT(*) FROM \"Users\""
  }
  usage "documents" {
    label = { fr = "Notes", en = "Notes" }
    unit  = "db"
    sql   = "SELECT COUNT(*) FROM \"Notes\""
  }
  # What is written to the container's output names no one, and Ronron bounds it.
  retention { logs = "0s" }
  requests {
    none = false
    off = {
      fr = "Les pages ne chargent rien d'ailleurs (Content-Security-Policy), les avatars sont dessinés ici, et HedgeDoc n'a pas de chemin vers l'extérieur. Si une note contient {%gist …%} ou {%pdf …%}, certains navigateurs ouvrent une connexion vers le site nommé, sans rien y demander."
      en = "Pages load nothing from elsewhere (Content-Security-Policy), avatars are drawn here, and HedgeDoc has no way out. Where a note holds {%gist …%} or {%pdf …%}, some browsers open a connection to the site it names, and ask nothing over it."
    }
    exceptions = {
      "gist.github.com" = {
        fr = "Une note qui contient {%gist …%} : une connexion, sans demande."
        en = "A note that holds {%gist …%}: a connection, without a request."
      }
    }
  }
  upgrade { from = [] }
}
