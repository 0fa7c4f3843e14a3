"""Rows of campaigns."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Column, Index
from sqlmodel import Field, SQLModel

from app.core.db import Instant


class Status(StrEnum):
    """Where a campaign stands (`lifecycle.py` has the table of transitions)."""

    DRAFT = "draft"
    OPEN = "open"
    PLANNING = "planning"
    PUBLISHED = "published"
    RUNNING = "running"
    DEBRIEFING = "debriefing"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Exchange(StrEnum):
    """`swap`: two reciprocal visits. `shadow`: single visits."""

    SWAP = "swap"
    SHADOW = "shadow"


class Booking(StrEnum):
    """How people of a campaign choose days themselves, beside the solver or instead of it."""

    NONE = "none"
    REMAINING = "remaining"
    """Once the plan is published, the places that are left can be booked."""
    OPEN = "open"
    """No plan: every day is booked."""


class Campaign(SQLModel, table=True):
    """A campaign: its story, its dates, the rules of the game."""

    __table_args__ = (
        Index("ix_campaign_first_day", "first_day"),
        CheckConstraint("first_day <= last_day", name="days_in_order"),
        CheckConstraint("min_gap_days <= max_gap_days", name="gaps_in_order"),
    )

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    """Short and unguessable, on posters: `/join/{code}`."""
    name: str
    story: str = ""
    status: Status = Field(default=Status.DRAFT, index=True)
    exchange: Exchange = Exchange.SWAP
    booking: Booking = Booking.NONE
    first_day: date
    last_day: date
    saturdays: bool = False
    """Saturdays count where the teams concerned work."""
    closing_days: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """The company's own closing days, ISO."""
    enrol_until: date
    plan_by: date
    debrief_until: date
    max_travel_minutes: int = 90
    min_gap_days: int = 1
    max_gap_days: int = 21
    notice_days: int = 14
    """Days between publication and the first visit, at least."""
    max_swaps_per_person: int = 1
    max_visitors_per_team: int | None = None
    """A ceiling for the campaign, under each team's own limit."""
    max_away_per_team: int | None = None
    min_presence_per_team: int = 0
    """A floor for the campaign, above each team's own: members who stay on every worked day."""
    link_points: int = 1
    """What a visit along a service link is worth, beside wishes (3, 2, 1)."""
    allow_repeat_pairs: bool = False
    """Two people who met in another campaign may meet again."""
    include_temporary: bool = False
    information_sheet_on: date | None = None
    """Launch checklist: information sheet published on."""
    representatives_informed_on: date | None = None
    """Launch checklist: staff representatives informed on."""
    created_by: int | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    created_at: datetime = Field(sa_type=Instant)
    version: int = 1
    """Grows with each change; a change made on an older version is refused."""


class InvitedKind(StrEnum):
    """What an invited group is."""

    EVERYBODY = "everybody"
    SIDE = "side"
    SITE = "site"
    TEAM = "team"


class InvitedGroup(SQLModel, table=True):
    """Part of who is invited. A person is invited when any group of the campaign holds them."""

    __tablename__ = "invited_group"

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True, ondelete="CASCADE")
    kind: InvitedKind
    ref: str = ""
    """`back`/`front` for a side, the id for a site or a team, empty for everybody."""


class StatusChange(SQLModel, table=True):
    """A step of a campaign's life: who, when, from where to where, why."""

    __tablename__ = "status_change"

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True, ondelete="CASCADE")
    before: Status
    after: Status
    account_id: int | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    at: datetime = Field(sa_type=Instant)
    reason: str = ""
    """In HR's words; never empty for a cancellation."""
