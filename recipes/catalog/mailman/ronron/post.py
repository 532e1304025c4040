"""Mail that the web part writes: to lists it goes straight to the core, to
people through the chaton's mail server, where there is one."""

import smtplib

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend


class Backend(BaseEmailBackend):
    def send_messages(self, messages):
        to_lists = [m for m in messages if all(r.lower().endswith("@" + settings.CHATON["host"]) for r in m.recipients())]
        others = [m for m in messages if m not in to_lists]
        for message in to_lists:
            with smtplib.LMTP("core", 8024, timeout=30) as core:
                core.sendmail(message.from_email, message.recipients(), message.message().as_bytes(linesep="\r\n"))
        if others and settings.CHATON["mail"]["host"]:
            return len(to_lists) + (EmailBackend(fail_silently=self.fail_silently).send_messages(others) or 0)
        return len(to_lists)
