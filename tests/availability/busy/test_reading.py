"""Which days a calendar takes, rule by rule: what counts, what does not."""

import io
import json
import zipfile
from datetime import date
from pathlib import Path

import pytest

from app.availability.busy.lines import Fault, Refused
from app.availability.busy.reading import MOST_BYTES
from tests.availability.busy.files import busy, calendar, reading, timed

SHARED = Path(__file__).parents[4] / "shared" / "data" / "calendars"
"""Calendars with the days that must come out, kept beside the repository where they are at hand."""


@pytest.mark.skipif(not SHARED.exists(), reason="the reference calendars (../shared/data) are not here")
@pytest.mark.parametrize("name", ["outlook.ics", "google.ics"])
def test_the_reference_calendars_give_the_days_they_must(name: str) -> None:
    expected = json.loads((SHARED / "expected.json").read_text())
    first, last = date.fromisoformat(expected["from"]), date.fromisoformat(expected["to"])
    found = reading((SHARED / name).read_bytes(), first, last)
    assert found.days == expected[name]
    assert found.skipped == 0


def test_four_hours_of_the_day_make_it_busy_and_less_do_not() -> None:
    assert busy(timed("20270302T090000", "20270302T130000")) == ["02"]
    assert busy(timed("20270302T090000", "20270302T125900")) == []


def test_hours_outside_of_the_day_do_not_count() -> None:
    assert busy(timed("20270302T050000", "20270302T125900")) == []
    assert busy(timed("20270302T150000", "20270302T230000")) == []


def test_meetings_add_up_and_an_hour_taken_twice_counts_once() -> None:
    morning = timed("20270302T090000", "20270302T110000", uid="a")
    assert busy(morning, timed("20270302T140000", "20270302T160000", uid="b")) == ["02"]
    assert busy(morning, timed("20270302T090000", "20270302T110000", uid="b")) == []
    assert busy(morning, timed("20270302T100000", "20270302T123000", uid="b")) == []


def test_an_event_over_several_days_takes_each_it_covers() -> None:
    assert busy(timed("20270302T160000", "20270305T100000")) == ["03", "04"]


def test_an_all_day_event_ends_the_day_before_its_end() -> None:
    assert busy("UID:a\nDTSTART;VALUE=DATE:20270302\nDTEND;VALUE=DATE:20270304") == ["02", "03"]
    assert busy("UID:a\nDTSTART;VALUE=DATE:20270302\nDTEND;VALUE=DATE:20270302") == ["02"]
    assert busy("UID:a\nDTSTART;VALUE=DATE:20270302") == ["02"]
    assert busy("UID:a\nDTSTART;VALUE=DATE:20270302\nDURATION:P2D") == ["02", "03"]


def test_an_event_that_began_before_the_campaign_counts_within_it() -> None:
    assert busy("UID:a\nDTSTART;VALUE=DATE:20270101\nDTEND;VALUE=DATE:20270303") == ["01", "02"]


@pytest.mark.parametrize(
    "free",
    [
        "TRANSP:TRANSPARENT",
        "STATUS:CANCELLED",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
        "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE",
    ],
)
def test_what_leaves_one_free_does_not_count(free: str) -> None:
    assert busy(timed("20270302T090000", "20270302T180000", free)) == []


@pytest.mark.parametrize(
    "taken",
    [
        "TRANSP:OPAQUE",
        "STATUS:TENTATIVE",
        "X-MICROSOFT-CDO-BUSYSTATUS:OOF",
        "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
    ],
)
def test_what_takes_one_counts(taken: str) -> None:
    assert busy(timed("20270302T090000", "20270302T180000", taken)) == ["02"]


WEEKLY = timed("20270203T090000", "20270203T180000", "RRULE:FREQ=WEEKLY;BYDAY=WE;UNTIL=20270331T215959Z")


def test_a_weekly_event_takes_its_days() -> None:
    assert busy(WEEKLY) == ["03", "10", "17", "24", "31"]


def test_an_excluded_date_is_free() -> None:
    assert busy(f"{WEEKLY}\nEXDATE;TZID=Europe/Paris:20270310T090000,20270317T090000") == ["03", "24", "31"]


def test_a_cancelled_date_of_a_series_is_free() -> None:
    cancelled = timed(
        "20270317T090000",
        "20270317T180000",
        "RECURRENCE-ID;TZID=Europe/Paris:20270317T090000",
        "STATUS:CANCELLED",
    )
    assert busy(WEEKLY, cancelled) == ["03", "10", "24", "31"]


def test_a_moved_date_takes_its_new_day() -> None:
    moved = timed("20270325T090000", "20270325T180000", "RECURRENCE-ID;TZID=Europe/Paris:20270324T090000")
    assert busy(WEEKLY, moved) == ["03", "10", "17", "25", "31"]


