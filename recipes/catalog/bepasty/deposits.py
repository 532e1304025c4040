"""bepasty, told by the gateway who is there.

Everything below /+me has passed the gateway's sign-in, and belongs to that
member. Everything else reads, by an address that nobody can guess. bepasty
itself knows passwords in place of people, and no owners: it is used for what
it keeps and shows, and its views for passwords, lists and programs are left out.
"""
import json
import os
import random
import re
import time
import urllib.parse
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, abort, g, redirect, render_template, request
from werkzeug.exceptions import BadRequest, HTTPException

import bepasty.utils.name as names
import bepasty.views.upload as upload
from bepasty.constants import COMPLETE, FILENAME, SIZE, TIMESTAMP_MAX_LIFE, TIMESTAMP_UPLOAD, TYPE
from bepasty.storage import create_storage
from bepasty.utils.date_funcs import get_maxlife
from bepasty.utils.http import ContentRange
from bepasty.utils.permissions import CREATE, READ
from bepasty.utils.upload import Upload
from bepasty.views.display import DisplayView
from bepasty.views.download import DownloadView, InlineView
from texts import TEXTS

OWNER = "owner"  # beside bepasty's own words on each deposit
MEMBERS = "/+me"
DAY = 24 * 3600
MIB = 1024 * 1024
NAME_LENGTH = 20  # 52 letters and digits to choose from: 114 bits
INLINE = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "text/plain"}
LOGIN = re.compile(r"[a-z][a-z0-9._-]{0,63}")

with open("/etc/ronron/settings.json", encoding="utf-8") as file:
    settings = json.load(file)
zone = ZoneInfo(settings["timezone"])


class ItemNameConverter(names.ItemNameConverter):
    regex = "[%s]{%d}" % (re.escape(names.all_chars), NAME_LENGTH)


def bounded(data, underscore):
    """How long a deposit is kept, in seconds: bepasty's own reading, never more than the host allows."""
    longest = settings["days"] * DAY
    seconds = get_maxlife(data, underscore)
    if seconds == 0 or seconds < -1:
        raise BadRequest
    return longest if seconds == -1 else min(seconds, longest)


# bepasty takes names of 8 characters from a guessable source, lets deposits stay
# for ever, and takes accents and apostrophes out of the names of files.
names.random = random.SystemRandom()
names.ItemName.create.__func__.__defaults__ = (NAME_LENGTH, NAME_LENGTH, 10)
upload.get_maxlife = bounded
Upload._filename_re = re.compile(r"[^\w *+:;.,()'’&=@-]+")
described = Upload.meta_new.__func__


def owned(cls, item, size, *args, **kwargs):
    described(cls, item, size, *args, **kwargs)
    item.meta[OWNER] = g.member


Upload.meta_new = classmethod(owned)


