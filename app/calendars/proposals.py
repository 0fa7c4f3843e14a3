"""Tells the two of a visit about another day for it, a new one where it fell, or leaving it at one."""

from typing import Any

from sqlalchemy import Engine

from app.calendars.letters import drop_overtaken, never_asked
from app.calendars.news import News, news_of, write
from app.core import clock
from app.core.db import open_session
from app.messages.catalogue import Kind
from app.visits import reading
from app.visits.moving import remains_of
from app.visits.rules import stands
from app.visits.tables import ProposalKind


def tell_proposal(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """One of the two proposed something, took it back, or said no to it: the other reads it."""
    with open_session(engine) as session:
        news = news_of(session, visit_id, change_id, about=revision)
        if news is None or news.change is None:
            return
        waits, unread = reading.open_proposal(session, visit_id), never_asked(news)
        makes_up = waits is not None and waits.kind is ProposalKind.MAKE_UP
        said = _said(news) | {"waits": waits is not None, "makes_up": makes_up}
        said["remains"] = remains_of(session, news.seen, clock.today())
        to = [one for one in news.but(news.change.by) if one[0] not in unread]
        write(news, Kind.VISIT_PROPOSAL, to, lambda *_: said, None)
        drop_overtaken(news)


def tell_one_way(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """Both agreed to leave it at one day: both read it, unless that one fell too meanwhile."""
    with open_session(engine) as session:
        news = news_of(session, visit_id, change_id, about=revision)
        if news is not None:
            drop_overtaken(news)
        if news is not None and news.other is not None and stands(news.other.visit):
            said = _said(news) | {"waits": False}
            write(news, Kind.VISIT_PROPOSAL, news.two, lambda *_: said, None)


def _said(news: News) -> dict[str, Any]:
    """`stays`: the day that does where the two leave it at one."""
    other = news.other
    return {"stays": other if other is not None and stands(other.visit) else None}
