"""Tells those concerned that a day waits for a roster from now on, and, whoever read that, that it waits no
more."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from app.calendars.news import REQUEST, News, Said, certain_request, write
from app.calendars.telling import tell_owed
from app.core import clock
from app.core.db import each
from app.messages.catalogue import Kind
from app.people.tables import Person
from app.visits import queries as visits
from app.visits.provisional import remember_read
from app.visits.queries import SeenVisit
from app.visits.rules import confirmed_by, is_over, stands
from app.visits.standing import Missing, Standing, standing_of
from app.visits.suspending import told_of
from app.visits.tables import By


def tell_provisional(engine: Engine, visit_ids: list[int]) -> None:
    """Job of `visits.provisional`: both people, and who receives, read it once, and their calendars. Safe to
    run twice."""
    now = clock.now()

    def tell(session: Session, visit_id: int) -> None:
        seen = _standing(session, visit_id)
        if seen is None or seen.visit.provisional_at is not None:
            return
        stand = standing_of(session, seen)
        if Missing.ROSTER in stand.missing and not stand.is_suspended:
            news = News(session, seen, None, None, f"{seen.visit.revision}-{int(now.timestamp())}")
            write(news, Kind.VISIT_PROVISIONAL, news.three, _asked(seen, stand), REQUEST)
            remember_read(session, seen.visit, now)

    each(engine, visit_ids, tell)


def _asked(seen: SeenVisit, stand: Standing) -> Said:
    """Whose yes is still asked: it may be given before the roster comes."""

    def said(role: str, _person: Person) -> dict[str, Any]:
        young = role == By.VISITOR and Missing.EXCEPTION in stand.missing
        return {"unconfirmed": role != By.TUTOR and not young and not confirmed_by(seen.visit, By(role))}

    return said


def tell_certain(
    engine: Engine, visit_ids: list[int], resumed: Collection[int] = (), *, by_week: bool = False
) -> None:
    """Job of `visits.certain`: a roster arrived and holds, or the team works by its usual week again
    (`by_week`). Whoever read that the day was provisional reads that it is no more; of days `resumed`, who
    had not read that they cannot take place (the others: `tell_resumed`). Safe to run twice."""

    def tell(session: Session, visit_id: int) -> None:
        seen = _standing(session, visit_id)
        if seen is None:
            return
        visit = seen.visit
        since = visit.provisional_at
        if since is not None or visit_id in resumed:
            about = visit.revision if since is None else f"{visit.revision}-{int(since.timestamp())}"
            _tell_certain(session, News(session, seen, None, None, about), resumed, by_week=by_week)
            remember_read(session, visit, None)
        tell_owed(session, seen)

    each(engine, visit_ids, tell)


def _tell_certain(session: Session, news: News, resumed: Collection[int], *, by_week: bool) -> None:
    visit = news.seen.visit

    def said(role: str, _person: Person) -> dict[str, Any]:
        asked = role != By.TUTOR and not confirmed_by(visit, By(role))
        return {"unconfirmed": asked, "by_week": by_week, "was_provisional": visit.provisional_at is not None}

    warned = told_of(session, [news.seen]) if visit.id in resumed else set()
    readers = [one for one in news.three if (visit.id, one[1].id) not in warned]
    write(news, Kind.VISIT_CERTAIN, readers, said, certain_request(news))


def _standing(session: Session, visit_id: int) -> SeenVisit | None:
    seen = visits.find_visit(session, visit_id)
    ahead = seen is not None and stands(seen.visit) and not is_over(seen.visit, clock.today())
    return seen if ahead else None
