"""JSON door of calendars: the private address of whoever asks."""

from datetime import datetime

from fastapi import APIRouter

from app.calendars import queries, service
from app.core import clock
from app.core.db import Db
from app.core.errors import NotFound
from app.core.forms import AnswerModel
from app.core.settings import settings
from app.people.guards import Employee

router = APIRouter(prefix="/api/v1", tags=["calendars"])


class AddressOut(AnswerModel):
    """When the address was made; only its hash is kept."""

    created_at: datetime


class NewAddressOut(AddressOut):
    """The address itself, told once."""

    address: str


@router.get("/calendar/address")
def show(session: Db, person: Employee) -> AddressOut:
    """Since when I have a private address; 404 when I have none."""
    feed = queries.find_feed(session, person)
    if feed is None:
        raise NotFound
    return AddressOut(created_at=feed.created_at)


@router.post("/calendar/address", status_code=201)
def renew(session: Db, person: Employee) -> NewAddressOut:
    """Make an address; a former one stops working."""
    now = clock.now()
    token = service.renew_address(session, person, now=now)
    return NewAddressOut(created_at=now, address=f"{settings().public_url}/feeds/{token}.ics")


@router.delete("/calendar/address", status_code=204)
def revoke(session: Db, person: Employee) -> None:
    """Shut the address; without one, nothing happens."""
    service.revoke_address(session, person)
