"""What rosters say of visits: those still provisional, and those on a day when one of the two does not work.

Both are read from the rows as they are, never kept: after a visit moved, or a later roster, the list is right
again. It is what a repair starts from.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists
from sqlmodel import Session, col, or_

from app.core.i18n import _
from app.people.tables import Person
from app.teams import days
from app.teams.rules import meets
from app.teams.tables import RosterDay, Shift
from app.teams.words import shift_words
from app.visits.queries import HostTeam, SeenVisit, VisitorTeam, read_visits
from app.visits.tables import Visit, VisitStatus


@dataclass(frozen=True)
class Conflict:
    """A visit to come, and who does not work then."""

    seen: SeenVisit
    visitor_day: RosterDay | None
    """What the roster says of the visitor when that is the trouble."""
    receiver_day: RosterDay | None
    """What it says of whoever receives: the tutor where there is one, else the host."""

    @property
    def absent(self) -> list[Person]:
        """Those who do not work during the visit."""
        return [
            person
            for person, day in (
                (self.seen.visitor, self.visitor_day),
                (self.seen.receiver, self.receiver_day),
            )
            if day is not None
        ]

    @property
    def words(self) -> str:
        """Who does what instead, in the reader's language."""
        told = ((self.seen.visitor, self.visitor_day), (self.seen.receiver, self.receiver_day))
        return ", ".join(
            _("%(name)s : %(shift)s")
            % {"name": person.name, "shift": shift_words(day.shift, day.starts_at, day.ends_at)}
            for person, day in told
            if day is not None
        )


def conflicts(
    session: Session,
    today: date,
    *,
    team_ids: Collection[int] | None = None,
    last: date | None = None,
) -> list[Conflict]:
    """Standing visits from today on (up to `last`) whose visitor or receiver is off, or works at other hours.

    Of these teams (of all when None): those that send or receive. Two queries.
    """
    other_hours = exists().where(
        col(RosterDay.person_id).in_([col(Visit.visitor_id), col(Visit.host_id), col(Visit.tutor_id)]),
        col(RosterDay.day) == col(Visit.day),
        col(RosterDay.shift) != Shift.FULL,
    )
    conditions = [col(Visit.status) == VisitStatus.PLANNED, col(Visit.day) >= today, other_hours]
    if last is not None:
        conditions.append(col(Visit.day) <= last)
    if team_ids is not None:
        conditions.append(or_(col(VisitorTeam.id).in_(team_ids), col(HostTeam.id).in_(team_ids)))
    return conflicts_among(session, read_visits(session, *conditions))


def conflicts_among(session: Session, visits: Iterable[SeenVisit]) -> list[Conflict]:
    """Those of these visits on which one of the two does not work. One query."""
    visits = list(visits)
    told = days.shifts_on(session, _days_of(visits))
    found = []
    for seen in visits:
        visit = seen.visit
        visitor, receiver = (
            row
            if (row := told.get((person.id or 0, visit.day)))
            and not meets(row, visit.starts_at, visit.ends_at)
            else None
            for person in (seen.visitor, seen.receiver)
        )
        if visitor is not None or receiver is not None:
            found.append(Conflict(seen, visitor, receiver))
    return found


def provisional(session: Session, visits: Iterable[SeenVisit]) -> set[int]:
    """Ids of those of these visits that wait for a roster: one of the two works by roster, and none covers
    their day yet. Two queries."""
    visits = list(visits)
    by_roster = days.teams_by_roster(session)
    if not by_roster:
        return set()
    told = days.shifts_on(session, _days_of(visits))
    return {
        seen.visit.id
        for seen in visits
        if seen.visit.id is not None
        and any(
            team.id in by_roster and (person.id or 0, seen.visit.day) not in told
            for person, team in ((seen.visitor, seen.visitor_team), (seen.receiver, seen.host_team))
        )
    }


def says(session: Session, seen: SeenVisit, today: date) -> tuple[str, str] | None:
    """What rosters say of one visit to come, for its page: (kind of note, sentence); None for nothing."""
    if seen.visit.status != VisitStatus.PLANNED or seen.visit.day < today:
        return None
    if against := conflicts_among(session, [seen]):
        sentence = _("Le planning dit autre chose ce jour-là. %(words)s.")
        return "warn", sentence % {"words": against[0].words}
    if provisional(session, [seen]):
        return "info", _(
            "Ce jour est provisoire : le planning d’une des deux équipes n’est pas encore arrivé."
        )
    return None


def _days_of(visits: Iterable[SeenVisit]) -> list[tuple[int, date]]:
    return [
        (person.id, seen.visit.day)
        for seen in visits
        for person in (seen.visitor, seen.receiver)
        if person.id is not None
    ]
