"""What follows the days that a team closes and opens again: promotions at once, news at the clock's pace."""

from datetime import date

from sqlalchemy import Engine

from app.booking import closed_days, lines
from app.booking.jobs import promote_line
from app.core import clock
from app.core.db import each, open_session


def follow_marks(engine: Engine, team_id: int, first: str, last: str) -> None:
    """Job of `team.days_marked`: a day on which the team receives again, or lets its people go, is offered to
    the next in line without waiting for the clock. Safe to run twice."""
    with open_session(engine, reads_only=True) as session:
        waited = lines.waited_for(session, date.fromisoformat(first), date.fromisoformat(last), team_id)
    each(engine, waited, promote_line)


def follow_limits(engine: Engine, team_id: int) -> None:
    """Job of `team.changed`: the same where it receives more, or on another weekday. Safe to run twice."""
    with open_session(engine, reads_only=True) as session:
        waited = lines.waited_for(session, team_id=team_id)
    each(engine, waited, promote_line)


def tell_closed_days(engine: Engine) -> None:
    """Job of `clock.tick`: who waits for a day that a team closed or opened again reads so. A mark that was
    taken back before the clock struck is no news."""
    now, today = clock.now(), clock.today()
    with open_session(engine, reads_only=True) as session:
        untold = closed_days.untold(session, today)
    each(engine, untold, lambda session, one: closed_days.tell(session, *one, now=now, today=today))
