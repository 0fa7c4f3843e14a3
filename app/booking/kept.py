"""What is kept for somebody until they answer, as the two teams that it counts in read it; and what is asked
or waited for there."""

from collections.abc import Collection
from datetime import date

from sqlmodel import Session, col, select

from app.booking.holding import held_for
from app.booking.queries import concerning, requests_where
from app.booking.rules import hours_of
from app.booking.tables import BookingRequest, RequestStatus
from app.people.tables import Person
from app.visits.bookings import AskedFor, Kept
from app.visits.tables import PersonDay


def kept_with(session: Session, team_ids: Collection[int], first: date, last: date) -> list[Kept]:
    """What is kept at some teams, or for their members, between two days. Two queries."""
    found = requests_where(
        session,
        col(BookingRequest.status) == RequestStatus.OFFERED,
        col(BookingRequest.day).between(first, last),
        concerning(team_ids),
    )
    if not found:
        return []
    held = session.exec(
        select(PersonDay.held_for, Person)
        .join(Person, col(Person.id) == col(PersonDay.person_id))
        .where(
            col(PersonDay.held_for).in_([held_for(one.request) for one in found]),
            col(PersonDay.leaves).is_(False),
        )
    )
    hosts = {name: person for name, person in held if name is not None}
    return [
        Kept(
            one.day,
            one.person,
            hosts[name],
            one.team,
            one.site,
            one.host_team,
            one.host_site,
            until,
            hours_of(one.place),
        )
        for one in found
        if (name := held_for(one.request)) in hosts and (until := one.request.due_at) is not None
    ]


def asked_with(session: Session, team_ids: Collection[int], first: date, last: date) -> list[AskedFor]:
    """What is asked or waited for at some teams, or by their members, between two days. One query."""
    found = requests_where(
        session,
        col(BookingRequest.status).in_((RequestStatus.REQUESTED, RequestStatus.WAITING)),
        col(BookingRequest.day).between(first, last),
        concerning(team_ids),
    )
    return [
        AskedFor(one.request.id or 0, one.day, one.person, one.host, one.host_team, hours_of(one.place))
        for one in found
    ]
