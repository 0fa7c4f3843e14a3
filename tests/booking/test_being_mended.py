"""A booked day that a roster rules out, until the product has mended it: nobody is told to cancel it."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.people.tables import Person
from app.visits.tables import Visit
from app.worker import drain
from tests.booking.conftest import MONDAY, Shop, let_go
from tests.booking.test_nobody_receives import off
from tests.factories import make_campaign, make_visit

pytestmark = pytest.mark.usefixtures("clock")

CANNOT, CANCEL = "ne peut pas avoir lieu", "Annuler cette journée"
SEARCHED = "autre solution est cherchée"


@pytest.mark.parametrize("booked", [True, False])
def test_until_it_is_mended_a_booked_day_reads_as_looked_after(
    engine: Engine, session: Session, shop: Shop, as_: Callable[[Any], TestClient], booked: bool
) -> None:
    shop.marc.worked_weekdays = "0000000"  # he leads, and does not receive
    host = shop.hosts[0]
    if booked:
        asked = shop.ask(shop.askers[0], shop.offer([MONDAY]))
        visit = session.get_one(Visit, asked.visit_id)
        host = session.get_one(Person, visit.host_id)
    else:  # of a plan: it stands until somebody decides
        visit = make_visit(session, make_campaign(session), shop.askers[0], host, day=MONDAY)
    session.commit()
    drain(engine)
    off(session, host)
    visit_id, marc, there = visit.id, shop.marc, shop.shop.id
    let_go(session, marc, host)
    client = as_(marc)

    def read() -> list[str]:
        return [
            client.get(page).text
            for page in ("/home", "/team/conflicts", f"/team/{there}", f"/visits/{visit_id}")
        ]

    assert [SEARCHED in page for page in read()] == [booked] * 4
    assert [CANNOT in page for page in read()[:3]] == [not booked] * 3
    assert (CANCEL in read()[1]) is not booked
    [one] = client.get("/api/v1/visits/conflicts").json()["conflicts"]
    assert one["mends_itself"] is booked
    own = as_(host).get("/home").text
    assert (SEARCHED in own, "dites que vous ne pouvez pas" in own) == (booked, not booked)
    drain(engine)
    assert not any(SEARCHED in page for page in read())
