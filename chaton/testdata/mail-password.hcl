chaton {
  name    = "x"
  domain  = "chaton.example.org"
  contact = "contact@example.org"
  recipes = "recipes"
}
mail {
  host          = "smtp.example.org"
  from          = "chaton@example.org"
  password_file = "recipes/mail.password" # error: User missing # error: Password among the recipes
}
