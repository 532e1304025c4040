"""Signs members in to Radicale with the directory.

Radicale 3.5 can ask a directory itself, but it waits for one that hangs for
ever, reads its whole schema at each request, and takes one that does not answer
for a wrong password, which apps then forget. Its memory of sign-ins, which apps
need that send a password with each of dozens of requests, takes one person for
another (mended upstream in 2026, Radicale's #2079). The options are Radicale's.
"""

import hashlib
import hmac
import os
import re
import threading
import time

import ldap
import ldap.filter

from radicale import auth

LOGIN = re.compile(r"[a-z][a-z0-9._-]{0,63}")

# How long a right password is taken for right, in seconds. A suspended member
# is out after that.
KEPT = 5


class Auth(auth.BaseAuth):
    def __init__(self, configuration):
        super().__init__(configuration)
        self._url = configuration.get("auth", "ldap_uri")
        self._base = configuration.get("auth", "ldap_base")
        self._filter = configuration.get("auth", "ldap_filter")
        self._reader = configuration.get("auth", "ldap_reader_dn")
        with open(configuration.get("auth", "ldap_secret_file"), encoding="utf-8") as file:
            self._secret = file.read().rstrip("\n")
        self._key = os.urandom(32)
        self._known = {}  # login -> (what its password leaves, when)
        self._known_lock = threading.Lock()

    def _login(self, login, password):
        if not LOGIN.fullmatch(login) or not password:
            return ""
        trace = hmac.digest(self._key, f"{login}:{password}".encode(), hashlib.sha256)
        with self._known_lock:
            known, since = self._known.get(login, (b"", 0.0))
        if hmac.compare_digest(known, trace) and time.monotonic() - since < KEPT:
            return login
        if not self._ask(login, password):
            return ""
        with self._known_lock:
            self._known[login] = (trace, time.monotonic())
        return login

    def _ask(self, login, password):
        """Whether the member is there, may enter, and has this password."""
        # Address, authority and times to wait for are in /etc/ldap/ldap.conf.
        connection = ldap.initialize(self._url)
        try:
            connection.set_option(ldap.OPT_REFERRALS, 0)
            connection.simple_bind_s(self._reader, self._secret)
            found = connection.search_s(
                self._base, ldap.SCOPE_ONELEVEL,
                self._filter.replace("{0}", ldap.filter.escape_filter_chars(login)), ["1.1"])
            if len(found) != 1:
                return False
            try:
                connection.simple_bind_s(found[0][0], password)
            except ldap.INVALID_CREDENTIALS:
                return False
            return True
        except ldap.LDAPError as problem:
            # Not a wrong password: the app shall keep it, and try again.
            raise RuntimeError(f"the directory: {type(problem).__name__}") from None
        finally:
            connection.unbind_s()
