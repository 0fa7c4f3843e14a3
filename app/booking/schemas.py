"""What booking takes and answers: forms, and the JSON of programs."""

from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from app.booking.looking import Look
from app.booking.queries import SeenPlace
from app.booking.tables import Approval, RefusalReason, RequestStatus, Silence
from app.booking.words import why_words
from app.campaigns.tables import Booking
from app.core.forms import AnswerModel, FormModel, LocalTime
from app.visits.standing import Missing
from app.visits.tables import DayPart

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]
Key = Annotated[str, Field(min_length=8, max_length=100)]


def _none_when_empty(value: Any) -> Any:
    return None if value == "" else value


class SearchForm(FormModel):
    """What an employee looks for: filters in the address, each empty by default."""

    campaign: Annotated[Id | None, BeforeValidator(_none_when_empty)] = None
    q: Annotated[str, Field(max_length=100)] = ""
    site: Annotated[Id | None, BeforeValidator(_none_when_empty)] = None
    first: Annotated[date | None, BeforeValidator(_none_when_empty)] = None
    last: Annotated[date | None, BeforeValidator(_none_when_empty)] = None
    language: Annotated[str, Field(max_length=8)] = ""
    minutes: Annotated[int | None, BeforeValidator(_none_when_empty), Field(ge=0, le=600)] = None
    page: Annotated[int, Field(ge=1, le=1000)] = 1

    @property
    def narrows(self) -> bool:
        """Whether any filter is set."""
        return any((self.q, self.site, self.first, self.last, self.language, self.minutes is not None))


class AskForm(FormModel):
    """A day of a place; `key` names this asking, so that sent twice it counts once."""

    day: date
    key: Key
    wait: bool = False
    conditions: Id | None = None
    """The version of the team's conditions that was read and acknowledged."""


class AskInput(FormModel):
    """The same from a program, whose key is the header `Idempotency-Key`."""

    day: date
    wait: bool = False
    """Stand in line when the day is full."""
    conditions: Id | None = None
    """The version of the team's conditions (`PlaceOut.conditions`) that was read and acknowledged."""


class AskForInput(FormModel):
    """HR, or a program of theirs, books for somebody; the key is the header `Idempotency-Key`."""

    place_id: Id
    day: date
    wait: bool = False
    """Stand in line when the day is full."""


class StepForm(FormModel):
    """An answer on the version that was read."""

    revision: Version


class GivingUpForm(StepForm):
    """The asker no longer wants it."""

    another: bool = False
    """Of what was offered in place of a day that fell: rather something else."""


class ApprovalForm(StepForm):
    """Yes; who receives, where somebody is chosen."""

    host_id: Id | None = None

    @field_validator("host_id", mode="before")
    @classmethod
    def none_when_empty(cls, value: object) -> object:
        """A choice left empty sends an empty text."""
        return value or None


Refused = Literal[
    RefusalReason.SERVICE, RefusalReason.NO_HOST, RefusalReason.OTHER_DAY, RefusalReason.ALREADY
]
"""What a manager may say."""


class RefusalForm(StepForm):
    """No, and why."""

    reason: Refused


class BulkForm(FormModel):
    """One answer to several requests, each `id:revision`."""

    request: Annotated[
        list[Annotated[str, Field(pattern=r"^[0-9]{1,9}:[0-9]{1,9}$")]], Field(min_length=1, max_length=200)
    ]
    answer: Literal["approve"] | Refused


class PlaceForm(FormModel):
    """What a team offers."""

    campaign_id: Id
    team_id: Id
    host_id: Id | None = None
    job: Annotated[str, Field(min_length=2, max_length=100)]
    seen: Annotated[str, Field(max_length=2000)] = ""
    bring: Annotated[str, Field(max_length=500)] = ""
    part: DayPart = DayPart.FULL
    starts_at: LocalTime | None = None
    ends_at: LocalTime | None = None
    per_day: Annotated[int, Field(ge=1, le=20)] = 1
    days: Annotated[list[date], Field(max_length=366)] = Field(default_factory=list)
    version: Version = 0


class OfferForm(PlaceForm):
    """A new place as its page sends it; `key` names this offering; `sure`: beside which ones, as was read."""

    key: Key | None = None
    sure: Annotated[str, Field(max_length=400)] = ""


class PlaceChangeForm(PlaceForm):
    """A place as its page sends it; `sure`: what somebody read of those whose day they take back."""

    sure: Annotated[str, Field(max_length=40)] = ""


class WithdrawalForm(FormModel):
    """Taking a place back, on the version that was read."""

    version: Version


class TermsForm(FormModel):
    """How a campaign books."""

    booking: Booking
    approval: Approval = Approval.MANAGER
    max_per_person: Annotated[int, Field(ge=1, le=20)] = 1
    notice_days: Annotated[int, Field(ge=0, le=90)] = 7
    answer_days: Annotated[int, Field(ge=1, le=60)] = 5
    silence: Silence = Silence.EXPIRE
    accept_hours: Annotated[int, Field(ge=1, le=336)] = 48
    version: Version
    then: Literal["next", "leave"] = "leave"


class RequestsFilter(FormModel):
    """What HR looks for among the requests of a campaign."""

    q: Annotated[str, Field(max_length=100)] = ""
    status: Annotated[RequestStatus | None, BeforeValidator(_none_when_empty)] = None
    page: Annotated[int, Field(ge=1, le=10_000)] = 1


