"""Members come through the gateway, which says who they are.

The gateway removes these headers from what clients send, and lets nobody reach
this unit who did not sign in. What comes without them is the core, from inside.
"""

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django_mailman3.lib.mailman import sync_email_addresses

# What only the core asks for.
INSIDE = ("/archives/api/mailman/", "/lists/api/templates/")


class Health:
    """Asked by address and not by name, which Django would refuse."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path != "/-/health":
            return self.get_response(request)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return HttpResponse("ok", content_type="text/plain")


class Gate:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        login = header(request, "USER")
        if request.path.startswith(INSIDE):
            if login:
                return HttpResponse(status=404)
            return self.get_response(request)
        if not login:
            return HttpResponse(status=403)
        request.user = member(login, header(request, "NAME"), header(request, "MAIL"), header(request, "GROUPS").split(","))
        return self.get_response(request)


def header(request, name):
    return request.META.get("HTTP_REMOTE_" + name, "").encode("latin-1").decode("utf-8", "replace")


def member(login, name, mail, groups):
    """The account of a member, as the directory has it today."""
    users = get_user_model().objects
    user, _ = users.get_or_create(username=login)
    admin = "admins" in groups
    wanted = {"email": mail.lower(), "first_name": name[:150], "is_superuser": admin, "is_staff": admin, "is_active": True}
    if any(getattr(user, key) != value for key, value in wanted.items()):
        address(user, user.email, mail.lower())
        for key, value in wanted.items():
            setattr(user, key, value)
        user.set_unusable_password()
        user.save()
        cache.delete("ronron:" + login)
    if cache.add("ronron:" + login, True, 3600):
        sync_email_addresses(user)
    return user


def address(user, old, new):
    """The directory's address is this member's and nobody else's."""
    if old and old != new:
        EmailAddress.objects.filter(user=user, email__iexact=old).delete()
    if new:
        EmailAddress.objects.filter(email__iexact=new).exclude(user=user).delete()
        EmailAddress.objects.filter(user=user).update(primary=False)
        EmailAddress.objects.update_or_create(user=user, email=new, defaults={"verified": True, "primary": True})
