# The demo: a whole small chaton on this machine. Browsers know that every
# name under localhost is this machine, so no name server is needed.
#
# `ronron validate --file examples/demo/chaton.hcl` checks it; change anything
# and run `ronron up --file examples/demo/chaton.hcl` to make it so.

chaton {
  name     = "Le chaton de démo"
  domain   = "chaton.localhost" # each service gets a name below it; cannot change later
  language = "fr"               # of the pages; readers can switch to the other
  contact  = "contact@chaton.localhost"

  # What members and visitors read can be said in both languages, or in one: "…".
  description = {
    fr = "Un petit hébergeur de services libres, pour essayer Ronron chez soi."
    en = "A small host of libre services, to try Ronron at home."
  }
}

# The only door from outside. 443 and 80 give addresses without a port; the
# demo takes others because those are often in use on a desktop machine.
gateway {
  https_port = 8443
  http_port  = 8080 # sends people on to HTTPS; 0 turns it off
}

# "internal": certificates of our own authority, which browsers have to be told
# to trust (`ronron ca`).
certificates {
  authority = "internal"
}

# The first account. Its password is made by the first `ronron up` and shown once.
accounts {
  administrator {
    login = "admin"
    name  = "Administration"
    mail  = "admin@chaton.localhost"
  }
}

# https://wiki.chaton.localhost:8443 — members write, everyone reads.
service "wiki" {
  recipe = "dokuwiki"
  settings = {
    title = "Le wiki du chaton"
  }
}

# https://pages.chaton.localhost:8443/~name/ — a web page for each member, put
# there over WebDAV with the same account.
service "pages" {
  recipe = "pages"
  enter  = ["members"] # the groups whose members may sign in; this is the default
}

# What no program can know of you. It stands on https://chaton.localhost:8443/charter
# beside what Ronron proves from the running system; what is missing is said to be.
charter {
  legal_name = "Association du chaton de démo"
  legal_form = "association"
  country    = "FR"
  provider   = "Chez soi"
  control    = "owned" # how far the hardware is yours: "owned", "dedicated" or "virtual"
  funding = {
    fr = "Personne ne paie : c'est une démonstration."
    en = "Nobody pays: this is a demonstration."
  }

  # By criterion of the charter; a declaration is shown as such, never as proven.
  declarations = {
    "A-04" = {
      fr = "Aucune donnée n'est exploitée ni transmise : tout reste sur cette machine."
      en = "No data is exploited or passed on: everything stays on this machine."
    }
    "N-07" = {
      fr = "Les adresses de courriel ne servent qu'à administrer les comptes."
      en = "Mail addresses are used for the accounts only."
    }
  }
}
