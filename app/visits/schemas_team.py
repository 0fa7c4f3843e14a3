"""Shapes of a team's calendar, and of what a roster does to visits."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from app.core.forms import AnswerModel
from app.people.schemas import RemarkShape
from app.teams.schemas import MarkedDays
from app.visits.bookings import Kept
from app.visits.marks import Staying
from app.visits.previews import RosterPreview
from app.visits.queries import SeenVisit
from app.visits.schemas import PersonOut, VisitOut, host_side, visit_out, visitor_out
from app.visits.schemas_imports import EndedShape
from app.visits.team_view import TeamAhead, TeamDay


class TeamVisitOut(AnswerModel):
    """Who spends the day with whom."""

    visit_id: int
    visitor: PersonOut
    host: PersonOut


class KeptOut(AnswerModel):
    """A place that is kept for somebody until they answer; it counts as their visit would."""

    visitor: PersonOut
    host: PersonOut
    until: datetime


class KeptEndingOut(KeptOut):
    """One that a roster ends."""

    day: date
    ends: bool
    """False: unless a colleague can receive."""


class TeamDayOut(AnswerModel):
    """One day of a team, against what it bears."""

    day: date
    past: bool
    mark: Literal["", "closed", "no_visitors", "no_leaving", "good"]
    """What the team says of the day; empty: nothing."""
    closed: str
    """Why nobody comes whatever the team says, in words: a holiday's name, or a weekday without visits."""
    provisional: bool
    """No roster covers it yet."""
    present: int
    """Members at work, those who leave included."""
    staying: int
    may_leave: int
    """The most that may leave, whoever already does: the team's limit, and what its presence allows."""
    may_come: int
    state: Literal["none", "some", "full", "over"]
    """`full`: a limit is reached; `over`: more leave or come than the team bears now."""
    below_presence: bool
    """On a day with visits fewer stay than the team needs."""
    contradicted: bool
    """The roster has somebody of a visit elsewhere that day."""
    leaving: list[TeamVisitOut]
    coming: list[TeamVisitOut]
    kept_leaving: list[KeptOut]
    """Places kept elsewhere for members, until they answer: counted like who leaves."""
    kept_coming: list[KeptOut]
    """Places kept here: counted like who comes."""


class TeamCalendarOut(AnswerModel):
    """Who leaves and who comes, day by day; Sundays only where there is something to say.

    The limits are the team's own: a campaign may be stricter.
    """

    team_id: int
    team: str
    site: str
    version: int
    """Of the marked days: what a change must name."""
    by_roster: bool
    covered_until: date | None
    """The last day that a roster covers."""
    max_away: int
    max_visitors: int
    min_presence: int
    days: list[TeamDayOut]


class StayingOut(AnswerModel):
    """What a team's mark leaves in place: its day takes place until somebody cancels it."""

    day: date
    leaves: bool
    """Somebody of the team leaves; else somebody comes."""
    visit_id: int | None
    """None: a place held for the visitor until they answer; it ends where the team no longer offers the
    day."""
    visitor: str
    host: str


class DaysMarkedOut(MarkedDays):
    """Marked days of a team after a change, and what stands on them all the same."""

    staying: list[StayingOut]


class ContradictedOut(AnswerModel):
    """A visit to come that a roster contradicts."""

    visit: VisitOut
    absent: list[int]
    """Who does not work then, by id."""
    words: str
    """What the roster says of them, in the reader's language."""
    falls: bool
    """A booked day falls with the roster, unless its host can receive or other hours mend it; one of a plan
    stands until somebody decides."""


class RosterReport(AnswerModel):
    """What a roster did, or would do."""

    dry_run: bool
    roster_ids: list[int]
    created: int
    updated: int
    unchanged: int
    days_off_without_a_line: int
    contradicted: list[ContradictedOut]
    kept: list[KeptEndingOut]
    """Places that were kept for somebody until they answer."""
    asked: list[EndedShape]
    """Requests and places in line that it ends."""
    shown: str | None
    """Names all of this, for the import that does it or nothing; null once it is done."""
    rejected: list[RemarkShape]
    warnings: list[RemarkShape]


