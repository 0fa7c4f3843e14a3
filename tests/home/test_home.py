"""Each person is shown what they have to do, and nobody else's."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.accounts.tables import Account
from app.core.db import open_session
from app.debriefs import service as debriefs
from app.debriefs.jobs import open_forms
from app.people.tables import Person
from app.visits import queries as visits
from tests.factories import make_enrolment
from tests.home.conftest import Company
from tests.support.web import Clock, browser_of

Enter = Callable[..., TestClient]

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def as_(app: FastAPI, engine: Engine, sign_in: Any) -> Enter:
    """`as_(person)`: a browser signed in as somebody."""

    def enter(who: Person | Account) -> TestClient:
        made = browser_of(app)
        with open_session(engine) as session:
            account = who if isinstance(who, Account) else session.get(Account, who.account_id)
        assert account is not None
        sign_in(made, account)
        return made

    return enter


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
    assert address not in page


def test_the_next_day_is_drawn_and_soon_to_be_prepared(company: Company, as_: Enter, clock: Clock) -> None:
    page = as_(company.anna).get("/home").text
    assert "Bruno Lam" in page
    assert "Préparez" not in page
    clock.set(datetime(2027, 4, 1, 8, tzinfo=UTC))
    assert "Préparez votre journée chez Bruno Lam" in as_(company.anna).get("/home").text
    assert "Préparez l’accueil de Anna Roy" in as_(company.bruno).get("/home").text
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
        "account", "person", "enrolments", "visits", "debriefs", "calendar", "messages", "teams",
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
