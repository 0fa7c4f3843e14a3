"""A day that cannot take place as planned, until somebody decides: its site is closed, or a roster says
otherwise. It stands, its history says so, and calendars hear of it: the revision grows, as when it holds
again.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import Session, col, or_, select, update

from app.core import jobs
from app.messages import queries as mails
from app.messages.catalogue import Kind
from app.people.tables import Person
from app.visits.changing import hold_all
from app.visits.history import Hand, remember
from app.visits.off_days import Cause
from app.visits.queries import SeenVisit, visits_with_ids
from app.visits.queries import visit as find_visit
from app.visits.rosters import Conflict, conflict_of, conflicts_among, falls, mended_by_hours, waits
from app.visits.rules import stands
from app.visits.tables import By, CancelReason, ChangeKind, Visit, VisitChange

EVE = "eve"
"""Marks the mails that say, shortly before the day, that nothing is decided."""
REASONS = {Cause.CONTRACT: CancelReason.CONTRACT, Cause.WEEKDAY: CancelReason.WEEKDAY}
"""What a day's history says where it is not a roster that contradicts it."""
OVER = ":over"
"""Ends the key of what says later that nobody chose another day."""


def suspend(session: Session, visit_ids: Collection[int], hand: Hand, *, alone: bool = True) -> list[int]:
    """Say of these days, once each, that they cannot take place as planned. That HR close a site is said also
    of a day that a roster contradicts. `alone` False: those who lead the teams read it with other news, which
    the caller tells. Of which days it was said."""
    hold_all(session, visit_ids)
    already = suspended_among(session, visit_ids)
    if hand.by is By.HR:
        lines = _last(session, already, {ChangeKind.SUSPENDED})
        already = {line.visit_id for line in lines if line.by is By.HR}
    return _suspend(session, set(visit_ids) - already, hand, alone=alone)


def suspend_anew(session: Session, visit_ids: Collection[int], now: datetime) -> None:
    """The site of these days is open again, and a roster still contradicts them: their history, their people
    and calendars hear what they wait for now."""
    hold_all(session, visit_ids)
    _suspend(session, visit_ids, Hand(By.SERVICE, None, now))


def _suspend(session: Session, visit_ids: Collection[int], hand: Hand, *, alone: bool = True) -> list[int]:
    lines = []
    by_service = visits_with_ids(session, visit_ids) if hand.by is By.SERVICE else []
    causes = {one.seen.visit.id: REASONS.get(one.cause) for one in conflicts_among(session, by_service)}
    for visit in session.exec(select(Visit).where(col(Visit.id).in_(visit_ids)).order_by(col(Visit.id))):
        if stands(visit):
            reason = causes.get(visit.id)
            why = CancelReason.CLOSED if hand.by is By.HR else reason or CancelReason.ROSTER
            _revise(session, visit, hand.now, suspended_for=why)
            lines.append(remember(session, visit, ChangeKind.SUSPENDED, hand, event=None, reason=reason))
    if alone:
        _tell_teams(session, "visits.suspended", lines)
    return [line.visit_id for line in lines]


def _tell_teams(session: Session, event: str, lines: Sequence[VisitChange]) -> None:
    """Who leads those concerned reads of all these days at once."""
    if lines:
        ids = [line.visit_id for line in lines]
        jobs.record(session, event, visit_ids=ids, about=max(line.id or 0 for line in lines))


def resume(
    session: Session,
    visit_ids: Collection[int],
    hand: Hand,
    *,
    but: Collection[int] = (),
    alone: bool = True,
) -> set[int]:
    """Those of these days that were suspended hold again, and their history says so: calendars and people
    that heard the one hear the other. `but`: of those days another message says it (`resumed_by`). `alone`:
    as of `suspend`. Which they are."""
    hold_all(session, visit_ids)
    lifted, lines = suspended_among(session, visit_ids), []
    for visit in session.exec(select(Visit).where(col(Visit.id).in_(lifted)).order_by(col(Visit.id))):
        _revise(session, visit, hand.now, suspended_for=None)
        event = None if visit.id in but else "visit.resumed"
        lines.append(remember(session, visit, ChangeKind.RESUMED, hand, event=event))
    if alone:
        _tell_teams(session, "visits.resumed", lines)
    return lifted


