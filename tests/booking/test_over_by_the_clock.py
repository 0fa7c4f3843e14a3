"""A kept place whose time has passed is kept no more, before the clock passes it on; its end is told as what
it was: a place that was kept."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.core import jobs as events
from tests.booking.conftest import Shop, let_go, mails, tick
from tests.booking.test_nobody_receives import held_for_one, off
from tests.support.web import Clock

pytestmark = pytest.mark.usefixtures("clock")
Enter = Callable[[Any], TestClient]


@pytest.mark.parametrize("over", [True, False])
def test_what_is_shown_goes_by_the_clock(
    engine: Engine, session: Session, shop: Shop, as_: Enter, clock: Clock, over: bool
) -> None:
    kept, _waits = held_for_one(engine, session, shop)
    let_go(session, kept, shop.askers[1])
    assert kept.due_at is not None
    clock.set(kept.due_at - timedelta(minutes=0 if over else 1))
    anna = as_(shop.askers[1])
    here = f"/booking/requests/{kept.id}"
    for page in (here, "/booking/requests", f"/booking?campaign={kept.campaign_id}"):
        text = anna.get(page).text
        assert ("n’est plus gardée" in text) is over, page
        assert ("à confirmer" in text) is not over, page
    assert ("Prendre cette place" in anna.get(here).text) is not over
    assert ("Une place s’est libérée" in anna.get(here).text) is not over
    assert ("Une place s’est libérée" in anna.get("/home").text) is not over
    said = anna.get(f"/api/v1{here}").json()
    assert said["status"] == ("expired" if over else "offered")
    assert anna.get("/api/v1/booking/requests").json()["requests"][0]["status"] == said["status"]


def test_a_kept_place_ends_as_a_place_and_not_as_a_demand(
    engine: Engine, session: Session, shop: Shop
) -> None:
    held_for_one(engine, session, shop)
    off(session, shop.askers[1])
    events.record(session, "roster.imported", roster_ids=[])
    session.commit()
    tick(engine)
    [mail] = mails(session, "booking_expired")
    assert "la place gardée pour vous dans l’équipe Boutique Bellecour ne l’est plus" in mail.text
    assert "votre demande" not in mail.text
