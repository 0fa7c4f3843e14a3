"""Visits as iCalendar objects: one builder for the mailed invitation, the feed and the downloaded file.

A visit keeps its UID for life; SEQUENCE grows with its revision, and once more when it becomes certain, and
DTSTAMP is the instant of its last change, so a calendar program that knows an older state replaces it, and
one that gets the same twice changes nothing. Until nothing is missing any more, it is TENTATIVE.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

from app.calendars.zones import vtimezone
from app.core import clock
from app.core.i18n import _
from app.core.settings import settings
from app.messages.builder import SENDER_NAME
from app.messages.lines import one_line, plain_lines
from app.people.tables import Person
from app.visits.queries import SeenVisit
from app.visits.rules import doubt_words, is_unknown, stands, was_not_held
from app.visits.standing import SUSPENDED, Missing, Standing, words
from app.visits.tables import Visit

CERTAIN = Standing()
REFRESH = timedelta(hours=4)
"""How often a calendar program is asked to read the feed again."""


def invitation(
    seen: SeenVisit, reader: Person | None, stand: Standing = CERTAIN, *, withdrawn: bool = False
) -> str:
    """The object that goes with a mail: METHOD:REQUEST, or CANCEL once the visit is cancelled.

    `withdrawn`: the visit stands and this reader is no longer part of it: it leaves their calendar.
    """
    standing = stands(seen.visit) and not withdrawn
    calendar = _calendar("REQUEST" if standing else "CANCEL")
    asks = standing and not stand.is_suspended
    calendar.add_component(_event(seen, reader, stand, asks=asks, withdrawn=withdrawn))
    return _written(calendar)


def download(seen: SeenVisit, reader: Person | None, stand: Standing = CERTAIN) -> str:
    """One visit as a file to open: METHOD:PUBLISH, which asks nobody for an answer."""
    calendar = _calendar("PUBLISH")
    calendar.add_component(_event(seen, reader, stand))
    return _written(calendar)


def feed(
    visits: Iterable[SeenVisit], reader: Person | None, known: Mapping[int, Standing] | None = None
) -> str:
    """Everything a person lives; cancelled visits stay, marked so, and thereby disappear from calendars."""
    calendar = _calendar("PUBLISH")
    calendar.add("name", SENDER_NAME)
    calendar.add("x-wr-calname", SENDER_NAME)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT4H")
    for seen in visits:
        calendar.add_component(_event(seen, reader, (known or {}).get(seen.visit.id or 0, CERTAIN)))
    return _written(calendar)


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Vis ma vie//Vis ma vie//FR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(vtimezone(settings().timezone))
    return calendar


def _written(calendar: Calendar) -> str:
    written: bytes = calendar.to_ical()
    return written.decode()


def _event(
    seen: SeenVisit,
    reader: Person | None,
    stand: Standing,
    *,
    asks: bool = False,
    withdrawn: bool = False,
) -> Event:
    """`asks`: the reader has yet to accept, which is how a calendar program offers to take the event in."""
    visit = seen.visit
    assert visit.id is not None
    zone = ZoneInfo(settings().timezone)
    standing = stands(visit) and not was_not_held(visit) and not withdrawn
    event = Event()
    event.add("uid", visit.uid)
    event.add("sequence", sequence(visit, stand))
    event.add("dtstamp", _stamp(visit))
    event.add("last-modified", _stamp(visit))
    event.add("created", visit.created_at)
    event.add("dtstart", datetime.combine(visit.day, visit.starts_at, zone))
    event.add("dtend", datetime.combine(visit.day, visit.ends_at, zone))
    event.add("summary", _summary(seen, reader))
    event.add("description", _description(seen, reader, stand))
    event.add("location", one_line(seen.host_site.name))
    event.add("url", _url(visit.id))
    certain = "CONFIRMED" if stand.is_certain and not _is_unknown(seen) else "TENTATIVE"
    event.add("status", certain if standing else "CANCELLED")
    event.add("transp", "OPAQUE" if standing else "TRANSPARENT")
    event.add("organizer", _person_address(f"{SENDER_NAME} · {settings().company}", settings().mail_from))
    people = [seen.visitor, seen.host, *([seen.tutor] if seen.tutor else [])]
    if withdrawn and reader is not None and reader.id not in {one.id for one in people}:
        people.append(reader)
    for person in people:
        if person.email:
            waits = asks and reader is not None and reader.id == person.id
            event.add("attendee", _attendee(person, waits=waits, said_yes=_said_yes(seen, person, stand)))
    return event


def sequence(visit: Visit, stand: Standing) -> int:
    """Grows with each revision, and between two of them when all that people do for the day is done. A roster
    or a closed site that comes later takes nothing back: it never falls."""
    done = set(stand.missing) <= SUSPENDED
    return 2 * visit.revision + int(stands(visit) and done)


def _is_unknown(seen: SeenVisit) -> bool:
    return is_unknown(seen.visit, crosses=seen.crosses, today=clock.today())


def _stamp(visit: Visit) -> datetime:
    """When something that an invitation says changed last."""
    yes = (visit.visitor_confirmed_at, visit.host_confirmed_at, visit.agreement_at)
    afterwards = (visit.missed_at, visit.disputed_at, visit.ruled_at)
    said = (*yes, *afterwards)
    return max([visit.changed_at, *(one for one in said if one is not None)])


def _said_yes(seen: SeenVisit, person: Person, stand: Standing) -> bool:
    """A visitor or a host who has not confirmed has not accepted either; nobody asks it of a tutor."""
    if not stands(seen.visit):
        return True
    not_yet = {Missing.VISITOR, Missing.CONDITIONS, Missing.EXCEPTION} & set(stand.missing)
    if person.id == seen.visitor.id and not_yet:
        return False
    return person.id != seen.host.id or Missing.HOST not in stand.missing


def _summary(seen: SeenVisit, reader: Person | None) -> str:
    if reader is not None and reader.id in (seen.host.id, seen.visit.tutor_id):
        return one_line(_("Vis ma vie : vous accueillez %(name)s") % {"name": seen.visitor.name})
    if reader is not None and reader.id == seen.visitor.id:
        return one_line(_("Vis ma vie : chez %(name)s") % {"name": seen.host.name})
    names = {"visitor": seen.visitor.name, "host": seen.host.name}
    return one_line(_("Vis ma vie : %(visitor)s chez %(host)s") % names)


def _description(seen: SeenVisit, reader: Person | None, stand: Standing) -> str:
    hosts = reader is not None and reader.id in (seen.host.id, seen.visit.tutor_id)
    colleague, team = (seen.visitor, seen.visitor_team) if hosts else (seen.host, seen.host_team)
    facts = {"name": colleague.name, "job": colleague.job, "team": team.name}
    known = _("%(name)s, %(job)s, équipe %(team)s") if colleague.job else _("%(name)s, équipe %(team)s")
    lines = [
        _("%(campaign)s : une journée dans le métier d’un collègue.") % {"campaign": seen.campaign.name},
        known % facts,
        *([_("Sur place, %(name)s vous accueille.") % {"name": seen.tutor.name}] if seen.tutor else []),
        *([seen.visit.shows] if seen.visit.shows and not hosts else []),
        *(
            [_("À apporter : %(what)s") % {"what": seen.visit.bring}]
            if seen.visit.bring and not hosts
            else []
        ),
        *(_asked(stand) if not hosts and stands(seen.visit) else []),
        _url(seen.visit.id or 0),
    ]
    if stand.missing and stands(seen.visit):
        visits = reader is None or reader.id == seen.visitor.id
        open_ = " ".join(words(one, to_visitor=visits) for one in stand.missing)
        lines.insert(0, _("Pas encore certain. %(what)s") % {"what": open_})
    why = doubt_words(seen.visit, crosses=seen.crosses)
    if not stands(seen.visit):
        lines.insert(0, _("Cette journée est annulée."))
    elif was_not_held(seen.visit):
        lines.insert(0, f"{_('Cette journée n’a pas eu lieu.')} {why}")
    elif _is_unknown(seen):
        lines.insert(0, f"{why} {_('Nous ne savons pas si cette journée a eu lieu.')}")
    return plain_lines("\n".join(one_line(line) for line in lines))


def _asked(stand: Standing) -> list[str]:
    """What the team asks of its visitors: to be read again the day before."""
    if stand.asks is None:
        return []
    return [_("%(title)s : %(text)s") % {"title": title, "text": text} for title, text in stand.asks.lines]


def _url(visit_id: int) -> str:
    return f"{settings().public_url}/visits/{visit_id}"


def _person_address(name: str, email: str) -> vCalAddress:
    found = vCalAddress(f"mailto:{one_line(email)}")
    # A double quote cannot stand inside a parameter (RFC 5545, 3.2).
    found.params["CN"] = vText(one_line(name).replace('"', "”"))
    return found


def _attendee(person: Person, *, waits: bool, said_yes: bool) -> vCalAddress:
    found = _person_address(person.name, person.email or "")
    found.params["CUTYPE"] = vText("INDIVIDUAL")
    found.params["ROLE"] = vText("REQ-PARTICIPANT")
    found.params["PARTSTAT"] = vText("NEEDS-ACTION" if waits or not said_yes else "ACCEPTED")
    found.params["RSVP"] = vText("TRUE" if waits else "FALSE")
    return found
