"""The corpus of figure 13: calendar files honest, odd and hostile, made by code; their mutations; seeded."""

import io
import random
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

FIRST, LAST = date(2027, 3, 1), date(2027, 4, 30)
ZONES = (
    "Europe/Paris",
    "Romance Standard Time",
    '"W. Europe Standard Time"',
    "/freeassociation.sourceforge.net/Europe/Paris",
    "America/New_York",
    "Customized Time Zone",
    "Nowhere/At_All",
    "Europe",
    "../../etc/passwd",
)
HEADS = (
    "PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN\nMETHOD:PUBLISH",
    "PRODID:-//Google Inc//Google Calendar 70.9054//EN\nCALSCALE:GREGORIAN\nX-WR-TIMEZONE:Europe/Paris",
    "PRODID:-//Apple Inc.//macOS 15.1//EN\nCALSCALE:GREGORIAN\nX-APPLE-CALENDAR-COLOR:#1BADF8",
)
VTIMEZONE = (
    "BEGIN:VTIMEZONE\nTZID:{name}\nBEGIN:STANDARD\nDTSTART:16011028T030000\n"
    "RRULE:FREQ={often};BYDAY=-1SU;BYMONTH=10\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\n"
    "BEGIN:DAYLIGHT\nDTSTART:16010325T020000\nRRULE:FREQ={often};BYDAY=-1SU;BYMONTH=3\nTZOFFSETFROM:+0100\n"
    "TZOFFSETTO:+0200\nEND:DAYLIGHT\nEND:VTIMEZONE"
)
RULES = (
    "FREQ=DAILY;COUNT=10",
    "FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20270430T215959Z",
    "FREQ=WEEKLY;INTERVAL=2;WKST=MO",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYSETPOS=2;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=15",
    "FREQ=HOURLY;COUNT=40",
    "FREQ=DAILY;UNTIL=20270401",
)
HOSTILE_RULES = (
    "FREQ=SECONDLY",
    "FREQ=MINUTELY;COUNT=999999999",
    "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=31",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;BYMONTH=6",
    "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11;BYMINUTE=0,1,2,3,4",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;INTERVAL=-1",
    "FREQ=DAILY;COUNT=-1",
    "FREQ=WEEKLY;BYDAY=XX",
    "FREQ=",
    "FREQ=HOURLY",
    "FREQ=DAILY;UNTIL=99991231T235959Z;COUNT=99999999999999999999",
    "FREQ=YEARLY;BYYEARDAY=" + ",".join(str(day) for day in range(1, 367)),
    "FREQ=MONTHLY;BYSETPOS=" + ",".join(str(n) for n in range(1, 367)) + ";BYDAY=MO,TU,WE,TH,FR,SA,SU",
)
ODD_DAYS = ("00010101", "99991231", "20270230", "20271399", "16010101", "", "2027", "２０２７０３０１")

Maker = Callable[[random.Random], bytes]


def corpus(seed: int = 13, files: int = 300) -> list[bytes]:
    """As many files as asked for, each kind in turn."""
    kinds: list[Maker] = [
        honest, honest, honest, series, series, zones, odd, hostile_rule, hostile_rule, large, many_rules,
        long_lines, listed_dates, nested, archived, encoded, garbage, hostile_zone, durations,
        everything_at_once,
    ]  # fmt: skip
    return [kinds[n % len(kinds)](random.Random(f"{seed}:{n}")) for n in range(files)]


def written(*events: str, head: str = HEADS[0]) -> bytes:
    """A calendar, its lines ended as they should be."""
    body = "\n".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}\n{body}\nEND:VCALENDAR\n".replace("\n", "\r\n").encode()


def event(chance: random.Random, *more: str, uid: int | None = None) -> str:
    """An appointment around the campaign."""
    start = datetime.combine(date(2027, 2, 15), time()) + timedelta(hours=chance.randrange(24 * 90))
    end = start + timedelta(minutes=15 * chance.randint(1, 40))
    zone = chance.choice(ZONES[:5])
    number = chance.randrange(10**6) if uid is None else uid
    lines = [
        f"UID:{number}@exemple.fr",
        "DTSTAMP:20270215T080000Z",
        f"DTSTART;TZID={zone}:{start:%Y%m%dT%H%M%S}",
        f"DTEND;TZID={zone}:{end:%Y%m%dT%H%M%S}",
        "SUMMARY:Réunion — été",
        chance.choice(
            ["TRANSP:OPAQUE", "TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:OOF", "STATUS:TENTATIVE"]
        ),
        *more,
    ]
    return "\n".join(lines)


def honest(chance: random.Random) -> bytes:
    """What most people have."""
    events = [event(chance) for _ in range(chance.randint(1, 40))]
    day = FIRST + timedelta(days=chance.randrange(60))
    events.append(
        f"UID:d\nDTSTART;VALUE=DATE:{day:%Y%m%d}\nDTEND;VALUE=DATE:{day + timedelta(days=3):%Y%m%d}"
    )
    return written(*events, head=chance.choice(HEADS))


