# Valkey (what Redis was) beside one software, on the service's own network.
# Decisions:
#   · the major version is typed, and the image refuses a volume of another one;
#   · the software does everything with data and nothing with the server: no
#     command that reconfigures, stops or watches it;
#   · "persistent" keeps what is written (queues, sessions), at most a second of it
#     is lost when the power fails, and a full memory refuses writes; otherwise it
#     is a cache, empty at each start, that forgets what was not used for longest.
companion "valkey" {
  summary      = { fr = "Valkey, mémoire partagée compatible Redis.", en = "Valkey, shared memory compatible with Redis." }
  least_memory = "32M"

  software {
    name          = "Valkey"
    licence       = "BSD-3-Clause"
    source        = "https://github.com/valkey-io/valkey"
    documentation = "https://valkey.io/docs/"
  }

  major "8" { # 8.1, Debian trixie
    build {}
  }

  option "persistent" {
    type    = "bool"
    default = true
    label   = { fr = "Garder les données", en = "Keep the data" }
    help = {
      fr = "Sinon, c'est un cache : vide à chaque démarrage."
      en = "Otherwise it is a cache: empty at each start."
    }
  }

  secret "password" { length = 40 }

  unit {
    user      = "6379:6379"
    read_only = true
    tmpfs     = ["/run/valkey"]
    environment = {
      PERSISTENT = option.persistent ? "yes" : "no"
    }

    mount "data" { path = "/var/lib/valkey" }

    file "/etc/ronron/password" {
      content = secret.password
      owner   = "0:6379"
      mode    = "0440"
    }

    port "valkey" { number = 6379 }
    health {
      tcp    = { port = "valkey" }
      within = "60s"
    }
    limits {
      memory = "96M"
      pids   = 32
    }
    stop_timeout = "30s"
  }

  gives {
    user     = "default"
    database = "0"
    password = secret.password
    url      = "redis://:${urlencode(secret.password)}@${companion.host}:${companion.port}/${companion.database}"
  }

  backup {
    dump    = ["/usr/local/bin/dump"]    # to standard output
    restore = ["/usr/local/bin/restore"] # from standard input
    check   = ["/usr/local/bin/check"]   # one line, the same for the same content
  }
}
