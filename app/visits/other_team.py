"""A host who changes team takes their days to come along. The two people read it, as those who lead the one
team and the other do; nothing is cancelled for it. Whoever receives in a host's place is of the host's team:
where one of the two changes, the host receives in person again."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, update

from app.core import jobs
from app.people.queries import sites_by_id, teams_by_id
from app.people.tables import Person, Team
from app.visits import places
from app.visits.changing import hold_all, situation
from app.visits.history import Hand, remember
from app.visits.hosting import release_tutor
from app.visits.leaving import contrary_of
from app.visits.limits import At, too_many
from app.visits.queries import Host, SeenVisit, Tutor, read_visits, to_come
from app.visits.tables import By, ChangeKind, Visit


def follow(session: Session, now: datetime, today: date) -> None:
    """Days count in the team that somebody is of now, and the history of those that they host says so. Of a
    day that takes place elsewhere as well, the message about its place is enough; `visits.carried` names all
    of them, with the two teams. Done twice, nothing more happens: which team was told is where a day
    counts."""
    hold_all(session, {one.visit_id for one in places.to_carry(session, today) if one.visit_id is not None})
    hosted = {
        one.visit_id: one
        for one in places.follow_moves(session, today)
        if one.counts and not one.leaves and one.visit_id is not None
    }
    if not hosted:
        return
    ahead = read_visits(session, col(Visit.id).in_(hosted), *to_come(today))
    found = [seen for seen in ahead if not seen.goes_on]
    stay = {seen.visit.id for seen in found if seen.visit.told_site_id == seen.host_site.id}
    session.exec(
        update(Visit)
        .where(col(Visit.id).in_(stay))
        .values(revision=col(Visit.revision) + 1, changed_at=now)
        .execution_options(synchronize_session="fetch")
    )
    teams, lines = teams_by_id(session), []
    for seen in found:
        one = hosted[seen.visit.id or 0]
        line = remember(
            session,
            seen.visit,
            ChangeKind.TEAM,
            Hand(By.SERVICE, None, now),
            event="visit.changed" if seen.visit.id in stay else None,
            place_before=teams[one.left].name,
            place_after=teams[one.joined].name,
        )
        lines.append([line.id, line.visit_id, one.left, one.joined])
    if lines:
        jobs.record(session, "visits.carried", lines=lines)


def tutors_gone(session: Session, today: date, *which: ColumnElement[bool]) -> list[SeenVisit]:
    """Days to come, not begun, whose tutor is not of the host's team any more, by day."""
    found = read_visits(session, *to_come(today), col(Tutor.team_id) != col(Host.team_id), *which)
    return [seen for seen in found if not seen.goes_on]


def release(session: Session, visit_id: int, now: datetime, today: date) -> None:
    """The host of one of these days receives in person again, as when a tutor leaves: those concerned hear
    it, and where a roster has the host off, what it does follows. Where that is done already, nothing
    happens."""
    hold_all(session, [visit_id])
    for seen in tutors_gone(session, today, col(Visit.id) == visit_id):
        before = situation(session, seen, By.SERVICE, None, today)
        release_tutor(session, before, Hand(By.SERVICE, None, now), revision=seen.visit.revision)


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
    """A day to come whose host changes team."""

    seen: SeenVisit
    before: Team
    after: Team
    too_many: bool
    """Beyond what the new team receives that day."""


def joining(session: Session, moved: Mapping[int, int], today: date) -> list[Joining]:
    """Days to come whose host would be of another team (`moved`: team by person), by day. Eight queries at
    most."""
    if not moved:
        return []
    teams, coming = teams_by_id(session), []
    more: Counter[At] = Counter()
    for seen in read_visits(session, col(Visit.host_id).in_(moved), *to_come(today)):
        before, after, day = seen.host_team, teams[moved[seen.visit.host_id]], seen.visit.day
        if after.id != before.id and not seen.goes_on:
            coming.append((seen, before, after))
            more[after.id or 0, day] += 1
            more[before.id or 0, day] -= 1
    return received(session, coming, more)


def received(
    session: Session, coming: list[tuple[SeenVisit, Team, Team]], more: Mapping[At, int]
) -> list[Joining]:
    """The same of days with the teams before and after, of which `more` are still to be counted."""
    sites = sites_by_id(session) if coming else {}
    over = too_many(
        session,
        {
            seen.visit.id or 0: (seen.campaign, after, sites[after.site_id], seen.visit.day)
            for seen, _before, after in coming
        },
        more,
    )
    return [Joining(seen, before, after, seen.visit.id in over) for seen, before, after in coming]
