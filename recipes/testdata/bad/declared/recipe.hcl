recipe "declared" {
  software {
    name     = "X"
    version  = "1"
    licence  = "MIT"
    source   = "https://example.org/x"
    category = "test"
    title    = "X"
    summary  = "X."
  }
  version = "3"
  public  = "Nothing."

  setting "title" {
    type    = "string"
    default = "x"
    label   = "Title"
  }
  secret "key" { rotate = "yes" } # error: Wrong kind of value
  secret "a" { kind = "hexx" } # error: Unknown kind of secret
  secret "b" {
    kind   = "uuid"
    length = 36 # error: Bad length
  }
  secret "c" {
    kind   = "rsa"
    length = 1024 # error: Bad length
  }
  secret "d" {
    kind     = "base64"
    length   = 8 # error: Bad length
    alphabet = "abcdefghijkl" # error: Bad alphabet
  }
  accounts "ldap" {
    identity = "two\nlines" # error: Not one line
    sign_up  = "software" # error: Two kinds of accounts
    header   = { user = "Remote-User" } # error: Nobody sends it
  }
  volume "data" {}
  companion "postgresql" "db" { major = 17 }
  unit "web" {
    image = "x/y:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    port "http" { number = 8080 }
  }
  route "web" {
    unit  = "web"
    port  = "http"
    enter = "friends" # error: Unknown group
  }

  backup {
    volumes = ["dta", "db"] # error: Unknown volume # error: Not copied but dumped
    exclude = ["cache", "data/../x", "db/base"] # error: Bad path # error: Bad path # error: Unknown volume
    before { # error: Missing attribute
      unit = "wbe" # error: Unknown unit
    }
    check {
      unit    = "web"
      command = ["x", secret.key] # error: Secret in the open
    }
  }
  backup {} # error: Block written twice
  restore {
    unit    = "web"
    command = [] # error: Empty command
    timeout = "2d" # error: Out of range
  }
  export "members" { # error: Unknown kind of data
    unit    = "web"
    command = ["x"]
    formats = ["plain text"] # error: Bad media type
    what    = "x"
  }
  erase "member" { # error: Missing attribute
    unit    = "web"
    command = ["x"]
  }
  usage "accounts" { # error: One way to count
    label = "x"
    unit  = "web"
  }
  usage "both" { # error: One way to count
    label   = "x"
    unit    = "db"
    sql     = "SELECT 1"
    command = ["x"]
  }
  usage "sql" {
    label = "x"
    unit  = "web" # error: No database
    sql   = "DELETE FROM people" # error: Not one question
  }
  usage "two" {
    label = "x"
    unit  = "db"
    sql   = "SELECT 1; DROP TABLE people" # error: Not one question
  }
  usage "http" {
    label = "x"
    unit  = "web"
    http  = { prot = "http", path = "stats" } # error: Unknown name # error: Missing port # error: Bad path
  }
  retention { logs = "two weeks" } # error: Wrong form
  requests {
    none       = true # error: None, but some
    exceptions = { "https://x" = "x" } # error: Bad host name
  }
  upgrade {
    from  = ["3", "2", "2", "a b"] # error: Its own version # error: Name used twice # error: Bad version
    fixed = ["setting.titel", "title"] # error: Unknown setting # error: Unknown setting
  }
}
