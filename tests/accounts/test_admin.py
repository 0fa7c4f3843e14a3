"""The administrator's pages: roles, invitations, closing, programs' keys, the audit trail."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.accounts import commands, links, service
from app.accounts.errors import EmailTaken, LastAdministrator
from app.accounts.jobs import purge
from app.accounts.tables import Account, ApiToken, Attempt, AuditEntry, SignInLink, TokenRole
from app.accounts.tables import SignIn as Opened
from app.core import clock as app_clock
from app.core.db import open_session
from tests.accounts.conftest import PASSWORD, Read
from tests.support.accounts import SignIn
from tests.support.web import Clock, browser_of

PAGES = (
    "/admin",
    "/admin/accounts",
    "/admin/accounts/new",
    "/admin/api-tokens",
    "/admin/api",
    "/admin/audit",
)


@pytest.fixture
def admin(client: TestClient, boss: Account, sign_in: SignIn, clock: Clock) -> TestClient:
    """A browser of the administrator."""
    sign_in(client, boss)
    return client


def reload(engine: Engine, account: Account) -> Account:
    with open_session(engine, reads_only=True) as session:
        return session.get_one(Account, account.id)


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_open_to_administrators_only(
    app: FastAPI,
    admin: TestClient,
    lea: Account,
    account: Callable[..., Account],
    sign_in: SignIn,
    page: str,
) -> None:
    assert admin.get(page).status_code == 200
    for other in (lea, account(name="Rita Heures", is_hr=True)):
        browser = browser_of(app)
        sign_in(browser, other)
        assert browser.get(page).status_code == 403


def test_accounts_are_found_by_name_address_and_number(admin: TestClient, lea: Account) -> None:
    for text in ("léa", "PETIT@", "e0042", "petit LEA", "LÉA"):
        page = admin.get("/admin/accounts", params={"q": text}).text
        assert f'href="/admin/accounts/{lea.id}"' in page
        assert "ada@exemple.fr" not in page
    assert "Petit" not in admin.get("/admin/accounts", params={"role": "admin"}).text


def test_a_role_is_given_and_taken(admin: TestClient, engine: Engine, lea: Account) -> None:
    admin.post(f"/admin/accounts/{lea.id}/roles", data={"is_hr": "1"})
    assert reload(engine, lea).is_hr
    admin.post(f"/admin/accounts/{lea.id}/roles", data={})
    assert not reload(engine, lea).is_hr


def test_an_unexpected_field_changes_no_role(admin: TestClient, engine: Engine, lea: Account) -> None:
    sent = {"is_hr": "1", "password_hash": "x"}
    assert admin.post(f"/admin/accounts/{lea.id}/roles", data=sent).status_code == 422
    assert not reload(engine, lea).is_hr


def test_the_last_administrator_stays(admin: TestClient, engine: Engine, boss: Account) -> None:
    assert admin.post(f"/admin/accounts/{boss.id}/roles", data={"is_hr": "1"}).status_code == 409
    assert reload(engine, boss).is_admin


def test_one_of_two_administrators_may_go(
    admin: TestClient, engine: Engine, boss: Account, lea: Account
) -> None:
    admin.post(f"/admin/accounts/{lea.id}/roles", data={"is_admin": "1"})
    assert admin.post(f"/admin/accounts/{boss.id}/roles", data={}).headers["location"] == "/"
    assert (reload(engine, boss).is_admin, reload(engine, lea).is_admin) == (False, True)


def test_a_closed_administrator_does_not_count(
    session: Session, account: Callable[..., Account], boss: Account
) -> None:
    account(name="Guy Parti", is_admin=True, active=False)
    with pytest.raises(LastAdministrator):
        service.give_roles(
            session, session.merge(boss), is_hr=True, is_admin=False, by=boss.id or 0, now=app_clock.now()
        )


def test_somebody_outside_the_files_is_invited(
    admin: TestClient, read: Read, run_jobs: Callable[[], list[str]]
) -> None:
    sent = {"name": "Claire Morel", "email": "Claire@Exemple.fr", "is_hr": "1"}
    assert admin.post("/admin/accounts", data=sent).status_code == 303
    made = read(select(Account).where(Account.email == "claire@exemple.fr"))[0]
    assert (made.is_hr, made.is_admin) == (True, False)
    run_jobs()
    assert read(select(SignInLink.account_id)) == [made.id]


@pytest.mark.parametrize("email", ["lea.petit@exemple.fr", "léa", "a b@exemple.fr"])
def test_an_invitation_needs_a_free_address(admin: TestClient, read: Read, lea: Account, email: str) -> None:
    answer = admin.post("/admin/accounts", data={"name": "Claire Morel", "email": email})
    assert answer.status_code == 422
    assert "Claire Morel" in answer.text
    assert read(select(Account).where(Account.name == "Claire Morel")) == []


@pytest.mark.database("sqlite", "postgresql")
def test_two_at_once_do_not_share_an_address(session: Session, lea: Account) -> None:
    with pytest.raises(EmailTaken):
        service.open_account(session, name="Léa Bis", email="Lea.Petit@exemple.fr", now=app_clock.now())


def test_closing_ends_everything_at_the_next_request(
    app: FastAPI, admin: TestClient, engine: Engine, lea: Account, sign_in: SignIn, session: Session
) -> None:
    theirs = browser_of(app)
    sign_in(theirs, lea)
    with open_session(engine) as writing:
        key = service.create_token(
            writing, account_id=lea.id or 0, name="export", role=TokenRole.HR, now=app_clock.now()
        )
    bearer = {"authorization": f"Bearer {key}"}
    assert browser_of(app).get("/api/v1/me", headers=bearer).status_code == 200
    assert admin.get(f"/admin/accounts/{lea.id}/closing").status_code == 200
    assert admin.post(f"/admin/accounts/{lea.id}/closing").status_code == 303
    assert theirs.get("/account").status_code == 303
    assert browser_of(app).get("/api/v1/me", headers=bearer).status_code == 401
    assert admin.post(f"/admin/accounts/{lea.id}/reopening").status_code == 303
    assert reload(engine, lea).active
    assert theirs.get("/account").status_code == 303


def test_nobody_closes_their_own_account(admin: TestClient, engine: Engine, boss: Account) -> None:
    assert admin.post(f"/admin/accounts/{boss.id}/closing").status_code == 409
    assert reload(engine, boss).active


# Programs


def made_token(admin: TestClient, role: str = "admin", last_day: str = "2027-06-30") -> str:
    sent = {"name": "Intranet", "role": role, "last_day": last_day}
    page = admin.post("/admin/api-tokens", data=sent).text
    found = re.search(r'value="(vmv_[^"]+)"', page)
    assert found
    return found.group(1)


def test_a_token_is_shown_once_and_stored_hashed(admin: TestClient, read: Read) -> None:
    token = made_token(admin)
    listed = admin.get("/admin/api-tokens").text
    assert "Intranet" in listed
    assert token not in listed
    assert token not in read(select(ApiToken.token_hash))[0]


def test_a_token_opens_the_api_until_it_is_revoked(
    app: FastAPI, admin: TestClient, read: Read, boss: Account, clock: Clock
) -> None:
    bearer = {"authorization": f"Bearer {made_token(admin)}"}
    program = TestClient(app)
    assert program.get("/api/v1/me", headers=bearer).json() == {
        "account_id": boss.id,
        "name": "Intranet",
        "language": None,
        "is_hr": False,
        "is_admin": True,
        "program": True,
    }
    key = read(select(ApiToken))[0]
    assert key.used_at == clock.at
    admin.post(f"/admin/api-tokens/{key.id}/revocation")
    assert program.get("/api/v1/me", headers=bearer).status_code == 401
    assert admin.post(f"/admin/api-tokens/{key.id}/revocation").status_code == 404


def test_a_token_has_its_own_role_whatever_its_maker_may_do(app: FastAPI, admin: TestClient) -> None:
    def asked(role: str, path: str) -> int:
        headers = {"authorization": f"Bearer {made_token(admin, role)}"}
        return browser_of(app).get(f"/api/v1/{path}", headers=headers).status_code

    assert (asked("hr", "campaigns"), asked("hr", "outbox")) == (200, 403)
    assert (asked("admin", "campaigns"), asked("admin", "outbox")) == (403, 200)


def test_a_token_opens_no_page(app: FastAPI, admin: TestClient, engine: Engine, lea: Account) -> None:
    program = browser_of(app)
    program.headers["authorization"] = f"Bearer {made_token(admin)}"
    assert program.get("/api/v1/outbox").status_code == 200
    for page in (*PAGES, "/account", "/admin/outbox", "/admin//api/v1/"):
        assert program.get(page).status_code in {303, 404}, page
    sent = {"is_admin": "1"}
    answer = program.post(f"/admin/accounts/{lea.id}/roles", data=sent)
    assert answer.headers["location"].startswith("/sign-in")
    assert not reload(engine, lea).is_admin


def test_a_token_lasts_to_the_evening_of_its_last_day(
    app: FastAPI, admin: TestClient, clock: Clock, sign_in: SignIn, boss: Account
) -> None:
    last = clock.at.date() + timedelta(days=730)
    headers = {"authorization": f"Bearer {made_token(admin, last_day=last.isoformat())}"}
    program = browser_of(app)
    clock.forward(days=730)
    assert program.get("/api/v1/me", headers=headers).status_code == 200
    clock.forward(days=1)
    assert program.get("/api/v1/me", headers=headers).status_code == 401
    sign_in(admin, boss)
    assert "expiré" in admin.get("/admin/api-tokens").text


@pytest.mark.parametrize("days", [-1, 731, None])
def test_a_token_ends_within_two_years(admin: TestClient, read: Read, clock: Clock, days: int | None) -> None:
    last = (clock.at.date() + timedelta(days=days)).isoformat() if days is not None else ""
    sent = {"name": "Intranet", "role": "hr", "last_day": last}
    assert admin.post("/admin/api-tokens", data=sent).status_code == 422
    assert read(select(ApiToken)) == []


def test_the_api_says_how_to_enter(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()
    assert described["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    assert described["paths"]["/api/v1/me"]["get"]["security"] == [{"HTTPBearer": []}]
    assert client.get("/api/v1/me").status_code == 401


# Audit and purge


def test_what_was_done_is_listed(admin: TestClient, lea: Account) -> None:
    admin.post(f"/admin/accounts/{lea.id}/roles", data={"is_hr": "1"})
    page = admin.get("/admin/audit").text
    assert "Rôles changés" in page
    assert f"account:{lea.id}" in page
    assert "Rôles changés" not in admin.get(f"/admin/audit?account={lea.id}").text.split("<tbody>")[1]


def test_time_removes_what_is_over_and_nothing_else(
    app: FastAPI,
    client: TestClient,
    engine: Engine,
    lea: Account,
    sign_in: SignIn,
    clock: Clock,
    read: Read,
) -> None:
    sign_in(client, lea)
    sign_in(browser_of(app), lea, shared_screen=True)
    client.post("/sign-in/number", data={"employee_number": "E0042", "secret": "135790"})
    with open_session(engine) as writing:
        links.make_link(writing, lea, now=clock.at)
    clock.forward(minutes=3)
    purge(engine)
    assert read(select(Opened.shared_screen)) == [False]
    assert len(read(select(SignInLink))) == 1
    assert len(read(select(Attempt))) == 3
    clock.forward(days=30)
    purge(engine)
    assert read(select(Opened)) == []
    assert read(select(SignInLink)) == []
    assert read(select(Attempt)) == []


def test_the_trail_lasts_thirteen_months(admin: TestClient, engine: Engine, read: Read, clock: Clock) -> None:
    made_token(admin)
    clock.forward(days=395)
    purge(engine)
    assert read(select(AuditEntry.action)) == ["api_token.created"]
    clock.forward(days=2)
    purge(engine)
    assert read(select(AuditEntry.action)) == []


# The command


def test_the_command_makes_an_administrator(
    engine: Engine, client: TestClient, read: Read, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.create_admin(engine, email=" IT@Exemple.fr", name="Ida Tech", password=PASSWORD) == 0
    assert PASSWORD not in capsys.readouterr().out
    assert read(select(Account.is_admin).where(col(Account.email) == "it@exemple.fr"))[0]
    entered = client.post("/sign-in/password", data={"email": "it@exemple.fr", "password": PASSWORD})
    assert entered.status_code == 303


def test_the_command_changes_no_password_unasked(
    engine: Engine, read: Read, boss: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    other, email = "une autre phrase longue", boss.email or ""
    assert commands.create_admin(engine, email=email, name="Ida", password=other) == 2
    assert "--reset-password" in capsys.readouterr().err
    assert reload(engine, boss).password_hash == boss.password_hash
    assert commands.create_admin(engine, email=email, name="Ida", password=other, reset_password=True) == 0
    assert "password changed" in capsys.readouterr().out
    now = reload(engine, boss)
    assert (now.name, now.password_hash != boss.password_hash) == ("Ada Chef", True)


@pytest.mark.parametrize(
    ("email", "password"), [("it@exemple.fr", "court"), ("it", PASSWORD), ("a b@c", PASSWORD)]
)
def test_the_command_refuses_what_will_not_do(engine: Engine, read: Read, email: str, password: str) -> None:
    assert commands.create_admin(engine, email=email, name="Ida Tech", password=password) == 2
    assert read(select(Account)) == []