def test_a_date_moved_into_the_campaign_by_a_series_that_is_over_counts() -> None:
    over = timed("20260107T090000", "20260107T180000", "RRULE:FREQ=WEEKLY;COUNT=4")
    ended = over.replace("COUNT=4", "UNTIL=20260201T000000Z")
    moved = timed("20270305T090000", "20270305T180000", "RECURRENCE-ID;TZID=Europe/Paris:20260121T090000")
    assert busy(over, moved) == ["05"]
    assert busy(ended, moved) == ["05"]


def test_a_date_made_shorter_is_free() -> None:
    shorter = timed("20270310T090000", "20270310T100000", "RECURRENCE-ID;TZID=Europe/Paris:20270310T090000")
    assert busy(WEEKLY, shorter) == ["03", "17", "24", "31"]


def test_listed_dates_count() -> None:
    listed = "RDATE;TZID=Europe/Paris:20270309T090000,20270311T090000"
    assert busy(timed("20270302T090000", "20270302T180000", listed)) == ["02", "09", "11"]


def test_every_other_week_and_the_last_friday() -> None:
    assert busy(timed("20270301T090000", "20270301T180000", "RRULE:FREQ=WEEKLY;INTERVAL=2")) == [
        "01",
        "15",
        "29",
    ]
    assert busy(timed("20270129T090000", "20270129T180000", "RRULE:FREQ=MONTHLY;BYDAY=-1FR")) == ["26"]


def test_a_birthday_of_long_ago_is_found() -> None:
    assert busy("UID:a\nDTSTART;VALUE=DATE:19600315\nRRULE:FREQ=YEARLY") == ["15"]


@pytest.mark.parametrize(
    "name",
    [
        "Romance Standard Time",
        '"Romance Standard Time"',
        "/freeassociation.sourceforge.net/Europe/Paris",
        "Europe/Paris",
    ],
)
def test_zones_by_the_names_that_programs_give_them(name: str) -> None:
    event = f"UID:a\nDTSTART;TZID={name}:20270302T140000\nDTEND;TZID={name}:20270302T180000"
    assert busy(event) == ["02"]


def test_another_zone_is_turned_into_local_time() -> None:
    late = "UID:a\nDTSTART;TZID=America/New_York:20270329T040000\nDTEND;TZID=America/New_York:20270329T080000"
    assert busy(late) == ["29"]
    assert busy(late.replace("T040000", "T110000").replace("T080000", "T150000")) == []


def test_a_zone_described_in_the_file_is_used_when_nobody_knows_its_name() -> None:
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Customized Time Zone\nBEGIN:STANDARD\nDTSTART:16010101T000000\n"
        "TZOFFSETFROM:-0500\nTZOFFSETTO:-0500\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    name = "Customized Time Zone"
    event = f"UID:a\nDTSTART;TZID={name}:20270302T030000\nDTEND;TZID={name}:20270302T070000"
    assert busy(event, head=zone) == ["02"]
    assert busy(event.replace(name, "A Zone Nobody Knows")) == []  # 03:00-07:00 here


def test_a_time_without_zone_is_local() -> None:
    assert busy("UID:a\nDTSTART:20270302T140000\nDTEND:20270302T180000") == ["02"]
    assert busy("UID:a\nDTSTART:20270302T170000Z\nDTEND:20270302T210000Z") == []


def test_events_without_uid_are_not_taken_for_one() -> None:
    event = timed("20270302T090000", "20270302T180000").replace("UID:u1\n", "")
    assert busy(event, event.replace("20270302", "20270303")) == ["02", "03"]


def test_lines_are_unfolded_and_alarms_ignored() -> None:
    alarm = "BEGIN:VALARM\nTRIGGER:-PT15M\nDTSTART:20300101T000000\nTRANSP:TRANSPARENT\nEND:VALARM"
    folded = timed("20270302T090000", "20270302T180000").replace("20270302T18", "2027\n 0302T18")
    assert busy(f"{folded}\n{alarm}") == ["02"]


def test_an_unreadable_event_is_counted_and_the_others_are_kept() -> None:
    good = timed("20270302T090000", "20270302T180000", uid="a")
    found = reading(calendar(good, timed("20270302T990000", "20270302T180000", uid="b")))
    assert found.days == ["2027-03-02"]
    assert found.skipped == 1


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=30",
        "freq=minutely",
        "FREQ=DAILY;BYHOUR=9,10,11,12,13;BYMINUTE=0,10,20,30,40,50",
        "FREQ=HOURLY;BYMINUTE=0,30",
        "FREQ=DAILY;BYSECOND=" + ",".join(map(str, range(60))),
    ],
)
def test_what_comes_back_all_the_time_is_refused(rule: str) -> None:
    with pytest.raises(Refused) as refused:
        reading(calendar(timed("20270302T090000", "20270302T100000", f"RRULE:{rule}")))
    assert refused.value.fault == Fault.TOO_FREQUENT


