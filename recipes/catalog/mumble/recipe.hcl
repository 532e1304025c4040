# What is decided here, and why:
#
# - Apps come by port 64738, TCP and UDP, where Mumble itself encrypts, with the
#   host's certificate; the gateway only passes on what comes.
# - Members sign in with the directory's password (keeper.py, by Mumble's own
#   interface for that). Who may not be there any more is shown out within seconds,
#   and so is who became, or is no longer, an administrator: they come back as such.
#   While the directory does not answer, nobody new comes in, and who is there stays
#   for 10 minutes.
# - Guests have one password for all of them, which members find on a page that the
#   gateway shows to them only. A guest cannot take the name of a member, not even of
#   one who has left.
# - Nobody makes an account of Mumble's own, and nobody knows the password of
#   "SuperUser", made of chance at each start.
# - Nobody can be banned by address: all come from that of the gateway.
# - Names and addresses of who comes are not written down, neither in the log nor in
#   Mumble's own database of events. Avatars and comments are not kept.
recipe "mumble" {
  version = "1"

  software {
    name          = "Mumble"
    version       = "1.5.735"
    licence       = "BSD-3-Clause"
    source        = "https://github.com/mumble-voip/mumble"
    documentation = "https://www.mumble.info/documentation/"
    category      = "calls"
    replaces      = ["Discord", "Skype", "Zoom"]
    title         = { fr = "Salons audio", en = "Voice rooms" }
    summary = {
      fr = "Se parler de vive voix en groupe, avec très peu de délai et de débit."
      en = "Talk in a group, with very little delay and bandwidth."
    }
  }

  public = setting.guests ? {
    fr = "Rien sans invitation : un membre peut donner le mot de passe des invités."
    en = "Nothing without an invitation: a member can pass on the guests' password."
    } : {
    fr = "Rien : seuls les membres entrent."
    en = "Nothing: only members come in."
  }

  setting "title" {
    type    = "string"
    default = chaton.language == "fr" ? "Les salons audio de ${chaton.name}" : "Voice rooms of ${chaton.name}"
    label   = { fr = "Titre", en = "Title" }
    help    = { fr = "Le nom du premier salon, et de la page.", en = "The name of the first room, and of the page." }
    check {
      condition = length(trimspace(setting.title)) > 0 && length(setting.title) <= 200 && !strcontains(setting.title, "<") && !strcontains(setting.title, ">") && !strcontains(setting.title, "\n")
      message   = { fr = "Donnez un titre d'une ligne, sans < ni >.", en = "Give it a title of one line, without < and >." }
    }
  }

  setting "welcome" {
    type    = "string"
    default = chaton.language == "fr" ? "Bienvenue dans les salons audio de ${chaton.name}." : "Welcome to the voice rooms of ${chaton.name}."
    label   = { fr = "Mot d'accueil", en = "Welcome" }
    help    = { fr = "Ce que lit chaque personne qui entre.", en = "What everybody reads who comes in." }
    check {
      condition = length(setting.welcome) <= 500 && !strcontains(setting.welcome, "\n")
      message   = { fr = "Écrivez une ligne de 500 caractères au plus.", en = "Write one line of at most 500 characters." }
    }
  }

  setting "guests" {
    type    = "bool"
    default = true
    label   = { fr = "Invités", en = "Guests" }
    help    = { fr = "Qui a le mot de passe des invités entre sans compte.", en = "Whoever has the guests' password comes in without an account." }
  }

  setting "rooms" {
    type    = "string"
    default = "members"
    label   = { fr = "Qui crée des salons durables", en = "Who makes lasting rooms" }
    help = {
      fr = "« members » : les membres ; « administrators » : les administrateurs seulement. Tous les membres créent des salons qui disparaissent quand ils sont vides."
      en = "\"members\", or \"administrators\" only. All members make rooms that vanish when they are empty."
    }
    check {
      condition = contains(["members", "administrators"], setting.rooms)
      message   = { fr = "Écrivez \"members\" ou \"administrators\".", en = "Write \"members\" or \"administrators\"." }
    }
  }

  setting "people" {
    type    = "number"
    default = 50
    label   = { fr = "Personnes à la fois", en = "People at once" }
    help    = { fr = "Dans tous les salons ensemble.", en = "In all rooms together." }
    check {
      condition = setting.people >= 2 && setting.people <= 500 && floor(setting.people) == setting.people
      message   = { fr = "Écrivez un nombre entier, de 2 à 500.", en = "Write a whole number, 2 to 500." }
    }
  }

  setting "sound" {
    type    = "number"
    default = 72
    label   = { fr = "Débit de la voix", en = "Bandwidth of a voice" }
    help    = { fr = "En kilobits par seconde et par personne qui parle, au plus : 40 suffit pour la voix, 128 pour de la musique.", en = "In kilobits per second for each who talks, at most: 40 is enough for voices, 128 for music." }
    check {
      condition = setting.sound >= 24 && setting.sound <= 510 && floor(setting.sound) == setting.sound
      message   = { fr = "Écrivez un nombre entier, de 24 à 510.", en = "Write a whole number, 24 to 510." }
    }
  }

  secret "guests" {
    length = 20
    rotate = true
  }
  secret "nobody" {
    length = 48
    rotate = true
  }
  secret "ice" {
    length = 48
    rotate = true
  }

  accounts "ldap" {
    identity       = "uid"
    sign_up        = "closed" # the right to register is nobody's, and registering is refused
    administrators = { fr = "Les membres du groupe admins.", en = "Members of the group admins." }
  }

  data "rooms" {
    what = {
      fr = "Les salons durables, leur description et qui les a créés."
      en = "The lasting rooms, their descriptions and who made them."
    }
    personal = true
    kept     = { fr = "Jusqu'à ce que leur auteur ou un administrateur les efface.", en = "Until their maker or an administrator deletes them." }
    volume   = "data"
  }
  data "members" {
    what     = { fr = "L'identifiant de chaque membre qui est entré, et quand pour la dernière fois.", en = "The login of each member who has come in, and when they last did." }
    personal = true
    kept     = { fr = "Jusqu'à ce que l'hébergeur l'efface.", en = "Until the host erases it." }
    volume   = "data"
  }

  volume "data" {}

  unit "mumble" {
    build {}
    user      = "33:33"
    read_only = true
    tmpfs     = ["/tmp"]

    mount "data" { path = "/var/lib/mumble" }

    file "/etc/ronron/mumble.ini" {
      template = "mumble.ini.tmpl"
    }
    file "/etc/ronron/index.html" {
      template = "index.html.tmpl"
    }
    file "/etc/ronron/guests.html" {
      template = "guests.html.tmpl"
    }
    file "/etc/ronron/keeper.json" {
      content = jsonencode({
        rooms   = setting.rooms
        goodbye = chaton.language == "fr" ? "Votre compte a changé : reconnectez-vous." : "Your account has changed: connect again."
      })
    }
    file "/etc/ronron/ice.password" {
      content = secret.ice
    }
    file "/etc/ronron/directory.json" {
      content = jsonencode({
        url = directory.url, bind_dn = directory.bind_dn, people = directory.people_dn
        enter = directory.enter_dns, administrators = directory.admins_dn
      })
    }
    file "/etc/ronron/directory.password" {
      content = directory.bind_password
    }
    file "/etc/ronron/ca.pem" {
      content = directory.ca
    }
    file "/etc/ronron/ldap.conf" {
      content = "TLS_CACERT /etc/ronron/ca.pem\nTLS_REQCERT demand\nNETWORK_TIMEOUT 3\nTIMEOUT 5\n"
    }
    file "/etc/ronron/cert.pem" {
      content = service.certificate
    }
    file "/etc/ronron/key.pem" {
      content = service.key
    }

    port "http" { number = 8080 }
    port "voice" { number = 64738 }
    health {
      http   = { port = "http", path = "/health" }
      within = "60s"
    }
    limits {
      # Measured: 42 MB with nobody talking; the rest is for those who do.
      memory = "192M"
      pids   = 64
    }
    stop_timeout = "10s"
  }

  route "web" {
    unit    = "mumble"
    port    = "http"
    path    = "/"
    upload  = "1M"
    headers = { "X-Content-Type-Options" = "nosniff", "Referrer-Policy" = "same-origin" }
    deny    = ["/health"]
  }
  route "guests" {
    unit    = "mumble"
    port    = "http"
    path    = "/guests"
    enter   = "members"
    upload  = "1M"
    headers = { "X-Content-Type-Options" = "nosniff", "Referrer-Policy" = "same-origin" }
  }

  listen "voice" {
    unit     = "mumble"
    protocol = "tcp"
    port     = "voice"
  }
  listen "voice-udp" {
    unit     = "mumble"
    protocol = "udp"
    port     = "voice"
  }

  backup {
    volumes = ["data"]
    check {
      unit    = "mumble"
      command = ["python3", "/usr/share/ronron/members.py", "rooms"]
    }
  }

  export "member" {
    unit    = "mumble"
    command = ["python3", "/usr/share/ronron/members.py", "export"]
    formats = ["application/json"]
    what    = { fr = "Le numéro du membre, sa dernière visite et les noms des salons qu'il a créés.", en = "The member's number, their last visit, and the names of rooms that they made." }
  }
  erase "member" {
    unit    = "mumble"
    command = ["python3", "/usr/share/ronron/members.py", "erase"]
    leaves  = { fr = "Les salons, qui n'appartiennent alors plus à personne.", en = "The rooms, which then belong to nobody." }
  }

  usage "accounts" {
    label   = { fr = "Membres qui sont entrés", en = "Members who have come in" }
    unit    = "mumble"
    command = ["python3", "/usr/share/ronron/members.py", "count"]
  }
  usage "bytes" {
    label   = { fr = "Octets", en = "Bytes" }
    unit    = "mumble"
    command = ["python3", "/usr/share/ronron/members.py", "bytes"]
  }

  # What is written to the container's output names no one, and Ronron bounds it.
  retention { logs = "0s" }
  requests {
    none = true
    off = {
      fr = "Le serveur ne s'inscrit dans aucune liste et n'a pas de sortie vers Internet ; ses pages ne chargent rien d'ailleurs."
      en = "The server is on no public list and has no way out to the Internet; its pages load nothing from elsewhere."
    }
  }
  upgrade { from = [] }

  members = {
    fr = "Avec Mumble (ou Mumla sur Android), ajouter le serveur ${service.host}, avec l'identifiant et le mot de passe du chaton ; entrer dans un salon, en créer, inviter."
    en = "With Mumble (or Mumla on Android), add the server ${service.host}, with the login and password of the chaton; enter a room, make one, invite."
  }
  limits_note = {
    fr = "La voix et le texte, pas l'image, et rien dans le navigateur : il faut une application. Le port 64738 doit être ouvert, en TCP et en UDP. Le premier salon garde le nom du service. Bannir par adresse n'est pas possible : suspendez le compte, ou changez le mot de passe des invités."
    en = "Voice and text, no video, and nothing in the browser: an app is needed. Port 64738 must be open, TCP and UDP. The first room has the service's name. Banning by address is not possible: suspend the account, or change the guests' password."
  }
}
