"""What stands or waits in a campaign of which HR change the days or the people (`campaigns.commitments`)."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from app.availability.given import DaysGiven
from app.availability.queries import given_by
from app.booking.ending import expire, still_pending
from app.booking.lifecycle import PENDING
from app.booking.tables import BookingRequest
from app.campaigns.commitments import Commitment, Outside, Yes
from app.campaigns.lifecycle import is_booked_openly
from app.campaigns.tables import Campaign
from app.visits.queries import coming_visits


class Keeper:
    """Visits of a plan as well as booked ones; requests, offers and places in line; answers to a
    campaign with a plan."""

    def commitments(self, session: Session, campaign_id: int, today: date) -> list[Commitment]:
        """A visit rests on its visitor, its host and whoever receives; a request on its asker: teams receive
        without being invited."""
        visits = [
            Commitment(one.day, frozenset({one.visitor_id, one.host_id, one.tutor_id or one.host_id}))
            for one in coming_visits(session, campaign_id, today)
        ]
        query = select(col(BookingRequest.day), col(BookingRequest.person_id), col(BookingRequest.id)).where(
            col(BookingRequest.campaign_id) == campaign_id,
            col(BookingRequest.status).in_(PENDING),
            col(BookingRequest.day) >= today,
        )
        rows = session.execute(query.order_by(col(BookingRequest.day), col(BookingRequest.id)))
        return [*visits, *(Commitment(day, frozenset({person_id}), id_) for day, person_id, id_ in rows)]

    def end(self, session: Session, request_ids: Collection[int], why: Outside, now: datetime) -> None:
        """In the order in which rows are touched."""
        for request_id in request_ids:
            if (found := still_pending(session, request_id)) is not None:
                expire(session, found[0], now=now, why=why.value)

    def answers(self, session: Session, campaign: Campaign) -> dict[int, Yes]:
        """Where every day is booked a yes counts for nothing."""
        if is_booked_openly(campaign):
            return {}
        book = DaysGiven(campaign).book
        return {
            person_id: Yes(frozenset(book.dates(given.leaves | given.receives)), given.suffice)
            for person_id, given in given_by(session, campaign).items()
        }