def test_an_hourly_event_is_read() -> None:
    assert busy(timed("20270302T090000", "20270302T093000", "RRULE:FREQ=HOURLY;COUNT=9")) == ["02"]


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"PK\x03\x04broken", b"\x00\xff" * 50, b"Name;Day\r\nAnna;2\r\n"]
)
def test_what_is_no_calendar_is_refused(content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        reading(content)
    assert refused.value.fault == Fault.NO_CALENDAR


def test_an_empty_calendar_takes_no_day() -> None:
    assert busy() == []


def archive(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in members.items():
            out.writestr(name.replace("_", "."), content)
    return made.getvalue()


def test_an_archive_gives_the_days_of_all_its_calendars() -> None:
    one = calendar(timed("20270302T090000", "20270302T180000"))
    two = calendar(timed("20270303T090000", "20270303T180000"))
    found = reading(archive(work_ics=one, home_ics=two, readme_txt=b"x"))
    assert found.days == ["2027-03-02", "2027-03-03"]


def test_an_archive_that_unpacks_without_end_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        reading(archive(bomb_ics=b"\n" * (MOST_BYTES + 1)))
    assert refused.value.fault == Fault.TOO_LARGE


def test_too_many_events_are_refused() -> None:
    many = [timed("20270302T090000", "20270302T093000", uid=f"u{n}") for n in range(5001)]
    with pytest.raises(Refused) as refused:
        reading(calendar(*many))
    assert refused.value.fault == Fault.TOO_MANY


@pytest.mark.parametrize(
    "content",
    [
        calendar(timed("20270302T090000", "20270302T180000")).rpartition(b"END:VCALENDAR")[0],
        b"BEGIN:VCALENDAR\r\n" * 5_000,
    ],
)
def test_a_file_that_stops_before_its_end_takes_no_day_in_silence(content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        reading(content)
    assert refused.value.fault == Fault.UNFINISHED


SINCE = "UID:{n}\nDTSTART;TZID=Europe/Paris:{since}T090000\nDURATION:PT1H\nRRULE:{rule}"


@pytest.mark.parametrize(
    ("series", "since", "rule"),
    [
        (1, "00010101", "FREQ=DAILY"),
        (1, "19700101", "FREQ=HOURLY"),
        (300, "20200101", "FREQ=DAILY"),
        (60, "19000101", "FREQ=YEARLY;BYDAY=MO"),
    ],
)
def test_what_goes_back_too_far_is_refused_whatever_the_machine_does_beside(
    series: int, since: str, rule: str
) -> None:
    """By how many dates lie between its beginning and the campaign, not by how long they take."""
    events = [SINCE.format(n=n, since=since, rule=rule) for n in range(series)]
    with pytest.raises(Refused) as refused:
        reading(calendar(*events))
    assert refused.value.fault == Fault.TOO_COMPLICATED


@pytest.mark.parametrize(
    ("series", "since", "rule"),
    [
        (1, "19700101", "FREQ=DAILY"),
        (1, "20200101", "FREQ=HOURLY"),
        (20, "20150101", "FREQ=DAILY"),
        (40, "20150105", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        (60, "19300101", "FREQ=YEARLY"),
        (20, "19900101", "FREQ=YEARLY;BYMONTH=5;BYDAY=-1SU"),
        (300, "20200101", "FREQ=DAILY;UNTIL=20200601T000000Z"),
    ],
)
def test_what_an_honest_calendar_holds_is_not(series: int, since: str, rule: str) -> None:
    busy(*(SINCE.format(n=n, since=since, rule=rule) for n in range(series)))


@pytest.mark.parametrize(
    "backwards",
    [
        "UID:a\nDTSTART;VALUE=DATE:20270304\nDTEND;VALUE=DATE:20270302",
        timed("20270303T180000", "20270302T090000", uid="a"),
        timed("20270302T180000", "20270302T090000", "RRULE:FREQ=DAILY;COUNT=3", uid="a"),
        "UID:a\nDTSTART;VALUE=DATE:20270302\nDURATION:-P1D",
        "UID:a\nDTSTART:20270302T180000Z\nDURATION:-PT9H",
    ],
)
def test_an_event_that_ends_before_it_starts_takes_no_day_and_is_said_not_to_be_read(backwards: str) -> None:
    found = reading(calendar(backwards, timed("20270310T090000", "20270310T180000", uid="b")))
    assert (found.days, found.skipped) == (["2027-03-10"], 1)


def test_an_event_that_ends_when_it_starts_is_read() -> None:
    assert busy(timed("20270302T090000", "20270302T090000")) == []
    assert busy("UID:a\nDTSTART:20270302T080000Z\nDTEND;TZID=Europe/Paris:20270302T180000") == ["02"]
