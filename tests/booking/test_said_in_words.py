"""What booking says: a yes is called a yes, who asked before is counted, dates and refusals read well."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.booking.tables import Approval, BookingRequest, BookingRules
from app.core.db import open_session
from app.core.templating import when
from app.worker import drain
from tests.booking.conftest import MONDAY, Shop, mails
from tests.booking.test_pages import build
from tests.support.web import Clock

pytestmark = pytest.mark.usefixtures("clock")

As = Callable[[Any], TestClient]


@pytest.mark.parametrize("approval", list(Approval))
def test_the_invitation_says_that_a_request_was_accepted(
    engine: Engine, session: Session, approval: Approval
) -> None:
    shop = Shop(session, approval=approval)
    asked = shop.ask(shop.askers[0], shop.offer(host_id=shop.hosts[0].id))
    if approval == Approval.MANAGER:
        shop.approve(asked)
    session.commit()
    drain(engine)
    said = {one.person_id: one for one in mails(session, "visit_invitation")}
    mine, host = said[asked.person_id], said[shop.hosts[0].id]
    accepted = approval == Approval.MANAGER
    assert all(("Votre demande est acceptée" in text) is accepted for text in (mine.text, mine.html))
    assert mine.subject.startswith("Demande acceptée") is accepted
    assert "acceptée" not in host.subject + host.text


@pytest.mark.parametrize("before", [0, 1, 2])
def test_the_second_tap_says_how_many_asked_before(engine: Engine, as_: As, before: int) -> None:
    shop, place_id = build(engine, Approval.MANAGER)
    for number, one in enumerate(shop.askers[:before]):
        sent = {"day": str(MONDAY), "key": f"asked-{number:04}"}
        assert as_(one).post(f"/booking/places/{place_id}/requests", data=sent).status_code == 303
    client = as_(shop.askers[4])
    page = client.get(f"/booking/places/{place_id}?day={MONDAY}").text
    assert ("déjà demandé cette journée" in page) is bool(before)
    [one] = [
        day
        for day in client.get(f"/api/v1/booking/places/{place_id}").json()["days"]
        if day["day"] == str(MONDAY)
    ]
    assert one["asked"] == before


def test_a_closed_day_keeps_the_capital_of_its_month(engine: Engine, as_: As, clock: Clock) -> None:
    shop, place_id = build(engine)
    clock.set(datetime(2027, 4, 2, 8, 0, tzinfo=UTC))
    client = as_(shop.askers[0])
    client.cookies.set("vmv_language", "en")
    page = client.get(f"/booking/places/{place_id}?day={date(2027, 4, 5)}").text
    assert "Monday 5 April 2027: " in page


def test_a_program_that_may_not_is_told_of_no_page(engine: Engine, as_: As) -> None:
    shop, place_id = build(engine, Approval.MANAGER)
    sent = {"day": str(MONDAY), "key": "asked-once"}
    as_(shop.askers[0]).post(f"/booking/places/{place_id}/requests", data=sent)
    martine = as_(shop.martine)
    barred = martine.get("/api/v1/booking/requests/1/hosts")
    missing = martine.get("/api/v1/booking/places/999")
    assert (barred.status_code, missing.status_code) == (403, 404)
    for answer in (barred, missing):
        assert "page" not in answer.json()["error"]["message"]
    assert "page" in martine.get("/booking/places/999").text


@pytest.mark.parametrize(
    "day_before", [34, 3, 2], ids=["long before", "three days before", "two days before"]
)
def test_whoever_asks_reads_first_until_when_the_team_answers(
    engine: Engine, as_: As, clock: Clock, day_before: int
) -> None:
    shop, place_id = build(engine, Approval.MANAGER)
    clock.set(datetime(2027, 4, 5, 8, 0, tzinfo=UTC) - timedelta(days=day_before))
    with open_session(engine) as session:
        session.get_one(BookingRules, shop.campaign.id).notice_days = 1
    client = as_(shop.askers[0])
    page = client.get(f"/booking/places/{place_id}?day={MONDAY}").text
    sent = {"day": str(MONDAY), "key": "asked-once"}
    client.post(f"/booking/places/{place_id}/requests", data=sent)
    with open_session(engine, reads_only=True) as session:
        due = session.exec(select(BookingRequest.due_at)).one()
    assert due is not None
    assert f"L’équipe a jusqu’au {when(due)} pour répondre." in page
    assert "sous 5 jours" not in page
