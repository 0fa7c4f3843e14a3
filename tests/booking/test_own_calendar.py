"""Whoever books gives their own calendar while days are booked, enrolment closed or never answered."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.availability.busy.jobs import forget_closed
from app.availability.tables import BusyCalendar, Enrolment
from app.campaigns.tables import Booking, Campaign, Status
from app.core.db import open_session
from app.worker import drain
from tests.availability.busy.files import calendar, timed
from tests.booking.conftest import MONDAY, TODAY, TUESDAY, WEDNESDAY, Shop

pytestmark = pytest.mark.usefixtures("clock")

As = Callable[[Any], TestClient]
TAKEN = calendar(timed("20270405T090000", "20270405T180000", "SUMMARY:Canari", uid="a"))


def build(engine: Engine, **over: Any) -> tuple[Shop, int]:
    """The shop with one place from Monday to Wednesday; nobody can enrol any more."""
    with open_session(engine) as session:
        shop = Shop(session, enrol_until=TODAY - timedelta(days=1), **over)
        place_id = shop.offer((MONDAY, TUESDAY, WEDNESDAY)).id
    assert place_id is not None
    return shop, place_id


def give(client: TestClient, campaign_id: int | None, version: int = 0) -> Any:
    return client.post(
        f"/campaigns/{campaign_id}/enrolment/busy/file",
        data={"version": version},
        files={"file": ("agenda.ics", TAKEN, "text/calendar")},
    )


def busy(engine: Engine) -> list[list[str]]:
    with open_session(engine, reads_only=True) as session:
        return [row.days for row in session.exec(select(BusyCalendar))]


def test_a_calendar_is_given_while_days_are_booked(engine: Engine, as_: As) -> None:
    shop, place_id = build(engine)
    anna, here = as_(shop.askers[0]), f"/campaigns/{shop.campaign.id}/enrolment/busy"
    assert here in anna.get("/booking").text
    assert "Lire ce fichier" in anna.get(here).text
    answer = give(anna, shop.campaign.id)
    assert (answer.status_code, answer.headers["location"]) == (303, here)
    assert busy(engine) == [[MONDAY.isoformat()]]
    found = anna.get("/booking").text
    assert found.count("pris dans votre agenda") == 1
    assert "1 jour pris" in found
    # It advises: the day says so, and is booked all the same.
    page = anna.get(f"/booking/places/{place_id}?day={MONDAY}").text
    assert "Ce jour est pris dans votre agenda. Rien n’empêche de le choisir." in page
    sent = {"day": MONDAY.isoformat(), "key": "k" * 8}
    assert anna.post(f"/booking/places/{place_id}/requests", data=sent).status_code == 303
    forgotten = anna.post(f"/campaigns/{shop.campaign.id}/enrolment/busy/removal", data={"version": 1})
    assert forgotten.status_code == 303
    assert busy(engine) == []
    with open_session(engine, reads_only=True) as session:
        assert [one.answer for one in session.exec(select(Enrolment))] == [None]


@pytest.mark.parametrize(
    ("booking", "status", "expected"),
    [
        (Booking.OPEN, Status.DEBRIEFING, 409),
        (Booking.REMAINING, Status.PUBLISHED, 303),
        (Booking.NONE, Status.PUBLISHED, 409),
    ],
)
def test_a_calendar_is_given_only_while_something_helps_from_it(
    engine: Engine, as_: As, booking: Booking, status: Status, expected: int
) -> None:
    shop, _place = build(engine)
    with open_session(engine) as session:
        campaign = session.get_one(Campaign, shop.campaign.id)
        campaign.booking, campaign.status = booking, status
        session.add(campaign)
    assert give(as_(shop.askers[0]), shop.campaign.id).status_code == expected


def test_an_address_read_each_day_is_kept_while_days_are_booked(engine: Engine) -> None:
    shop, _place = build(engine)

    def kept(status: Status) -> bool:
        with open_session(engine) as session:
            campaign = session.get_one(Campaign, shop.campaign.id)
            campaign.status = status
            session.add(campaign)
        forget_closed(engine)
        with open_session(engine, reads_only=True) as session:
            return session.exec(select(BusyCalendar)).one().sealed_address is not None

    with open_session(engine) as session:
        row = Enrolment(campaign_id=shop.campaign.id or 0, person_id=shop.askers[0].id or 0)
        session.add(row)
        session.flush()
        session.add(BusyCalendar(enrolment_id=row.id or 0, sealed_address=b"sealed", daily=True))
    assert kept(Status.RUNNING)
    assert not kept(Status.PLANNING)


def test_a_busy_day_is_not_among_the_days_to_move_to(engine: Engine, as_: As) -> None:
    shop, place_id = build(engine)
    anna = as_(shop.askers[0])
    give(anna, shop.campaign.id)
    sent = {"day": TUESDAY.isoformat(), "key": "k" * 8}
    booked = anna.post(f"/booking/places/{place_id}/requests", data=sent)
    assert booked.status_code == 303
    proposed = anna.get("/visits/1/days").text
    assert f'value="{MONDAY}"' not in proposed
    assert f'value="{WEDNESDAY}"' in proposed


def test_where_one_books_nobody_enrols(engine: Engine, as_: As) -> None:
    shop, _place = build(engine)
    answer = as_(shop.askers[0]).get(f"/campaigns/{shop.campaign.id}/enrolment")
    assert answer.headers["location"] == f"/booking?campaign={shop.campaign.id}"


def test_an_offer_on_a_day_taken_in_ones_calendar_says_so(engine: Engine, as_: As) -> None:
    shop, place_id = build(engine)
    anna, next_one = as_(shop.askers[0]), as_(shop.askers[1])
    where, sent = f"/booking/places/{place_id}/requests", {"day": MONDAY.isoformat(), "key": "k" * 8}
    assert anna.post(where, data=sent).status_code == 303
    assert next_one.post(where, data={**sent, "wait": "true"}).status_code == 303
    give(next_one, shop.campaign.id)
    gone = {"reason": "unavailable", "revision": "0"}
    assert anna.post("/visits/1/cancellation", data=gone).status_code == 303
    drain(engine)
    page = next_one.get("/booking/requests/2").text
    assert "Prendre cette place" in page
    assert "Ce jour est pris dans votre agenda" in page
