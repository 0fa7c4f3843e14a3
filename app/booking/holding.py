"""What booking itself keeps scarce, by conditional UPDATE: a place's day, and the days of a person.

The visit's own days are taken by `visits.places`. Rows are touched in one order, by whoever takes and by
whoever gives back: the campaign where visits are made, the place's day, the request and the person's count,
then people and teams.
"""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, update

from app.booking.errors import EnoughBooked, PlaceFull, PlaceGone
from app.booking.not_held import given_back
from app.booking.tables import Booker, BookingRequest, BookingRules, Place, PlaceDay
from app.campaigns.tables import Campaign
from app.visits import places
from app.visits.errors import DayTaken, TeamShort, TeamTaken
from app.visits.tables import Visit


def hold(session: Session, place: Place, day: date) -> None:
    """Take one of the day's places. Raises `PlaceFull`."""
    done = session.exec(
        update(PlaceDay)
        .where(
            col(PlaceDay.place_id) == place.id,
            col(PlaceDay.day) == day,
            col(PlaceDay.taken) < place.per_day,
        )
        .values(taken=col(PlaceDay.taken) + 1)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:
        raise PlaceFull(day)


def hold_people(
    session: Session, campaign: Campaign, request: BookingRequest, host_ids: Iterable[int]
) -> bool:
    """Hold the asker's day, that of the first of `host_ids` who is free, and their teams'; False if none is.

    An offer holds all that its visit will take: who accepts it in time cannot be refused.
    """
    for host_id in host_ids:
        try:
            with session.begin_nested():
                places.hold(
                    session,
                    campaign,
                    held_for(request),
                    visitor_id=request.person_id,
                    host_id=host_id,
                    day=request.day,
                )
        except DayTaken as taken:
            if request.person_id in taken.people:
                return False
        except (TeamTaken, TeamShort):
            return False
        else:
            return True
    return False


def held_for(request: BookingRequest) -> str:
    """What people's days are held for, as `places` names it."""
    return f"booking:{request.id}"


def host_of(session: Session, request: BookingRequest) -> int | None:
    """Who receives on the day that a request holds: of its visit, or of what is offered."""
    visit = session.get(Visit, request.visit_id) if request.visit_id is not None else None
    return visit.host_id if visit is not None else places.held_host(session, held_for(request))


def lock_held(session: Session, request: BookingRequest) -> None:
    """Whoever ends a request that holds its place begins where whoever books does: with the place's day."""
    if request.holds:
        lock_day(session, request.place_id, request.day)


def release(session: Session, request: BookingRequest) -> None:
    """Give back what a request held. The caller holds its day (`lock_held`) and has taken the step that ends
    it, so this happens once."""
    places.let_go(session, held_for(request))
    session.exec(
        update(PlaceDay)
        .where(col(PlaceDay.place_id) == request.place_id, col(PlaceDay.day) == request.day)
        .values(taken=col(PlaceDay.taken) - 1)
        .execution_options(synchronize_session=False)
    )


def count_up(session: Session, request: BookingRequest, terms: BookingRules) -> None:
    """One more day for the asker. Raises `EnoughBooked`."""
    dialect = sqlite if session.connection().dialect.name == "sqlite" else postgresql
    begun = dialect.insert(Booker).values(
        campaign_id=request.campaign_id, person_id=request.person_id, held=0
    )
    session.connection().execute(begun.on_conflict_do_nothing())
    done = session.exec(
        update(Booker)
        .where(
            col(Booker.campaign_id) == request.campaign_id,
            col(Booker.person_id) == request.person_id,
            col(Booker.held) < terms.max_per_person + given_back(),
        )
        .values(held=col(Booker.held) + 1)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:
        raise EnoughBooked(terms.max_per_person)


def count_down(session: Session, request: BookingRequest) -> None:
    """One day less for the asker."""
    session.exec(
        update(Booker)
        .where(
            col(Booker.campaign_id) == request.campaign_id,
            col(Booker.person_id) == request.person_id,
        )
        .values(held=col(Booker.held) - 1)
        .execution_options(synchronize_session=False)
    )


def lock_day(session: Session, place_id: int, day: date) -> PlaceDay:
    """The day of a place, held until the transaction ends. Raises `PlaceGone`."""
    found = session.get(PlaceDay, (place_id, day), with_for_update=True, populate_existing=True)
    if found is None:
        raise PlaceGone
    return found
