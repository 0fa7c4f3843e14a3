"""Tells those concerned that a day cannot take place as planned: a roster says otherwise, or its site is
closed; and that it can again."""

from typing import Any

from sqlalchemy import Engine

from app.calendars import ics
from app.calendars.falling import say_anew
from app.calendars.letters import drop_first_word
from app.calendars.news import REQUEST, news_of, standing, write
from app.calendars.telling import tell_owed
from app.core import clock
from app.core.db import open_session
from app.core.i18n import speaking
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.messages.service import Invitation
from app.people.tables import Person
from app.visits import queries as visits
from app.visits import reading, sentences, suspending
from app.visits.bookings import booked_among
from app.visits.changing import hold
from app.visits.marks import closed_words, is_closed
from app.visits.moving import finds_day
from app.visits.rosters import conflict_of
from app.visits.rules import confirmed_by
from app.visits.standing import standing_of
from app.visits.tables import By, CancelReason


def tell_suspended(
    engine: Engine,
    visit_id: int,
    *,
    over: bool,
    sought: bool = True,
    fruitless: bool = False,
    reopened: bool = False,
) -> None:
    """Visitor, host and tutor read it once for each day; `over`: later, that nobody chose another one;
    `sought`: HR have other days to choose from; `fruitless`: none was found; `reopened`: the site, which
    was closed, is open again. Not when somebody decided
    meanwhile. Safe to run twice."""
    with open_session(engine) as session:
        hold(session, visit_id)  # whoever opens the site meanwhile comes before, or finds whom this told
        seen = visits.find_visit(session, visit_id)
        against = conflict_of(session, seen, clock.today()) if seen is not None else None
        if seen is None or against is None:
            return
        if over:
            drop_first_word(session, visit_id)
        people = {"visitor": seen.visitor, "host": seen.host, "tutor": seen.tutor}
        ids, day = {one.id or 0 for one in people.values() if one is not None}, seen.visit.day.isoformat()
        readers = mails.readers_of(session, ids)
        outbox.drop_letters(session, visit_id, ids, today=clock.today(), about=day)
        about = suspending.news_of(session, visit_id)
        if (news := news_of(session, visit_id, None, about=about)) is not None:
            say_anew(news)
        line = reading.find_change(session, about)
        with_it = reading.told_with(session, line.change) if line is not None else []
        found, shut = finds_day(session, seen, clock.today()), is_closed(session, seen)
        reply_to, stand = mails.reply_address(session, seen.campaign), standing_of(session, seen)
        for role, person in people.items():
            reader = readers.get(person.id or 0) if person is not None else None
            if reader is None:
                continue
            with speaking(reader.language):
                content, said = ics.invitation(seen, person, stand), f"{against.words_to(person)}."
                also = " ".join(sentences.sentence(one, to_host=role == By.HOST) for one in with_it)
                if any(one.change.reason is CancelReason.UNAVAILABLE for one in with_it):
                    said = ""  # that nobody is left to receive says who is off
                step, why = against.first_step(receives=role != "visitor"), against.cause.clause
                closed_since = closed_words(receives=role != "visitor") if shut else ""
            outbox.send(
                session,
                Kind.VISIT_SUSPENDED,
                reader,
                key=f"{Kind.VISIT_SUSPENDED}:{visit_id}:{day}:{role}:{about}" + suspending.OVER * over,
                now=clock.now(),
                context={
                    "seen": seen,
                    "role": role,
                    "over": over,
                    "closed": against.closed,
                    "closed_since": closed_since,
                    "half": against.is_half_day,
                    "step": step,
                    "against": said,
                    "why": why,
                    "also": also,
                    "sought": sought and not against.booked,
                    "fruitless": fruitless,
                    "no_day": not found,
                    "reopened": reopened and not against.closed,
                },
                campaign=seen.campaign,
                reply_to=reply_to,
                calendar=Invitation(content, REQUEST),
                until=seen.visit.day,
            )


def tell_resumed(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """HR opened the site again, or a roster contradicts the day no more: whoever was told that it cannot take
    place reads that it can, and is asked to confirm where their yes is missing; their calendar hears it. Not
    where it cannot again. Safe to run twice."""
    with open_session(engine) as session:
        news = standing(session, visit_id, change_id, revision)
        if news is None or conflict_of(session, news.seen, clock.today()) is not None:
            return
        told = suspending.told_of(session, [news.seen])
        people = [(role, person) for role, person in news.three if (visit_id, person.id) in told]
        ids = {person.id or 0 for _role, person in people}
        outbox.drop_letters(session, visit_id, ids, today=clock.today(), about=change_id)
        by_roster = news.change is not None and news.change.by is By.SERVICE
        booked = bool(booked_among(session, [news.seen]))

        def said(role: str, _person: Person) -> dict[str, Any]:
            unconfirmed = role != By.TUTOR and not confirmed_by(news.seen.visit, By(role))
            return {"by_roster": by_roster, "unconfirmed": unconfirmed, "booked": booked}

        say_anew(news)
        write(news, Kind.VISIT_RESUMED, people, said, REQUEST)
        tell_owed(session, news.seen)
