"""What follows a change of the company, or of what a team asks: requests that the rules no longer allow."""

from sqlalchemy import Engine

from app.booking import barred
from app.core import clock
from app.core.db import each, open_session


def end_barred(engine: Engine, **_payload: object) -> None:
    """Job of `clock.tick` and `team.conditions_changed`: what the rules no longer allow its asker is over,
    and they read why. Safe to run twice."""
    now, today = clock.now(), clock.today()
    with open_session(engine, reads_only=True) as session:
        ids = barred.pending(session, today)
    each(engine, ids, lambda session, one: barred.end(session, one, now=now, today=today))
