# MariaDB beside one software: one database and one user who may do everything in
# it, on the service's own network. Decisions:
#   · the major version is typed: it decides the form of the files, and the image
#     refuses a volume of another one;
#   · the administrator connects from inside the container only, without password;
#   · the password is a file, never in the environment or in a log; it is set anew
#     at each start;
#   · no query is ever logged: queries hold what members write.
companion "mariadb" {
  summary      = { fr = "Base de données MariaDB.", en = "MariaDB database." }
  least_memory = "128M"

  software {
    name          = "MariaDB"
    licence       = "GPL-2.0-only"
    source        = "https://github.com/MariaDB/server"
    documentation = "https://mariadb.com/kb/"
  }

  major "11" { # 11.8, Debian trixie
    build {}
  }

  option "charset" {
    type    = "string"
    default = "utf8mb4"
    label   = { fr = "Jeu de caractères", en = "Character set" }
    help    = { fr = "Des nouvelles tables : utf8mb4, ou binary.", en = "Of new tables: utf8mb4, or binary." }
    check {
      condition = contains(["utf8mb4", "binary"], option.charset)
      message   = { fr = "Écrivez utf8mb4 ou binary.", en = "Write utf8mb4 or binary." }
    }
  }
  option "collation" {
    type    = "string"
    default = ""
    label   = { fr = "Ordre de tri", en = "Collation" }
    help = {
      fr = "Une collation de ce jeu de caractères, comme utf8mb4_unicode_ci ; vide, celle de MariaDB."
      en = "A collation of this character set, such as utf8mb4_unicode_ci; empty, MariaDB's own."
    }
    check {
      condition = length(regexall("^(utf8mb4_[a-z0-9_]+|binary)?$", option.collation)) == 1
      message   = { fr = "Écrivez une collation comme utf8mb4_unicode_ci.", en = "Write a collation such as utf8mb4_unicode_ci." }
    }
  }

  secret "password" { length = 40 }

  unit {
    user      = "3306:3306"
    read_only = true
    tmpfs     = ["/run/mysqld"]
    environment = {
      DATABASE      = companion.database
      DATABASE_USER = companion.user
      CHARSET       = option.charset
      COLLATION     = option.collation
    }

    mount "data" { path = "/var/lib/mariadb" }

    file "/etc/ronron/password" {
      content = secret.password
      owner   = "0:3306"
      mode    = "0440"
    }

    port "sql" { number = 3306 }
    health {
      tcp    = { port = "sql" }
      within = "2m" # the first start makes the database
    }
    limits {
      memory = "256M"
      pids   = 100
    }
    stop_timeout = "60s"
  }

  gives {
    user     = "app"
    database = "app"
    password = secret.password
    url      = "mysql://${companion.user}:${urlencode(secret.password)}@${companion.host}:${companion.port}/${companion.database}"
  }

  backup {
    dump    = ["/usr/local/bin/dump"]    # to standard output
    restore = ["/usr/local/bin/restore"] # from standard input
    check   = ["/usr/local/bin/check"]   # one line, the same for the same content
  }
}
