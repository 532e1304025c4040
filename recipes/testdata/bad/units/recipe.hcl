recipe "units" {
  software {
    name     = "X"
    version  = "1"
    licence  = "MIT"
    source   = "https://example.org/x"
    category = "test"
    title    = "X"
    summary  = "X."
  }
  version = "1"
  public  = "Nothing."

  accounts "none" {}
  volume "data" {}
  unit "empty" { # error: No image
  }
  unit "both" {
    image = "x/y:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" # error: Two images
    build {}
  }
  unit "built" {
    build {} # error: Missing Dockerfile
  }
  unit "unpinned" {
    image        = "nginx:latest" # error: Image not pinned
    user         = "www-data:33:1" # error: Bad user
    entrypoint   = [] # error: Empty command
    command      = "serve" # error: Wrong kind of value
    capabilities = ["CAP_CHOWN", "NET_BIND_SERVICE", "NET_BIND_SERVICE"] # error: Bad capability # error: Name used twice
    egress       = "yes" # error: Wrong kind of value
    tmpfs        = ["tmp"] # error: Bad path
    environment  = { "A-B" = "x", C = ["x"] } # error: Bad name # error: Wrong kind of value
    needs        = ["unpinned", "bulit"] # error: Unit needs itself # error: Unknown unit
    stop_timeout = 10 # error: Wrong kind of value
    build = {} # error: Block written as an attribute
    mount "dta" { path = "/data" } # error: Unknown volume
    mount "data" { path = "/data/../etc" } # error: Bad path
    file "etc/x" { content = "x" } # error: Bad path
    file "/etc/a" {} # error: File without content
    file "/etc/b" { # (both)
      content  = "x" # error: Two contents
      template = "a.tmpl"
    }
    file "/etc/c" { template = "b.tmpl" } # error: Missing template
    file "/etc/d" { template = "a.conf" } # error: Not a template
    file "/etc/e" {
      content = "x"
      owner   = "root:root" # error: Bad owner
      mode    = "4755" # error: Bad mode
    }
    file "/etc/e" { content = "y" } # error: Name used twice
    file "/etc/f" { content = ["x"] } # error: Wrong kind of value
    file "/proc/sys/x" { content = "y" } # error: Bad path
    port "http" { number = 80800 } # error: Port out of range
    port "odd" { number = 80.5 } # error: Wrong form
    health { # (two)
      http   = { prot = "http", port = "htpp", path = "health", status = ["ok"] } # error: Unknown name # error: Unknown port # error: Bad path # error: Wrong kind of value
      tcp    = { port = "http" } # error: Two probes
      within = "1 minute" # error: Wrong form
    }
    limits {
      memory = "1M" # error: Too little memory
      pids   = 0 # error: Out of range
      cpus   = -1 # error: Out of range
    }
  }
  unit "noimage" {
    image = "nginx" # error: Bad image
  }
  unit "digest" {
    image = "nginx:1@sha256:012" # error: Bad image
  }
  unit "sources" {
    build { # (without a Dockerfile) # error: Missing Dockerfile
      args = { "A-B" = "x" } # error: Bad name
      source "x" {
        url = "http://example.org/x.tar.gz" # error: Bad address
        sum = "sha256:012" # error: Bad sum
        strip = 11 # error: Out of range
      }
      source "x" { # error: Name used twice
        url = "https://example.org/x.tar.gz"
        sum = "h1:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
      }
      source "../up" { # error: Bad name
        url = "https://example.org/x.tar.gz"
        sum = "h1:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
      }
      source "varied" {
        url = "https://example.org/${chaton.name}.tar.gz" # error: Text without quotes
        sum = "h1:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
      }
      source "local" {
        url = "https://127.0.0.1/x.tar.gz" # error: Bad address
        sum = "h1:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
      }
      source "user" { # error: Missing attribute
        url = "https://me:secret@example.org/x.tar.gz" # error: Bad address
      }
    }
  }
  unit "probes" {
    image = "x/y:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    health {} # error: No probe
  }
  unit "more" {
    image = "x/y:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    health { tcp = {} } # error: Missing port
    limits { memory = "64MB" } # error: Wrong form
  }
  unit "exec" {
    image = "x/y:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    health { exec = {} } # error: Empty command
  }
  route "a" {
    unit    = "wbe" # error: Unknown unit
    port    = "http"
    path    = "docs" # error: Bad path
    upload  = "10 MB" # error: Wrong form
    timeout = "0s" # error: Out of range
    headers = { "Content-Length" = "5" } # error: Bad header
    deny    = ["/x%0a", "/y/"] # error: Bad path # error: Bad path
  }
  route "b" {
    unit    = "unpinned"
    port    = "https" # error: Unknown port
    headers = { "X-A" = "a\nb" } # error: Bad header
    websockets = true # error: Not allowed here
  }
}
