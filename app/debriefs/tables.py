"""Rows of debriefs. What was said and who has answered are kept apart (`docs/decisions/sealed-debriefs.md`).

The ledger says that somebody sent, never what or when. The words wait sealed in a pool that is shuffled at
each arrival, and become answers in batches. No row with an answer bears a time, an author, or a visit.
"""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, LargeBinary
from sqlmodel import Field, SQLModel


class Role(StrEnum):
    """The two people of a visit."""

    VISITOR = "visitor"
    HOST = "host"


class Debrief(SQLModel, table=True):
    """The ledger: one person's form of one visit is open, and was sent or not. No time is kept."""

    visit_id: int = Field(foreign_key="visit.id", primary_key=True, ondelete="CASCADE")
    role: Role = Field(primary_key=True)
    sent: bool = False


class Draft(SQLModel, table=True):
    """What somebody has begun to write, sealed; deleted with the sending."""

    __tablename__ = "debrief_draft"
    __table_args__ = (
        ForeignKeyConstraint(["visit_id", "role"], ["debrief.visit_id", "debrief.role"], ondelete="CASCADE"),
    )

    visit_id: int = Field(primary_key=True)
    role: Role = Field(primary_key=True)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class SealedDebrief(SQLModel, table=True):
    """A sent form waiting for others: unreadable without the service's secret."""

    __tablename__ = "debrief_sealed"
    __table_args__ = (Index("ix_debrief_sealed_pool", "campaign_id", "role"),)

    id: str = Field(primary_key=True)
    """128 random bits, new whenever the pool is shuffled."""
    campaign_id: int = Field(foreign_key="campaign.id", ondelete="CASCADE")
    role: Role
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Answer(SQLModel, table=True):
    """One released answer to one question; nothing joins it to the other answers of the same form."""

    __tablename__ = "debrief_answer"
    __table_args__ = (
        Index("ix_debrief_answer_question", "campaign_id", "role", "question"),
        CheckConstraint("(value IS NULL) <> (sealed IS NULL)", name="figure_or_words"),
    )

    id: str = Field(primary_key=True)
    """128 random bits, new at each release."""
    campaign_id: int = Field(foreign_key="campaign.id", ondelete="CASCADE")
    role: Role
    question: str
    """A key of `questions.CATALOGUE`."""
    value: int | None = None
    """A point of a scale."""
    sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Words, still sealed: nobody reads them before a person has reviewed them."""


class Released(SQLModel, table=True):
    """How many forms of a campaign and role have been released."""

    __tablename__ = "debrief_released"

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True, ondelete="CASCADE")
    role: Role = Field(primary_key=True)
    forms: int = 0
    """Forms counted in the figures."""
    words_only: int = 0
    """Last forms, too few to be counted without pointing at their authors: their words alone were kept."""


class Thanks(SQLModel, table=True):
    """The host's thanks, for the visitor alone, sealed. Theirs by name: the form says so."""

    __tablename__ = "debrief_thanks"

    visit_id: int = Field(foreign_key="visit.id", primary_key=True, ondelete="CASCADE")
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class MobilityInterest(SQLModel, table=True):
    """A visitor would like to hear about the host's job: told to HR by consent, never to their manager."""

    __tablename__ = "mobility_interest"

    visit_id: int = Field(foreign_key="visit.id", primary_key=True, ondelete="CASCADE")
    person_id: int = Field(foreign_key="person.id", index=True, ondelete="CASCADE")
