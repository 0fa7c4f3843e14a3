"""A roster says that somebody does not work during a day that they asked for, wait for or are kept: that is
over as well, and they read it when the roster arrives, not when they take it."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session, col

from app.booking.ending import OFF, expire, still_pending
from app.booking.lifecycle import PENDING
from app.booking.rules import hours_of
from app.booking.tables import BookingRequest, Place
from app.people.tables import Person
from app.teams import days
from app.teams.rules import meets
from app.teams.tables import RosterDay, Shift


def under_rosters(session: Session, roster_ids: Collection[int], today: date) -> list[int]:
    """Ids of what people asked for on days to come of these rosters, and during which they do not work, in
    the order in which rows are touched. Two queries."""
    spans = [
        and_(col(Person.team_id) == one.team_id, col(BookingRequest.day).between(one.first_day, one.last_day))
        for one in days.rosters_with_ids(session, roster_ids)
    ]
    return _off(session, or_(*spans), col(BookingRequest.day) >= today) if spans else []


def end(session: Session, request_id: int, *, now: datetime) -> None:
    """End one of them, if it is still so. Asked twice, it does nothing more."""
    found = still_pending(session, request_id)
    if found is not None and _off(session, col(BookingRequest.id) == request_id):
        expire(session, found[0], now=now, why=OFF)


def _off(session: Session, *which: ColumnElement[bool]) -> list[int]:
    query = (
        select(col(BookingRequest.id), Place, RosterDay)
        .join(Place, col(Place.id) == col(BookingRequest.place_id))
        .join(Person, col(Person.id) == col(BookingRequest.person_id))
        .join(
            RosterDay,
            and_(
                col(RosterDay.person_id) == col(BookingRequest.person_id),
                col(RosterDay.day) == col(BookingRequest.day),
            ),
        )
        .where(*which, col(BookingRequest.status).in_(PENDING), col(RosterDay.shift) != Shift.FULL)
        .order_by(col(BookingRequest.day), col(BookingRequest.id))
    )
    return [id_ or 0 for id_, place, row in session.execute(query) if not meets(row, hours_of(place))]
