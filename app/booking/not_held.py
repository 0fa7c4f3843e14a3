"""Booked days that did not take place, and were not their visitor's absence: they count no more against the
limit per person, and another one may be chosen.

Computed from what is said of the visit: said otherwise since, the day counts again.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, or_, select
from sqlmodel import Session, col

from app.booking.tables import Booker, BookingRequest, RequestStatus
from app.core.db import another
from app.visits.tables import By, ChangeKind, NoShow, Visit, VisitChange, VisitStatus

Since = another(BookingRequest)
_RULINGS = (ChangeKind.HELD, ChangeKind.MISSED)


def _said_absent(role: By) -> ColumnElement[bool]:
    return exists().where(
        col(NoShow.visit_id) == col(Visit.id), col(NoShow.absent) == role, col(NoShow.contested_at).is_(None)
    )


def _found_absent() -> ScalarSelect[int | None]:
    """Whom HR's last word found absent alone; null for both, and for nobody."""
    return (
        select(col(VisitChange.other_id))
        .where(col(VisitChange.visit_id) == col(Visit.id), col(VisitChange.kind).in_(_RULINGS))
        .order_by(col(VisitChange.id).desc())
        .limit(1)
        .correlate(Visit)
        .scalar_subquery()
    )


def is_given_back() -> ColumnElement[bool]:
    """Of a visit: something stood in its way, or whoever was to receive was absent, as HR ruled or as the
    visitor said and nobody contests."""
    by_report = and_(_said_absent(By.HOST), ~_said_absent(By.VISITOR))
    host_absent = or_(
        and_(col(Visit.ruled_at).is_(None), by_report),
        and_(col(Visit.ruled_at).is_not(None), _found_absent() == col(Visit.host_id)),
    )
    return and_(
        col(Visit.status) == VisitStatus.PLANNED,
        col(Visit.missed_at).is_not(None),
        col(Visit.disputed_at).is_(None),
        or_(col(Visit.not_held_by).is_not(None), host_absent),
    )


def given_back() -> ScalarSelect[int]:
    """How many of a `Booker`'s days are: for queries and updates of that row."""
    return (
        select(func.count())
        .select_from(BookingRequest)
        .join(Visit, col(Visit.id) == col(BookingRequest.visit_id))
        .where(
            col(BookingRequest.campaign_id) == col(Booker.campaign_id),
            col(BookingRequest.person_id) == col(Booker.person_id),
            col(BookingRequest.status) == RequestStatus.BOOKED,
            is_given_back(),
        )
        .correlate(Booker)
        .scalar_subquery()
    )


def given_back_among(session: Session, visit_ids: Collection[int | None]) -> set[int]:
    """Those of these visits. One query where there are any."""
    ids = {one for one in visit_ids if one is not None}
    query = select(col(Visit.id)).where(col(Visit.id).in_(ids), is_given_back())
    return {one for one in session.scalars(query) if one is not None} if ids else set()


def to_choose_again(session: Session, person_id: int, campaign_ids: Collection[int]) -> dict[int, date]:
    """By campaign, the last day of somebody's that did not take place, where they asked for nothing since."""
    query = (
        select(col(BookingRequest.campaign_id), func.max(col(Visit.day)))
        .join(Visit, col(Visit.id) == col(BookingRequest.visit_id))
        .where(
            col(BookingRequest.person_id) == person_id,
            col(BookingRequest.campaign_id).in_(campaign_ids),
            col(BookingRequest.status) == RequestStatus.BOOKED,
            is_given_back(),
            ~exists().where(
                col(Since.person_id) == person_id,
                col(Since.campaign_id) == col(BookingRequest.campaign_id),
                col(Since.asked_at) > col(Visit.missed_at),
            ),
        )
        .group_by(col(BookingRequest.campaign_id))
    )
    return {row[0]: row[1] for row in session.execute(query)}
