"""The live progress in a real browser, and the pages for everybody: axe, narrow and wide."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.accounts import sessions
from app.accounts.guards import COOKIE
from app.core.db import open_session
from app.planning import jobs, queries
from tests.planning.company import Company
from tests.support.browser import axe
from tests.support.web import LiveServer

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.browser, pytest.mark.database("sqlite")]


@pytest.fixture
def company(engine: Engine) -> Company:
    with open_session(engine) as session:
        made = Company(session)
        made.enrol(made.shop, "Zoé", "Seule")
    return made


@pytest.fixture
def open_as_hr(
    new_page: Callable[..., Page], live_server: LiveServer, engine: Engine, company: Company
) -> Callable[..., Page]:
    def make(**options: Any) -> Page:
        made = new_page(**options)
        with open_session(engine) as session:
            token = sessions.begin(session, company.hr, now=datetime(2027, 3, 2, 8, 0, tzinfo=UTC))
        made.context.add_cookies([{"name": COOKIE, "value": token, "url": live_server.url}])
        return made

    return make


def test_progress_turns_into_the_plan_by_itself(
    open_as_hr: Callable[..., Page], company: Company, engine: Engine
) -> None:
    page = open_as_hr(viewport={"width": 1280, "height": 900})
    page.goto(f"/campaigns/{company.campaign.id}/planning")
    page.get_by_role("button", name="Calculer le plan").click()
    expect(page.get_by_role("heading", name="Le calcul va commencer")).to_be_visible()
    assert axe(page) == []
    with open_session(engine) as session:
        run = queries.active_run(session, company.campaign.id or 0)
    assert run is not None
    jobs.solve_run(engine, run.id or 0)
    expect(page.get_by_role("heading", level=1)).to_have_text("4 personnes vivront la vie d’une autre")
    assert axe(page) == []


@pytest.mark.parametrize("width", [320, 1440])
@pytest.mark.parametrize("language", ["fr-FR", "en-GB"])
def test_every_view_is_clean_also_without_a_script(
    open_as_hr: Callable[..., Page], company: Company, engine: Engine, width: int, language: str
) -> None:
    still = open_as_hr(java_script_enabled=False, locale=language)
    here = f"/campaigns/{company.campaign.id}/planning"
    still.goto(here)
    still.locator(f"form[action='{here}/runs'] button").click()
    with open_session(engine) as session:
        run = queries.active_run(session, company.campaign.id or 0)
    assert run is not None
    jobs.solve_run(engine, run.id or 0)
    page = open_as_hr(viewport={"width": width, "height": 800}, locale=language)
    for view in ("", "/calendar", "/unmatched", "/pairs", "/publication"):
        page.goto(here + view)
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    still.goto(f"{here}/publication")
    still.locator(f"form[action='{here}/publication'] button").click()
    page.goto(f"/campaigns/{company.campaign.id}/visits")
    assert axe(page) == []
    page.goto(f"/campaigns/{company.campaign.id}/visits?view=calendar")
    assert axe(page) == []
