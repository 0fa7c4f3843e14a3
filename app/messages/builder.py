"""The one mail builder: an outbox row becomes a message whose headers nobody but us wrote."""

import hashlib
from email.errors import NonASCIILocalPartDefect
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

from app.core.settings import settings
from app.messages.lines import one_line, plain_lines
from app.messages.tables import Mail

SENDER_NAME = "Vis ma vie"


class BadAddress(Exception):
    """The address cannot be written in a mail's header."""


def build(mail: Mail) -> EmailMessage:
    """The message of a row: the same row gives the same message. Raises BadAddress."""
    assert mail.to_address is not None
    message = EmailMessage(policy=SMTP)
    message["From"] = address(f"{SENDER_NAME} · {settings().company}", settings().mail_from)
    message["To"] = address(mail.to_name, mail.to_address)
    if mail.reply_to:
        message["Reply-To"] = address("", mail.reply_to)
    write_subject(message, header_text(mail.subject))
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{message_id(mail)}>"
    message["Content-Language"] = mail.language
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(plain_lines(mail.text), cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    if mail.calendar is not None:
        method = mail.calendar_method or "REQUEST"
        message.add_alternative(
            mail.calendar, subtype="calendar", cte="base64", params={"method": method, "component": "VEVENT"}
        )
        message.add_attachment(
            mail.calendar.encode(), maintype="application", subtype="ics", filename="invitation.ics"
        )
    return message


def write_subject(message: EmailMessage, text: str) -> None:
    """Python’s folding (3.11) loses the space at which a line of encoded words ends: "une journée : « Été »"
    arrives as "une journée :« Été »". The older `Header` encodes spaces with the words."""
    if text.isascii():
        message["Subject"] = text
    else:
        message.set_raw("Subject", Header(text, "utf-8", header_name="Subject").encode())


def address(name: str, spec: str) -> Address:
    """A person and their address, as a header takes them. Raises BadAddress."""
    try:
        return Address(header_text(name), addr_spec=spec)
    except NonASCIILocalPartDefect:
        # An accent before the @ is a real address; servers that know SMTPUTF8 take it, others refuse visibly.
        username, _at, domain = spec.rpartition("@")
        return Address(header_text(name), username, domain)
    except (ValueError, IndexError) as refused:
        raise BadAddress from refused


def header_text(text: str) -> str:
    """`text` for a header. Python decodes what looks like an encoded word, even one hiding a line break."""
    return one_line(text).replace("=?", "= ?")


def message_id(mail: Mail) -> str:
    """`mail-7.1f0c…@host`: follows from the row alone, so a mail sent twice after a crash is seen as one.

    The digest tells apart two databases that served the same host one after the other.
    """
    digest = hashlib.sha256(f"{mail.key} {mail.created_at.isoformat()}".encode()).hexdigest()[:12]
    return f"mail-{mail.id}.{digest}@{host()}"


def host() -> str:
    """Host of our public address: the right-hand side of the identifiers that leave the house."""
    return urlsplit(settings().public_url).hostname or "localhost"
