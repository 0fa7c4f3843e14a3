"""When days of a campaign are booked: the one statement of it, for a row and for queries."""

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col

from app.campaigns.tables import Booking, Campaign, Status

WHILE = {
    Booking.OPEN: (Status.OPEN, Status.RUNNING),
    Booking.REMAINING: (Status.PUBLISHED, Status.RUNNING),
}
"""States of a campaign in which its places are booked."""


def takes_bookings(campaign: Campaign) -> bool:
    """Whether places of a campaign can be booked now."""
    return campaign.status in WHILE.get(campaign.booking, ())


def taking_bookings() -> ColumnElement[bool]:
    """The same, for queries."""
    return or_(
        *(
            and_(col(Campaign.booking) == booking, col(Campaign.status).in_(states))
            for booking, states in WHILE.items()
        )
    )
