"""Nobody answers what they ask for themselves, unless the team is theirs or nobody leads it; what pages say
of days that are not offered, of full teams, and of requests that moved to the line."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.accounts.tables import Account
from app.booking.tables import Approval, BookingRequest, PlaceDay, RequestStatus
from app.campaigns.tables import Booking, Campaign, Status
from app.core.db import open_session
from app.people.tables import Person, Site, Team
from tests.booking.conftest import MONDAY, TUESDAY, WEDNESDAY, Shop
from tests.booking.test_pages import build, statuses
from tests.factories import make_campaign, make_team

pytestmark = pytest.mark.usefixtures("clock")

As = Callable[[Any], TestClient]


def as_hr(engine: Engine, shop: Shop) -> Person:
    """Anna is HR as well."""
    with open_session(engine) as session:
        account = session.get_one(Account, shop.askers[0].account_id)
        account.is_hr = True
        session.add(account)
    return shop.askers[0]


def ask(as_: As, who: Person, place_id: int, day: date = MONDAY) -> None:
    sent = {"day": str(day), "key": "k" * 8}
    assert as_(who).post(f"/booking/places/{place_id}/requests", data=sent).status_code == 303


@pytest.mark.parametrize("led", [True, False])
def test_hr_answer_their_own_request_only_where_nobody_leads_the_team(
    engine: Engine, as_: As, led: bool
) -> None:
    shop, place_id = build(engine, Approval.MANAGER)
    anna = as_hr(engine, shop)
    if not led:
        with open_session(engine) as session:
            for one in session.exec(select(Person).where(Person.team_id == shop.shop.id)):
                one.manager_id = None
                session.add(one)
    ask(as_, anna, place_id)
    page = as_(anna).get("/team/requests").text
    assert ("l’équipe qui reçoit y répond, pas vous" in page) is led
    answer = as_(anna).post("/booking/requests/1/approval", data={"revision": 0})
    assert answer.status_code == (403 if led else 303)
    bulk = {"request": ["1:0"], "answer": "approve"}
    assert as_(anna).post("/team/requests/answers", data=bulk).status_code == 303
    assert statuses(engine) == ["requested" if led else "booked"]
    if led:
        ask(as_, shop.askers[1], place_id, TUESDAY)
        assert as_(anna).post("/booking/requests/2/approval", data={"revision": 0}).status_code == 303
        assert as_(shop.marc).post("/booking/requests/1/approval", data={"revision": 0}).status_code == 303


def test_a_request_that_moved_to_the_line_says_so(engine: Engine, as_: As) -> None:
    shop, place_id = build(engine, Approval.MANAGER)
    ask(as_, shop.askers[0], place_id)
    with open_session(engine) as session:
        one = session.exec(select(BookingRequest)).one()
        one.status = RequestStatus.WAITING
        session.add(one)
    marc = as_(shop.marc)
    alone = marc.post("/booking/requests/1/approval", data={"revision": 0})
    assert alone.status_code == 409
    assert "passée en liste d’attente" in alone.text
    sent = marc.post("/team/requests/answers", data={"request": ["1:0"], "answer": "approve"})
    assert "passée en liste d’attente" in marc.get(sent.headers["location"]).text


def test_a_day_that_is_not_offered_is_said(engine: Engine, as_: As) -> None:
    shop, place_id = build(engine)
    anna, here = as_(shop.askers[0]), f"/booking/places/{place_id}"
    said = "L’équipe ne propose pas le mercredi 7"
    assert said in anna.get(f"{here}?day={WEDNESDAY}").text
    assert said not in anna.get(f"{here}?day={MONDAY}").text
    with open_session(engine) as session:
        gone = session.get_one(PlaceDay, (place_id, MONDAY))
        session.delete(gone)
    late = anna.post(f"{here}/requests", data={"day": str(MONDAY), "key": "k" * 8})
    assert late.status_code == 409
    assert "L’équipe ne propose pas le lundi 5" in late.text


def test_the_form_of_a_place_takes_no_closed_day(engine: Engine, as_: As) -> None:
    with open_session(engine) as session:
        shop = Shop(session, closing_days=[WEDNESDAY.isoformat()])
    form = {"campaign_id": shop.campaign.id, "team_id": shop.shop.id, "job": "Vendeur", "part": "full"}
    marc = as_(shop.marc)
    refused = marc.post("/team/places", data={**form, "days": [str(TUESDAY), str(WEDNESDAY)]})
    assert refused.status_code == 422
    assert "Personne ne vient le mercredi 7" in refused.text
    assert marc.post("/team/places", data={**form, "days": [str(TUESDAY)]}).status_code == 303


def test_a_full_team_says_so_beside_its_free_places(engine: Engine, as_: As) -> None:
    shop, place_id = build(engine, days=[MONDAY])
    marc = as_(shop.marc)
    assert "équipe complète" not in marc.get("/team/places").text
    with open_session(engine) as session:
        team = session.get_one(Team, shop.shop.id)
        team.max_visitors = 1
        session.add(team)
        shop.session = session
        shop.offer([MONDAY], host_id=shop.hosts[2].id)
    ask(as_, shop.askers[0], place_id)
    assert "équipe complète" in marc.get("/team/places").text


def test_campaigns_with_something_to_book_come_first(engine: Engine, as_: As) -> None:
    shop, _place = build(engine)
    with open_session(engine) as session:
        early = make_campaign(
            session,
            name="Le plan",
            first_day=date(2027, 4, 2),
            booking=Booking.REMAINING,
            status=Status.PUBLISHED,
        )
        session.get_one(Campaign, shop.campaign.id).name = "Portes ouvertes"
        assert early.id is not None
    page = as_(shop.askers[0]).get("/booking").text
    assert "Une place vous attend" in page
    assert f"/booking?campaign={early.id}" in page


def test_a_bulk_answer_tells_and_does_nothing_of_requests_that_are_not_the_readers(
    engine: Engine, as_: As
) -> None:
    """Neither who asked, nor whether there is such a request; and none goes to the line or ends with it."""
    shop, place_id = build(engine, Approval.MANAGER)
    for n in (0, 1):
        ask(as_, shop.askers[n], place_id)
    assert as_(shop.marc).post("/booking/requests/1/approval", data={"revision": 0}).status_code == 303
    with open_session(engine) as session:
        other = session.exec(
            select(Person).where(Person.team_id == shop.shop.id, Person.id != shop.marc.id)
        ).all()
        team = make_team(session, session.get_one(Site, shop.there.id), name="Atelier")
        lead, member = other[0], other[1]
        lead.team_id = member.team_id = team.id or 0
        lead.manager_id, member.manager_id = None, lead.id
        session.add_all([lead, member])
    stranger = as_(lead)
    said = []
    for request_id in ("2", "999"):
        bulk = {"request": [f"{request_id}:0"], "answer": "approve"}
        sent = stranger.post("/team/requests/answers", data=bulk)
        page = stranger.get(sent.headers["location"]).text
        assert "Compte" not in page
        said.append("n’est pas pour vous" in page)
    assert said == [True, True]
    assert statuses(engine) == ["booked", "requested"]
    # Whoever leads the asker's team may refuse; a yes of theirs is none, and sends nobody to the line.
    martine = as_(shop.martine)
    sent = martine.post("/team/requests/answers", data={"request": ["2:0"], "answer": "approve"})
    assert "Anna Compte1" in martine.get(sent.headers["location"]).text
    assert statuses(engine) == ["booked", "requested"]
    # Whoever receives is told that there is no place left, and the asker stands in line.
    as_(shop.marc).post("/team/requests/answers", data={"request": ["2:0"], "answer": "approve"})
    assert statuses(engine) == ["booked", "waiting"]
