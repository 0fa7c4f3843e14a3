"""Reads the fields of a document; every refusal is a `ProblemError` that starts with the place."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator, Sequence
from datetime import date
from typing import Any

LARGEST = 10**9
"""No number of a problem is larger: above, sums of levels would no longer fit into 64 bits."""
MOST_WISHES = 3
MOST_DAYS = 1_100
"""A campaign of three years, every day of it."""
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Half letters, and signs that would do something to a terminal or turn a sentence round."""


class ProblemError(ValueError):
    """The document is not a problem; the message names the place."""


def said(value: object) -> str:
    """A value as a message quotes it: short, and quick however large or deep the value is."""
    if isinstance(value, dict) and value:
        return "an object"
    if isinstance(value, list | tuple) and len(value) > 3:
        return f"a list of {len(value)}"
    if isinstance(value, str):
        value = value[:100]
    try:
        text = json.dumps(value, ensure_ascii=False, default=lambda other: type(other).__name__)
    except (RecursionError, ValueError):
        return "a value"
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= 60 else text[:57] + "…"


def as_object(value: object, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ProblemError(f"{place}: {said(value)} is not an object")
    return value


def as_rows(document: dict[str, Any], name: str, *, needed: bool = False) -> list[Any]:
    value = document.get(name)
    if value is None:
        if needed:
            raise ProblemError(f"{name}: is missing")
        return []
    if not isinstance(value, list):
        raise ProblemError(f"{name}: {said(value)} is not a list")
    return value


def as_text(row: dict[str, Any], name: str, place: str) -> str:
    if name not in row:
        raise ProblemError(f"{place}.{name}: is missing")
    return _text(row[name], f"{place}.{name}")


def as_name(row: dict[str, Any], name: str, place: str) -> str:
    """What people call it, for sentences, empty where nobody says; numbers are names too."""
    value = row.get(name, "")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ProblemError(f"{place}.{name}: {said(value)} is not a text")
    value = str(value)
    return value if value.isprintable() else UNPRINTABLE.sub(" ", value)


def _text(value: object, place: str) -> str:
    if not isinstance(value, str):
        raise ProblemError(f"{place}: {said(value)} is not a text")
    if not value:
        raise ProblemError(f"{place}: is empty")
    if not value.isprintable() and UNPRINTABLE.search(value):
        raise ProblemError(f"{place}: {said(value)} is not a text that can be printed")
    return value


def as_texts(row: dict[str, Any], name: str, place: str) -> tuple[str, ...]:
    value = row.get(name)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise ProblemError(f"{place}.{name}: {said(value)} is not a list")
    for n, item in enumerate(value):
        if not isinstance(item, str) or not (item.isascii() and item.isprintable()):
            _text(item, f"{place}.{name}[{n}]")
    return tuple(value)


def as_wishes(row: dict[str, Any], place: str, teams: Container[str]) -> tuple[str, ...]:
    """At most `MOST_WISHES` teams, each once."""
    wishes = as_texts(row, "wishes", place)
    for n, wish in enumerate(wishes):
        where = f"{place}.wishes[{n}]"
        if wish not in teams:
            raise ProblemError(f"{where}: there is no team {said(wish)}")
        if wish in wishes[:n]:
            raise ProblemError(f"{where}: {said(wish)} is wished twice")
        if n >= MOST_WISHES:
            raise ProblemError(f"{where}: {said(wish)} is a wish too many, at most {MOST_WISHES}")
    return wishes


def as_count(row: dict[str, Any], name: str, place: str, default: int | None = None) -> int:
    value = row.get(name, default)
    if value is None:
        if name in row and default is not None:
            return default
        raise ProblemError(f"{place}.{name}: is missing")
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not whole:
        raise ProblemError(f"{place}.{name}: {said(value)} is not a whole number")
    if value < 0:
        raise ProblemError(f"{place}.{name}: {said(value)} is negative")
    if value > LARGEST:
        raise ProblemError(f"{place}.{name}: {said(value)} is too large")
    return int(value)


def as_day(value: object, place: str) -> date:
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ProblemError(f"{place}: {said(value)} is not a day")


class Days:
    """Turns lists of days or 0/1 strings into masks, each spelling once."""

    def __init__(self, days: Sequence[date]) -> None:
        self.count = len(days)
        self.bit = {day.isoformat(): 1 << index for index, day in enumerate(days)}
        self.index = {day.isoformat(): index for index, day in enumerate(days)}
        self.outside: list[tuple[str, str]] = []
        """Real days that are no campaign days, and where they stand."""

    def notes(self) -> Iterator[str]:
        """A sentence about days outside the campaign, where there are any."""
        if self.outside:
            place, day = self.outside[0]
            yield f"{place}: {len(self.outside)} days of teams are no campaign days ({day}); they say nothing"

    def mask(self, value: object, place: str, *, inside: bool = False) -> int:
        """The days of a list or text. A calendar of a team may reach beyond the campaign, what people offer
        (``inside``) not: it would be a slip of the pen that leaves them without a day.
        """
        if isinstance(value, str):
            if len(value) != self.count or value.strip("01"):
                raise ProblemError(
                    f"{place}: {said(value)} is not one 0 or 1 for each of the {self.count} campaign days"
                )
            return int(value[::-1], 2) if value else 0
        if not isinstance(value, list):
            raise ProblemError(f"{place}: {said(value)} is neither a list of days nor a 0/1 text")
        mask, bit = 0, self.bit
        for item in value:
            known = bit.get(item) if isinstance(item, str) else None
            if known is None:
                day = as_day(item, place)
                if inside:
                    raise ProblemError(f"{place}: {said(item)} is not a campaign day")
                self.outside.append((place, day.isoformat()))
            else:
                mask |= known
        return mask

    def position(self, value: object, place: str) -> int:
        known = self.index.get(value) if isinstance(value, str) else None
        if known is None:
            as_day(value, place)
            return -1
        return known
