"""The asker no longer wants what they asked for, as long as it is no visit (a visit is cancelled as such)."""

from datetime import datetime

from sqlmodel import Session

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.booking import holding
from app.booking.lifecycle import COUNTED, By, take_step
from app.booking.tables import BookingRequest, RequestStatus
from app.core import jobs


def give_up(session: Session, request: BookingRequest, *, actor: Actor, now: datetime, revision: int) -> None:
    """A request, a place in line or one that is kept: what it held is given back, and the next is looked for.
    Raises `ImpossibleAnswer`, `Stale`."""
    before, held = request.status, request.holds
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
