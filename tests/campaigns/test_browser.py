"""The guided creation in a real browser: without a script on a phone, and clean for axe in both languages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine

from app.accounts import sessions
from app.accounts.guards import COOKIE
from app.accounts.tables import Account
from app.core import clock as app_clock
from app.core.db import open_session
from app.people.tables import Side
from tests.factories import make_person, make_team
from tests.support.browser import faults_of
from tests.support.web import Clock, LiveServer

PHONE = {"width": 320, "height": 640}


def enter(page: Page, engine: Engine, account: Account, server: LiveServer) -> None:
    with open_session(engine) as session:
        token = sessions.begin(session, account, now=app_clock.now())
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": server.url}])


@pytest.fixture
def lead(engine: Engine, clock: Clock, account: Callable[..., Account]) -> Account:
    """The HR lead of a company of two people."""
    with open_session(engine) as session:
        make_person(session, make_team(session, side=Side.BACK, department="Siège"))
        make_person(session, make_team(session, side=Side.FRONT))
    return account(is_hr=True)


@pytest.mark.browser
@pytest.mark.database("sqlite")
def test_hr_prepares_and_opens_a_campaign_without_a_script(
    new_page: Callable[..., Page], live_server: LiveServer, engine: Engine, lead: Account
) -> None:
    page = new_page(viewport=PHONE, java_script_enabled=False)
    enter(page, engine, lead, live_server)
    page.goto("/campaigns")
    page.get_by_role("link", name="Préparer une campagne").click()
    for _step in ("story", "dates", "people", "rules"):
        page.get_by_role("button", name="Enregistrer et continuer").click()
    page.get_by_label("La fiche d’information est publiée le").fill("2027-03-01")
    page.get_by_label("Les représentants du personnel sont informés le").fill("2027-03-02")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    assert (
        page.get_by_role("heading", level=1).inner_text()
        == "Tout est prêt\u00a0: 2 personnes peuvent être invitées"
    )
    page.get_by_role("link", name="Ouvrir les inscriptions").click()
    page.get_by_role("button", name="Ouvrir les inscriptions").click()
    assert "2 personnes invitées, encore" in page.get_by_role("heading", level=1).inner_text()


@pytest.mark.browser
@pytest.mark.database("sqlite")
@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_every_section_and_step_is_clean_for_axe_and_fits_its_screen(
    new_page: Callable[..., Page], live_server: LiveServer, engine: Engine, lead: Account, locale: str
) -> None:
    page = new_page(locale=locale)
    enter(page, engine, lead, live_server)
    page.goto("/campaigns/new")
    page.locator("main form button").first.click()
    page.wait_for_url("**/edit/dates")
    here = page.url.removesuffix("/edit/dates")
    sections = [f"{here}/edit/{name}" for name in ("story", "dates", "people", "rules", "checklist")]
    steps = [f"{here}/steps/{name}" for name in ("opening", "cancellation")]
    for address in (*sections, *steps):
        page.goto(address)
        assert faults_of(page) == []
