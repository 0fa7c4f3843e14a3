"""What the team that receives says of a visit: its hours, and who is with the visitor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlmodel import Session, col, update

from app.availability.days import DayBook
from app.availability.told import told_of_people
from app.core import jobs
from app.core.errors import Stale
from app.core.searching import folded
from app.people.tables import Person
from app.teams.rules import During, meets
from app.visits import places, rosters
from app.visits.apart import kept_apart
from app.visits.carrying import before_retaken
from app.visits.changing import Situation, begin
from app.visits.errors import DayTaken, HoursDoNotFit, HoursNotInOrder, NotOfTheTeam, TutorBusy
from app.visits.history import Hand, remember
from app.visits.lifecycle import check
from app.visits.off_days import told_on
from app.visits.queries import SeenVisit, busy_days
from app.visits.queries import visit as find_visit
from app.visits.reading import colleagues
from app.visits.rules import PART_HOURS, during, hours_fault
from app.visits.service import void_proposals
from app.visits.suspending import follow_change
from app.visits.tables import CancelReason, ChangeKind, DayPart, Visit, VisitChange, VisitStatus


@dataclass(frozen=True)
class Hours:
    """How much of the day, from when to when; None for the usual hours of that part."""

    part: DayPart
    starts_at: time | None = None
    ends_at: time | None = None


def lasts(visit: Visit, hours: Hours) -> bool:
    """Whether a visit has these hours already."""
    usual = PART_HOURS[hours.part]
    asked = (hours.part, hours.starts_at or usual[0], hours.ends_at or usual[1])
    return (visit.part, visit.starts_at, visit.ends_at) == asked


def set_hours(session: Session, before: Situation, hours: Hours, hand: Hand, *, revision: int) -> Visit:
    """Say how long the visit lasts; the visitor is told, calendars follow. Saying the same changes nothing.

    Raises `HoursNotInOrder`, `HoursDoNotFit` (also with what a roster says), and as `lifecycle.STEPS` says.
    """
    now = begin(session, before, revision=revision)
    step = check(ChangeKind.HOURS, now.asked)
    usual = PART_HOURS[hours.part]
    starts, ends = hours.starts_at or usual[0], hours.ends_at or usual[1]
    if starts >= ends:
        raise HoursNotInOrder
    if (fault := hours_fault(hours.part, starts, ends)) is not None:
        raise HoursDoNotFit(fault)
    visit = now.visit
    if lasts(visit, hours):
        return visit
    asked = During(starts, ends, hours.part is DayPart.FULL)
    if against := rosters.against_hours(session, now.seen, asked, reader_id=now.person_id):
        raise HoursDoNotFit(against)
    _change(session, now, hand, part=hours.part, starts_at=starts, ends_at=ends)
    remember(session, visit, ChangeKind.HOURS, hand, event=step.event, part=hours.part)
    follow_change(session, visit, hand.now, now.today)
    return visit


def name_tutor(session: Session, before: Situation, tutor: Person, hand: Hand, *, revision: int) -> Visit:
    """A colleague of the host's team receives in the host's place; their day is taken, no limit moves.

    Raises `NotOfTheTeam`, `TutorBusy`, and as `lifecycle.STEPS` says.
    """
    now = begin(session, before, revision=revision)
    step = check(ChangeKind.TUTOR, now.asked)
    visit, seen = now.visit, now.seen
    if tutor.id == visit.tutor_id:
        return visit
    if not tutor.active or tutor.team_id != seen.host.team_id or seen.has(tutor.id):
        raise NotOfTheTeam
    if not works(session, seen, tutor, visit.day):
        raise TutorBusy
    former = visit.tutor_id
    with session.begin_nested():
        _change(session, now, hand, tutor_id=tutor.id)
        _retake(session, now, hand)
    line = remember(session, visit, ChangeKind.TUTOR, hand, event=step.event, other_id=tutor.id)
    follow_change(session, visit, hand.now, now.today)
    _replaced(session, visit, line, former)
    return visit


def set_tutor(
    session: Session, before: Situation, tutor_id: int | None, hand: Hand, *, revision: int
) -> Visit:
    """Name who receives in the host's place; None: the host in person again."""
    if tutor_id is None:
        return release_tutor(session, before, hand, revision=revision)
    tutor = session.get(Person, tutor_id)
    if tutor is None:
        raise NotOfTheTeam
    return name_tutor(session, before, tutor, hand, revision=revision)


def release_tutor(
    session: Session,
    before: Situation,
    hand: Hand,
    *,
    revision: int,
    by_roster: bool = False,
    follows: bool = True,
) -> Visit:
    """The host receives in person again; the tutor has their day back and is told. `by_roster`: it says that
    the tutor is off. Where a roster has the host off too, the day is contradicted from now on; `follows`
    False: the caller sees to that."""
    now = begin(session, before, revision=revision)
    step = check(ChangeKind.RELEASED, now.asked)
    former = now.visit.tutor_id
    if former is None:
        return now.visit
    _change(session, now, hand, tutor_id=None)
    _retake(session, now, hand)
    reason = CancelReason.ROSTER if by_roster else _why_nobody(session, now)
    remember(session, now.visit, ChangeKind.RELEASED, hand, event=step.event, other_id=former, reason=reason)
    if follows:
        follow_change(session, now.visit, hand.now, now.today)
    return now.visit


