"""When a campaign stops asking teams: those who asked before come before those who book from then on."""

from datetime import date, datetime

from sqlmodel import Session, col, select

from app.accounts.sessions import Actor
from app.booking import deciding
from app.booking.tables import BookingRequest, RequestStatus
from app.core.errors import Refusal


def unanswered(session: Session, campaign_id: int) -> list[BookingRequest]:
    """Requests of a campaign that wait for a team's answer, the oldest first."""
    waits = select(BookingRequest).where(
        col(BookingRequest.campaign_id) == campaign_id,
        col(BookingRequest.status) == RequestStatus.REQUESTED,
    )
    return list(session.exec(waits.order_by(col(BookingRequest.asked_at), col(BookingRequest.id))))


def accept_unanswered(
    session: Session, campaign_id: int, *, actor: Actor, now: datetime, today: date
) -> tuple[int, int]:
    """Accept those whose day still holds, in the transaction that changes the rule. How many were, and how
    many still wait for their team."""
    found = unanswered(session, campaign_id)
    accepted = 0
    for request in found:
        try:
            deciding.approve(session, request, actor=actor, now=now, today=today, unasked=True)
        except Refusal:
            continue
        accepted += 1
    return accepted, len(found) - accepted
