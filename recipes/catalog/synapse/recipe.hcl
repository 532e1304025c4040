# What is decided here, and why:
#
# - Upstream's image with a module of ours (ronron_members.py): it signs members in with
#   the directory's password, and asks about each of them every 15 seconds, because a
#   device of Matrix stays signed in for years: whoever is suspended is out.
#   Synapse's own passwords are off, and so are sign-up and guests.
# - The server talks to no other unless the host says so ("federation"); then anybody
#   in the world may write to members, and rooms are kept on other servers too.
# - Its name is that of the service and can never change: it is in every message.
# - Administration of the server (/_synapse/admin) is shut off outside.
# - Synapse logs errors only, since warnings name people and rooms.
# - No page to chat in: members use an app. Nothing is asked of matrix.org or vector.im.
# - Not tested where it was made, since the image could not be pulled there. Tried on
#   2026-11-22 against Synapse 1.160.0 of Debian sid under the image's name, with the
#   folders and number of user of upstream's Dockerfile: the whole scenario passed, and
#   by hand a room, a message, a file, export, erase and the check of a backup.
recipe "synapse" {
  version = "1"

  software {
    name          = "Synapse"
    version       = "1.160.0"
    licence       = "AGPL-3.0-or-later"
    source        = "https://github.com/element-hq/synapse"
    documentation = "https://element-hq.github.io/synapse/latest/"
    category      = "chat"
    replaces      = ["Slack", "WhatsApp", "Discord"]
    title         = { fr = "Messagerie Matrix", en = "Matrix chat" }
    summary = {
      fr = "Des messages chiffrés, à deux ou dans des salons, avec l'application Matrix de votre choix."
      en = "Encrypted messages, in pairs or in rooms, with the Matrix app of your choice."
    }
  }

  public = setting.federation ? {
    fr = "Les gens d'autres serveurs Matrix peuvent écrire aux membres et venir dans les salons où on les invite."
    en = "People of other Matrix servers can write to members, and come into rooms where they are invited."
    } : {
    fr = "Rien : il faut un compte."
    en = "Nothing: it takes an account."
  }
  members = {
    fr = "Dans une application Matrix (Element, FluffyChat, Nheko…), choisissez le serveur ${service.url} et entrez l'identifiant et le mot de passe du chaton."
    en = "In a Matrix app (Element, FluffyChat, Nheko…) choose the server ${service.url} and enter the login and password of the chaton."
  }
  limits_note = {
    fr = "Pas d'application dans le navigateur ni d'appels à travers le serveur. Une application qui attend des messages remarque une suspension en 30 secondes au plus. Ce qu'un autre serveur a reçu ne peut pas être repris."
    en = "No app in the browser and no calls through the server. An app that is waiting for messages notices a suspension after up to 30 seconds. What another server has received cannot be taken back."
  }

  setting "federation" {
    type    = "bool"
    default = false
    label   = { fr = "Parler aux autres serveurs", en = "Talk to other servers" }
    help = {
      fr = "Les membres peuvent écrire à tout le réseau Matrix, et en recevoir des messages ; le service peut alors appeler l'extérieur."
      en = "Members can write to all of the Matrix network, and be written to by it; the service can then call out."
    }
  }

  setting "upload" {
    type    = "number"
    default = 50
    label   = { fr = "Taille d'un fichier, en Mo", en = "Size of a file, in MB" }
    help    = { fr = "La plus grande d'un fichier envoyé dans un salon.", en = "The largest of a file sent to a room." }
    check {
      condition = setting.upload >= 1 && setting.upload <= 1000 && floor(setting.upload) == setting.upload
      message   = { fr = "Écrivez un nombre entier de Mo, de 1 à 1000.", en = "Write a whole number of MB, from 1 to 1000." }
    }
  }

  setting "days" {
    type    = "number"
    default = 0
    label   = { fr = "Jours de conservation", en = "Days of keeping" }
    help    = { fr = "Des messages et des fichiers ; 0 : sans limite.", en = "Of messages and files; 0: without limit." }
    check {
      condition = setting.days >= 0 && setting.days <= 3650 && floor(setting.days) == setting.days
      message   = { fr = "Écrivez un nombre entier de jours, de 0 à 3650.", en = "Write a whole number of days, from 0 to 3650." }
    }
  }

  secret "macaroon" { length = 64 }
  secret "form" { length = 64 }
  secret "registration" { length = 64 }

  accounts "ldap" {
    identity       = "uid"
    sign_up        = "closed" # enable_registration and allow_guest_access are off
    administrators = { fr = "Les membres du groupe admins, dans les 15 secondes.", en = "Members of the group admins, within 15 seconds." }
  }

  companion "postgresql" "db" {
    major = 17
  }

  data "messages" {
    what = {
      fr = "Les messages et les salons : qui y est, qui a écrit quand, à qui. Ce qui est écrit est chiffré là où les applications le font, ce qui est le cas par défaut entre deux personnes."
      en = "Messages and rooms: who is there, who wrote when, to whom. What is written is encrypted where the apps do it, which is the default between two people."
    }
    personal = true
    kept = setting.days == 0 ? {
      fr = "Jusqu'à ce que les membres les effacent, puis 7 jours encore."
      en = "Until members delete them, and 7 days."
      } : {
      fr = "${setting.days} jours."
      en = "${setting.days} days."
    }
    volume = "db"
  }
  data "accounts" {
    what = {
      fr = "L'identifiant et le nom de chaque membre, ses appareils, l'adresse IP et le programme de sa dernière connexion."
      en = "The login and name of each member, their devices, and the IP address and program of the last sign-in."
    }
    personal = true
    kept = {
      fr = "Jusqu'à l'effacement du compte par l'hébergeur ; les adresses IP, 7 jours, sauf la dernière de chaque appareil."
      en = "Until the host erases the account; IP addresses, 7 days, but for the last one of each device."
    }
    volume = "db"
  }
  data "files" {
    what = {
      fr = "Les fichiers envoyés dans les salons, et la clé par laquelle ce serveur signe."
      en = "Files that were sent to rooms, and the key by which this server signs."
    }
    personal = true
    kept = setting.days == 0 ? {
      fr = "Jusqu'à l'effacement du compte ; ceux d'autres serveurs, 14 jours après la dernière lecture."
      en = "Until the account is erased; those of other servers, 14 days after they were last read."
      } : {
      fr = "${setting.days} jours après la dernière lecture ; ceux d'autres serveurs, 14."
      en = "${setting.days} days after they were last read; those of other servers, 14."
    }
    volume = "data"
  }

  volume "data" {}

  unit "matrix" {
    build {}
    user      = "991:991"
    read_only = true
    tmpfs     = ["/tmp"]
    # Other Matrix servers, where the host wants it.
    egress = setting.federation
    needs  = ["db"]

    mount "data" { path = "/var/lib/synapse" }

    file "/etc/ronron/homeserver.yaml" {
      template = "homeserver.yaml.tmpl"
      owner    = "0:991"
      mode     = "0440"
    }
    file "/etc/ronron/log.yaml" {
      template = "log.yaml.tmpl"
    }
    file "/etc/ronron/directory.json" {
      template = "directory.json.tmpl"
    }
    file "/etc/ronron/directory.password" {
      content = directory.bind_password
      owner   = "0:991"
      mode    = "0440"
    }
    file "/etc/ronron/ca.pem" {
      content = directory.ca
    }

    port "http" { number = 8008 }
    health {
      http   = { port = "http", path = "/health" }
      within = "2m"
    }
    limits {
      memory = "768M"
      pids   = 100
    }
    stop_timeout = "30s"
  }

  # The key by which this server signs; where there is one, nothing happens.
  job "key" {
    when    = "first"
    unit    = "matrix"
    command = ["python", "-m", "synapse.app.homeserver", "--config-path", "/etc/ronron/homeserver.yaml", "--generate-keys"]
    timeout = "5m"
  }

  route "web" {
    unit    = "matrix"
    port    = "http"
    path    = "/"
    upload  = "${setting.upload + 1}M"
    timeout = "180s" # apps wait for messages
    deny    = ["/_synapse/admin", "/_synapse/metrics", "/_synapse/replication", "/health"]
  }

  backup {
    exclude = ["data/media/url_cache", "data/media/remote_content", "data/media/remote_thumbnail"]
    check {
      unit    = "matrix"
      command = ["python", "/usr/share/ronron/member.py", "check"]
      expect  = "events"
      timeout = "5m"
    }
  }

  export "member" {
    unit    = "matrix"
    command = ["python", "/usr/share/ronron/member.py", "export"]
    timeout = "1h"
    formats = ["application/json", "application/octet-stream"]
    what = {
      fr = "Les salons du membre, leurs messages (chiffrés là où ils le sont), son profil, ses appareils et ses fichiers, en JSON."
      en = "The member's rooms, their messages (encrypted where they are), profile, devices and files, in JSON."
    }
  }
  erase "member" {
    unit    = "matrix"
    command = ["python", "/usr/share/ronron/member.py", "erase"]
    timeout = "1h"
    leaves = {
      fr = "L'identifiant, fermé pour toujours. Les messages restent chez ceux qui les ont reçus, et ne sont plus montrés à d'autres."
      en = "The login, closed for ever. Messages stay with those who received them, and are shown to nobody else."
    }
  }

  usage "accounts" {
    label = { fr = "Membres qui se sont connectés", en = "Members who have signed in" }
    unit  = "db"
    sql   = "SELECT count(*) FROM users WHERE deactivated = 0 AND name NOT LIKE '@=%'"
  }
  usage "messages" {
    label = { fr = "Messages gardés", en = "Messages kept" }
    unit  = "db"
    sql   = "SELECT count(*) FROM events WHERE type IN ('m.room.message', 'm.room.encrypted')"
  }
  usage "bytes" {
    label = { fr = "Octets de fichiers", en = "Bytes of files" }
    unit  = "db"
    sql   = "SELECT coalesce(sum(media_length), 0) FROM local_media_repository"
  }

  # Errors only, to the container's output, which Ronron bounds.
  retention { logs = "0s" }
  requests {
    none = !setting.federation
    off = {
      fr = "Statistiques, aperçus de liens, serveurs d'identité et de clés sont coupés ; sans le réglage « federation », le service n'a pas de sortie vers Internet. Avec « federation », il parle aux serveurs des gens à qui les membres écrivent."
      en = "Statistics, link previews, identity and key servers are off; without the setting \"federation\" the service has no way out. With \"federation\" it talks to the servers of the people whom members write to."
    }
  }
  upgrade {
    from  = []
    fixed = ["service.host"]
  }
}
