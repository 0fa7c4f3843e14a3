"""Somebody does not work during a day that they asked for, wait for or are kept, as a roster, their usual
week or their contract says: that is over as well, and they read it then, not when they take it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col

from app.booking.ending import OFF, expire, still_pending
from app.booking.lifecycle import PENDING
from app.booking.queries import SeenRequest, requests_where
from app.booking.rules import hours_of
from app.booking.tables import BookingRequest
from app.people.tables import Person
from app.teams import days
from app.teams.rules import meets
from app.visits.bookings import Ended
from app.visits.off_days import NO_CHANGE, Cause, Weeks, cause_of, told_on


def off_among(
    session: Session, requests: Sequence[SeenRequest], weeks: Weeks = NO_CHANGE
) -> dict[int, Cause]:
    """Those of these requests during whose day their asker does not work, by id, with what says so; `weeks`:
    once these are theirs. One query."""
    told = told_on(session, [(one.person, one.request.day) for one in requests], weeks)
    return {
        one.request.id or 0: cause_of(one.person, row)
        for one in requests
        if (row := told.get((one.person.id or 0, one.request.day))) is not None
        and not meets(row, hours_of(one.place))
    }


def under_rosters(session: Session, roster_ids: Collection[int], today: date) -> list[int]:
    """Ids of what people asked for on days to come of these rosters, and during which they do not work, in
    the order in which rows are touched. Three queries."""
    spans = [
        and_(col(Person.team_id) == one.team_id, col(BookingRequest.day).between(one.first_day, one.last_day))
        for one in days.rosters_with_ids(session, roster_ids)
    ]
    if not spans:
        return []
    return _ids(session, requests_where(session, *_to_come(today), or_(*spans)))


def pending(session: Session, today: date) -> list[int]:
    """The same on any day to come, whatever says it. Two queries."""
    return _ids(session, requests_where(session, *_to_come(today)))


def ending_with_weeks(session: Session, weeks: Weeks, today: date) -> list[Ended]:
    """What would be so once people have other weeks, by day. Two queries."""
    found = requests_where(session, *_to_come(today), col(BookingRequest.person_id).in_(weeks))
    off = off_among(session, found, weeks)
    return [
        Ended(one.request.id or 0, one.day, one.person, one.host_team.name, asker_off=True)
        for one in found
        if one.request.id in off
    ]


def end(session: Session, request_id: int, *, now: datetime) -> None:
    """End one of them, if it is still so. Asked twice, it does nothing more."""
    found = still_pending(session, request_id)
    if found is not None and why_off(session, request_id) is not None:
        expire(session, found[0], now=now, why=OFF)


def why_off(session: Session, request_id: int) -> Cause | None:
    """What says that the asker of a request does not work during its day; None where they do."""
    return off_among(session, requests_where(session, col(BookingRequest.id) == request_id)).get(request_id)


def _to_come(today: date) -> tuple[ColumnElement[bool], ...]:
    return col(BookingRequest.status).in_(PENDING), col(BookingRequest.day) >= today


def _ids(session: Session, found: Sequence[SeenRequest]) -> list[int]:
    off, rows = off_among(session, found), [one.request for one in found]
    return [one.id or 0 for one in sorted(rows, key=lambda one: (one.day, one.id or 0)) if one.id in off]
