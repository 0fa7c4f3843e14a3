"""Pure decisions about requests: until when an answer is waited for, and the hours that they are about."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.booking.tables import BookingRequest, Place, RequestStatus
from app.core.settings import settings
from app.teams.rules import During
from app.visits.tables import DayPart

MORNING, NOON, EVENING = time(8), time(12), time(20)
SHORT = timedelta(hours=4)
"""Less than that before an evening, an answer may still be given until midnight."""


def until(day: date, now: datetime, days: int) -> datetime:
    """When silence decides: after so many days, and before the eve of the day in any case."""
    return _by_day(now + timedelta(days=days), day - timedelta(days=1), now)


def kept_until(day: date, now: datetime, hours: int) -> datetime:
    """How long a place is kept for whoever is offered it: so many hours, and not after the day begins."""
    return _by_day(now + timedelta(hours=hours), day, now)


def _by_day(at: datetime, before: date, now: datetime) -> datetime:
    """The same, where people are awake: what would end at night ends the next noon, what would end with the
    night `before` a day ends the evening before it."""
    zone = ZoneInfo(settings().timezone)
    local = at.astimezone(zone)
    if not MORNING <= local.time() < EVENING:
        morning_after = local.date() + timedelta(days=local.time() >= EVENING)
        at = datetime.combine(morning_after, NOON, zone)
    midnight = datetime.combine(before, time(0), zone)
    evening = datetime.combine(before - timedelta(days=1), EVENING, zone)
    if at > evening:
        at = evening if evening - now >= SHORT else midnight
    return max(now, at).astimezone(UTC)


def hours_of(place: Place) -> During:
    """A place's hours, as rosters are compared with them."""
    return During(place.starts_at, place.ends_at, place.part is DayPart.FULL)


def is_overdue(request: BookingRequest, now: datetime) -> bool:
    """Whether the time to take a place that is kept is over, even if the clock has not passed it on yet."""
    return request.status == RequestStatus.OFFERED and request.due_at is not None and request.due_at <= now
