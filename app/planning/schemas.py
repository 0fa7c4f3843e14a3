"""Shapes of what planning takes and answers."""

from datetime import date, datetime
from typing import Annotated, Literal, get_args

from pydantic import Field, field_validator

from app.campaigns.tables import Exchange
from app.core.forms import AnswerModel, FormModel
from app.planning.runs import TIME_LIMIT
from app.planning.tables import PlanningRun, RunStatus


class RunForm(FormModel):
    """How long the solver may look, in seconds."""

    seconds: int = Field(default=TIME_LIMIT, ge=2, le=3600)


class PairForm(FormModel):
    """Two people, and the page that shows them."""

    one: int
    other: int
    back: str = ""


class OnceMoreForm(FormModel):
    """Somebody, and how many exchanges they may have."""

    person: int = Field(ge=1, le=2**31 - 1)
    most: int = Field(default=2, ge=2, le=6)
    back: str = ""


class PinCheckForm(FormModel):
    """Rules being typed, which pinned pairs may contradict; what is absent stays as it is."""

    exchange: Exchange | None = None
    min_gap_days: int | None = Field(default=None, ge=1, le=366)
    max_gap_days: int | None = Field(default=None, ge=1, le=366)
    max_travel_minutes: int | None = Field(default=None, ge=0, le=600)
    max_swaps_per_person: int | None = Field(default=None, ge=1, le=5)
    max_visitors_per_team: int | None = Field(default=None, ge=1, le=100)
    max_away_per_team: int | None = Field(default=None, ge=1, le=100)
    min_presence_per_team: int | None = Field(default=None, ge=0, le=100)

    @field_validator("*", mode="before")
    @classmethod
    def none_when_empty(cls, value: object) -> object:
        """A field left empty sends an empty text."""
        return None if value == "" else value


class PublicationForm(FormModel):
    """Which plan, of which version of the campaign."""

    run: int
    version: int


Order = Literal["day", "name", "wishes", "minutes"]


class PlanLook(FormModel):
    """How HR looks at a plan: filters and order in the address."""

    q: str = ""
    site: int | None = None
    show: Literal["", "pinned", "wish", "link"] = ""
    reason: str = ""
    day: date | None = None
    sort: Order = "day"
    page: int = Field(default=1, ge=1, le=100_000)

    @field_validator("site", "day", mode="before")
    @classmethod
    def none_when_empty(cls, value: object) -> object:
        """A select field left on its first line sends an empty text."""
        return value or None

    @field_validator("sort", mode="before")
    @classmethod
    def by_day_when_unheard(cls, value: object) -> object:
        """An order of another version, in an address somebody kept, is no reason to show nothing."""
        return value if value in get_args(Order) else "day"

    @property
    def filtered(self) -> bool:
        """Whether something is left out."""
        return bool(self.q or self.site or self.show or self.reason)


class WhyLook(FormModel):
    """By what people without a match are grouped."""

    by: Literal["reason", "site", "department", "team"] = "site"


class ComparisonLook(FormModel):
    """Which two runs are compared; absent: the plan shown and the one before it."""

    before: int | None = None
    after: int | None = None
    page: int = Field(default=1, ge=1, le=100_000)

    @field_validator("before", "after", mode="before")
    @classmethod
    def none_when_empty(cls, value: object) -> object:
        """A select field left on its first line sends an empty text."""
        return value or None


class WhatIfForm(FormModel):
    """What HR tries; what is absent or zero stays as it is."""

    crowd: Literal["enrolled", "invited"] = "enrolled"
    """Those who said yes, or everybody invited as if they had."""
    max_travel: int | None = Field(default=None, ge=0, le=600)
    max_gap: int | None = Field(default=None, ge=1, le=366)
    max_swaps: int | None = Field(default=None, ge=1, le=5)
    team: int | None = Field(default=None, ge=1, le=2**31 - 1)
    """Whose limits rise; absent: every team's."""
    more_visitors: int = Field(default=0, ge=0, le=20)
    more_away: int = Field(default=0, ge=0, le=20)
    who: Annotated[str, Field(pattern=r"^(everybody|back|front|p[0-9]{1,9})?$")] = ""
    """Who would be free on one more day: a side, everybody, or a person (`p12`)."""
    day: Annotated[str, Field(pattern=r"^(w[0-6]|\d{4}-\d{2}-\d{2})?$")] = ""
    """A date, or every one of a weekday (`w0` is Monday)."""
    remedy: int | None = Field(default=None, ge=1, le=2**31 - 1)
    """What was found to be enough for this person without a match."""

    @field_validator("max_travel", "max_gap", "max_swaps", "team", "remedy", mode="before")
    @classmethod
    def none_when_empty(cls, value: object) -> object:
        """A field left empty sends an empty text."""
        return None if value == "" else value

    @field_validator("more_visitors", "more_away", mode="before")
    @classmethod
    def zero_when_empty(cls, value: object) -> object:
        """A number field left empty sends an empty text."""
        return 0 if value == "" else value


class AlternativesForm(FormModel):
    """Two people who are together in the plan."""

    one: int = Field(ge=1, le=2**31 - 1)
    other: int = Field(ge=1, le=2**31 - 1)


class RemedyForm(FormModel):
    """Somebody without a match."""

    person: int = Field(ge=1, le=2**31 - 1)


class RunOut(AnswerModel):
    """A run as programs read it."""

    id: int
    campaign_id: int
    status: RunStatus
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    level: str
    value: int
    bound: float | None
    matched: int
    at_most: int | None
    people: int
    seconds: float
    cancel_requested: bool
    message: str
    published_at: datetime | None


class RunsOut(AnswerModel):
    """Runs, newest first."""

    runs: list[RunOut]


class PublicationOut(AnswerModel):
    """What publishing did."""

    campaign_id: int
    run_id: int
    published_at: datetime
    already: bool
    """The plan had been published before; nothing was done again."""


def run_out(run: PlanningRun) -> RunOut:
    """A run as programs read it."""
    return RunOut.model_validate(run, from_attributes=True)
