# What is decided here, and why:
#
# - Addresses are login@host of the service. Apps come by port 5222, where Prosody
#   itself speaks TLS with the host's certificate, and browsers through the
#   gateway (WebSocket and BOSH). The port must be reachable from outside.
# - Members sign in with the directory's password, over TLS only. Whoever is
#   suspended is disconnected within a minute, since a connection lives for days.
# - The server talks to no other: it has no way out, and strangers cannot write to
#   members. So there is no waking of iPhones either, which goes over other servers.
# - No account is made here, and nobody administers rooms that are not theirs.
# - Messages and files are kept for a bounded time, so that all devices get them.
# - Prosody logs warnings only: the next level writes down who signed in.
recipe "prosody" {
  version = "1"

  software {
    name          = "Prosody"
    version       = "13.0.1"
    licence       = "MIT"
    source        = "https://hg.prosody.im/trunk"
    documentation = "https://prosody.im/doc"
    category      = "chat"
    replaces      = ["WhatsApp", "Slack", "Messenger"]
    title         = { fr = "Discussion", en = "Chat" }
    summary = {
      fr = "Des messages entre membres, à deux ou dans des salons, avec l'application XMPP de votre choix."
      en = "Messages between members, in pairs or in rooms, with the XMPP app of your choice."
    }
  }

  public = {
    fr = "Rien, sauf un fichier dont un membre donne l'adresse."
    en = "Nothing, but a file whose address a member passes on."
  }

  setting "days" {
    type    = "number"
    default = 30
    label   = { fr = "Jours de conservation", en = "Days of keeping" }
    help = {
      fr = "Des messages et des fichiers, pour que tous les appareils d'un membre les aient."
      en = "Of messages and files, so that all devices of a member get them."
    }
    check {
      condition = setting.days >= 1 && setting.days <= 3650 && floor(setting.days) == setting.days
      message   = { fr = "Écrivez un nombre entier de jours, de 1 à 3650.", en = "Write a whole number of days, from 1 to 3650." }
    }
  }

  setting "upload" {
    type    = "number"
    default = 20
    label   = { fr = "Taille d'un fichier, en Mo", en = "Size of a file, in MB" }
    help    = { fr = "La plus grande ; dix fois autant par membre et par jour.", en = "The largest; ten times as much for each member and day." }
    check {
      condition = setting.upload >= 1 && setting.upload <= 200 && floor(setting.upload) == setting.upload
      message   = { fr = "Écrivez un nombre entier de Mo, de 1 à 200.", en = "Write a whole number of MB, from 1 to 200." }
    }
  }

  setting "listed" {
    type    = "bool"
    default = true
    label   = { fr = "Nouveaux salons dans la liste", en = "New rooms are listed" }
    help = {
      fr = "Les membres trouvent un nouveau salon dans la liste ; qui le crée peut en décider autrement."
      en = "Members find a new room in the list; whoever makes it can decide otherwise."
    }
  }

  accounts "ldap" {
    identity       = "uid"
    sign_up        = "closed"
    administrators = { fr = "Personne : chaque salon appartient à qui l'a créé.", en = "Nobody: each room belongs to whoever made it." }
  }

  data "messages" {
    what = {
      fr = "Les messages, à deux et dans les salons, et les fichiers envoyés ; chiffrés seulement si les applications le font."
      en = "Messages, in pairs and in rooms, and files that were sent; encrypted only where the apps do it."
    }
    personal = true
    kept     = { fr = "${setting.days} jours.", en = "${setting.days} days." }
    volume   = "data"
  }

  data "profiles" {
    what = {
      fr = "Les listes de contacts, les profils et les images, les salons suivis et leurs réglages."
      en = "Lists of contacts, profiles and pictures, rooms that are followed and their settings."
    }
    personal = true
    kept = {
      fr = "Jusqu'à ce que le membre les efface. Ils restent quand le compte est supprimé, jusqu'à ce que l'hébergeur les retire."
      en = "Until the member deletes them. They stay when the account is removed, until the host takes them away."
    }
    volume = "data"
  }

  volume "data" {}

  unit "xmpp" {
    build {}
    user      = "33:33"
    read_only = true
    tmpfs     = ["/tmp"]

    mount "data" { path = "/var/lib/prosody" }

    file "/etc/ronron/prosody.cfg.lua" {
      template = "prosody.cfg.lua.tmpl"
    }
    file "/etc/ronron/web/index.html" {
      template = "index.html.tmpl"
    }
    file "/etc/ronron/cert.pem" {
      content = service.certificate
    }
    file "/etc/ronron/key.pem" {
      content = service.key
      owner   = "0:33"
      mode    = "0440"
    }
    file "/etc/ronron/directory.password" {
      content = directory.bind_password
      owner   = "0:33"
      mode    = "0440"
    }
    file "/etc/ronron/ca.pem" {
      content = directory.ca
    }
    # Prosody does one thing at a time: it waits for the directory, but not long.
    file "/etc/ronron/ldap.conf" {
      content = "TLS_CACERT /etc/ronron/ca.pem\nTLS_REQCERT demand\nNETWORK_TIMEOUT 3\nTIMEOUT 3\n"
    }

    port "http" { number = 5280 }
    port "c2s" { number = 5222 }
    health {
      http   = { port = "http", path = "/" }
      within = "60s"
    }
    limits {
      memory = "256M"
      pids   = 64
    }
    stop_timeout = "10s"
  }

  route "web" {
    unit    = "xmpp"
    port    = "http"
    path    = "/"
    upload  = "${setting.upload}M"
    timeout = "180s"
    headers = { "X-Content-Type-Options" = "nosniff", "Referrer-Policy" = "same-origin" }
  }

  listen "c2s" {
    unit     = "xmpp"
    protocol = "tcp"
    port     = "c2s"
  }

  backup {
    volumes = ["data"]
    check {
      unit    = "xmpp"
      command = ["/usr/local/bin/member", "count", "members"]
    }
  }

  export "member" {
    unit    = "xmpp"
    command = ["/usr/local/bin/member", "export"]
    formats = ["application/octet-stream"]
    what = {
      fr = "Contacts, profil, salons suivis et messages gardés du membre, dans les fichiers texte de Prosody."
      en = "The member's contacts, profile, followed rooms and kept messages, in Prosody's text files."
    }
  }
  erase "member" {
    unit    = "xmpp"
    command = ["/usr/local/bin/member", "erase"]
    leaves = {
      fr = "Ce que d'autres ont reçu du membre, ses messages dans les salons et les fichiers envoyés, ${setting.days} jours."
      en = "What others received from the member, messages in rooms and files that were sent, for ${setting.days} days."
    }
  }

  usage "accounts" {
    label   = { fr = "Membres qui discutent", en = "Members who chat" }
    unit    = "xmpp"
    command = ["/usr/local/bin/member", "count", "members"]
  }
  usage "bytes" {
    label   = { fr = "Octets", en = "Bytes" }
    unit    = "xmpp"
    command = ["/usr/local/bin/member", "count", "bytes"]
  }

  # Only warnings are written, to the container's output, which Ronron bounds.
  retention { logs = "0s" }
  requests {
    none = true
    off = {
      fr = "Le serveur n'a pas de sortie vers Internet et ne parle à aucun autre ; sa page ne charge rien d'ailleurs."
      en = "The server has no way out to the Internet and talks to no other; its page loads nothing from elsewhere."
    }
  }
  upgrade { from = [] }

  members = {
    fr = "Dans une application XMPP (Conversations, Monal, Dino, Gajim…), ajoutez un compte existant : votre-identifiant@${service.host}, avec le mot de passe du chaton."
    en = "In an XMPP app (Conversations, Monal, Dino, Gajim…) add an existing account: your-login@${service.host}, with the password of the chaton."
  }
  limits_note = {
    fr = "Seulement entre membres : le serveur ne parle à aucun autre. Pas d'application dans le navigateur, pas d'appels à travers le serveur, pas de réveil des iPhones. Le port 5222 doit être ouvert."
    en = "Between members only: the server talks to no other. No app in the browser, no calls through the server, no waking of iPhones. Port 5222 must be open."
  }
}
