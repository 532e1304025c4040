recipe "structures" { # error: Name differs from the folder's # error: Missing attribute
  builtin  = true # error: Not allowed here
  privat   = true # error: Unknown attribute
  software { # error: Missing attribute
    name          = "two\nlines" # error: Not one line
    version       = 1.10 # error: Wrong kind of value
    licence       = "GPL 2" # error: Bad licence
    license       = "MIT" # error: Not allowed here
    source        = "javascript:alert(1)" # error: Bad address
    documentation = "example.org" # error: Bad address
    category      = "Big Wikis" # error: Bad name
    title         = { fr = "X" } # error: Wrong form
  }
  public = ["x"] # error: Wrong kind of value
  accounts "ldpa" {} # error: Unknown kind of accounts
  accounts "none" {} # error: Block written twice
  setting "Title" { # error: Bad name
    type  = "string"
    label = "x"
  }
  setting "kind" {
    type    = "text" # error: Unknown type
    default = "x"
    label   = "x"
  }
  setting "number" { # error: Missing attribute
    type    = "number"
    default = "5" # error: Wrong kind of value
  }
  setting "later" {
    type    = "string"
    default = setting.last # error: Unknown name
    label   = "x"
    check {
      condition = setting.later # error: Wrong kind of value
      message   = "x"
    }
    check { # error: Missing attribute
      condition = setting.later == ""
    }
  }
  setting "last" {
    type    = "string"
    default = secret.key # error: Unknown variable
    label   = "x"
  }
  setting "last" { # error: Name used twice
    type  = "string"
    label = "x"
  }
  secret "key" {
    length   = 4 # error: Bad length
    alphabet = "aab" # error: Bad alphabet # error: Bad alphabet
    value    = "hunter2" # error: Not allowed here
  }
  data "pages" { # error: Missing attribute
    what     = "x"
    personal = "yes" # error: Wrong kind of value
    volume   = "dta" # error: Unknown volume
  }
  volume "data" {}
  volume "data" {} # error: Name used twice
  units "web" {} # error: Unknown block
  unit "web" {
    image = "x/y:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }
}
