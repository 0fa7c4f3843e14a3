"""Each person is shown what they have to do, and nobody else's."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event
from sqlmodel import Session

from app.availability.tables import Answer, Enrolment, Wish
from app.booking.tables import BookingRequest, Place, RequestStatus
from app.core.db import open_session
from app.debriefs import service as debriefs
from app.debriefs.jobs import open_forms
from app.visits import queries as visits
from app.visits.tables import VisitStatus
from tests.factories import NOW, make_campaign, make_enrolment, make_person, make_visit
from tests.home.conftest import Company
from tests.support.web import Clock

Enter = Callable[..., TestClient]

pytestmark = pytest.mark.usefixtures("clock")


def test_the_plain_address_leads_each_to_their_place(
    company: Company, as_: Enter, client: TestClient
) -> None:
    assert client.get("/").headers["location"] == "/sign-in"
    assert client.get("/home").headers["location"].startswith("/sign-in")
    assert as_(company.anna).get("/").headers["location"] == "/home"
    assert as_(company.admin).get("/home").headers["location"] == "/admin"
    assert as_(company.hr).get("/home").status_code == 200


def test_an_open_campaign_waits_for_an_answer(company: Company, as_: Enter, engine: Engine) -> None:
    address = f"/campaigns/{company.open.id}/enrolment"
    page = as_(company.anna).get("/home").text
    assert "Une chose vous attend" in page
    assert address in page
    with open_session(engine) as session:
        make_enrolment(session, company.open, company.anna)
    page = as_(company.anna).get("/home").text
    assert "Rien ne vous attend" in page
    assert "Dites si vous participez" not in page
    assert "10 jours pour partir" in page


def test_the_next_day_is_drawn_and_soon_to_be_prepared(company: Company, as_: Enter, clock: Clock) -> None:
    page = as_(company.anna).get("/home").text
    assert "Bruno Lam" in page
    assert "Préparez" not in page
    clock.set(datetime(2027, 4, 1, 8, tzinfo=UTC))
    assert "Préparez votre journée chez Bruno Lam" in as_(company.anna).get("/home").text
    assert "Préparez l’accueil d’Anna Roy" in as_(company.bruno).get("/home").text
    # Programs read the same, in the same order.
    found = as_(company.anna).get("/api/v1/me/tasks").json()["tasks"]
    assert [(one["kind"], one["asks"]) for one in found] == [("preparation", False)]
    page = as_(company.anna).get("/home").text
    assert all(one["title"] in page.replace("\u00a0", " ") and one["page"] in page for one in found)
    assert "Bruno Lam" not in as_(company.martine).get("/home").text


def test_a_debrief_waits_from_the_evening_until_it_is_sent(
    company: Company, as_: Enter, clock: Clock, engine: Engine
) -> None:
    address = f"/debriefs/{company.visit.id}"
    clock.set(datetime(2027, 4, 5, 16, tzinfo=UTC))
    open_forms(engine)
    assert address in as_(company.anna).get("/home").text
    with open_session(engine) as session:
        author = debriefs.author_of(visits.visit(session, company.visit.id or 0), company.anna.id)
        debriefs.send_debrief(session, author, {"recommend": 9}, now=clock.at)
    assert address not in as_(company.anna).get("/home").text
    assert address in as_(company.bruno).get("/home").text


def test_ones_days_are_listed_with_their_state_in_words(
    company: Company, as_: Enter, clock: Clock, engine: Engine
) -> None:
    with open_session(engine) as session:
        for day, over in ((6, {}), (7, {"status": VisitStatus.CANCELLED})):
            host = make_person(session, company.shop, first_name=f"Hôte{day}", last_name="X")
            make_visit(session, company.lived, company.anna, host, day=date(2027, 4, day), **over)
    page = as_(company.anna).get("/home").text
    assert "Chez Hôte6 X" in page
    assert "à confirmer" in page
    assert "Chez Hôte7 X" not in page  # it fell: among all days, not among those to come
    clock.set(datetime(2027, 4, 20, 8, tzinfo=UTC))
    page = as_(company.anna).get("/home").text
    assert "Déjà vécues" in page
    assert "Chez Hôte6 X" in page
    assert "Chez Hôte7 X" not in page


def test_ones_answer_and_wishes_are_told(company: Company, as_: Enter, engine: Engine) -> None:
    with open_session(engine) as session:
        enrolment = make_enrolment(session, company.open, company.anna)
        session.add(Wish(enrolment_id=enrolment.id or 0, rank=1, team_id=company.shop.id or 0))
    page = as_(company.anna).get("/home").text
    assert "Souhaits : Boutique Bellecour" in page.replace("\u00a0", " ")
    assert f'href="/campaigns/{company.open.id}/enrolment">Changer' in page
    with open_session(engine) as session:
        session.get_one(Enrolment, enrolment.id).answer = Answer.NO
    assert "je ne participe pas" in as_(company.anna).get("/home").text
    assert "Souhaits" not in as_(company.bruno).get("/home").text


def test_requests_and_places_in_line_are_on_the_page_until_they_are_a_visit(
    company: Company, as_: Enter, engine: Engine
) -> None:
    with open_session(engine) as session:
        _ask(session, company, RequestStatus.WAITING, 12)
        _ask(session, company, RequestStatus.REQUESTED, 13)
        _ask(session, company, RequestStatus.REFUSED, 14)
    page = as_(company.anna).get("/home").text
    assert "liste d’attente" in page
    assert "mardi 13 avril 2027" in page
    assert "mercredi 14 avril 2027" not in page
    assert "Comptoir" not in as_(company.bruno).get("/home").text


def _ask(session: Session, company: Company, status: RequestStatus, day: int) -> None:
    place = Place(
        campaign_id=company.open.id or 0, team_id=company.shop.id or 0, job="Comptoir", created_at=NOW
    )
    session.add(place)
    session.flush()
    values = {"campaign_id": company.open.id, "place_id": place.id, "person_id": company.anna.id}
    session.add(
        BookingRequest(day=date(2027, 4, day), key=f"key{day}", status=status, asked_at=NOW, **values)
    )


def test_the_page_takes_the_same_number_of_queries(company: Company, as_: Enter, engine: Engine) -> None:
    browser = as_(company.anna)
    counted = []
    for again in range(2):
        with open_session(engine) as session:
            for number in range(1 if again == 0 else 5):
                at = number + 10 * again
                host = make_person(session, company.shop)
                make_visit(session, company.lived, company.anna, host, day=date(2027, 4, 9 + at))
                _ask(session, company, RequestStatus.WAITING, 8 + at)
                campaign = make_campaign(session)
                enrolment = make_enrolment(session, campaign, company.anna)
                session.add(Wish(enrolment_id=enrolment.id or 0, rank=1, team_id=company.shop.id or 0))
        browser.get("/home")
        statements: list[str] = []
        listen = lambda *args: statements.append(args[2])  # noqa: B023, E731
        event.listen(engine, "before_cursor_execute", listen)
        page = browser.get("/home").text
        event.remove(engine, "before_cursor_execute", listen)
        counted.append(len(statements))
    assert page.count("liste d’attente") >= 6
    assert counted[0] == counted[1]


def test_the_navigation_counts_what_waits(company: Company, as_: Enter) -> None:
    assert '<span class="count">1</span>' in as_(company.anna).get("/visits").text


def test_a_manager_is_led_to_the_team(company: Company, as_: Enter, clock: Clock) -> None:
    clock.set(datetime(2027, 4, 1, 8, tzinfo=UTC))
    assert "1 journée concerne votre équipe" in as_(company.martine).get("/home").text
    assert 'href="/team"' not in as_(company.anna).get("/home").text


def test_hr_reads_the_news_of_the_campaigns(company: Company, as_: Enter) -> None:
    page = as_(company.hr).get("/home").text
    assert "2 campagnes sont en cours" in page
    assert "Printemps ouvert" in page
    assert "Printemps ouvert" not in as_(company.admin).get("/admin").text


def test_one_reads_and_takes_away_all_of_ones_own_data(company: Company, as_: Enter, engine: Engine) -> None:
    with open_session(engine) as session:
        make_enrolment(session, company.open, company.anna)
    browser = as_(company.anna)
    page = browser.get("/me/data").text
    assert "Roy" in page
    assert "Printemps ouvert" in page
    assert "Martine Chef" in page
    answer = browser.get("/me/data.json")
    assert "attachment" in answer.headers["content-disposition"]
    found = json.loads(answer.text)
    assert set(found) == {
        "account", "person", "enrolments", "visits", "debriefs", "calendar", "messages", "teams", "planning",
        "bookings",
    }  # fmt: skip
    assert found["visits"][0]["with"] == "Bruno Lam"
    assert "hash" not in answer.text


def test_nobody_reads_anothers_data(company: Company, as_: Enter, client: TestClient) -> None:
    assert client.get("/me/data.json").status_code == 303
    assert "Anna" not in as_(company.martine).get("/me/data").text
    assert set(as_(company.hr).get("/me/data.json").json()) == {"account"}


def test_the_accessibility_statement_is_for_everybody(
    company: Company, as_: Enter, client: TestClient
) -> None:
    assert "Défenseur des droits" in client.get("/accessibility").text
    assert "Mes journées" in as_(company.anna).get("/accessibility").text
