"""The same place offered twice, and what becomes of what was asked of one when it is taken back."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.booking import offering, queries
from app.booking.lines import ahead_of
from app.booking.tables import BookingRequest, Place, RequestStatus
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, TUESDAY, WEDNESDAY, Shop, let_go, mails, statuses
from tests.booking.test_pages import As

pytestmark = pytest.mark.usefixtures("clock")


def form(shop: Shop, **over: Any) -> dict[str, Any]:
    kept = {"campaign_id": shop.campaign.id, "team_id": shop.shop.id, "job": "Vendeuse, vendeur"}
    return {**kept, "part": "full", "per_day": 1, "days": [str(TUESDAY)], "key": uuid4().hex, **over}


def remove(session: Session, shop: Shop, place: Place) -> None:
    seen = queries.find_place(session, place.id or 0)
    offering.withdraw_place(session, seen, version=seen.place.version, actor=shop.boss, now=NOW)
    session.commit()


def test_a_second_place_for_the_same_job_and_day_is_asked_about_first(
    session: Session, shop: Shop, as_: As
) -> None:
    place = shop.offer((MONDAY, TUESDAY))
    let_go(session, shop.marc, shop.campaign, shop.shop, place)
    marc, sent = as_(shop.marc), form(shop)
    page = marc.post("/team/places", data=sent)
    assert page.status_code == 422
    assert "L’équipe propose déjà ce métier" in page.text
    assert f'<a href="/team/places/{place.id}/edit">' in page.text
    assert f'value="{sent["key"]}"' in page.text
    assert len(session.exec(select(Place)).all()) == 1
    session.commit()
    assert marc.post("/team/places", data={**sent, "sure": f"{place.id}.1"}).status_code == 303
    assert marc.post("/team/places", data={**sent, "sure": f"{place.id}.1"}).status_code == 303
    assert len(session.exec(select(Place)).all()) == 2


@pytest.mark.parametrize("over", [{"days": [str(WEDNESDAY)]}, {"job": "Caissière, caissier"}])
def test_another_job_or_other_days_are_offered_at_once(
    session: Session, shop: Shop, as_: As, over: dict[str, Any]
) -> None:
    shop.offer((MONDAY, TUESDAY))
    let_go(session, shop.marc, shop.campaign, shop.shop)
    assert as_(shop.marc).post("/team/places", data=form(shop, **over)).status_code == 303


def test_the_same_form_sent_twice_is_one_place_without_a_question(
    session: Session, shop: Shop, as_: As
) -> None:
    let_go(session, shop.marc, shop.campaign, shop.shop)
    marc, sent = as_(shop.marc), form(shop)
    assert [marc.post("/team/places", data=sent).status_code for _ in range(2)] == [303, 303]
    assert len(session.exec(select(Place)).all()) == 1


def test_what_was_asked_of_a_place_taken_back_passes_to_its_twin_and_keeps_its_turn(
    engine: Engine, session: Session, asked_shop: Shop, as_: As
) -> None:
    shop = asked_shop
    twice, kept = shop.offer(), shop.offer()
    first = shop.ask(shop.askers[0], twice)
    second = shop.ask(shop.askers[1], kept)
    session.commit()
    drain(engine)
    let_go(session, shop.marc, twice, kept)
    page = as_(shop.marc).get(f"/team/places/{twice.id}/withdrawal").text.replace("\u00a0", " ")
    assert "1 demande ou attente passe à l’autre place" in page
    assert "s’arrête" not in page
    remove(session, shop, session.get_one(Place, twice.id))
    drain(engine)
    moved = session.get_one(BookingRequest, first.id, populate_existing=True)
    assert (moved.status, moved.place_id) == (RequestStatus.REQUESTED, kept.id)
    assert ahead_of(session, session.get_one(BookingRequest, second.id), asked=True) == 1
    assert not mails(session, "booking_expired")


@pytest.mark.parametrize("over", [{"starts_at": "other"}, {"days": (TUESDAY,)}, {"asked": True}])
def test_a_place_that_promises_something_else_takes_nothing_over(
    engine: Engine, session: Session, asked_shop: Shop, over: dict[str, Any]
) -> None:
    """Other words, other days, or the same person there already."""
    shop = asked_shop
    shop.terms.max_per_person = 2
    twice = shop.offer()
    kept = shop.offer(
        over.get("days", (MONDAY, TUESDAY)), **({"seen": "Le soir"} if "starts_at" in over else {})
    )
    request = shop.ask(shop.askers[0], twice)
    if "asked" in over:
        shop.ask(shop.askers[0], kept)
    remove(session, shop, twice)
    assert statuses(session, request) == [RequestStatus.EXPIRED]


@pytest.mark.parametrize("other", [True, False])
def test_the_asker_is_led_to_the_other_place_of_that_day(
    engine: Engine, session: Session, asked_shop: Shop, as_: As, other: bool
) -> None:
    """The page, the list and the mail say the same."""
    place, asker = asked_shop.offer(), asked_shop.askers[0]
    second = asked_shop.offer(job="Caissière, caissier") if other else None
    request, second_id = asked_shop.ask(asker, place), second.id if second else 0
    remove(session, asked_shop, place)
    drain(engine)
    let_go(session, asker, request)
    anna, href = as_(asker), f"/booking/places/{second_id}?day={MONDAY}"
    for here in (f"/booking/requests/{request.id}", "/booking/requests"):
        page = anna.get(here).text
        assert (f'href="{href}"' in page) is other
        assert ("L’équipe ne propose plus cette journée" in page) is not other
    [mail] = mails(session, "booking_expired")
    assert (href in mail.text) is other
