"""Languages by their French or English names, or by their codes."""

import re
from functools import cache

from babel import Locale

from app.people.importing.columns import plain

SPOKEN_ALSO = {
    "fra": "fr", "fre": "fr", "eng": "en", "deu": "de", "ger": "de", "spa": "es", "esp": "es", "ita": "it",
    "por": "pt", "ara": "ar", "mandarin": "zh", "lsf": "lsf", "langue des signes": "lsf",
    "gb": "en", "uk": "en",
}  # fmt: skip
"""Three-letter codes, and names that the catalogue spells otherwise."""


@cache
def _names() -> dict[str, str]:
    found = dict(SPOKEN_ALSO)
    for language in ("fr", "en"):
        for code, name in Locale(language).languages.items():
            if len(code) == 2:
                found.setdefault(plain(name), code)
                found[code] = code
    return found


def language_code(name: str) -> str | None:
    """ISO 639-1 code of `français`, `French`, `FR`, `fr-FR`; None when it is no language we know."""
    key = plain(name)
    known = _names()
    if key in known:
        return known[key]
    tagged = re.fullmatch(r"([A-Za-z]{2})[-_][A-Za-z]{2,4}", name.strip())
    return known.get(tagged[1].lower()) if tagged else None
