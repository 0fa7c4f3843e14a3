"""Shapes of what visits take and answer."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, Literal

from pydantic import Field, field_validator

from app.core.forms import AnswerModel, FormModel, LocalTime
from app.people.tables import Person
from app.visits.conditions import Conditions, are_open, for_visit
from app.visits.days import PossibleDay
from app.visits.history import Line
from app.visits.queries import SeenVisit
from app.visits.rules import (
    VisitState,
    confirmed_by,
    do_not_travel,
    doubt,
    obstacle,
    stands,
    state_of,
    without_agreement,
)
from app.visits.standing import Missing, Standing
from app.visits.tables import (
    By,
    CancelReason,
    DayPart,
    Proposal,
    ProposalKind,
    ProposalStatus,
    VisitStatus,
)

MOST_WORDS = 300
Words = Annotated[str, Field(max_length=MOST_WORDS)]
"""A message to the other one, never needed."""


class ConfirmationForm(FormModel):
    """Yes to a day, on the version of it that was seen."""

    revision: int
    conditions: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    """The version of what the receiving team asks (`VisitOut.conditions`) that the visitor accepts."""


class CancellationForm(FormModel):
    """Why a visit cannot be, on which version of it."""

    reason: CancelReason
    words: Words = ""
    revision: int


class ProposalForm(FormModel):
    """Another day for the visit; for a fallen part of a swap, a new day or to leave it at one."""

    day: date | None = None
    one_way: bool = False
    words: Words = ""
    revision: int


class ChoiceForm(FormModel):
    """The same as a page asks it: one of the days shown, another one, or none."""

    choice: str
    """An ISO day, `other`, or `one_way`."""
    other: date | None = None
    words: Words = ""
    revision: int

    @property
    def day(self) -> date | None:
        """The chosen day; None for leaving it at one, and when nothing readable was chosen."""
        if self.choice == "other":
            return self.other
        try:
            return date.fromisoformat(self.choice)
        except ValueError:
            return None

    @property
    def is_complete(self) -> bool:
        """Whether something was chosen."""
        return self.choice == "one_way" or self.day is not None


class AnswerForm(FormModel):
    """What one says with an answer."""

    words: Words = ""


class MoveForm(FormModel):
    """HR's decision about the day."""

    day: date
    words: Words = ""
    revision: int


class HoursForm(FormModel):
    """How much of the day, and from when to when."""

    part: DayPart
    starts_at: LocalTime | None = None
    ends_at: LocalTime | None = None
    revision: int


class TutorForm(FormModel):
    """Who receives in the host's place; nobody: the host in person."""

    tutor_id: int | None = None
    revision: int

    @field_validator("tutor_id", mode="before")
    @classmethod
    def none_when_empty(cls, value: object) -> object:
        """The first choice of the page stands for the host in person."""
        return value or None


class WaiverForm(FormModel):
    """The receiving team asks nothing of this visitor."""

    words: Words = ""
    revision: int


class PersonOut(AnswerModel):
    """One of the people of a visit."""

    id: int
    name: str
    team: str
    site: str


class TutorsOut(AnswerModel):
    """Who may receive in the host's place, by name."""

    tutors: list[PersonOut]


class ProposalOut(AnswerModel):
    """What waits for an answer."""

    id: int
    kind: ProposalKind
    day: date | None
    by: By
    status: ProposalStatus


class VisitOut(AnswerModel):
    """A visit as programs read it."""

    id: int
    campaign_id: int
    swap_id: int | None
    visitor: PersonOut
    host: PersonOut
    tutor: PersonOut | None
    day: date
    starts_at: time
    ends_at: time
    part: DayPart
    shows: str
    """What the visitor will see."""
    bring: str
    """What to bring, where to present oneself."""
    status: VisitStatus
    state: VisitState
    waits_for: list[Missing] | None
    """What a day to come still waits for; certain when empty. Null where days are told that would fall."""
    obstacle: CancelReason | None
    """What stands, or stood, in its way: `roster`, `closed`, an `agreement` not recorded; past, also a yes
    never given (`unconfirmed`). Nobody knows whether such a past day took place before somebody says so."""
    without_agreement: bool
    """A day between two companies that passed though nobody had recorded their agreement."""
    do_not_travel: bool
    """It is near and its agreement is missing: nobody is to travel for now."""
    not_held_by: By | None
    """Who said that it did not take place since the agreement was missing; not certain where `disputed`."""
    disputed: bool
    """The two do not agree whether it took place: HR are to say."""
    left_without_agreement: bool
    """HR leave it without an agreement, knowingly."""
    confirmed_by_visitor: bool
    confirmed_by_host: bool
    one_way: bool
    """Both agreed that this swap is a single visit."""
    conditions: int | None
    """What the receiving team asks and the visitor has still to accept: the version to name when confirming.
    Null when nothing is, and in lists of other people's visits."""
    conditions_lines: list[tuple[str, str]]
    proposal: ProposalOut | None
    revision: int


class VisitsOut(AnswerModel):
    """Visits, by day."""

    visits: list[VisitOut]


