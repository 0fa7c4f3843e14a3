"""Home, my data and the statement, narrow and wide, in both languages: nothing sticks out, axe is content."""

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
from tests.support.browser import axe
from tests.support.web import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.database("sqlite"), pytest.mark.usefixtures("clock")]


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
@pytest.mark.parametrize("width", [320, 1440])
def test_the_pages_are_clean(
    company: Company,
    engine: Engine,
    live_server: LiveServer,
    new_page: Callable[..., Page],
    width: int,
    locale: str,
) -> None:
    for account_id in (company.anna.account_id, company.martine.account_id, company.hr.id):
        page = new_page(viewport={"width": width, "height": 900}, locale=locale)
        with open_session(engine) as session:
            account = session.get(Account, account_id)
            assert account is not None
            token = sessions.begin(session, account, now=app_clock.now())
        page.context.add_cookies([{"name": COOKIE, "value": token, "url": live_server.url}])
        paths = ["/home", "/me/data", "/accessibility"]
        if account_id == company.hr.id:
            paths.append(f"/people/{company.martine.id}/erasure")
        for path in paths:
            page.goto(path)
            assert page.evaluate(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            )
            assert axe(page) == []
