"""Who is a member, and an administrator, asked of the directory."""

import json
import re

import ldap
import ldap.filter

WRONG = "wrong"  # no answer of find

LOGIN = re.compile(r"[a-z][a-z0-9._-]{0,63}")


class Directory:
    def __init__(self, settings="/etc/ronron/directory.json", secret="/etc/ronron/directory.password"):
        with open(settings, encoding="utf-8") as file:
            self._settings = json.load(file)
        with open(secret, encoding="utf-8") as file:
            self._secret = file.read()

    def sign_in(self, login, password):
        """None for no such member, WRONG for a wrong password, else what find says."""
        with self._connection() as connection:
            found = self._find(connection, login)
            if found is None:
                return None
            if not password:
                return WRONG
            try:
                connection.bind(found[0], password)
            except ldap.INVALID_CREDENTIALS:
                return WRONG
            return found[1]

    def find(self, login):
        """None for nobody who may enter; else whether the member administers."""
        with self._connection() as connection:
            found = self._find(connection, login)
            return None if found is None else found[1]

    def _connection(self):
        return Connection(self._settings["url"], self._settings["bind_dn"], self._secret)

    def _find(self, connection, login):
        if not LOGIN.fullmatch(login):
            return None
        groups = "".join(f"(memberOf={ldap.filter.escape_filter_chars(dn)})" for dn in self._settings["enter"])
        # The directory hides who is suspended.
        found = connection.search(
            self._settings["people"], f"(&(objectClass=inetOrgPerson)(uid={ldap.filter.escape_filter_chars(login)})(|{groups}))")
        if len(found) != 1:
            return None
        dn, entry = found[0]
        admins = self._settings["administrators"].lower()
        return dn, any(group.decode().lower() == admins for group in entry.get("memberOf", []))


class Connection:
    """One question, or two. The authority and times to wait for are in /etc/ldap/ldap.conf."""

    def __init__(self, url, dn, password):
        self._ldap = ldap.initialize(url)
        self._ldap.set_option(ldap.OPT_REFERRALS, 0)
        self._ldap.simple_bind_s(dn, password)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._ldap.unbind_s()

    def bind(self, dn, password):
        self._ldap.simple_bind_s(dn, password)

    def search(self, base, what):
        return self._ldap.search_s(base, ldap.SCOPE_ONELEVEL, what, ["memberOf"])
