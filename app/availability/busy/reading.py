"""Which days a calendar file takes. Runs in a process of its own (`running.py`): the file may be hostile.

A day is busy when opaque events that stand cover four hours of 09:00-18:00 local time, or an all-day one
covers it. Free and work-elsewhere events (Outlook), transparent and cancelled ones do not count.

    python -I -m app.availability.busy.reading 2027-03-01 2027-03-31 Europe/Paris < calendar.ics
"""

import io
import json
import signal
import sys
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar

from app.availability.busy.lines import Event, Fault, Refused, Sifted, sift

OPENS, CLOSES = time(9), time(18)
ENOUGH = timedelta(hours=4)
"""Of the opening hours; then the day is taken."""
MOST_BYTES = 10 * 1024 * 1024
MOST_OCCURRENCES = 20_000
MOST_MEMORY = 200 * 1024 * 1024
MOST_SECONDS = 1.5
"""Of processor time."""

Span = tuple[datetime, datetime]


@dataclass
class Reading:
    """Busy days, and how many events could not be understood."""

    days: list[str] = field(default_factory=list)
    skipped: int = 0


def read(content: bytes, first: date, last: date, zone: ZoneInfo) -> Reading:
    """The busy days from `first` to `last`. Raises Refused."""
    found, taken, spans, count = Reading(), set[date](), list[Span](), 0
    for text in _texts(content):
        sifted = sift(text, first, last)
        for series in sifted.series:
            try:
                calendar = _calendar(series, sifted)
                found.skipped += _leave_out_backwards(calendar, zone)
                occurrences = _occurrences(calendar, first, last)
                placed = [one for one in map(_placed, occurrences) if one is not None]
            except MemoryError:
                raise
            except Exception:  # noqa: BLE001 - whatever a library makes of a broken event, the others are read
                found.skipped += len(series)
                continue
            count += len(placed)
            if count > MOST_OCCURRENCES:
                raise Refused(Fault.TOO_MANY)
            for start, end in placed:
                if isinstance(start, datetime) and isinstance(end, datetime):
                    spans.extend(_within((_instant(start, zone), _instant(end, zone)), first, last, zone))
                else:
                    taken.update(_whole_days(start, end, first, last))
    taken |= _covered(spans, zone)
    found.days = sorted(day.isoformat() for day in taken)
    return found


def _texts(content: bytes) -> Iterator[str]:
    """The calendars in a file: itself, or those of a ZIP archive, which is what Google gives."""
    if not content.startswith(b"PK\x03\x04"):
        yield _decoded(content)
        return
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [one for one in archive.infolist() if one.filename.lower().endswith(".ics")]
            if not names:
                raise Refused(Fault.NO_CALENDAR)
            for name in names[:20]:
                with archive.open(name) as member:
                    plain = member.read(left + 1)  # whatever size it announces
                left -= len(plain)
                if left < 0:
                    raise Refused(Fault.TOO_LARGE)
                yield _decoded(plain)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as broken:
        raise Refused(Fault.NO_CALENDAR) from broken
    except zipfile.zlib.error as broken:  # type: ignore[attr-defined]
        raise Refused(Fault.NO_CALENDAR) from broken


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    return content.decode("utf-8-sig", "replace")


def _calendar(series: list[Event], sifted: Sifted) -> Calendar:
    events = "".join(event.text() for event in series)
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//\r\n{sifted.zones}{events}END:VCALENDAR\r\n"
    return Calendar.from_ical(text)


def _leave_out_backwards(calendar: Calendar, zone: ZoneInfo) -> int:
    """Events that end before they start mean nothing (RFC 5545, 3.8.2.2). How many they are."""
    sound = [one for one in calendar.subcomponents if one.name != "VEVENT" or not _is_backwards(one, zone)]
    backwards = len(calendar.subcomponents) - len(sound)
    calendar.subcomponents = sound
    return backwards


