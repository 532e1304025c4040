# What is decided here, and why:
#
# - The other chat server of this catalog is prosody: it takes a tenth of the memory
#   and is the one to begin with. ejabberd is for who wants members to find each
#   other without exchanging addresses, to talk with other servers, or to keep long
#   archives.
# - Addresses are login@host of the service. Apps come by port 5222, where ejabberd
#   itself speaks TLS with the host's certificate, and browsers through the gateway
#   (WebSocket and BOSH). The port must be reachable from outside.
# - Members sign in with the directory's password, over TLS only. Whoever is
#   suspended is disconnected within half a minute, by a module of ours.
# - Names come from the directory and cannot be changed here; mail addresses stay there.
# - Other servers are reached only where the host says so: without that setting, the
#   service has no way out, and port 5269 is closed.
# - No account is made here. The web console and the HTTP API are not served: what
#   administrators need is `ronron run SERVICE ctl`.
# - Everything is in one SQLite file instead of Erlang's own database, which stops at
#   2 GB and cannot be copied while it runs. Messages and files are kept for a bounded time.
# - No fail2ban: on port 5222 all clients come from the gateway's address, and the
#   directory bars whoever guesses passwords.
# - ejabberd logs warnings only: the next level writes down who signed in.
recipe "ejabberd" {
  version = "1"

  software {
    name          = "ejabberd"
    version       = "24.12"
    licence       = "GPL-2.0-or-later"
    source        = "https://github.com/processone/ejabberd"
    documentation = "https://docs.ejabberd.im/admin/"
    category      = "chat"
    replaces      = ["WhatsApp", "Slack", "Messenger"]
    title         = { fr = "Discussion", en = "Chat" }
    summary = {
      fr = "Des messages entre membres, qui se trouvent dans leur liste de contacts, et si vous le voulez avec d'autres serveurs XMPP. Plus lourd que Prosody."
      en = "Messages between members, who find each other in their lists of contacts, and with other XMPP servers if you wish. Heavier than Prosody."
    }
  }

  public = {
    fr = "Rien, sauf un fichier dont un membre donne l'adresse${setting.federation ? " ; depuis d'autres serveurs, écrire à un membre et lire son nom" : ""}."
    en = "Nothing, but a file whose address a member passes on${setting.federation ? "; from other servers, to write to a member and to read their name" : ""}."
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
    help = {
      fr = "La plus grande ; cinquante fois autant par membre, puis les plus anciens s'en vont."
      en = "The largest; fifty times as much for each member, then the oldest go."
    }
    check {
      condition = setting.upload >= 1 && setting.upload <= 200 && floor(setting.upload) == setting.upload
      message   = { fr = "Écrivez un nombre entier de Mo, de 1 à 200.", en = "Write a whole number of MB, from 1 to 200." }
    }
  }

  setting "contacts" {
    type    = "bool"
    default = true
    label   = { fr = "Membres dans la liste de contacts", en = "Members in the list of contacts" }
    help = {
      fr = "Chaque membre voit tous les autres, leur nom et s'ils sont connectés. Sans cela, on s'ajoute par adresse."
      en = "Each member sees all others, their names and whether they are connected. Without, people add each other by address."
    }
  }

  setting "federation" {
    type    = "bool"
    default = false
    label   = { fr = "Parler avec d'autres serveurs", en = "Talk with other servers" }
    help = {
      fr = "Les membres écrivent à des adresses d'autres serveurs XMPP, et l'inverse ; les iPhones peuvent être réveillés. Le port 5269 doit être ouvert, et l'adresse du service être connue du DNS public."
      en = "Members write to addresses of other XMPP servers, and the other way round; iPhones can be woken. Port 5269 must be open, and the service's address known to the public DNS."
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
      fr = "Les listes de contacts, les images, les salons suivis et leurs réglages, et quand chacun s'est déconnecté pour la dernière fois."
      en = "Lists of contacts, pictures, rooms that are followed and their settings, and when each was last disconnected."
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
    user      = "990:990"
    read_only = true
    tmpfs     = ["/tmp"]
    # Other servers are called, where the host wants to talk with them.
    egress = setting.federation

    mount "data" { path = "/var/lib/ejabberd" }

    file "/etc/ronron/ejabberd.yml" {
      template = "ejabberd.yml.tmpl"
      owner    = "0:990"
      mode     = "0440"
    }
    file "/etc/ronron/web/index.html" {
      template = "index.html.tmpl"
    }
    file "/etc/ronron/host" {
      content = service.host
    }
    file "/etc/ronron/cert.pem" {
      content = service.certificate
    }
    file "/etc/ronron/key.pem" {
      content = service.key
      owner   = "0:990"
      mode    = "0440"
    }
    file "/etc/ronron/ca.pem" {
      content = directory.ca
    }

    port "http" { number = 5280 }
    port "c2s" { number = 5222 }
    port "s2s" { number = 5269 }
    health {
      # Its pages are for its own host name alone; this one says to anybody that it works.
      http   = { port = "http", path = "/bosh" }
      within = "90s"
    }
    limits {
      memory = "384M"
      pids   = 128
    }
    stop_timeout = "20s"
  }

  route "web" {
    unit    = "xmpp"
    port    = "http"
    path    = "/"
    upload  = "${setting.upload}M"
    timeout = "180s"
    headers = { "Referrer-Policy" = "same-origin" }
  }

  listen "c2s" {
    unit     = "xmpp"
    protocol = "tcp"
    port     = "c2s"
  }
  listen "s2s" {
    unit     = "xmpp"
    protocol = "tcp"
    port     = "s2s"
    open     = setting.federation
  }

  schedule "expire" {
    unit    = "xmpp"
    inside  = true
    every   = "1d"
    command = ["/usr/local/bin/member", "expire", tostring(setting.days)]
    timeout = "30m"
  }

  tool "ctl" {
    unit    = "xmpp"
    command = ["/usr/sbin/ejabberdctl"]
    help    = { fr = "Commandes d'ejabberd : status, connected_users, muc_online_rooms global…", en = "ejabberd's commands: status, connected_users, muc_online_rooms global…" }
  }

  backup {
    volumes = ["data"]
    # The copy is whole; the file that is being written may not be.
    exclude = ["data/chat.db", "data/chat.db-journal", "data/node"]
    before {
      unit    = "xmpp"
      command = ["/usr/local/bin/member", "copy"]
    }
    after {
      unit    = "xmpp"
      command = ["/usr/local/bin/member", "uncopy"]
    }
    check {
      unit    = "xmpp"
      command = ["/usr/local/bin/member", "check"]
      expect  = "messages: "
    }
  }

  export "member" {
    unit    = "xmpp"
    command = ["/usr/local/bin/member", "export"]
    formats = ["application/json", "application/octet-stream"]
    what = {
      fr = "Contacts, réglages, images, salons suivis, messages gardés et fichiers envoyés du membre."
      en = "The member's contacts, settings, pictures, followed rooms, kept messages and files that were sent."
    }
  }
  erase "member" {
    unit    = "xmpp"
    command = ["/usr/local/bin/member", "erase"]
    leaves = {
      fr = "Ce que d'autres ont reçu du membre et ses messages dans les salons, ${setting.days} jours."
      en = "What others received from the member and messages in rooms, for ${setting.days} days."
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
    none = !setting.federation
    off = {
      fr = setting.federation ? "La page du service ne charge rien d'ailleurs. Le serveur appelle ceux des personnes à qui les membres écrivent, et ceux qui réveillent leurs applications." : "Le serveur n'a pas de sortie vers Internet et ne parle à aucun autre ; sa page ne charge rien d'ailleurs."
      en = setting.federation ? "The service's page loads nothing from elsewhere. The server calls those of people whom members write to, and those that wake their apps." : "The server has no way out to the Internet and talks to no other; its page loads nothing from elsewhere."
    }
  }
  upgrade { from = [] }

  members = {
    fr = "Dans une application XMPP (Conversations, Monal, Dino, Gajim…), ajoutez un compte existant : votre-identifiant@${service.host}, avec le mot de passe du chaton."
    en = "In an XMPP app (Conversations, Monal, Dino, Gajim…) add an existing account: your-login@${service.host}, with the password of the chaton."
  }
  limits_note = {
    fr = "Pas d'application dans le navigateur, pas d'appels à travers le serveur : deux applications s'appellent si elles peuvent se joindre. Vers d'autres serveurs, le certificat doit être d'une autorité reconnue, faute de quoi certains refusent. Les ports 5222 et, pour les autres serveurs, 5269 doivent être ouverts. Prosody prend dix fois moins de mémoire, sans autres serveurs ni contacts communs."
    en = "No app in the browser, no calls through the server: two apps call each other where they can reach each other. For other servers the certificate must be of a recognised authority, or some refuse. Ports 5222 and, for other servers, 5269 must be open. Prosody takes a tenth of the memory, without other servers and common contacts."
  }
}
