"""Whoever changes team takes their days to come along. Those who lead the one team and the other read it, and
the two people where it is the team that receives; nothing is cancelled for it (`following`)."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, update

from app.core import jobs
from app.people.queries import teams_by_id, travel_minutes
from app.people.tables import Team
from app.visits import places
from app.visits.changing import hold_all
from app.visits.history import Hand, remember
from app.visits.places import Carried
from app.visits.queries import SeenVisit, read_visits, to_come
from app.visits.tables import By, ChangeKind, PersonDay, Visit
from app.visits.whereabouts import Told, is_too_far


def follow(
    session: Session, visit_ids: Collection[int], now: datetime, today: date, falling: Collection[int]
) -> tuple[list[Told], list[list[int]]]:
    """These days count in the team that somebody is of now, and their history says so. What is to be told to
    the two of a day, and, to those who lead the teams, the lines of `visits.carried`: which team was told is
    where a day counts, so done twice, nothing more happens. The two read it of a day whose host changed team,
    or to which the visitor has too far to go then. `falling`: days of which only that is told."""
    return _carry(session, now, today, col(PersonDay.visit_id).in_(visit_ids), falling=falling)


def before_retaken(
    session: Session, visit_ids: Collection[int | None], now: datetime, today: date, *, moves: bool = False
) -> None:
    """The same of these days alone, which are taken anew for another reason and would forget which team was
    told. `moves`: they have another day, and the message about that says it."""
    told, lines = _carry(session, now, today, col(PersonDay.visit_id).in_(visit_ids), moves=moves)
    for one in told:
        one.announce(session)
    if lines:
        jobs.record(session, "visits.carried", lines=lines)


def _carry(
    session: Session,
    now: datetime,
    today: date,
    *which: ColumnElement[bool],
    moves: bool = False,
    falling: Collection[int] = (),
) -> tuple[list[Told], list[list[int]]]:
    found = places.to_carry(session, today, *which)
    if not found:
        return [], []
    hold_all(session, {one.visit_id for one in found if one.visit_id is not None})
    carried = [
        one for one in places.follow_moves(session, today, *which) if one.counts and one.visit_id is not None
    ]
    ahead = read_visits(session, col(Visit.id).in_({one.visit_id for one in carried}), *to_come(today))
    coming = {seen.visit.id or 0: seen for seen in ahead if not seen.goes_on}
    teams = teams_by_id(session)
    standing = {visit_id: seen for visit_id, seen in coming.items() if visit_id not in falling}
    hosted, far = _to_tell(session, carried, standing, teams) if not moves else (set(), set())
    _written_anew(session, hosted - far, now)
    _written_anew(session, far, now, visitor_confirmed_at=None)
    # Where a colleague of the team that is left received, that they do not any more says it.
    receiving = {id_ for id_ in hosted if coming[id_].receiver.team_id == coming[id_].host.team_id}
    lines, told = [], []
    for one in sorted(carried, key=lambda one: (one.day, one.visit_id or 0, one.leaves)):
        if (seen := coming.get(one.visit_id or 0)) is None:
            continue
        is_far = one.leaves and one.visit_id in far
        line = remember(
            session,
            seen.visit,
            ChangeKind.TEAM,
            Hand(By.SERVICE, None, now),
            event=None,
            other_id=one.person_id if one.leaves else None,
            place_before=teams[one.left].name,
            place_after=teams[one.joined].name,
        )
        if is_far or (not one.leaves and one.visit_id in receiving):
            told.append(Told(seen.visit, line, far=is_far))
        lines.append([line.id or 0, one.visit_id or 0, one.left, one.joined, int(one.leaves)])
    return told, lines


def _to_tell(
    session: Session,
    carried: Collection[Carried],
    coming: Mapping[int, SeenVisit],
    teams: Mapping[int, Team],
) -> tuple[set[int], set[int]]:
    """Of the days to come, those that another team receives, and those to which the visitor has too far to
    go since they changed team. Where a day takes place elsewhere, the message about its place says it."""
    hosted: set[int] = set()
    far: set[int] = set()
    minutes = travel_minutes(session) if any(one.leaves for one in carried) else {}
    for one in carried:
        seen = coming.get(one.visit_id or 0)
        if seen is None or seen.visit.told_site_id != seen.host_site.id:
            continue
        if not one.leaves:
            hosted.add(seen.visit.id or 0)
        elif teams[one.left].site_id != teams[one.joined].site_id and is_too_far(seen, minutes):
            far.add(seen.visit.id or 0)
    return hosted, far


def _written_anew(session: Session, visit_ids: Collection[int], now: datetime, **values: object) -> None:
    """Calendars are sent these days again."""
    session.exec(
        update(Visit)
        .where(col(Visit.id).in_(visit_ids))
        .values(revision=col(Visit.revision) + 1, changed_at=now, **values)
        .execution_options(synchronize_session="fetch")
    )
