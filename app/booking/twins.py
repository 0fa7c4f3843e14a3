"""Places of one team that are alike: offered twice by mistake, or left when another is taken back."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col, update

from app.accounts.audit import audit
from app.booking import queries
from app.booking.closed_days import shut_among
from app.booking.lines import Standing
from app.booking.queries import SeenPlace, SeenRequest
from app.booking.tables import BookingRequest, Place, RefusalReason, RequestStatus
from app.campaigns.bookable import takes_bookings
from app.core import jobs

SAME = ("campaign_id", "team_id", "host_id", "job", "seen", "bring", "part", "starts_at", "ends_at")
"""What two places have in common that promise the same."""
MOVABLE = (RequestStatus.REQUESTED, RequestStatus.WAITING)


def offered_already(
    session: Session, campaign_id: int, team_id: int, job: str, days: Collection[date], key: str | None
) -> list[tuple[SeenPlace, list[date]]]:
    """Places of a team for the same job on some of these days, and which; not the one that the same form
    (`key`) just offered. Two queries."""
    found = []
    for one in queries.places_of_teams(session, [team_id]):
        both = [day.day for day in one.offered if day.day in days]
        alike = one.place.campaign_id == campaign_id and one.place.job.casefold() == job.casefold()
        if both and alike and (key is None or one.place.key != key):
            found.append((one, both))
    return found


def still_offering(session: Session, requests: Iterable[SeenRequest], today: date) -> dict[int, int]:
    """Of requests that ended since their place was taken back: a place at which the team offers that very day
    now, and receives, by request. Three queries where there is one."""
    ended = [
        one
        for one in requests
        if one.request.reason == RefusalReason.WITHDRAWN
        and one.request.day >= today
        and takes_bookings(one.campaign)
    ]
    if not ended:
        return {}
    places = queries.places_of_teams(session, {one.place.team_id for one in ended})
    offered = {
        (one.place.campaign_id, one.place.team_id, day.day): one.place.id or 0
        for one in reversed(places)
        if not one.host_left
        for day in one.offered
    }
    at = {one.request.id or 0: (one.place.campaign_id, one.place.team_id, one.request.day) for one in ended}
    shut = shut_among(session, ended)
    return {id_: offered[where] for id_, where in at.items() if where in offered and id_ not in shut}


def moving_from(
    session: Session, place: Place, days: Collection[date] | None = None
) -> list[tuple[BookingRequest, int]]:
    """Requests and places in line that another place, the same in all it promises, can take over with their
    turn when this one, or some of its days, is taken back; and which place. Four queries."""
    same = [
        one
        for one in queries.places_of_teams(session, [place.team_id])
        if one.place.id != place.id
        and not one.host_left
        and all(getattr(one.place, name) == getattr(place, name) for name in SAME)
    ]
    if not same:
        return []
    there = {day.day: one.place.id or 0 for one in reversed(same) for day in one.offered}
    asked = select(col(BookingRequest.person_id), col(BookingRequest.day)).where(
        col(BookingRequest.place_id).in_(there.values()), col(BookingRequest.live).is_(True)
    )
    twice = {(row[0], row[1]) for row in session.execute(asked)}
    pending = select(BookingRequest).where(
        col(BookingRequest.place_id) == place.id,
        col(BookingRequest.status).in_(MOVABLE),
        col(BookingRequest.holds).is_(False),
    )
    return [
        (one, there[one.day])
        for one in session.scalars(pending.order_by(col(BookingRequest.day), col(BookingRequest.id)))
        if one.day in there and (one.person_id, one.day) not in twice and (days is None or one.day in days)
    ]


def move(session: Session, request: BookingRequest, place_id: int, *, now: datetime) -> bool:
    """Let another place take a request over: whoever asked keeps their turn. False when it changed
    meanwhile."""
    done = session.exec(
        update(BookingRequest)
        .where(
            col(BookingRequest.id) == request.id,
            col(BookingRequest.revision) == request.revision,
            col(BookingRequest.status).in_(MOVABLE),
        )
        .values(place_id=place_id, revision=request.revision + 1)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount == 1:
        audit(session, None, "booking.moved", f"booking:{request.id}", now=now, place=place_id)
        jobs.record(session, "booking.freed", day=request.day.isoformat())
    session.refresh(request)
    return done.rowcount == 1


def remaining(standing: Standing, moving: Iterable[tuple[BookingRequest, int]]) -> Standing:
    """What ends of what stands, once those that another place takes over are left out."""
    statuses = [one.status for one, _place in moving]
    return replace(
        standing,
        requested=standing.requested - statuses.count(RequestStatus.REQUESTED),
        waiting=standing.waiting - statuses.count(RequestStatus.WAITING),
    )
