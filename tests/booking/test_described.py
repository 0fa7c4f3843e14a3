"""What a team says of its place follows to the days booked with it, and those concerned read it once; hours
and who receives stay as they were booked."""

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from app.booking.tables import BookingRequest, Place
from app.core.db import open_session
from app.messages.tables import Mail
from app.visits.service import cancel_visit
from app.visits.tables import CancelReason, ChangeKind, Visit, VisitChange
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, TODAY, TUESDAY, WEDNESDAY, Shop
from tests.booking.test_pages import build

pytestmark = pytest.mark.usefixtures("clock")

As = Callable[[Any], TestClient]


def booked(engine: Engine, as_: As) -> tuple[Shop, int]:
    """Two days of a place booked with one host, a third that was cancelled; everything told."""
    shop, place_id = build(engine, days=[MONDAY, TUESDAY, WEDNESDAY], host_id=None)
    with open_session(engine) as session:
        session.get_one(Place, place_id).host_id = shop.hosts[0].id
    for n, day in enumerate((MONDAY, TUESDAY, WEDNESDAY)):
        sent = {"day": str(day), "key": "k" * 8}
        assert as_(shop.askers[n]).post(f"/booking/places/{place_id}/requests", data=sent).status_code == 303
    with open_session(engine) as session:
        third = session.exec(select(Visit).where(Visit.day == WEDNESDAY)).one()
        cancel_visit(session, third, CancelReason.MISTAKE, shop.boss, NOW, today=TODAY)
    drain(engine)
    return shop, place_id


def change(client: TestClient, shop: Shop, place_id: int, **over: Any) -> Any:
    form = {
        "campaign_id": shop.campaign.id,
        "team_id": shop.shop.id,
        "host_id": shop.hosts[0].id,
        "job": "Vendeuse, vendeur",
        "seen": "L’ouverture, la caisse, les retours.",
        "bring": "Des chaussures plates.",
        "part": "full",
        "starts_at": "09:00",
        "ends_at": "17:00",
        "version": 1,
        "days": [str(MONDAY), str(TUESDAY), str(WEDNESDAY)],
    }
    return client.post(f"/team/places/{place_id}", data={**form, **over})


def told(engine: Engine) -> list[Mail]:
    with open_session(engine) as session:
        query = select(Mail).where(Mail.kind == "visit_changed").order_by(col(Mail.id))
        return list(session.exec(query))


def test_what_to_bring_follows_and_is_told_once(engine: Engine, as_: As) -> None:
    shop, place_id = booked(engine, as_)
    marc = as_(shop.marc)
    assert "2 journées sont déjà réservées" in marc.get(f"/team/places/{place_id}/edit").text
    sent = change(marc, shop, place_id, bring="Des chaussures fermées.", starts_at="13:30", part="afternoon")
    assert "2 journées réservées le disent aussi" in marc.get(sent.headers["location"]).text
    drain(engine)
    mails = {mail.person_id: mail for mail in told(engine)}
    assert len(told(engine)) == 3
    assert set(mails) == {shop.askers[0].id, shop.askers[1].id, shop.hosts[0].id}
    visitor, host = mails[shop.askers[0].id], mails[shop.hosts[0].id]
    assert "Marc Chef change ce qu’il faut apporter" in visitor.text
    assert "Des chaussures fermées." in visitor.text
    assert "chaussures ferm" in (visitor.calendar or "")
    assert "« Des chaussures fermées. »" in host.text.replace("\u00a0", " ")
    assert "Vos journées concernées" in host.text
    assert host.calendar is None
    with open_session(engine, reads_only=True) as session:
        found = session.exec(select(Visit).order_by(col(Visit.id))).all()
        assert [one.bring for one in found][2] == "Des chaussures plates."
        assert {(one.starts_at, one.bring) for one in found[:2]} == {(time(9), "Des chaussures fermées.")}
        asked = session.exec(select(BookingRequest.id).where(BookingRequest.visit_id == found[0].id)).one()
        first = found[0].id
    anna = as_(shop.askers[0])
    day, request = anna.get(f"/visits/{first}").text, anna.get(f"/booking/requests/{asked}").text
    assert "Marc Chef change ce qu’il faut apporter" in day
    for page in (day, request):
        assert "Des chaussures fermées." in page
        assert "17:00" in page
        assert "13:30" not in page


def test_other_hours_of_the_place_change_no_booked_day(engine: Engine, as_: As) -> None:
    shop, place_id = booked(engine, as_)
    marc = as_(shop.marc)
    sent = change(marc, shop, place_id, starts_at="13:30", part="afternoon", host_id=shop.hosts[1].id)
    assert "le disent aussi" not in marc.get(sent.headers["location"]).text
    drain(engine)
    assert told(engine) == []
    with open_session(engine, reads_only=True) as session:
        kinds = set(session.exec(select(VisitChange.kind)))
        assert not kinds & {ChangeKind.SHOWS, ChangeKind.BRING}
        assert {one.host_id for one in session.exec(select(Visit))} == {shop.hosts[0].id}


def test_fewer_a_day_than_are_booked_is_said_and_takes_nothing_back(engine: Engine, as_: As) -> None:
    shop, place_id = build(engine, days=[MONDAY, TUESDAY], per_day=2, host_id=None)
    for asker, day in ((0, MONDAY), (1, MONDAY), (2, TUESDAY)):
        sent = {"day": str(day), "key": "k" * 8}
        answer = as_(shop.askers[asker]).post(f"/booking/places/{place_id}/requests", data=sent)
        assert answer.status_code == 303
    marc, days = as_(shop.marc), [str(MONDAY), str(TUESDAY)]
    said = "1 jour a plus de réservations que de places : elles restent."
    fewer = change(marc, shop, place_id, host_id="", per_day=1, days=days)
    assert said in marc.get(fewer.headers["location"]).text
    with open_session(engine) as session:
        assert len(session.exec(select(Visit)).all()) == 3
    again = change(marc, shop, place_id, host_id="", per_day=2, days=days, version=2)
    assert said not in marc.get(again.headers["location"]).text
