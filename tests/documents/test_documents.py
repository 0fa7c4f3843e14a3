"""Posters, cards and the information sheet: what is printed is what was typed, and says who may print it."""

import re
from io import BytesIO
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pypdf import PdfReader
from sqlalchemy import Engine

from app.accounts.codes import secret_matches
from app.accounts.tables import Account
from app.campaigns.tables import Campaign
from app.core.db import open_session
from app.documents.service import MOST_CARDS
from app.people.tables import Person
from tests.factories import make_account, make_campaign, make_person
from tests.support.accounts import SignIn
from tests.support.web import Clock, browser_of


@pytest.fixture
def hr(app: FastAPI, engine: Engine, sign_in: SignIn, clock: Clock) -> TestClient:
    """A browser of HR."""
    with open_session(engine) as session:
        claire = make_account(session, "Claire Morel", is_hr=True)
    browser = browser_of(app)
    sign_in(browser, claire)
    return browser


def campaign(engine: Engine, **over: Any) -> Campaign:
    with open_session(engine) as session:
        return make_campaign(session, **over)


def person(engine: Engine, **over: Any) -> Person:
    with open_session(engine) as session:
        return make_person(session, **over)


def read(content: bytes) -> tuple[PdfReader, str]:
    reader = PdfReader(BytesIO(content))
    return reader, " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def assert_tagged(reader: PdfReader) -> None:
    root: Any = reader.trailer["/Root"]
    assert bool(root["/MarkInfo"]["/Marked"])
    assert "/StructTreeRoot" in root


