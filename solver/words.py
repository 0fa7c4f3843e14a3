"""Days and lists as sentences say them, in both languages."""

from __future__ import annotations

from datetime import date
from functools import cache

from solver.plan import Text

WEEKDAYS = (
    ("lundi", "Monday"),
    ("mardi", "Tuesday"),
    ("mercredi", "Wednesday"),
    ("jeudi", "Thursday"),
    ("vendredi", "Friday"),
    ("samedi", "Saturday"),
    ("dimanche", "Sunday"),
)
MONTHS = (
    ("janvier", "January"),
    ("février", "February"),
    ("mars", "March"),
    ("avril", "April"),
    ("mai", "May"),
    ("juin", "June"),
    ("juillet", "July"),
    ("août", "August"),
    ("septembre", "September"),
    ("octobre", "October"),
    ("novembre", "November"),
    ("décembre", "December"),
)


@cache
def day_words(day: date) -> Text:
    """A day: mardi 9 mars 2027, Tuesday 9 March 2027."""
    weekday, month = WEEKDAYS[day.weekday()], MONTHS[day.month - 1]
    first = "1er" if day.day == 1 else str(day.day)
    return Text(
        f"{weekday[0]} {first} {month[0]} {day.year}", f"{weekday[1]} {day.day} {month[1]} {day.year}"
    )


def both(days: list[date]) -> Text:
    """One or two days: le mardi 9 mars 2027 et le lundi 15 mars 2027."""
    said = [day_words(day) for day in days]
    return Text(" et ".join(f"le {one.fr}" for one in said), " and ".join(one.en for one in said))
