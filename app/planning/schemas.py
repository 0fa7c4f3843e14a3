"""Shapes of what planning takes and answers."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field, field_validator

from app.core.forms import FormModel
from app.planning.runs import TIME_LIMIT
from app.planning.tables import PlanningRun, RunStatus


class RunForm(FormModel):
    """How long the solver may look, in seconds."""

    seconds: int = Field(default=TIME_LIMIT, ge=2, le=3600)


class PairForm(FormModel):
    """Two people."""

    one: int
    other: int


class PublicationForm(FormModel):
    """Which plan, of which version of the campaign."""

    run: int
    version: int


class PlanLook(FormModel):
    """How HR looks at a plan: filters and order in the address."""

    q: str = ""
    site: int | None = None
    show: Literal["", "pinned", "wish", "link"] = ""
    reason: str = ""
    day: date | None = None
    sort: Literal["day", "name", "wishes", "minutes"] = "day"
    page: int = Field(default=1, ge=1, le=100_000)

    @field_validator("site", "day", mode="before")
    @classmethod
    def none_when_empty(cls, value: object) -> object:
        """A select field left on its first line sends an empty text."""
        return value or None

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


class RunOut(BaseModel):
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


class RunsOut(BaseModel):
    """Runs, newest first."""

    runs: list[RunOut]


class PublicationOut(BaseModel):
    """What publishing did."""

    campaign_id: int
    run_id: int
    published_at: datetime
    already: bool
    """The plan had been published before; nothing was done again."""


def run_out(run: PlanningRun) -> RunOut:
    """A run as programs read it."""
    return RunOut.model_validate(run, from_attributes=True)
