"""What rosters say of visits: those still provisional, and those on a day when one of the two does not work,
by a roster or else by their usual week and contract, or when the site that receives is closed.

Both are read from the rows as they are: after a visit moved, or a later roster, the list is right again.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import exists
from sqlmodel import Session, col, or_

from app.core.i18n import _
from app.people.tables import Person
from app.teams import days
from app.teams.importing.run import Key, RosterPlan
from app.teams.rules import During, hours_of, meets, touches
from app.teams.tables import ClosedDay, RosterDay, Shift
from app.teams.words import own_words, shift_words, words_of
from app.visits.bookings import booked_among, of_teams
from app.visits.off_days import Cause, cause_of, is_off, told_on
from app.visits.queries import HostTeam, SeenVisit, VisitorTeam, read_visits, to_come, visits_of_teams
from app.visits.rules import during, is_ahead
from app.visits.tables import By, Visit


@dataclass(frozen=True)
class Conflict:
    """A visit to come, and who does not work then."""

    seen: SeenVisit
    visitor_day: RosterDay | None
    """What the roster says of the visitor when that is the trouble."""
    receiver_day: RosterDay | None
    """What it says of whoever receives: the tutor where there is one, else the host."""
    closed: bool = False
    """HR closed the site that receives."""
    booked: bool = False
    """Somebody booked it: it waits for no repair of a plan."""
    only_tutor: bool = False
    """Nobody is in the way but who receives in the host's place, and the host works then."""

    @property
    def absent(self) -> list[Person]:
        """Those who do not work during the visit."""
        return [person for person, _day in self._told]

    @property
    def cause(self) -> Cause:
        """What says that they do not."""
        causes = {cause_of(person, row) for person, row in self._told}
        return next((one for one in Cause if one in causes), Cause.ROSTER)

    def own_cause(self, role: By) -> Cause:
        """What says so of the visitor, or of whoever receives."""
        own = self.visitor_day if role is By.VISITOR else self.receiver_day
        return next((cause_of(person, row) for person, row in self._told if row is own), self.cause)

    def cause_to(self, role: By) -> str:
        """The same in a sentence: of the reader it is said to them."""
        return self.own_cause(role).own if self.stops(role) else self.cause.sentence

    @property
    def mends_itself(self) -> bool:
        """A booked day that cannot be: a colleague receives, or it falls and another is looked for."""
        return falls(self)

    def stops(self, role: By) -> bool:
        """Whether it is the visitor, or the host, who does not work then; both where the site is closed."""
        if self.closed:
            return role in {By.VISITOR, By.HOST}
        if role is By.VISITOR:
            return self.visitor_day is not None
        return role is By.HOST and self.receiver_day is not None and self.seen.tutor is None

    @property
    def is_half_day(self) -> bool:
        """Whoever is in the way works a part of the day's hours: other hours, or somebody else, mend it."""
        at_work = [touches(row, during(self.seen.visit)) for _person, row in self._told]
        return not self.closed and bool(at_work) and all(at_work)

    def first_step(self, *, receives: bool) -> str:
        """Of a day that other hours would mend, what comes first, in a sentence: the same in mails, on home
        and on the page, to whoever `receives` and to the others. Nothing of any other day."""
        if not mended_by_hours(self):
            return ""
        if self.receiver_day is None:
            return (
                _("Changez d’abord les heures.")
                if receives
                else _("L’équipe qui reçoit peut changer les heures.")
            )
        return (
            _("Changez d’abord les heures, ou faites accueillir par un collègue.")
            if receives
            else _("L’équipe qui reçoit peut changer les heures, ou faire accueillir par un collègue.")
        )

    @property
    def words(self) -> str:
        """What is closed, and who does what instead, in a list, in the reader's language."""
        if self.closed:
            return _("%(site)s : fermé") % {"site": self.seen.host_site.name}
        return ", ".join(
            _("%(name)s : %(shift)s")
            % {"name": person.name, "shift": shift_words(row.shift, row.starts_at, row.ends_at)}
            for person, row in self._told
        )

    def words_to(self, reader: Person | None = None) -> str:
        """The same in a sentence, to one of them: what a roster says of the reader is said to them."""
        if self.closed:
            return self.words
        return ", ".join(
            own_words(row) if reader is not None and person.id == reader.id else words_of(person.name, row)
            for person, row in self._told
        )

    @property
    def _told(self) -> list[tuple[Person, RosterDay]]:
        two = ((self.seen.visitor, self.visitor_day), (self.seen.receiver, self.receiver_day))
        return [(person, row) for person, row in two if row is not None]


