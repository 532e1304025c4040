# What is decided here, and why:
#
# - The image is upstream's own, for notes in files. It could not be had where this
#   recipe was made: all of its scenario passed, and notes, comments and files went through a
#   browser, against PrivateBin 2.0.5 with nginx and PHP 8.4 of Debian and the
#   configuration of upstream's image, under the image's name.
# - A note is encrypted in the browser; the key is in its link, behind the #, and
#   never reaches this machine.
# - Members write, whoever has the link reads. PrivateBin has no accounts and one
#   address for both, so that a few lines before it ask for a sign-in at the
#   gateway (/+me) within the last half hour when a note is made. They pass no name on.
# - Nothing stays for ever: the longest time is the host's, "never" is not offered,
#   and what is over is removed every hour.
# - Pages ask nobody else (connect-src is 'self', upstream's is *), no shortener of
#   addresses is offered (it would be told the key), and the address of who comments
#   makes no picture.
# - nginx logs no requests: they hold addresses of people and of notes.
# - The salt is made by PrivateBin at its first start and lies with the notes, whose
#   links for deletion come from it: restored together, they go on working.
recipe "privatebin" {
  version = "1"

  software {
    name          = "PrivateBin"
    version       = "2.0.5"
    # The zlib licence, and one sentence more: a changed version names the authors.
    licence       = "zlib-acknowledgement"
    source        = "https://github.com/PrivateBin/PrivateBin"
    documentation = "https://github.com/PrivateBin/PrivateBin/wiki"
    category      = "files"
    replaces      = ["Pastebin", "GitHub Gist"]
    title         = { fr = "Notes chiffrées", en = "Encrypted notes" }
    summary = {
      fr = "Donner un texte ou un petit fichier par un lien que personne d'autre ne peut déchiffrer, et qui s'efface."
      en = "Passing on a text or a small file by a link that nobody else can decipher, and that goes away."
    }
  }

  public = setting.create == "everyone" ? {
    fr = "Tout le monde peut écrire une note. Qui en a le lien peut la lire${setting.discussion ? " et, si son auteur le veut, la commenter" : ""}."
    en = "Anyone can write a note. Whoever has its link can read it${setting.discussion ? ", and comment on it if its author wants that" : ""}."
    } : {
    fr = "Qui a le lien d'une note peut la lire${setting.discussion ? " et, si son auteur le veut, la commenter" : ""}. Seuls les membres en écrivent."
    en = "Whoever has the link of a note can read it${setting.discussion ? ", and comment on it if its author wants that" : ""}. Only members write them."
  }
  members = {
    fr = "Écrire une note, lui joindre un fichier, lui donner un mot de passe, la laisser s'effacer après un temps ou après la première lecture."
    en = "Writing a note, attaching a file, giving it a password, letting it go after some time or once it was read."
  }
  limits_note = {
    fr = "Une note n'est liée à aucun compte : qui perd son lien ne la retrouve pas, et rien n'y est trouvé pour l'export ou l'effacement d'un membre. Qui s'est connecté peut écrire pendant une demi-heure, même si son compte est suspendu entre-temps. Sans JavaScript, rien ne se lit."
    en = "A note is not tied to an account: whoever loses its link does not find it again, and nothing in it can be found for a member's export or erasure. Whoever signed in can write for half an hour, even if the account is suspended meanwhile. Without JavaScript nothing can be read."
  }

  setting "title" {
    type    = "string"
    default = "${chaton.language == "fr" ? "Notes chiffrées" : "Encrypted notes"} · ${chaton.name}"
    label   = { fr = "Titre", en = "Title" }
    help    = { fr = "En haut de la page.", en = "At the top of the page." }
    check {
      condition = length(trimspace(setting.title)) > 0 && !strcontains(setting.title, "\\") && !strcontains(setting.title, "\n")
      message   = { fr = "Donnez un titre, sur une ligne et sans \\.", en = "Give it a title, on one line and without \\." }
    }
  }

  setting "language" {
    type    = "string"
    default = length(chaton.language) == 2 ? chaton.language : "en"
    label   = { fr = "Langue", en = "Language" }
    help    = { fr = "Quand le navigateur n'en demande pas une que PrivateBin connaît : fr, en, de, es…", en = "Where the browser asks for none that PrivateBin knows: fr, en, de, es…" }
    check {
      condition = length(regexall("^[a-z]{2}$", setting.language)) == 1
      message   = { fr = "Écrivez une langue en deux lettres, comme fr ou en.", en = "Write a language in two letters, such as fr or en." }
    }
  }

  setting "create" {
    type    = "string"
    default = "members"
    label   = { fr = "Qui peut écrire une note", en = "Who may write a note" }
    help    = { fr = "« members » : les membres ; « everyone » : tout le monde. Lire reste ouvert à qui a le lien.", en = "\"members\" only, or \"everyone\". Reading stays open to whoever has the link." }
    check {
      condition = contains(["members", "everyone"], setting.create)
      message   = { fr = "Écrivez \"members\" ou \"everyone\".", en = "Write \"members\" or \"everyone\"." }
    }
  }

  setting "expire" {
    type    = "string"
    default = "1week"
    label   = { fr = "Durée proposée", en = "Proposed time" }
    help    = { fr = "5min, 10min, 1hour, 1day, 1week, 1month ou 1year.", en = "5min, 10min, 1hour, 1day, 1week, 1month or 1year." }
    check {
      condition = contains(["5min", "10min", "1hour", "1day", "1week", "1month", "1year"], setting.expire)
      message   = { fr = "Écrivez 5min, 10min, 1hour, 1day, 1week, 1month ou 1year.", en = "Write 5min, 10min, 1hour, 1day, 1week, 1month or 1year." }
    }
  }

  setting "longest" {
    type    = "string"
    default = "1year"
    label   = { fr = "Durée la plus longue", en = "Longest time" }
    help    = { fr = "1hour, 1day, 1week, 1month ou 1year ; pas plus courte que la durée proposée.", en = "1hour, 1day, 1week, 1month or 1year; not shorter than the proposed one." }
    check {
      condition = contains(["1hour", "1day", "1week", "1month", "1year"], setting.longest)
      message   = { fr = "Écrivez 1hour, 1day, 1week, 1month ou 1year.", en = "Write 1hour, 1day, 1week, 1month or 1year." }
    }
    check {
      condition = lookup({ "5min" = 1, "10min" = 2, "1hour" = 3, "1day" = 4, "1week" = 5, "1month" = 6, "1year" = 7 }, setting.expire, 0) <= lookup({ "1hour" = 3, "1day" = 4, "1week" = 5, "1month" = 6, "1year" = 7 }, setting.longest, 0)
      message   = { fr = "La durée proposée (expire) est plus longue : raccourcissez-la d'abord.", en = "The proposed time (expire) is longer: shorten that first." }
    }
  }

  setting "discussion" {
    type    = "bool"
    default = true
    label   = { fr = "Discussions", en = "Discussions" }
    help    = { fr = "L'auteur d'une note peut laisser ceux qui la lisent la commenter.", en = "The author of a note may let those who read it comment on it." }
  }

  setting "files" {
    type    = "bool"
    default = true
    label   = { fr = "Fichiers joints", en = "Attached files" }
    help    = { fr = "Une note peut porter des fichiers, chiffrés comme elle.", en = "A note can carry files, encrypted as it is." }
  }

  setting "size" {
    type    = "number"
    default = 10
    label   = { fr = "Taille d'une note", en = "Size of a note" }
    help    = { fr = "En mébioctets (Mio), fichiers compris, une fois chiffrée.", en = "In mebibytes (MiB), with its files, once encrypted." }
    check {
      condition = setting.size >= 1 && setting.size <= 20 && floor(setting.size) == setting.size
      message   = { fr = "Écrivez un nombre entre 1 et 20.", en = "Write a number from 1 to 20." }
    }
  }

  setting "pause" {
    type    = "number"
    default = 10
    label   = { fr = "Pause entre deux notes", en = "Pause between two notes" }
    help    = { fr = "En secondes, depuis une même adresse ; 0 n'en demande pas.", en = "In seconds, from one address; 0 asks for none." }
    check {
      condition = setting.pause >= 0 && setting.pause <= 3600 && floor(setting.pause) == setting.pause
      message   = { fr = "Écrivez un nombre de secondes entre 0 et 3600.", en = "Write a number of seconds from 0 to 3600." }
    }
  }

  setting "template" {
    type    = "string"
    default = "bootstrap5"
    label   = { fr = "Présentation", en = "Look" }
    help    = { fr = "bootstrap5, bootstrap, bootstrap-page, bootstrap-dark, bootstrap-dark-page, bootstrap-compact ou bootstrap-compact-page.", en = "bootstrap5, bootstrap, bootstrap-page, bootstrap-dark, bootstrap-dark-page, bootstrap-compact or bootstrap-compact-page." }
    check {
      condition = contains(["bootstrap5", "bootstrap", "bootstrap-page", "bootstrap-dark", "bootstrap-dark-page", "bootstrap-compact", "bootstrap-compact-page"], setting.template)
      message   = { fr = "Écrivez l'un des noms de l'aide.", en = "Write one of the names in the help." }
    }
  }

  # Says that somebody signed in; nobody is signed out of the gateway by a new one.
  secret "key" {
    length = 64
    rotate = true
  }

  accounts "header" {
    identity       = "uid"
    sign_up        = "closed" # PrivateBin has no accounts
    administrators = { fr = "Personne : chaton.hcl règle tout.", en = "Nobody: chaton.hcl decides everything." }
    header         = { user = "Remote-User" }
  }

  data "notes" {
    what = {
      fr = "Les notes, leurs fichiers et leurs commentaires, chiffrés avec une clé que cette machine n'a pas ; le temps qu'elles restent, et l'heure des commentaires."
      en = "Notes, their files and comments, encrypted with a key that this machine does not have; the time that they stay, and when comments were written."
    }
    personal = true
    kept = {
      fr = "Le temps choisi par l'auteur, ${setting.longest == "1hour" ? "une heure" : setting.longest == "1day" ? "un jour" : setting.longest == "1week" ? "une semaine" : setting.longest == "1month" ? "30 jours" : "un an"} au plus, ou jusqu'à ce qu'il efface la note par son lien."
      en = "The time that the author chose, ${setting.longest == "1hour" ? "an hour" : setting.longest == "1day" ? "a day" : setting.longest == "1week" ? "a week" : setting.longest == "1month" ? "30 days" : "a year"} at most, or until the author deletes the note by its link."
    }
    volume = "data"
  }
  data "pause" {
    what = {
      fr = "Depuis quelles adresses une note vient d'être envoyée, sous une forme dont l'adresse ne se tire pas sans le sel du service."
      en = "From which addresses a note was just sent, in a form from which the address cannot be had without the service's salt."
    }
    personal = true
    kept = {
      fr = "Jusqu'à la première note envoyée plus de ${setting.pause} secondes après."
      en = "Until the first note that is sent after ${setting.pause} seconds."
    }
    volume = "data"
  }

  volume "data" {}

  unit "web" {
    image      = "privatebin/fs:2.0.5-alpine3.24"
    user       = "65534:82"
    entrypoint = ["/etc/ronron/start"]
    read_only  = true
    tmpfs      = ["/run", "/tmp", "/var/lib/nginx/tmp"]

    mount "data" { path = "/srv/data" }

    file "/etc/ronron/start" {
      template = "start.tmpl"
      mode     = "0755"
    }
    file "/etc/ronron/guard.php" {
      template = "guard.php.tmpl"
    }
    file "/etc/ronron/settings.json" {
      content = jsonencode({
        create = setting.create
        sign_in = (chaton.language == "fr"
          ? "Pour écrire une note, connectez-vous : ouvrez ${service.url}/+me/ dans un autre onglet, puis renvoyez-la d'ici."
        : "To write a note, sign in: open ${service.url}/+me/ in another tab, then send it again from here.")
      })
    }
    file "/etc/ronron/key" {
      content = secret.key
      owner   = "0:82"
      mode    = "0440"
    }
    file "/srv/cfg/conf.php" {
      template = "conf.php.tmpl"
    }
    file "/etc/php/conf.d/99-ronron.ini" {
      content = "auto_prepend_file = /etc/ronron/guard.php\nmemory_limit = ${64 + setting.size * 10}M\npost_max_size = ${setting.size * 2}M\nerror_reporting = E_ERROR\n"
    }
    file "/etc/nginx/server.d/ronron.conf" {
      content = "client_max_body_size ${setting.size * 2}m;\n"
    }
    # Read within "http": no line for each request, and no fault that names a visitor.
    file "/etc/nginx/http.d/access_log.conf" {
      content = "access_log off;\nerror_log /dev/stderr crit;\n"
    }

    port "http" { number = 8080 }
    health {
      http   = { port = "http", path = "/-/health" }
      within = "60s"
    }
    limits {
      # Five notes of 10 MiB, sent at once, took 440M.
      memory = "${192 + setting.size * 32}M"
      pids   = 64
    }
    stop_timeout = "15s"
  }

  schedule "purge" {
    unit    = "web"
    every   = "1h"
    inside  = true
    command = ["php", "/srv/bin/administration", "--purge"]
    timeout = "10m"
  }
  tool "administration" {
    unit    = "web"
    command = ["php", "/srv/bin/administration"]
    help    = { fr = "Effacer une note par son numéro (--delete), compter les notes (--statistics).", en = "Deleting a note by its number (--delete), counting notes (--statistics)." }
  }

  route "web" {
    unit   = "web"
    port   = "http"
    path   = "/"
    upload = "40M" # twice the largest note: it is sent as text
    deny   = ["/-"]
  }
  route "members" {
    unit   = "web"
    port   = "http"
    path   = "/+me"
    upload = "1M"
    enter  = "members"
  }

  backup {
    volumes = ["data"]
    check {
      unit    = "web"
      command = ["php", "/srv/bin/administration", "--statistics"]
      expect  = "Total:"
      timeout = "30m"
    }
  }

  # Notes name nobody, and nobody here can read them.
  export "member" {
    unit    = "web"
    command = ["head", "-c", "1024", "/dev/zero"] # an empty archive, which the image's tar refuses to make
    formats = ["application/x-tar"]
    what = {
      fr = "Rien : une note n'est liée à aucun compte, et ne se lit qu'avec son lien."
      en = "Nothing: a note is not tied to an account, and can be read with its link only."
    }
  }
  erase "member" {
    unit    = "web"
    command = ["true"]
    leaves = {
      fr = "Les notes, qui ne nomment personne et que personne ne peut lire sans leur lien. Leur auteur les efface par le lien reçu en les envoyant ; les autres partent quand leur temps est passé."
      en = "The notes, which name nobody and which nobody can read without their link. Their author deletes them by the link that came when they were sent; the others go when their time is over."
    }
  }

  usage "documents" {
    label   = { fr = "Notes", en = "Notes" }
    unit    = "web"
    command = ["sh", "-c", "php /srv/bin/administration --list-ids | grep -c . || true"]
  }
  usage "bytes" {
    label   = { fr = "Kibioctets", en = "Kibibytes" }
    unit    = "web"
    command = ["sh", "-c", "du -sk /srv/data | cut -f1"]
  }

  # Only grave faults are written, to the container's output.
  retention { logs = "0s" }
  requests {
    none = true
    off = {
      fr = "La page n'a le droit de demander qu'à ce service, qui n'a pas de sortie vers Internet ; aucun raccourcisseur d'adresses n'est proposé."
      en = "The page may ask nobody but this service, which has no way out to the Internet; no shortener of addresses is offered."
    }
  }
  upgrade { from = [] }
}
