"""The last working day before a day that a roster contradicts, or whose site is closed, and that nobody
decided on: both people read that it is not certain and what to do, HR which days are still theirs to decide.

Nobody gets it on the day on which they read that it cannot take place as planned. What is decided afterwards
is told as any other decision; a day that passes undecided is asked about (`debrief_invitation`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial

from sqlalchemy import Engine
from sqlmodel import Session

from app.calendars.uncertain import Addressed, Uncertain, untold, warn
from app.core import clock
from app.core.db import each, open_session
from app.core.i18n import _
from app.core.templating import long_day
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.people.tables import Person
from app.visits import suspending
from app.visits.rosters import Conflict, conflicts
from app.visits.rules import leaves_days
from app.visits.tables import By
from app.visits.warned import Told

SATURDAY = 5


def next_days(today: date) -> list[date]:
    """The days of which today is the eve: up to the next one from Monday to Friday."""
    days = [today + timedelta(days=1)]
    while days[-1].weekday() >= SATURDAY:
        days.append(days[-1] + timedelta(days=1))
    return days


def warn_undecided(engine: Engine) -> None:
    """Job of `clock.tick`: those concerned read it before the day begins, once for each time that it was
    suspended; HR of a campaign in one mail. Safe to run twice."""
    today = clock.today()
    days = next_days(today)
    with open_session(engine, reads_only=True) as session:
        found = [one for one in conflicts(session, today, last=days[-1]) if _waits(one, today)]
        told = _untold(session, found, today)
    each(engine, told, lambda session, one: warn(session, *one))
    _tell_hr(engine, [one for one in found if one.seen.visit.day > today], days[-1])


def _waits(against: Conflict, today: date) -> bool:
    """Whether it has not begun, and nothing mends it by itself."""
    visit = against.seen.visit
    begun = visit.day == today and visit.starts_at <= clock.hour_on(today)
    return not begun and not against.mends_itself


def _untold(session: Session, found: list[Conflict], today: date) -> list[tuple[Uncertain, list[Addressed]]]:
    """Who is still to read it of each day: not who read today that it cannot take place. Three queries."""
    since = suspending.suspended_at(session, [one.seen.visit.id or 0 for one in found])
    people = {person.id or 0 for one in found for person in suspending.concerned(one.seen)}
    heard: defaultdict[int, set[int]] = defaultdict(set)
    for key, person_id, written in mails.written_to(session, Kind.VISIT_SUSPENDED, people):
        if clock.day_of(written) == today:
            heard[int(key.split(":")[1])].add(person_id)
    days = []
    for one in found:
        visit_id = one.seen.visit.id or 0
        at = since.get(visit_id)
        about = suspending.EVE if at is None else f"{suspending.EVE}-{int(at.timestamp())}"
        sentences = partial(_sentences, one, leaves_days(one.seen.campaign, today))
        days.append(Uncertain(one.seen, sentences, about, heard[visit_id]))
    return untold(session, days)


def _sentences(against: Conflict, may_move: bool, role: By, person: Person, told: Told) -> tuple[str, str]:
    """Why it is not certain, and what to do; `may_move`: a day of the campaign leaves its notice."""
    seen = against.seen
    said = {"day": long_day(seen.visit.day), "host": seen.host.name, "visitor": seen.visitor.name}
    said |= {"against": against.words_to(person), "step": against.first_step(receives=role is not By.VISITOR)}
    if role is By.VISITOR:
        why = _(
            "Votre journée du %(day)s chez %(host)s ne peut pas avoir lieu comme prévu, et rien n’est "
            "décidé : il n’est pas certain qu’elle ait lieu. %(against)s."
        )
        what = _(
            "Ne vous déplacez pas sans vous être mis d’accord avec %(host)s. Vous pouvez aussi proposer un "
            "autre jour, ou annuler, depuis la page de la journée. %(step)s"
        )
        if not may_move:
            what = _(
                "Ne vous déplacez pas sans vous être mis d’accord avec %(host)s. Vous pouvez aussi annuler, "
                "depuis la page de la journée. %(step)s"
            )
        return why % said, (what % said).strip()
    why = _(
        "La venue du %(day)s (%(visitor)s) ne peut pas avoir lieu comme prévu, et rien n’est décidé : il "
        "n’est pas certain qu’elle ait lieu. %(against)s."
    )
    by_hand = {
        Told.TO_TELL: _(
            "%(visitor)s n’a pas d’adresse de courriel : dites-lui de vive voix de ne pas se déplacer sans "
            "un accord de votre part. %(step)s"
        ),
        Told.REFUSED: _(
            "Notre message à %(visitor)s n’est pas arrivé : dites-lui de vive voix de ne pas se déplacer "
            "sans un accord de votre part. %(step)s"
        ),
    }
    written = _(
        "Nous avons écrit à %(visitor)s de ne pas se déplacer sans un accord de votre part. Vous pouvez "
        "aussi proposer un autre jour, ou annuler, depuis la page de la journée. %(step)s"
    )
    if not may_move:
        written = _(
            "Nous avons écrit à %(visitor)s de ne pas se déplacer sans un accord de votre part. Vous pouvez "
            "aussi annuler, depuis la page de la journée. %(step)s"
        )
    return why % said, (by_hand.get(told, written) % said).strip()


def _tell_hr(engine: Engine, found: Iterable[Conflict], last: date) -> None:
    """One mail for each eve; it names days and causes, nobody."""
    by_campaign: dict[int, list[Conflict]] = {}
    for one in found:
        by_campaign.setdefault(one.seen.visit.campaign_id, []).append(one)
    for campaign_id, theirs in by_campaign.items():
        campaign = theirs[0].seen.campaign
        days = Counter((one.seen.visit.day, "" if one.closed else one.cause) for one in theirs)
        with open_session(engine) as session:
            for reader in mails.hr_readers(session, campaign):
                outbox.send(
                    session,
                    Kind.DAYS_UNDECIDED,
                    reader,
                    key=f"{Kind.DAYS_UNDECIDED}:{campaign_id}:{last.isoformat()}:{reader.account_id}",
                    now=clock.now(),
                    context={"visits": len(theirs), "days": sorted(days.items())},
                    campaign=campaign,
                    until=last,
                )
