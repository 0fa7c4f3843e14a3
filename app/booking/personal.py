"""What booking keeps of a person: given to them, and forgotten."""

from typing import Any

from sqlmodel import Session, col, delete, select, update

from app.booking import holding, queries
from app.booking.tables import Booker, BookingRequest, Place
from app.campaigns.tables import Campaign
from app.messages import service as messages
from app.messages.catalogue import Kind
from app.people.tables import Person
from app.visits import places


def export(session: Session, person: Person) -> list[dict[str, Any]]:
    """What a person asked for, and the places where they receive."""
    assert person.id is not None
    found: list[dict[str, Any]] = [
        {
            "campaign": seen.campaign.name,
            "team": seen.host_team.name,
            "job": seen.place.job,
            "day": seen.day.isoformat(),
            "status": seen.request.status.value,
            "reason": seen.request.reason.value if seen.request.reason else None,
            "asked_at": seen.request.asked_at.isoformat(),
        }
        for seen in queries.requests_of(session, person.id)
    ]
    hosted = (
        select(Place.job, Campaign.name)
        .join(Campaign, col(Campaign.id) == col(Place.campaign_id))
        .where(col(Place.host_id) == person.id)
        .order_by(col(Place.id))
    )
    found += [{"campaign": name, "role": "host", "job": job} for job, name in session.exec(hosted)]
    return found


def erase(session: Session, person: Person) -> None:
    """Forget what a person asked for and the mails that say so; where they received, nobody is named."""
    assert person.id is not None
    requests = [seen.request for seen in queries.requests_of(session, person.id)]
    for request in requests:
        if request.holds:
            holding.lock_held(session, request)
            holding.release(session, request)
    places.let_go_of(session, person.id)
    messages.forget_news(session, [f"{Kind.BOOKING_REQUEST}:{request.id}:" for request in requests])
    session.exec(delete(BookingRequest).where(col(BookingRequest.person_id) == person.id))
    session.exec(delete(Booker).where(col(Booker.person_id) == person.id))
    session.exec(
        update(Place)
        .where(col(Place.host_id) == person.id)
        .values(host_id=None, version=col(Place.version) + 1)
    )
