"""The form of a place sent twice makes one place, by page and by program."""

import re
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.booking.tables import Place
from app.core.db import open_session
from tests.booking.conftest import MONDAY, TUESDAY, Shop
from tests.booking.test_pages import As

pytestmark = pytest.mark.usefixtures("clock")


def places(engine: Engine) -> list[str]:
    with open_session(engine, reads_only=True) as session:
        return sorted(session.exec(select(Place.job)))


def form_of(shop: Shop, day: date = MONDAY) -> dict[str, Any]:
    values = {"campaign_id": shop.campaign.id, "team_id": shop.shop.id, "job": "Vendeur", "part": "full"}
    return {**values, "per_day": 1, "version": 0, "days": [str(day)]}


def key_of(marc: TestClient, shop: Shop) -> str:
    page = marc.get(f"/team/places/new?campaign={shop.campaign.id}&team={shop.shop.id}").text
    found = re.search(r'name="key" value="([0-9a-f]{32})"', page)
    assert found is not None
    return found.group(1)


def build(engine: Engine) -> Shop:
    with open_session(engine) as session:
        return Shop(session)


def test_the_same_form_twice_offers_one_place(engine: Engine, as_: As) -> None:
    shop = build(engine)
    marc = as_(shop.marc)
    sent = {**form_of(shop), "key": key_of(marc, shop)}
    refused = marc.post("/team/places", data={**sent, "days": []})
    assert refused.status_code == 422
    assert sent["key"] in refused.text  # nothing was kept: it is the same form still
    first, again = (marc.post("/team/places", data=sent) for _ in range(2))
    assert first.status_code == again.status_code == 303
    assert places(engine) == ["Vendeur"]


def offer_all_the_same(client: TestClient, sent: dict[str, Any]) -> None:
    """Send it, and once more where the page says first that the team offers this job that day already."""
    told = client.post("/team/places", data=sent)
    if told.status_code == 422:
        found = re.search(r'name="sure" value="([^"]+)"', told.text)
        assert found is not None
        told = client.post("/team/places", data={**sent, "sure": found.group(1)})
    assert told.status_code == 303


def test_two_forms_or_two_people_offer_two(engine: Engine, as_: As) -> None:
    shop = build(engine)
    marc, hr = as_(shop.marc), as_(shop.hr)
    for client, key in ((marc, key_of(marc, shop)), (marc, key_of(marc, shop)), (marc, "")):
        offer_all_the_same(client, {**form_of(shop), "key": key})
    key = key_of(marc, shop)
    offer_all_the_same(marc, {**form_of(shop), "key": key})
    offer_all_the_same(hr, {**form_of(shop), "key": key})
    assert len(places(engine)) == 5


@pytest.mark.parametrize("over", [{"job": "Caissier"}, {"days": [str(TUESDAY)]}])
def test_whoever_goes_back_and_writes_something_else_is_asked_before_a_second_place(
    engine: Engine, as_: As, over: dict[str, Any]
) -> None:
    shop = build(engine)
    marc = as_(shop.marc)
    sent = {**form_of(shop), "key": key_of(marc, shop)}
    marc.post("/team/places", data=sent)
    asked = marc.post("/team/places", data={**sent, **over})
    assert asked.status_code == 422
    assert "vient de proposer une place" in asked.text
    assert len(places(engine)) == 1
    found = re.search(r'name="key" value="([0-9a-f]{32})"', asked.text)
    assert found is not None
    assert marc.post("/team/places", data={**sent, **over, "key": found.group(1)}).status_code == 303
    assert len(places(engine)) == 2


def test_a_program_offers_once_for_each_key(engine: Engine, as_: As) -> None:
    shop = build(engine)
    marc = as_(shop.marc)

    def post(key: str | None, **over: Any) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return marc.post("/api/v1/team/places", json={**form_of(shop), **over}, headers=headers)

    first, again, other = post("offered-once"), post("offered-once"), post("offered-twice")
    assert first.status_code == again.status_code == other.status_code == 201
    assert first.json() == again.json()
    assert first.json()["id"] != other.json()["id"]
    assert post("offered-once", job="Caissier").status_code == 422
    assert post(None).status_code == 201
    assert len(places(engine)) == 3
