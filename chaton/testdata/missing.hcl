# error: Missing block
service "wiki" { # error: Missing attribute
  hots = "wiki" # error: Unknown attribute
}
services { # error: Unknown block
}
