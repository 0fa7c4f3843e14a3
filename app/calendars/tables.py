"""Rows of calendars."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.core.db import Instant


class Feed(SQLModel, table=True):
    """A person's private calendar address. Whoever has the token reads it; the row holds its hash alone."""

    person_id: int = Field(foreign_key="person.id", primary_key=True, ondelete="CASCADE")
    token_hash: str = Field(unique=True)
    created_at: datetime = Field(sa_type=Instant)
