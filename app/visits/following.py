"""What follows for days to come where a staff file, a file of teams or a roster changed who works where, for
whom and when. What one look finds of a day is of one moment, and one message says it: those concerned
read how the day stands at the end, and why.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from sqlmodel import Session, col

from app.core import jobs
from app.core.db import together
from app.teams.tables import RosterDay, Shift
from app.visits import agreements, carrying, confirming, other_team, places, provisional, whereabouts
from app.visits.changing import hold_all, situation
from app.visits.conditions import become_too_young
from app.visits.history import Hand
from app.visits.hosting import release_tutor
from app.visits.off_days import Off
from app.visits.queries import SeenVisit, read_visits, to_come, visits_with_ids
from app.visits.reading import last_line
from app.visits.rosters import Conflict, conflicts_among, falls, host_receives, unsettled
from app.visits.rules import OFF, is_ahead
from app.visits.suspending import contradict, contradict_unheard, resume
from app.visits.tables import By, CancelReason, PersonDay, Visit
from app.visits.whereabouts import Told


def is_due(session: Session, today: date) -> bool:
    """Whether anything is to follow, or may be."""
    return bool(places.to_carry(session, today) or _concerned(session, today))


@dataclass(frozen=True)
class Followed:
    """What is to be told of some days to those who lead the teams, together with all others of one look."""

    carried: list[list[int]]
    """The lines of `visits.carried`."""
    placed: list[int]
    """Those of days that take place elsewhere."""
    suspended: list[int]
    resumed: set[int]


def follow(session: Session, now: datetime, today: date) -> None:
    """Days count in the teams of their people, take place where their hosts work, need the agreement of
    the companies they work for and the yes of the team where the visitor became too young, and are
    received by hosts whose colleague left the team; those on which one of the two does not work are
    contradicted, and those against which nothing stands any more hold again. A day of which something
    raises keeps none of the others back, and stays to be followed. Done twice, nothing more happens."""
    if joined := {one.joined for one in places.to_carry(session, today)}:
        say_provisional(session, joined, today)  # one of the two works by roster from now on
    ids = sorted(_concerned(session, today))
    hold_all(session, ids)
    places.follow_moves(session, today, col(PersonDay.visit_id).is_(None))
    parts = together(session, ids, partial(_follow, now=now, today=today))
    carried = [line for part in parts for line in part.carried]
    placed = [line for part in parts for line in part.placed]
    suspended = {one for part in parts for one in part.suspended}
    resumed = {one for part in parts for one in part.resumed}
    if carried or placed or suspended or resumed:
        jobs.record(
            session,
            "visits.carried",
            lines=carried,
            places=placed,
            suspended=sorted(suspended),
            resumed=sorted(resumed),
            about=last_line(session, ids),
        )


def _follow(session: Session, ids: Collection[int], *, now: datetime, today: date) -> Followed:
    these = col(Visit.id).in_(ids)
    confirming.unsay_too_young(session, now, today, these)
    gone = other_team.tutors_gone(session, today, these)
    alone = {seen.visit.id for seen in gone}
    ahead = [
        replace(seen, tutor=None) if seen.visit.id in alone else seen
        for seen in visits_with_ids(session, ids)
        if is_ahead(seen.visit, today)
    ]
    against = [one for one in conflicts_among(session, ahead) if not host_receives(one)]
    falling = {one.seen.visit.id or 0 for one in against if falls(one)}
    told, carried = carrying.follow(session, ids, now, today, falling)
    elsewhere = whereabouts.elsewhere(session, today, these)
    shut = {one.seen.visit.id or 0 for one in against if one.closed}
    there = [one for one in elsewhere if one.visit.id in shut or one.visit.id not in falling]
    placed = whereabouts.say(session, there, now)
    told += placed
    told += confirming.void_agreements(session, now, today, these)
    other_team.release(session, gone, now, today)
    moved_there = {one.visit.id or 0 for one in elsewhere} & shut
    released = {one.visit.id or 0 for one in gone}
    suspended, resumed = _tell(session, told, ids, moved_there, released, now, today)
    return Followed(carried, [one.line.id or 0 for one in placed], suspended, resumed)


def _tell(
    session: Session,
    told: Collection[Told],
    ids: Collection[int],
    closed: Collection[int],
    released: Collection[int],
    now: datetime,
    today: date,
) -> tuple[list[int], set[int]]:
    """What became of each day is told with whether it can take place; which are suspended by it, and which
    hold again. `closed`: days that came to a site which HR had closed; `released`: whose tutor receives no
    more, which is told by itself."""
    hand = Hand(By.SERVICE, None, now)
    seen = [one for one in visits_with_ids(session, ids) if is_ahead(one.visit, today)]
    found = conflicts_among(session, seen)
    released = {*released, *(one.seen.visit.id or 0 for one in found if host_receives(one))}
    contrary = let_hosts_receive(session, found, hand, today)
    now_closed = [
        one
        for one in contrary
        if one.seen.visit.id in closed and one.seen.visit.suspended_for is not CancelReason.CLOSED
    ]
    suspended = contradict(session, now_closed, Hand(By.HR, None, now), about="", alone=False)
    suspended += contradict_unheard(session, contrary, now, alone=False)
    against = {one.seen.visit.id for one in found}
    holds = [one.visit.id or 0 for one in seen if one.visit.id not in against]
    changed = released | {one.visit.id or 0 for one in told}
    resumed = resume(session, holds, hand, but=changed, alone=False)
    said_so = {*released, *suspended, *(one.seen.visit.id for one in contrary if falls(one))}
    last = {one.visit.id: one for one in told if one.visit.id not in said_so}
    far = {one.visit.id for one in told if one.far}
    for visit_id, one in last.items():
        one.announce(session, far=visit_id in far)
    return suspended, resumed


def _concerned(session: Session, today: date) -> set[int]:
    """Days to come of which something may be to tell."""
    suspended = col(Visit.suspended_for).in_(OFF)
    seen = [
        *(one.seen for one in unsettled(session, today)),
        *read_visits(session, suspended, *to_come(today)),
        *whereabouts.elsewhere(session, today),
        *other_team.tutors_gone(session, today),
        *agreements.signed_for_others(session, today),
        *become_too_young(session, today),
    ]
    carried = {one.visit_id for one in places.to_carry(session, today) if one.visit_id is not None}
    return {one.visit.id or 0 for one in seen} | carried


def made_certain(session: Session, back: Off) -> list[SeenVisit]:
    """Suspended days against which nothing would stand any more, once these people work then. Two queries."""
    suspended = {one.visit.id: (one, people) for one, people in back if one.visit.suspended_for is not None}
    arriving = {
        (person.id or 0, one.visit.day): RosterDay(
            person_id=person.id or 0, day=one.visit.day, shift=Shift.FULL
        )
        for one, people in suspended.values()
        for person, _why in people
    }
    against = conflicts_among(session, [one for one, _people in suspended.values()], arriving)
    still = {one.seen.visit.id for one in against}
    return [one for visit_id, (one, _people) in suspended.items() if visit_id not in still]


def let_hosts_receive(
    session: Session, found: Collection[Conflict], hand: Hand, today: date
) -> list[Conflict]:
    """Where nobody but who receives in the host's place is off, the host receives; the others."""
    for seen in (one.seen for one in found if host_receives(one)):
        before = situation(session, seen, By.SERVICE, None, today)
        release_tutor(session, before, hand, revision=seen.visit.revision, by_roster=True)
    return [one for one in found if not host_receives(one)]


def say_provisional(session: Session, team_ids: set[int], today: date) -> None:
    """Days of these teams that began to wait for a roster are named by `visits.provisional`."""
    if begun := provisional.begun_to_wait(session, team_ids, today):
        jobs.record(session, "visits.provisional", visit_ids=begun)
