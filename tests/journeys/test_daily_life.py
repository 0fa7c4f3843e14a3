"""A day booked, approved, confirmed, moved and cancelled: on each one's screen, with and without a script."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine
from sqlmodel import select

from app.accounts import sessions
from app.accounts.guards import COOKIE
from app.accounts.tables import Account
from app.booking.tables import Approval, BookingRequest, RequestStatus
from app.core import clock as app_clock
from app.core.db import open_session
from app.visits.tables import Visit, VisitStatus
from tests.booking.conftest import MONDAY, TUESDAY, WEDNESDAY, Shop
from tests.journeys.steps import DESK, heading, press
from tests.support.browser import axe, fits
from tests.support.web import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.database("sqlite"), pytest.mark.usefixtures("clock")]

PHONE = {"width": 320, "height": 640}
SCREENS: dict[str, dict[str, Any]] = {
    "phone without a script": {"viewport": PHONE, "java_script_enabled": False},
    "phone": {"viewport": PHONE, "has_touch": True},
    "desk": {"viewport": DESK},
}


@pytest.mark.parametrize("screen", SCREENS)
def test_a_day_is_booked_approved_confirmed_moved_and_cancelled(
    engine: Engine,
    live_server: LiveServer,
    new_page: Callable[..., Page],
    run_jobs: Callable[[], list[str]],
    screen: str,
) -> None:
    with open_session(engine) as session:
        shop = Shop(session, approval=Approval.MANAGER)
        shop.offer((MONDAY, TUESDAY, WEDNESDAY), host_id=shop.hosts[0].id)
        who = {
            "employee": shop.askers[0].account_id,
            "host": shop.hosts[0].account_id,
            "manager": shop.marc.account_id,
            "hr": shop.hr.id,
        }
    page = new_page(reduced_motion="reduce", **SCREENS[screen])

    def come_as(name: str, path: str) -> None:
        """The next one sits down at the screen."""
        with open_session(engine) as session:
            token = sessions.begin(session, session.get_one(Account, who[name]), now=app_clock.now())
        page.context.add_cookies([{"name": COOKIE, "value": token, "url": live_server.url}])
        page.goto(path)
        good(page, screen)

    # The employee books from their own space.
    come_as("employee", "/home")
    page.locator("main").get_by_role("link", name="Voir les places").click()
    good(page, screen)
    page.get_by_role("link", name="lun. 5 avr.").click()
    good(page, screen)
    press(page, "Demander cette journée")
    heading(page).to_contain_text("Demande envoyée")
    good(page, screen)
    come_as("employee", "/home")
    expect(page.locator("main")).to_contain_text("demandée")
    run_jobs()

    # The manager says yes.
    come_as("manager", "/home")
    heading(page).to_contain_text("Une chose vous attend")
    good(page, screen)
    page.get_by_role("link", name="Voir les demandes").click()
    good(page, screen)
    page.get_by_role("button", name="Accepter").click()
    heading(page).to_contain_text("Aucune demande")
    run_jobs()

    # The host confirms.
    come_as("host", "/home")
    page.locator("main").get_by_role("link", name="Confirmer").first.click()
    good(page, screen)
    press(page, "Oui, je confirme")
    page.wait_for_url("**/visits/*")
    run_jobs()
    come_as("employee", "/home")
    expect(page.locator("main")).to_contain_text("confirmée")
    good(page, screen)

    # HR moves the day; both are asked anew.
    come_as("hr", f"/campaigns/{shop.campaign.id}/visits")
    come_as("hr", visit_address(engine))
    page.get_by_role("link", name="Déplacer cette journée").click()
    good(page, screen)
    page.locator("label.radio-card").filter(has_text="mercredi 7 avril").click()
    press(page, "Déplacer la journée")
    expect(page.locator("#flash")).to_contain_text("déplacée")
    run_jobs()
    come_as("employee", "/home")
    heading(page).to_contain_text("Une chose vous attend")
    expect(page.locator("main")).to_contain_text("mercredi 7 avril")
    page.locator("main").get_by_role("link", name="Confirmer").first.click()
    press(page, "Oui, je confirme")
    page.wait_for_url("**/visits/*")

    # The employee cancels; it is said to everybody, the place is free again.
    come_as("employee", visit_address(engine))
    page.get_by_role("link", name="Annuler cette journée").click()
    good(page, screen)
    page.get_by_role("button", name="plus disponible").click()
    page.wait_for_url("**/visits/*")
    run_jobs()
    for name in ("employee", "host"):
        come_as(name, "/visits")
        expect(page.locator("main")).to_contain_text("annulée")
    come_as("manager", "/team")
    with open_session(engine, reads_only=True) as session:
        assert session.exec(select(Visit.status)).all() == [VisitStatus.CANCELLED]
        assert session.exec(select(BookingRequest.status)).all() == [RequestStatus.CANCELLED]


def visit_address(engine: Engine) -> str:
    """The one visit's page."""
    with open_session(engine, reads_only=True) as session:
        return f"/visits/{session.exec(select(Visit.id)).one()}"


def good(page: Page, screen: str) -> None:
    """Nothing sticks out at the side; axe, which is a script itself, is content where scripts run."""
    assert fits(page), f"{page.url} on a {screen}"
    if SCREENS[screen].get("java_script_enabled", True):
        assert axe(page) == [], f"{page.url} on a {screen}"
    assert re.search(r"\S", page.inner_text("h1"))
