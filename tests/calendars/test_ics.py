"""What leaves as a calendar object, read back by icalendar and by ical, another parser."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import ical.calendar_stream
import icalendar
import pytest
import recurring_ical_events
from sqlmodel import Session

from app.calendars import ics
from app.calendars.zones import vtimezone
from app.campaigns.tables import Campaign
from app.core.i18n import speaking
from app.core.settings import settings
from app.people.tables import Person, Side, Site, Team
from app.visits import queries
from app.visits.queries import SeenVisit
from app.visits.standing import Missing, Standing
from app.visits.tables import Visit, VisitStatus
from tests.factories import NOW, make_campaign, make_person, make_site, make_team, make_visit


def visit(session: Session, **over: object) -> SeenVisit:
    """Anna visits Bruno in Lille."""
    there = make_team(session, make_site(session, name="Lille"), name="Comptoir")
    anna = make_person(session, first_name="Anna", last_name="Petit", email="anna@exemple.fr")
    bruno = make_person(session, there, first_name="Bruno", last_name="Roux", email="bruno@exemple.fr")
    made = make_visit(session, make_campaign(session), anna, bruno, **over)
    seen = queries.find_visit(session, made.id or 0)
    assert seen is not None
    return seen


def event(text: str) -> icalendar.Event:
    found: icalendar.Event = icalendar.Calendar.from_ical(text).walk("VEVENT")[0]
    return found


def test_an_invitation_says_what_when_where_and_who(session: Session) -> None:
    seen = visit(session, day=date(2027, 4, 6))
    found = event(ics.invitation(seen, seen.visitor))
    assert found["UID"] == seen.visit.uid
    assert found["SUMMARY"] == "Vis ma vie\u00a0: chez Bruno Roux"
    assert found["LOCATION"] == "Lille"
    assert found.start == datetime(2027, 4, 6, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))
    assert found.end == datetime(2027, 4, 6, 17, 0, tzinfo=ZoneInfo("Europe/Paris"))
    assert str(found["ORGANIZER"]) == "mailto:vis-ma-vie@localhost"
    assert [str(person) for person in found["ATTENDEE"]] == [
        "mailto:anna@exemple.fr",
        "mailto:bruno@exemple.fr",
    ]
    assert (found["SEQUENCE"], found["STATUS"]) == (1, "CONFIRMED")
    assert found.DTSTAMP == NOW
    assert str(found["URL"]).endswith(f"/visits/{seen.visit.id}")


def test_visitor_and_host_read_the_same_event_in_their_own_words(session: Session) -> None:
    seen = visit(session)
    of_host = event(ics.invitation(seen, seen.host))
    assert of_host["SUMMARY"] == "Vis ma vie\u00a0: vous accueillez Anna Petit"
    with speaking("en"):
        of_visitor = event(ics.invitation(seen, seen.visitor))
    assert of_visitor["UID"] == of_host["UID"]


def test_a_cancelled_visit_leaves_calendars_under_the_same_uid(session: Session) -> None:
    seen = visit(session)
    before = icalendar.Calendar.from_ical(ics.invitation(seen, seen.host))
    seen.visit.status, seen.visit.revision = VisitStatus.CANCELLED, 1
    seen.visit.changed_at = NOW + timedelta(days=1)
    after = icalendar.Calendar.from_ical(ics.invitation(seen, seen.host))
    assert (before["METHOD"], after["METHOD"]) == ("REQUEST", "CANCEL")
    first, second = before.walk("VEVENT")[0], after.walk("VEVENT")[0]
    assert first["UID"] == second["UID"]
    assert second["SEQUENCE"] > first["SEQUENCE"]
    assert second.DTSTAMP > first.DTSTAMP
    assert (second["STATUS"], second["TRANSP"]) == ("CANCELLED", "TRANSPARENT")


def test_the_feed_says_how_often_to_read_it_and_keeps_cancelled_visits(session: Session) -> None:
    seen = visit(session)
    seen.visit.status, seen.visit.revision = VisitStatus.CANCELLED, 1
    calendar = icalendar.Calendar.from_ical(ics.feed([seen], seen.visitor))
    assert calendar["METHOD"] == "PUBLISH"
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=4)
    assert [one["STATUS"] for one in calendar.walk("VEVENT")] == ["CANCELLED"]


def test_a_uid_outlives_the_public_address(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = visit(session)
    before = event(ics.invitation(seen, seen.visitor))["UID"]
    monkeypatch.setenv("BASE_URL", "https://autre.exemple.fr")
    settings.cache_clear()
    assert event(ics.invitation(seen, seen.visitor))["UID"] == before


def test_two_installations_never_share_a_uid() -> None:
    assert bare("Anna").visit.id == bare("Anna").visit.id
    assert bare("Anna").visit.uid != bare("Anna").visit.uid


def test_a_mail_asks_its_reader_alone_to_accept_and_the_feed_asks_nobody(session: Session) -> None:
    seen = visit(session)

    def states(text: str) -> list[tuple[str, str]]:
        return [(one.params["PARTSTAT"], one.params["RSVP"]) for one in event(text)["ATTENDEE"]]

    accepted, asked = ("ACCEPTED", "FALSE"), ("NEEDS-ACTION", "TRUE")
    waits = ("NEEDS-ACTION", "FALSE")
    tentative = Standing((Missing.VISITOR, Missing.HOST))
    assert states(ics.invitation(seen, seen.visitor, tentative)) == [asked, waits]
    assert states(ics.invitation(seen, seen.host, tentative)) == [waits, asked]
    assert states(ics.invitation(seen, seen.visitor)) == [asked, accepted]
    assert states(ics.feed([seen], seen.visitor)) == [accepted, accepted]
    seen.visit.status = VisitStatus.CANCELLED
    assert states(ics.invitation(seen, seen.visitor)) == [accepted, accepted]


def test_somebody_without_address_is_no_attendee(session: Session) -> None:
    seen = visit(session)
    seen.host.email = None
    assert str(event(ics.invitation(seen, seen.visitor))["ATTENDEE"]) == "mailto:anna@exemple.fr"


BREAKS = ["\r\n", "\n", "\r", "\x85", "\u2028", "\u2029", "\x0b", "\x0c", "\x1e", "\r\n "]
ADDED = ["ATTENDEE:mailto:victim@exemple.fr", "END:VEVENT", "METHOD:CANCEL", "X-EVIL:yes"]
QUOTED = ['"; X-EVIL="yes', '":mailto:victim@exemple.fr', ";X-EVIL=yes", "\\", "^n", "é" * 200, "a,b;c:d"]
PAYLOADS = [f"Anna{cut}{line}" for cut in BREAKS for line in ADDED] + [f"Anna{text}" for text in QUOTED]


@pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
def test_a_hostile_name_changes_no_property(payload: str) -> None:
    seen = bare(payload)
    honest = bare("Anna")
    for reader, other in ((seen.visitor, honest.visitor), (seen.host, honest.host)):
        text = ics.feed([seen], reader)
        expected = event(ics.feed([honest], other))
        assert sorted(event(text)) == sorted(expected)
        parsed = ical.calendar_stream.IcsCalendarStream.calendar_from_ics(text)
        assert len(parsed.events) == 1
        assert parsed.events[0].uid == seen.visit.uid
        assert [one.uri for one in parsed.events[0].attendees] == [
            "mailto:anna@exemple.fr",
            "mailto:bruno@exemple.fr",
        ]
        assert parsed.events[0].extras == []
        assert str(parsed.method) == "PUBLISH"


def bare(name: str, *, day: date = date(2027, 4, 6)) -> SeenVisit:
    """A visit of no database, with the same text in every field that people type."""
    anna = Person(
        id=1,
        employee_number="1",
        first_name=name,
        last_name=name,
        email="anna@exemple.fr",
        team_id=1,
        job=name,
    )
    bruno = Person(
        id=2,
        employee_number="2",
        first_name=name,
        last_name="Roux",
        email="bruno@exemple.fr",
        team_id=2,
        job=name,
    )
    team = Team(id=1, name=name, site_id=1, side=Side.FRONT)
    site = Site(id=1, code="L", name=name)
    campaign = Campaign(
        id=1,
        code="c",
        name=name,
        first_day=day,
        last_day=day,
        enrol_until=day,
        plan_by=day,
        debrief_until=day,
        created_at=NOW,
    )
    row = Visit(id=7, campaign_id=1, visitor_id=1, host_id=2, day=day, created_at=NOW, changed_at=NOW)
    return SeenVisit(row, campaign, anna, bruno, team, team, site, site)


ZONES = [
    "Europe/Paris",
    "Indian/Reunion",
    "America/Miquelon",
    "Europe/Dublin",
    "Africa/Casablanca",
    "America/Nuuk",
]


@pytest.mark.parametrize("zone", ZONES)
def test_the_zone_block_tells_every_instant_that_the_zone_tells(zone: str) -> None:
    """Days around each change of 2025 to 2036, and a few every other month, hour by hour."""
    block = vtimezone(zone).to_tz(lookup_tzid=False)
    real = ZoneInfo(zone)
    wrong = []
    for day in days(zone):
        for hour in range(24):
            at = datetime.combine(day, time(hour, 30))
            if real_gap_or_fold(at, real):
                continue
            if at.replace(tzinfo=block).utcoffset() != at.replace(tzinfo=real).utcoffset():
                wrong.append(at)
    assert wrong == []


def test_the_block_of_the_library_changes_an_hour_late() -> None:
    """The reason for ours: by the clock left behind (RFC 5545, 3.6.5) it is 02:00, not 03:00."""
    theirs = icalendar.Timezone.from_tzid("Europe/Paris").to_ical().replace(b"\r\n ", b"").decode()
    assert "20270328T030000" in theirs.split("BEGIN:DAYLIGHT")[1]
    ours = vtimezone("Europe/Paris").to_ical().decode()
    assert "DTSTART:19700329T020000" in ours.split("BEGIN:DAYLIGHT")[1]


def days(zone: str) -> list[date]:
    real = ZoneInfo(zone)
    chosen = set()
    day = date(2025, 1, 1)
    while day < date(2037, 1, 1):
        noon = datetime.combine(day, time(12), real)
        if noon.utcoffset() != (noon + timedelta(days=1)).utcoffset() or day.toordinal() % 61 == 0:
            chosen |= {day + timedelta(days=n) for n in (-1, 0, 1, 2)}
        day += timedelta(days=1)
    return sorted(chosen)


def real_gap_or_fold(at: datetime, zone: ZoneInfo) -> bool:
    """A wall time that does not exist, or exists twice: no visit is told by such a time alone."""
    there = at.replace(tzinfo=zone)
    back = there.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    return back != at or there.utcoffset() != there.replace(fold=1).utcoffset()


@pytest.mark.parametrize("zone", ZONES)
def test_parsers_agree_on_the_instants_of_a_feed(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figure 12, reduced: a visit on each day around the changes, at 9 by the wall, in two parsers."""
    monkeypatch.setenv("TIMEZONE", zone)
    settings.cache_clear()
    chosen = days(zone)[::3]
    visits = [bare("Anna", day=day) for day in chosen]
    for number, seen in enumerate(visits, 1):
        seen.visit.id = number
    text = ics.feed(visits, visits[0].visitor)
    expected = [datetime.combine(day, time(9), ZoneInfo(zone)).astimezone(UTC) for day in chosen]
    calendar = icalendar.Calendar.from_ical(text)
    found = recurring_ical_events.of(calendar).between(date(2024, 12, 1), date(2037, 2, 1))
    assert sorted(one.start.astimezone(UTC) for one in found) == expected
    other = ical.calendar_stream.IcsCalendarStream.calendar_from_ics(text)
    assert sorted(one.dtstart.astimezone(UTC) for one in other.events) == expected  # type: ignore[union-attr]
