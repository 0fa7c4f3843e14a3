"""Shapes of what teams take and answer."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import Field, model_validator

from app.core.forms import AnswerModel, FormModel
from app.core.i18n import _
from app.teams.tables import Shift

SHORT, LONG = 300, 2_000
SUNDAY = 6
LONGEST_SPAN = 401
"""Days that a span is read for; what may be marked at once is less (`service.MOST_DAYS`)."""
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]


class ConditionsForm(FormModel):
    """What a team asks of its visitors, on which version of it (0: nothing yet)."""

    confidentiality: bool = False
    bank_secrecy: bool = False
    safety: str = Field("", max_length=SHORT)
    equipment: str = Field("", max_length=SHORT)
    min_age: int | None = Field(None, ge=14, le=99)
    charter: str = Field("", max_length=LONG)
    version: Version


class DelegationForm(FormModel):
    """Who acts for the manager, and between which days, both included."""

    delegate_id: int = Field(ge=1, le=2**31 - 1)
    first_day: date
    last_day: date


class ByRosterForm(FormModel):
    """Whether the team works by roster."""

    by_roster: bool = False
    version: Version


class RosterUpload(FormModel):
    """A roster to import."""

    file: Any = None


class RosterConfirmation(FormModel):
    """The confirmation of a roster: the fingerprint of what was shown."""

    shown: str = Field(max_length=64)


class MarkForm(FormModel):
    """The same said of some days: those named, or all between two, Sundays left out unless named."""

    mark: Annotated[str, Field(pattern="^(closed|no_visitors|no_leaving|good|ordinary)$")]
    day: list[date] = Field(default_factory=list, max_length=100)
    first_day: date | None = None
    last_day: date | None = None
    version: Version

    @model_validator(mode="after")
    def days_or_range(self) -> "MarkForm":
        """Days, or a first one and a last one."""
        if self.day:
            return self
        if self.first_day is None or self.last_day is None or self.last_day < self.first_day:
            raise ValueError(_("Choisissez un premier et un dernier jour, dans cet ordre."))
        return self

    @property
    def wanted(self) -> list[date]:
        """The days named, or those between the two, Sundays left out."""
        if self.day:
            return self.day
        assert self.first_day is not None
        assert self.last_day is not None
        length = min((self.last_day - self.first_day).days + 1, LONGEST_SPAN)
        span = [self.first_day + timedelta(days=offset) for offset in range(length)]
        return [day for day in span if day.weekday() != SUNDAY] or span


class MarkPageForm(MarkForm):
    """The same, from the page that shows the weeks from `start`."""

    start: date | None = None


class ConditionsOut(AnswerModel):
    """What a team asks of its visitors; `version` 0 means that it never asked anything."""

    team_id: int
    version: int
    confidentiality: bool
    bank_secrecy: bool
    safety: str
    equipment: str
    min_age: int | None
    charter: str


class DelegationOut(AnswerModel):
    """A delegation, by ids of people."""

    id: int
    manager_id: int
    delegate_id: int
    first_day: date
    last_day: date


class DelegationsOut(AnswerModel):
    """Delegations given or received that are not over."""

    delegations: list[DelegationOut]


class MarkedDays(AnswerModel):
    """Marked days of a team between two days."""

    team_id: int
    version: int
    """What a change must name."""
    by_roster: bool
    no_visitors: list[date]
    no_leaving: list[date]
    good: list[date]
    site_closed: list[date]
    """HR closed the team's site: nobody comes, whatever the team says."""


class RosterDayOut(AnswerModel):
    """One person's day in a roster."""

    person_id: int
    day: date
    shift: Shift
    starts_at: time | None
    ends_at: time | None


class RosterOut(AnswerModel):
    """A roster that arrived."""

    id: int
    team_id: int
    first_day: date
    last_day: date
    people: int
    received_at: datetime


class RostersOut(AnswerModel):
    """The rosters of a team: those that arrived, and the days they say."""

    rosters: list[RosterOut]
    days: list[RosterDayOut]
