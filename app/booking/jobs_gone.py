"""What follows when somebody leaves the company, or a team for another one, or no longer works on a day."""

from collections.abc import Collection

from sqlalchemy import Engine

from app.booking import absent, ending, host_left, nobody
from app.booking.jobs import end_of_leavers, end_where_nobody_receives
from app.core import clock
from app.core.db import each, open_session
from app.people.tables import Person


def follow_leaver(engine: Engine, person_id: int, **_payload: object) -> None:
    """Job of `person.left`: what they asked for is over, and so is what waits for a day of the team that they
    leave on which nobody can receive any more; places at which they were named wait for somebody else. Safe
    to run twice."""
    end_of_leavers(engine, person_id)
    with open_session(engine, reads_only=True) as session:
        person = session.get(Person, person_id)
        gone = [(person_id, person.team_id)] if person is not None and not person.active else []
    _do_without(engine, gone)


def follow_movers(engine: Engine, moved: list[list[int]]) -> None:
    """Job of `people.moved`: the same of the teams that they leave; what they asked for is theirs. `moved`:
    people, each with that team. Safe to run twice."""
    _do_without(engine, [(person_id, team_id) for person_id, team_id in moved])


def _do_without(engine: Engine, gone: Collection[tuple[int, int]]) -> None:
    now, today = clock.now(), clock.today()
    with open_session(engine, reads_only=True) as session:
        ids = nobody.of_teams(session, {team_id for _person, team_id in gone}, today)
        named = host_left.named(session, gone)
    end_where_nobody_receives(engine, ids, ending.NOBODY)
    each(engine, named, lambda session, one: host_left.tell(session, *one, now=now, today=today))


def end_absent(engine: Engine) -> None:
    """Job of `clock.tick`: what people asked for, wait for or are kept during which they do not work, as a
    staff file or HR's hand has it since, is over. Safe to run twice."""
    with open_session(engine, reads_only=True) as session:
        ids = absent.pending(session, clock.today())
    each(engine, ids, lambda session, one: absent.end(session, one, now=clock.now()))
