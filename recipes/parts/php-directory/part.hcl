# For PHP software whose own way of asking a directory is missing, or keeps the
# password, or never asks again.
part "php-directory" {
  summary = {
    fr = "Les membres, demandés à l'annuaire depuis PHP."
    en = "Members, asked of the directory from PHP."
  }

  file "Directory.php" {
    help = {
      fr = "La classe RonronDirectory : la connexion d'un membre, et s'il peut encore entrer. Demande l'extension ldap ; avec apcu, une réponse est crue 15 secondes."
      en = "The class RonronDirectory: a member's sign-in, and whether they may still enter. Needs the extension ldap; with apcu an answer is believed for 15 seconds."
    }
  }
  file "directory.php.tmpl" {
    help = {
      fr = "Ce qu'elle lit, en /etc/ronron/directory.php. Demande les comptes \"ldap\"."
      en = "What it reads, at /etc/ronron/directory.php. Needs accounts \"ldap\"."
    }
  }
}
