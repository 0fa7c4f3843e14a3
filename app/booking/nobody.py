"""A day on which nobody can receive any more, since a roster says so or somebody went: what is held there,
asked for or waited for is over, and its asker reads it."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session, col

from app.booking import holding, making, queries
from app.booking.ending import expire, still_pending
from app.booking.lifecycle import PENDING
from app.booking.looking import NO_HOST, look
from app.booking.tables import BookingRequest, Place
from app.campaigns.tables import Campaign
from app.people.tables import Person
from app.teams import days
from app.visits import places
from solver import rules


def under_rosters(session: Session, roster_ids: Collection[int], today: date) -> list[int]:
    """Ids of what waits for a day to come of these rosters, in the order in which rows are touched."""
    spans = [
        and_(
            col(Place.team_id) == one.team_id,
            col(BookingRequest.day).between(one.first_day, one.last_day),
        )
        for one in days.rosters_with_ids(session, roster_ids)
    ]
    return _pending(session, or_(*spans), today) if spans else []


def of_teams(session: Session, team_ids: Collection[int], today: date) -> list[int]:
    """Ids of what waits for a day to come of some teams, in the same order."""
    return _pending(session, col(Place.team_id).in_(team_ids), today)


def _pending(session: Session, which: ColumnElement[bool], today: date) -> list[int]:
    query = (
        select(col(BookingRequest.id))
        .join(Place, col(Place.id) == col(BookingRequest.place_id))
        .where(which, col(BookingRequest.status).in_(PENDING), col(BookingRequest.day) >= today)
    )
    query = query.order_by(col(BookingRequest.day), col(BookingRequest.id))
    return [one or 0 for one in session.scalars(query)]


def end(session: Session, request_id: int, why: str, *, now: datetime, today: date) -> None:
    """End one of them, if nobody can receive its asker that day. Asked twice, it does nothing more."""
    if (found := still_pending(session, request_id)) is None:
        return
    request, campaign = found
    if _nobody_receives(session, campaign, request, today):
        expire(session, request, now=now, why=why)


def _nobody_receives(session: Session, campaign: Campaign, request: BookingRequest, today: date) -> bool:
    """Neither the host whose day is held, nor anybody else whom the rules allow. What is kept on a day that
    its team closed since stands with that host alone: nobody replaces them."""
    seen = queries.find_place(session, request.place_id)
    person = session.get_one(Person, request.person_id)
    if request.holds and making.held_host(session, seen, request, today) is not None:
        return False
    with session.begin_nested() as trial:
        places.let_go(session, holding.held_for(request))  # else its host counts as somebody already met
        [found] = look(session, campaign, person, [seen], 0, today, ahead=0)
        trial.rollback()
    option = found.of_day(request.day)
    gone = (NO_HOST, rules.CLOSED) if request.holds else (NO_HOST,)
    return option is not None and option.why in gone
