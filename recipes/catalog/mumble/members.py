"""Mumble knows people by number: this keeps which number is whose.

As a command: export and erase of the member in MEMBER, count, rooms, bytes.
"""

import contextlib
import io
import json
import os
import sqlite3
import sys
import tarfile

FOLDER = "/var/lib/mumble"
FIRST = 1000  # below are numbers of Mumble's own


class Members:
    def __init__(self, path=FOLDER + "/members.sqlite"):
        self._path = path
        with self._open() as base:
            # A number is never given twice: it may still own a room.
            base.execute("CREATE TABLE IF NOT EXISTS member (id INTEGER PRIMARY KEY AUTOINCREMENT, login TEXT NOT NULL UNIQUE, admin INTEGER NOT NULL DEFAULT 0)")
            base.execute("INSERT INTO sqlite_sequence (name, seq) SELECT 'member', ? WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'member')", (FIRST - 1,))

    def _open(self):
        base = sqlite3.connect(self._path, timeout=10)
        base.row_factory = sqlite3.Row
        return base

    def number(self, login, admin):
        with self._open() as base:
            base.execute("INSERT INTO member (login, admin) VALUES (?, ?) ON CONFLICT (login) DO UPDATE SET admin = excluded.admin", (login, int(admin)))
            return base.execute("SELECT id FROM member WHERE login = ?", (login,)).fetchone()["id"]

    def by_number(self, number):
        with self._open() as base:
            return base.execute("SELECT * FROM member WHERE id = ?", (number,)).fetchone()

    def by_login(self, login):
        with self._open() as base:
            return base.execute("SELECT * FROM member WHERE login = ?", (login,)).fetchone()

    def erase(self, login):
        with self._open() as base:
            base.execute("DELETE FROM member WHERE login = ?", (login,))

    def count(self):
        with self._open() as base:
            return base.execute("SELECT count(*) FROM member").fetchone()[0]


def mumble(mode):
    """Mumble's own database, beside the running server."""
    return contextlib.closing(sqlite3.connect(f"file:{FOLDER}/mumble.sqlite?mode={mode}", uri=True, timeout=10))


def rooms():
    with mumble("ro") as base:
        return base.execute("SELECT count(*) FROM channels WHERE parent_id IS NOT NULL").fetchone()[0]


def kept(number):
    """What Mumble keeps of a member: rooms of their own, and when they were there."""
    with mumble("ro") as base:
        own = base.execute(
            "SELECT DISTINCT c.name FROM group_members m JOIN groups g ON g.group_id = m.group_id"
            " JOIN channels c ON c.server_id = g.server_id AND c.channel_id = g.channel_id WHERE m.user_id = ?", (number,))
        last = base.execute("SELECT last_active, last_disconnect FROM users WHERE user_id = ?", (number,)).fetchone()
        return {"rooms": [name for (name,) in own], "last": last}


def forget(number):
    with mumble("rw") as base, base:
        for table in ("group_members", "acl", "user_info", "channel_listeners", "users"):
            base.execute(f"DELETE FROM {table} WHERE user_id = ?", (number,))


def main(what):
    if what == "export":
        member = Members().by_login(os.environ["MEMBER"])
        with tarfile.open(mode="w|", fileobj=sys.stdout.buffer) as tar:
            if member:
                text = json.dumps({"login": member["login"], "number": member["id"], **kept(member["id"])}, ensure_ascii=False).encode()
                info = tarfile.TarInfo("mumble.json")
                info.size = len(text)
                tar.addfile(info, io.BytesIO(text))
    elif what == "erase":
        member = Members().by_login(os.environ["MEMBER"])
        if member:
            forget(member["id"])
            Members().erase(member["login"])
    elif what == "count":
        print(Members().count())
    elif what == "rooms":
        print(rooms())
    else:
        print(sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(FOLDER) for name in names))


if __name__ == "__main__":
    main(sys.argv[1])
