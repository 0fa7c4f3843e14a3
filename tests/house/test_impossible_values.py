"""Values that a database cannot hold are refused, on both databases alike."""

from collections.abc import Callable

from fastapi.testclient import TestClient

from app.accounts.tables import Account
from tests.support.accounts import SignIn


def test_an_id_beyond_all_numbers_is_refused(
    client: TestClient, account: Callable[..., Account], sign_in: SignIn
) -> None:
    sign_in(client, account(is_hr=True))
    for path in (f"/campaigns/{10**12}", f"/campaigns/{10**30}"):
        assert client.get(path).status_code in {404, 422}


def test_a_zero_byte_is_refused(client: TestClient, account: Callable[..., Account], sign_in: SignIn) -> None:
    sign_in(client, account(is_hr=True))
    assert client.get("/people", params={"q": "Anna\x00"}).status_code in {200, 422}
    assert client.post("/campaigns", data={"name": "Printemps\x00"}).status_code == 422
    assert client.post("/campaigns", data={"name": "Printemps"}).status_code == 303
