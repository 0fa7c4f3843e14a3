"""A real SMTP server in a thread, for what leaves the house by mail."""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from app.core.settings import settings
from tests.support.web import free_port


class Mailbox:
    """What arrived, oldest first; `refuse` is the answer given instead of 250 while it is set."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.messages: list[EmailMessage] = []
        self.refuse: str | None = None

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by aiosmtpd for each message."""
        if self.refuse:
            return self.refuse
        content: Any = envelope.content
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """The messages addressed to somebody."""
        return [message for message in self.messages if address in str(message["To"])]


@pytest.fixture
def smtp(data: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A mail server that the application's settings name."""
    mailbox = Mailbox(free_port())
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port, ready_timeout=60)
    controller.start()
    monkeypatch.setenv("SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("SMTP_PORT", str(mailbox.port))
    monkeypatch.setenv("SMTP_SECURITY", "none")
    settings.cache_clear()
    yield mailbox
    controller.stop()
