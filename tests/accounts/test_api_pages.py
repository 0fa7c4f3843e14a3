"""The API's documentation: every operation, who enters, what is sent and answered."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.accounts import words
from app.accounts.describing import operations, shapes_of
from app.accounts.tables import Account
from tests.support.accounts import SignIn


@pytest.fixture
def admin(client: TestClient, boss: Account, sign_in: SignIn) -> TestClient:
    sign_in(client, boss)
    return client


@pytest.fixture
def described(client: TestClient) -> Any:
    return client.get("/api/v1/openapi.json").json()


def test_the_list_names_every_operation_and_where_to_read_it(admin: TestClient, described: Any) -> None:
    page = admin.get("/admin/api").text
    ids = [one["operationId"] for methods in described["paths"].values() for one in methods.values()]
    assert [one for one in ids if f'href="/admin/api/{one}"' not in page] == []
    assert f"{len(ids)} opérations" in page
    assert "/api/v1/openapi.json" in page


def test_a_search_needs_no_script_and_finds_by_every_word(admin: TestClient) -> None:
    found = admin.get("/admin/api", params={"q": "Roster POST dry_run"}).text
    assert re.findall(r'href="/admin/api/(\w+)"', found) == ["teams_import_roster"]
    nothing = admin.get("/admin/api", params={"q": "licorne"}).text
    assert "Aucune opération" in nothing
    assert 'value="licorne"' in nothing


def test_an_operation_says_who_enters_what_is_sent_answered_and_refused(admin: TestClient) -> None:
    page = admin.get("/admin/api/booking_ask_for").text
    assert "<wbr>/people<wbr>/{person_id}<wbr>/booking<wbr>/requests" in page
    assert "Les ressources humaines." in page
    assert "Idempotency-Key" in page
    assert "Stand in line when the day is full." in page  # what is written under a field
    assert '<a href="#RequestOut">' in page
    assert 'id="RequestStatus"' in page
    assert "A rule said no" in page
    assert "curl -X POST" in page
    mine = admin.get("/admin/api/booking_find").text
    assert "une personne connectée seulement" in mine
    assert "curl" not in mine
    assert admin.get("/admin/api/no_such_operation").status_code == 404


def test_every_operation_can_be_shown(described: Any) -> None:
    """Each has a part and a policy that have words; each shape that a type links to is there."""
    faults = []
    for one in operations(described):
        if one.part not in words.api_parts() or one.policy not in words.who_may():
            faults.append(f"{one.id}: {one.part} {one.policy}")
        shapes = shapes_of(described, one)
        fields = [*one.parameters, *(field for shape in shapes for field in shape.fields)]
        pieces = [*one.body, *(piece for field in fields for piece in field.type)]
        known = {shape.name for shape in shapes}
        faults += [f"{one.id}: no {piece.shape}" for piece in pieces if piece.shape not in {"", *known}]
        faults += [
            f"{one.id}: {shape.name} is empty" for shape in shapes if not (shape.fields or shape.values)
        ]
    assert faults == []
