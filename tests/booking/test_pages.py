"""Booking in a browser without a script: find, two taps, answer, offer; and the same by programs."""

import re
from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.booking import deciding
from app.booking.tables import Approval, BookingRequest, Place, PlaceDay, RequestStatus
from app.campaigns.tables import Booking, Campaign, Status
from app.core.db import open_session
from app.core.errors import Stale
from app.messages.tables import Mail
from app.visits.service import cancel_visit
from app.visits.tables import By, CancelReason, Visit
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, TODAY, TUESDAY, WEDNESDAY, Shop, check_counts
from tests.support.web import browser_of

pytestmark = pytest.mark.usefixtures("clock")

As = Callable[[Any], TestClient]


def build(engine: Engine, approval: Approval = Approval.AT_ONCE, **place: Any) -> tuple[Shop, int]:
    """The shop with one place, committed."""
    with open_session(engine) as session:
        shop = Shop(session, approval=approval)
        place_id = shop.offer(**place).id
    assert place_id is not None
    return shop, place_id


def key_of(page: str) -> str:
    found = re.search(r'name="key" value="([0-9a-f]{32})"', page)
    assert found is not None
    return found.group(1)


def statuses(engine: Engine) -> list[str]:
    with open_session(engine, reads_only=True) as session:
        return [one.value for one in session.exec(select(BookingRequest.status).order_by(BookingRequest.id))]  # type: ignore[arg-type]


def test_two_taps_book_a_day(engine: Engine, as_: As) -> None:
    shop, place_id = build(engine)
    anna = as_(shop.askers[0])
    found = anna.get("/booking").text
    assert "Une place vous attend" in found
    tap = f"/booking/places/{place_id}?day={MONDAY}"
    assert tap in found
    page = anna.get(tap).text
    assert "Réserver cette journée" in page
    sent = {"day": MONDAY.isoformat(), "key": key_of(page)}
    first = anna.post(f"/booking/places/{place_id}/requests", data=sent)
    again = anna.post(f"/booking/places/{place_id}/requests", data=sent)
    assert first.status_code == again.status_code == 303
    assert first.headers["location"] == again.headers["location"]
    assert "Votre place est retenue" in anna.get(first.headers["location"]).text
    drain(engine)
    with open_session(engine) as session:
        assert len(session.exec(select(Visit)).all()) == 1
        mails = session.exec(select(Mail).order_by(col(Mail.key))).all()
    assert {mail.kind for mail in mails} == {"visit_invitation", "visit_team"}
    asked = {mail.key.rsplit(":", 1)[1]: mail for mail in mails}
    assert all("METHOD:REQUEST" in (asked[role].calendar or "") for role in ("visitor", "host"))
    # Whoever books has said yes; the host still has to.
    assert "/confirmation" not in asked["visitor"].text
    assert "/confirmation" in asked["host"].text
    # What the place promises is in the invitation, in the calendar and on the day's page.
    assert "Des chaussures plates." in asked["visitor"].text
    assert "Des chaussures plates." not in asked["host"].text
    assert "chaussures plates" in (asked["visitor"].calendar or "").replace("\r\n ", "")
    assert (
        "L’ouverture, la caisse, les retours."
        in anna.get(f"/visits/{asked['visitor'].key.split(':')[1]}").text
    )
    assert "réservée" in anna.get("/booking").text


def test_a_full_day_offers_the_waiting_list(engine: Engine, as_: As) -> None:
    shop, place_id = build(engine, host_id=None)
    first, second = as_(shop.askers[0]), as_(shop.askers[1])
    where = f"/booking/places/{place_id}/requests"
    assert first.post(where, data={"day": str(MONDAY), "key": "a" * 8}).status_code == 303
    refused = second.post(where, data={"day": str(MONDAY), "key": "b" * 8})
    assert refused.status_code == 409
    assert "Il n’y a plus de place" in refused.text
    assert "liste d’attente" in refused.text
    waits = second.post(where, data={"day": str(MONDAY), "key": key_of(refused.text), "wait": "true"})
    assert "tête de la liste" in second.get(waits.headers["location"]).text
    assert statuses(engine) == ["booked", "waiting"]


