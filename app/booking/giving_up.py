"""The asker no longer wants what they asked for, as long as it is no visit (a visit is cancelled as such)."""

from datetime import date, datetime

from sqlmodel import Session, col

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.booking import holding, queries
from app.booking.lifecycle import COUNTED, By, take_step
from app.booking.queries import SeenRequest
from app.booking.tables import BookingRequest, RequestStatus
from app.core import jobs


def give_up(session: Session, request: BookingRequest, *, actor: Actor, now: datetime, revision: int) -> None:
    """A request, a place in line or one that is kept: what it held is given back, and the next is looked for.
    Raises `ImpossibleAnswer`, `Stale`."""
    before, held = request.status, request.holds
    holding.lock_held(session, request)
    take_step(
        session,
        request,
        RequestStatus.WITHDRAWN,
        by=By.ASKER,
        now=now,
        account_id=actor.account_id,
        revision=revision,
        holds=False,
    )
    if before in COUNTED:
        holding.count_down(session, request)
    if held:
        holding.release(session, request)
    audit(session, actor.account_id, "booking.withdrawn", f"booking:{request.id}", now=now)
    jobs.record(session, "booking.freed", day=request.day.isoformat())


def pending_of(
    session: Session, person_id: int, campaign_id: int, first: date, last: date | None
) -> list[SeenRequest]:
    """What a person asked for in a campaign between two days (None: for good) and is no visit yet, by day."""
    pending = (RequestStatus.REQUESTED, RequestStatus.WAITING, RequestStatus.OFFERED)
    conditions = [
        col(BookingRequest.person_id) == person_id,
        col(BookingRequest.campaign_id) == campaign_id,
        col(BookingRequest.status).in_(pending),
        col(BookingRequest.day) >= first,
    ]
    if last is not None:
        conditions.append(col(BookingRequest.day) <= last)
    return queries.requests_where(session, *conditions)
