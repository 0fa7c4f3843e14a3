"""Forms and JSON shapes of people."""

from datetime import date
from typing import Any, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from app.core.forms import AnswerModel, FormModel
from app.core.i18n import _
from app.people.tables import ContractKind, Holidays, ImportKind, Side

Weekday = Literal["0", "1", "2", "3", "4", "5", "6"]


class TeamForm(FormModel):
    """A team's limits."""

    version: int
    department: str = Field("", max_length=120)
    max_away: int = Field(ge=0, le=999)
    max_visitors: int = Field(ge=0, le=999)
    min_presence: int = Field(0, ge=0, le=9999)
    closed: list[Weekday] = Field(default_factory=list, max_length=7)


class SiteForm(FormModel):
    """A site."""

    version: int
    name: str = Field(max_length=200)
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)
    holidays: Holidays

    @field_validator("latitude", "longitude", mode="before")
    @classmethod
    def accept_comma(cls, value: object) -> object:
        """French decimals."""
        return value.replace(",", ".") if isinstance(value, str) else value

    @model_validator(mode="after")
    def both_or_none(self) -> "SiteForm":
        """A place needs both coordinates."""
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError(_("Il faut la latitude et la longitude, ou aucune des deux."))
        return self


class LinkForm(FormModel):
    """A back-office team and a front-office team that it serves."""

    back: int
    front: int


class UploadForm(FormModel):
    """A file to import."""

    kind: ImportKind
    full: bool = False
    file: Any = None


class ConfirmForm(FormModel):
    """The confirmation of an import: the fingerprint of what was shown, whether leavers are deactivated,
    and how many they are where they are many."""

    shown: str = Field(max_length=64)
    leavers: bool = False
    counted: str = Field("", max_length=20)

    @property
    def number(self) -> int | None:
        """What was written for the number of leavers; None when it is no number."""
        digits = "".join(self.counted.split())
        return int(digits) if digits.isascii() and digits.isdigit() else None


class Shape(AnswerModel):
    """Base of what the API answers."""

    model_config = ConfigDict(extra="forbid")


class SiteShape(Shape):
    """A site."""

    id: int
    code: str
    name: str
    latitude: float | None
    longitude: float | None
    holidays: Holidays


class TeamShape(Shape):
    """A team."""

    id: int
    name: str
    site_id: int
    side: Side
    department: str
    max_away: int
    max_visitors: int
    min_presence: int
    closed_weekdays: str
    people: int


class PersonShape(Shape):
    """A person, without what is nobody's business outside HR's pages (age, commute, phone)."""

    id: int
    employee_number: str
    first_name: str
    last_name: str
    email: str | None
    team_id: int
    department: str
    job: str
    manager_id: int | None
    languages: list[str]
    entered_on: date | None
    worked_weekdays: str
    contract: ContractKind
    active: bool


class PeopleShape(Shape):
    """A page of people."""

    total: int
    offset: int
    people: list[PersonShape]


class RemarkShape(Shape):
    """About one cell."""

    row: int | None
    column: str
    value: str
    message: str


class ReportShape(Shape):
    """What an import did, or would do."""

    kind: ImportKind
    dry_run: bool
    created: int
    updated: int
    unchanged: int
    rejected: list[RemarkShape]
    warnings: list[RemarkShape]