def replace_host(session: Session, before: Situation, host: Person, hand: Hand, *, revision: int) -> Visit:
    """A roster has the host off: a colleague of the team receives, and is asked for their yes. Who received
    before has their day back and is told; no limit moves.

    Raises `NotOfTheTeam`, `TutorBusy`, and as `lifecycle.STEPS` says.
    """
    now = begin(session, before, revision=revision)
    step = check(ChangeKind.HOST, now.asked)
    visit, seen = now.visit, now.seen
    if not host.active or host.team_id != seen.host.team_id or seen.has(host.id):
        raise NotOfTheTeam
    if not works(session, seen, host, visit.day):
        raise TutorBusy
    former, tutor = visit.host_id, visit.tutor_id
    same = folded(host.legal_entity) == folded(seen.host.legal_entity)
    signed = visit.agreement_at if same else None
    with session.begin_nested():
        _change(
            session, now, hand, host_id=host.id, tutor_id=None, host_confirmed_at=None, agreement_at=signed
        )
        _retake(session, now, hand)
    void_proposals(session, visit, hand.now)  # between two people who do not meet any more
    line = remember(
        session, visit, ChangeKind.HOST, hand, event=step.event, other_id=former, reason=CancelReason.ROSTER
    )
    _replaced(session, visit, line, tutor)
    follow_change(session, visit, hand.now, now.today)
    return visit


def release_if_busy(session: Session, seen: SeenVisit, day: date, taken: bool, hand: Hand) -> None:
    """The visit moves to `day`: a tutor who is not free then is released with the move, and told."""
    visit, former = seen.visit, seen.tutor
    if former is None or (works(session, seen, former, day) and not taken):
        return
    visit.tutor_id = None
    session.add(visit)
    session.flush()
    assert former.id is not None
    _released(session, visit, former.id, hand)


def tutors_for(session: Session, seen: SeenVisit) -> list[Person]:
    """Colleagues of the host's team who are at work during the visit and have no other that day, and who is
    its tutor, by name."""
    visit = seen.visit
    found = colleagues(session, seen.host.team_id, {visit.visitor_id, visit.host_id})
    ids = [one.id for one in found if one.id is not None]
    taken, here = busy_days(session, ids, but=visit.id), at_work(session, seen, found, visit.day)
    free = {one for one in here if visit.day not in taken.get(one or 0, ())}
    return [one for one in found if one.id in free or one.id == visit.tutor_id]


def works(session: Session, seen: SeenVisit, tutor: Person, day: date) -> bool:
    """Whether a colleague of the host's team is at work during the visit, and the team receives that day."""
    return tutor.id in at_work(session, seen, [tutor], day)


def at_work(session: Session, seen: SeenVisit, team: Sequence[Person], day: date) -> set[int | None]:
    """Those of the host's team who are at work during the visit on a day on which the team receives. Whoever
    is kept apart from the visitor looks as if they were not."""
    apart = kept_apart(session, seen.visit.campaign_id, seen.visit.visitor_id)
    book, told = DayBook(seen.campaign), told_of_people(session, seen.campaign, team)
    closed, at = seen.host_team.closed_weekdays, during(seen.visit)
    return {
        one.id
        for one in team
        if one.id not in apart
        and day in book.dates(book.receiving(one, seen.host_site, closed, told(one.id or 0, one.team_id, at)))
    }


def is_off(session: Session, seen: SeenVisit, person: Person) -> bool:
    """Whether a roster, or their usual week, has somebody off at the hours of a visit. One query."""
    told = told_on(session, [(person, seen.visit.day)])
    return any(not meets(row, during(seen.visit)) for row in told.values())


def _replaced(session: Session, visit: Visit, line: VisitChange, former_id: int | None) -> None:
    """A former tutor is told that they have their day back; the one line says who receives now."""
    if former_id is not None:
        jobs.record(
            session,
            "visit.tutor_replaced",
            visit_id=visit.id,
            revision=visit.revision,
            change_id=line.id,
            former_id=former_id,
        )


def _released(session: Session, visit: Visit, tutor_id: int, hand: Hand) -> None:
    remember(session, visit, ChangeKind.RELEASED, hand, event="visit.tutor_released", other_id=tutor_id)


def _why_nobody(session: Session, now: Situation) -> CancelReason | None:
    """Of a day that the host cannot receive either, says a roster."""
    against = rosters.conflict_of(session, find_visit(session, now.visit.id or 0), now.today)
    is_off = against is not None and against.receiver_day is not None
    return CancelReason.UNAVAILABLE if is_off else None


def _retake(session: Session, now: Situation, hand: Hand) -> None:
    """Take the same day anew, with whoever receives now; the teams' limits are as they were."""
    seen = now.seen
    assert seen.visit.id is not None
    before_retaken(session, [seen.visit.id], hand.now, now.today)
    try:
        places.exchange(session, seen.campaign, [seen.visit], given_back=[seen.visit.id], unlimited=True)
    except DayTaken as taken:
        raise TutorBusy from taken


def _change(session: Session, now: Situation, hand: Hand, **values: object) -> None:
    """Change the row as it was seen; everybody's calendar follows. Who said yes has said yes to this day."""
    visit = now.visit
    done = session.exec(
        update(Visit)
        .where(
            col(Visit.id) == visit.id,
            col(Visit.status) == VisitStatus.PLANNED,
            col(Visit.revision) == visit.revision,
        )
        .values(revision=visit.revision + 1, changed_at=hand.now, **values)
    )
    if done.rowcount != 1:
        raise Stale
    session.refresh(visit)
