"""First look at a calendar file: keeps the few lines that can make a day busy, before any library reads one.

Titles, places, people, notes and attachments fall away here. What is left is small, so that an honest
calendar of ten years is read within a second, and plain enough to refuse what would take for ever to expand.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from app.availability.busy.zones import iana_name

WHEN = frozenset(("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID"))
ONCE = WHEN | {"UID", "SEQUENCE", "STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS"}
KEPT = ONCE | {"RRULE", "RDATE", "EXDATE"}
"""What an event keeps. EXRULE left the standard in 2009."""
PARAMETERS = frozenset(("TZID", "VALUE", "RANGE"))
MOST_EVENTS = 5_000
"""Events near the campaign, or repeated, in one calendar."""
MOST_A_DAY = 24
"""Times a day that one event may take place."""
MOST_DATES = 5_000
"""Dates listed one by one in one event."""
MOST_CHANGES = 200
"""Parts of one file's own time zones."""
MOST_STEPS = 300_000
"""Dates from the beginnings of all series to the end of the campaign, which must be gone through one by one:
they take half a second, of the second and a half that a file has at most."""
STEPS = {"HOURLY": 24 * 2.0, "DAILY": 1.0, "WEEKLY": 1 / 7, "MONTHLY": 4 / 30, "YEARLY": 20 / 365}
"""By day, weighed by what they take: to find the one date of a year, all of its days are looked at."""
MARGIN = timedelta(days=2)
"""Around the campaign, for zones and nights."""

OUR_OWN = "@VIS-MA-VIE"
"""How the UID of our own invitations ends, in capitals: a day spent with a colleague is known here, and
its copy in a calendar lags behind."""
LONGEST = timedelta(days=90)
"""Of an event whose series is over: later days are none of its."""

ENDED = "END:VCALENDAR"
_NAME = re.compile(r"[A-Za-z0-9-]+")
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^";:,]*)')
_DAY = re.compile(r"\d{8}")


class Fault(StrEnum):
    """Why a calendar is not read."""

    NO_CALENDAR = "no_calendar"
    UNFINISHED = "unfinished"
    """It ends before the calendar does: days would be missing without a word."""
    TOO_LARGE = "too_large"
    TOO_FREQUENT = "too_frequent"
    TOO_MANY = "too_many"
    TOO_COMPLICATED = "too_complicated"
    NOT_NOW = "not_now"
    """The machine is too loaded to say."""


class Refused(Exception):
    """The calendar is not read at all; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass
class Event:
    """The kept lines of one event, rewritten."""

    lines: dict[str, list[str]] = field(default_factory=dict)
    is_long: bool = False

    def value(self, name: str) -> str:
        """A line's value in capitals; empty when there is none."""
        found = self.lines.get(name)
        return found[-1].rpartition(":")[2].upper() if found else ""

    @property
    def uid(self) -> str:
        """What events of one series share; empty when the file gives none."""
        return self.value("UID")

    @property
    def stands_alone(self) -> bool:
        """Neither repeated nor part of a series."""
        return not any(name in self.lines for name in ("RRULE", "RDATE", "RECURRENCE-ID"))

    def text(self) -> str:
        """As a component of a calendar."""
        kept = "\r\n".join(line for lines in self.lines.values() for line in lines)
        return f"BEGIN:VEVENT\r\n{kept}\r\nEND:VEVENT\r\n"


@dataclass
class Sifted:
    """What is left of a file: events by series, and the zones it describes itself."""

    series: list[list[Event]]
    zones: str


def sift(text: str, first: date, last: date) -> Sifted:
    """The events that may take place from `first` to `last`. Raises Refused."""
    kept: list[Event] = []
    zones: dict[str, list[str]] = {}
    begun = ended = 0
    for name, lines in _components(text):
        if name == "VCALENDAR":
            begun += 1
        elif name == ENDED:
            ended += 1
        elif name == "VTIMEZONE":
            _keep_zone(zones, lines)
        elif name == "VEVENT" and (event := _event(lines)) and _matters(event, first, last):
            if event.uid.endswith(OUR_OWN):
                continue
            kept.append(event)
            if len(kept) > MOST_EVENTS:
                raise Refused(Fault.TOO_MANY)
    if not begun:
        raise Refused(Fault.NO_CALENDAR)
    if ended < begun:
        raise Refused(Fault.UNFINISHED)
    steps = sum(_steps(event, last) for event in kept)
    if steps > MOST_STEPS or sum(len(lines) for lines in zones.values()) > MOST_CHANGES * 8:
        raise Refused(Fault.TOO_COMPLICATED)
    series: dict[str, list[Event]] = {}
    for number, event in enumerate(kept):
        series.setdefault(event.uid or f"\n{number}", []).append(event)
    written = "".join("\r\n".join(lines) + "\r\n" for lines in zones.values())
    return Sifted(list(series.values()), written)


def _unfolded(text: str) -> Iterator[str]:
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return iter(re.sub(r"\n[ \t]", "", plain).split("\n"))


