recipe "expressions" {
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
  setting "title" {
    type    = "string"
    default = chaton.nmae # error: Unknown name
    label   = "x"
  }
  unit "web" {
    image = "x/y:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    command = [setting.titel] # error: Unknown name
    environment = {
      A = directry.host # error: Unknown variable
      B = uper("x") # error: Unknown function
      C = file("/etc/passwd") # error: Unknown function
      D = upper() # error: Value missing for a function
      E = upper("a", "b") # error: Too many values for a function
      F = "a${["a"]}" # error: Cannot be put into a text
      G = 1 + "x" # error: Cannot be calculated with
      H = 1 / 0 # error: Cannot be calculated
      I = true ? "a" : ["b"] # error: Two kinds of values
      J = "a" ? 1 : 2 # error: Not a condition
      K = range(0, 1000000000) # error: Function failed
      L = shellquote(["a"]) # error: Wrong value for a function
      M = env("HOME") # error: Unknown function
      N = setting.title.more # error: Unknown name
      O = [for x in 5 : x] # error: Nothing to go through
      P = regex("(", "x") # error: Function failed
      Q = apachestring("a\nb") # error: Function failed
      R = directory.admin_password # error: Unknown name
      S = path.module # error: Unknown variable
      T = ["a"][5] # error: No such item
    }
    file "/etc/x" { template = "x.tmpl" }
    file "/etc/y" { template = "broken.tmpl" }
  }
}