class OpeningForm(FormModel):
    """The campaign as HR read it before opening."""

    version: Version


class PlaceDayOut(AnswerModel):
    """A day of a place for the reader: bookable when `closed` is null."""

    day: date
    closed: str | None
    """A code; `why` says it in words."""
    why: str
    may_wait: bool
    left: int
    waiting: int
    asked: int
    """How many asked for it and have no answer yet."""


class PlaceOut(AnswerModel):
    """A place as programs read it."""

    id: int
    campaign_id: int
    team_id: int
    team: str
    site: str
    host: str | None
    job: str
    seen: str
    bring: str
    part: DayPart
    starts_at: time
    ends_at: time
    per_day: int
    version: int


class LookOut(PlaceOut):
    """A place with its days for the reader."""

    minutes: int | None
    conditions: int | None
    """What the team asks of visitors, to be acknowledged when booking; null when it asks nothing."""
    conditions_lines: list[tuple[str, str]]
    closed: list[str]
    days: list[PlaceDayOut]


class LooksOut(AnswerModel):
    """Places, bookable ones first: a page of twenty, the last one where one beyond is asked for."""

    places: list[LookOut]
    total: int
    page: int
    pages: int


class OfferedDay(AnswerModel):
    """A day of a place, and how many have it."""

    day: date
    taken: int


class KeptPlaceOut(PlaceOut):
    """A place as its team reads it."""

    days: list[OfferedDay]


class KeptPlacesOut(AnswerModel):
    """Places of the reader's teams."""

    places: list[KeptPlaceOut]


class RequestOut(AnswerModel):
    """A request as programs read it."""

    id: int
    campaign_id: int
    place_id: int
    person_id: int
    person: str
    team: str
    job: str
    day: date
    """A booked day that moved: the day on which the visit takes place now."""
    status: RequestStatus
    """By the clock: a place that is kept no more, since its time has passed, is `expired`."""
    waits_for: list[Missing]
    """What a booked day to come still waits for; it is certain when empty."""
    day_closed: bool
    """The team receives nobody that day, for now: who waits keeps their turn and is offered nothing."""
    day_taken: bool
    """Something else stands for who waits in line that day: while it does, their turn does not come."""
    reason: RefusalReason | None
    visit_id: int | None
    instead_of_id: int | None
    """The booked visit that fell, in whose place this one is offered."""
    due_at: datetime | None
    revision: int


class RequestsOut(AnswerModel):
    """Requests, by day."""

    requests: list[RequestOut]


class EffectOut(AnswerModel):
    """What a yes would do to the two teams that day."""

    lines: list[str]
    """How many each team would receive or let go, and how many it may: in the reader's language."""
    fits: bool
    """Whether a yes is possible."""
    why: str
    """What stands against it, where it is no team's limit."""
    rivals: int
    """Other requests that wait for the same day of the same place."""


class RequestToAnswerOut(RequestOut):
    """A request that waits for an answer, and its effect."""

    may_accept: bool
    """The reader answers for the team that receives; the asker's own manager may only say no."""
    effect: EffectOut


class RequestsToAnswerOut(AnswerModel):
    """Requests that wait for an answer, by day."""

    requests: list[RequestToAnswerOut]


class HostOut(AnswerModel):
    """Somebody who can receive."""

    id: int
    name: str
    job: str


class HostsOut(AnswerModel):
    """Who can receive, the least busy first; empty when nobody can, or a team's limit is reached."""

    hosts: list[HostOut]


class TermsOut(AnswerModel):
    """How a campaign books; `version` is the campaign's."""

    booking: Booking
    approval: Approval
    max_per_person: int
    notice_days: int
    answer_days: int
    silence: Silence
    accept_hours: int
    version: int


class InvitingOut(AnswerModel):
    """Whether invitations leave; not while no place is offered."""

    leaving: bool


def place_values(seen: SeenPlace) -> dict[str, Any]:
    """What every shape of a place holds."""
    names = ("id", "campaign_id", "team_id", "job", "seen", "bring", "part", "starts_at", "ends_at")
    return {
        **{name: getattr(seen.place, name) for name in (*names, "per_day", "version")},
        "team": seen.team.name,
        "site": seen.site.name,
        "host": seen.host.name if seen.host and not seen.host_left else None,
    }


def look_out(look: Look) -> LookOut:
    """A place as one person finds it."""
    return LookOut(
        **place_values(look.seen),
        minutes=look.minutes,
        conditions=look.asks.id if look.asks else None,
        conditions_lines=list(look.asks.lines) if look.asks else [],
        closed=[why_words(code) for code in look.refusals],
        days=[
            PlaceDayOut(
                day=one.day,
                closed=one.why or None,
                why=why_words(one.why) if one.why else "",
                may_wait=one.may_wait,
                left=one.left,
                waiting=one.waiting,
                asked=one.rivals,
            )
            for one in look.days
        ],
    )


def kept_place_out(seen: SeenPlace) -> KeptPlaceOut:
    """A place as its team reads it."""
    days = [OfferedDay(day=one.day, taken=one.taken) for one in seen.offered]
    return KeptPlaceOut(**place_values(seen), days=days)
