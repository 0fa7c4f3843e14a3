"""Hands one message to the configured mail server, and says in one word what went wrong."""

import contextlib
import smtplib
import ssl
from email.message import EmailMessage

from app.core.settings import settings

TIMEOUT = 20
"""Seconds for each answer of the server."""


class Refused(Exception):
    """The server said no for good; the text is a code such as `smtp 550`."""


class Postponed(Exception):
    """Not now: the server said so, hung up, or is out of reach; the text is a code such as `smtp 451`."""


def hand_over(message: EmailMessage) -> None:
    """Give `message` to the server. Returns once it answered that it took it; raises Refused or Postponed."""
    try:
        server = _connect()
    except (smtplib.SMTPException, OSError) as fault:
        raise Postponed(_code(fault)) from None
    try:
        server.send_message(message)
    except smtplib.SMTPRecipientsRefused as refused:
        _refuse(next(iter(refused.recipients.values()))[0])
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refused:
        _refuse(refused.smtp_code)
    except smtplib.SMTPNotSupportedError:
        raise Refused("not supported") from None
    except (smtplib.SMTPException, OSError) as fault:
        raise Postponed(_code(fault)) from None
    finally:
        # The message is taken or not by now; how the conversation ends changes nothing.
        with contextlib.suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()


def _connect() -> smtplib.SMTP:
    chosen = settings()
    host = chosen.smtp_host or ""
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if chosen.smtp_security == "tls":
        server = smtplib.SMTP_SSL(host, chosen.smtp_port, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(host, chosen.smtp_port, timeout=TIMEOUT)
    try:
        if chosen.smtp_security == "starttls":
            server.starttls(context=context)
        if chosen.smtp_user:
            server.login(chosen.smtp_user, chosen.smtp_password or "")
    except BaseException:
        server.close()
        raise
    return server


def _refuse(status: int) -> None:
    if 500 <= status < 600:
        raise Refused(f"smtp {status}") from None
    raise Postponed(f"smtp {status}") from None


def _code(fault: Exception) -> str:
    if isinstance(fault, smtplib.SMTPAuthenticationError):
        return "authentication"
    if isinstance(fault, smtplib.SMTPResponseException):
        return f"smtp {fault.smtp_code}"
    if isinstance(fault, ssl.SSLError):
        return "tls"
    if isinstance(fault, TimeoutError):
        return "timeout"
    return "connection"
