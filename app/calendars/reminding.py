"""Reminds of visits that come soon those who have not said yes, once each time that they were asked to."""

from datetime import timedelta

from sqlalchemy import Engine

from app.core import clock
from app.core.db import open_session
from app.core.i18n import speaking
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.people.tables import Person
from app.visits import reading
from app.visits.marks import closed_words, is_closed
from app.visits.queries import SeenVisit
from app.visits.rosters import conflicts_among
from app.visits.rules import confirmed_by
from app.visits.tables import By

AHEAD = timedelta(days=7)
"""From so long before the day."""
RESTS = timedelta(days=2)
"""So long after the last message about a change nobody is reminded."""


def remind_unconfirmed(engine: Engine) -> None:
    """Job of `clock.tick`: whoever has not confirmed a visit that comes soon is asked once more.

    Not while one of the two proposes another day: that is to be answered first; nor while a roster
    contradicts the day, or its site is closed. Safe to run twice.
    """
    now, today = clock.now(), clock.today()
    with open_session(engine, reads_only=True) as session:
        found = reading.unconfirmed_between(session, today + timedelta(days=1), today + AHEAD, now - RESTS)
        proposed = reading.open_proposals(session, [one.visit.id or 0 for one in found])
        against = {one.seen.visit.id for one in conflicts_among(session, found)}
        anew = reading.asked_again(session, [one.visit.id or 0 for one in found])
        asked = [
            (seen, role, person, anew.get((seen.visit.id or 0, role)))
            for seen in found
            if seen.visit.id not in proposed and seen.visit.id not in against
            for role, person in ((By.VISITOR, seen.visitor), (By.HOST, seen.host))
            if not confirmed_by(seen.visit, role)
        ]
        keys = [_key(seen, person, since) for seen, _role, person, since in asked]
        written = mails.keys_written(session, keys)
    for key, (seen, role, person, _since) in zip(keys, asked, strict=True):
        if key not in written:
            _remind(engine, seen, role, person, key)


def _key(seen: SeenVisit, person: Person, since: int | None) -> str:
    """`since`: the line of the history by which they were asked anew."""
    key = f"{Kind.VISIT_REMINDER}:{seen.visit.id}:{seen.visit.day.isoformat()}:{person.id}"
    return key if since is None else f"{key}:{since}"


def _remind(engine: Engine, seen: SeenVisit, role: By, person: Person, key: str) -> None:
    with open_session(engine) as session:
        reader = mails.readers_of(session, [person.id or 0]).get(person.id or 0)
        if reader is not None:
            shut = ""
            if is_closed(session, seen):
                with speaking(reader.language):
                    shut = closed_words(receives=role is By.HOST)
            outbox.send(
                session,
                Kind.VISIT_REMINDER,
                reader,
                key=key,
                now=clock.now(),
                context={"seen": seen, "role": role.value, "closed_since": shut},
                campaign=seen.campaign,
                reply_to=mails.reply_address(session, seen.campaign),
                until=seen.visit.day,
            )
