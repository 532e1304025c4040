"""Runs Mumble's server, and keeps its door.

Passwords of members are checked by the directory, and who may not be there any
more is disconnected within seconds. What Mumble says of people is not written
down. A small page says how to come in, and for guests there is another one, which
the gateway shows to members only.
"""

import http.server
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
import time

import Ice
import ldap

from directory import WRONG, Directory
from members import Members

Ice.loadSlice("", ["-I" + Ice.getSliceDir(), "/usr/share/mumble-server/MumbleServer.ice"])
import MumbleServer  # noqa: E402  made by the line above

LOOK = 10  # seconds between two looks at who is there
PATIENCE = 600  # seconds that somebody stays while the directory does not answer
REFUSED, UNKNOWN = -1, -2  # what Mumble takes for an answer
PAGES = {"/": "/etc/ronron/index.html", "/guests": "/etc/ronron/guests.html"}
# Of Mumble's log, lines of a connection name people, and one holds a password.
PERSONAL = re.compile(r"=> <\d+:|SuperUser|[Cc]onnection|\d+\.\d+\.\d+\.\d+")


class Door(MumbleServer.ServerUpdatingAuthenticator):
    """Asked by Mumble for each who comes."""

    def __init__(self, directory, members):
        self._directory = directory
        self._members = members

    def authenticate(self, name, pw, certificates, certhash, certstrong, current=None):
        login = name.strip().lower()
        try:
            found = self._directory.sign_in(login, pw)
        except ldap.LDAPError as problem:
            print(f"The directory does not answer: {type(problem).__name__}", flush=True)
            return REFUSED, "", []
        if found == WRONG:
            return REFUSED, "", []
        if found is None:
            # A guest, if Mumble finds the guests' password right. Names of members
            # who left, or are suspended, are nobody else's.
            known = self._members.by_login(login)
            return (REFUSED if known else UNKNOWN), "", []
        return self._members.number(login, found), login, ["admin"] if found else []

    def getInfo(self, id, current=None):
        return False, {}

    def nameToId(self, name, current=None):
        known = self._members.by_login(name.lower())
        return known["id"] if known else UNKNOWN

    def idToName(self, id, current=None):
        known = self._members.by_number(id)
        return known["login"] if known else ""

    def idToTexture(self, id, current=None):
        return b""

    # Accounts are the directory's: none is made, changed or removed from here.
    def registerUser(self, info, current=None):
        return -1

    def unregisterUser(self, id, current=None):
        return 0

    def getRegisteredUsers(self, filter, current=None):
        return {}

    def setInfo(self, id, info, current=None):
        return 0

    def setTexture(self, id, tex, current=None):
        return 0