class Members:
    """Takes /+me from the path and says who is there: the gateway's word, and only on that path."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        login = environ.pop("HTTP_REMOTE_USER", "")
        path = environ["PATH_INFO"]
        environ.pop("ronron.member", None)
        if path == MEMBERS or path.startswith(MEMBERS + "/"):
            environ["ronron.member"] = login if LOGIN.fullmatch(login) else None
            environ["SCRIPT_NAME"], environ["PATH_INFO"] = MEMBERS, path[len(MEMBERS):] or "/"
        return self.app(environ, start_response)


app = Flask("ronron", static_folder="/usr/share/ronron/static", static_url_path="/+static",
            template_folder="/usr/share/ronron/templates")
app.config.from_object("bepasty.config.Config")
app.config.update(
    SITENAME=settings["title"],
    STORAGE_FILESYSTEM_DIRECTORY="/var/lib/bepasty",
    MAX_ALLOWED_FILE_SIZE=settings["size"] * MIB,
    MAX_BODY_SIZE=2 * MIB,
    MAX_CONTENT_LENGTH=5 * MIB,
    MAX_FORM_MEMORY_SIZE=4 * MIB,
    SEND_FILE_MAX_AGE_DEFAULT=DAY,
)
app.storage = create_storage(app)
app.url_map.converters["itemname"] = ItemNameConverter
app.wsgi_app = Members(app.wsgi_app)

# By the names under which bepasty's own views look for one another.
views = Blueprint("bepasty", __name__)
views.add_url_rule("/<itemname:name>", view_func=DisplayView.as_view("display"))
views.add_url_rule("/<itemname:name>/+download", view_func=DownloadView.as_view("download"))
views.add_url_rule("/<itemname:name>/+inline", view_func=InlineView.as_view("inline"))
views.add_url_rule("/+upload", view_func=upload.UploadView.as_view("upload"))
views.add_url_rule("/+upload/new", view_func=upload.UploadNewView.as_view("upload_new"))
views.add_url_rule("/+upload/<itemname:name>", view_func=upload.UploadContinueView.as_view("upload_continue"))
app.register_blueprint(views)
WRITE = {"bepasty.upload", "bepasty.upload_new", "bepasty.upload_continue", "remove"}


@app.before_request
def who_is_there():
    inside = "ronron.member" in request.environ
    g.member = request.environ.get("ronron.member")
    g.permissions = {READ, CREATE} if g.member else {READ}
    g.words = TEXTS[request.accept_languages.best_match(list(TEXTS), settings["language"])]
    if inside and not g.member:
        abort(403)
    if request.endpoint in WRITE:
        if not g.member:
            abort(404)
        # Nobody else's page sends for a member who is signed in.
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            abort(403)
        if request.headers.get("Origin", settings["url"]) != settings["url"]:
            abort(403)
    if inside and request.method in ("GET", "HEAD") and (request.view_args or {}).get("name"):
        # The address that a browser shows is the one that can be passed on.
        return redirect(settings["url"] + request.path, 303)
    if request.endpoint == "bepasty.upload":
        return before_text()
    if request.endpoint == "bepasty.upload_new":
        return before_file()
    if request.endpoint == "bepasty.upload_continue":
        return before_part(request.view_args["name"])
    return None


def refused(status, word):
    """A refusal in words, for the script that sends."""
    return {"error": g.words[word]}, status


def before_text():
    if request.files or not (request.form.get("text") or "").strip():
        abort(400)
    if room_left(g.member) < len(request.form["text"].encode()):
        abort(413)
    # bepasty can also pass visitors on to other sites, and list deposits.
    if (request.form.get("contenttype") or "").startswith("text/x-bepasty"):
        abort(400)
    return None


def before_file():
    told = request.get_json()
    if not isinstance(told, dict) or not all(isinstance(told.get(k), str) for k in ("filename", "type")):
        abort(400)
    if not isinstance(told.get("size"), int) or told["size"] < 0 or told["type"].startswith("text/x-bepasty"):
        abort(400)
    if told["size"] > app.config["MAX_ALLOWED_FILE_SIZE"]:
        return refused(413, "too_large")
    if told["size"] > room_left(g.member):
        return refused(413, "no_room")
    return None


def before_part(name):
    """bepasty itself would let anybody who may upload write into any deposit."""
    part = request.files.get("file")
    if part is None:
        abort(400)
    length = part.seek(0, os.SEEK_END)
    part.seek(0)
    sent = ContentRange.from_request()
    try:
        with app.storage.open(name) as item:
            mine = item.meta.get(OWNER) == g.member
            done, size, there = item.meta[COMPLETE], item.meta[SIZE], item.data.size
    except FileNotFoundError:
        abort(404)
    if not mine:
        abort(404)
    begin, whole = (sent.begin, sent.complete) if sent else (0, length)
    if done or whole != size or begin != there or (sent and sent.size != length):
        abort(409)
    return None


@app.after_request
def safely(response):
    policy = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
              "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
    if request.endpoint in ("bepasty.download", "bepasty.inline"):
        # Whatever somebody deposited runs nowhere, and opens in no page but as what it is.
        policy += "; sandbox"
        kind = (response.headers.get("Content-Type") or "").split(";")[0].strip().lower()
        as_is = request.endpoint == "bepasty.inline" and kind in INLINE
        response.headers["Content-Disposition"] = disposition(response.headers.get("Content-Disposition", ""), as_is)
        if kind == "text/plain":
            response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    # Not "no-referrer": with that, browsers do not say that a form is of here either.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


def disposition(header, as_is):
    """The header with the whole name of the file, whatever letters it is written in."""
    found = re.search(r'filename="(.*)"$', header)
    if not found:
        return header
    name = found[1]
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    return '%s; filename="%s"; filename*=UTF-8\'\'%s' % (
        "inline" if as_is else "attachment", plain, urllib.parse.quote(name, safe=""))


def everything():
    """All deposits, with the name that is their address."""
    for name in list(app.storage):
        try:
            with app.storage.open(name) as item:
                meta = dict(item.meta)
        except (OSError, EOFError):
            continue  # it went in this moment, or is being made
        if meta:
            yield name, meta


def belonging(member):
    return [(name, meta) for name, meta in everything() if meta.get(OWNER) == member]


def over(meta, now):
    """Its time is over, or its sending was broken off a day ago."""
    return 0 < meta[TIMESTAMP_MAX_LIFE] < now or not meta[COMPLETE] and meta[TIMESTAMP_UPLOAD] < now - DAY


def room_left(member):
    now = time.time()
    return settings["room"] * MIB - sum(meta[SIZE] for _, meta in belonging(member) if not over(meta, now))


def lives():
    """What can be chosen, in days, the longest last."""
    return [d for d in (1, 7, 30, 90, 365) if d < settings["days"]] + [settings["days"]]


@app.route("/")
def home():
    if g.member is None:
        return render_template("home.html")
    now = time.time()
    mine = sorted((dict(meta, id=name) for name, meta in belonging(g.member) if meta[COMPLETE] and not over(meta, now)),
                  key=lambda meta: meta[TIMESTAMP_UPLOAD], reverse=True)
    days = lives()
    return render_template("mine.html", mine=mine, lives=days, usual=max(d for d in days if d <= 30 or d == days[0]),
                           left=max(room_left(g.member), 0))


@app.route("/+delete", methods=["POST"])
def remove():
    name = request.form.get("name", "")
    if any(name == own for own, _ in belonging(g.member)):
        app.storage.remove(name)
    return redirect(MEMBERS + "/", 303)


@app.route("/-/health")
def health():
    fine = os.access(app.config["STORAGE_FILESYSTEM_DIRECTORY"], os.W_OK)
    return ("fine\n" if fine else "not fine\n"), (200 if fine else 503), {"Content-Type": "text/plain"}


@app.errorhandler(HTTPException)
def failed(error):
    if request.endpoint in ("bepasty.upload_new", "bepasty.upload_continue"):
        return refused(error.code, "failed")
    word = {403: "forbidden", 404: "missing", 413: "no_room_or_too_large"}.get(error.code, "wrong")
    return render_template("error.html", message=g.words[word]), error.code


def without_address(info):
    """What went wrong, without the address: that opens a deposit."""
    app.logger.error("a request of %s failed", request.endpoint, exc_info=info)


app.log_exception = without_address


@app.template_filter("bytes")
def in_bytes(size):
    for unit in g.words["units"]:
        if size < 1024 or unit == g.words["units"][-1]:
            text = ("%.1f" % size).removesuffix(".0")
            return text.replace(".", g.words["point"]) + "\u00a0" + unit
        size /= 1024
    return ""


@app.template_filter("moment")
def moment(stamp):
    at = datetime.fromtimestamp(stamp, zone)
    return g.words["moment"].format(day=at.day, month=g.words["months"][at.month - 1], year=at.year,
                                    hour=at.hour, minute=at.minute)


@app.context_processor
def known():
    return {"t": g.words, "settings": settings, "member": g.member, "FILENAME": FILENAME, "TYPE": TYPE,
            "size_limit": app.config["MAX_ALLOWED_FILE_SIZE"], "part": app.config["MAX_BODY_SIZE"]}


application = app
