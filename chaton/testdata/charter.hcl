chaton {
  name    = "x"
  domain  = "chaton.example.org"
  contact = "a@example.org"
}
charter {
  legal_nam    = "x" # error: Unknown attribute
  country      = "France" # error: Bad country
  control      = "own" # error: Unknown value
  terms        = "example.org/terms" # error: Bad address
  funding      = 7 # error: Wrong kind of value
  declarations = { "security" = "yes" } # error: Not a criterion
}
