"""Calendar files as Outlook, Google and Apple write them, short."""

from datetime import date
from zoneinfo import ZoneInfo

from app.availability.busy.reading import Reading, read

FIRST, LAST = date(2027, 3, 1), date(2027, 3, 31)
PARIS = ZoneInfo("Europe/Paris")


def calendar(*events: str, head: str = "") -> bytes:
    """A calendar of events, each given as its lines."""
    written = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{written}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def timed(start: str, end: str, *more: str, uid: str = "u1") -> str:
    """An event in Paris, by wall times such as `20270302T090000`."""
    lines = (f"UID:{uid}", f"DTSTART;TZID=Europe/Paris:{start}", f"DTEND;TZID=Europe/Paris:{end}", *more)
    return "\n".join(lines)


def reading(content: bytes, first: date = FIRST, last: date = LAST) -> Reading:
    """What is read of a file, in March 2027."""
    return read(content, first, last, PARIS)


def busy(*events: str, head: str = "") -> list[str]:
    """The busy days of March 2027, as numbers of the month."""
    found = reading(calendar(*events, head=head))
    assert found.skipped == 0
    return [day.removeprefix("2027-03-") for day in found.days]
