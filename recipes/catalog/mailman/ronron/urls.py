"""Addresses: lists and archives. Of accounts, only further mail addresses are kept
here; all else of them is the chaton's."""

from allauth.account import views as account
from django.http import Http404
from django.urls import include, path, re_path, reverse_lazy
from django.views.generic import RedirectView

from ronron import pages  # noqa: F401


def gone(request, *args, **kwargs):
    raise Http404


def closed(name, pattern):
    return re_path(pattern, gone, name=name)


urlpatterns = [
    path("", RedirectView.as_view(url=reverse_lazy("list_index"), permanent=False)),
    # The one domain is Ronron's to make, and with it all its lists would go.
    path("lists/domains/new/", gone),
    path("lists/domains/<domain>/delete", gone),
    path("lists/", include("postorius.urls")),
    path("archives/", include("hyperkitty.urls")),
    path("user-profile/delete", gone),
    path("", include("django_mailman3.urls")),
    path("accounts/login/", RedirectView.as_view(url="/"), name="account_login"),
    path("accounts/logout/", RedirectView.as_view(url="/.ronron/leave"), name="account_logout"),
    path("accounts/email/", account.email, name="account_email"),
    path("accounts/confirm-email/", account.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^accounts/confirm-email/(?P<key>[-:\w]+)/$", account.confirm_email, name="account_confirm_email"),
    path("admin/", include(([closed("sites_site_add", r"^sites/add$"), closed("sites_site_change", r"^sites/(.+)$")], "admin"))),
    closed("account_signup", r"^accounts/signup/$"),
    closed("account_change_password", r"^accounts/password/change/$"),
    closed("account_set_password", r"^accounts/password/set/$"),
    closed("account_reset_password", r"^accounts/password/reset/$"),
    closed("account_reauthenticate", r"^accounts/reauthenticate/$"),
    closed("account_inactive", r"^accounts/inactive/$"),
    closed("socialaccount_connections", r"^accounts/social/connections/$"),
    closed("socialaccount_signup", r"^accounts/social/signup/$"),
    closed("socialaccount_login_error", r"^accounts/social/error/$"),
    closed("socialaccount_login_cancelled", r"^accounts/social/cancelled/$"),
]
