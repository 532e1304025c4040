# All of scenario.json passed, and polls were made, answered and read in two browsers,
# against CryptPad 2026.2.2 put together from its sources, on Debian with Node 24 and
# without a part of the editor of diagrams, under the name of upstream's image, which
# could not be had where the catalog is made.
#
# Later versions (2026.5.1) were not tried. CVE-2025-51846, anybody flooding the
# websocket, counts as mended in 2026.2.2, but by a limit on new connections in
# upstream's example for nginx, which is not used here: the server's own sources hold
# no limit, and the notes of 2026.5.1 name none. So limits_note says it.
#
# What is decided here, and why:
#
# - It is upstream's image as it is, with a plugin and a configuration of ours laid into
#   the places that CryptPad has for them.
# - Documents are encrypted in the browser, and their key is behind the # of their
#   address. CryptPad's own accounts are keys that the browser makes of a password:
#   the chaton's cannot be used in them. So nobody needs one: the gateway signs members
#   in before they make a document (create = "members"), and whoever has an address
#   opens it. The server stores nothing new for anybody else (plugin.cjs.tmpl).
# - Two host names, as CryptPad wants it: what draws a document has no hold on its keys.
# - An administrator exists from the first start, or a key that nobody has: CryptPad
#   makes no token for its installer then and writes none into its log. A token that
#   is in the data from elsewhere is taken out at each start (decrees.cjs.tmpl).
# - Sign-up is closed, by CryptPad's own decree; what chaton.hcl decides is written over
#   what administrators decreed, at each start.
# - The daily message to its makers, statistics and the list of public servers are off,
#   and OnlyOffice, with its own licence, is not downloaded: no sheets.
# - Errors alone are written; addresses of people do not reach the server at all.
# - CryptPad's own daily sweep forgets only with inactive documents what was deleted:
#   here both have a schedule, and how long that takes is the host's.
recipe "cryptpad" {
  version = "1"

  software {
    name          = "CryptPad"
    version       = "2026.2.2"
    licence       = "AGPL-3.0-or-later"
    source        = "https://github.com/cryptpad/cryptpad"
    documentation = "https://docs.cryptpad.org/"
    category      = "polls"
    replaces      = ["Google Forms", "Doodle", "Google Docs", "Trello"]
    title         = { fr = "Sondages et documents chiffrés", en = "Encrypted polls and documents" }
    summary = {
      fr = "Sondages, formulaires, textes, tableaux de tâches et tableaux blancs, à plusieurs, que le serveur ne peut pas lire."
      en = "Polls, forms, texts, task boards and whiteboards, together, which the server cannot read."
    }
  }

  public = setting.create == "everyone" ? {
    fr = "Tout le monde peut créer un sondage ou un document. Qui en a le lien y répond, le lit ou y écrit, selon le lien."
    en = "Anyone can make a poll or a document. Whoever has its link answers it, reads it or writes in it, as the link allows."
    } : {
    fr = "Qui a le lien d'un sondage ou d'un document y répond, le lit ou y écrit, selon le lien. Seuls les membres en créent."
    en = "Whoever has the link of a poll or a document answers it, reads it or writes in it, as the link allows. Only members make them."
  }
  members = {
    fr = "Créer un sondage de dates ou de choix, un formulaire, un texte, un tableau de tâches ou un tableau blanc, et en partager un lien pour modifier, un pour voir ou répondre. Le CryptDrive du navigateur retient ce que l'on y range. « Connexion », en haut de la première page, n'est que pour les comptes CryptPad."
    en = "Making a poll of dates or choices, a form, a text, a task board or a whiteboard, and sharing a link to edit, one to view or answer. The browser's CryptDrive remembers what is stored there. \"Log in\", at the top of the first page, is for CryptPad accounts only."
  }
  limits_note = {
    fr = "Le compte du chaton n'ouvre pas de compte CryptPad : ceux-ci sont des clés faites dans le navigateur, fermées ici par défaut, et un mot de passe oublié ne s'y remplace pas. Sans eux, la liste de ses documents tient à un seul navigateur : gardez les liens, surtout celui pour modifier ; qui perd le dernier lien perd le document, que personne ne peut retrouver. Un document n'est lié à aucun membre : rien n'en est trouvé pour l'export ou l'effacement. Un membre suspendu garde les liens qu'il a, et peut créer pendant une heure encore, ou tant que sa page reste ouverte. Pas de feuilles de calcul. Qui inonde le service de messages, même sans compte, peut le ralentir ou l'arrêter un moment : CryptPad n'y met pas de limite. Il faut JavaScript et un second nom d'hôte."
    en = "The chaton's account opens no CryptPad account: those are keys made in the browser, closed here by default, and a forgotten password cannot be replaced. Without them the list of one's documents belongs to one browser: keep the links, above all the one to edit; whoever loses the last link loses the document, and nobody can find it again. A document is not tied to a member: nothing of it is found for export or erasure. A suspended member keeps the links that they have, and can make documents for one more hour, or while a page of theirs stays open. No spreadsheets. Whoever floods the service with messages, even without an account, can slow it down or stop it for a while: CryptPad sets no limit. It takes JavaScript and a second host name."
  }

  setting "title" {
    type    = "string"
    default = "${chaton.language == "fr" ? "Sondages et documents" : "Polls and documents"} · ${chaton.name}"
    label   = { fr = "Titre", en = "Title" }
    help    = { fr = "Sur la première page.", en = "On the first page." }
    check {
      condition = length(trimspace(setting.title)) > 0 && length(setting.title) <= 200 && !strcontains(setting.title, "\n")
      message   = { fr = "Donnez un titre, sur une ligne et d'au plus 200 caractères.", en = "Give it a title, on one line and of at most 200 characters." }
    }
  }

  setting "create" {
    type    = "string"
    default = "members"
    label   = { fr = "Qui peut créer", en = "Who may make documents" }
    help    = { fr = "« members » : les membres ; « everyone » : tout le monde. Répondre, lire et écrire restent ouverts à qui a le lien.", en = "\"members\" only, or \"everyone\". Answering, reading and writing stay open to whoever has the link." }
    check {
      condition = contains(["members", "everyone"], setting.create)
      message   = { fr = "Écrivez \"members\" ou \"everyone\".", en = "Write \"members\" or \"everyone\"." }
    }
  }

  setting "apps" {
    type    = "list"
    default = ["form", "pad", "kanban", "whiteboard", "code", "slide", "diagram"]
    label   = { fr = "Applications", en = "Applications" }
    help = {
      fr = "form : sondages et formulaires ; pad : textes ; kanban : tableaux de tâches ; whiteboard : tableaux blancs ; code : texte brut et Markdown ; slide : diaporamas ; diagram : schémas."
      en = "form: polls and forms; pad: texts; kanban: task boards; whiteboard; code: plain text and Markdown; slide: slides; diagram."
    }
    check {
      condition = length(setting.apps) > 0 && alltrue([for app in setting.apps : contains(["form", "pad", "kanban", "whiteboard", "code", "slide", "diagram"], app)])
      message   = { fr = "Écrivez un ou plusieurs des noms de l'aide.", en = "Write one or more of the names in the help." }
    }
  }

  setting "registration" {
    type    = "string"
    default = "closed"
    label   = { fr = "Comptes CryptPad", en = "CryptPad accounts" }
    help = {
      fr = "« closed » : on n'en ouvre pas, sauf sur l'invitation d'un administrateur ; « open » : qui peut créer des documents peut s'en ouvrir un, pour retrouver ses documents dans d'autres navigateurs. Un tel compte ne dépend pas de celui du chaton et lui survit."
      en = "\"closed\": none is opened, but by an administrator's invitation; \"open\": whoever may make documents can open one, to find their documents in other browsers. Such an account does not depend on the chaton's, and outlives it."
    }
    check {
      condition = contains(["closed", "open"], setting.registration)
      message   = { fr = "Écrivez \"closed\" ou \"open\".", en = "Write \"closed\" or \"open\"." }
    }
  }

  setting "administrators" {
    type    = "list"
    default = []
    label   = { fr = "Administrateurs", en = "Administrators" }
    help = {
      fr = "Les clés publiques de signature de leurs comptes CryptPad, que montre la page de leurs paramètres : [nom@adresse/clé=]. Ils peuvent retirer un document par son adresse et inviter à ouvrir un compte. Ce qu'ils changent de ce que décide chaton.hcl ne tient que jusqu'au prochain démarrage. Vide : personne."
      en = "The public signing keys of their CryptPad accounts, which the page of their settings shows: [name@address/key=]. They can take away a document by its address, and invite to open an account. What they change of what chaton.hcl decides lasts until the next start only. Empty: nobody."
    }
    check {
      condition = alltrue([for key in setting.administrators : length(regexall("^\\[[^\\]\\[]+@[^@\\]\\[]+/[A-Za-z0-9+-]{43}=\\]$", key)) == 1])
      message   = { fr = "Écrivez chaque clé comme CryptPad la montre, avec ses crochets : [nom@adresse/clé=].", en = "Write each key as CryptPad shows it, with its brackets: [name@address/key=]." }
    }
  }

  setting "upload" {
    type    = "number"
    default = 20
    label   = { fr = "Taille d'un fichier", en = "Size of a file" }
    help    = { fr = "En mébioctets (Mio). Seuls les comptes CryptPad déposent des fichiers.", en = "In mebibytes (MiB). Only CryptPad accounts add files." }
    check {
      condition = setting.upload >= 1 && setting.upload <= 1000 && floor(setting.upload) == setting.upload
      message   = { fr = "Écrivez un nombre entier de 1 à 1000.", en = "Write a whole number from 1 to 1000." }
    }
  }

  setting "storage" {
    type    = "number"
    default = 500
    label   = { fr = "Place par compte", en = "Space per account" }
    help    = { fr = "En mébioctets (Mio), pour chaque compte CryptPad.", en = "In mebibytes (MiB), for each CryptPad account." }
    check {
      condition = setting.storage >= 1 && setting.storage <= 1000000 && floor(setting.storage) == setting.storage
      message   = { fr = "Écrivez un nombre entier de 1 à 1000000.", en = "Write a whole number from 1 to 1000000." }
    }
  }

  setting "forget" {
    type    = "number"
    default = 365
    label   = { fr = "Oublier les documents abandonnés", en = "Forgetting abandoned documents" }
    help    = { fr = "Après tant de jours sans changement, un document qu'aucun compte CryptPad ne garde est retiré ; au moins 30, et 0 pour jamais.", en = "After so many days without a change, a document that no CryptPad account keeps is taken away; 30 at least, and 0 for never." }
    check {
      condition = setting.forget == 0 || setting.forget >= 30 && setting.forget <= 36500 && setting.forget == floor(setting.forget)
      message   = { fr = "Écrivez 0, ou un nombre entier de jours, au moins 30.", en = "Write 0, or a whole number of days, 30 at least." }
    }
  }

  setting "archive" {
    type    = "number"
    default = 15
    label   = { fr = "Garder ce qui est retiré", en = "Keeping what was taken away" }
    help    = { fr = "Tant de jours encore, qu'un administrateur peut rendre ; de 1 à 365.", en = "For so many days more, from which an administrator can give it back; from 1 to 365." }
    check {
      condition = setting.archive >= 1 && setting.archive <= 365 && setting.archive == floor(setting.archive)
      message   = { fr = "Écrivez un nombre entier de jours, de 1 à 365.", en = "Write a whole number of days, from 1 to 365." }
    }
  }

  # Says that a member signed in; nobody is signed out of the gateway by a new one.
  secret "key" {
    length = 64
    rotate = true
  }
  # The public key of an administrator whom nobody can be: 32 bytes from nowhere.
  secret "nobody" {
    kind   = "base64"
    length = 32
    rotate = true
  }

  # The gateway says who may make documents. CryptPad's own accounts know nothing of it.
  accounts "header" {
    identity       = "uid"
    administrators = { fr = "Personne, ou les comptes CryptPad que nomme le réglage « administrators ».", en = "Nobody, or the CryptPad accounts that the setting \"administrators\" names." }
    sign_up        = "closed" # by decree; the setting "registration" opens CryptPad's own accounts
    header         = { user = "Remote-User" }
  }

  data "documents" {
    what = {
      fr = "Les sondages, les réponses et les documents, avec leurs versions, chiffrés avec une clé que cette machine n'a pas ; quand chacun a été changé, et si un compte CryptPad le garde."
      en = "Polls, answers and documents, with their versions, encrypted with a key that this machine does not have; when each was changed, and whether a CryptPad account keeps it."
    }
    personal = true
    kept = setting.forget == 0 ? {
      fr = "Jusqu'à ce que son auteur le détruise, puis ${setting.archive} jours."
      en = "Until its author destroys it, then for ${setting.archive} days."
      } : {
      fr = "Jusqu'à ce que son auteur le détruise, ou que personne ne l'ait changé pendant ${setting.forget} jours, puis ${setting.archive} jours ; plus longtemps si un compte CryptPad le garde."
      en = "Until its author destroys it, or nobody changed it for ${setting.forget} days, then for ${setting.archive} days; longer if a CryptPad account keeps it."
    }
    volume = "datastore"
  }
  data "files" {
    what     = { fr = "Les fichiers déposés par des comptes CryptPad, chiffrés de même.", en = "Files that CryptPad accounts added, encrypted likewise." }
    personal = true
    kept     = { fr = "Tant qu'un compte CryptPad les garde, puis comme les documents.", en = "While a CryptPad account keeps them, then as documents are." }
    volume   = "blob"
  }
  data "accounts" {
    what     = { fr = "Les comptes CryptPad : une clé publique et un bloc chiffré, sans nom.", en = "CryptPad accounts: a public key and an encrypted block, without a name." }
    personal = true
    kept     = { fr = "Jusqu'à ce que la personne supprime son compte.", en = "Until the person removes the account." }
    volume   = "block"
  }
  data "lists" {
    what = {
      fr = "Ce que chaque compte CryptPad garde, les invitations, les décisions des administrateurs, et ce qui est retiré."
      en = "What each CryptPad account keeps, invitations, administrators' decisions, and what was taken away."
    }
    personal = true
    kept     = { fr = "Comme le compte ; ce qui est retiré, ${setting.archive} jours.", en = "As the account; what was taken away, for ${setting.archive} days." }
    volume   = "data"
  }

  data "pages" {
    what     = { fr = "Les premières pages, refaites à chaque démarrage, et le logo qu'un administrateur a choisi.", en = "The first pages, made anew at each start, and the logo that an administrator chose." }
    personal = false
    kept     = { fr = "Jusqu'à ce qu'un administrateur en choisisse un autre.", en = "Until an administrator chooses another." }
    volume   = "pages"
  }

  volume "datastore" {}
  volume "blob" {}
  volume "block" {}
  volume "data" {}
  volume "pages" {}

  unit "web" {
    image      = "cryptpad/cryptpad:version-2026.2.2"
    user       = "4001:4001"
    entrypoint = ["/etc/ronron/start"]
    read_only  = true
    tmpfs      = ["/tmp"]
    environment = {
      NODE_ENV        = "production"
      CRYPTPAD_CONFIG = "/etc/ronron/config.js"
      HOME            = "/tmp"
    }

    mount "datastore" { path = "/cryptpad/datastore" }
    mount "blob" { path = "/cryptpad/blob" }
    mount "block" { path = "/cryptpad/block" }
    mount "data" { path = "/cryptpad/data" }
    mount "pages" { path = "/cryptpad/customize" }

    file "/etc/ronron/start" {
      template = "start.tmpl"
      mode     = "0755"
    }
    file "/etc/ronron/config.js" {
      content = "module.exports = ${jsonencode({
        httpUnsafeOrigin           = trimsuffix(route.web.url, "/")
        httpSafeOrigin             = trimsuffix(route.sandbox.url, "/")
        httpAddress                = "0.0.0.0"
        httpPort                   = 3000
        websocketPort              = 3003
        maxWorkers                 = 2
        adminKeys                  = length(setting.administrators) > 0 ? setting.administrators : [secret.nobody]
        adminEmail                 = chaton.contact
        preferredLanguage          = chaton.language
        inactiveTime               = setting.forget # 0 is never
        archiveRetentionTime       = setting.archive
        disableIntegratedEviction  = true
        maxUploadSize              = setting.upload * 1048576
        defaultStorageLimit        = setting.storage * 1048576
        filePath                   = "./datastore/"
        blobPath                   = "./blob"
        blockPath                  = "./block"
        archivePath                = "./data/archive"
        pinPath                    = "./data/pins"
        taskPath                   = "./data/tasks"
        blobStagingPath            = "./data/blobstage"
        decreePath                 = "./data/decrees"
        logPath                    = false
        logToStdout                = true
        logLevel                   = "error"
        logFeedback                = false
        logIP                      = false
        blockDailyCheck            = true
        installMethod              = "unspecified"
      })};\n"
      owner = "0:4001"
      mode  = "0440"
    }
    file "/etc/ronron/settings.json" {
      content = jsonencode({
        title        = setting.title
        create       = setting.create
        registration = setting.registration
        without      = [for app in ["sheet", "doc", "presentation", "poll", "form", "pad", "kanban", "whiteboard", "code", "slide", "diagram"] : app if !contains(setting.apps, app)]
      })
    }
    file "/etc/ronron/key" {
      content = secret.key
      owner   = "0:4001"
      mode    = "0440"
    }
    file "/etc/ronron/decrees.cjs" {
      template = "decrees.cjs.tmpl"
    }
    file "/etc/ronron/documents.cjs" {
      template = "documents.cjs.tmpl"
    }
    file "/etc/ronron/application_config.js" {
      template = "application_config.js.tmpl"
    }
    file "/cryptpad/lib/plugins/ronron/index.js" {
      template = "plugin.cjs.tmpl"
    }

    port "http" { number = 3000 }
    port "socket" { number = 3003 }
    health {
      http   = { port = "http", path = "/ronron/health" }
      within = "2m"
    }
    # Measured: 150 MB at rest, 190 MB with 30 people who write in three documents, and
    # 76 MB more while what nobody uses is looked for.
    limits {
      memory = "640M"
      pids   = 128
    }
    stop_timeout = "15s"
  }

  route "web" {
    unit    = "web"
    port    = "http"
    path    = "/"
    upload  = "2M" # a file comes in pieces of less
    timeout = "60s"
    deny    = ["/ronron/health", "/api/profiling", "/api/updatequota"]
  }
  # Where documents are drawn: another origin, which has no keys.
  route "sandbox" {
    host    = "${element(split(".", service.host), 0)}-sandbox"
    unit    = "web"
    port    = "http"
    path    = "/"
    upload  = "2M"
    timeout = "60s"
    deny    = ["/ronron/health", "/api/profiling", "/api/updatequota"]
  }
  route "socket" {
    unit    = "web"
    port    = "socket"
    path    = "/cryptpad_websocket"
    timeout = "60s"
  }
  route "members" {
    unit  = "web"
    port  = "http"
    path  = "/+me"
    enter = "members"
  }

  schedule "forget" {
    unit    = "web"
    every   = "1d"
    inside  = true
    command = setting.forget == 0 ? ["true"] : ["node", "scripts/evict-inactive.js"]
    timeout = "1h"
  }
  schedule "archives" {
    unit    = "web"
    every   = "1d"
    inside  = true
    command = ["node", "scripts/evict-archived.js"]
    timeout = "1h"
  }

  tool "documents" {
    unit    = "web"
    command = ["node", "/etc/ronron/documents.cjs"]
    help    = { fr = "Ce qui est gardé : count, accounts, bytes, check.", en = "What is kept: count, accounts, bytes, check." }
  }

  # Documents are written line after line at their ends: a copy has all of one but,
  # perhaps, what was being written, which CryptPad passes over.
  backup {
    volumes = ["datastore", "blob", "block", "data", "pages"]
    exclude = ["data/blobstage"]
    check {
      unit    = "web"
      command = ["node", "/etc/ronron/documents.cjs", "check"]
      expect  = "whole"
      timeout = "30m"
    }
  }

  # Documents name nobody that this machine could read.
  export "member" {
    unit    = "web"
    command = ["head", "-c", "10240", "/dev/zero"] # an empty archive
    formats = []
    what = {
      fr = "Rien : un document n'est lié à aucun compte du chaton, et ne se lit qu'avec son lien. Chacun exporte les siens depuis CryptPad, un par un ou tout son CryptDrive."
      en = "Nothing: a document is not tied to an account of the chaton, and can be read with its link only. Everyone exports their own from CryptPad, one by one or the whole CryptDrive."
    }
  }
  erase "member" {
    unit    = "web"
    command = ["true"]
    leaves = {
      fr = "Les documents et les comptes CryptPad, dont cette machine ne sait pas à qui ils sont. Leur auteur les détruit lui-même dans CryptPad ; les autres partent quand personne ne les change plus."
      en = "Documents and CryptPad accounts, of which this machine does not know whose they are. Their author destroys them in CryptPad; the others go once nobody changes them any more."
    }
  }

  usage "documents" {
    label   = { fr = "Documents", en = "Documents" }
    unit    = "web"
    command = ["node", "/etc/ronron/documents.cjs", "count"]
  }
  usage "accounts" {
    label   = { fr = "Comptes CryptPad", en = "CryptPad accounts" }
    unit    = "web"
    command = ["node", "/etc/ronron/documents.cjs", "accounts"]
  }
  usage "bytes" {
    label   = { fr = "Octets", en = "Bytes" }
    unit    = "web"
    command = ["node", "/etc/ronron/documents.cjs", "bytes"]
  }

  # Errors only, to the container's output, which Ronron bounds.
  retention { logs = "0s" }
  requests {
    none = true
    off = {
      fr = "Le message quotidien aux auteurs de CryptPad, les statistiques et la recherche de versions de l'éditeur sont coupés ; les pages n'ont le droit de charger que de ce service, qui n'a pas de sortie vers Internet."
      en = "The daily message to CryptPad's makers, statistics and the editor's look for new versions are off; pages may load from this service alone, which has no way out to the Internet."
    }
  }
  upgrade { from = [] }
}
