"""The last working day before a day that a roster contradicts, or whose site is closed, and that nobody
decided on: both people read that it is not certain and what to do, HR which days are still theirs to decide.

Nobody gets it on the day on which they read that it cannot take place as planned. What is decided afterwards
is told as any other decision; a day that passes undecided is asked about (`debrief_invitation`).
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from app.calendars.agreements import ask_to_tell
from app.core import clock
from app.core.db import open_session
from app.core.i18n import _, speaking
from app.core.templating import long_day
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.people.tables import Person
from app.visits import suspending, warned
from app.visits.rosters import Conflict, conflicts
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
    for one, people in told:
        with open_session(engine) as session:
            _warn(session, one, people)
    _tell_hr(engine, [one for one in found if one.seen.visit.day > today], days[-1])
    ask_to_tell(engine)


def _waits(against: Conflict, today: date) -> bool:
    """Whether it has not begun, and nothing mends it by itself."""
    visit = against.seen.visit
    begun = visit.day == today and visit.starts_at <= clock.hour_on(today)
    return not begun and not against.mends_itself


Addressed = tuple[By, Person, str]
"""In which role somebody reads it, and the key of their mail."""


def _untold(session: Session, found: list[Conflict], today: date) -> list[tuple[Conflict, list[Addressed]]]:
    """Who is still to read it of each day, the visitor first: not who read today that it cannot take place.
    Three queries."""
    since = suspending.suspended_at(session, [one.seen.visit.id or 0 for one in found])
    people = {person.id or 0 for one in found for person in suspending.concerned(one.seen)}
    heard = {
        (int(key.split(":")[1]), person_id)
        for key, person_id, at in mails.written_to(session, Kind.VISIT_SUSPENDED, people)
        if clock.day_of(at) == today
    }
    told: list[tuple[Conflict, list[Addressed]]] = []
    for one in found:
        seen, visit_id = one.seen, one.seen.visit.id or 0
        at = since.get(visit_id)
        word = suspending.EVE if at is None else f"{suspending.EVE}-{int(at.timestamp())}"
        three = ((By.VISITOR, seen.visitor), (By.HOST, seen.host), (By.TUTOR, seen.tutor))
        addressed = [
            (role, person, f"{warned.key(seen, person.id)}:{word}")
            for role, person in three
            if person is not None and (visit_id, person.id) not in heard
        ]
        told.append((one, addressed))
    written = mails.keys_written(session, [key for _one, them in told for *_who, key in them])
    return [(one, them) for one, all_ in told if (them := [who for who in all_ if who[2] not in written])]


def _warn(session: Session, against: Conflict, people: list[Addressed]) -> None:
    """The visitor first, so that the others read whether they are to tell them by hand."""
    seen = against.seen
    readers = mails.readers_of(session, [person.id or 0 for _role, person, _key in people])
    visitor_told = Told.NOT_YET
    for role, person, key in people:
        reader = readers.get(person.id or 0)
        if reader is None:
            continue
        with speaking(reader.language):
            sentences = _sentences(against, role, person, visitor_told)
        mail = outbox.send(
            session,
            Kind.VISIT_UNCERTAIN,
            reader,
            key=key,
            now=clock.now(),
            context={"seen": seen, "role": role.value, "sentences": sentences},
            campaign=seen.campaign,
            reply_to=mails.reply_address(session, seen.campaign),
            until=seen.visit.day,
        )
        if mail is not None and role is By.VISITOR:
            visitor_told = warned.became(mail.status)


def _sentences(against: Conflict, role: By, person: Person, told: Told) -> tuple[str, str]:
    """Why it is not certain, and what to do."""
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
    return why % said, (by_hand.get(told, written) % said).strip()


def _tell_hr(engine: Engine, found: Iterable[Conflict], last: date) -> None:
    """One mail for each eve; it names days and causes, nobody."""
    by_campaign: dict[int, list[Conflict]] = {}
    for one in found:
        by_campaign.setdefault(one.seen.visit.campaign_id, []).append(one)
    for campaign_id, theirs in by_campaign.items():
        campaign = theirs[0].seen.campaign
        days = Counter((one.seen.visit.day, one.closed) for one in theirs)
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
