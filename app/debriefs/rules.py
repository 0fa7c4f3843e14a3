"""Pure decisions: when a form is open."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.campaigns.tables import Campaign
from app.core.settings import settings
from app.visits.rules import is_lived, takes_debriefs, takes_place
from app.visits.tables import Visit

KEPT_FOR = timedelta(days=365)
"""After the last day of the debriefs; then what was never released, and who answered, is destroyed."""

HR_RULE = timedelta(days=7)
"""How long HR have to rule on a contested absence before the forms of that day open all the same. As long
before the end of the debriefs, they open in any case."""


class DebriefState(StrEnum):
    """Where a form stands."""

    EARLY = "early"
    OPEN = "open"
    CONTESTED = "contested"
    """The two do not agree whether the day took place: nothing is asked until HR rule, or let time pass."""
    SENT = "sent"
    CLOSED = "closed"


def is_open(visit: Visit, campaign: Campaign, now: datetime) -> bool:
    """Whether the form of a visit may be written and sent."""
    return state_of(visit, campaign, False, now) == DebriefState.OPEN


def state_of(visit: Visit, campaign: Campaign, sent: bool, now: datetime) -> DebriefState:
    """Where a form stands at an instant."""
    if sent:
        return DebriefState.SENT
    if not takes_place(visit) or not takes_debriefs(campaign, _day(now)):
        return DebriefState.CLOSED
    if waits_for_ruling(visit, campaign, now):
        return DebriefState.CONTESTED
    return DebriefState.OPEN if is_lived(visit, now) else DebriefState.EARLY


def waits_for_ruling(visit: Visit, campaign: Campaign, now: datetime) -> bool:
    """Whether HR are to say first if a contested day took place. Nobody loses their word to their silence."""
    return visit.disputed_at is not None and _day(now) < ruled_until(visit.disputed_at, campaign)


def ruled_until(disputed_at: datetime, campaign: Campaign) -> date:
    """The day on which the forms of a contested day open, if HR have said nothing."""
    return min(_day(disputed_at) + HR_RULE, campaign.debrief_until - HR_RULE)


def _day(at: datetime) -> date:
    return at.astimezone(ZoneInfo(settings().timezone)).date()


def is_expired(campaign: Campaign, today: date) -> bool:
    """Whether what is left of a campaign's debriefs must go."""
    return today > campaign.debrief_until + KEPT_FOR
