"""What time it is. Doors and jobs ask here and pass the answer on; services take time as an argument."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from app.core.settings import settings

_source: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731


def now() -> datetime:
    """This instant, UTC."""
    return _source()


def today() -> date:
    """The calendar day where the company lives."""
    return day_of(now())


def day_of(instant: datetime) -> date:
    """The calendar day of an instant where the company lives."""
    return instant.astimezone(ZoneInfo(settings().timezone)).date()


def hour_on(day: date) -> time:
    """How late it is on a day where the company lives: midnight on any other than today."""
    here = now().astimezone(ZoneInfo(settings().timezone))
    return here.time() if here.date() == day else time.min


@contextmanager
def frozen(at: Callable[[], datetime]) -> Iterator[None]:
    """Let `at()` tell the time within the block: for tests, and for making a demo company's past."""
    global _source
    before, _source = _source, at
    try:
        yield
    finally:
        _source = before
