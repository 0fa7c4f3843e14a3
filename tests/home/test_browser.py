"""Home of three people, narrow and wide, in both languages: nothing sticks out, axe is content."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine

from app.accounts import sessions
from app.accounts.guards import COOKIE
from app.accounts.tables import Account
from app.core import clock as app_clock
from app.core.db import open_session
from tests.home.conftest import Company
from tests.support.browser import faults_of
from tests.support.web import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.database("sqlite"), pytest.mark.usefixtures("clock")]


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_home_is_clean(
    company: Company, engine: Engine, live_server: LiveServer, new_page: Callable[..., Page], locale: str
) -> None:
    page = new_page(locale=locale)
    for account_id in (company.anna.account_id, company.martine.account_id, company.hr.id):
        with open_session(engine) as session:
            account = session.get(Account, account_id)
            assert account is not None
            token = sessions.begin(session, account, now=app_clock.now())
        page.context.add_cookies([{"name": COOKIE, "value": token, "url": live_server.url}])
        page.goto("/home")
        assert faults_of(page) == []
