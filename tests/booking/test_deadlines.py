"""No answer is due at night."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from app.booking.rules import kept_until, until

PARIS = ZoneInfo("Europe/Paris")
DAY = date(2027, 4, 8)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 4, day, hour, minute, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("now", "hours", "ends"),
    [
        (at(2, 9, 30), 48, at(4, 9, 30)),
        (at(2, 2, 54), 48, at(4, 12)),
        (at(2, 20), 48, at(5, 12)),
        (at(2, 19, 59), 48, at(4, 19, 59)),
        (at(2, 7, 59), 1, at(2, 8, 59)),
        (at(7, 10), 48, at(7, 20)),
        (at(7, 16), 48, at(7, 20)),
        (at(7, 16, 1), 48, at(8, 0)),
        (at(7, 22), 1, at(8, 0)),
        (at(6, 21), 1, at(7, 12)),
    ],
)
def test_a_place_is_kept_until_an_hour_at_which_people_are_awake(
    now: datetime, hours: int, ends: datetime
) -> None:
    """Or until the day begins, where it is offered on its eve."""
    assert kept_until(DAY, now, hours) == ends


@pytest.mark.parametrize(
    ("now", "days", "ends"),
    [(at(1, 3), 2, at(3, 12)), (at(5, 10), 5, at(6, 20)), (at(6, 23), 5, at(7, 0)), (at(7, 9), 5, at(7, 9))],
)
def test_silence_decides_by_day_before_the_eve(now: datetime, days: int, ends: datetime) -> None:
    assert until(DAY, now, days) == ends


def test_a_deadline_reads_the_same_before_and_after_it_is_kept() -> None:
    assert until(DAY, at(1, 3), 2).isoformat() == "2027-04-03T10:00:00+00:00"
