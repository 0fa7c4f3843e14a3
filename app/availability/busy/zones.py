"""Time zones as calendar programs name them: IANA's names, Microsoft's, and those with a maker's prefix."""

from functools import cache
from zoneinfo import available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON


@cache
def iana_name(name: str) -> str | None:
    """`Romance Standard Time` → `Europe/Paris`; None when nobody knows it."""
    plain = name.strip().strip("/")
    if plain in WINDOWS_TO_OLSON:
        return WINDOWS_TO_OLSON[plain]
    parts = plain.split("/")
    # /freeassociation.sourceforge.net/Europe/Paris: the longest ending that is a zone.
    for start in range(min(len(parts), 6)):
        if (known := "/".join(parts[start:])) in _known():
            return known
    return None


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())
