"""Members of the chaton's directory, for Synapse.

Signs them in, and asks about each of them again and again: whoever is suspended or
has left the group gets no answer any more, on any device.
"""

import json
import logging
import re
import ssl
import time
from typing import Any, Optional, Tuple

import ldap3
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars
from synapse.module_api import ModuleApi

logger = logging.getLogger(__name__)

# Logins of Ronron; others in Matrix are no members.
LOGIN = re.compile(r"(?=.{2,32}\Z)[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*")
# How long an answer is believed, and how long an old one holds while the directory
# does not answer, in seconds.
FRESH = 15
STALE = 600
# Accounts of Ronron's own begin with a character that no login has.
OWN = "="


class RonronMembers:
    def __init__(self, config: Any, api: ModuleApi):
        with open("/etc/ronron/directory.json", encoding="utf-8") as file:
            self.directory = json.load(file)
        self.api = api
        self.known: dict[str, Tuple[float, Optional[dict]]] = {}
        api.register_password_auth_provider_callbacks(
            auth_checkers={("m.login.password", ("password",)): self.sign_in},
        )
        api.register_account_validity_callbacks(is_user_expired=self.is_gone)

    @staticmethod
    def parse_config(config: Any) -> Any:
        return config

    async def sign_in(self, username: str, login_type: str, words: dict) -> Optional[Tuple[str, None]]:
        login = self.login_of(username)
        password = words.get("password")
        # A bind without a password succeeds, and means nothing.
        if login is None or not isinstance(password, str) or password == "":
            return None
        try:
            member = await self.api.defer_to_thread(self.find, login, password)
        except LDAPException as error:
            logger.error("The directory does not answer: %s", type(error).__name__)
            return None
        if member is None:
            return None
        user = self.api.get_qualified_user_id(login)
        if await self.api.check_user_exists(user) is None:
            user = await self.api.register_user(login, displayname=member["name"])
        self.known[login] = (time.monotonic(), member)
        await self.promote(user, member)
        return user, None

    async def is_gone(self, user: str) -> Optional[bool]:
        if user.startswith("@" + OWN):
            return False
        login = self.login_of(user)
        if login is None:
            return True
        asked, member = self.known.get(login, (None, None))
        if asked is not None and time.monotonic() - asked < FRESH:
            return member is None
        try:
            found = await self.api.defer_to_thread(self.find, login, None)
        except LDAPException as error:
            logger.error("The directory does not answer: %s", type(error).__name__)
            return asked is None or member is None or time.monotonic() - asked > STALE
        self.known[login] = (time.monotonic(), found)
        if found is not None:
            await self.promote(self.api.get_qualified_user_id(login), found)
        return found is None

    async def promote(self, user: str, member: dict) -> None:
        if await self.api.is_user_admin(user) != member["admin"]:
            await self.api.set_user_admin(user, member["admin"])

    def login_of(self, user: str) -> Optional[str]:
        """The login in ana, @ana:here; nothing for people of other servers."""
        if user.startswith("@"):
            user, _, server = user[1:].partition(":")
            if server != self.api.server_name:
                return None
        return user if LOGIN.fullmatch(user) else None

    def find(self, login: str, password: Optional[str]) -> Optional[dict]:
        """The member who may enter, and whose password it is if one is given."""
        server = ldap3.Server(
            self.directory["host"],
            port=self.directory["port"],
            use_ssl=True,
            tls=ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file="/etc/ronron/ca.pem"),
            get_info=ldap3.NONE,
            connect_timeout=3,
        )
        with open("/etc/ronron/directory.password", encoding="utf-8") as file:
            bind_password = file.read()
        link = ldap3.Connection(
            server, user=self.directory["bind_dn"], password=bind_password,
            auto_bind=ldap3.AUTO_BIND_NO_TLS, receive_timeout=5, raise_exceptions=True, read_only=True,
        )
        try:
            link.search(
                self.directory["people_dn"],
                self.directory["filter"].replace("{login}", escape_filter_chars(login)),
                search_scope=ldap3.LEVEL, attributes=["uid", "cn", "memberOf"], size_limit=2,
            )
            entries = [entry for entry in link.response if entry["type"] == "searchResEntry"]
        finally:
            link.unbind()
        if len(entries) != 1:
            return None
        values = {name: value if isinstance(value, list) else [value] for name, value in entries[0]["attributes"].items()}
        # The directory takes "Ana" for "ana"; one account must have one name.
        if values["uid"] != [login]:
            return None
        if password is not None and not self.opens(server, entries[0]["dn"], password):
            return None
        groups = {group.lower() for group in values.get("memberOf", [])}
        return {"name": (values.get("cn") or [login])[0], "admin": self.directory["admins_dn"].lower() in groups}

    @staticmethod
    def opens(server: ldap3.Server, dn: str, password: str) -> bool:
        link = ldap3.Connection(server, user=dn, password=password, receive_timeout=5)
        try:
            return link.bind()
        finally:
            link.unbind()
