"""Values that a database cannot hold are refused, on both databases alike."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from app.accounts.tables import Account
from tests.support.accounts import SignIn

pytestmark = pytest.mark.database("sqlite", "postgresql")


def test_an_id_beyond_all_numbers_is_refused(
    client: TestClient, account: Callable[..., Account], sign_in: SignIn
) -> None:
    sign_in(client, account(is_hr=True))
    for path in (f"/campaigns/{10**12}", f"/campaigns/{10**30}"):
        assert client.get(path).status_code in {404, 422}


def test_an_address_that_names_no_page_is_not_found_and_a_value_that_none_has_is_said(
    client: TestClient, account: Callable[..., Account], sign_in: SignIn
) -> None:
    sign_in(client, account(is_hr=True))
    found = client.get("/campaigns/abc")
    assert found.status_code == 404
    assert "Page introuvable" in found.text
    assert client.get("/api/v1/campaigns/abc").status_code == 422
    found = client.get("/admin/outbox?page=abc")
    assert (found.status_code, "Une valeur de l’adresse" in found.text) in {(422, True), (403, False)}


def test_nobody_writes_words_that_show_in_another_order(
    client: TestClient, account: Callable[..., Account], sign_in: SignIn
) -> None:
    sign_in(client, account(is_hr=True))
    made = client.post("/campaigns", data={"name": "Prin\u202etemps\u2066"})
    page = client.get(made.headers["location"]).text
    assert "Printemps" in page
    assert "\u202e" not in page


def test_a_zero_byte_is_refused(client: TestClient, account: Callable[..., Account], sign_in: SignIn) -> None:
    sign_in(client, account(is_hr=True))
    assert client.get("/people", params={"q": "Anna\x00"}).status_code in {200, 422}
    assert client.post("/campaigns", data={"name": "Printemps\x00"}).status_code == 422
    assert client.post("/campaigns", data={"name": "Printemps"}).status_code == 303
