"""A day that cannot take place as planned, until somebody decides: its site is closed, or a roster says
otherwise. It stands, its history says so, and calendars hear of it: the revision grows, as when it holds
again.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select, update

from app.messages import queries as mails
from app.messages.catalogue import Kind
from app.people.tables import Person
from app.visits.changing import hold_all
from app.visits.history import Hand, remember
from app.visits.queries import SeenVisit
from app.visits.rules import stands
from app.visits.tables import By, ChangeKind, Visit, VisitChange


def suspend(session: Session, visit_ids: Collection[int], hand: Hand) -> None:
    """Say of these days, once each, that they cannot take place as planned."""
    hold_all(session, visit_ids)
    already = suspended_among(session, visit_ids)
    for visit in session.exec(select(Visit).where(col(Visit.id).in_(set(visit_ids) - already))):
        if stands(visit):
            _revise(session, visit, hand.now)
            remember(session, visit, ChangeKind.SUSPENDED, hand, event=None)


def resume(session: Session, visit_ids: Collection[int], now: datetime) -> None:
    """Those of these days that were suspended hold again, and their history says so: calendars that heard the
    one hear the other."""
    hold_all(session, visit_ids)
    for visit in session.exec(select(Visit).where(col(Visit.id).in_(suspended_among(session, visit_ids)))):
        _revise(session, visit, now)
        remember(session, visit, ChangeKind.RESUMED, Hand(By.SERVICE, None, now), event=None)


def lift(session: Session, visit_ids: Collection[int], hand: Hand) -> None:
    """HR opened the site of these days again: they can take place as planned; their people hear it."""
    hold_all(session, visit_ids)
    query = select(Visit).where(col(Visit.id).in_(visit_ids)).order_by(col(Visit.id))
    for visit in session.exec(query):
        if stands(visit):
            _revise(session, visit, hand.now)
            remember(session, visit, ChangeKind.RESUMED, hand, event="visit.resumed")


def news_of(session: Session, visit_id: int) -> int:
    """Names what is said of the latest suspension of a day, in the keys of messages: its line; 0 without."""
    query = select(func.max(VisitChange.id)).where(
        VisitChange.visit_id == visit_id, VisitChange.kind == ChangeKind.SUSPENDED
    )
    return session.exec(query).one() or 0


def told_of(session: Session, seen: Collection[SeenVisit]) -> set[tuple[int, int]]:
    """Who was told, since it was last suspended, that one of these days cannot take place: (visit id, person
    id). Two queries."""
    ids = [one.visit.id or 0 for one in seen]
    query = (
        select(VisitChange.visit_id, func.max(VisitChange.at))
        .where(col(VisitChange.visit_id).in_(ids), VisitChange.kind == ChangeKind.SUSPENDED)
        .group_by(col(VisitChange.visit_id))
    )
    since = {str(visit_id): at for visit_id, at in session.exec(query)}
    people = {person.id or 0 for one in seen for person in concerned(one)}
    return {
        (int(visit_id), person_id)
        for key, person_id, at in mails.written_to(session, Kind.VISIT_SUSPENDED, people)
        if (visit_id := key.split(":")[1]) in since and at >= since[visit_id]
    }


def concerned(seen: SeenVisit) -> list[Person]:
    """Who hears of it: visitor, host, and who receives in the host's place."""
    return [one for one in (seen.visitor, seen.host, seen.tutor) if one is not None]


def suspended_among(session: Session, visit_ids: Collection[int]) -> set[int]:
    """Days to which nothing has happened since they were suspended."""
    lifted = aliased(VisitChange)
    query = (
        select(VisitChange.visit_id)
        .join(Visit, col(Visit.id) == col(VisitChange.visit_id))
        .where(
            col(VisitChange.visit_id).in_(visit_ids),
            col(VisitChange.kind) == ChangeKind.SUSPENDED,
            col(VisitChange.at) == col(Visit.changed_at),
            ~exists().where(
                col(lifted.visit_id) == col(VisitChange.visit_id),
                col(lifted.kind) == ChangeKind.RESUMED,
                col(lifted.id) > col(VisitChange.id),
            ),
        )
    )
    return set(session.exec(query))


def _revise(session: Session, visit: Visit, now: datetime) -> None:
    session.exec(
        update(Visit)
        .where(col(Visit.id) == visit.id)
        .values(revision=visit.revision + 1, changed_at=now)
        .execution_options(synchronize_session=False)
    )
    session.refresh(visit)
