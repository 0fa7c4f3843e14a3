"""A day on which the team that receives says that nobody comes, for now, or HR of all such weekdays or days.
Who waits for it, or asked and has no answer, keeps their turn and is offered nothing; they read it once, and
again when the team receives."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, update

from app.booking import queries
from app.booking.queries import SeenRequest
from app.booking.tables import BookingRequest, Place, RequestStatus
from app.campaigns.holding import hold
from app.campaigns.tables import Campaign
from app.core.db import flag_of
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.people.tables import Team
from app.teams.tables import BlackoutDay

WITHOUT_PLACE = (RequestStatus.WAITING, RequestStatus.REQUESTED)
"""What is held stands, whatever its team says of the day since."""


def receives_nobody(day: Mapped[date]) -> ColumnElement[bool]:
    """Of a `Place`: its team receives nobody that day, by what itself or its limits say."""
    return or_(
        exists().where(
            col(BlackoutDay.team_id) == col(Place.team_id),
            col(BlackoutDay.day) == day,
            col(BlackoutDay.no_visitors),
        ),
        exists().where(
            col(Team.id) == col(Place.team_id),
            or_(col(Team.max_visitors) == 0, flag_of(day, col(Team.closed_weekdays)) == "1"),
        ),
    )


_CLOSED = receives_nobody(col(BookingRequest.day))


def is_closed(session: Session, request: BookingRequest) -> bool:
    """Whether the team that was asked receives nobody that day."""
    asked = (col(Place.id) == col(BookingRequest.place_id), col(BookingRequest.id) == request.id)
    return bool(session.scalar(select(_CLOSED).where(*asked)))


def closed_among(session: Session, requests: Iterable[SeenRequest]) -> set[int]:
    """Ids of those that wait for a day, for whom it is kept, or who have it, on which their team receives
    nobody; one query, or none."""
    told = (*WITHOUT_PLACE, RequestStatus.OFFERED, RequestStatus.BOOKED)
    return shut_among(session, [one for one in requests if one.request.status in told])


def shut_among(session: Session, requests: Iterable[SeenRequest]) -> set[int]:
    """Ids of those, also of what is over, on whose day their team receives nobody; one query, or none."""
    ids = [one.request.id for one in requests]
    if not ids:
        return set()
    query = (
        select(col(BookingRequest.id))
        .join(Place, col(Place.id) == col(BookingRequest.place_id))
        .where(col(BookingRequest.id).in_(ids), _CLOSED)
    )
    return {one or 0 for one in session.scalars(query)}


def untold(session: Session, today: date) -> list[tuple[int, int]]:
    """Whose team closed a day to come, or opened it again, since they last read of it: (campaign, person)."""
    query = (
        select(col(BookingRequest.campaign_id), col(BookingRequest.person_id))
        .join(Place, col(Place.id) == col(BookingRequest.place_id))
        .where(*_news(today))
        .distinct()
    )
    return sorted((row[0], row[1]) for row in session.execute(query))


def tell(session: Session, campaign_id: int, person_id: int, *, now: datetime, today: date) -> None:
    """Write to one of them, once for all their days. Asked twice, it does nothing more."""
    campaign = session.get_one(Campaign, campaign_id)
    hold(session, campaign)
    whose = (col(BookingRequest.campaign_id) == campaign_id, col(BookingRequest.person_id) == person_id)
    news = queries.requests_where(session, *whose, *_news(today))
    if not news:
        return
    closed = closed_among(session, news)
    for ids, is_closed in ((closed, True), ({one.request.id for one in news} - closed, False)):
        session.exec(
            update(BookingRequest)
            .where(col(BookingRequest.id).in_(ids))
            .values(told_closed=is_closed)
            .execution_options(synchronize_session=False)
        )
    about = "-".join(f"{one.request.id}.{int(one.request.id in closed)}" for one in news)
    for reader in mails.readers_of(session, [person_id]).values():
        outbox.send(
            session,
            Kind.BOOKING_DAYS,
            reader,
            key=f"{Kind.BOOKING_DAYS}:{campaign_id}:{person_id}:{about}:{now:%Y%m%dT%H%M}",
            now=now,
            context={"news": news, "closed": closed},
            campaign=campaign,
            reply_to=mails.reply_address(session, campaign),
            until=max(one.request.day for one in news),
        )


def _news(today: date) -> tuple[ColumnElement[bool], ...]:
    told = col(BookingRequest.told_closed)
    return (
        col(BookingRequest.status).in_(WITHOUT_PLACE),
        col(BookingRequest.day) >= today,
        or_(and_(_CLOSED, told.is_(False)), and_(not_(_CLOSED), told.is_(True))),
    )
