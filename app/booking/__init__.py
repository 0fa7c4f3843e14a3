"""Open booking: places that teams publish, requests, approval, waiting lists."""

from app.booking.moving import Keeper
from app.visits.bookings import kept_by

kept_by(Keeper())
