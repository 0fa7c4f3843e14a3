"""One's own account: sessions seen and ended, PIN and password changed by whoever knows the present one."""

import re

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.accounts import codes
from app.accounts.tables import Account
from app.core.db import open_session
from tests.accounts.conftest import PASSWORD, PIN
from tests.support.accounts import SignIn
from tests.support.web import Clock, browser_of

NEW = "739184"


def reload(engine: Engine, account: Account) -> Account:
    with open_session(engine, reads_only=True) as session:
        return session.get_one(Account, account.id)


def signed_in(client: TestClient) -> bool:
    return client.get("/account").status_code == 200


def sessions_listed(client: TestClient) -> list[str]:
    return re.findall(r"/account/sessions/(\d+)/ending", client.get("/account").text)


def test_nobody_has_an_account_page_without_signing_in(client: TestClient) -> None:
    assert client.get("/account").headers["location"].startswith("/sign-in")


def test_a_session_elsewhere_is_seen_and_ended(
    app: FastAPI, client: TestClient, lea: Account, sign_in: SignIn, clock: Clock
) -> None:
    phone = browser_of(app)
    sign_in(phone, lea)
    clock.forward(minutes=1)
    sign_in(client, lea)
    here, elsewhere = sessions_listed(client)
    assert client.post(f"/account/sessions/{elsewhere}/ending").status_code == 303
    assert not signed_in(phone)
    assert sessions_listed(client) == [here]


def test_nobody_ends_the_session_of_another(
    app: FastAPI, client: TestClient, lea: Account, boss: Account, sign_in: SignIn
) -> None:
    other = browser_of(app)
    sign_in(other, boss)
    [theirs] = sessions_listed(other)
    sign_in(client, lea)
    assert client.post(f"/account/sessions/{theirs}/ending").status_code == 404
    assert signed_in(other)


def test_all_other_sessions_end_at_once(
    app: FastAPI, client: TestClient, lea: Account, sign_in: SignIn
) -> None:
    others = [browser_of(app) for _ in range(3)]
    for one in (*others, client):
        sign_in(one, lea)
    client.post("/account/sessions/ending")
    assert [signed_in(one) for one in (*others, client)] == [False, False, False, True]


def test_a_pin_is_changed_by_whoever_knows_it(
    app: FastAPI, client: TestClient, engine: Engine, with_pin: Account, sign_in: SignIn
) -> None:
    elsewhere = browser_of(app)
    sign_in(elsewhere, with_pin)
    sign_in(client, with_pin)
    answer = client.post("/account/pin", data={"current": PIN, "pin": NEW, "again": NEW})
    assert answer.status_code == 303
    assert codes.secret_matches(reload(engine, with_pin), NEW)
    assert (signed_in(client), signed_in(elsewhere)) == (True, False)


def test_a_pin_is_not_changed_without_it(
    client: TestClient, engine: Engine, with_pin: Account, sign_in: SignIn, clock: Clock
) -> None:
    sign_in(client, with_pin)
    answers = [
        client.post("/account/pin", data={"current": f"13579{n}", "pin": NEW, "again": NEW}).status_code
        for n in range(6)
    ]
    assert answers == [422] * 5 + [429]
    assert codes.secret_matches(reload(engine, with_pin), PIN)
    assert client.post("/account/pin", data={"pin": NEW, "again": NEW}).status_code == 429


def test_a_weak_new_pin_is_refused(client: TestClient, with_pin: Account, sign_in: SignIn) -> None:
    sign_in(client, with_pin)
    sent = {"current": PIN, "pin": "123456", "again": "123456"}
    assert client.post("/account/pin", data=sent).status_code == 422


def test_a_first_pin_needs_no_former_one(
    client: TestClient, engine: Engine, lea: Account, sign_in: SignIn
) -> None:
    sign_in(client, lea)
    assert client.post("/account/pin", data={"pin": NEW, "again": NEW}).status_code == 303
    assert codes.secret_matches(reload(engine, lea), NEW)


def test_without_a_number_there_is_no_pin(client: TestClient, boss: Account, sign_in: SignIn) -> None:
    sign_in(client, boss)
    assert client.post("/account/pin", data={"pin": NEW, "again": NEW}).status_code == 404


def test_a_password_is_changed_by_whoever_knows_it(
    client: TestClient, engine: Engine, boss: Account, sign_in: SignIn
) -> None:
    sign_in(client, boss)
    new = "une autre phrase, plus longue"
    wrong = client.post("/account/password", data={"current": "non", "password": new, "again": new})
    assert wrong.status_code == 422
    assert codes.password_matches(reload(engine, boss), PASSWORD)
    right = client.post("/account/password", data={"current": PASSWORD, "password": new, "again": new})
    assert right.status_code == 303
    assert codes.password_matches(reload(engine, boss), new)


def test_a_short_or_mistyped_password_is_refused(
    client: TestClient, engine: Engine, boss: Account, sign_in: SignIn
) -> None:
    sign_in(client, boss)
    for new, again in (("court", "court"), ("une phrase nouvelle", "une phrase nouvele")):
        sent = {"current": PASSWORD, "password": new, "again": again}
        assert client.post("/account/password", data=sent).status_code == 422
    assert codes.password_matches(reload(engine, boss), PASSWORD)
