"""Tells what a team changed in what it says of its booked days."""

from sqlalchemy import Engine

from app.calendars.news import REQUEST, News, Said, said_to, write
from app.core.db import open_session
from app.messages.catalogue import Kind
from app.visits import queries as visits
from app.visits import reading
from app.visits.reading import SeenChange
from app.visits.rules import stands


def tell_described(engine: Engine, change_ids: list[int]) -> None:
    """A team says something else of its booked days: each visitor reads it of theirs, whoever receives once
    for all their days."""
    with open_session(engine) as session:
        lines: dict[int, list[SeenChange]] = {}
        for line in reading.changes_with_ids(session, change_ids):
            lines.setdefault(line.change.visit_id, []).append(line)

        def said(news: list[News]) -> Said:
            own = lines[news[0].seen.visit.id or 0]
            return lambda role, person: {
                "change": " ".join(said_to(one, role, person) for one in own),
                "says": [one.change.words for one in own if one.change.words],
                "days": [one.seen.visit.day for one in news],
            }

        received: dict[int | None, list[News]] = {}
        for seen in visits.visits_with_ids(session, lines.keys()):
            if not stands(seen.visit):
                continue
            first = lines[seen.visit.id or 0][0]
            news = News(session, seen, None, first, first.change.id or 0)
            write(news, Kind.VISIT_CHANGED, [("visitor", seen.visitor)], said([news]), REQUEST)
            received.setdefault((seen.tutor or seen.host).id, []).append(news)
        for days in received.values():
            tutor, host = days[0].seen.tutor, days[0].seen.host
            reader = ("host", host) if tutor is None else ("tutor", tutor)
            write(days[0], Kind.VISIT_CHANGED, [reader], said(days), None)