def series(chance: random.Random) -> bytes:
    """Repeated, with exceptions, moved and cancelled dates, also for all that follow."""
    rule = chance.choice(RULES)
    master = (
        "UID:s\nDTSTART;TZID=Europe/Paris:20270301T090000\nDTEND;TZID=Europe/Paris:20270301T170000\n"
        f"RRULE:{rule}\nEXDATE;TZID=Europe/Paris:20270308T090000"
    )
    moved = (
        "UID:s\nRECURRENCE-ID{range};TZID=Europe/Paris:20270303T090000\nDTSTART;TZID=Europe/Paris:20270304T100000\n"
        "DTEND;TZID=Europe/Paris:20270304T180000\nSEQUENCE:2"
    )
    cancelled = (
        "UID:s\nRECURRENCE-ID;TZID=Europe/Paris:20270315T090000\nDTSTART;TZID=Europe/Paris:20270315T090000\n"
        "DTEND;TZID=Europe/Paris:20270315T170000\nSTATUS:CANCELLED"
    )
    parts = [master, moved.format(range=chance.choice(["", ";RANGE=THISANDFUTURE"])), cancelled]
    chance.shuffle(parts)
    return written(*parts, head=chance.choice(HEADS))


def zones(chance: random.Random) -> bytes:
    """Every name of a zone, with or without its description."""
    name = chance.choice(ZONES)
    head = VTIMEZONE.format(name=name.strip('"'), often="YEARLY") if chance.random() < 0.5 else HEADS[1]
    return written(
        f"UID:z\nDTSTART;TZID={name}:20270302T090000\nDTEND;TZID={name}:20270302T170000", head=head
    )


def hostile_zone(chance: random.Random) -> bytes:
    """A description of a zone that never ends."""
    head = VTIMEZONE.format(name="Mine", often=chance.choice(["SECONDLY", "MINUTELY", "DAILY", "YEARLY"]))
    head = "\n".join([head] * chance.choice([1, 50]))
    return written("UID:z\nDTSTART;TZID=Mine:20270302T090000\nDTEND;TZID=Mine:20270302T170000", head=head)


def odd(chance: random.Random) -> bytes:
    """Days that do not exist, ends before starts, properties twice or missing."""
    start, end = chance.choice(ODD_DAYS), chance.choice(ODD_DAYS)
    return written(
        f"UID:o\nDTSTART;VALUE=DATE:{start}\nDTEND;VALUE=DATE:{end}",
        f"DTSTART:{start}T090000\nDTSTART:20270302T090000Z\nDTEND:20270301T090000Z",
        f"UID:o\nRECURRENCE-ID:{start}\nDTSTART;VALUE=DATE:{end}",
        "UID:p\nDTSTART;VALUE=DATE:20270302\nDTEND:20270302T180000Z\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20270303",
        "SUMMARY:no start",
    )


def hostile_rule(chance: random.Random) -> bytes:
    """A rule that never ends, or never matches."""
    start = chance.choice(["00010101T000000", "19000101T000000", "20270301T000000Z", "99990101T000000"])
    rules = "\n".join(f"RRULE:{rule}" for rule in chance.sample(HOSTILE_RULES, chance.choice([1, 1, 3])))
    return written(f"UID:h\nDTSTART:{start}\nDURATION:PT1H\n{rules}")


def large(chance: random.Random) -> bytes:
    """Years of a busy calendar."""
    return written(*(event(chance) for _ in range(chance.choice([500, 3000, 8000]))))


def many_rules(chance: random.Random) -> bytes:
    """Hundreds of series without end."""
    old = "UID:{n}\nDTSTART;TZID=Europe/Paris:20100104T0{h}0000\nDURATION:PT30M\nRRULE:FREQ=DAILY"
    return written(*(old.format(n=n, h=n % 10) for n in range(chance.choice([50, 400, 4000]))))


