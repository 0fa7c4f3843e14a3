"""Jobs of teams."""

from sqlalchemy import Engine

from app.accounts.sessions import hand_of
from app.core import clock
from app.core.db import open_session
from app.people.tables import Person
from app.teams import rosters, service


def end_delegations(engine: Engine, person_id: int, by: int | None = None) -> None:
    """Job of `person.left`: nobody decides any more for somebody who left, nor they for others. `by`: whose
    account in HR said so."""
    with open_session(engine) as session:
        person = session.get(Person, person_id)
        if person is not None and not person.active:
            service.end_with(session, person, actor=hand_of(session, by), now=clock.now())


def tidy(engine: Engine) -> None:
    """Forget rosters never confirmed, and days and delegations long over."""
    with open_session(engine) as session:
        rosters.purge_files(session, now=clock.now())
        rosters.forget_old_days(session, today=clock.today())
        service.tidy(session, today=clock.today())
