recipe "openldap" {
  version = "1"
  builtin = true

  software {
    name    = "OpenLDAP"
    version = "2.6.10"
    # Free for the OSI and for Debian; the FSF's list ends with version 2.7.
    licence       = "OLDAP-2.8"
    source        = "https://git.openldap.org/openldap/openldap"
    documentation = "https://www.openldap.org/doc/admin26/"
    category      = "directory"
    replaces      = ["Google Workspace accounts", "Microsoft Entra ID"]
    title         = { fr = "Annuaire", en = "Directory" }
    summary = {
      fr = "Un seul compte et un seul mot de passe pour tous les services."
      en = "One account and one password for every service."
    }
  }

  public = { fr = "Rien : l'annuaire ne répond qu'aux services.", en = "Nothing: the directory answers to services only." }

  accounts "none" {}

  data "accounts" {
    what = {
      fr = "Les comptes des membres : identifiant, nom, adresse électronique, groupes, et l'empreinte du mot de passe (argon2id)."
      en = "The members' accounts: login, name, mail address, groups, and the hash of the password (argon2id)."
    }
    personal = true
    kept     = { fr = "Jusqu'à la suppression du compte.", en = "Until the account is removed." }
    volume   = "data"
  }

  data "attempts" {
    what = {
      fr = "L'heure des mots de passe erronés, pour bloquer le compte un quart d'heure après cinq erreurs."
      en = "When a password was wrong, to lock the account for a quarter of an hour after five mistakes."
    }
    personal = true
    kept = {
      fr = "Jusqu'à la connexion suivante, ou au changement du mot de passe."
      en = "Until the next sign-in, or the change of the password."
    }
    volume = "data"
  }

  volume "data" {}

  unit "slapd" {
    build {}
    user      = "389:389"
    read_only = true
    tmpfs     = ["/run/slapd"]

    # Checking a hash takes 19 MiB; these make slapd give the memory back.
    environment = {
      MALLOC_ARENA_MAX       = "2"
      MALLOC_MMAP_THRESHOLD_ = "262144"
      MALLOC_TRIM_THRESHOLD_ = "262144"
    }

    mount "data" { path = "/var/lib/ldap" }

    file "/etc/ronron/config.ldif" {
      template = "config.ldif.tmpl"
      owner    = "0:389"
      mode     = "0440"
    }
    file "/etc/ronron/ca.pem" {
      content = directory.ca
      owner   = "0:389"
      mode    = "0440"
    }
    file "/etc/ronron/server.pem" {
      content = directory.server_chain
      owner   = "0:389"
      mode    = "0440"
    }
    file "/etc/ronron/server.key" {
      content = directory.server_key
      owner   = "0:389"
      mode    = "0440"
    }

    port "ldaps" { number = 636 }
    health {
      tcp    = { port = "ldaps" }
      within = "60s"
    }
    limits {
      memory = "256M"
      pids   = 64
    }
    stop_timeout = "10s"
  }

  # The running database is not copied but written out as text, from which start
  # makes a new one where there is none.
  backup {
    exclude = ["data/data.mdb", "data/lock.mdb"]
    before {
      unit    = "slapd"
      command = ["/usr/local/bin/account", "dump"]
    }
    check {
      unit    = "slapd"
      command = ["slapcat", "-n", "1", "-F", "/run/slapd/config", "-a", "(objectClass=inetOrgPerson)"]
      expect  = "dn: uid="
    }
  }

  # Erasing is removing the account: ronron member remove.
  export "member" {
    unit    = "slapd"
    command = ["/usr/local/bin/account", "export"]
    formats = ["text/plain"]
    what    = { fr = "Le compte, sans l'empreinte du mot de passe.", en = "The account, without the hash of the password." }
  }

  usage "accounts" {
    label   = { fr = "Comptes", en = "Accounts" }
    unit    = "slapd"
    command = ["sh", "-c", "slapcat -n 1 -F /run/slapd/config -a '(objectClass=inetOrgPerson)' | grep -c '^dn: uid='"]
  }
  # The log level is one at which nobody is named.
  retention { logs = "0s" }
  requests {
    none = true
    off  = { fr = "OpenLDAP n'en fait aucune.", en = "OpenLDAP makes none." }
  }
  upgrade { from = [] }
}
