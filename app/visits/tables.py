"""Rows of visits and swaps."""

from datetime import date, datetime, time
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from app.core.db import Instant


class VisitStatus(StrEnum):
    """A visit stands until it is cancelled; its day tells whether it is over."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class CancelReason(StrEnum):
    """Why a visit does not take place: coded, so that nobody has to explain themselves."""

    UNAVAILABLE = "unavailable"
    """One of the two cannot come, whatever the reason."""
    SERVICE = "service"
    """The team needs everybody that day."""
    CLOSED = "closed"
    """The place is closed that day."""
    LEFT = "left"
    """One of the two left the company or the campaign."""
    MISTAKE = "mistake"
    """Planned by mistake."""
    CAMPAIGN = "campaign"
    """The whole campaign was cancelled."""


def new_uid() -> str:
    """A calendar UID that no other visit has, here or elsewhere."""
    return f"{uuid4()}@vis-ma-vie"


class Swap(SQLModel, table=True):
    """Two reciprocal visits of the same two people."""

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True, ondelete="CASCADE")


class Visit(SQLModel, table=True):
    """A day that `visitor` spends in the job of `host`."""

    __table_args__ = (
        CheckConstraint("visitor_id <> host_id", name="two_people"),
        CheckConstraint("starts_at < ends_at", name="hours_in_order"),
    )

    id: int | None = Field(default=None, primary_key=True)
    uid: str = Field(default_factory=new_uid, unique=True)
    """Names it in every calendar, for life: neither the public address nor another installation matters."""
    campaign_id: int = Field(foreign_key="campaign.id", index=True, ondelete="CASCADE")
    swap_id: int | None = Field(default=None, foreign_key="swap.id", index=True, ondelete="SET NULL")
    visitor_id: int = Field(foreign_key="person.id", index=True)
    host_id: int = Field(foreign_key="person.id", index=True)
    day: date = Field(index=True)
    starts_at: time = time(9, 0)
    ends_at: time = time(17, 0)
    """Local wall time of the company's zone."""
    status: VisitStatus = Field(default=VisitStatus.PLANNED, index=True)
    revision: int = 0
    """Calendar SEQUENCE: grows with each change that participants must hear of."""
    cancel_reason: CancelReason | None = None
    created_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)


class PersonDay(SQLModel, table=True):
    """A person's day taken by a standing visit. The key forbids two visits on one day, across campaigns."""

    __tablename__ = "person_day"

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    day: date = Field(primary_key=True)
    visit_id: int = Field(foreign_key="visit.id", index=True, ondelete="CASCADE")
    team_id: int = Field(foreign_key="team.id", index=True)
    """The team in whose counters the person is counted that day (`places.py`)."""
    leaves: bool
    """As a visitor; else they stay and receive."""


class TeamDay(SQLModel, table=True):
    """How many of a team leave on a day and how many come, over all campaigns; absent: nobody.

    Only `places.py` writes it, by conditional UPDATE; it equals the team's rows of `person_day`.
    """

    __tablename__ = "team_day"
    __table_args__ = (
        CheckConstraint("away >= 0", name="away_counted"),
        CheckConstraint("received >= 0", name="received_counted"),
    )

    team_id: int = Field(foreign_key="team.id", primary_key=True, ondelete="CASCADE")
    day: date = Field(primary_key=True)
    away: int = 0
    received: int = 0


class Unmatched(SQLModel, table=True):
    """Somebody who wanted to take part and for whom the published plan has nobody, with the reason."""

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True, ondelete="CASCADE")
    person_id: int = Field(foreign_key="person.id", primary_key=True, index=True, ondelete="CASCADE")
    reason: str = Field(index=True)
    """A code of `solver.plan.REASONS`."""
    text_fr: str
    text_en: str
    created_at: datetime = Field(sa_type=Instant)

    def text(self, language: str) -> str:
        """The sentence in the reader's language."""
        return self.text_en if language == "en" else self.text_fr