def contradict(
    session: Session,
    found: Collection[Conflict],
    hand: Hand,
    *,
    about: int | str,
    by: int | None = None,
    program: str = "",
    alone: bool = True,
) -> list[int]:
    """What follows for days that a roster, or a closed site, contradicts, whatever made it so: those that
    wait are suspended; `visits.in_conflict` has the others mended, and looks for another day of a plan;
    `visits.half_covered` tells whoever may change hours, once for `about`. `by`, `program`: who sent the
    roster that did it. `alone`: as of `suspend`. Which are suspended."""
    waiting = [one.seen.visit.id or 0 for one in found if waits(one)]
    suspended = suspend(session, waiting, hand, alone=alone)
    if found:
        ids = [one.seen.visit.id or 0 for one in found]
        jobs.record(session, "visits.in_conflict", visit_ids=ids, by=by, program=program)
    if half := [one.seen.visit.id or 0 for one in found if mended_by_hours(one)]:
        jobs.record(session, "visits.half_covered", visit_ids=half, roster_id=about)
    return suspended


def contradict_unheard(
    session: Session, found: Collection[Conflict], now: datetime, *, alone: bool = True
) -> list[int]:
    """The same where nothing followed yet, and no roster arrives with it. Of a closed site its closing is
    what follows."""
    already = suspended_among(session, {one.seen.visit.id or 0 for one in found})
    fresh = [one for one in found if not one.closed and (falls(one) or one.seen.visit.id not in already)]
    ids = "-".join(str(one.seen.visit.id) for one in fresh)
    about = f"days-{ids}-{int(now.timestamp())}"
    return contradict(session, fresh, Hand(By.SERVICE, None, now), about=about, alone=alone)


def follow_change(session: Session, visit: Visit, now: datetime, today: date) -> None:
    """Other hours, somebody else who receives, or another site: where the day is contradicted with it, what
    follows does; where nothing contradicts it any more, its history says so. The message about the change
    tells it (`resumed_by`)."""
    visit_id = visit.id or 0
    against = conflict_of(session, find_visit(session, visit_id), today)
    if against is not None and against.closed:
        if visit.suspended_for is not CancelReason.CLOSED:
            contradict(session, [against], Hand(By.HR, None, now), about="")
    elif against is not None:
        contradict_unheard(session, [against], now)
    elif visit_id in suspended_among(session, {visit_id}):
        session.exec(update(Visit).where(col(Visit.id) == visit_id).values(suspended_for=None))
        session.refresh(visit)
        line = remember(session, visit, ChangeKind.RESUMED, Hand(By.SERVICE, None, now), event=None)
        _tell_teams(session, "visits.resumed", [line])


def resumed_by(session: Session, change: VisitChange) -> bool:
    """Whether a change of hours, or of who receives, let the day hold again; or follows from HR opening its
    site."""
    query = select(VisitChange.id).where(
        VisitChange.visit_id == change.visit_id,
        VisitChange.kind == ChangeKind.RESUMED,
        VisitChange.at == change.at,
        or_(col(VisitChange.id) > change.id, VisitChange.by == By.HR),
    )
    return session.exec(query).first() is not None


def closed_before(session: Session, visit_id: int) -> bool:
    """Whether it is HR, by closing the site, who last said that a day cannot take place."""
    return any(line.by is By.HR for line in _last(session, {visit_id}, {ChangeKind.SUSPENDED}))


