"""A zone's VTIMEZONE: from the rule that the time-zone database states for the years to come.

Calendar programs do not all know IANA names, so each object carries its zone. The block is ours because the
one that icalendar makes from Python's zone is wrong for an hour each March.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

WEEKDAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
FIRST, LAST = 2024, 2038
"""Years in which the block must say what the zone says."""


def _midnight(day: date) -> datetime:
    """A wall time, which has no zone yet: that is what is being described."""
    return datetime.combine(day, time())


EPOCH = _midnight(date(1970, 1, 1))

# POSIX TZ, as the last line of a compiled zone: CET-1CEST,M3.5.0,M10.5.0/3 or <+04>-4.
_NAME = r"([A-Za-z]{3,}|<[A-Za-z0-9+-]+>)"
_OFFSET = r"([+-]?\d+(?::\d+){0,2})"
_RULE = r",M(\d+)\.(\d)\.(\d)(?:/([+-]?\d+(?::\d+){0,2}))?"
_POSIX = re.compile(f"{_NAME}{_OFFSET}(?:{_NAME}{_OFFSET}?{_RULE}{_RULE})?")


@cache
def vtimezone(name: str) -> Timezone:
    """The VTIMEZONE of an IANA zone, true from 2024 to 2038."""
    zone = Timezone()
    zone.add("tzid", name)
    rule = _POSIX.fullmatch(_posix(name))
    made = _from_rule(rule) if rule else []
    if not made or not _agrees(name, rule):
        made = _from_transitions(name)
    for part in made:
        zone.add_component(part)
    return zone


def _posix(name: str) -> str:
    compiled = files("tzdata.zoneinfo").joinpath(*name.split("/")).read_bytes()
    return compiled.rstrip(b"\n").rsplit(b"\n", 1)[-1].decode("ascii")


def _seconds(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")] + [0, 0]
    return sign * (parts[0] * 3600 + parts[1] * 60 + parts[2])


def _shape(rule: re.Match[str]) -> tuple[timedelta, timedelta | None]:
    """UTC offsets in standard and in summer time. POSIX counts them westwards."""
    standard = timedelta(seconds=-_seconds(rule[2]))
    if rule[3] is None:
        return standard, None
    summer = timedelta(seconds=-_seconds(rule[4])) if rule[4] else standard + timedelta(hours=1)
    return standard, summer


def _from_rule(rule: re.Match[str]) -> list[TimezoneStandard | TimezoneDaylight]:
    standard, summer = _shape(rule)
    if summer is None:
        always = TimezoneStandard()
        _fill(always, rule[1], EPOCH, standard, standard)
        return [always]
    begins, ends = rule.group(5, 6, 7, 8), rule.group(9, 10, 11, 12)
    parts: list[TimezoneStandard | TimezoneDaylight] = []
    for label, change, before, after in (
        (rule[3], begins, standard, summer),
        (rule[1], ends, summer, standard),
    ):
        part = _part(before, after)
        _fill(part, label, _onset(change, 1970), before, after)
        part.add("rrule", _recurrence(change))
        parts.append(part)
    return parts


def _part(before: timedelta, after: timedelta) -> TimezoneStandard | TimezoneDaylight:
    """Summer time is when clocks are ahead, also in Ireland, whose database entry says the reverse."""
    return TimezoneDaylight() if after > before else TimezoneStandard()


def _fill(
    part: TimezoneStandard | TimezoneDaylight, name: str, onset: datetime, before: timedelta, after: timedelta
) -> None:
    part.add("dtstart", onset)
    part.add("tzoffsetfrom", before)
    part.add("tzoffsetto", after)
    part.add("tzname", name.strip("<>"))


def _onset(change: tuple[str | None, ...], year: int) -> datetime:
    """Wall time at which a change happens in a year, by the clock that is left behind."""
    month, week, weekday, at = change
    assert month is not None
    assert week is not None
    assert weekday is not None
    first = _midnight(date(year, int(month), 1))
    day = first + timedelta(days=(int(weekday) - first.isoweekday()) % 7, weeks=int(week) - 1)
    while day.month != first.month:
        day -= timedelta(weeks=1)
    return day + timedelta(seconds=_seconds(at) if at else 7200)


def _recurrence(change: tuple[str | None, ...]) -> dict[str, object]:
    month, week, weekday, _at = change
    assert month is not None
    assert week is not None
    assert weekday is not None
    which = -1 if week == "5" else int(week)
    return {"freq": "yearly", "bymonth": int(month), "byday": f"{which}{WEEKDAYS[int(weekday)]}"}


def _agrees(name: str, rule: re.Match[str] | None) -> bool:
    """Whether the rule alone tells every change that the zone makes in the years that matter."""
    assert rule is not None
    standard, summer = _shape(rule)
    expected = set()
    if summer is not None:
        for year in range(FIRST, LAST):
            expected.add((_onset(rule.group(5, 6, 7, 8), year) - standard, summer))
            expected.add((_onset(rule.group(9, 10, 11, 12), year) - summer, standard))
        # A change moved past midnight (Nuuk) leaves the weekday that BYDAY names.
        for change in (rule.group(5, 6, 7, 8), rule.group(9, 10, 11, 12)):
            if not 0 <= _seconds(change[3] or "2") < 86400:
                return False
    found = {(at.replace(tzinfo=None), after) for at, _before, after, _name in _transitions(name)}
    offset = ZoneInfo(name).utcoffset(_midnight(date(FIRST, 1, 1)))
    return found == expected and offset in {standard, summer}


def _from_transitions(name: str) -> list[TimezoneStandard | TimezoneDaylight]:
    """One part a change, for the zones whose changes no yearly rule tells (Casablanca)."""
    zone = ZoneInfo(name)
    start = datetime(FIRST, 1, 1, tzinfo=UTC)
    offset = start.astimezone(zone).utcoffset() or timedelta()
    first = TimezoneStandard()
    _fill(first, start.astimezone(zone).tzname() or name, EPOCH, offset, offset)
    parts: list[TimezoneStandard | TimezoneDaylight] = [first]
    for at, before, after, label in _transitions(name):
        part = _part(before, after)
        _fill(part, label, at.replace(tzinfo=None) + before, before, after)
        parts.append(part)
    return parts


@cache
def _transitions(name: str) -> tuple[tuple[datetime, timedelta, timedelta, str], ...]:
    """Every change of a zone's offset in the years that matter: instant, before, after, name."""
    return tuple(_walk(ZoneInfo(name)))


def _walk(zone: ZoneInfo) -> Iterator[tuple[datetime, timedelta, timedelta, str]]:
    def offset(at: datetime) -> timedelta:
        return at.astimezone(zone).utcoffset() or timedelta()

    at = datetime(FIRST, 1, 1, tzinfo=UTC)
    while at.year < LAST:
        then = at + timedelta(days=1)
        if offset(at) != offset(then):
            low, high = at, then
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                low, high = (middle, high) if offset(middle) == offset(at) else (low, middle)
            yield high, offset(at), offset(then), high.astimezone(zone).tzname() or str(zone)
        at = then
