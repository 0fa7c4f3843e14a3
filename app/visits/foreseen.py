"""What an import would make of days to come, each day once: one reader for the preview and for programs."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sqlmodel import Session

from app.core.i18n import _
from app.people.importing.report import ImportReport
from app.people.tables import Person
from app.teams.importing.run import Key
from app.teams.tables import RosterDay, Shift
from app.visits.agreements import made_unsigned
from app.visits.alike import made_alike
from app.visits.conditions import made_too_young
from app.visits.following import made_certain
from app.visits.marks import made_against
from app.visits.off_days import Off, made_off
from app.visits.other_team import Joining, joining, left_alone
from app.visits.queries import SeenVisit
from app.visits.rosters import conflicts_among, falls, host_receives
from app.visits.whereabouts import made_elsewhere


class Becomes(StrEnum):
    """What a day comes to."""

    FALLS = "falls"
    """Somebody booked it; another one is offered where there is one."""
    SUSPENDED = "suspended"
    """It cannot be as planned, and stands until somebody decides."""
    HOLDS_AGAIN = "holds_again"
    """Suspended until now."""
    STANDS = "stands"


class Change(StrEnum):
    """What changes of a day."""

    OFF = "off"
    AGAIN = "again"
    TEAM = "team"
    PLACE = "place"
    TUTOR = "tutor"
    AGREEMENT = "agreement"
    AGE = "age"
    """The team receives adults only, and the visitor is none."""
    ALIKE = "alike"
    """It shows no other job any more."""
    REFUSED = "refused"
    """A team refuses that day."""


@dataclass
class Foreseen:
    """A day to come, or a place kept for somebody (`visit_id` None), and what an import changes of it."""

    visit_id: int | None
    day: date
    visitor: Person
    host: Person
    campaign: str
    becomes: Becomes = Becomes.STANDS
    changes: list[tuple[Change, str]] = field(default_factory=list)
    """In words, in the reader's language."""

    @property
    def words(self) -> list[str]:
        """What changes; a journey that becomes too long for two reasons is said once."""
        return list(dict.fromkeys(said for _kind, said in self.changes))


def foreseen(session: Session, report: ImportReport, today: date) -> list[Foreseen]:
    """Days to come of which a file changes something, were it imported, by day. Nothing is written; a fixed
    number of queries."""
    off, back = made_off(session, report.weeks, today)
    days: dict[int, Foreseen] = {}

    def note(seen: SeenVisit, kind: Change, *said: str) -> None:
        day = days.setdefault(seen.visit.id or 0, _as_it_is(seen))
        day.changes += [(kind, one) for one in said if one]

    for seen, people in off:
        note(
            seen,
            Change.OFF,
            *(_("%(name)s : %(why)s") % {"name": one.name, "why": why} for one, why in people),
        )
    for seen in made_certain(session, back):
        note(seen, Change.AGAIN, _("plus rien ne la contredit"))
    for one in joining(session, report.moved, today):
        note(one.seen, Change.TEAM, _joins(one), _limits(one), _far(too_far=one.too_far))
    for where in made_elsewhere(session, report.moved, today):
        said = f"{where.before} → {where.after}"
        note(where.seen, Change.PLACE, said, _far(too_far=where.too_far))
    for seen, tutor, host_off in left_alone(session, report.moved, today):
        note(seen, Change.TUTOR, _alone(tutor, host_off=host_off))
    for seen in made_unsigned(session, report.companies, today):
        note(seen, Change.AGREEMENT, _("nouvelle convention à signer"))
    for seen in made_too_young(session, report.minors, today):
        said = _("%(name)s a moins de 18 ans : l’équipe ne reçoit que des adultes, sauf exception")
        note(seen, Change.AGE, said % {"name": seen.visitor.name})
    for seen, why in made_alike(session, report.moved, today):
        note(seen, Change.ALIKE, _("plus un autre métier : %(why)s") % {"why": why})
    _settle(session, days, off)
    refused = [
        Foreseen(
            one.visit_id,
            one.day,
            one.visitor,
            one.host,
            "",
            changes=[(Change.REFUSED, team.name)],
        )
        for team, one in made_against(session, report.limits, today)
    ]
    return sorted([*days.values(), *refused], key=lambda one: (one.day, one.visit_id or 0))


def counted(days: Iterable[Foreseen]) -> Counter[Change]:
    """Of how many days each thing changes."""
    return Counter(kind for one in days for kind in {kind for kind, _said in one.changes})


def _as_it_is(seen: SeenVisit) -> Foreseen:
    visit = seen.visit
    becomes = Becomes.STANDS if visit.suspended_for is None else Becomes.SUSPENDED
    return Foreseen(visit.id, visit.day, seen.visitor, seen.host, seen.campaign.name, becomes)


def _settle(session: Session, days: dict[int, Foreseen], off: Off) -> None:
    """What the days on which somebody is off come to, and those that nothing contradicts any more."""
    arriving: dict[Key, RosterDay] = {
        (person.id or 0, seen.visit.day): RosterDay(
            person_id=person.id or 0, day=seen.visit.day, shift=Shift.OFF
        )
        for seen, people in off
        for person, _why in people
    }
    for one in conflicts_among(session, [seen for seen, _people in off], arriving):
        if not host_receives(one):
            days[one.seen.visit.id or 0].becomes = Becomes.FALLS if falls(one) else Becomes.SUSPENDED
    for day in days.values():
        if any(kind is Change.AGAIN for kind, _said in day.changes):
            day.becomes = Becomes.HOLDS_AGAIN


def _joins(one: Joining) -> str:
    said = {"name": one.person.name, "before": one.before.name, "after": one.after.name}
    return _("%(name)s : %(before)s → %(after)s") % said


def _limits(one: Joining) -> str:
    return _("au-delà des limites de l’équipe") if one.too_many else ""


def _far(*, too_far: bool) -> str:
    return _("trajet au-delà de la limite") if too_far else ""


def _alone(tutor: Person, *, host_off: bool) -> str:
    said = {"name": tutor.name}
    if host_off:
        return _("%(name)s n’accueillera plus, et l’hôte n’est pas au travail") % said
    return _("%(name)s n’accueillera plus : l’hôte recevra") % said


def by_outcome(days: Collection[Foreseen]) -> list[tuple[Becomes, list[Foreseen]]]:
    """The same, what is worst first."""
    found = [(outcome, [one for one in days if one.becomes is outcome]) for outcome in Becomes]
    return [(outcome, those) for outcome, those in found if those]
