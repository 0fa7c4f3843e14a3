"""Rows of enrolment. Avoided people, impossible places and named colleagues are confidential.

Only the planning reads them.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.core.db import Instant


class Answer(StrEnum):
    """Taking part is always voluntary."""

    YES = "yes"
    NO = "no"


class Enrolment(SQLModel, table=True):
    """What one person answered to one campaign; changeable until the enrolment closes."""

    __table_args__ = (UniqueConstraint("campaign_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True, ondelete="CASCADE")
    person_id: int = Field(foreign_key="person.id", index=True, ondelete="CASCADE")
    answer: Answer | None = Field(default=None, index=True)
    """None: opened, not answered."""
    visit_days: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """ISO days on which the person can go and visit."""
    host_days: list[str] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    """ISO days on which the person can receive; None: the same days."""
    languages: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    paused_from: date | None = None
    paused_until: date | None = None
    """Days in between, both included, on which nothing is planned: the person paused."""
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    reminded_at: datetime | None = Field(default=None, sa_type=Instant)
    version: int = 1
    """Grows with each change; 0 while only a reminder was sent."""


class Wish(SQLModel, table=True):
    """A wished team; rank 1 is the first wish."""

    __table_args__ = (
        CheckConstraint("rank BETWEEN 1 AND 3", name="three_wishes"),
        UniqueConstraint("enrolment_id", "team_id"),
    )

    enrolment_id: int = Field(foreign_key="enrolment.id", primary_key=True, ondelete="CASCADE")
    rank: int = Field(primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True)


class Avoidance(SQLModel, table=True):
    """Somebody the person does not want to meet there; confidential, no reason asked."""

    enrolment_id: int = Field(foreign_key="enrolment.id", primary_key=True, ondelete="CASCADE")
    person_id: int = Field(foreign_key="person.id", primary_key=True, ondelete="CASCADE")


class ColleagueWish(SQLModel, table=True):
    """A colleague whom the person would like to meet; confidential until that colleague names them too."""

    __tablename__ = "colleague_wish"

    enrolment_id: int = Field(foreign_key="enrolment.id", primary_key=True, ondelete="CASCADE")
    person_id: int = Field(foreign_key="person.id", primary_key=True, index=True, ondelete="CASCADE")


class ExcludedSite(SQLModel, table=True):
    """A place impossible for the person; confidential, no reason asked."""

    __tablename__ = "excluded_site"

    enrolment_id: int = Field(foreign_key="enrolment.id", primary_key=True, ondelete="CASCADE")
    site_id: int = Field(foreign_key="site.id", primary_key=True, ondelete="CASCADE")


class BusyCalendar(SQLModel, table=True):
    """The days of a campaign on which somebody's own calendar is taken: the days alone, no hour, no title.

    Read from a file, or from a private address. The address is kept, sealed, only until it was read, or for
    as long as the person asked for it to be read each day; the whole row goes when the enrolment closes.
    One that is read each day gives way to another once that one was read.
    """

    __tablename__ = "busy_calendar"

    enrolment_id: int = Field(foreign_key="enrolment.id", primary_key=True, ondelete="CASCADE")
    days: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """ISO days."""
    skipped: int = 0
    """Events that could not be understood."""
    read_at: datetime | None = Field(default=None, sa_type=Instant)
    """None: an address was given and not read yet."""
    sealed_address: bytes | None = None
    daily: bool = False
    """The person asked for the address to be read each day."""
    due_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    """When the address is to be read (again); None: never."""
    fault: str = ""
    """Why the last reading of the address failed, in one word."""
    former_address: bytes | None = None
    """What was read each day until another address was given, which is not read yet."""
    former_kept: bool = False
    """That other address could not be read: the former one goes on."""


class ForbiddenPair(SQLModel, table=True):
    """Two people whom HR keeps apart in a campaign; `a_id` < `b_id`."""

    __tablename__ = "forbidden_pair"
    __table_args__ = (CheckConstraint("a_id < b_id", name="ordered"),)

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True, ondelete="CASCADE")
    a_id: int = Field(foreign_key="person.id", primary_key=True, ondelete="CASCADE")
    b_id: int = Field(foreign_key="person.id", primary_key=True, ondelete="CASCADE")
    account_id: int | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    created_at: datetime = Field(sa_type=Instant)
