"""Mail that comes in from anywhere, on its way to the core.

Nothing is kept here and nothing is sent on but to lists of this chaton: a
recipient is accepted only after the core said that there is such a list, and the
sender hears "accepted" only when the core has the message. So this is no open
relay, and no message is lost when it stops.
"""

import asyncio
import json
import smtplib
import ssl
import time
from email.utils import formatdate

from aiosmtpd.smtp import SMTP

CORE = ("core", 8024)
MOST = 100  # connections at a time
RECIPIENTS = 20

with open("/etc/ronron/door.json", encoding="utf-8") as file:
    chaton = json.load(file)
HOST = chaton["host"]
LATER = "451 4.3.0 The lists cannot take mail just now, try again later"


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        _, _, domain = address.rpartition("@")
        if domain.lower() != HOST:
            return "550 5.7.1 This server takes mail for lists of " + HOST + " only"
        if len(envelope.rcpt_tos) >= RECIPIENTS:
            return "452 4.5.3 Too many recipients in one message"
        answer = await asyncio.to_thread(known, address)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        return await asyncio.to_thread(hand_over, session.host_name, envelope)


def known(address):
    """What speaks against a recipient, or None."""
    try:
        with smtplib.LMTP(*CORE, timeout=20) as core:
            core.ehlo_or_helo_if_needed()
            core.mail("<>")
            code, text = core.rcpt(address)
    except (OSError, smtplib.SMTPException):
        return LATER
    if code == 250:
        return None
    return "550 5.1.1 There is no such list" if code == 550 else LATER


def hand_over(said, envelope):
    received = f"Received: from {printable(said)} by {HOST}; {formatdate(time.time())}\r\n"
    try:
        with smtplib.LMTP(*CORE, timeout=60) as core:
            refused = core.sendmail(envelope.mail_from or "<>", envelope.rcpt_tos, received.encode() + envelope.content)
    except smtplib.SMTPRecipientsRefused as error:
        refused = error.recipients
    except smtplib.SMTPDataError as error:
        return "554 5.6.0 The message cannot be read" if error.smtp_code >= 500 else LATER
    except (OSError, smtplib.SMTPException):
        return LATER
    if not refused:
        return "250 2.0.0 The lists have it"
    # A message to several lists is taken or refused as one, so that nothing comes twice.
    return "554 5.1.1 A list refused the message" if all(code >= 500 for code, _ in refused.values()) else LATER


def printable(word):
    return "".join(c for c in (word or "unknown")[:100] if c.isalnum() or c in ".-_[]:")


class Door(SMTP):
    connections = 0

    def connection_made(self, transport):
        if not isinstance(transport, asyncio.sslproto._SSLProtocolTransport):
            if Door.connections >= MOST:
                transport.close()
                return
            Door.connections += 1
            self.counted = True
        super().connection_made(transport)

    def connection_lost(self, error):
        if getattr(self, "counted", False):
            self.counted = False
            Door.connections -= 1
        super().connection_lost(error)


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("/etc/ronron/cert.pem", "/etc/ronron/key.pem")

    def protocol():
        return Door(
            Handler(), hostname=HOST, ident="Ronron", tls_context=context, timeout=120, data_size_limit=chaton["size"],
            auth_exclude_mechanism=("LOGIN", "PLAIN"), enable_SMTPUTF8=False, loop=loop)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "0.0.0.0", 2525, backlog=50)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
