"""A site that closes, and a roster that arrives, wait for whoever books just now, and see what they made."""

from threading import Thread

import pytest
from sqlalchemy import Engine

from app.accounts.sessions import Actor
from app.booking import asking, queries
from app.core.db import open_session
from app.people.tables import Person
from app.planning.repairs import closing
from app.teams.tables import Shift
from app.visits import jobs
from app.visits.tables import CancelReason, Visit
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, TODAY, Shop
from tests.factories import make_roster

pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.database("sqlite", "postgresql")
@pytest.mark.parametrize("what", ["closure", "roster"])
def test_what_is_booked_meanwhile_does_not_stand_on_an_impossible_day(engine: Engine, what: str) -> None:
    with open_session(engine) as session:
        shop = Shop(session)
        place_id = shop.offer((MONDAY,), host_id=shop.hosts[0].id).id
        ids = shop.askers[0].id, shop.hosts[0].id, shop.there.id, shop.shop.id
        boss = shop.boss
    asker_id, host_id, site_id, team_id = (one or 0 for one in ids)

    def close() -> None:
        with open_session(engine) as session:
            closing.close_site(session, site_id, MONDAY, MONDAY, boss, NOW, TODAY)

    def arrive() -> None:
        with open_session(engine) as session:
            off = {(host_id, MONDAY): Shift.OFF}
            arrived = make_roster(session, team_id, off, told=False).id or 0
        jobs.examine_rosters(engine, [arrived])

    other = Thread(target=close if what == "closure" else arrive)
    with open_session(engine) as session:
        person = session.get_one(Person, asker_id)
        actor = Actor(person.account_id or 0, person.name, None, is_hr=False, is_admin=False)
        made = asking.ask(
            session,
            person,
            queries.find_place(session, place_id or 0),
            MONDAY,
            "k" * 8,
            wait=False,
            actor=actor,
            now=NOW,
            today=TODAY,
        )
        other.start()
        other.join(0.5)
        assert other.is_alive(), "it did not wait"
        visit_id = made.visit_id
    other.join(60)
    drain(engine)
    with open_session(engine, reads_only=True) as session:
        reason = session.get_one(Visit, visit_id).cancel_reason
    assert reason == (CancelReason.CLOSED if what == "closure" else CancelReason.ROSTER)
