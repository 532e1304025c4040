"""What `lists` does with the web part's database and the core."""

import io
import json
import os
import sys
import tarfile
import time
from datetime import timedelta

import django

django.setup()

from allauth.account.models import EmailAddress  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.contrib.sites.models import Site  # noqa: E402
from django.utils import timezone  # noqa: E402
from django_mailman3.lib.mailman import get_mailman_client  # noqa: E402
from django_mailman3.models import MailDomain  # noqa: E402
from hyperkitty.models import Email, Thread  # noqa: E402


def setup():
    """The one domain of lists, in the core and here."""
    host = settings.CHATON["host"]
    site, _ = Site.objects.update_or_create(id=settings.SITE_ID, defaults={"domain": host, "name": settings.CHATON["title"][:50]})
    MailDomain.objects.get_or_create(site=site, mail_domain=host)
    core = get_mailman_client()
    if host not in [domain.mail_host for domain in core.domains]:
        core.create_domain(host)


def expire(days):
    """Conversations in which nobody wrote for so long leave the archives."""
    if days <= 0:
        return
    before = timezone.now() - timedelta(days=days)
    for thread in Thread.objects.filter(date_active__lt=before).iterator():
        for email in thread.emails.order_by("-thread_order"):
            email.delete()
        Thread.objects.filter(pk=thread.pk).delete()


def count(what):
    core = get_mailman_client()
    numbers = {
        "members": lambda: get_user_model().objects.count(),
        "lists": lambda: len(core.lists),
        "messages": lambda: Email.objects.count(),
    }
    print(numbers[what]())


def addresses(login):
    user = get_user_model().objects.filter(username=login).first()
    if user is None:
        return None, []
    return user, list(EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True))


def export(login):
    user, mails = addresses(login)
    core = get_mailman_client()
    out = tarfile.open(fileobj=sys.stdout.buffer, mode="w|")

    def put(name, content):
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = len(content), int(time.time()), 0o600
        out.addfile(info, io.BytesIO(content))

    if user is not None:
        subscriptions = []
        for mail in mails:
            for found in memberships(core, mail):
                subscriptions.append({"address": mail, "list": found["list_id"], "as": found["role"]})
        about = {"login": login, "name": user.first_name, "addresses": mails, "lists": subscriptions}
        put("member.json", json.dumps(about, ensure_ascii=False, indent=2).encode())
        for n, email in enumerate(Email.objects.filter(sender__address__in=mails).order_by("date")):
            put(f"messages/{n + 1:05}.eml", email.as_message().as_bytes())
    out.close()


def memberships(core, mail):
    _, found = core._connection.call("members/find", {"subscriber": mail})
    return found.get("entries", [])


def erase(login):
    user, mails = addresses(login)
    if user is None:
        return
    core = get_mailman_client()
    for mail in mails:
        for found in memberships(core, mail):
            core._connection.call("members/" + str(found["member_id"]), method="DELETE")
        try:
            core.get_user(mail).delete()
        except Exception as error:  # of two addresses, the first took the account along
            if getattr(error, "code", 404) != 404:
                raise
    user.delete()


def check():
    print("messages:", Email.objects.count())


def main(words):
    match words:
        case ["setup"]: setup()
        case ["expire"]: expire(settings.CHATON["days"])
        case ["count", what]: count(what)
        case ["check"]: check()
        case ["export"]: export(os.environ["MEMBER"])
        case ["erase"]: erase(os.environ["MEMBER"])
        case _: sys.exit("use: lists setup | expire | count WHAT | check | export | erase")


if __name__ == "__main__":
    main(sys.argv[1:])
