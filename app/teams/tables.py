"""Rows of what teams decide: rosters, closed and good days, delegates, what is asked of visitors."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.core.db import Instant


class Shift(StrEnum):
    """What a roster says of one person's day. Why somebody is off is never kept."""

    FULL = "full"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    HOURS = "hours"
    """From `starts_at` to `ends_at`."""
    OFF = "off"


class TeamPractice(SQLModel, table=True):
    """How a team goes about its days. Its version covers the team's marked days as well."""

    __tablename__ = "team_practice"

    team_id: int = Field(foreign_key="team.id", primary_key=True, ondelete="CASCADE")
    by_roster: bool = False
    """Rosters come weeks ahead: a day that none covers yet is provisional."""
    version: int = 1
    """Grows with each change; a change made on an older version is refused."""


class Roster(SQLModel, table=True):
    """A roster that arrived for a team, days included."""

    __table_args__ = (CheckConstraint("first_day <= last_day", name="days_in_order"),)

    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True, ondelete="CASCADE")
    first_day: date
    last_day: date = Field(index=True)
    people: int
    """How many people it names."""
    received_at: datetime = Field(sa_type=Instant)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True, ondelete="SET NULL")


class RosterDay(SQLModel, table=True):
    """One person's day as the latest roster has it. Without a row, the person's usual week counts."""

    __tablename__ = "roster_day"
    __table_args__ = (
        CheckConstraint(
            "(shift = 'HOURS') = (starts_at IS NOT NULL AND ends_at IS NOT NULL)", name="hours_told"
        ),
        CheckConstraint("starts_at < ends_at", name="hours_in_order"),
    )

    person_id: int = Field(foreign_key="person.id", primary_key=True, ondelete="CASCADE")
    day: date = Field(primary_key=True, index=True)
    shift: Shift
    starts_at: time | None = None
    ends_at: time | None = None
    """Local wall time of the company's zone."""


class RosterFile(SQLModel, table=True):
    """A roster uploaded and previewed, waiting for its confirmation; gone once confirmed or after a day."""

    __tablename__ = "roster_file"

    id: int | None = Field(default=None, primary_key=True)
    name: str
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    account_id: int = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    created_at: datetime = Field(sa_type=Instant, index=True)


class BlackoutDay(SQLModel, table=True):
    """A day on which a team receives nobody, lets nobody go, or both."""

    __tablename__ = "blackout_day"
    __table_args__ = (CheckConstraint("no_visitors OR no_leaving", name="says_something"),)

    team_id: int = Field(foreign_key="team.id", primary_key=True, ondelete="CASCADE")
    day: date = Field(primary_key=True, index=True)
    no_visitors: bool
    """Nobody comes."""
    no_leaving: bool
    """Nobody goes."""


class ClosedDay(SQLModel, table=True):
    """A day on which HR closed a whole site: nobody comes, days planned there cannot be.

    It stands beside what teams say of the day: a mark of their own neither lifts nor replaces it.
    """

    __tablename__ = "closed_day"

    site_id: int = Field(foreign_key="site.id", primary_key=True, ondelete="CASCADE")
    day: date = Field(primary_key=True, index=True)


class GoodDay(SQLModel, table=True):
    """A day on which a team would rather receive than on others."""

    __tablename__ = "good_day"

    team_id: int = Field(foreign_key="team.id", primary_key=True, ondelete="CASCADE")
    day: date = Field(primary_key=True, index=True)


class Delegation(SQLModel, table=True):
    """Between two days, both included, the delegate sees and decides what the manager may."""

    __table_args__ = (
        CheckConstraint("manager_id <> delegate_id", name="two_people"),
        CheckConstraint("first_day <= last_day", name="days_in_order"),
        Index("ix_delegation_delegate_days", "delegate_id", "first_day", "last_day"),
    )

    id: int | None = Field(default=None, primary_key=True)
    manager_id: int = Field(foreign_key="person.id", index=True, ondelete="CASCADE")
    delegate_id: int = Field(foreign_key="person.id", ondelete="CASCADE")
    first_day: date
    last_day: date
    created_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    """Taken back before its last day: from then on nobody decides by it."""


class TeamConditions(SQLModel, table=True):
    """What a team asks of its visitors. Each change is a new row: acknowledgements name the one read."""

    __tablename__ = "team_conditions"
    __table_args__ = (
        UniqueConstraint("team_id", "version"),
        CheckConstraint("min_age BETWEEN 14 AND 99", name="an_age"),
    )

    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True, ondelete="CASCADE")
    version: int
    """1, 2, 3… within the team; the highest counts."""
    confidentiality: bool = False
    """What one sees and hears stays there."""
    bank_secrecy: bool = False
    safety: str = ""
    """The safety briefing: what, where, when."""
    equipment: str = ""
    """What to wear or to bring."""
    min_age: int | None = None
    """Years; None asks nothing."""
    charter: str = ""
    """The team's own words."""
    account_id: int | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    created_at: datetime = Field(sa_type=Instant)

    @property
    def asks(self) -> bool:
        """Whether there is anything to acknowledge."""
        return bool(
            self.confidentiality
            or self.bank_secrecy
            or self.safety
            or self.equipment
            or self.min_age
            or self.charter
        )