class Keeper:
    def __init__(self):
        with open("/etc/ronron/keeper.json", encoding="utf-8") as file:
            self._settings = json.load(file)
        with open("/etc/ronron/ice.password", encoding="utf-8") as file:
            self._secret = file.read()
        self._directory, self._members = Directory(), Members()
        self._asked = {}  # session -> when the directory last said yes
        self.looked = 0.0
        self.server = None

    def run(self):
        mumble = subprocess.Popen(
            ["mumble-server", "-fg", "-ini", "/etc/ronron/mumble.ini"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        threading.Thread(target=log, args=(mumble.stdout,), daemon=True).start()

        def stop(*_):
            mumble.terminate()
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        threading.Thread(target=self._keep, args=(mumble,), daemon=True).start()
        serve(self)
        sys.exit(mumble.wait())

    def _keep(self, mumble):
        try:
            self._attach()
            while mumble.poll() is None:
                self._look()
                time.sleep(LOOK)
        except Exception as problem:  # whatever it is, nobody stays in without a keeper
            if mumble.poll() is None:
                print(f"The keeper stops: {type(problem).__name__}: {problem}", flush=True)
        mumble.terminate()

    def _attach(self):
        properties = Ice.createProperties()
        properties.setProperty("Ice.ImplicitContext", "Shared")
        properties.setProperty("Ice.Default.EncodingVersion", "1.0")
        properties.setProperty("Ice.ThreadPool.Server.SizeMax", "8")  # a slow directory holds up nobody else
        start = Ice.InitializationData()
        start.properties = properties
        ice = Ice.initialize(start)
        ice.getImplicitContext().put("secret", self._secret)
        meta = self._meta(ice)
        adapter = ice.createObjectAdapterWithEndpoints("Door", "tcp -h 127.0.0.1")
        adapter.activate()
        self.server = meta.getBootedServers()[0]
        # Nobody knows the password of Mumble's own administrator.
        self.server.setSuperuserPassword(secrets.token_urlsafe(32))
        self._rights()
        door = adapter.addWithUUID(Door(self._directory, self._members))
        self.server.setAuthenticator(MumbleServer.ServerUpdatingAuthenticatorPrx.uncheckedCast(door))

    def _meta(self, ice):
        for _ in range(100):
            try:
                return MumbleServer.MetaPrx.checkedCast(ice.stringToProxy("Meta:tcp -h 127.0.0.1 -p 6502"))
            except Ice.ConnectionRefusedException:
                time.sleep(0.3)
        raise RuntimeError("Mumble's server does not answer")

    def _rights(self):
        """Of the whole house; a room's own are its maker's."""
        m = MumbleServer
        talk = m.PermissionTraverse | m.PermissionEnter | m.PermissionSpeak | m.PermissionWhisper | m.PermissionTextMessage
        rooms = m.PermissionMakeTempChannel | (m.PermissionMakeChannel if self._settings["rooms"] == "members" else 0)
        keep = m.PermissionMuteDeafen | m.PermissionMove | m.PermissionMakeChannel | m.PermissionMakeTempChannel | m.PermissionLinkChannel
        everything = keep | rooms | m.PermissionWrite | m.PermissionKick | m.PermissionBan | m.PermissionRegister | m.PermissionRegisterSelf
        self.server.setACL(0, [
            m.ACL(True, True, False, -1, "all", talk, everything),
            m.ACL(True, True, False, -1, "auth", rooms, 0),
            m.ACL(True, True, False, -1, "admin", keep, 0),
            m.ACL(True, False, False, -1, "admin", m.PermissionKick, 0),
            # To change rooms of others, but not to ban: all come from the gateway's address.
            m.ACL(False, True, False, -1, "admin", m.PermissionWrite, 0),
        ], [], False)

    def _look(self):
        users = self.server.getUsers()
        now = time.monotonic()
        for session, user in users.items():
            if user.userid < 1:
                continue
            known = self._members.by_number(user.userid)
            try:
                admin = self._directory.find(known["login"]) if known else None
                stays = known is not None and admin is not None and bool(known["admin"]) == admin
                self._asked[session] = now
            except ldap.LDAPError:
                stays = now - self._asked.setdefault(session, now) < PATIENCE
            if not stays:
                try:
                    self.server.kickUser(session, self._settings["goodbye"])
                except MumbleServer.InvalidSessionException:
                    pass  # gone by themselves
        self._asked = {session: at for session, at in self._asked.items() if session in users}
        self.looked = now

    def well(self):
        return time.monotonic() - self.looked < 3 * LOOK


def log(lines):
    for line in lines:
        if not PERSONAL.search(line):
            print(line, end="", flush=True)


def serve(keeper):
    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            path = self.path.split("?")[0]
            if path == "/health":
                return self._answer(200 if keeper.well() else 503, b"", "text/plain")
            if path not in PAGES:
                return self._answer(404, b"", "text/plain")
            with open(PAGES[path], "rb") as file:
                self._answer(200, file.read(), "text/html; charset=utf-8")

        do_HEAD = do_GET

        def _answer(self, status, body, kind):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if self.path.startswith("/guests"):
                self.send_header("Cache-Control", "no-store")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    pages = http.server.ThreadingHTTPServer(("", 8080), Pages)
    threading.Thread(target=pages.serve_forever, daemon=True).start()


if __name__ == "__main__":
    os.umask(0o027)
    Keeper().run()
