"""A day that cannot take place as planned, until somebody decides: its site is closed, or a roster says
otherwise. It stands, its history says so, and calendars hear of it: the revision grows, as when it holds
again.
"""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select, update

from app.visits.changing import hold_all
from app.visits.history import Hand, remember
from app.visits.rules import stands
from app.visits.tables import ChangeKind, Visit, VisitChange


def suspend(session: Session, visit_ids: Collection[int], hand: Hand) -> None:
    """Say of these days, once each, that they cannot take place as planned."""
    hold_all(session, visit_ids)
    already = suspended_among(session, visit_ids)
    for visit in session.exec(select(Visit).where(col(Visit.id).in_(set(visit_ids) - already))):
        if stands(visit):
            _revise(session, visit, hand.now)
            remember(session, visit, ChangeKind.SUSPENDED, hand, event=None)


def resume(session: Session, visit_ids: Collection[int], now: datetime) -> None:
    """Those of these days that were suspended hold again: calendars that heard the one hear the other."""
    hold_all(session, visit_ids)
    for visit in session.exec(select(Visit).where(col(Visit.id).in_(suspended_among(session, visit_ids)))):
        _revise(session, visit, now)


def suspended_among(session: Session, visit_ids: Collection[int]) -> set[int]:
    """Days to which nothing has happened since they were suspended."""
    query = (
        select(VisitChange.visit_id)
        .join(Visit, col(Visit.id) == col(VisitChange.visit_id))
        .where(
            col(VisitChange.visit_id).in_(visit_ids),
            col(VisitChange.kind) == ChangeKind.SUSPENDED,
            col(VisitChange.at) == col(Visit.changed_at),
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
