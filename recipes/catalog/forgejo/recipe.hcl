# What is decided here, and why:
#
# - The long-term version (15), in upstream's image without root. Its start script,
#   which makes up a configuration and writes it, is left out: app.ini is Ronron's,
#   with every secret in it, and nothing in the container can change it.
# - Members are those of the directory. Forgejo asks it about everybody once a minute:
#   who is suspended loses pages, keys and tokens. So each member is in its list of
#   accounts from the first minute on. The installer and sign-up are closed.
# - Forgejo's command line takes the password of the service's account in the directory
#   as a word only: it is in the container's list of processes for a second when
#   the account is new or has changed (start.tmpl), and at no other time.
# - Forgejo keeps some names for itself: a member called "admin" cannot sign in here.
# - Nothing leaves this server unless "outside" is on: no copies of other forges, no
#   mirrors, no webhooks, no Gravatar, no update check. No runner for actions.
# - SSH is Forgejo's own server, on a port of its own beside the machine's.
# - Not tested where it was made, since the image could not be pulled there. Tried on
#   2026-11-22 against the branch v11.0 under the image's name (libraries that could not
#   be had replaced by those they were forked from); of 15 image, command line and
#   app.ini were read. The whole scenario passed, and by hand export, erase, the check
#   of a backup and a change of the service's account.
recipe "forgejo" {
  version = "1"

  software {
    name          = "Forgejo"
    version       = "15.0.9"
    licence       = "GPL-3.0-or-later"
    source        = "https://codeberg.org/forgejo/forgejo"
    documentation = "https://forgejo.org/docs/v15.0/admin/"
    category      = "forge"
    replaces      = ["GitHub", "GitLab.com", "Bitbucket"]
    title         = { fr = "Forge", en = "Forge" }
    summary = {
      fr = "Écrire des logiciels et des textes à plusieurs avec Git : dépôts, tickets, relectures, wikis."
      en = "Writing software and texts together with Git: repositories, issues, reviews, wikis."
    }
  }

  public = setting.read == "everyone" ? {
    fr = "Tout le monde peut lire et copier les dépôts publics, avec leurs tickets, et voir le nom de qui y écrit."
    en = "Anyone can read and copy public repositories with their issues, and see the names of those who write there."
    } : {
    fr = "Rien : il faut un compte."
    en = "Nothing: it takes an account."
  }
  members = {
    fr = "Créer des dépôts et des équipes, pousser du code par HTTPS ou SSH, suivre des tickets, relire, publier des paquets."
    en = "Making repositories and teams, pushing code over HTTPS or SSH, keeping issues, reviewing, publishing packages."
  }
  limits_note = {
    fr = "Pas d'intégration continue. Quelques noms sont réservés par Forgejo : un membre nommé « admin », « user » ou « api » ne peut pas s'y connecter. Le port ${setting.ssh_port} doit être ouvert pour SSH."
    en = "No continuous integration. Forgejo keeps some names for itself: a member called \"admin\", \"user\" or \"api\" cannot sign in. Port ${setting.ssh_port} must be open for SSH."
  }

  setting "title" {
    type    = "string"
    default = "Forge · ${chaton.name}"
    label   = { fr = "Titre", en = "Title" }
    help    = { fr = "En haut des pages et dans les courriels.", en = "At the top of pages, and in mails." }
    check {
      condition = length(trimspace(setting.title)) > 0 && length(setting.title) <= 200 && length(regexall("[\\r\\n]", setting.title)) == 0
      message   = { fr = "Donnez un titre d'une ligne, de 200 caractères au plus.", en = "Give a title of one line, of 200 characters at most." }
    }
  }

  setting "read" {
    type    = "string"
    default = "everyone"
    label   = { fr = "Qui peut lire", en = "Who may read" }
    help = {
      fr = "« everyone » : tout le monde voit les dépôts publics ; « members » : seuls les membres voient quelque chose."
      en = "\"everyone\": anyone sees public repositories; \"members\": only members see anything."
    }
    check {
      condition = contains(["everyone", "members"], setting.read)
      message   = { fr = "Écrivez \"everyone\" ou \"members\".", en = "Write \"everyone\" or \"members\"." }
    }
  }

  setting "outside" {
    type    = "bool"
    default = false
    label   = { fr = "Échanges avec l'extérieur", en = "Exchange with the outside" }
    help = {
      fr = "Les membres peuvent importer des dépôts d'autres forges, en tenir des copies à jour et appeler d'autres sites (webhooks) ; le service peut alors appeler l'extérieur."
      en = "Members may import repositories of other forges, keep copies of them, and call other sites (webhooks); the service can then call out."
    }
  }

  setting "ssh_port" {
    type    = "number"
    default = 2222
    label   = { fr = "Port SSH", en = "SSH port" }
    help    = { fr = "Le port de la machine pour git par SSH ; 22 est en général celui de la machine elle-même.", en = "The port of the machine for git over SSH; 22 is most often the machine's own." }
    check {
      condition = setting.ssh_port >= 1 && setting.ssh_port <= 65535 && floor(setting.ssh_port) == setting.ssh_port
      message   = { fr = "Écrivez un port, de 1 à 65535.", en = "Write a port, from 1 to 65535." }
    }
  }

  setting "size" {
    type    = "number"
    default = 512
    label   = { fr = "Plus gros envoi, en Mo", en = "Largest upload, in MB" }
    help    = { fr = "D'un fichier joint, d'un gros fichier (LFS) ou d'un envoi de git par HTTPS ; par SSH, sans limite.", en = "Of an attachment, a large file (LFS), or a push over HTTPS; over SSH there is no limit." }
    check {
      condition = setting.size >= 1 && setting.size <= 10240 && floor(setting.size) == setting.size
      message   = { fr = "Écrivez un nombre entier de Mo, de 1 à 10240.", en = "Write a whole number of MB, from 1 to 10240." }
    }
  }

  secret "key" { length = 64 }
  secret "internal" { length = 64 }
  # 32 bytes each, as Forgejo wants them; the template gives them its alphabet.
  secret "lfs" {
    kind   = "base64"
    length = 32
  }
  secret "oauth" {
    kind   = "base64"
    length = 32
  }

  accounts "ldap" {
    identity       = "uid"
    sign_up        = "closed" # DISABLE_REGISTRATION, and no OpenID
    administrators = { fr = "Les membres du groupe admins, dans la minute.", en = "Members of the group admins, within a minute." }
  }

  companion "postgresql" "db" {
    major = 17
  }

  data "repositories" {
    what = {
      fr = "Les dépôts et leur histoire : qui a écrit quoi, quand, avec l'adresse électronique que l'outil git de la personne y met ; les fichiers joints et les paquets."
      en = "Repositories and their history: who wrote what and when, with the mail address that the person's git puts there; attachments and packages."
    }
    personal = true
    kept     = { fr = "Jusqu'à ce que les membres les effacent.", en = "Until members delete them." }
    volume   = "data"
  }
  data "accounts" {
    what = {
      fr = "L'identifiant, le nom, l'adresse électronique, les clés et les préférences de chaque membre ; les tickets, commentaires et relectures."
      en = "The login, name, mail address, keys and preferences of each member; issues, comments and reviews."
    }
    personal = true
    kept = {
      fr = "Jusqu'à ce que l'hébergeur retire le compte ; une connexion, un mois au plus."
      en = "Until the host takes the account away; a sign-in, a month at most."
    }
    volume = "db"
  }

  # The image has the folder, owned by the user below (Dockerfile.rootless).
  volume "data" {}

  unit "forge" {
    image = "codeberg.org/forgejo/forgejo:15.0.9-rootless"
    user  = "1000:1000"
    # The image's first program, which reaps what git leaves behind; not its start script.
    entrypoint = ["/usr/bin/dumb-init", "--"]
    command    = ["/bin/sh", "/etc/ronron/start"]
    read_only  = true
    tmpfs      = ["/tmp"]
    # Other forges where the host wants it, and the mail server where there is one.
    egress = setting.outside || mail.host != ""
    needs  = ["db"]
    environment = {
      HOME       = "/var/lib/gitea/git"
      TMPDIR     = "/tmp/gitea"
      GITEA_TEMP = "/tmp/gitea"
      # The chaton's authority, beside those of the image.
      SSL_CERT_DIR = "/etc/ssl/certs:/etc/ronron/ca"
    }

    mount "data" { path = "/var/lib/gitea" }

    file "/etc/ronron/start" {
      template = "start.tmpl"
    }
    file "/etc/ronron/app.ini" {
      template = "app.ini.tmpl"
      owner    = "0:1000"
      mode     = "0440"
    }
    file "/etc/ronron/directory" {
      template = "directory.tmpl"
    }
    file "/etc/ronron/directory.password" {
      content = directory.bind_password
      owner   = "0:1000"
      mode    = "0440"
    }
    file "/etc/ronron/mail.password" {
      content = mail.password
      owner   = "0:1000"
      mode    = "0440"
    }
    file "/etc/ronron/ca/ca.pem" {
      content = directory.ca
    }

    port "http" { number = 3000 }
    port "ssh" { number = 2222 }
    health {
      http   = { port = "http", path = "/api/healthz" }
      within = "2m"
    }
    limits {
      memory = "512M"
      pids   = 200
    }
    stop_timeout = "30s"
  }

  job "migrate" {
    when    = ["first", "upgrade"]
    unit    = "forge"
    command = ["/bin/sh", "/etc/ronron/start", "only-migrate"]
    timeout = "30m"
  }

  tool "forgejo" {
    unit    = "forge"
    command = ["/app/gitea/gitea", "--config", "/etc/ronron/app.ini"]
    help    = { fr = "La ligne de commande de Forgejo : « admin user list », « doctor check »…", en = "Forgejo's command line: \"admin user list\", \"doctor check\"…" }
  }

  route "web" {
    unit    = "forge"
    port    = "http"
    path    = "/"
    upload  = "${setting.size}M"
    timeout = "10m"
    deny    = ["/api/healthz", "/api/internal", "/metrics", "/install"]
  }
  listen "ssh" {
    unit     = "forge"
    protocol = "tcp"
    port     = "ssh"
    public   = setting.ssh_port
  }

  # Repositories are written so that a copy in between can be read; the check proves it.
  backup {
    exclude = ["data/indexers", "data/queues", "data/tmp", "data/repo-archive"]
    check {
      unit    = "forge"
      command = ["sh", "-c", "find /var/lib/gitea/git/repositories -maxdepth 2 -name '*.git' | while read -r repository; do git -c safe.directory='*' --git-dir=\"$repository\" fsck --connectivity-only || exit 1; done"]
      timeout = "1h"
    }
  }

  export "member" {
    unit    = "forge"
    command = ["sh", "-c", "cd /var/lib/gitea/git/repositories && if [ -d \"./$MEMBER\" ]; then exec tar -cf - \"./$MEMBER\"; else exec tar -cf - -T /dev/null; fi"]
    timeout = "1h"
    formats = ["application/x-git"]
    what = {
      fr = "Les dépôts et wikis du membre, avec toute leur histoire. Ses tickets et commentaires se lisent dans le site."
      en = "The member's repositories and wikis, with all of their history. Issues and comments can be read on the site."
    }
  }
  erase "member" {
    unit    = "forge"
    command = ["sh", "-c", "exec /app/gitea/gitea --config /etc/ronron/app.ini admin user delete --username \"$MEMBER\" --purge"]
    timeout = "1h"
    leaves = {
      fr = "Ce que le membre a écrit dans les dépôts d'autres personnes : l'histoire de git garde le nom, les commentaires deviennent ceux de « Ghost ». Tant que le chaton connaît le membre, un compte vide revient."
      en = "What the member wrote in repositories of others: git's history keeps the name, comments become those of \"Ghost\". As long as the chaton knows the member, an empty account comes back."
    }
  }

  usage "accounts" {
    label = { fr = "Comptes actifs", en = "Active accounts" }
    unit  = "db"
    sql   = "SELECT count(*) FROM \"user\" WHERE type = 0 AND is_active"
  }
  usage "repositories" {
    label = { fr = "Dépôts", en = "Repositories" }
    unit  = "db"
    sql   = "SELECT count(*) FROM repository"
  }
  usage "bytes" {
    label = { fr = "Octets des dépôts", en = "Bytes of repositories" }
    unit  = "db"
    sql   = "SELECT coalesce(sum(size), 0) FROM repository"
  }

  # Errors only, to the container's output, which Ronron bounds.
  retention { logs = "0s" }
  requests {
    none = !setting.outside
    off = {
      fr = "Gravatar, avatars fédérés, recherche de mises à jour, fédération et ressources d'autres sites sont coupés ; sans le réglage « outside » et sans courriel, le service n'a pas de sortie vers Internet. Avec « outside », il appelle les forges et sites que les membres nomment."
      en = "Gravatar, federated avatars, update checks, federation and resources of other sites are off; without the setting \"outside\" and without mail the service has no way out. With \"outside\" it calls the forges and sites that members name."
    }
  }
  # Forgejo goes up over any number of versions, and never down.
  upgrade { from = [] }
}