def test_a_manager_answers_in_one_tap_or_in_bulk(engine: Engine, as_: As) -> None:
    shop, place_id = build(engine, Approval.MANAGER, days=[MONDAY, TUESDAY])
    where = f"/booking/places/{place_id}/requests"
    for n, day in ((0, MONDAY), (1, MONDAY), (2, TUESDAY)):
        as_(shop.askers[n]).post(where, data={"day": str(day), "key": "k" * 8})
    drain(engine)
    marc = as_(shop.marc)
    page = marc.get("/team/requests").text
    assert "3 demandes attendent votre réponse" in page
    assert "Boutique Bellecour reçoit 1 personne ce jour-là" in page
    assert "1 autre demande pour la même place" in page
    assert "3 demandes attendent votre réponse" in marc.get("/home").text
    with open_session(engine, reads_only=True) as session:
        kinds = list(session.exec(select(Mail.kind)))
    assert kinds == ["booking_request"] * 3
    answered = marc.post("/booking/requests/2/refusal", data={"revision": 0, "reason": "already"})
    assert answered.status_code == 303
    marc.post("/team/requests/answers", data={"request": ["1:0", "3:0"], "answer": "approve"})
    assert statuses(engine) == ["booked", "refused", "booked"]
    drain(engine)
    with open_session(engine) as session:
        check_counts(session)
        refused = session.exec(select(Mail).where(Mail.kind == "booking_refused")).one()
    assert "quelqu’un d’autre vient déjà" in refused.text
    assert "Aucune demande n’attend" in marc.get("/team/requests").text


def test_bulk_says_yes_to_what_fits(engine: Engine, as_: As) -> None:
    shop, place_id = build(engine, Approval.MANAGER)
    for n in (0, 1):
        as_(shop.askers[n]).post(
            f"/booking/places/{place_id}/requests", data={"day": str(MONDAY), "key": "k" * 8}
        )
    marc = as_(shop.marc)
    told = marc.post("/team/requests/answers", data={"request": ["1:0", "2:0"], "answer": "approve"})
    # Whoever is left without waits in line at once: nothing is left to answer.
    assert statuses(engine) == ["booked", "waiting"]
    said = marc.get(told.headers["location"]).text
    assert "1 demande a sa réponse. Sans place, Anna Compte1 passe en liste d’attente." in said
    assert said.count("Anna Compte1") == 1  # said once, and not as a fault
    assert "Aucune demande n’attend" in marc.get("/team/requests").text


