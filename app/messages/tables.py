"""Rows of messages: the outbox, where every mail of the product lies before, while and after it leaves."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from app.core.db import Instant


class MailStatus(StrEnum):
    """Where a mail stands; none is ever lost silently."""

    WAITING = "waiting"
    SENT = "sent"
    """Taken by the mail server."""
    KEPT = "kept"
    """Written to the outbox folder: no mail server is configured."""
    FAILED = "failed"
    """Refused for good, or tried too often."""
    UNREACHABLE = "unreachable"
    """The reader has no e-mail address: HR tells them on paper."""
    TOLD = "told"
    """Handed over on paper."""


class Mail(SQLModel, table=True):
    """A message to one reader, in their language, written once."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """What the mail is about (`visit_invitation:7:0:visitor`): the same news is written once."""
    kind: str = Field(index=True)
    status: MailStatus = Field(default=MailStatus.WAITING, index=True)
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id", index=True, ondelete="CASCADE")
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True, ondelete="SET NULL")
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True, ondelete="SET NULL")
    to_name: str
    to_address: str | None = Field(default=None, index=True)
    reply_to: str | None = None
    language: str
    subject: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    html: str = Field(sa_column=Column(Text, nullable=False))
    calendar: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    """An iCalendar object, sent as an invitation beside the text."""
    calendar_method: str | None = None
    """`REQUEST` or `CANCEL`, as inside the object."""
    until: date | None = Field(default=None, index=True)
    """The last day on which its news is of use: nobody is asked to hand it over later. None: always."""
    attempts: int = 0
    error: str | None = None
    """Why the last attempt failed: `smtp 550`, `connection`, … never an address."""
    leased_until: datetime | None = Field(default=None, sa_type=Instant)
    """A worker is delivering it; after this instant that worker is taken for dead."""
    next_attempt_at: datetime = Field(sa_type=Instant, index=True)
    """When the clock asks again for a mail that still waits."""
    created_at: datetime = Field(sa_type=Instant, index=True)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
