# PostgreSQL beside one software: one database, one user who owns it, on the
# service's own network. Decisions:
#   · the major version is typed: it decides the form of the files, and the image
#     refuses a volume of another one;
#   · the administrator connects from inside the container only, without password;
#   · the password is a file, never in the environment or in a log;
#   · texts are sorted by bytes unless a language is asked for, so that no later
#     version of a library sorts otherwise than the indexes.
companion "postgresql" {
  summary      = { fr = "Base de données PostgreSQL.", en = "PostgreSQL database." }
  least_memory = "96M"

  software {
    name          = "PostgreSQL"
    licence       = "PostgreSQL"
    source        = "https://git.postgresql.org/gitweb/?p=postgresql.git"
    documentation = "https://www.postgresql.org/docs/"
  }

  major "17" { # Debian trixie
    build {}
  }

  option "extensions" {
    type    = "list"
    default = []
    label   = { fr = "Extensions", en = "Extensions" }
    help    = { fr = "Créées dans la base, parmi celles du paquet de Debian.", en = "Created in the database, of those in Debian's package." }
    check {
      condition = alltrue([for name in option.extensions : length(regexall("^[a-z][a-z0-9_-]*$", name)) == 1])
      message   = { fr = "Un nom d'extension s'écrit en minuscules, comme unaccent ou pg_trgm.", en = "The name of an extension is in lower case, such as unaccent or pg_trgm." }
    }
  }
  option "collation" {
    type    = "string"
    default = ""
    label   = { fr = "Langue du tri", en = "Language of sorting" }
    help    = { fr = "Une langue comme fr ou de-AT ; vide, les textes sont triés par octets. Ne change plus après le premier démarrage.", en = "A language such as fr or de-AT; empty, texts are sorted by bytes. Never changes after the first start." }
    check {
      condition = length(regexall("^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$", option.collation)) == 1
      message   = { fr = "Une langue s'écrit comme fr ou de-AT.", en = "A language is written such as fr or de-AT." }
    }
  }

  secret "password" { length = 40 }

  unit {
    user      = "5432:5432"
    read_only = true
    tmpfs     = ["/run/postgresql"]
    environment = {
      DATABASE      = companion.database
      DATABASE_USER = companion.user
      EXTENSIONS    = join(" ", option.extensions)
      COLLATION     = option.collation
    }

    mount "data" { path = "/var/lib/postgresql" }

    file "/etc/ronron/password" {
      content = secret.password
      owner   = "5432:5432"
      mode    = "0400"
    }

    port "sql" { number = 5432 }
    health {
      tcp    = { port = "sql" }
      within = "2m" # the first start makes the database
    }
    limits {
      memory = "256M"
      pids   = 100
    }
    stop_timeout = "30s"
  }

  gives {
    user     = "app"
    database = "app"
    password = secret.password
    url      = "postgres://${companion.user}:${urlencode(secret.password)}@${companion.host}:${companion.port}/${companion.database}"
  }

  backup {
    dump    = ["/usr/local/bin/dump"]    # to standard output
    restore = ["/usr/local/bin/restore"] # from standard input
    check   = ["/usr/local/bin/check"]   # one line, the same for the same content
  }
}