def test_bulk_ends_in_its_tally_where_somebody_answers_in_the_same_moment(
    engine: Engine, as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the yes that is no longer possible and the line that it would wait in."""
    shop, place_id = build(engine, Approval.MANAGER)
    for n in (0, 1):
        as_(shop.askers[n]).post(
            f"/booking/places/{place_id}/requests", data={"day": str(MONDAY), "key": "k" * 8}
        )

    def overtaken(*_args: object, **_named: object) -> None:
        raise Stale

    monkeypatch.setattr(deciding, "queue", overtaken)
    marc = as_(shop.marc)
    told = marc.post("/team/requests/answers", data={"request": ["1:0", "2:0"], "answer": "approve"})
    assert told.status_code == 303
    said = marc.get(told.headers["location"]).text
    assert "1 demande a sa réponse" in said
    assert "Anna Compte1" in said


def test_the_askers_manager_may_refuse_but_not_accept(engine: Engine, as_: As) -> None:
    shop, place_id = build(engine, Approval.MANAGER)
    as_(shop.askers[0]).post(
        f"/booking/places/{place_id}/requests", data={"day": str(MONDAY), "key": "k" * 8}
    )
    martine = as_(shop.martine)
    assert "Ils aimeraient partir" in martine.get("/team/requests").text
    assert martine.post("/booking/requests/1/approval", data={"revision": 0}).status_code == 403
    assert martine.get("/api/v1/booking/requests/1/hosts").status_code == 403
    assert [one["may_accept"] for one in martine.get("/api/v1/team/requests").json()["requests"]] == [False]
    assert (
        martine.post("/booking/requests/1/refusal", data={"revision": 0, "reason": "service"}).status_code
        == 303
    )
    assert statuses(engine) == ["refused"]
    assert as_(shop.askers[1]).post("/booking/requests/1/refusal", data={"revision": 1}).status_code == 404


def test_a_stale_answer_changes_nothing(engine: Engine, as_: As) -> None:
    shop, place_id = build(engine, Approval.MANAGER)
    anna = as_(shop.askers[0])
    anna.post(f"/booking/places/{place_id}/requests", data={"day": str(MONDAY), "key": "k" * 8})
    assert anna.post("/booking/requests/1/withdrawal", data={"revision": 4}).status_code == 409
    assert statuses(engine) == ["requested"]


def test_a_manager_offers_a_place_and_takes_it_back(engine: Engine, as_: As) -> None:
    with open_session(engine) as session:
        shop = Shop(session)
    marc = as_(shop.marc)
    page = marc.get("/team/places/new").text
    assert "Quels jours" in page
    sent = {
        "campaign_id": shop.campaign.id,
        "team_id": shop.shop.id,
        "job": "Vendeur",
        "part": "morning",
        "per_day": 2,
        "version": 0,
        "days": [str(MONDAY), str(TUESDAY)],
    }
    assert marc.post("/team/places", data={**sent, "per_day": 9}).status_code == 422
    assert marc.post("/team/places", data={**sent, "host_id": shop.askers[0].id}).status_code == 422
    assert marc.post("/team/places", data={**sent, "team_id": shop.accounts.id}).status_code == 404
    assert marc.post("/team/places", data=sent).status_code == 303
    with open_session(engine, reads_only=True) as session:
        place = session.exec(select(Place)).one()
        assert (f"{place.starts_at:%H:%M}", f"{place.ends_at:%H:%M}") == ("09:00", "12:30")
        assert len(session.exec(select(PlaceDay)).all()) == 2
    edit = f"/team/places/{place.id}"
    assert "Vendeur" in marc.get(f"{edit}/edit").text
    assert marc.post(edit, data={**sent, "version": 7}).status_code == 409
    assert marc.post(edit, data={**sent, "version": 1, "days": [str(MONDAY)]}).status_code == 303
    assert as_(shop.martine).get(f"{edit}/edit").status_code == 404
    assert "Ne plus proposer" in marc.get(f"{edit}/withdrawal").text
    assert marc.post(f"{edit}/withdrawal", data={"version": 2}).status_code == 303
    assert "Aucune place" in marc.get("/team/places").text


def test_hr_says_how_a_campaign_books(engine: Engine, as_: As) -> None:
    with open_session(engine) as session:
        shop = Shop(session)
        shop.campaign.booking, shop.campaign.status = Booking.NONE, Status.PUBLISHED
    hr, here = as_(shop.hr), f"/campaigns/{shop.campaign.id}/booking"
    assert "ne prend pas de réservations" in hr.get(here).text
    sent = {
        "booking": "remaining",
        "approval": "manager",
        "max_per_person": 2,
        "notice_days": 10,
        "answer_days": 4,
        "silence": "approve",
        "accept_hours": 24,
        "version": 1,
    }
    assert hr.post(here, data={**sent, "version": 9}).status_code == 409
    assert hr.post(here, data={**sent, "booking": "open"}).status_code == 422
    assert hr.post(here, data=sent).status_code == 303
    shown = hr.get(here).text
    assert "malgré un rappel, la demande est acceptée" in shown
    assert hr.get(f"{here}/summary").status_code == 200
    assert hr.get(f"{here}/edit").status_code == 200
    with open_session(engine, reads_only=True) as session:
        assert session.get_one(Campaign, shop.campaign.id).booking == Booking.REMAINING
    assert as_(shop.marc).get(here).status_code == 403


def test_a_search_narrows_and_closed_places_say_why(engine: Engine, as_: As) -> None:
    shop, _place_id = build(engine)
    anna, marc = as_(shop.askers[0]), as_(shop.hosts[0])
    assert "Vendeuse" in anna.get("/booking?q=caisse").text
    assert "Aucune place ne correspond" in anna.get("/booking?q=zinc").text
    assert "Aucune place ne correspond" in anna.get(f"/booking?site={shop.here.id}").text
    assert "Aucune place ne correspond" in anna.get("/booking?minutes=0").text
    assert "Vendeuse" in anna.get("/booking?minutes=60&language=fr&first=2027-04-05").text
    assert "du même côté que la vôtre" in marc.get("/booking").text
    assert anna.get("/booking?page=zero").status_code == 422


@pytest.mark.parametrize("typed", ["reparation", "RÉPARATION", "ete", "creteil repar", "Finance ete"])
def test_a_search_counts_neither_accents_nor_case_and_takes_words_anywhere(
    engine: Engine, as_: As, typed: str
) -> None:
    shop = repairing(engine)
    anna = as_(shop.askers[0])
    assert "Réparation de cycles" in anna.get("/booking", params={"q": typed}).text
    assert anna.get("/api/v1/booking/places", params={"q": typed}).json()["total"] == 1


@pytest.mark.parametrize("typed", ["creteil zinc", "hiver", "%", "_"])
def test_a_search_wants_every_word(engine: Engine, as_: As, typed: str) -> None:
    shop = repairing(engine)
    assert as_(shop.askers[0]).get("/api/v1/booking/places", params={"q": typed}).json()["total"] == 0


def repairing(engine: Engine) -> Shop:
    """The shop, at Créteil, with a place whose words have accents."""
    with open_session(engine) as session:
        shop = Shop(session)
        shop.there.name, shop.shop.department = "Créteil", "Finance et vente"
        shop.offer(job="Réparation de cycles", seen="Les vélos de l’été.")
    return shop


def test_programs_book_and_answer(engine: Engine, as_: As) -> None:
    shop, place_id = build(engine, Approval.MANAGER)
    anna, marc, hr = as_(shop.askers[0]), as_(shop.marc), as_(shop.hr)
    found = anna.get("/api/v1/booking/places?page=9").json()
    assert (found["total"], found["page"], found["pages"]) == (1, 1, 1)
    [look] = found["places"]
    assert (look["id"], look["days"][0]["closed"], look["minutes"]) == (place_id, None, 30)
    assert anna.get(f"/api/v1/booking/places/{place_id}").json() == look
    where, body = f"/api/v1/booking/places/{place_id}/requests", {"day": str(MONDAY)}
    assert anna.post(where, json=body).status_code == 422
    made = [anna.post(where, json=body, headers={"idempotency-key": "once-only"}) for _ in range(3)]
    assert [one.status_code for one in made] == [201] * 3
    assert made[0].json() == made[1].json() == made[2].json()
    other = anna.post(where, json={"day": str(TUESDAY)}, headers={"idempotency-key": "once-only"})
    assert (other.status_code, other.json()["error"]["code"]) == (422, "KeyReused")
    [asked] = marc.get("/api/v1/team/requests").json()["requests"]
    stranger = {"revision": 0, "host_id": shop.askers[1].id}
    no = marc.post(f"/api/v1/booking/requests/{asked['id']}/approval", json=stranger)
    assert (no.status_code, no.json()["error"]["code"]) == (409, "HostNotFree")
    yes = marc.post(f"/api/v1/booking/requests/{asked['id']}/approval", json={"revision": 0})
    assert (yes.json()["status"], bool(yes.json()["visit_id"])) == ("booked", True)
    again = marc.post(f"/api/v1/booking/requests/{asked['id']}/approval", json={"revision": 0})
    assert again.status_code == 409
    assert anna.get("/api/v1/booking/requests").json()["requests"][0]["status"] == "booked"
    terms = hr.get(f"/api/v1/campaigns/{shop.campaign.id}/booking").json()
    assert (
        hr.put(f"/api/v1/campaigns/{shop.campaign.id}/booking", json={**terms, "max_per_person": 3}).json()[
            "max_per_person"
        ]
        == 3
    )
    assert len(hr.get(f"/api/v1/campaigns/{shop.campaign.id}/booking/requests").json()["requests"]) == 1
    [place] = marc.get("/api/v1/team/places").json()["places"]
    assert place["days"][0] == {"day": str(MONDAY), "taken": 1}
    offered = {
        "campaign_id": shop.campaign.id,
        "team_id": shop.shop.id,
        "job": "Caisse",
        "days": [str(TUESDAY)],
    }
    new = marc.post("/api/v1/team/places", json=offered)
    assert new.status_code == 201
    changed = marc.put(
        f"/api/v1/team/places/{new.json()['id']}", json={**offered, "job": "Caisse centrale", "version": 1}
    )
    assert (changed.json()["job"], changed.json()["version"]) == ("Caisse centrale", 2)
    gone = marc.post(f"/api/v1/team/places/{new.json()['id']}/withdrawal", json={"version": 2})
    assert gone.status_code == 204


def test_ones_data_are_given_and_forgotten(engine: Engine, as_: As, session: Session) -> None:
    from app.booking import personal
    from app.people.tables import Person

    shop, place_id = build(engine, Approval.MANAGER)
    anna = as_(shop.askers[0])
    anna.post(f"/booking/places/{place_id}/requests", data={"day": str(MONDAY), "key": "k" * 8})
    drain(engine)
    assert anna.get("/me/data.json").json()["bookings"][0]["status"] == "requested"
    assert "Vos réservations" in anna.get("/me/data").text
    person = session.get_one(Person, shop.askers[0].id)
    personal.erase(session, person)
    session.commit()
    assert session.exec(select(BookingRequest)).all() == []
    assert session.exec(select(Mail)).all() == []
    check_counts(session)
    assert RequestStatus.BOOKED


def test_a_poster_leads_to_the_places_of_an_open_booking_campaign(
    engine: Engine, as_: As, app: FastAPI
) -> None:
    shop, _place = build(engine, Approval.AT_ONCE)
    here, code = f"/booking?campaign={shop.campaign.id}", shop.campaign.code
    poster = as_(shop.hr).get(f"/campaigns/{shop.campaign.id}/poster").text
    assert "Scannez pour réserver votre journée" in poster
    assert "Répondez jusqu’au" not in poster
    stranger = browser_of(app).get(f"/join/{code}").text
    assert f"/sign-in?next=/booking%3Fcampaign%3D{shop.campaign.id}" in stranger
    assert as_(shop.askers[0]).get(f"/join/{code}").headers["location"] == here


def test_a_booked_day_is_the_visits_wherever_it_is_read(engine: Engine, as_: As) -> None:
    with open_session(engine) as session:
        shop = Shop(session)
        place = shop.offer(host_id=shop.hosts[0].id)
        booked, other = shop.ask(shop.askers[0], place), shop.ask(shop.askers[1], place, TUESDAY)
        visit = session.get_one(Visit, booked.visit_id)
        visit.day, visit.starts_at, visit.tutor_id = WEDNESDAY, time(10, 15), shop.hosts[1].id
    anna, hr = as_(shop.askers[0]), as_(shop.hr)
    for page in (
        anna.get(f"/booking/requests/{booked.id}").text,
        hr.get(f"/people/{shop.askers[0].id}/booking/requests/{booked.id}").text,
    ):
        assert "mercredi 7 avril" in page
        assert "lundi 5 avril" not in page
        assert "10:15" in page
        assert shop.hosts[1].name in page
        assert shop.hosts[0].name not in page
    assert "lundi 5 avril" not in anna.get("/booking/requests").text
    table = hr.get(f"/campaigns/{shop.campaign.id}/booking").text
    assert table.index(shop.askers[1].name) < table.index(shop.askers[0].name)  # by the present day
    assert anna.get(f"/api/v1/booking/requests/{booked.id}").json()["day"] == str(WEDNESDAY)
    # Whose day did not move reads the place's, and the manager reads what an edit leaves as it is.
    assert "mardi 6 avril" in as_(shop.askers[1]).get(f"/booking/requests/{other.id}").text
    assert "elles gardent leurs heures" in as_(shop.marc).get(f"/team/places/{place.id}/edit").text


def test_the_kind_of_booking_stays_while_people_count_on_it(engine: Engine, as_: As) -> None:
    with open_session(engine) as session:
        shop = Shop(session)
        place = shop.offer(host_id=shop.hosts[0].id)
        booked = shop.ask(shop.askers[0], place)
        waits = shop.ask(shop.askers[1], place, wait=True)
    hr, here = as_(shop.hr), f"/campaigns/{shop.campaign.id}/booking"
    sent = {"booking": "none", "version": 1}
    refused = hr.post(here, data=sent)
    assert refused.status_code == 409
    assert "1 journée réservée, 1 personne en liste d’attente" in refused.text
    assert hr.put(f"/api/v1{here}", json=sent).status_code == 409
    assert hr.put(f"/api/v1{here}", json={**sent, "booking": "remaining"}).status_code == 409
    with open_session(engine) as session:
        assert session.get_one(Campaign, shop.campaign.id).booking == Booking.OPEN
        assert session.get_one(BookingRequest, waits.id).status == RequestStatus.WAITING
    # Its rules may change meanwhile, and its kind once nothing stands.
    assert hr.put(f"/api/v1{here}", json={**sent, "booking": "open"}).status_code == 200
    as_(shop.askers[1]).post(f"/booking/requests/{waits.id}/withdrawal", data={"revision": 0})
    with open_session(engine) as session:
        visit = session.get_one(Visit, booked.visit_id)
        cancel_visit(session, visit, CancelReason.MISTAKE, shop.boss, NOW, today=TODAY, by=By.HR)
    drain(engine)
    assert hr.post(here, data={**sent, "version": 2}).status_code == 303
