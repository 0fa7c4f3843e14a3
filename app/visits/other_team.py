"""Whom it changes for when people change team, before an import and after: their days with the limits of the
teams joined; and the tutors. Whoever receives in a host's place is of the host's team: where one of the two
changes, the host receives in person again."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from app.people.queries import sites_by_id, teams_by_id, travel_minutes
from app.people.tables import Person, Team
from app.teams.days import shifts_on
from app.teams.rules import usually_works
from app.teams.tables import Shift
from app.visits.changing import situation
from app.visits.history import Hand
from app.visits.hosting import release_tutor
from app.visits.leaving import contrary_of
from app.visits.limits import At, Way, beyond
from app.visits.queries import Host, SeenVisit, Tutor, read_visits, to_come
from app.visits.tables import By, Visit
from app.visits.whereabouts import is_too_far


def tutors_gone(session: Session, today: date, *which: ColumnElement[bool]) -> list[SeenVisit]:
    """Days to come, not begun, whose tutor is not of the host's team any more, by day."""
    found = read_visits(session, *to_come(today), col(Tutor.team_id) != col(Host.team_id), *which)
    return [seen for seen in found if not seen.goes_on]


def release(session: Session, found: Collection[SeenVisit], now: datetime, today: date) -> None:
    """The hosts of these days receive in person again, as when a tutor leaves: those concerned hear it. What
    a roster that has a host off does is left to the caller."""
    for seen in found:
        before = situation(session, seen, By.SERVICE, None, today)
        hand = Hand(By.SERVICE, None, now)
        release_tutor(session, before, hand, revision=seen.visit.revision, follows=False)


def left_alone(
    session: Session, moved: Mapping[int, int], today: date
) -> list[tuple[SeenVisit, Person, bool]]:
    """Days to come whose tutor would not be of the host's team any more (`moved`: team by person), by day,
    with the tutor, and whether a roster has the host off. Four queries at most."""
    if not moved:
        return []
    theirs = or_(col(Visit.tutor_id).in_(moved), col(Visit.host_id).in_(moved))
    found = {}
    for seen in read_visits(session, theirs, *to_come(today)):
        tutor, host = seen.tutor, seen.host
        if tutor is None or seen.goes_on:
            continue
        if moved.get(tutor.id or 0, tutor.team_id) != moved.get(host.id or 0, host.team_id):
            found[seen.visit.id] = (seen, tutor)
    off = {seen.visit.id for seen in contrary_of(session, [seen for seen, _tutor in found.values()])}
    return [(seen, tutor, visit_id in off) for visit_id, (seen, tutor) in found.items()]


@dataclass(frozen=True)
class Joining:
    """A day to come whose visitor, or host, changes team."""

    seen: SeenVisit
    leaves: bool
    """It is the visitor who does; else the host."""
    before: Team
    after: Team
    too_many: bool = False
    """Beyond what the new team lets go, or receives, that day."""
    too_far: bool = False
    """The visitor would have farther to go than the campaign lets anybody travel."""

    @property
    def person(self) -> Person:
        """Who changes team."""
        return self.seen.visitor if self.leaves else self.seen.host

    @property
    def way(self) -> Way:
        """What is counted in the new team."""
        return self.after.id or 0, self.seen.visit.day, self.leaves


def joining(session: Session, moved: Mapping[int, int], today: date) -> list[Joining]:
    """Days to come whose visitor or host would be of another team (`moved`: team by person), by day. Eleven
    queries at most."""
    if not moved:
        return []
    teams, sites, coming = teams_by_id(session), sites_by_id(session), []
    minutes = travel_minutes(session, sites)
    more: Counter[Way] = Counter()
    theirs = or_(col(Visit.visitor_id).in_(moved), col(Visit.host_id).in_(moved))
    for seen in read_visits(session, theirs, *to_come(today)):
        there = sites[teams[moved.get(seen.host.id or 0, seen.host.team_id)].site_id]
        for person, team, leaves in (
            (seen.visitor, seen.visitor_team, True),
            (seen.host, seen.host_team, False),
        ):
            after = teams[moved.get(person.id or 0, team.id or 0)]
            if after.id != team.id and not seen.goes_on:
                where = replace(seen, visitor_site=sites[after.site_id], host_site=there) if leaves else seen
                far = leaves and team.site_id != after.site_id and is_too_far(where, minutes)
                one = Joining(seen, leaves, team, after, too_far=far)
                coming.append(one)
                more[one.way] += 1
                more[team.id or 0, seen.visit.day, leaves] -= 1
    return received(session, coming, more, _more_at_work(session, moved, coming))


def _more_at_work(session: Session, moved: Mapping[int, int], coming: Collection[Joining]) -> Counter[At]:
    """How many more would be at work in the teams joined, on these days, once people changed team."""
    days_of = defaultdict(set)
    for one in coming:
        days_of[one.after.id or 0].add(one.seen.visit.day)
    movers = session.exec(select(Person).where(col(Person.id).in_(moved))).all() if coming else []
    asked = [(one, team_id) for one in movers for team_id in (moved[one.id or 0], one.team_id)]
    days = [(one.id or 0, day) for one, team_id in asked for day in days_of.get(team_id, ())]
    told, more = shifts_on(session, days), Counter[At]()
    for person, team_id in asked:
        for day in days_of.get(team_id, ()):
            shift = told.get((person.id or 0, day))
            usual = usually_works(person.worked_weekdays, person.school_weekdays, day)
            if usual if shift is None else shift.shift is not Shift.OFF:
                more[team_id, day] += 1 if team_id == moved[person.id or 0] else -1
    return more


def received(
    session: Session,
    coming: list[Joining],
    more: Mapping[Way, int] | None = None,
    at_work: Mapping[At, int] | None = None,
) -> list[Joining]:
    """The same with the limits of the teams joined; where nothing is done yet, `more` days are still to be
    counted, and so many more people `at_work`."""
    sites = sites_by_id(session) if coming else {}
    counted = [
        (one.seen.campaign, one.after, sites[one.after.site_id], one.seen.visit.day, one.leaves)
        for one in coming
    ]
    over = beyond(session, counted, more or {}, at_work or {})
    return [replace(one, too_many=too) for one, too in zip(coming, over, strict=True)]
