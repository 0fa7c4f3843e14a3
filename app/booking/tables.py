"""Rows of open booking: what a campaign allows, what teams offer, who asks for it."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel, col

from app.core.db import Instant
from app.visits.tables import DayPart


class Approval(StrEnum):
    """When a booking is certain."""

    AT_ONCE = "at_once"
    MANAGER = "manager"
    """Once a manager of the receiving team has said yes."""


class Silence(StrEnum):
    """What becomes of a request that nobody answers, after a reminder."""

    APPROVE = "approve"
    EXPIRE = "expire"


MOST = 1
"""Days that one person may have booked at a time, where HR said nothing."""


class BookingRules(SQLModel, table=True):
    """How places are booked in one campaign; a campaign without a row has these defaults."""

    __tablename__ = "booking_rules"
    __table_args__ = (CheckConstraint("max_per_person > 0", name="somebody_books"),)

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True, ondelete="CASCADE")
    approval: Approval = Approval.MANAGER
    max_per_person: int = MOST
    """Days one person may have booked or asked for at a time."""
    notice_days: int = 7
    """Days between booking and the day, at least."""
    answer_days: int = 5
    """Days a manager has to answer; a reminder leaves after half of them."""
    silence: Silence = Silence.EXPIRE
    accept_hours: int = 48
    """Hours that somebody from the waiting list has to accept the place they are offered."""
    version: int = 1
    """Grows with each change; a change made on an older version is refused."""


class Place(SQLModel, table=True):
    """What a team offers: come and see this, on these days, so many at a time."""

    __tablename__ = "booking_place"
    __table_args__ = (
        CheckConstraint("per_day > 0", name="somebody_comes"),
        CheckConstraint("starts_at < ends_at", name="hours_in_order"),
        Index("ix_booking_place_created_by_key", "created_by", "key", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True, ondelete="CASCADE")
    team_id: int = Field(foreign_key="team.id", index=True)
    host_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    """The host or tutor; None: whoever of the team is there that day."""
    job: str
    """The job one discovers, as it is said there."""
    seen: str = ""
    """What one will see."""
    bring: str = ""
    """What to bring, where to present oneself."""
    part: DayPart = DayPart.FULL
    starts_at: time = time(9, 0)
    ends_at: time = time(17, 0)
    per_day: int = 1
    created_by: int | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    key: str | None = None
    """The client's own name for the offering: sent again, it has no second effect."""
    created_at: datetime = Field(sa_type=Instant)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    """No longer offered; days already booked stand."""
    version: int = 1


class PlaceDay(SQLModel, table=True):
    """A day of a place. `taken` counts who booked it or is offered it, by conditional UPDATE."""

    __tablename__ = "booking_day"
    __table_args__ = (CheckConstraint("taken >= 0", name="taken_counted"),)

    place_id: int = Field(foreign_key="booking_place.id", primary_key=True, ondelete="CASCADE")
    day: date = Field(primary_key=True, index=True)
    taken: int = 0
    offered: bool = True
    """False once the team took the day back; the row stays for those who hold it."""


class RequestStatus(StrEnum):
    """Where a request stands (`lifecycle.py` has the table of its steps)."""

    REQUESTED = "requested"
    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"


class RefusalReason(StrEnum):
    """Why a manager says no: coded, so that it costs one tap and nobody has to explain themselves; or what
    ended a request, by nobody's answer."""

    SERVICE = "service"
    """The team needs everybody that day."""
    NO_HOST = "no_host"
    """Nobody can receive that day."""
    OTHER_DAY = "other_day"
    """Gladly, but another day."""
    ALREADY = "already"
    """Somebody else comes that day."""
    CLOSED = "closed"
    """HR closed the site that day: no manager's answer."""
    WITHDRAWN = "withdrawn"
    """The team no longer offers the day: no answer either."""
    OWN_TEAM = "own_team"
    """The rules no longer allow it: the asker works in that team now; no answer either, nor are the next."""
    SAME_SIDE = "same_side"
    SAME_DEPARTMENT = "same_department"
    MANAGER = "manager"
    TOO_YOUNG = "too_young"
    OUTSIDE = "outside"
    """HR took the day out of the campaign, or no longer invite the asker."""
    UNINVITED = "uninvited"


BARRED = frozenset(
    {RefusalReason.OWN_TEAM, RefusalReason.SAME_SIDE, RefusalReason.SAME_DEPARTMENT}
    | {RefusalReason.MANAGER, RefusalReason.TOO_YOUNG, RefusalReason.OUTSIDE, RefusalReason.UNINVITED}
)
"""Why something ended: the rules no longer allow it (`barred`)."""


class BookingRequest(SQLModel, table=True):
    """Somebody asks for a day of a place."""

    __tablename__ = "booking_request"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        UniqueConstraint("person_id", "place_id", "day", "live"),
        Index("ix_booking_request_place_id_day", "place_id", "day"),
        Index("ix_booking_request_status_day", "status", "day"),
    )

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True, ondelete="CASCADE")
    place_id: int = Field(foreign_key="booking_place.id", ondelete="CASCADE")
    person_id: int = Field(foreign_key="person.id", index=True)
    day: date
    starts_at: time | None = None
    ends_at: time | None = None
    """The hours that its asker read, and said yes to by asking; None: not known."""
    key: str
    """The client's own name for the asking: sent again, it has no second effect."""
    status: RequestStatus
    live: bool | None = True
    """True until it is over, then None: a person asks once for a day of a place, and may ask again later."""
    holds: bool = False
    """Counts in `taken` of its place's day."""
    visit_id: int | None = Field(default=None, foreign_key="visit.id", index=True, ondelete="SET NULL")
    conditions_id: int | None = Field(
        default=None, foreign_key="team_conditions.id", index=True, ondelete="SET NULL"
    )
    """The version of what the receiving team asks of visitors that the asker acknowledged."""
    instead_of_id: int | None = Field(default=None, foreign_key="visit.id", index=True, ondelete="SET NULL")
    """The booked day that fell, and in whose place this one is offered."""
    taken_back: bool = False
    """It ended neither by the asker nor for want of an answer, and so was none of their chances: `reason`
    says why; without one, the asker's own roster has them off, which nobody else reads."""
    reason: RefusalReason | None = None
    asked_at: datetime = Field(sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    """When silence decides: for a request the manager's, for an offer the asker's."""
    reminded_at: datetime | None = Field(default=None, sa_type=Instant)
    silent_at: datetime | None = Field(default=None, sa_type=Instant)
    """When silence decided, of this request or of the one that has its place, until those who could have
    answered read so (`jobs_silence.py`)."""
    told_closed: bool = False
    """The last that its asker was told of the day is that the team receives nobody (`closed_days.py`)."""
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decided_by: int | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    """None: the asker, or the clock."""
    revision: int = 0
    """Grows with each step; a step asked for on an older one is refused."""


Index(
    "ix_booking_request_silent",
    col(BookingRequest.campaign_id),
    sqlite_where=col(BookingRequest.silent_at).is_not(None),
    postgresql_where=col(BookingRequest.silent_at).is_not(None),
)


class Booker(SQLModel, table=True):
    """How many days a person has booked or asked for in a campaign; grows only by conditional UPDATE."""

    __table_args__ = (CheckConstraint("held >= 0", name="held_counted"),)

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True, ondelete="CASCADE")
    person_id: int = Field(foreign_key="person.id", primary_key=True, index=True, ondelete="CASCADE")
    held: int = 0
