"""From what a roster writes for a day to the day: 24/12/2026, but also « jeu. 24/12 » and « 24 déc. »."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta
from functools import lru_cache

from app.core.i18n import _
from app.core.templating import long_day
from app.people.importing.columns import plain
from app.people.importing.values import MONTHS, BadValue, day, months_come_first
from app.people.importing.weekdays import DAYS

AHEAD = timedelta(days=400)
"""A day further ahead is a mistyped year."""
BEHIND, WITHIN = timedelta(days=91), timedelta(days=274)
"""A day without its year lies in the one year from three months ago on: its weekday only confirms it."""

_INITIALS = dict.fromkeys("lmjvsdtwf")
_WORD_FIRST = re.compile(r"([^\W\d_]+)[.,]* *(\d.*|[^\W\d_]+\.? *\d.*)")
_PAIR = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[./]?")
_NAMED = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)?[ .-]*([^\W\d_]+)\.?")
_NAMED_FIRST = re.compile(r"([^\W\d_]+)\.? *(\d{1,2})(?:st|nd|rd|th)?")


def looks_like_a_day(header: str) -> bool:
    """Whether a header is meant for a day, even one that cannot be read: « jeu. 24/12 », « lun. 21 »."""
    text = header.strip()
    if not text or len(text) > 40 or not any(char.isdigit() for char in text):
        return False
    if re.fullmatch(r"\d{4,5}(\.\d+)?", text):
        return 36_526 <= float(text) < 80_000  # workbooks' numbers of days, from the year 2000 on
    _word, rest = _without_weekday(text)
    if rest != text and re.fullmatch(r"\d{1,2}", rest):
        return True
    return _monthly(rest, month_first=False, weekday=rest != text) is not None or _readable(rest)


def _readable(text: str) -> bool:
    try:
        return day(text) is not None
    except BadValue:
        return bool(re.fullmatch(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", text))


class Days:
    """Reads the days of one file: whether months come first is a question that its days answer together."""

    def __init__(self, written: Iterable[str], today: date) -> None:
        cells = list(written)
        pairs = [found for cell in cells if (found := _PAIR.fullmatch(_without_weekday(cell)[1]))]
        short = any(int(pair[2]) > 12 for pair in pairs) and not any(int(pair[1]) > 12 for pair in pairs)
        self.month_first = short or months_come_first(_without_weekday(cell)[1] for cell in cells)
        self.today = today
        self.completed: set[date] = set()
        """Days whose year was not written."""
        self.read = lru_cache(maxsize=None)(self._read)

    def _read(self, cell: str) -> date:
        if not cell:
            raise BadValue(_("Cette cellule est vide alors que sa valeur est nécessaire : complétez-la."))
        weekday, rest = _without_weekday(cell.strip())
        told = _monthly(rest, month_first=self.month_first, weekday=weekday is not None)
        if told is None:
            if re.fullmatch(r"\d{1,2}", rest) and rest != cell:
                raise BadValue(_("Il manque le mois : écrivez par exemple 24/12/2026."))
            found = day(rest, month_first=self.month_first)
            assert found is not None
        else:
            found = self._complete(told)
            self.completed.add(found)
        if found > self.today + AHEAD:
            raise BadValue(_("Ce jour est dans plus d’un an : vérifiez l’année."))
        if weekday is not None and found.weekday() != weekday:
            raise BadValue(
                _("Ce jour est un %(day)s : corrigez le jour de la semaine, ou la date.")
                % {"day": long_day(found)}
            )
        return found

    def _complete(self, told: tuple[int, int]) -> date:
        possible = []
        for year in range(self.today.year - 1, self.today.year + 2):
            with suppress(ValueError):
                possible.append(date(year, *told))
        if not possible:
            raise BadValue(_("Cette date n’existe pas dans le calendrier : corrigez-la."))
        first, last = self.today - BEHIND, self.today + WITHIN
        return next((one for one in possible if first <= one <= last), possible[-1])


def _without_weekday(text: str) -> tuple[int | None, str]:
    """(weekday from Monday = 0, None without one or by its initial alone; the rest)."""
    found = _WORD_FIRST.fullmatch(text.strip())
    if found is None:
        return None, text
    word = plain(found[1])
    if word in _INITIALS:
        return None, found[2]
    # « mar. 24/12 » is a Tuesday; « mar 24 » alone could be March: left to the reader of months.
    if word in MONTHS and not re.match(r"\d{1,2}\D+\w", found[2]):
        return None, text
    return (DAYS[word], found[2]) if word in DAYS else (None, text)


def _monthly(text: str, *, month_first: bool, weekday: bool = False) -> tuple[int, int] | None:
    """(month, day) of a date without its year; after a weekday « mar » can only be March."""
    if found := _PAIR.fullmatch(text):
        first, second = int(found[1]), int(found[2])
        return (first, second) if month_first else (second, first)
    spoken = " ".join(plain(word) if word.isalpha() else word for word in text.replace(".", ". ").split())
    spoken = re.sub(r"[^\W\d_]+", lambda letters: plain(letters[0]), spoken)
    if (found := _NAMED.fullmatch(spoken)) and found[2] in MONTHS:
        return MONTHS[found[2]], int(found[1])
    if (found := _NAMED_FIRST.fullmatch(spoken)) and found[1] in MONTHS and (weekday or found[1] != "mar"):
        return MONTHS[found[1]], int(found[2])
    return None