def long_lines(chance: random.Random) -> bytes:
    """Lines folded a hundred thousand times, attachments, parameters without end."""
    size = chance.choice([10**5, 10**6])
    folded = "\n ".join(["x"] * (size // 10))
    parameters = "".join(f";X{n}=y" for n in range(size // 100))
    return written(
        f"UID:l\nATTACH;ENCODING=BASE64:{'QUJD' * (size // 4)}\nDTSTART{parameters}:20270302T090000\n"
        f"SUMMARY:{folded}",
        f"UID:{'u' * size}\nDTSTART:20270302T090000\nDTEND:20270302T180000",
    )


def listed_dates(chance: random.Random) -> bytes:
    """Dates one by one, periods, and excluded ones."""
    n = chance.choice([10, 1000, 20_000])
    dates = ",".join(f"{FIRST + timedelta(days=one % 900):%Y%m%d}T09{one % 60:02}00" for one in range(n))
    periods = ",".join(["20270302T090000Z/PT8H", "20270303T090000Z/20270303T180000Z"] * (n % 50))
    return written(
        f"UID:r\nDTSTART:20270301T090000\nDTEND:20270301T180000\nRDATE:{dates}\nEXDATE:{dates[: n * 8]}",
        f"UID:q\nDTSTART:20270301T090000Z\nDURATION:PT8H\nRDATE;VALUE=PERIOD:{periods}",
    )


def nested(chance: random.Random) -> bytes:
    """Components within components, never ended."""
    deep = chance.choice([10, 1000, 50_000])
    kind = chance.choice(["VALARM", "VEVENT", "VCALENDAR", "VTIMEZONE", "X-ANY"])
    return written("UID:n\nDTSTART:20270302T090000\n" + f"BEGIN:{kind}\n" * deep)


def archived(chance: random.Random) -> bytes:
    """A ZIP: one calendar, many, one that unpacks a thousandfold, none, or a broken one."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for n in range(chance.choice([0, 1, 30])):
            out.writestr(_member(f"{n}.ics"), honest(chance))
        if chance.random() < 0.4:
            out.writestr(_member("bomb.ics"), b"BEGIN:VCALENDAR\n" + b"\n" * 40_000_000)
    content = made.getvalue()
    return content if chance.random() < 0.7 else content[: len(content) // 2]


def _member(name: str) -> zipfile.ZipInfo:
    """Of no date: the same bytes whenever they are made."""
    made = zipfile.ZipInfo(name)
    made.compress_type = zipfile.ZIP_DEFLATED
    return made


def encoded(chance: random.Random) -> bytes:
    """Other encodings and ends of lines."""
    text = series(chance).decode()
    return chance.choice(
        [
            text.encode("utf-16"),
            b"\xef\xbb\xbf" + text.encode(),
            text.encode("latin-1", "replace"),
            text.replace("\r\n", "\r").encode(),
            text.replace("\r\n", "\n").encode(),
            text.replace(":", ":\x00").encode(),
            text.lower().encode(),
        ]
    )


def garbage(chance: random.Random) -> bytes:
    """Nothing of a calendar, or its frame alone."""
    noise = chance.randbytes(chance.choice([0, 1, 1000, 100_000]))
    return chance.choice(
        [noise, b"BEGIN:VCALENDAR\r\n" + noise, b"PK\x03\x04" + noise, b"BEGIN:VEVENT\r\n" * 1000]
    )


def durations(chance: random.Random) -> bytes:
    """Lengths beyond all years, negative, and of nothing."""
    length = chance.choice(["P99999999W", "-P1D", "PT0S", "P1Y", "P", "PT99999999999999H", "P3650D"])
    return written(f"UID:d\nDTSTART:20270301T090000Z\nDURATION:{length}\nRRULE:FREQ=WEEKLY;COUNT=5")


def everything_at_once(chance: random.Random) -> bytes:
    """Parts of the others side by side."""
    makers: list[Maker] = [honest, series, zones, odd, listed_dates, durations]
    return b"".join(maker(chance) for maker in chance.sample(makers, 3))


WORDS = (
    b"BEGIN:VEVENT", b"END:VEVENT", b"BEGIN:VTIMEZONE", b"RRULE:FREQ=DAILY", b"RRULE:FREQ=SECONDLY",
    b"UNTIL=", b"COUNT=", b"BYDAY=MO", b"INTERVAL=0", b"RANGE=THISANDFUTURE", b";TZID=", b";VALUE=DATE",
    b"DTSTART", b"DTEND", b"RECURRENCE-ID", b"RDATE", b"EXDATE", b"DURATION:P", b"T000000Z", b"99999999",
    b"\r\n", b"\r\n ", b"\x00", b"\xff", b":", b";", b",", b'"', b"-1",
)  # fmt: skip


def mutations(files: list[bytes], first: int, last: int, seed: int = 13) -> Iterator[bytes]:
    """Small files, changed in one to eight places each: mutations `first` to before `last`."""
    small = [file for file in files if 0 < len(file) < 4_000]
    for n in range(first, last):
        chance = random.Random(f"{seed}:m{n}")
        content = bytearray(chance.choice(small))
        for _ in range(chance.randint(1, 8)):
            _change(chance, content)
        yield bytes(content)


def _change(chance: random.Random, content: bytearray) -> None:
    at = chance.randrange(len(content) + 1)
    length = chance.choice([1, 1, 2, 8, 60])
    kind = chance.randrange(7)
    if kind == 0:
        content[at : at + length] = b""
    elif kind == 1:
        content[at:at] = chance.choice(WORDS)
    elif kind == 2:
        content[at:at] = content[at : at + length * 4] * chance.choice([1, 2, 20])
    elif kind == 3:
        content[at : at + length] = chance.randbytes(length)
    elif kind == 4:
        content[at : at + 1] = bytes([chance.choice(b"0123456789")])
    elif kind == 5:
        lines = content.split(b"\r\n")
        chance.shuffle(lines)
        content[:] = b"\r\n".join(lines)
    else:
        content[at:] = content[at : at + len(content) // 2]
