"""Whoever books may pause or leave, with what they asked for; whoever left is offered nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.booking.tables import Approval, BookingRules
from app.campaigns.tables import Booking, Campaign, Status
from app.core.db import open_session
from app.worker import drain
from tests.booking.conftest import MONDAY, TODAY, TUESDAY, WEDNESDAY, check_counts
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
    with open_session(engine) as session:
        session.get_one(BookingRules, shop.campaign.id).max_per_person = 2
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


def test_whoever_books_and_left_during_a_pause_reads_that_it_stands(engine: Engine, as_: As) -> None:
    shop, place_id = build(engine)
    anna, here = as_(shop.askers[0]), f"/campaigns/{shop.campaign.id}"
    span = {"first": str(MONDAY), "last": str(TUESDAY)}
    assert anna.post(f"{here}/pause", data={**span, "version": 0}).status_code == 303
    assert anna.post(f"{here}/departure", data={"version": 1}).status_code == 303
    for page in ("/booking", f"/booking/places/{place_id}"):
        assert "Votre pause tient toujours" in anna.get(page).text
    back = anna.post(f"{here}/participation", data={"version": 2}, follow_redirects=True).text
    assert "Votre pause tient toujours" in back
    asked = anna.post(f"/booking/places/{place_id}/requests", data={"day": str(MONDAY), "key": "another-key"})
    assert asked.status_code == 409
    assert "vous êtes en pause ce jour-là" in asked.text


def test_programs_leave_and_come_back(engine: Engine, as_: As) -> None:
    shop, place_id = build(engine)
    anna, here = as_(shop.askers[0]), f"/api/v1/campaigns/{shop.campaign.id}"
    asks, sent = f"/api/v1/booking/places/{place_id}/requests", {"day": str(MONDAY)}
    key = {"Idempotency-Key": "a-first-key"}
    assert anna.post(f"{here}/participation", json={"version": 0}).status_code == 409  # never left
    assert anna.post(f"{here}/departure", json={"version": 0}).status_code == 200
    assert anna.post(asks, json=sent, headers=key).status_code == 409
    assert anna.post(f"{here}/participation", json={"version": 0}).status_code == 409  # an old page
    assert anna.post(f"{here}/participation", json={"version": 1}).status_code == 200
    assert anna.post(asks, json=sent, headers=key).status_code == 201


@pytest.mark.parametrize("booking", [Booking.REMAINING, Booking.NONE])
def test_who_says_no_reads_that_the_remaining_places_close_and_comes_back_in_one_tap(
    engine: Engine, as_: As, booking: Booking
) -> None:
    shop, _place_id = build(engine)
    with open_session(engine) as session:
        campaign = session.get_one(Campaign, shop.campaign.id)
        campaign.booking, campaign.status, campaign.enrol_until = booking, Status.OPEN, TODAY
    anna, remaining = as_(shop.askers[0]), booking is Booking.REMAINING
    here = f"/campaigns/{shop.campaign.id}/enrolment"
    assert ("Un non ferme aussi les places qui restent" in anna.get(here).text) is remaining
    assert anna.post(f"{here}/answer", data={"answer": "no", "version": 0}).status_code == 303
    assert ("vous sont fermées aussi" in anna.get(here).text) is remaining
    with open_session(engine) as session:
        session.get_one(Campaign, shop.campaign.id).status = Status.PUBLISHED
    assert ("Voir les places, et revenir" in anna.get(here).text) is remaining
    page = anna.get("/booking").text
    assert ("Vous ne participez pas à cette campagne" in page) is remaining
    assert ("Participer de nouveau" in page) is remaining
    if remaining:
        back = f"/campaigns/{shop.campaign.id}/participation"
        assert anna.post(back, data={"version": 1}).status_code == 303
        assert "Participer de nouveau" not in anna.get("/booking").text