def conflicts(
    session: Session,
    today: date,
    *,
    team_ids: Collection[int] | None = None,
    last: date | None = None,
) -> list[Conflict]:
    """Visits to come (up to `last`) whose visitor or receiver is off, or works at other hours,
    or whose site is closed. Who alone is off among those who receive is none: the host receives.

    Of these teams (of all when None): those that send or receive. Three queries.
    """
    found = unsettled(session, today, team_ids=team_ids, last=last)
    return [one for one in found if not host_receives(one)]


def unsettled(
    session: Session,
    today: date,
    *,
    team_ids: Collection[int] | None = None,
    last: date | None = None,
) -> list[Conflict]:
    """The same, and those whose host is still to receive."""
    other_hours = exists().where(
        col(RosterDay.person_id).in_([col(Visit.visitor_id), col(Visit.host_id), col(Visit.tutor_id)]),
        col(RosterDay.day) == col(Visit.day),
        col(RosterDay.shift) != Shift.FULL,
    )
    closed = exists().where(
        col(ClosedDay.site_id) == col(HostTeam.site_id), col(ClosedDay.day) == col(Visit.day)
    )
    conditions = [*to_come(today), or_(other_hours, closed, is_off())]
    if last is not None:
        conditions.append(col(Visit.day) <= last)
    if team_ids is not None:
        conditions.append(or_(col(VisitorTeam.id).in_(team_ids), col(HostTeam.id).in_(team_ids)))
    return conflicts_among(session, read_visits(session, *conditions))


def conflicts_among(
    session: Session,
    visits: Iterable[SeenVisit],
    arriving: Mapping[Key, RosterDay] | None = None,
    *,
    opened: bool = False,
) -> list[Conflict]:
    """Those of these visits on which one of the two does not work, or whose site is closed; `arriving`: days
    of a roster that is only looked at, and that would replace those known; `opened`: were no site closed.
    Two queries."""
    visits = list(visits)
    at = [] if opened else [(one.host_team.id or 0, one.visit.day) for one in visits]
    closed = days.closed_sites(session, at)
    asked = [(one, seen.visit.day) for seen in visits for one in (seen.visitor, seen.host, seen.receiver)]
    told = told_on(session, asked) | dict(arriving or {})
    found = []
    for seen in visits:
        visit = seen.visit
        visitor, receiver = (
            row if (row := told.get((person.id or 0, visit.day))) and not meets(row, during(visit)) else None
            for person in (seen.visitor, seen.receiver)
        )
        shut = (seen.host_team.id, visit.day) in closed
        if shut or visitor is not None or receiver is not None:
            only_tutor = (
                seen.tutor is not None and not shut and visitor is None and _works(seen.host, visit, told)
            )
            found.append(Conflict(seen, visitor, receiver, closed=shut, only_tutor=only_tutor))
    booked = booked_among(session, [one.seen for one in found])
    return [replace(one, booked=one.seen.visit.id in booked) for one in found]


def _works(person: Person, visit: Visit, told: Mapping[Key, RosterDay]) -> bool:
    row = told.get((person.id or 0, visit.day))
    return row is None or meets(row, during(visit))


def conflict_of(session: Session, seen: SeenVisit, today: date) -> Conflict | None:
    """What rosters, or a closed site, hold against one visit to come, as `conflicts`. Two queries."""
    return next(iter(conflicts_of(session, [seen], today)), None)


