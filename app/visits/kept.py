"""Places that are kept for somebody until they answer, and that a roster would end."""

from dataclasses import dataclass

from sqlmodel import Session

from app.teams.importing.run import RosterPlan
from app.teams.rules import meets
from app.visits.bookings import Kept, kept_with


@dataclass(frozen=True)
class EndingKept:
    """One of them, on whose day somebody would be off."""

    kept: Kept
    ends: bool
    """It is the one for whom it is kept; else who was to receive, and a colleague may."""


def ended_by(session: Session, plan: RosterPlan) -> list[EndingKept]:
    """Those that a roster which is only looked at would end, were it confirmed, by day. Two queries."""
    if not plan.spans:
        return []
    first = min(one.first_day for one in plan.spans.values())
    last = max(one.last_day for one in plan.spans.values())
    found = []
    for kept in kept_with(session, plan.spans, first, last):
        visitor, host = (
            (row := plan.told.get((one.id or 0, kept.day))) is not None and not meets(row, kept.during)
            for one in (kept.visitor, kept.host)
        )
        if visitor or host:
            found.append(EndingKept(kept, ends=visitor))
    return found
