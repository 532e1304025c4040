"""What Mailman's pages say of members is what the chaton says of them."""

from django.conf import settings
from django.utils.html import format_html
from django_mailman3.forms import UserProfileForm
from hyperkitty.templatetags import hk_generic
from postorius.templatetags import p_gravatar

# Who signs in under which login and name is the directory's to say. Else a member
# could take a login that somebody else will have one day.
for name in ("username", "first_name", "last_name"):
    UserProfileForm.base_fields[name].disabled = True

# Who chose no time zone has the chaton's, and not the first of the list.
zone = UserProfileForm.base_fields["timezone"]
zone.required = False
zone.choices = [("", settings.TIME_ZONE), *zone.choices]


def picture(mail, size=80, *words, **attributes):
    """There are no pictures; the button of the menu is not left empty though."""
    return format_html('<span class="fa fa-user" aria-hidden="true"></span>') if size == 40 else ""


for library in (hk_generic, p_gravatar):
    library.register.simple_tag(picture, name="gravatar")