def conflicts_of(session: Session, visits: Iterable[SeenVisit], today: date) -> list[Conflict]:
    """The same of those of some visits that are to come. Two queries; none where none does."""
    ahead = [one for one in visits if is_ahead(one.visit, today)]
    return [one for one in conflicts_among(session, ahead) if not host_receives(one)] if ahead else []


def against_hours(session: Session, seen: SeenVisit, at: During, *, reader_id: int | None = None) -> str:
    """Why a day cannot have these hours, in a sentence; nothing where it can.

    Whoever works during a part of that day must be there then. Hours at which one more of the two is there
    than now are a step, though the other is not: a colleague may receive. One query; `reader_id`: as `says`.
    """
    told = days.shifts_on(session, _days_of([seen]))
    two = [
        (person, row)
        for person in (seen.visitor, seen.receiver)
        if (row := told.get((person.id or 0, seen.visit.day))) is not None
    ]
    now = {person.id for person, row in two if not meets(row, during(seen.visit))}
    then = [(person, row) for person, row in two if not meets(row, at)]
    partly = [(person, row) for person, row in then if hours_of(row) is not None]
    if not partly or {person.id for person, _row in then} < now:
        return ""
    said = [
        own_words(row) if person.id == reader_id else words_of(person.name, row) for person, row in partly
    ]
    return _("Ces heures ne vont pas avec le planning. %(words)s.") % {"words": ", ".join(said)}


def covered(session: Session, spans: Mapping[int, tuple[date, date]], today: date) -> list[SeenVisit]:
    """Visits to come from or to these teams, on the days that a roster covers of each. One query."""
    if not spans:
        return []
    first = max(today, min(first for first, _last in spans.values()))
    last = max(last for _first, last in spans.values())
    return [
        seen
        for seen in visits_of_teams(session, spans, first, last)
        if is_ahead(seen.visit, today)
        and any(
            _within(seen.visit.day, spans.get(team.id or 0)) for team in (seen.visitor_team, seen.host_team)
        )
    ]


@dataclass(frozen=True)
class Contradicted:
    """What a roster that is only looked at would contradict, by day."""

    planned: list[Conflict]
    """Visits of a plan: they stand until somebody decides."""
    booked: list[Conflict]
    """Booked days: they fall once it is confirmed."""
    shared: list[Conflict]
    """Booked with a team: a colleague receives, or they fall."""
    received: list[Conflict]
    """Days whose tutor alone is off: their hosts receive once it is confirmed."""
    waiting: list[Conflict]
    """Booked days that other hours would mend, or somebody else."""

    @property
    def halves(self) -> list[Conflict]:
        """Visits of a plan that other hours would mend, or somebody else."""
        return [one for one in self.planned if mended_by_hours(one)]

    @property
    def all(self) -> list[Conflict]:
        """All of them, by day."""
        every = (*self.planned, *self.booked, *self.shared, *self.received, *self.waiting)
        return sorted(every, key=lambda one: (one.seen.visit.day, one.seen.visit.id))


def contradicted(session: Session, plan: RosterPlan, today: date) -> Contradicted:
    """Visits to come that a roster would contradict, were it confirmed. Nothing is written; three queries."""
    spans = {team_id: (span.first_day, span.last_day) for team_id, span in plan.spans.items()}
    arriving = {
        (person_id, day): RosterDay(
            person_id=person_id,
            day=day,
            shift=worked.shift,
            starts_at=worked.starts_at,
            ends_at=worked.ends_at,
        )
        for (person_id, day), worked in plan.told.items()
    }
    found = [
        one
        for one in conflicts_among(session, covered(session, spans, today), arriving)
        if any((person.id, one.seen.visit.day) in arriving for person in one.absent)
    ]
    of_plan = [one for one in found if _is_planned(one) and waits(one)]
    fall = [one for one in found if falls(one)]
    with_team = of_teams(session, {one.seen.visit.id or 0 for one in fall if one.visitor_day is None})
    return Contradicted(
        planned=of_plan,
        booked=[one for one in fall if one.seen.visit.id not in with_team],
        shared=[one for one in fall if one.seen.visit.id in with_team],
        received=[one for one in found if host_receives(one)],
        waiting=[one for one in found if waits(one) and one not in of_plan],
    )


