"""Who stands in line for a day of a place, in order of arrival, and who wants the same."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session, col

from app.booking.queries import concerning, rules_of
from app.booking.tables import BookingRequest, Place, PlaceDay, RequestStatus
from app.core import clock
from app.people.tables import Person
from app.teams.days import marks_between
from app.visits.tables import Visit


def lengths(session: Session, place_ids: Collection[int]) -> dict[tuple[int, date], int]:
    """How many wait in line, by place and day."""
    return _counted(session, place_ids, RequestStatus.WAITING)


def unanswered(session: Session, place_ids: Collection[int]) -> dict[tuple[int, date], int]:
    """How many asked and have no answer yet, by place and day."""
    return _counted(session, place_ids, RequestStatus.REQUESTED)


def _counted(
    session: Session, place_ids: Collection[int], status: RequestStatus
) -> dict[tuple[int, date], int]:
    found = session.execute(
        select(col(BookingRequest.place_id), col(BookingRequest.day), func.count())
        .where(
            col(BookingRequest.place_id).in_(place_ids),
            col(BookingRequest.status) == status,
        )
        .group_by(col(BookingRequest.place_id), col(BookingRequest.day))
    )
    return {(row[0], row[1]): row[2] for row in found}


def is_free(session: Session, request: BookingRequest, today: date) -> bool:
    """Whether the day that was kept for somebody is still to be had: offered, with room, with the notice of
    booking, closed by nobody, and nobody waits for it. A few queries."""
    place, day = session.get_one(Place, request.place_id), request.day
    offered = session.get(PlaceDay, (request.place_id, day), populate_existing=True)
    return bool(
        offered is not None
        and offered.offered
        and place.withdrawn_at is None
        and offered.taken < place.per_day
        and day >= today + timedelta(days=rules_of(session, request.campaign_id).notice_days)
        and day not in marks_between(session, day, day, {place.team_id}).no_visitors.get(place.team_id, ())
        and not lengths(session, [request.place_id]).get((request.place_id, day))
    )


def is_awaited(session: Session, request: BookingRequest) -> bool:
    """Whether somebody waits for the day that is kept for somebody; once that is over, also whether it was
    offered to somebody since. One query."""
    next_ = col(BookingRequest.status) == RequestStatus.WAITING
    if request.status == RequestStatus.EXPIRED and request.decided_at is not None:
        since = col(BookingRequest.decided_at) >= request.decided_at
        next_ = or_(next_, and_(col(BookingRequest.status) == RequestStatus.OFFERED, since))
    query = select(col(BookingRequest.id)).where(
        col(BookingRequest.place_id) == request.place_id, col(BookingRequest.day) == request.day, next_
    )
    return session.scalars(query.limit(1)).first() is not None


def is_late_then(session: Session, request: BookingRequest) -> bool:
    """Whether the day that is kept for somebody leaves the notice of booking no more once its time is over:
    nobody is offered it then, and nobody may ask for it. One query."""
    over = request.decided_at if request.status == RequestStatus.EXPIRED else request.due_at
    notice = timedelta(days=rules_of(session, request.campaign_id).notice_days)
    return over is not None and request.day < clock.day_of(over) + notice


def ahead_of(session: Session, request: BookingRequest, *, asked: bool = False) -> int:
    """How many stand before a request in its line; `asked`: also those whom the team has still to answer."""
    before = [RequestStatus.WAITING, *([RequestStatus.REQUESTED] if asked else [])]
    query = select(func.count()).where(
        col(BookingRequest.place_id) == request.place_id,
        col(BookingRequest.day) == request.day,
        col(BookingRequest.status).in_(before),
        or_(
            col(BookingRequest.asked_at) < request.asked_at,
            (col(BookingRequest.asked_at) == request.asked_at) & (col(BookingRequest.id) < request.id),
        ),
    )
    return int(session.scalars(query).one())


def waited_for(
    session: Session, first: date | None = None, last: date | None = None, team_id: int | None = None
) -> list[tuple[int, date]]:
    """Places and days for which somebody waits in line; between two days, and of a team that receives or
    whose members wait, where they are told."""
    query = select(col(BookingRequest.place_id), col(BookingRequest.day)).where(
        col(BookingRequest.status) == RequestStatus.WAITING
    )
    if first is not None:
        query = query.where(col(BookingRequest.day).between(first, last))
    if team_id is not None:
        query = (
            query.join(Place, col(Place.id) == col(BookingRequest.place_id))
            .join(Person, col(Person.id) == col(BookingRequest.person_id))
            .where(concerning([team_id]))
        )
    return sorted({(row[0], row[1]) for row in session.execute(query)})


def refused_days(session: Session, person_id: int, place_ids: Collection[int]) -> set[tuple[int, date]]:
    """Days of some places for which a person was told no, and not yes since."""
    said = (RequestStatus.REFUSED, RequestStatus.BOOKED, RequestStatus.CANCELLED)
    found = session.scalars(
        select(BookingRequest)
        .where(
            col(BookingRequest.person_id) == person_id,
            col(BookingRequest.place_id).in_(place_ids),
            col(BookingRequest.status).in_(said),
        )
        .order_by(col(BookingRequest.id))
    )
    last = {(one.place_id, one.day): one.status for one in found}
    return {at for at, status in last.items() if status == RequestStatus.REFUSED}


@dataclass(frozen=True)
class Standing:
    """How many hold, are offered, ask for and wait for something that may be taken away."""

    booked: int = 0
    offered: int = 0
    requested: int = 0
    waiting: int = 0

    @property
    def pending(self) -> int:
        """How many are no visit yet, and would end."""
        return self.offered + self.requested + self.waiting

    @property
    def stamp(self) -> str:
        """What somebody read, to be compared with what is."""
        return f"{self.booked}-{self.offered}-{self.requested}-{self.waiting}"


def standing(
    session: Session,
    today: date,
    *,
    place_id: int | None = None,
    campaign_id: int | None = None,
    days: Collection[date] | None = None,
) -> Standing:
    """What lives for a place or a campaign, of some days only where they are told: booked days from today
    on, and everything that waits."""
    query = (
        select(col(BookingRequest.status), func.count())
        .outerjoin(Visit, col(Visit.id) == col(BookingRequest.visit_id))
        .where(
            col(BookingRequest.live).is_(True),
            or_(
                col(BookingRequest.status) != RequestStatus.BOOKED,
                func.coalesce(col(Visit.day), col(BookingRequest.day)) >= today,
            ),
        )
        .group_by(col(BookingRequest.status))
    )
    if place_id is not None:
        query = query.where(col(BookingRequest.place_id) == place_id)
    if campaign_id is not None:
        query = query.where(col(BookingRequest.campaign_id) == campaign_id)
    if days is not None:
        query = query.where(func.coalesce(col(Visit.day), col(BookingRequest.day)).in_(days))
    found = {row[0].value: row[1] for row in session.execute(query)}
    return Standing(**found)


def in_line(session: Session, place_id: int, day: date) -> list[BookingRequest]:
    """Who waits for a day of a place, in line or for the team's answer, in order of arrival."""
    return list(
        session.scalars(
            select(BookingRequest)
            .where(
                col(BookingRequest.place_id) == place_id,
                col(BookingRequest.day) == day,
                col(BookingRequest.status).in_((RequestStatus.WAITING, RequestStatus.REQUESTED)),
            )
            .order_by(col(BookingRequest.asked_at), col(BookingRequest.id))
        )
    )


def rivals(session: Session, day: date, team_ids: Collection[int], person_ids: Collection[int]) -> list[int]:
    """Ids of unanswered requests of a day that what these teams and people do then may leave without."""
    query = (
        select(col(BookingRequest.id))
        .join(Place, col(Place.id) == col(BookingRequest.place_id))
        .join(Person, col(Person.id) == col(BookingRequest.person_id))
        .where(
            col(BookingRequest.status) == RequestStatus.REQUESTED,
            col(BookingRequest.day) == day,
            or_(concerning(team_ids), col(BookingRequest.person_id).in_(person_ids)),
        )
    )
    return list(session.scalars(query.order_by(col(BookingRequest.id))))


def taken_of(session: Session, at: Collection[tuple[int, date]]) -> dict[tuple[int, date], int]:
    """How many hold these days of places."""
    rows = session.execute(
        select(col(PlaceDay.place_id), col(PlaceDay.day), col(PlaceDay.taken)).where(
            col(PlaceDay.place_id).in_({place_id for place_id, _day in at}),
            col(PlaceDay.day).in_({day for _place, day in at}),
        )
    )
    return {(row[0], row[1]): row[2] for row in rows}