def _components(text: str) -> Iterator[tuple[str, list[str]]]:
    """The outer components with their own lines. What stands inside an event (alarms) falls away."""
    outer, inside = "", 0
    lines: list[str] = []
    for line in _unfolded(text):
        mark = line[:6].upper()
        if line[:13].upper() == ENDED:
            yield ENDED, []
        if mark == "BEGIN:":
            name = line[6:].strip().upper()
            if name == "VCALENDAR":
                yield name, []
            elif name in {"VEVENT", "VTIMEZONE"} and (not outer or name == outer):
                # A second beginning: the former one was never ended.
                outer, lines, inside = name, [], 0
            elif outer == "VTIMEZONE":
                lines.append(line)
            elif outer:
                inside += 1
        elif outer and line[:4].upper() == "END:":
            if line[4:].strip().upper() == outer:
                yield outer, lines
                outer, lines, inside = "", [], 0
            elif outer == "VTIMEZONE":
                lines.append(line)
            else:
                inside = max(0, inside - 1)
        elif outer and not inside and line:
            lines.append(line)


def _event(lines: list[str]) -> Event | None:
    event = Event()
    for line in lines:
        found = _NAME.match(line)
        name = found.group().upper() if found else ""
        if name not in KEPT:
            continue
        parameters, value = _parts(line[len(name) :])
        if name == "RRULE":
            _check_rule(value)
        written = f"{name}{parameters}:{value}"
        if name in ONCE:
            event.lines[name] = [written]
        else:
            event.lines.setdefault(name, []).append(written)
    listed = [line for name in ("RDATE", "EXDATE") for line in event.lines.get(name, ())]
    if sum(line.count(",") + 1 for line in listed) > MOST_DATES:
        raise Refused(Fault.TOO_MANY)
    return event if "DTSTART" in event.lines else None


def _parts(rest: str) -> tuple[str, str]:
    """The parameters that count, zones by their usual name, and the value."""
    kept, at = "", 0
    while found := _PARAMETER.match(rest, at):
        at = found.end()
        name, value = found[1].upper(), found[2].strip('"')
        if name == "TZID":
            kept += f';TZID="{iana_name(value) or value}"'
        elif name in PARAMETERS:
            kept += f";{name}={value}"
    return kept, rest[at:].partition(":")[2].strip()


def _check_rule(rule: str) -> None:
    """Events that come back every minute or second are refused, however that is written."""
    parts = _rule(rule)
    if parts.get("FREQ") in {"SECONDLY", "MINUTELY"}:
        raise Refused(Fault.TOO_FREQUENT)
    times = 24 if parts.get("FREQ") == "HOURLY" and "BYHOUR" not in parts else 1
    for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        times *= parts.get(name, "").count(",") + 1
    if times > MOST_A_DAY:
        raise Refused(Fault.TOO_FREQUENT)


def _matters(event: Event, first: date, last: date) -> bool:
    """Whether an event alone may make a day busy; those of a series are judged once they are expanded."""
    if not event.stands_alone:
        return not _is_over(event, first)
    start, end = _DAY.search(event.value("DTSTART")), _DAY.search(event.value("DTEND"))
    if start is None or start.group() > f"{last + MARGIN:%Y%m%d}":
        return start is None
    if "DURATION" in event.lines:
        return True
    return max((end or start).group(), start.group()) >= f"{first - MARGIN:%Y%m%d}"


def _steps(event: Event, last: date) -> float:
    """How many dates of its rules are gone through, from its beginning to the campaign's end: the same on a
    busy machine as on an idle one. 0 for what cannot be read: that is left out later."""
    start = _DAY.search(event.value("DTSTART"))
    total = 0.0
    for line in event.lines.get("RRULE", ()) if start else ():
        parts = _rule(line.partition(":")[2])
        until = _DAY.search(parts.get("UNTIL", ""))
        try:
            ends = min(last, date.fromisoformat(until.group())) if until else last
            days = (ends - date.fromisoformat(start.group())).days if start else 0
            every = max(int(parts.get("INTERVAL", 1)), 1)
        except ValueError:
            continue
        named = parts.get("BYDAY", "").count(",") + 1 if parts.get("FREQ") == "WEEKLY" else 1
        if parts.get("FREQ") == "YEARLY" and "BYDAY" in parts and "BYMONTH" not in parts:
            named = 10  # every such weekday of the year
        total += max(days, 0) * STEPS.get(parts.get("FREQ", ""), 0.0) * named / every
    return total


def _rule(rule: str) -> dict[str, str]:
    return dict(part.partition("=")[::2] for part in rule.upper().replace(" ", "").split(";"))


def _is_over(event: Event, first: date) -> bool:
    """Whether a repeated event ended long before; its moved dates are events of their own."""
    if any(name in event.lines for name in ("RDATE", "RECURRENCE-ID")):
        return False
    until = re.search(r"UNTIL=(\d{8})", event.value("RRULE"))
    return len(event.lines["RRULE"]) == 1 and until is not None and until[1] < f"{first - LONGEST:%Y%m%d}"


def _keep_zone(zones: dict[str, list[str]], lines: list[str]) -> None:
    """A zone that the file describes, when no usual name tells it and nothing in it repeats oddly."""
    named = next((line for line in lines if line[:4].upper() == "TZID"), "")
    name = named.partition(":")[2].strip().strip('"')
    rules = [line.upper() for line in lines if line[:5].upper() == "RRULE"]
    if not name or iana_name(name) or not all("FREQ=YEARLY" in rule for rule in rules):
        return
    zones[name] = ["BEGIN:VTIMEZONE", *lines, "END:VTIMEZONE"]
