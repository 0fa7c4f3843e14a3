"""Pure decisions about requests: until when an answer is waited for, and the hours that they are about."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.booking.tables import Place
from app.core.settings import settings
from app.teams.rules import During
from app.visits.tables import DayPart


def until(day: date, now: datetime, days: int) -> datetime:
    """When silence decides: after so many days, and before the eve of the day in any case."""
    eve = datetime.combine(day - timedelta(days=1), time(0), ZoneInfo(settings().timezone))
    return max(now, min(now + timedelta(days=days), eve))


def morning_of(day: date, now: datetime) -> datetime:
    """When a day begins: an offer is answered before it."""
    return max(now, datetime.combine(day, time(0), ZoneInfo(settings().timezone)))


def hours_of(place: Place) -> During:
    """A place's hours, as rosters are compared with them."""
    return During(place.starts_at, place.ends_at, place.part is DayPart.FULL)
