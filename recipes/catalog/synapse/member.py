"""What a host does with one member's data: python member.py export|erase|check.

The login is in the environment variable MEMBER.
"""

import hashlib
import hmac
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import urllib.request

import psycopg2
import yaml

CONFIG = "/etc/ronron/homeserver.yaml"


def settings() -> dict:
    with open(CONFIG, encoding="utf-8") as file:
        return yaml.safe_load(file)


def ask(path: str, body: dict | None = None, token: str = "") -> dict:
    request = urllib.request.Request("http://127.0.0.1:8008" + path)
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", "Bearer " + token)
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(request, data, timeout=600) as answer:
        return json.load(answer)


def member(config: dict) -> str:
    login = os.environ.get("MEMBER", "")
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", login):
        sys.exit("This is not the login of a member.")
    return f"@{login}:{config['server_name']}"


def export(config: dict) -> None:
    with tempfile.TemporaryDirectory(dir=config["media_store_path"]) as folder:
        out = folder + "/export"
        os.mkdir(out)
        subprocess.run([sys.executable, __file__, "dump", member(config), out], check=True, stdout=sys.stderr)
        # Synapse says only which files there are.
        for name in os.listdir(out + "/media_ids") if os.path.isdir(out + "/media_ids") else []:
            file = os.path.join(config["media_store_path"], "local_content", name[:2], name[2:4], name[4:])
            if os.path.isfile(file):
                os.makedirs(out + "/media", exist_ok=True)
                shutil.copyfile(file, os.path.join(out, "media", name))
        subprocess.run(["tar", "-cf", "-", "-C", out, "."], check=True)


def dump(user: str, folder: str) -> None:
    """Synapse's own export, in a process of its own."""
    from synapse.app import admin_cmd

    def mended(write):
        # It trips over an invitation that waits for an answer: a list is taken for a map.
        return lambda self, room, event, state: write(
            self, room, event, dict(enumerate(state)) if isinstance(state, (list, tuple)) else state)

    writer = admin_cmd.FileExfiltrationWriter
    writer.write_invite = mended(writer.write_invite)
    writer.write_knock = mended(writer.write_knock)
    sys.argv = ["admin_cmd", "--config-path", CONFIG, "export-data", user, "--output-directory", folder]
    admin_cmd.main()


def erase(config: dict) -> None:
    """Only an administrator may: one is made for this, and closed with the same word."""
    user = member(config)
    name, password = "=" + secrets.token_hex(8), secrets.token_hex(32)
    nonce = ask("/_synapse/admin/v1/register")["nonce"]
    said = "\0".join([nonce, name, password, "admin"]).encode()
    made = ask("/_synapse/admin/v1/register", {
        "nonce": nonce, "username": name, "password": password, "admin": True,
        "mac": hmac.new(config["registration_shared_secret"].encode(), said, hashlib.sha1).hexdigest(),
    })
    try:
        ask("/_synapse/admin/v1/deactivate/" + user, {"erase": True}, made["access_token"])
    finally:
        ask("/_synapse/admin/v1/deactivate/" + made["user_id"], {"erase": True}, made["access_token"])


def check(config: dict) -> None:
    if not os.path.getsize(config["signing_key_path"]):
        sys.exit("The key of this server is missing.")
    words = {name: value for name, value in config["database"]["args"].items() if not name.startswith("cp_")}
    with psycopg2.connect(**words) as link, link.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events e JOIN event_json USING (event_id)")
        print(cursor.fetchone()[0], "events")


if __name__ == "__main__":
    if sys.argv[1] == "dump":
        dump(*sys.argv[2:])
    else:
        {"export": export, "erase": erase, "check": check}[sys.argv[1]](settings())
