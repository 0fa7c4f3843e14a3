"""What campaigns take and give: the forms of the guided creation, and the JSON of programs."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from app.campaigns.tables import Booking, Exchange, InvitedKind, Status
from app.core.forms import AnswerModel, FormModel
from app.people.tables import Side

LONGEST_STORY = 4000
MOST_CLOSINGS = 60


class Section(StrEnum):
    """A part of a campaign, edited on a page of its own; in the order of the guided creation."""

    STORY = "story"
    DATES = "dates"
    PEOPLE = "people"
    RULES = "rules"
    CHECKLIST = "checklist"


def _without_blanks(values: Any) -> Any:
    return [value for value in values if value != ""] if isinstance(values, list) else values


Days = Annotated[list[date], Field(max_length=MOST_CLOSINGS), BeforeValidator(_without_blanks)]
Name = Annotated[str, Field(min_length=3, max_length=80)]
Story = Annotated[str, Field(max_length=LONGEST_STORY)]
Minutes = Annotated[int, Field(ge=0, le=600)]
Gap = Annotated[int, Field(ge=1, le=366)]
Notice = Annotated[int, Field(ge=0, le=90)]
Swaps = Annotated[int, Field(ge=1, le=5)]
Ceiling = Annotated[int, Field(ge=1, le=100)]
Floor = Annotated[int, Field(ge=0, le=100)]
Points = Annotated[int, Field(ge=0, le=10)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]


class StoryForm(FormModel):
    """What the campaign is called and what it tells those who are invited."""

    name: Name
    story: Story = ""
    booking: Literal[Booking.NONE, Booking.OPEN] = Booking.NONE
    """Asked when the campaign is created; afterwards with the rules of booking."""
    version: Version | None = None
    then: Literal["next", "leave"] = "next"


class SectionForm(FormModel):
    """What every other section sends along."""

    version: Version
    then: Literal["next", "leave"] = "next"


class ConfirmedForm(SectionForm):
    """A section of which a change may end requests that wait, or leave answers outside."""

    ends_requests: bool = False
    """They end, as the form said."""
    loses_answers: bool = False
    """They count no longer, as the form said."""


class DatesForm(ConfirmedForm):
    """The days of the visits, and the milestones before and after."""

    first_day: date
    last_day: date
    saturdays: bool = False
    closing_days: Days = Field(default_factory=list)
    enrol_until: date
    plan_by: date
    debrief_until: date


class PeopleForm(ConfirmedForm):
    """Who is invited: everybody, or any of the sides, sites and teams chosen."""

    scope: Literal["everybody", "some"] = "everybody"
    sides: list[Side] = Field(default_factory=list)
    sites: list[Id] = Field(default_factory=list)
    teams: list[Id] = Field(default_factory=list)
    include_temporary: bool = False


class RulesForm(SectionForm):
    """The rules of the game."""

    exchange: Exchange
    max_travel_minutes: Minutes
    min_gap_days: Gap = 1
    max_gap_days: Gap = 21
    notice_days: Notice
    max_swaps_per_person: Swaps
    max_visitors_per_team: Ceiling | None = None
    max_away_per_team: Ceiling | None = None
    min_presence_per_team: Floor = 0
    link_points: Points
    allow_repeat_pairs: bool = False


class ChecklistForm(SectionForm):
    """What must be done before the campaign opens."""

    information_sheet_on: date | None = None
    representatives_informed_on: date | None = None


FORMS: dict[Section, type[StoryForm] | type[SectionForm]] = {
    Section.STORY: StoryForm,
    Section.DATES: DatesForm,
    Section.PEOPLE: PeopleForm,
    Section.RULES: RulesForm,
    Section.CHECKLIST: ChecklistForm,
}


class StepForm(FormModel):
    """A step of the life cycle, asked for on the confirming page."""

    version: Version
    reason: Annotated[str, Field(max_length=500)] = ""
    enrol_until: date | None = None
    plan_by: date | None = None


class Group(AnswerModel):
    """Part of who is invited, for programs: `ref` is a side's word, or the id of a site or a team."""

    model_config = ConfigDict(extra="forbid")

    kind: InvitedKind
    ref: Annotated[str, Field(max_length=20)] = ""


class CampaignInput(FormModel):
    """What a program may set when it creates a campaign; what is absent gets a value that works."""

    name: Name
    story: Story = ""
    first_day: date | None = None
    last_day: date | None = None
    saturdays: bool | None = None
    closing_days: Days | None = None
    enrol_until: date | None = None
    plan_by: date | None = None
    debrief_until: date | None = None
    include_temporary: bool | None = None
    exchange: Exchange | None = None
    max_travel_minutes: Minutes | None = None
    min_gap_days: Gap | None = None
    max_gap_days: Gap | None = None
    notice_days: Notice | None = None
    max_swaps_per_person: Swaps | None = None
    max_visitors_per_team: Ceiling | None = None
    max_away_per_team: Ceiling | None = None
    min_presence_per_team: Floor | None = None
    link_points: Points | None = None
    allow_repeat_pairs: bool | None = None
    information_sheet_on: date | None = None
    representatives_informed_on: date | None = None
    groups: Annotated[list[Group], Field(min_length=1, max_length=500)] | None = None


class CampaignChange(CampaignInput):
    """What a program changes: only the fields it sends, on the version it has read."""

    version: Version
    name: Name = ""
    ends_requests: bool = False
    """Requests that wait for a day taken out, or of people who are no longer invited, may end; without it the
    change is refused where there are some."""
    loses_answers: bool = False
    """A yes of people who are no longer invited, and days given that are taken out, may count no longer; the
    same without it."""


class StepInput(FormModel):
    """The next state a program asks for."""

    to: Status
    version: Version
    reason: Annotated[str, Field(max_length=500)] = ""
    enrol_until: date | None = None
    plan_by: date | None = None


class CampaignOut(AnswerModel):
    """A campaign, for programs."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    id: int
    code: str
    name: str
    story: str
    status: Status
    exchange: Exchange
    first_day: date
    last_day: date
    saturdays: bool
    closing_days: list[date]
    enrol_until: date
    plan_by: date
    debrief_until: date
    max_travel_minutes: int
    min_gap_days: int
    max_gap_days: int
    notice_days: int
    max_swaps_per_person: int
    max_visitors_per_team: int | None
    max_away_per_team: int | None
    min_presence_per_team: int
    link_points: int
    allow_repeat_pairs: bool
    include_temporary: bool
    information_sheet_on: date | None
    representatives_informed_on: date | None
    created_at: datetime
    version: int


class CampaignDetail(CampaignOut):
    """A campaign with who is invited and what may come next."""

    groups: list[Group]
    invited: int
    next_states: list[Status]


class CampaignPage(AnswerModel):
    """One page of campaigns."""

    items: list[CampaignOut]
    total: int
    page: int
