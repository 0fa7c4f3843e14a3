"""Rows of accounts: who may enter, open sessions, and what was done by whom."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Column
from sqlmodel import Field, SQLModel

from app.core.db import Instant

ERASED = "efface-"
"""How the number of an erased account or person begins; no number of the company's may."""


class Account(SQLModel, table=True):
    """Somebody who may sign in. A person of the company holds the id of their account, not the reverse."""

    __table_args__ = (CheckConstraint("email IS NOT NULL OR employee_number IS NOT NULL", name="reachable"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    email: str | None = Field(default=None, unique=True)
    """Lower case."""
    employee_number: str | None = Field(default=None, unique=True)
    language: str | None = None
    """`fr` or `en` when the person chose; otherwise the browser decides (mails: French)."""
    is_hr: bool = False
    is_admin: bool = False
    password_hash: str | None = None
    code_hash: str | None = None
    """The personal code of the printed card, until an own PIN replaces it."""
    pin_hash: str | None = None
    active: bool = Field(default=True, index=True)
    created_at: datetime = Field(sa_type=Instant)


class SignIn(SQLModel, table=True):
    """An open session. The browser holds the token, the row its hash."""

    __tablename__ = "sign_in"

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    account_id: int = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    shared_screen: bool = False
    """At a counter's shared screen: short, without drafts."""
    created_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant, index=True)


class SignInLink(SQLModel, table=True):
    """A mailed link: opens a page with a confirming button, which works once."""

    __tablename__ = "sign_in_link"

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    account_id: int = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    next: str = "/"
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant, index=True)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class TokenRole(StrEnum):
    """What a program may do: never both."""

    HR = "hr"
    ADMIN = "admin"


class ApiToken(SQLModel, table=True):
    """A program's key to the API, with a role of its own whatever its maker may do."""

    __tablename__ = "api_token"

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    account_id: int = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    """Who made it and answers for it: it ends with their account."""
    name: str
    role: TokenRole
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class Attempt(SQLModel, table=True):
    """Guesses at one door in one window of time, counted across every process."""

    key: str = Field(primary_key=True)
    """Hash of the door and of who knocks (employee number or network address)."""
    window: int = Field(primary_key=True)
    """When the window began, in minutes since 1970."""
    count: int = 0


class AuditEntry(SQLModel, table=True):
    """Who did what, when. Ids only: no names, no answers."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=Instant, index=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True, ondelete="SET NULL")
    action: str = Field(index=True)
    """`campaign.published`, `import.confirmed`, …"""
    subject: str
    """`campaign:3`."""
    details: dict[str, object] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
