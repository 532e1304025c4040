# What is decided here, and why:
#
# - The pages of all members share one address, so the browser is told to keep
#   each to itself (a sandbox): its scripts run, but cannot use the password with
#   which the reader published, nor set cookies that other services would get.
#   localStorage and service workers are lost to them.
# - A page loads nothing of other sites but those in "embed".
# - Nothing runs on the server: no PHP, no CGI, no .htaccess.
# - A folder is made when its member first opens or writes it, never before, and
#   no answer tells a login that has no page from one that does not exist.
# - Before each upload and copy the folder is weighed (some 4 ms for a thousand
#   files); two uploads at the same moment may go over the quota together.
# - The answer of the directory is kept for 5 seconds.
# - Only an error while writing puts a path, and so a login, into the log.
recipe "pages" {
  version = "1"

  software {
    name          = "Apache HTTP Server"
    version       = "2.4"
    licence       = "Apache-2.0"
    source        = "https://github.com/apache/httpd"
    documentation = "https://httpd.apache.org/docs/2.4/"
    category      = "pages"
    replaces      = ["GitHub Pages", "Google Sites", "Wix"]
    title         = { fr = "Pages des membres", en = "Members' pages" }
    summary = {
      fr = "Un dossier par membre, dont le contenu est un site que tout le monde peut lire."
      en = "A folder for each member, whose content is a site that anyone can read."
    }
  }

  public = {
    fr = "Tout le monde peut lire les pages."
    en = "Anyone can read the pages."
  }

  members = {
    fr = "Déposer des pages dans leur dossier, qui s'ouvre comme un dossier du réseau (WebDAV) sur un ordinateur ou un téléphone."
    en = "Putting pages into their folder, which opens like a folder of the network (WebDAV) on a computer or a phone."
  }
  limits_note = {
    fr = "Des pages toutes faites seulement : ni PHP, ni base de données, ni page qui garde quelque chose dans le navigateur."
    en = "Ready-made pages only: no PHP, no database, no page that keeps something in the browser."
  }

  setting "directory" {
    type    = "bool"
    default = false
    label   = { fr = "Lister les pages", en = "List the pages" }
    help = {
      fr = "La page d'accueil nomme les membres qui ont publié. Sinon, il faut connaître l'adresse d'une page."
      en = "The home page names the members who have published. Otherwise one has to know the address of a page."
    }
  }

  setting "quota" {
    type    = "number"
    default = 500
    label   = { fr = "Place par membre, en Mo", en = "Space for each member, in MB" }
    help = {
      fr = "Vérifiée avant chaque dépôt et chaque copie : un dossier peut la dépasser d'un seul fichier, pas plus."
      en = "Checked before each upload and each copy: a folder may go beyond it by one file, not more."
    }
    check {
      condition = setting.quota >= 1 && setting.quota <= 1048576 && floor(setting.quota) == setting.quota
      message   = { fr = "Écrivez un nombre entier de Mo, au moins 1.", en = "Write a whole number of MB, at least 1." }
    }
  }

  setting "upload" {
    type    = "number"
    default = 64
    label   = { fr = "Taille d'un fichier, en Mo", en = "Size of a file, in MB" }
    help    = { fr = "La plus grande que l'on puisse déposer.", en = "The largest that can be uploaded." }
    check {
      condition = setting.upload >= 1 && setting.upload <= setting.quota && floor(setting.upload) == setting.upload
      message = {
        fr = "Écrivez un nombre entier de Mo, au moins 1 et au plus la place par membre."
        en = "Write a whole number of MB, at least 1 and at most the space for each member."
      }
    }
  }

  setting "embed" {
    type    = "list"
    default = []
    label   = { fr = "Sites que les pages peuvent inclure", en = "Sites that pages may embed" }
    help = {
      fr = "Une page ne charge rien d'ailleurs, pour que personne ne suive ses visites ; ici les exceptions, comme [\"https://video.example.org\"]."
      en = "A page loads nothing from elsewhere, so that nobody follows its readers; the exceptions go here, such as [\"https://video.example.org\"]."
    }
    check {
      condition = alltrue([for site in setting.embed : length(regexall("^https://[a-z0-9*][a-z0-9.-]*(:[0-9]+)?$", site)) == 1])
      message = {
        fr = "Écrivez des adresses comme https://video.example.org, sans chemin."
        en = "Write addresses such as https://video.example.org, without a path."
      }
    }
  }

  accounts "ldap" {
    identity       = "uid"
    sign_up        = "closed" # Apache asks the directory, and has no accounts
    administrators = { fr = "Personne : il n'y a rien à administrer.", en = "Nobody: there is nothing to administer." }
  }

  data "pages" {
    what = {
      fr = "Les fichiers que les membres publient, dans un dossier qui porte leur identifiant."
      en = "The files that members publish, in a folder with their login."
    }
    personal = true
    kept = {
      fr = "Jusqu'à ce que le membre les efface. Ils restent quand le compte est supprimé, jusqu'à ce que l'hébergeur les retire."
      en = "Until the member deletes them. They stay when the account is removed, until the host takes them away."
    }
    volume = "data"
  }

  volume "data" {}

  unit "web" {
    build {}
    user      = "33:33"
    read_only = true
    tmpfs     = ["/tmp"]

    mount "data" { path = "/srv/pages" }

    file "/etc/ronron/apache.conf" {
      template = "apache.conf.tmpl"
    }
    file "/etc/ronron/pages.lua" {
      template = "pages.lua.tmpl"
    }
    file "/etc/ronron/home.fr.html" {
      template = "home.fr.html.tmpl"
    }
    file "/etc/ronron/home.en.html" {
      template = "home.en.html.tmpl"
    }
    file "/etc/ronron/missing.fr.html" {
      template = "missing.fr.html.tmpl"
    }
    file "/etc/ronron/missing.en.html" {
      template = "missing.en.html.tmpl"
    }
    file "/etc/ronron/directory.password" {
      content = directory.bind_password
      owner   = "0:33"
      mode    = "0440"
    }
    file "/etc/ronron/ca.pem" {
      content = directory.ca
    }

    port "http" { number = 8080 }
    health {
      http   = { port = "http", path = "/-/health" }
      within = "60s"
    }
    limits {
      memory = "128M"
      pids   = 100
    }
    stop_timeout = "10s"
  }

  route "web" {
    unit    = "web"
    port    = "http"
    path    = "/"
    upload  = "${setting.upload}M"
    timeout = "300s"
    deny    = ["/-"]
  }

  backup {
    check {
      unit    = "web"
      command = ["find", "/srv/pages", "-maxdepth", "1", "-type", "d"]
      expect  = "/srv/pages"
    }
  }

  export "member" {
    unit    = "web"
    command = ["/usr/local/bin/member", "export"]
    formats = ["text/html", "application/octet-stream"]
    what    = { fr = "Les fichiers du membre, tels qu'ils sont publiés.", en = "The member's files, as they are published." }
  }
  erase "member" {
    unit    = "web"
    command = ["/usr/local/bin/member", "erase"]
    leaves  = { fr = "Rien.", en = "Nothing." }
  }

  usage "members" {
    label   = { fr = "Membres qui publient", en = "Members who publish" }
    unit    = "web"
    command = ["sh", "-c", "find /srv/pages -mindepth 1 -maxdepth 1 -type d | wc -l"]
  }
  usage "bytes" {
    label   = { fr = "Octets publiés", en = "Bytes published" }
    unit    = "web"
    command = ["sh", "-c", "du -sb /srv/pages | cut -f1"]
  }
  # What is written to the container's output names no one, and Ronron bounds it.
  retention { logs = "0s" }
  requests {
    none = true
    off = {
      fr = "Les pages ne chargent rien d'ailleurs, sauf les sites que l'hébergeur nomme dans « embed »."
      en = "Pages load nothing from elsewhere, but from the sites that the host names in \"embed\"."
    }
  }
  upgrade { from = [] }
}