class ConflictOut(AnswerModel):
    """A visit that a roster contradicts, and who does not work then."""

    visit: VisitOut
    absent: list[int]
    mends_itself: bool
    """A booked day: a colleague receives, or it falls and another is looked for, without anybody's doing."""


class ConflictsOut(AnswerModel):
    """Visits that rosters contradict, by day."""

    conflicts: list[ConflictOut]


class PossibleDayOut(AnswerModel):
    """A day on which the visit could take place."""

    day: date
    offered: bool
    """Both offered it when they answered the campaign."""
    good: bool
    """The host's team gladly receives that day."""


class DaysOut(AnswerModel):
    """A handful of good days, in order."""

    days: list[PossibleDayOut]
    may_leave_it_at_one: bool


class LineOut(AnswerModel):
    """A line of a visit's history, in the reader's words."""

    at: datetime
    kind: str
    sentence: str
    reason: str
    words: str


class HistoryOut(AnswerModel):
    """What happened to a visit, oldest first."""

    changes: list[LineOut]


class ConsequencesOut(AnswerModel):
    """What falls when somebody pauses or leaves."""

    falling: list[VisitOut]
    left_alone: list[VisitOut]
    people_told: list[str]
    requests_given_up: list[int]
    """Requests, places in line and places kept, of open booking, that are given up."""
    version: int
    shown: str
    """What the change must name; with `shown`, it does exactly this or nothing."""


class FallenOut(AnswerModel):
    """How many visits fell."""

    cancelled: int


VisitFilter = Literal["", "planned", "cancelled"]


def visit_out(
    seen: SeenVisit,
    today: date,
    proposals: Mapping[int, Proposal] | None = None,
    asks: Mapping[int, Conditions] | None = None,
    known: Mapping[int, Standing] | None = None,
) -> VisitOut:
    """A visit as programs read it; `asks`: what teams ask of their visitors, by team; `known`: what each of
    these visits waits for."""
    visit = seen.visit
    assert visit.id is not None
    found = (proposals or {}).get(visit.id)
    theirs = for_visit((asks or {}).get(seen.host_team.id or 0), visit)
    still_open = theirs if are_open(visit, theirs) else None
    return VisitOut(
        id=visit.id,
        campaign_id=visit.campaign_id,
        swap_id=visit.swap_id,
        visitor=visitor_out(seen),
        host=host_side(seen, seen.host),
        tutor=None if seen.tutor is None else host_side(seen, seen.tutor),
        day=visit.day,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        shows=visit.shows,
        bring=visit.bring,
        part=visit.part,
        status=visit.status,
        state=state_of(visit, crosses=seen.crosses, today=today),
        waits_for=None if known is None else list(known.get(visit.id, Standing()).missing),
        obstacle=(doubt if seen.is_past else obstacle)(visit, crosses=seen.crosses)
        if stands(visit)
        else None,
        without_agreement=without_agreement(visit, crosses=seen.crosses, today=today),
        do_not_travel=do_not_travel(visit, crosses=seen.crosses, today=today),
        not_held_by=visit.not_held_by if stands(visit) else None,
        disputed=stands(visit) and visit.disputed_at is not None,
        left_without_agreement=visit.left_without_at is not None,
        confirmed_by_visitor=confirmed_by(visit, By.VISITOR),
        confirmed_by_host=confirmed_by(visit, By.HOST),
        one_way=seen.swap is not None and seen.swap.one_way_at is not None,
        conditions=still_open.id if still_open else None,
        conditions_lines=list(still_open.lines) if still_open else [],
        proposal=None if found is None else _proposal_out(found, seen),
        revision=visit.revision,
    )


def visitor_out(seen: SeenVisit) -> PersonOut:
    """Who visits."""
    return PersonOut(
        id=seen.visit.visitor_id,
        name=seen.visitor.name,
        team=seen.visitor_team.name,
        site=seen.visitor_site.name,
    )


def host_side(seen: SeenVisit, person: Person) -> PersonOut:
    """The host, or a colleague of theirs."""
    return PersonOut(id=person.id or 0, name=person.name, team=seen.host_team.name, site=seen.host_site.name)


def _proposal_out(found: Proposal, seen: SeenVisit) -> ProposalOut:
    by = By.VISITOR if found.by_id == seen.visit.visitor_id else By.HOST
    return ProposalOut(id=found.id or 0, kind=found.kind, day=found.day, by=by, status=found.status)


def days_out(days: list[PossibleDay], *, may_leave_it: bool) -> DaysOut:
    """Possible days as programs read them."""
    return DaysOut(
        days=[PossibleDayOut(day=one.day, offered=one.offered, good=one.is_good) for one in days],
        may_leave_it_at_one=may_leave_it,
    )


def history_out(lines: list[Line]) -> HistoryOut:
    """A history as programs read it."""
    return HistoryOut(
        changes=[
            LineOut(at=one.at, kind=one.kind, sentence=one.sentence, reason=one.reason, words=one.words)
            for one in lines
        ]
    )
