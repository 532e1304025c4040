recipe "work" {
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

  secret "key" {}
  accounts "none" {}
  volume "data" {}
  volume "cache" {}

  companion "postgresql" "db" {
    major  = 17
    memory = "8M" # error: Too little memory
    options = {
      extension = ["unaccent"] # error: Unknown option
      extensions = "unaccent" # error: Wrong kind of value
    }
  }
  companion "postgresql" "checked" {
    major   = 17
    options = { extensions = ["Drop Table"], collation = "../x" } # error: Option not accepted # error: Option not accepted
  }
  companion "postgresql" "hidden" {
    major   = 17
    options = { collation = secret.key } # error: Secret in the open
  }
  companion "postgres" "sql" { major = 17 } # error: Unknown kind of companion
  companion "oracle" "big" { major = 19 } # error: Unknown kind of companion
  companion "postgresql" "old" { major = 9 } # error: Unknown major version
  companion "postgresql" "text" { major = "17" } # error: Wrong kind of value
  companion "postgresql" "varied" { major = setting.x } # error: Text without quotes
  companion "postgresql" "none" {} # error: Missing attribute
  companion "postgresql" "Big" { major = 17 } # error: Bad name
  companion "postgresql" "cache" { major = 17 } # error: Name used twice
  companion "postgresql" "web" { major = 17 } # error: Name used twice
  companion "postgresql" "db" { major = 17 } # error: Name used twice
  companion "postgresql" { # error: Missing label
    major = 17
  }

  unit "web" {
    image   = "x/y:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    needs   = ["db", "dbb"] # error: Unknown unit
    command = ["--password", companion.db.password] # error: Secret in the open
    environment = {
      URL  = companion.db.url # error: Secret in the open
      USER = companion.db.user
    }
    user = companion.bd.host # error: Unknown name
    mount "data" { path = "/data" }
    mount "db" { path = "/stolen" } # error: Unknown volume
    port "http" { number = 8080 }
    port "sip" { number = 5060 }
  }

  job "a" { # error: Missing attribute
    when    = "later" # error: Unknown moment
    unit    = "wbe" # error: Unknown unit
    timeout = "0s" # error: Out of range
  }
  job "b" {
    when       = [] # error: Unknown moment
    unit       = "web"
    inside     = true
    entrypoint = ["/bin/sh"] # error: Nothing to enter
    command    = [] # error: Empty command
    needs      = ["db"] # error: Not allowed here
  }
  job "b" { # error: Name used twice
    when    = 1 # error: Wrong kind of value
    unit    = "web"
    command = ["x", secret.key] # error: Secret in the open
  }
  schedule "a" {
    unit    = "web"
    every   = "10s" # error: Out of range
    command = ["x"]
    cron    = "* * * * *" # error: Not allowed here
  }
  tool "a" {
    unit    = "data" # error: Unknown unit
    command = ["x"]
  }
  listen "a" {
    unit     = "web"
    protocol = "sctp" # error: Unknown protocol
    port     = "sipp" # error: Unknown port
  }
  listen "b" { # error: Which port
    unit     = "web"
    protocol = "tcp"
  }
  listen "c" {
    unit     = "web"
    protocol = "udp"
    ports    = "10000-10200" # error: Range too large
  }
  listen "d" {
    unit     = "web"
    protocol = "udp"
    ports    = "5060-" # error: Bad range
    public   = 5060 # error: Which port
  }
  listen "e" { # error: Port out of range
    unit     = "web"
    protocol = "tcp"
    port     = "sip"
    public   = 70000
  }
  listen "f" {
    unit     = "web"
    protocol = "udp"
    ports    = "5000-5100"
  }
  listen "g" { # error: Port opened twice
    unit     = "web"
    protocol = "udp"
    port     = "sip"
  }
}
