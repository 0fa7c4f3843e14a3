"""Shapes that come in by form and JSON, and go out by JSON."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from app.availability.tables import Answer
from app.core.forms import AnswerModel, FormModel

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]
MOST_DAYS = 366


class Versioned(FormModel):
    """A change names the version it was made on."""

    version: Version = 0


class AnswerForm(Versioned):
    """Yes or no."""

    answer: Answer


class DaysForm(Versioned):
    """Days to leave; days to receive when they are apart."""

    visit_days: list[date] = Field(default=[], max_length=MOST_DAYS)
    apart: bool = False
    host_days: list[date] = Field(default=[], max_length=MOST_DAYS)


class PickForm(Versioned):
    """One thing added, removed, or (a wish) moved up."""

    add: Id | None = None
    remove: Id | None = None
    up: Id | None = None


class LanguagesForm(Versioned):
    """Languages spoken during the day."""

    languages: list[str] = Field(default=[], max_length=40)


class PlacesForm(Versioned):
    """Places that are impossible."""

    excluded_sites: list[Id] = Field(default=[], max_length=1000)


class BusyFileForm(Versioned):
    """The file of one's own calendar."""

    file: Any = None


class BusyAddressForm(Versioned):
    """The private address of one's own calendar."""

    address: str = Field(min_length=8, max_length=2000)
    daily: bool = False


class BusyFileIn(BusyFileForm):
    """The same as a program sends it."""

    version: Version


class BusyAddressIn(BusyAddressForm):
    """The same as a program sends it."""

    version: Version


class ColleagueSearchForm(FormModel):
    """A colleague's name, sent in the body: it has no business in addresses and logs."""

    colleague: str = Field(default="", max_length=80)


class RecordedForm(Versioned):
    """What somebody without e-mail said, written down by HR."""

    answer: Answer
    visit_days: list[date] = Field(default=[], max_length=MOST_DAYS)


class Json(AnswerModel):
    """Base of what goes out."""

    model_config = ConfigDict(extra="forbid")


class EnrolmentIn(FormModel):
    """Own enrolment as a program sets it: the whole of it."""

    version: Version
    answer: Answer
    visit_days: list[date] = Field(default=[], max_length=MOST_DAYS)
    host_days: list[date] | None = Field(default=None, max_length=MOST_DAYS)
    wishes: list[Id] = Field(default=[], max_length=3)
    languages: list[str] = Field(default=[], max_length=40)
    colleagues: list[Id] = Field(default=[], max_length=2)
    avoid: list[Id] = Field(default=[], max_length=200)
    excluded_sites: list[Id] = Field(default=[], max_length=1000)


class EnrolmentOut(Json):
    """Own enrolment. `possible_days` are those one may offer; `colleagues` those whom one named."""

    campaign_id: int
    version: int
    answer: Answer | None
    changeable: bool
    enrol_until: date
    possible_days: list[date]
    possible_host_days: list[date]
    visit_days: list[date]
    host_days: list[date] | None
    wishes: list[int]
    languages: list[str]
    colleagues: list[int]
    avoid: list[int]
    excluded_sites: list[int]
    possible_hosts: int


class BusyOut(Json):
    """What was read of one's own calendar; `fault` says in one word why the last reading failed."""

    version: int
    days: list[date]
    skipped: int
    read_at: datetime | None
    waiting: bool
    daily: bool
    fault: str
    former_kept: bool
    """The last address given could not be read: the one before is read each day, as it was."""
    addresses_allowed: bool
    also_counted: list[int]
    """Other campaigns, by id, whose calendar counts on the days in common."""


class TallyOut(Json):
    """How many answered, of how many invited."""

    invited: int
    answered: int


class TeamTallyOut(TallyOut):
    """One team."""

    team_id: int
    team: str
    side: Literal["back", "front"]
    site_id: int
    site: str


class SiteTallyOut(TallyOut):
    """One site."""

    site_id: int
    site: str


class AnswersOut(TallyOut):
    """The answers to a campaign; who said no stands in the total only."""

    yes: int
    no: int
    teams: list[TeamTallyOut]
    sites: list[SiteTallyOut]
