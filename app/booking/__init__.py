"""Open booking: places that teams publish, requests, approval, waiting lists."""

from app.booking import moving, outside
from app.campaigns import commitments
from app.visits import bookings

bookings.kept_by(moving.Keeper())
commitments.kept_by(outside.Keeper())
