"""Whoever books may pause or leave, with what they asked for; whoever left is offered nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.booking.tables import Approval, BookingRules
from app.core.db import open_session
from app.worker import drain
from tests.booking.conftest import MONDAY, TUESDAY, WEDNESDAY, check_counts
from tests.booking.test_pages import build, statuses

pytestmark = pytest.mark.usefixtures("clock")

As = Callable[[Any], TestClient]


def test_a_pause_takes_booked_days_and_requests_of_its_days_alone(engine: Engine, as_: As) -> None:
    shop, place_id = build(engine, Approval.MANAGER, days=(MONDAY, TUESDAY, WEDNESDAY))
    anna, here = as_(shop.askers[0]), f"/campaigns/{shop.campaign.id}/pause"
    with open_session(engine) as session:
        session.get_one(BookingRules, shop.campaign.id).max_per_person = 3
    for day in (MONDAY, TUESDAY, WEDNESDAY):
        sent = {"day": str(day), "key": f"{day}-key"}
        assert anna.post(f"/booking/places/{place_id}/requests", data=sent).status_code == 303
    assert as_(shop.marc).post("/booking/requests/1/approval", data={"revision": 0}).status_code == 303
    drain(engine)
    span = {"first": str(MONDAY), "last": str(TUESDAY)}
    page = anna.get(here, params=span).text
    assert "Une journée tombe" in page
    assert "Une demande est retirée" in page
    assert statuses(engine) == ["booked", "requested", "requested"]
    assert anna.post(here, data={**span, "version": 0}).status_code == 303
    drain(engine)
    assert statuses(engine) == ["cancelled", "withdrawn", "requested"]
    assert "Changer ma pause" in anna.get("/visits").text
    again = anna.post(
        f"/booking/places/{place_id}/requests", data={"day": str(TUESDAY), "key": "another-key"}
    )
    assert again.status_code == 409
    assert "vous êtes en pause ce jour-là" in again.text
    with open_session(engine) as session:
        check_counts(session)
    assert anna.post(f"/campaigns/{shop.campaign.id}/resumption", data={"version": 1}).status_code == 303
    assert f"day={TUESDAY}" in anna.get(f"/booking/places/{place_id}").text


def test_whoever_left_is_offered_nothing_until_they_come_back(engine: Engine, as_: As) -> None:
    shop, place_id = build(engine)
    anna, here = as_(shop.askers[0]), f"/campaigns/{shop.campaign.id}"
    ask = {"day": str(MONDAY), "key": "first-key"}
    assert anna.post(f"/booking/places/{place_id}/requests", data=ask).status_code == 303
    assert "Réservez une journée" in anna.get("/home").text
    assert "Participer de nouveau" not in anna.get("/booking").text
    assert anna.post(f"{here}/participation", data={"version": 0}).status_code == 409
    assert anna.post(f"{here}/departure", data={"version": 0}).status_code == 303
    drain(engine)
    assert statuses(engine) == ["cancelled"]
    assert "Réservez une journée" not in anna.get("/home").text
    page = anna.get("/booking").text
    assert "Vous ne participez plus" in page
    assert "Une place vous attend" not in page
    ask["key"] = "second-key"
    refused = anna.post(f"/booking/places/{place_id}/requests", data=ask)
    assert refused.status_code == 409
    assert "Participer de nouveau" in refused.text
    assert anna.post(f"{here}/participation", data={"version": 1}).status_code == 303
    assert anna.post(f"/booking/places/{place_id}/requests", data=ask).status_code == 303
    assert statuses(engine) == ["cancelled", "booked"]
