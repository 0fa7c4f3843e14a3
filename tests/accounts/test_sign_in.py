"""The doors: who gets in, who does not, and what the answer never tells."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, func
from sqlmodel import select

from app.accounts import codes, links, sessions
from app.accounts.guards import COOKIE
from app.accounts.tables import Account, Attempt, SignIn, SignInLink
from app.core import clock as app_clock
from app.core import jobs
from app.core.db import open_session
from tests.accounts.conftest import PASSWORD, PIN, Read
from tests.support.accounts import SignIn as SignInHelper
from tests.support.web import Clock, browser_of


def made_link(engine: Engine, account: Account, **over: str) -> str:
    with open_session(engine) as session:
        return links.make_link(session, account, now=app_clock.now(), **over)


def signed_in(client: TestClient) -> bool:
    return client.get("/sign-in").status_code == 303


def by_number(client: TestClient, secret: str, number: str = "E0042", **more: str) -> int:
    fields = {"employee_number": number, "secret": secret, **more}
    return client.post("/sign-in/number", data=fields).status_code


# The mailed link


def test_a_link_lets_in_once_and_leads_on(
    client: TestClient, engine: Engine, lea: Account, clock: Clock
) -> None:
    token = made_link(engine, lea, next="/join/printemps")
    page = client.get(f"/sign-in/links/{token}")
    assert page.status_code == 200
    entered = client.post(f"/sign-in/links/{token}")
    assert (entered.status_code, entered.headers["location"]) == (303, "/join/printemps")
    assert signed_in(client)
    assert client.post(f"/sign-in/links/{token}").status_code == 410


def test_looking_at_a_link_does_not_use_it(
    client: TestClient, engine: Engine, lea: Account, clock: Clock
) -> None:
    token = made_link(engine, lea)
    for _ in range(10):
        client.get(f"/sign-in/links/{token}")
        client.head(f"/sign-in/links/{token}")
    assert not signed_in(client)
    assert client.post(f"/sign-in/links/{token}").status_code == 303


@pytest.mark.database("sqlite", "postgresql")
def test_of_many_at_once_a_link_lets_one_in(app: FastAPI, engine: Engine, lea: Account, read: Read) -> None:
    token = made_link(engine, lea)
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: browser_of(app).post(f"/sign-in/links/{token}").status_code, range(16))
        )
    assert sorted(set(answers)) == [303, 410]
    assert answers.count(303) == 1
    assert read(select(func.count()).select_from(SignIn))[0] == 1


def test_a_link_ends_with_its_time(client: TestClient, engine: Engine, lea: Account, clock: Clock) -> None:
    token = made_link(engine, lea)
    clock.forward(minutes=30)
    assert client.get(f"/sign-in/links/{token}").status_code == 410
    assert client.post(f"/sign-in/links/{token}").status_code == 410


def test_a_closed_account_enters_by_no_link(
    client: TestClient, engine: Engine, lea: Account, clock: Clock
) -> None:
    token = made_link(engine, lea)
    with open_session(engine) as session:
        lea.active = False
        session.add(lea)
    assert client.post(f"/sign-in/links/{token}").status_code == 410


def test_known_and_unknown_addresses_get_the_same_answer(
    client: TestClient, engine: Engine, lea: Account, run_jobs: Callable[[], list[str]], read: Read
) -> None:
    asked = [client.post("/sign-in/links", data={"email": who}) for who in (lea.email, "qui@exemple.fr")]
    assert [(one.status_code, one.headers["location"]) for one in asked] == [(303, "/sign-in/sent")] * 2
    assert [name for _, name, _ in jobs.pending(engine)] == ["account.link_requested"] * 2
    run_jobs()
    assert read(select(SignInLink.account_id)) == [lea.id]


def test_an_address_that_is_none_is_pointed_out(client: TestClient) -> None:
    answer = client.post("/sign-in/links", data={"email": "léa petit"})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_one_mailbox_is_not_flooded(client: TestClient, engine: Engine, lea: Account, clock: Clock) -> None:
    answers = [client.post("/sign-in/links", data={"email": lea.email}).status_code for _ in range(7)]
    assert answers == [303] * 5 + [429] * 2
    assert len(jobs.pending(engine)) == 5


def test_the_way_on_stays_in_the_house(client: TestClient, engine: Engine, lea: Account) -> None:
    for target in ("https://ailleurs.example", "//ailleurs.example", "/\\ailleurs.example"):
        token = made_link(engine, lea, next=target)
        assert client.post(f"/sign-in/links/{token}").headers["location"] == "/"
        client.post("/sign-out")


# Employee number


def test_the_card_is_used_once_then_the_pin(client: TestClient, card: str, clock: Clock) -> None:
    typed = card.lower().replace("-", " ")
    first = client.post(
        "/sign-in/number", data={"employee_number": "e0042", "secret": typed, "next": "/visits"}
    )
    assert first.headers["location"] == "/sign-in/pin"
    assert not signed_in(client)
    assert "Léa Petit" in client.get("/sign-in/pin").text
    chosen = client.post("/sign-in/pin", data={"pin": PIN, "again": PIN})
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/visits")
    assert signed_in(client)
    client.post("/sign-out")
    assert by_number(client, card) == 422
    assert by_number(client, PIN) == 303
    assert signed_in(client)


@pytest.mark.parametrize(
    "pin", ["123456", "987654", "111112", "121212", "482482", "000042", "12345", "48291a"]
)
def test_a_weak_pin_is_refused(client: TestClient, card: str, pin: str) -> None:
    by_number(client, card)
    assert client.post("/sign-in/pin", data={"pin": pin, "again": pin}).status_code == 422
    assert not signed_in(client)


def test_a_pin_is_typed_twice_the_same(client: TestClient, card: str) -> None:
    by_number(client, card)
    assert client.post("/sign-in/pin", data={"pin": PIN, "again": "482916"}).status_code == 422
    assert not signed_in(client)


def test_nobody_chooses_a_pin_without_the_card(client: TestClient, card: str) -> None:
    assert client.get("/sign-in/pin").headers["location"] == "/sign-in/number"
    client.cookies.set("vmv_first_pin", "WzFd.forged", path="/sign-in/pin")
    assert (
        client.post("/sign-in/pin", data={"pin": PIN, "again": PIN}).headers["location"] == "/sign-in/number"
    )
    assert not signed_in(client)


def test_choosing_a_pin_ends_with_its_time(client: TestClient, card: str, clock: Clock) -> None:
    by_number(client, card)
    clock.forward(minutes=11)
    assert (
        client.post("/sign-in/pin", data={"pin": PIN, "again": PIN}).headers["location"] == "/sign-in/number"
    )
    assert not signed_in(client)


def test_a_new_card_ends_the_choice_begun_with_the_old_one(
    client: TestClient, engine: Engine, lea: Account, card: str
) -> None:
    by_number(client, card)
    with open_session(engine) as session:
        codes.issue_code(lea)
        session.add(lea)
    assert (
        client.post("/sign-in/pin", data={"pin": PIN, "again": PIN}).headers["location"] == "/sign-in/number"
    )
    assert not signed_in(client)


def test_the_right_pin_for_a_wrong_number_and_the_reverse(client: TestClient, with_pin: Account) -> None:
    wrong = client.post("/sign-in/number", data={"employee_number": "E0042", "secret": "135790"})
    absent = client.post("/sign-in/number", data={"employee_number": "E9999", "secret": PIN})
    assert (wrong.status_code, absent.status_code) == (422, 422)
    assert wrong.text.replace("E0042", "…") == absent.text.replace("E9999", "…")


def test_an_account_without_any_code_opens_to_no_guess(client: TestClient, lea: Account) -> None:
    assert [by_number(client, guess) for guess in ("0", "000000", "E0042")] == [422] * 3


def test_guesses_end_and_the_person_still_enters(
    app: FastAPI, client: TestClient, with_pin: Account, clock: Clock
) -> None:
    assert [by_number(client, f"13579{n}") for n in range(7)] == [422] * 5 + [429] * 2
    assert by_number(client, PIN) == 429
    elsewhere = TestClient(app, client=("192.0.2.7", 5000), headers=client.headers, follow_redirects=False)
    assert by_number(elsewhere, PIN) == 303
    assert client.post("/sign-in/links", data={"email": with_pin.email}).status_code == 303
    clock.forward(minutes=15)
    assert by_number(client, PIN) == 303


def test_absent_numbers_are_limited_alike(client: TestClient, clock: Clock) -> None:
    assert [by_number(client, "135790", "E9999") for _ in range(6)] == [422] * 5 + [429]


def test_slips_are_forgiven_by_the_right_pin(client: TestClient, with_pin: Account, clock: Clock) -> None:
    for _ in range(3):
        assert [by_number(client, "135790") for _ in range(4)] == [422] * 4
        assert by_number(client, PIN) == 303


def test_one_address_does_not_try_everybody(client: TestClient, clock: Clock) -> None:
    answers = [by_number(client, "135790", f"E{n}") for n in range(61)]
    assert answers == [422] * 60 + [429]


def test_those_who_enter_take_no_room_from_others(
    client: TestClient, with_pin: Account, clock: Clock, read: Read
) -> None:
    assert {by_number(client, PIN) for _ in range(65)} == {303}
    assert set(read(select(Attempt.count))) == {0}
    assert by_number(client, "135790", "E9999") == 422


def test_what_is_counted_names_nobody(client: TestClient, read: Read, lea: Account) -> None:
    by_number(client, "135790")
    keys = read(select(Attempt.key))
    assert len(keys) == 3
    assert all(len(key) == 64 and "E0042" not in key for key in keys)


# Password


def test_a_password_lets_the_administrator_in(client: TestClient, boss: Account) -> None:
    answer = client.post("/sign-in/password", data={"email": "ADA@exemple.fr", "password": PASSWORD})
    assert answer.status_code == 303
    assert signed_in(client)


def test_a_wrong_password_and_an_absent_account_answer_alike(
    client: TestClient, boss: Account, lea: Account
) -> None:
    texts = set()
    for email in ("ada@exemple.fr", "qui@exemple.fr", "lea.petit@exemple.fr"):
        answer = client.post("/sign-in/password", data={"email": email, "password": "non, pas celle-ci"})
        assert answer.status_code == 422
        texts.add(answer.text.replace(email, "…"))
    assert len(texts) == 1
    assert not signed_in(client)


# Sessions


def test_entering_never_continues_a_session_the_browser_carried(
    client: TestClient, engine: Engine, lea: Account, boss: Account
) -> None:
    client.post(f"/sign-in/links/{made_link(engine, boss)}")
    planted = client.cookies[COOKIE]
    client.post(f"/sign-in/links/{made_link(engine, lea)}")
    assert client.cookies[COOKIE] != planted
    with open_session(engine, reads_only=True) as session:
        assert sessions.actor_of_session(session, planted, now=app_clock.now()) is None


def test_signing_out_ends_the_session_for_good(
    client: TestClient, app: FastAPI, lea: Account, sign_in: SignInHelper
) -> None:
    sign_in(client, lea)
    kept = client.cookies[COOKIE]
    assert client.post("/sign-out").headers["location"] == "/sign-in"
    replay = browser_of(app)
    replay.cookies.set(COOKIE, kept)
    assert not signed_in(replay)


def test_the_cookie_is_out_of_reach_of_scripts(client: TestClient, engine: Engine, lea: Account) -> None:
    cookie = client.post(f"/sign-in/links/{made_link(engine, lea)}").headers["set-cookie"].lower()
    for word in ("httponly", "samesite=lax", "path=/", "max-age=2592000"):
        assert word in cookie
    assert "secure" not in cookie


def test_the_cookie_stays_on_https(
    client: TestClient, engine: Engine, lea: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.core.settings import settings

    monkeypatch.setenv("BASE_URL", "https://vmv.exemple.fr")
    settings.cache_clear()
    cookie = client.post(f"/sign-in/links/{made_link(engine, lea)}").headers["set-cookie"].lower()
    assert "secure" in cookie


def test_a_shared_screen_keeps_no_cookie_once_closed(client: TestClient, with_pin: Account) -> None:
    answer = client.post(
        "/sign-in/number", data={"employee_number": "E0042", "secret": PIN, "shared_screen": "1"}
    )
    assert "max-age" not in answer.headers["set-cookie"].lower()


def test_a_shared_screen_forgets_after_two_quiet_minutes(
    client: TestClient, with_pin: Account, clock: Clock
) -> None:
    assert by_number(client, PIN, shared_screen="1") == 303
    clock.forward(seconds=119)
    assert signed_in(client)
    clock.forward(seconds=119)
    assert signed_in(client)
    clock.forward(seconds=121)
    assert not signed_in(client)


def test_a_shared_screen_forgets_after_half_an_hour_however_busy(
    client: TestClient, with_pin: Account, clock: Clock
) -> None:
    by_number(client, PIN, shared_screen="1")
    for _ in range(29):
        clock.forward(minutes=1)
        assert signed_in(client)
    clock.forward(minutes=1)
    assert not signed_in(client)


def test_an_own_screen_remembers(client: TestClient, with_pin: Account, clock: Clock) -> None:
    by_number(client, PIN)
    clock.forward(days=29)
    assert signed_in(client)
    clock.forward(days=1)
    assert not signed_in(client)


# Language


def test_a_language_is_remembered_here_and_for_mails(
    client: TestClient, engine: Engine, lea: Account, sign_in: SignInHelper
) -> None:
    sign_in(client, lea)
    answer = client.post("/language", data={"language": "en", "next": "/sign-in/sent"})
    assert answer.headers["location"] == "/sign-in/sent"
    assert client.get("/sign-in/sent").headers["content-language"] == "en"
    with open_session(engine, reads_only=True) as session:
        assert session.get_one(Account, lea.id).language == "en"


def test_the_language_of_the_account_comes_along(client: TestClient, engine: Engine, lea: Account) -> None:
    with open_session(engine) as session:
        lea.language = "en"
        session.add(lea)
    client.post(f"/sign-in/links/{made_link(engine, lea)}")
    assert client.get("/sign-in/sent").headers["content-language"] == "en"


def test_no_language_leads_away(client: TestClient) -> None:
    assert (
        client.post("/language", data={"language": "fr", "next": "//mal.example"}).headers["location"] == "/"
    )
    assert client.post("/language", data={"language": "xx"}).headers["location"] == "/"


def test_links_live_half_an_hour() -> None:
    assert timedelta(minutes=30) == links.LIFETIME
