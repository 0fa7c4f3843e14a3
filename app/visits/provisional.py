"""Days that wait for a roster: who makes them wait, who reads it, and who reads that they wait no more.

A day is provisional as `rosters.provisional` says. Its people read it with the message that gives them the
day, or once it begins to wait: their team works by roster from now on. `Visit.provisional_at` remembers it,
and only they read that the roster arrived.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlmodel import Session, col, update

from app.teams import days
from app.teams.importing.run import RosterPlan
from app.visits.queries import SeenVisit, visits_of_teams
from app.visits.rosters import conflicts_among, may_wait, provisional
from app.visits.rules import is_ahead
from app.visits.tables import Visit


def begun_to_wait(session: Session, team_ids: Collection[int], today: date) -> list[int]:
    """Visits to come from and to these teams that are provisional though nobody told their people. Five
    queries."""
    unread = [one for one in _ahead(session, team_ids, today) if one.visit.provisional_at is None]
    waiting = provisional(session, unread, today) if unread else set()
    against = {one.seen.visit.id for one in conflicts_among(session, unread)} if waiting else set()
    return sorted(waiting - against)


def waits_no_more(session: Session, team_ids: Collection[int], today: date) -> list[int]:
    """Visits to come from and to these teams whose people read that they are provisional, and that are not.
    Three queries."""
    read = [one for one in _ahead(session, team_ids, today) if one.visit.provisional_at is not None]
    waiting = provisional(session, read, today) if read else set()
    return sorted({one.visit.id or 0 for one in read} - waiting)


def remember_read(session: Session, visit: Visit, at: datetime | None) -> None:
    """Its people read that it waits for a roster, or (None) that it waits no more."""
    if (visit.provisional_at is None) is not (at is None):
        session.exec(update(Visit).where(col(Visit.id) == visit.id).values(provisional_at=at))


def becoming_provisional(session: Session, plan: RosterPlan, today: date) -> list[SeenVisit]:
    """Visits to come, certain until now, that would wait for another roster, were this one confirmed: one of
    the two is of a team whose first roster it is, and it says nothing of their day. By day; four queries."""
    first = {one: plan.spans[one].first_day for one in plan.spans.keys() - days.teams_by_roster(session)}
    if not first:
        return []
    ahead = _ahead(session, first, today)
    told = days.shifts_on(
        session, [(one.id or 0, seen.visit.day) for seen in ahead for one in (seen.visitor, seen.receiver)]
    )
    known = {*told, *plan.told}
    before = provisional(session, ahead, today)
    return [seen for seen in ahead if seen.visit.id not in before and _waits(seen, first, known, today)]


def _waits(
    seen: SeenVisit, first: Mapping[int, date], known: Collection[tuple[int, date]], today: date
) -> bool:
    day = seen.visit.day
    return any(
        (since := first.get(team.id or 0)) is not None
        and (person.id or 0, day) not in known
        and may_wait(day, since, today)
        for person, team in ((seen.visitor, seen.visitor_team), (seen.receiver, seen.host_team))
    )


def _ahead(session: Session, team_ids: Collection[int], today: date) -> list[SeenVisit]:
    return [one for one in visits_of_teams(session, team_ids, today, date.max) if is_ahead(one.visit, today)]