def _is_backwards(event: Any, zone: ZoneInfo) -> bool:
    start = event["DTSTART"].dt
    if "DTEND" not in event:
        return "DURATION" in event and bool(event["DURATION"].dt < timedelta())
    end = event["DTEND"].dt
    if isinstance(start, datetime) and isinstance(end, datetime):
        return _instant(end, zone) < _instant(start, zone)
    return _day(end) < _day(start)


def _occurrences(calendar: Calendar, first: date, last: date) -> list[Any]:
    """What takes place of a series, moved and cancelled dates included."""
    query = recurring_ical_events.of(calendar)
    return list(query.between(first - timedelta(days=1), last + timedelta(days=2)))


def _placed(event: Any) -> tuple[date, date] | None:
    """Start and end of what counts; None for what leaves one free."""
    if _said(event, "STATUS") == "CANCELLED" or _said(event, "TRANSP") == "TRANSPARENT":
        return None
    if _said(event, "X-MICROSOFT-CDO-BUSYSTATUS") in {"FREE", "WORKINGELSEWHERE"}:
        return None
    start: date = event["DTSTART"].dt
    end: date = event["DTEND"].dt if "DTEND" in event else start
    return start, end


def _said(event: Any, name: str) -> str:
    return str(event.get(name, "")).upper()


def _whole_days(start: date, end: date, first: date, last: date) -> Iterator[date]:
    """An all-day event's days; its end is the day after, except for programs that forget."""
    day = max(_day(start), first)
    until = min(max(_day(end), _day(start) + timedelta(days=1)), last + timedelta(days=1))
    while day < until:
        yield day
        day += timedelta(days=1)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _instant(value: datetime, zone: ZoneInfo) -> datetime:
    """A time without zone is local to whoever reads it."""
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def _within(span: Span, first: date, last: date, zone: ZoneInfo) -> Iterator[Span]:
    """The parts of a span that fall within opening hours."""
    start, end = span
    day = max(first, start.astimezone(zone).date())
    while day <= last and (opens := _at(day, OPENS, zone)) < end:
        part = max(start, opens), min(end, _at(day, CLOSES, zone))
        if part[0] < part[1]:
            yield part
        day += timedelta(days=1)


def _at(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


def _covered(spans: list[Span], zone: ZoneInfo) -> set[date]:
    """The days of which the spans together cover enough; an hour taken twice counts once."""
    covered: dict[date, timedelta] = {}
    reached = datetime.min.replace(tzinfo=UTC)
    for start, end in sorted(spans):
        if end > reached:
            day = start.astimezone(zone).date()
            covered[day] = covered.get(day, timedelta()) + (end - max(start, reached))
            reached = end
    return {day for day, hours in covered.items() if hours >= ENOUGH}


def answer(content: bytes, first: date, last: date, zone: ZoneInfo) -> dict[str, Any]:
    """What the process says: `days` and `skipped`, or the `fault`."""
    try:
        if len(content) > MOST_BYTES:
            raise Refused(Fault.TOO_LARGE)
        return asdict(read(content, first, last, zone))
    except Refused as refused:
        return {"fault": refused.fault.value}
    except MemoryError:
        return {"fault": Fault.TOO_COMPLICATED.value}


def limit() -> None:
    """From here on this process is ended when it takes more time or memory than an honest calendar needs."""
    try:
        import resource
    except ImportError:  # Windows: only the clock of whoever waits for us ends it
        return
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)  # ends the process: nobody handles SIGPROF
    resource.setrlimit(resource.RLIMIT_CPU, (3, 3))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Read standard input, answer in one line of JSON."""
    first, last, zone = sys.argv[1:4]
    warnings.simplefilter("ignore")
    limit()
    content = sys.stdin.buffer.read(MOST_BYTES + 1)
    said = answer(content, date.fromisoformat(first), date.fromisoformat(last), ZoneInfo(zone))
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
