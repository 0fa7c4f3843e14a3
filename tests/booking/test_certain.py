"""A booked day that waits for something says so alike: before the tap, on pages, in the calendar."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import icalendar
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.booking import asking
from app.booking.errors import OfferOver
from app.booking.tables import BookingRequest, RequestStatus
from app.core.db import open_session
from app.core.errors import Refusal
from app.people.tables import Person
from app.visits.tables import Visit
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, TODAY, Shop, cancel, statuses
from tests.booking.test_pages import build

pytestmark = pytest.mark.usefixtures("clock")

As = Callable[[Any], TestClient]


def event(client: TestClient, visit_id: int) -> icalendar.Event:
    found: icalendar.Event = icalendar.Calendar.from_ical(client.get(f"/visits/{visit_id}.ics").text).walk(
        "VEVENT"
    )[0]
    return found


def test_a_booked_day_is_certain_nowhere_until_nothing_is_missing(engine: Engine, as_: As) -> None:
    shop, place_id = build(engine)
    with open_session(engine) as session:
        for one in session.exec(select(Person)):
            one.legal_entity = "Vélo SA" if one.team_id == shop.accounts.id else "Vélo Services"
    anna = as_(shop.askers[0])
    tap = anna.get(f"/booking/places/{place_id}?day={MONDAY}").text
    assert "doivent signer une convention" in tap
    assert "doit encore confirmer" in tap
    sent = anna.post(f"/booking/places/{place_id}/requests", data={"day": str(MONDAY), "key": "k" * 8})
    search = f"/booking/places/{place_id}"
    for page in (sent.headers["location"], "/booking", "/booking/requests", search):
        assert "réservée, attend une convention" in anna.get(page).text
        assert "C’est réservé" not in anna.get(page).text
    hr = as_(shop.hr)
    assert "réservée, attend une convention" in hr.get(f"/campaigns/{shop.campaign.id}/booking").text
    [request] = anna.get("/api/v1/booking/requests").json()["requests"]
    [seen] = anna.get("/api/v1/visits").json()["visits"]
    assert request["waits_for"] == seen["waits_for"] == ["agreement", "host"]
    drain(engine)
    with open_session(engine, reads_only=True) as session:
        visit = session.exec(select(Visit)).one()
        host = session.get_one(Person, visit.host_id)
    before = event(anna, visit.id or 0)
    assert before["STATUS"] == "TENTATIVE"
    assert [one.params["PARTSTAT"] for one in before["ATTENDEE"]] == ["ACCEPTED", "NEEDS-ACTION"]
    agreed = {"companies": ["Vélo SA", "Vélo Services"], "visit_ids": [str(visit.id)]}
    assert as_(shop.hr).post(f"/campaigns/{shop.campaign.id}/agreements", data=agreed).status_code == 303
    assert "attend l’hôte" in anna.get("/booking").text
    yes = {"revision": str(visit.revision)}
    assert as_(host).post(f"/visits/{visit.id}/confirmation", data=yes).status_code == 303
    after = event(anna, visit.id or 0)
    assert (after["STATUS"], after["UID"]) == ("CONFIRMED", before["UID"])
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert "C’est réservé" in anna.get(sent.headers["location"]).text
    asks = {"safety": "Chaussures fermées", "version": "0"}
    assert as_(shop.hr).post(f"/team/{host.team_id}/conditions", data=asks).status_code == 303
    again = event(anna, visit.id or 0)
    assert again["STATUS"] == "TENTATIVE"
    assert again["SEQUENCE"] > after["SEQUENCE"]


@pytest.mark.parametrize("late", [True, False])
def test_an_offer_is_taken_in_time_and_not_after_it(
    session: Session, shop: Shop, engine: Engine, late: bool
) -> None:
    place = shop.offer()
    first, second = (shop.ask(one, place, wait=True) for one in shop.askers[:2])
    cancel(session, shop, first)
    drain(engine)
    assert statuses(session, second) == [RequestStatus.OFFERED]
    offer = session.get_one(BookingRequest, second.id)
    assert offer.due_at is not None

    def take(now: Any) -> Refusal | None:
        who = shop.askers[1]
        return asking.accept(
            session, offer, who, actor=shop.actor(who), now=now, today=TODAY, revision=offer.revision
        )

    if late:
        assert isinstance(take(offer.due_at), OfferOver)
        assert offer.status == RequestStatus.EXPIRED
    else:
        assert take(max(NOW, offer.due_at - timedelta(minutes=1))) is None
        assert offer.status == RequestStatus.BOOKED
