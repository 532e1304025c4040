chaton {
  name    = "x"
  domain  = "chaton.example.org"
  contact = "a@example.org"
}
chaton { # error: Block written twice
  name    = "y"
  domain  = "other.example.org"
  contact = "a@example.org"
}
service "wiki" {
  recipe = "dokuwiki"
}
service "wiki" { # error: Two services of one name
  recipe = "dokuwiki"
}
service "docs" {
  recipe = "dokuwiki"
  host   = "wiki" # error: Two services on one host name
}
service "notes" {
  recipe = "dokuwiki"
  host   = "wiki.chaton.example.org" # error: Two services on one host name
}
service "portal" { # error: Reserved name
  recipe = "pages"
}
service "Wiki" { # error: Bad name
  recipe = "dokuwiki"
}
service "home" {
  recipe = "pages"
  host   = "chaton.example.org" # error: Host name taken
}
service "people" {
  recipe = "pages"
  host   = "directory" # error: Host name taken
}
service "a" {
  recipe   = dokuwiki # error: Text without quotes
  enter    = [] # error: Nobody may enter
  settings = "none" # error: Wrong kind of value
}
service "b" {
  recipe   = "dokuwiki"
  host     = "https://b.example.org/x" # error: Bad host name
  enter    = "members" # error: Wrong kind of value
  settings = { title = "a", title = "b" } # error: Name written twice
}
service "c" {
  recipe   = "dokuwiki"
  host     = "" # error: Bad host name
  enter    = ["Members", "members"] # error: Bad group
  settings = { title = file("/etc/passwd") } # error: No functions here
}
service "d" "e" { # error: Too many labels
  recipe = "dokuwiki"
}
service { # error: Missing label
  recipe = "dokuwiki"
}
service "f" {
  recipe = "dokuwiki"
  recipe = "pages" # error: Attribute written twice
  title = { # error: Wrong form
    fr = "a"
    en = "b"
    de = "c"
  }
  enter = ["members", "members"] # error: Group written twice
}