def test_a_poster_leads_to_its_campaign(engine: Engine, hr: TestClient) -> None:
    made = campaign(engine, code="abc234", story="Une journée ailleurs.\nPour voir.")
    answer = hr.get(f"/campaigns/{made.id}/poster.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    reader, text = read(answer.content)
    assert len(reader.pages) == 1
    for words in (
        "Campagne de printemps",
        "Une journée ailleurs.",
        "/join/abc234",
        "5 avril",
        "30 avril 2027",
    ):
        assert words in text
    assert_tagged(reader)
    assert reader.metadata is not None
    assert "Campagne de printemps" in str(reader.metadata.title)
    assert reader.trailer["/Root"]["/Lang"] == "fr"  # type: ignore[index]


def test_the_longest_story_stays_on_one_sheet(engine: Engine, hr: TestClient) -> None:
    made = campaign(engine, story="Une journée dans le métier d’un collègue. " * 95)
    reader, _text = read(hr.get(f"/campaigns/{made.id}/poster.pdf").content)
    assert len(reader.pages) == 1


HOSTILE = [
    '#read("/etc/passwd")',
    '#eval("1+1") $x^2$ *fort* _fin_ `code`',
    "]#panic[",
    '\\#include "x.typ" //',
    "@ref <label> ~ -- ... '\"",
    "<script>alert(1)</script>",
    "Zoé 😀 \u202eABC",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_markup_in_a_name_is_only_text(engine: Engine, hr: TestClient, name: str) -> None:
    made = campaign(engine, name=name, story=name)
    answer = hr.get(f"/campaigns/{made.id}/poster.pdf")
    assert answer.status_code == 200
    reader, text = read(answer.content)
    assert_tagged(reader)
    if name.isascii() and '"' not in name and "'" not in name:
        assert "".join(name.split()) in "".join(text.split())
    page = hr.get(f"/campaigns/{made.id}/poster").text
    assert "<script>alert" not in page


def test_the_poster_is_also_a_page(engine: Engine, hr: TestClient) -> None:
    made = campaign(engine, code="abc234")
    page = hr.get(f"/campaigns/{made.id}/poster").text
    assert "/join/abc234" in page
    assert "<svg" in page


def test_only_hr_prints(engine: Engine, app: FastAPI, sign_in: SignIn, clock: Clock) -> None:
    made = campaign(engine)
    employee = person(engine)
    browser = browser_of(app)
    with open_session(engine) as session:
        account = session.get(Account, employee.account_id)
    assert account is not None
    sign_in(browser, account)
    for path in ("poster", "poster.pdf", "cards", "cards/confirmation?person=1"):
        assert browser.get(f"/campaigns/{made.id}/{path}").status_code == 403
    assert browser.post(f"/campaigns/{made.id}/cards", data={"person": "1"}).status_code == 403


def test_a_card_carries_a_code_that_opens(engine: Engine, hr: TestClient) -> None:
    made = campaign(engine)
    nina = person(engine, first_name="Nina", last_name="Faure", email=None)
    assert "Nina Faure" in hr.get(f"/campaigns/{made.id}/cards").text
    asked = hr.get(f"/campaigns/{made.id}/cards/confirmation", params={"person": nina.id})
    assert "Nina Faure" in asked.text
    answer = hr.post(f"/campaigns/{made.id}/cards", data={"person": nina.id})
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    reader, text = read(answer.content)
    assert_tagged(reader)
    assert "Nina Faure" in text
    assert nina.employee_number in text
    with open_session(engine) as session:
        account = session.get(Account, nina.account_id)
    assert any(secret_matches(account, word) for word in text.split() if len(word) == 9 and word[4] == "-")


def test_asking_for_confirmation_changes_no_code(engine: Engine, hr: TestClient) -> None:
    made = campaign(engine)
    nina = person(engine, email=None)
    hr.get(f"/campaigns/{made.id}/cards/confirmation", params={"person": nina.id})
    with open_session(engine) as session:
        account = session.get(Account, nina.account_id)
        assert account is not None
        assert account.code_hash is None


def test_renewing_a_card_is_said_before_it_is_done(engine: Engine, hr: TestClient) -> None:
    made = campaign(engine)
    nina = person(engine, email=None)
    hr.post(f"/campaigns/{made.id}/cards", data={"person": nina.id})
    asked = hr.get(f"/campaigns/{made.id}/cards/confirmation", params={"person": nina.id})
    assert "cesse de marcher" in asked.text


def test_no_card_for_somebody_with_an_address_or_not_invited(engine: Engine, hr: TestClient) -> None:
    made = campaign(engine)
    known = person(engine)
    nobody = campaign(engine, invited=False)
    nina = person(engine, email=None)
    assert hr.post(f"/campaigns/{made.id}/cards", data={"person": known.id}).status_code == 422
    assert hr.post(f"/campaigns/{nobody.id}/cards", data={"person": nina.id}).status_code == 422


def test_a_sheet_holds_no_more_than_it_can(engine: Engine, hr: TestClient) -> None:
    made = campaign(engine)
    with open_session(engine) as session:
        ids = [make_person(session, email=None).id for _n in range(MOST_CARDS + 1)]
    assert hr.post(f"/campaigns/{made.id}/cards", data={"person": ids}).status_code == 422
    assert hr.post(f"/campaigns/{made.id}/cards", data={"person": ids[:-1]}).status_code == 201


def test_the_information_sheet_is_open_to_everybody(client: TestClient, clock: Clock) -> None:
    page = client.get("/information")
    assert page.status_code == 200
    assert "Personnes à éviter" in page.text
    reader, text = read(client.get("/information.pdf").content)
    assert "Personnes à éviter" in text
    assert_tagged(reader)


KEPT = {
    "fr": ("Planning", "18 ans", "société", "demandes", "annulation", "absence", "pauses", "historique"),
    "en": ("Roster", "Under 18", "company", "requests", "cancellation", "absence", "pauses", "history"),
}


@pytest.mark.parametrize("language", KEPT)
def test_the_information_sheet_names_all_that_is_kept_and_who_reads_it(
    client: TestClient, clock: Clock, language: str
) -> None:
    spoken = {"Accept-Language": language}
    page = client.get("/information", headers=spoken).text
    rows = re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</tr>", page, re.DOTALL)
    _reader, text = read(client.get("/information.pdf", headers=spoken).content)
    for what in KEPT[language]:
        assert any(what in row.split("</th>")[0] for row in rows)
        assert what in text
    [roster] = [row for row in rows if row.startswith(KEPT[language][0])]
    manager, long = {"fr": ("responsable", "Trois mois"), "en": ("manager", "Three months")}[language]
    assert manager in roster  # who imports it
    assert long in roster