class DayClosedOut(AnswerModel):
    """A day that a reason closed in a team's calendar, which opens it again."""

    team_id: int
    team: str
    mark: Literal["no_visitors", "no_leaving"]
    staying: list[StayingOut]


class CancelledOut(VisitOut):
    """A cancelled visit, and what became of its day."""

    day_closed: DayClosedOut | None
    """Where the reason was the team's; null where the day stays open, or HR closed the site."""


def days_marked_out(marked: MarkedDays, staying: Iterable[Staying]) -> DaysMarkedOut:
    """What a mark did, and what it left."""
    return DaysMarkedOut(**marked.model_dump(), staying=staying_out(staying))


def staying_out(staying: Iterable[Staying]) -> list[StayingOut]:
    """What a mark left."""
    return [
        StayingOut(
            day=one.day,
            leaves=one.leaves,
            visit_id=one.visit_id,
            visitor=one.visitor.name,
            host=one.host.name,
        )
        for one in staying
    ]


def calendar_out(ahead: TeamAhead, against: set[date]) -> TeamCalendarOut:
    """A team's calendar as programs read it; `against`: days of visits that a roster contradicts."""
    team = ahead.team
    assert team.id is not None
    return TeamCalendarOut(
        team_id=team.id,
        team=team.name,
        site=ahead.site.name,
        version=ahead.version,
        by_roster=ahead.by_roster,
        covered_until=ahead.covered_until,
        max_away=team.max_away,
        max_visitors=team.max_visitors,
        min_presence=team.min_presence,
        days=[_day_out(one, contradicted=one.day in against) for one in ahead.days],
    )


def _day_out(one: TeamDay, *, contradicted: bool) -> TeamDayOut:
    return TeamDayOut.model_validate(
        {
            **{name: getattr(one, name) for name in TeamDayOut.model_fields if hasattr(one, name)},
            "below_presence": one.short,
            "contradicted": contradicted,
            "leaving": [_visit_out(seen) for seen in one.leaving],
            "coming": [_visit_out(seen) for seen in one.coming],
            "kept_leaving": [_kept_out(kept) for kept in one.kept_leaving],
            "kept_coming": [_kept_out(kept) for kept in one.kept_coming],
        }
    )


def _visit_out(seen: SeenVisit) -> TeamVisitOut:
    return TeamVisitOut(
        visit_id=seen.visit.id or 0, visitor=visitor_out(seen), host=host_side(seen, seen.host)
    )


def _kept_out(kept: Kept) -> KeptOut:
    visitor, host = kept.visitor, kept.host
    home, there = (kept.visitor_team.name, kept.visitor_site.name), (kept.host_team.name, kept.host_site.name)
    return KeptOut(
        visitor=PersonOut(id=visitor.id or 0, name=visitor.name, team=home[0], site=home[1]),
        host=PersonOut(id=host.id or 0, name=host.name, team=there[0], site=there[1]),
        until=kept.until,
    )


def roster_report(found: RosterPreview, roster_ids: list[int], today: date, *, dry_run: bool) -> RosterReport:
    """What became, or would become, of a roster."""
    plan, against, report = found.plan, found.contradicted, found.plan.report
    return RosterReport(
        dry_run=dry_run,
        roster_ids=roster_ids,
        created=len(report.created),
        updated=len(report.updated),
        unchanged=report.unchanged,
        days_off_without_a_line=plan.implied,
        contradicted=[
            ContradictedOut(
                visit=visit_out(one.seen, today),
                absent=[person.id for person in one.absent if person.id],
                words=one.words,
                falls=one in against.booked,
            )
            for one in against.all
        ],
        kept=[
            KeptEndingOut(**dict(_kept_out(one.kept)), day=one.kept.day, ends=one.ends)
            for one in found.kept_ending
        ],
        asked=[
            EndedShape(request_id=one.request_id, day=one.day, person=one.person.name, team=one.team.name)
            for one in found.asked_ending
        ],
        shown=found.fingerprint if dry_run else None,
        rejected=[RemarkShape(**one.as_json()) for one in report.rejected],
        warnings=[RemarkShape(**one.as_json()) for one in report.warnings],
    )
