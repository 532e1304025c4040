part "php-database" {
  summary = {
    fr = "La base de données à côté du service, pour PHP."
    en = "The database beside the service, for PHP."
  }

  file "database.php.tmpl" {
    help = {
      fr = "Rend host, name, user et password, par require. Demande un compagnon nommé db."
      en = "Gives host, name, user and password by require. Needs a companion with the name db."
    }
  }
}
