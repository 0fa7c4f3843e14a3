"""What the closing of a site ends: its people read it, in one message each, and once that the site is open
again; they book anew if they wish. Nothing is booked for them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlmodel import Session, and_, col, or_

from app.booking import queries
from app.booking.ending import CLOSED, expire
from app.booking.looking import look
from app.booking.queries import HostTeam, SeenRequest
from app.booking.tables import BookingRequest, Place, PlaceDay, RefusalReason, RequestStatus
from app.campaigns.bookable import taking_bookings
from app.core import clock, jobs
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.people.tables import Person, Team
from app.teams.tables import ClosedDay
from app.visits.tables import CancelReason, Visit


def ended_by_closing(session: Session, site_id: int, days: Collection[date]) -> list[SeenRequest]:
    """Booked days, requests and places in line that ended because the site closed on these days, which their
    teams still offer, by day; without those whose people were told since that it is open. Two queries."""
    offered = exists().where(
        col(PlaceDay.place_id) == col(BookingRequest.place_id),
        col(PlaceDay.day) == col(BookingRequest.day),
        col(PlaceDay.offered),
    )
    asked = and_(
        col(BookingRequest.status) == RequestStatus.EXPIRED,
        col(BookingRequest.reason) == RefusalReason.CLOSED,
    )
    booked = and_(
        col(BookingRequest.status) == RequestStatus.CANCELLED,
        col(Visit.cancel_reason) == CancelReason.CLOSED,
    )
    found = queries.requests_where(
        session,
        col(HostTeam.site_id) == site_id,
        col(BookingRequest.day).in_(days),
        col(Place.withdrawn_at).is_(None),
        col(Person.active).is_(True),
        taking_bookings(),
        offered,
        or_(asked, booked),
    )
    written = mails.written_to(session, Kind.SITE_REOPENED, {one.request.person_id for one in found})
    told = {number for key, _person, _at in written for number in key.rsplit(":", 1)[1].split("-")}
    return [one for one in found if str(one.request.id) not in told]


def end_pending(session: Session, requests: Iterable[BookingRequest], *, now: datetime) -> None:
    """What waits for a day there is over. What was kept in place of a day that fell is told by itself, with
    what is found next."""
    ended: dict[tuple[int, int], list[int]] = defaultdict(list)
    for request in requests:
        alone = request.instead_of_id is not None
        expire(session, request, now=now, why=CLOSED, tells=alone)
        if not alone:
            ended[request.campaign_id, request.person_id].append(request.id or 0)
    for ids in ended.values():
        jobs.record(session, "booking.closed", request_ids=ids)


def reopened_among(session: Session, requests: Iterable[SeenRequest]) -> set[int]:
    """Ids of those that the closing of a site ended, and whose site is open that day now. One query, or
    none."""
    ended = (RequestStatus.EXPIRED, RefusalReason.CLOSED)
    ids = [one.request.id for one in requests if (one.request.status, one.request.reason) == ended]
    if not ids:
        return set()
    shut = exists().where(
        col(ClosedDay.site_id) == col(Team.site_id), col(ClosedDay.day) == col(BookingRequest.day)
    )
    query = (
        select(col(BookingRequest.id))
        .join(Place, col(Place.id) == col(BookingRequest.place_id))
        .join(Team, col(Team.id) == col(Place.team_id))
        .where(col(BookingRequest.id).in_(ids), ~shut)
    )
    return {one or 0 for one in session.scalars(query)}


def tell_reopened(session: Session, site_id: int, days: Collection[date]) -> None:
    """Each of them reads it once, for all their days, with a link to those that they can book or wait for."""
    today = clock.today()
    mine: dict[tuple[int, int], list[SeenRequest]] = defaultdict(list)
    for one in ended_by_closing(session, site_id, [day for day in days if day >= today]):
        mine[one.request.campaign_id, one.request.person_id].append(one)
    readers = mails.readers_of(session, {person_id for _campaign, person_id in mine})
    for (campaign_id, person_id), ended in sorted(mine.items()):
        reader = readers.get(person_id)
        if reader is None:
            continue
        ids = "-".join(str(one.request.id) for one in ended)
        outbox.send(
            session,
            Kind.SITE_REOPENED,
            reader,
            key=f"{Kind.SITE_REOPENED}:{campaign_id}:{person_id}:{ids}",
            now=clock.now(),
            context={
                "days": ended,
                "open": _bookable(session, ended, today),
                "site": ended[0].host_site.name,
            },
            campaign=ended[0].campaign,
            reply_to=mails.reply_address(session, ended[0].campaign),
            until=max(one.day for one in ended),
        )


def _bookable(session: Session, ended: list[SeenRequest], today: date) -> set[int]:
    """Those of one person's days that they can book now, or wait for."""
    campaign, person = ended[0].campaign, ended[0].person
    notice = queries.rules_of(session, campaign.id or 0).notice_days
    at = {one.request.place_id for one in ended}
    places = [queries.find_place(session, place_id) for place_id in sorted(at)]
    looks = {one.seen.place.id: one for one in look(session, campaign, person, places, notice, today)}
    options = {one.request.id or 0: looks[one.request.place_id].of_day(one.request.day) for one in ended}
    return {
        request_id
        for request_id, option in options.items()
        if option is not None and (option.is_free or option.may_wait)
    }
