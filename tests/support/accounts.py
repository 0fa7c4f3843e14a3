"""Signed-in accounts, and the jobs that follow what they do."""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app import worker
from app.accounts import sessions
from app.accounts.guards import COOKIE
from app.accounts.tables import Account
from app.core import clock as app_clock
from app.core.db import open_session
from app.people.tables import Person
from tests.support.web import browser_of


class SignIn(Protocol):
    """`sign_in(client, account)`, at a shared screen with `shared_screen=True`."""

    def __call__(self, client: TestClient, account: Account, *, shared_screen: bool = False) -> None:
        """Open a session as the account; the client then carries its cookie."""


@pytest.fixture
def account(engine: Engine) -> Callable[..., Account]:
    """`account(name="Claire Morel", is_hr=True)`: a committed account; its address follows from its name."""

    def make(name: str = "Claire Morel", **fields: Any) -> Account:
        fields.setdefault("email", f"{name.lower().replace(' ', '.')}@exemple.fr")
        fields.setdefault("created_at", app_clock.now())
        made = Account(name=name, **fields)
        with open_session(engine) as session:
            session.add(made)
        return made

    return make


@pytest.fixture
def sign_in(engine: Engine) -> SignIn:
    """Sign a client in without passing by the mailed link."""

    def enter(client: TestClient, account: Account, *, shared_screen: bool = False) -> None:
        with open_session(engine) as session:
            token = sessions.begin(session, account, now=app_clock.now(), shared_screen=shared_screen)
        client.cookies.set(COOKIE, token)

    return enter


@pytest.fixture
def as_(app: FastAPI, engine: Engine, sign_in: SignIn) -> Callable[..., TestClient]:
    """`as_(person)`: a browser signed in as somebody, `shared_screen=True` at a shared screen."""

    def enter(who: Person | Account, **options: Any) -> TestClient:
        made = browser_of(app)
        with open_session(engine) as session:
            account = who if isinstance(who, Account) else session.get_one(Account, who.account_id)
        sign_in(made, account, **options)
        return made

    return enter


@pytest.fixture
def run_jobs(engine: Engine) -> Callable[[], list[str]]:
    """Run the jobs of every event recorded so far, those that follow included; the events' names in order."""
    return partial(worker.drain, engine)
