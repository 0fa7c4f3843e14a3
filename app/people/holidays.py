"""Public holidays of France by site; names come from the `holidays` library."""

from collections.abc import Iterable
from datetime import date
from functools import cache

import holidays

from app.core.i18n import current_language
from app.people.tables import Holidays


def public_holidays(zone: Holidays, years: Iterable[int]) -> dict[date, str]:
    """Day → name in the reader's language, for the years asked, in order."""
    found: dict[date, str] = {}
    for year in sorted(set(years)):
        found |= _of_year(zone, year, current_language())
    return found


@cache
def _of_year(zone: Holidays, year: int, language: str) -> dict[date, str]:
    spoken = {"fr": "fr", "en": "en_US"}[language]
    subdivision = "57" if zone == Holidays.ALSACE_MOSELLE else None
    calendar = holidays.country_holidays("FR", subdiv=subdivision, years=year, language=spoken)
    return {day: name.replace("'", "’").replace("Labor", "Labour") for day, name in sorted(calendar.items())}