def mended_by_hours(conflict: Conflict) -> bool:
    """Whether the team that receives can let the day hold, by other hours."""
    return conflict.is_half_day and waits(conflict)


def falls(conflict: Conflict) -> bool:
    """Whether a booked day ends with a roster."""
    return not waits(conflict) and not conflict.only_tutor


def host_receives(conflict: Conflict) -> bool:
    """Whether the host receives in person, since nobody but who was asked to is off."""
    return conflict.only_tutor


def waits(conflict: Conflict) -> bool:
    """Whether a day stands until somebody decides: one of a plan, or one that other hours would mend."""
    return not conflict.only_tutor and (_is_planned(conflict) or conflict.is_half_day)


def _is_planned(conflict: Conflict) -> bool:
    return not conflict.booked


def provisional(session: Session, visits: Iterable[SeenVisit], today: date) -> set[int]:
    """Ids of those of these visits that wait for a roster: one of the two works by roster, and none covers
    their day yet. A day that begins, or before those of the first roster, does not begin to wait: no roster
    comes for it. Two queries."""
    visits = list(visits)
    since = days.awaiting_since(session)
    if not since:
        return set()
    told = days.shifts_on(session, _days_of(visits))
    return {
        seen.visit.id
        for seen in visits
        if seen.visit.id is not None
        and any(
            team.id in since
            and (person.id or 0, seen.visit.day) not in told
            and (seen.visit.provisional_at is not None or may_wait(seen.visit.day, since[team.id], today))
            for person, team in ((seen.visitor, seen.visitor_team), (seen.receiver, seen.host_team))
        )
    }


def may_wait(day: date, first: date | None, today: date) -> bool:
    """Whether a roster may still come for a day of a team whose first roster begins on `first`."""
    return day > today and (first is None or day >= first)


def says(
    session: Session, seen: SeenVisit, today: date, *, receives: bool = False, reader_id: int | None = None
) -> tuple[str, str] | None:
    """What rosters say of one visit to come, for its page: (kind of note, sentence); None for nothing.
    `receives`: the reader may change its hours; `reader_id`: what is said of that person is said to them."""
    if not is_ahead(seen.visit, today):
        return None
    if against := conflict_of(session, seen, today):
        words = against.words_to(next((one for one in against.absent if one.id == reader_id), None))
        if against.mends_itself:
            sentence = _("%(words)s. Une autre solution est cherchée : il n’y a rien à faire pour l’instant.")
            return "warn", sentence % {"words": words}
        if against.closed:
            return "warn", _(
                "%(site)s est fermé ce jour-là : cette journée ne peut pas avoir lieu. Les RH décident de la "
                "suite ; les deux personnes peuvent aussi s’entendre sur un autre jour."
            ) % {"site": seen.host_site.name}
        if against.is_half_day:
            sentence = _("Le planning ne couvre qu’une partie de cette journée. %(words)s. %(step)s")
            step = against.first_step(receives=receives)
            return "warn", sentence % {"words": words, "step": step}
        return "warn", f"{against.cause.sentence} {words}."
    if provisional(session, [seen], today):
        return "info", _(
            "Ce jour est provisoire : le planning d’une des deux équipes n’est pas encore arrivé."
        )
    return None


def _within(day: date, span: tuple[date, date] | None) -> bool:
    return span is not None and span[0] <= day <= span[1]


def _days_of(visits: Iterable[SeenVisit]) -> list[tuple[int, date]]:
    return [
        (person.id, seen.visit.day)
        for seen in visits
        for person in (seen.visitor, seen.receiver)
        if person.id is not None
    ]
