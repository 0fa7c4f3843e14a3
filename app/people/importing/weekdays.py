"""Weekdays as people write them: `lun mar jeu`, `Monday to Friday`, `L M M J V`, `1111100`, `1-5`."""

import re
from itertools import combinations

from app.people.importing.columns import plain

_NAMES = (
    "lundi lun lu monday mon mo lundis mondays",
    "mardi mar ma tuesday tues tue tu mardis tuesdays",
    "mercredi merc mer me wednesday weds wed we mercredis wednesdays",
    "jeudi jeu je thursday thurs thur thu th jeudis thursdays",
    "vendredi vend ven ve friday fri fr vendredis fridays",
    "samedi sam sa saturday sat samedis saturdays",
    "dimanche dim di sunday sun su dimanches sundays",
)
DAYS = {name: day for day, names in enumerate(_NAMES) for name in names.split()}
_TO = {"au", "a", "to", "until", "through", "thru"}
_FILLERS = {"du", "le", "from", "et", "and", "on", "les", "de"}


def weekdays_of(written: str) -> str | None:
    """One 0/1 per weekday from Monday; None when a word is no weekday, or stands for two."""
    compact = re.sub(r"[\s,;/]+", "", written)
    if re.fullmatch(r"[01]{7}", compact):
        return compact
    if compact == "11111":
        return "1111100"
    if re.fullmatch(r"[1-7]+", compact) and list(compact) == sorted(set(compact)):
        return _pattern({int(digit) - 1 for digit in compact})
    days = _by_name(written)
    if days is None:
        days = _by_letter(plain(written).replace(" ", ""))
    return None if days is None else _pattern(days)


def _pattern(days: set[int]) -> str:
    return "".join("1" if day in days else "0" for day in range(7))


def _by_name(written: str) -> set[int] | None:
    words = re.findall(r"[^\W_]+|[-–—→]", written)
    tokens: list[int | str] = []
    for word in words:
        key = plain(word)
        if key in DAYS:
            tokens.append(DAYS[key])
        elif not key or key in _TO:
            tokens.append("to")
        elif re.fullmatch("[1-7]", key):
            tokens.append(int(key) - 1)
        elif key not in _FILLERS:
            return None
    days = {token for token in tokens if isinstance(token, int)}
    if not days:
        return None
    if len(tokens) == 3 and tokens[1] == "to":
        first, last = tokens[0], tokens[2]
        if isinstance(first, int) and isinstance(last, int):
            return {day % 7 for day in range(first, (last if last >= first else last + 7) + 1)}
    return days


def _by_letter(letters: str) -> set[int] | None:
    """Initials in the order of the week, French or English, when only one set of days is spelled so."""
    found = {
        days
        for week in ("lmmjvsd", "mtwtfss")
        for days in combinations(range(7), len(letters))
        if "".join(week[day] for day in days) == letters
    }
    return set(found.pop()) if letters and len(found) == 1 else None
