"""Mails, letters, calendar address, poster and cards in a real browser: two widths, two languages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine

from app.accounts import sessions
from app.accounts.guards import COOKIE
from app.accounts.tables import Account
from app.campaigns.tables import Campaign
from app.core import clock
from app.core.db import open_session
from app.core.jobs import record
from tests.factories import make_account, make_campaign, make_person
from tests.support.browser import faults_of, fits
from tests.support.web import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.database("sqlite")]

Enter = Callable[..., Page]


@pytest.fixture
def campaign(engine: Engine, live_server: LiveServer, run_jobs: Callable[[], list[str]]) -> Campaign:
    """A campaign that has written to Anna by mail and to Nina on paper."""
    with open_session(engine) as session:
        make_person(session, first_name="Anna", last_name="Petit", email="anna@exemple.fr")
        make_person(session, first_name="Nina", last_name="Faure", email=None)
        made = make_campaign(session, story="Une journée ailleurs.")
        record(session, "campaign.opened", campaign_id=made.id)
    run_jobs()
    return made


@pytest.fixture
def enter(engine: Engine, live_server: LiveServer, new_page: Callable[..., Page]) -> Enter:
    """`enter(account_id, width=320, locale="fr-FR")`: a signed-in page."""

    def make(account_id: int | None, *, width: int, locale: str = "fr-FR") -> Page:
        with open_session(engine) as session:
            account = session.get_one(Account, account_id)
            token = sessions.begin(session, account, now=clock.now())
        page = new_page(viewport={"width": width, "height": 800}, locale=locale)
        page.context.add_cookies([{"name": COOKIE, "value": token, "url": live_server.url}])
        return page

    return make


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_pages_of_hr_and_administrators(
    engine: Engine, campaign: Campaign, enter: Enter, locale: str
) -> None:
    with open_session(engine) as session:
        claire = make_account(session, "Claire Morel", is_hr=True, is_admin=True)
    page = enter(claire.id, width=320, locale=locale)
    here = f"/campaigns/{campaign.id}"
    for path in (
        "/admin/outbox",
        "/admin/outbox/1",
        f"{here}/paper/letters",
        f"{here}/cards/confirmation?person=2",
    ):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert faults_of(page) == []


def test_somebody_makes_a_calendar_address_and_shuts_it(
    engine: Engine, campaign: Campaign, enter: Enter
) -> None:
    page = enter(1, width=320)
    page.goto("/calendar")
    assert faults_of(page, (320,)) == []
    page.get_by_role("button", name="Créer mon adresse").click()
    field = page.get_by_label("Adresse de mon agenda")
    address = field.input_value()
    assert faults_of(page, (320,)) == []
    assert page.request.get(address).status == 200
    page.goto("/calendar/revocation")
    assert faults_of(page, (320,)) == []
    page.get_by_role("button", name="Supprimer l’adresse").click()
    page.get_by_text("L’adresse ne marche plus").wait_for()
    assert page.request.get(address).status == 404


def test_a_mail_s_layout_runs_nothing(engine: Engine, campaign: Campaign, enter: Enter) -> None:
    with open_session(engine) as session:
        claire = make_account(session, "Claire Morel", is_admin=True)
    page = enter(claire.id, width=320)
    page.goto("/admin/outbox/1/layout")
    assert page.locator("h1").inner_text() != ""
    assert fits(page)
