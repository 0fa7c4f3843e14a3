"""How a request, an offer or a place in line ends by no act of the asker, and why."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.accounts.audit import audit
from app.booking import holding
from app.booking.lifecycle import COUNTED, PENDING, By, take_step
from app.booking.tables import BARRED, BookingRequest, RefusalReason, RequestStatus
from app.campaigns.holding import hold
from app.campaigns.tables import Campaign
from app.core import jobs

TAKEN_BACK, CLOSED, SHUT = "withdrawn", "closed", "shut"
"""Why something ended, by no act of the asker: the team no longer offers the day, the site closes, or nobody
answered and the team receives nobody that day by now."""
LATE = "late"
"""No place is left for a request, and the day is too near for a line."""
ROSTER, NOBODY, OFF = "roster", "nobody", "off"
"""The same: by the team's roster nobody can receive, or nobody can any more; the asker does not work then."""
LOST = frozenset({TAKEN_BACK, CLOSED, SHUT, ROSTER, NOBODY, OFF, *BARRED})
"""What was offered could not be taken: it was no chance of the asker's."""

REASONS = {
    ROSTER: RefusalReason.NO_HOST,
    NOBODY: RefusalReason.NO_HOST,
    CLOSED: RefusalReason.CLOSED,
    TAKEN_BACK: RefusalReason.WITHDRAWN,
    SHUT: RefusalReason.WITHDRAWN,
    **{one.value: one for one in BARRED},
}
"""Those that are kept with what ended; not what an asker's own roster says, which nobody else reads."""


def still_pending(session: Session, request_id: int) -> tuple[BookingRequest, Campaign] | None:
    """What somebody asked for, waits for or is kept, and its campaign, held; None where it is over by now."""
    request = session.get(BookingRequest, request_id)
    if request is None or request.status not in PENDING:
        return None
    campaign = session.get_one(Campaign, request.campaign_id)
    hold(session, campaign)
    session.refresh(request)
    return (request, campaign) if request.status in PENDING else None


def expire(
    session: Session,
    request: BookingRequest,
    *,
    now: datetime,
    why: str = "",
    reason: RefusalReason | None = None,
    tells: bool = True,
) -> None:
    """Time decides: the request, the offer or the place in line is over; the asker is told, unless the caller
    tells it with others (`tells`). `why`: another reason than time; `reason`: what is kept of it, where `why`
    alone does not say."""
    before, held = request.status, request.holds
    changes: dict[str, Any] = {
        "holds": False,
        "taken_back": why in LOST,
        "reason": reason or REASONS.get(why),
    }
    holding.lock_held(session, request)
    take_step(session, request, RequestStatus.EXPIRED, by=By.CLOCK, now=now, **changes)
    if before in COUNTED:
        holding.count_down(session, request)
    if held:
        holding.release(session, request)
    said = why or before.value
    audit(session, None, "booking.expired", f"booking:{request.id}", now=now, before=said)
    if tells:
        kept = before == RequestStatus.OFFERED
        jobs.record(session, "booking.expired", request_id=request.id, before=said, kept=kept)
    jobs.record(session, "booking.freed", day=request.day.isoformat())