def lift(
    session: Session, visit_ids: Collection[int], hand: Hand, *, but: Collection[int | None] = ()
) -> None:
    """HR opened the site of these days again: they can take place; their people hear it. `but`: of those days
    what follows of it tells them (`resumed_by`)."""
    hold_all(session, visit_ids)
    query = select(Visit).where(col(Visit.id).in_(visit_ids)).order_by(col(Visit.id))
    lines = []
    for visit in session.exec(query):
        if stands(visit):
            _revise(session, visit, hand.now, suspended_for=None)
            event = None if visit.id in but else "visit.resumed"
            lines.append(remember(session, visit, ChangeKind.RESUMED, hand, event=event))
    _tell_teams(session, "visits.resumed", lines)


def news_of(session: Session, visit_id: int) -> int:
    """Names what is said of the latest suspension of a day, in the keys of messages: its line; 0 without."""
    query = select(func.max(VisitChange.id)).where(
        VisitChange.visit_id == visit_id, VisitChange.kind == ChangeKind.SUSPENDED
    )
    return session.exec(query).one() or 0


def told_of(session: Session, seen: Collection[SeenVisit]) -> set[tuple[int, int]]:
    """Who was told, since it was last suspended, that one of these days cannot take place, or is not certain
    shortly before: (visit id, person id). Three queries."""
    found = suspended_at(session, [one.visit.id or 0 for one in seen])
    since = {str(visit_id): at for visit_id, at in found.items()}
    people = {person.id or 0 for one in seen for person in concerned(one)}
    return {
        (int(visit_id), person_id)
        for kind in (Kind.VISIT_SUSPENDED, Kind.VISIT_UNCERTAIN)
        for key, person_id, at in mails.written_to(session, kind, people)
        if (visit_id := key.split(":")[1]) in since
        and at >= since[visit_id]
        and (kind is Kind.VISIT_SUSPENDED or f":{EVE}" in key)
    }


def suspended_at(session: Session, visit_ids: Collection[int]) -> dict[int, datetime]:
    """When each of these days was suspended last, whether or not it still is."""
    query = (
        select(VisitChange.visit_id, func.max(VisitChange.at))
        .where(col(VisitChange.visit_id).in_(visit_ids), VisitChange.kind == ChangeKind.SUSPENDED)
        .group_by(col(VisitChange.visit_id))
    )
    return dict(session.exec(query).all())


def concerned(seen: SeenVisit) -> list[Person]:
    """Who hears of it: visitor, host, and who receives in the host's place."""
    return [one for one in (seen.visitor, seen.host, seen.tutor) if one is not None]


def suspended_since(session: Session, visit_ids: Collection[int]) -> dict[int, datetime]:
    """Since when each of these days is suspended; those that are not are absent."""
    said = {ChangeKind.SUSPENDED, ChangeKind.RESUMED, ChangeKind.MOVED}
    lines = _last(session, visit_ids, said)
    return {line.visit_id: line.at for line in lines if line.kind is ChangeKind.SUSPENDED}


def suspended_among(session: Session, visit_ids: Collection[int]) -> set[int]:
    """Days that were last said to be suspended: nothing lifted it, and they did not move since."""
    said = {ChangeKind.SUSPENDED, ChangeKind.RESUMED, ChangeKind.MOVED}
    return {line.visit_id for line in _last(session, visit_ids, said) if line.kind is ChangeKind.SUSPENDED}


def _last(session: Session, visit_ids: Collection[int], kinds: Collection[ChangeKind]) -> list[VisitChange]:
    """The latest line of these kinds of each day."""
    latest = (
        select(func.max(VisitChange.id))
        .where(col(VisitChange.visit_id).in_(visit_ids), col(VisitChange.kind).in_(kinds))
        .group_by(col(VisitChange.visit_id))
    )
    return list(session.exec(select(VisitChange).where(col(VisitChange.id).in_(latest))))


def _revise(session: Session, visit: Visit, now: datetime, *, suspended_for: CancelReason | None) -> None:
    session.exec(
        update(Visit)
        .where(col(Visit.id) == visit.id)
        .values(revision=visit.revision + 1, changed_at=now, suspended_for=suspended_for)
        .execution_options(synchronize_session=False)
    )
    session.refresh(visit)
