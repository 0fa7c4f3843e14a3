"""Booking's pages, narrow and wide: nothing sticks out, axe is content; a place offered without a script.

Asking and answering, on each screen: tests/journeys/test_daily_life.py.
"""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine

from app.accounts import sessions
from app.accounts.guards import COOKIE
from app.accounts.tables import Account
from app.booking.tables import Approval
from app.campaigns.tables import Campaign
from app.core import clock as app_clock
from app.core.db import open_session
from app.people.tables import Person
from tests.booking.conftest import MONDAY, TUESDAY, WEDNESDAY, Shop
from tests.support.browser import axe, fits
from tests.support.web import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.database("sqlite"), pytest.mark.usefixtures("clock")]

Enter = Callable[..., Page]


@pytest.fixture
def enter(engine: Engine, live_server: LiveServer, new_page: Callable[..., Page]) -> Enter:
    """`enter(person, viewport=…)`: a page signed in as somebody."""

    def make(who: Person | Account, **options: Any) -> Page:
        page = new_page(**options)
        with open_session(engine) as session:
            account = session.get_one(Account, who.account_id if isinstance(who, Person) else who.id)
            token = sessions.begin(session, account, now=app_clock.now())
        page.context.add_cookies([{"name": COOKIE, "value": token, "url": live_server.url}])
        return page

    return make


def clean(page: Page, path: str) -> None:
    """Nothing wider than the screen, nothing that axe finds."""
    page.goto(path)
    assert fits(page), path
    assert axe(page) == [], path


@pytest.mark.parametrize(("width", "locale"), [(320, "fr-FR"), (1440, "en-GB")])
def test_the_pages_are_clean(engine: Engine, enter: Enter, width: int, locale: str) -> None:
    with open_session(engine) as session:
        shop = Shop(session, approval=Approval.MANAGER)
        shop.terms.max_per_person = 5
        counter = shop.offer((MONDAY, TUESDAY, WEDNESDAY), host_id=shop.hosts[0].id)
        shop.offer((TUESDAY,), job="Responsable de boutique", per_day=2)
        shop.approve(shop.ask(shop.askers[1], counter))
        waiting = shop.ask(shop.askers[0], counter, wait=True)
        asked = shop.ask(shop.askers[0], counter, TUESDAY)
        shop.ask(shop.askers[2], counter, TUESDAY)
        campaign = session.get_one(Campaign, shop.campaign.id)
    viewport = {"width": width, "height": 900}
    anna = enter(shop.askers[0], viewport=viewport, locale=locale)
    for path in (
        "/booking",
        f"/booking/places/{counter.id}?day={WEDNESDAY}",
        f"/booking/places/{counter.id}?day={MONDAY}",
        "/booking/requests",
        f"/campaigns/{campaign.id}/enrolment/busy",
        f"/booking/requests/{asked.id}",
        f"/booking/requests/{waiting.id}",
    ):
        clean(anna, path)
    clean(enter(shop.hosts[1], viewport=viewport, locale=locale), "/booking")
    marc = enter(shop.marc, viewport=viewport, locale=locale)
    for path in (
        "/home",
        "/team/requests",
        "/team/places",
        f"/team/places/{counter.id}/edit",
        f"/team/places/{counter.id}/withdrawal",
    ):
        clean(marc, path)
    hr = enter(shop.hr, viewport=viewport, locale=locale)
    for path in (
        f"/campaigns/{campaign.id}/booking",
        f"/campaigns/{campaign.id}/booking/edit",
        "/team/requests",
    ):
        clean(hr, path)


def test_a_manager_offers_a_place_without_a_script(engine: Engine, enter: Enter) -> None:
    with open_session(engine) as session:
        shop = Shop(session)
    marc = enter(shop.marc, viewport={"width": 320, "height": 640}, java_script_enabled=False)
    marc.goto("/team/places/new")
    marc.get_by_label("Quel métier découvre-t-on ?").fill("Vendeuse, vendeur")
    marc.locator(f"input[value='{MONDAY}']").check(force=True)
    marc.get_by_role("button", name="Proposer cette place").click()
    assert "Une place est proposée" in marc.inner_text("h1")
