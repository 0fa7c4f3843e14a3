"""A place whose named host left the team, or the company, is offered to nobody until the team says who
receives. Who leads the team reads so once, HR where nobody does; the mail names places, not people: it
outlives the forgotten."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from app.booking import queries
from app.booking.lifecycle import PENDING
from app.booking.queries import SeenPlace
from app.booking.tables import BookingRequest, Place, PlaceDay
from app.booking.unled import deciders, nobody_leads
from app.campaigns.tables import Campaign, Status
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.people.tables import Person, Team
from app.visits.bookings import Ended


def ending_with(session: Session, host_ids: Collection[int], today: date) -> list[Person]:
    """Whose requests, places kept and places in line end when these named hosts go, once for each."""
    query = (
        select(Person)
        .join(BookingRequest, col(BookingRequest.person_id) == col(Person.id))
        .join(Place, col(Place.id) == col(BookingRequest.place_id))
        .where(*_wait_with(host_ids, today), col(Person.id).not_in(host_ids))
        .order_by(col(Person.last_name), col(Person.first_name), col(BookingRequest.id))
    )
    return list(session.exec(query))


def ending_with_moves(session: Session, moved: Mapping[int, int], today: date) -> list[Ended]:
    """Requests, places kept and places in line that end when these named hosts are of other teams (`moved`:
    by person), by day. One query."""
    query = (
        select(BookingRequest, Person, Team, Place.host_id)
        .join(Person, col(Person.id) == col(BookingRequest.person_id))
        .join(Place, col(Place.id) == col(BookingRequest.place_id))
        .join(Team, col(Team.id) == col(Place.team_id))
        .where(*_wait_with(moved, today))
        .order_by(col(BookingRequest.day), col(BookingRequest.id))
    )
    return [
        Ended(request.id or 0, request.day, person, team.name)
        for request, person, team, host_id in session.exec(query)
        if moved[host_id or 0] != team.id
    ]


def _wait_with(host_ids: Collection[int], today: date) -> Sequence[ColumnElement[bool]]:
    """That a request waits, or is kept, for a day to come where one of these is named."""
    return (
        col(Place.host_id).in_(host_ids),
        col(BookingRequest.status).in_(PENDING),
        col(BookingRequest.day) >= today,
    )


def without_host(
    session: Session, today: date, *, team_ids: Collection[int] | None = None
) -> list[tuple[Place, Team]]:
    """Places offered for days to come, whose named host is not in the team any more: those of some teams, or
    of the teams that nobody leads. One query."""
    ahead = select(col(PlaceDay.place_id)).where(
        col(PlaceDay.place_id) == col(Place.id), col(PlaceDay.offered).is_(True), col(PlaceDay.day) >= today
    )
    query = (
        select(Place, Team)
        .join(Team, col(Team.id) == col(Place.team_id))
        .join(Person, col(Person.id) == col(Place.host_id))
        .join(Campaign, col(Campaign.id) == col(Place.campaign_id))
        .where(
            col(Place.withdrawn_at).is_(None),
            col(Campaign.status).not_in((Status.CLOSED, Status.CANCELLED)),
            or_(col(Person.active).is_(False), col(Person.team_id) != col(Place.team_id)),
            nobody_leads(col(Place.team_id)) if team_ids is None else col(Place.team_id).in_(team_ids),
            ahead.exists(),
        )
        .order_by(col(Team.name), col(Place.job), col(Place.id))
    )
    return list(session.exec(query))


def named(session: Session, gone: Collection[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of these people and teams of whom the team names the person at a place. One query."""
    query = select(Place.host_id, Place.team_id).where(
        col(Place.host_id).in_({person_id for person_id, _team in gone}), col(Place.withdrawn_at).is_(None)
    )
    return sorted({(host, team) for host, team in session.exec(query) if host is not None} & {*gone})


def tell(session: Session, person_id: int, team_id: int, *, now: datetime, today: date) -> None:
    """One mail for each campaign with places of a team that somebody left, at which they were named. Asked
    twice, it does nothing more."""
    person = session.get(Person, person_id)
    if person is None or (person.active and person.team_id == team_id):
        return
    theirs: dict[int, list[SeenPlace]] = {}
    for one in queries.places_of_teams(session, [team_id]):
        if one.place.host_id == person_id and any(day.day >= today for day in one.offered):
            theirs.setdefault(one.place.campaign_id, []).append(one)
    for campaign_id, places in theirs.items():
        campaign = session.get_one(Campaign, campaign_id)
        readers = deciders(session, team_id, campaign, today, but=[person_id])
        about = "-".join(f"{one.place.id}.{one.place.version}" for one in places)
        for reader in readers:
            who = reader.person_id or f"account-{reader.account_id}"
            outbox.send(
                session,
                Kind.PLACE_HOST,
                reader,
                key=f"{Kind.PLACE_HOST}:{about}:{who}",
                now=now,
                context={"places": places},
                campaign=campaign,
                reply_to=mails.reply_address(session, campaign),
                until=max(day.day for one in places for day in one.offered),
            )
