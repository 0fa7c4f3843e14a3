"""The life of a visit in a real browser: phone and desk, with and without scripts, axe clean."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.accounts import sessions
from app.accounts.guards import COOKIE
from app.accounts.tables import Account
from app.core.db import open_session
from app.people.tables import Person
from app.teams.tables import TeamConditions
from app.visits import service
from app.visits.tables import CancelReason, Visit
from tests.factories import NOW
from tests.support.browser import axe, fits
from tests.support.web import LiveServer
from tests.visits.life import MONDAY, TODAY, TUESDAY, Company

pytestmark = [pytest.mark.browser, pytest.mark.database("sqlite"), pytest.mark.usefixtures("clock")]
PHONE = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}
NewPage = Callable[..., Page]


@pytest.fixture
def company(engine: Engine) -> Company:
    with open_session(engine) as session:
        made = Company(session)
        session.add(
            TeamConditions(
                team_id=made.shop.id or 0,
                version=1,
                confidentiality=True,
                safety="Chaussures fermées, cheveux attachés en réserve.",
                created_at=NOW,
            )
        )
        return made


@pytest.fixture
def enter(new_page: NewPage, engine: Engine, live_server: LiveServer) -> Callable[..., Page]:
    """`enter(person, viewport=PHONE)`: a browser signed in as somebody."""

    def make(who: Person | Account, **options: object) -> Page:
        # Axe would measure the colours of a sentence that is still fading in.
        page = new_page(reduced_motion="reduce", **options)
        with open_session(engine) as session:
            account = who if isinstance(who, Account) else session.get_one(Account, who.account_id)
            token = sessions.begin(session, account, now=NOW)
        page.context.add_cookies([{"name": COOKIE, "value": token, "url": live_server.url}])
        return page

    return make


def well(page: Page, name: str = "") -> None:
    """Nothing overflows, axe finds nothing; a picture when a folder is named."""
    assert fits(page), page.url
    assert axe(page) == []
    if name and (folder := os.environ.get("PICTURES")):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_a_visitor_confirms_on_a_phone_without_scripts(company: Company, enter: Callable[..., Page]) -> None:
    page = enter(company.anna, viewport=PHONE, java_script_enabled=False)
    page.goto("/home")
    page.get_by_role("link", name="Confirmer").first.click()
    page.get_by_label("J’ai lu ces conditions et je les accepte").check()
    page.get_by_role("button", name="Oui, je confirme").click()
    expect(page.get_by_text("Votre oui est noté, merci")).to_be_visible()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_two_people_move_a_day(
    company: Company, enter: Callable[..., Page], viewport: dict[str, int]
) -> None:
    size = "phone" if viewport is PHONE else "desk"
    anna = enter(company.anna, viewport=viewport)
    anna.goto("/visits")
    well(anna, f"mine-{size}")
    anna.get_by_role("link", name="Vous passez la journée avec Bruno Lam").click()
    well(anna, f"show-{size}")
    anna.get_by_role("link", name="Oui, confirmer").click()
    well(anna, f"confirmation-{size}")
    anna.get_by_role("link", name="Proposer un autre jour").click()
    well(anna, f"days-{size}")
    anna.locator(f"label.radio-card:has(input[value='{TUESDAY.isoformat()}'])").click()
    anna.get_by_role("button", name="Envoyer ma proposition").click()
    expect(anna.get_by_text("Votre proposition est partie.")).to_be_visible()
    well(anna, f"proposed-{size}")
    bruno = enter(company.bruno, viewport=viewport)
    bruno.goto("/home")
    bruno.get_by_role("link", name="Répondre").first.click()
    well(bruno, f"answer-{size}")
    bruno.get_by_role("button", name="Oui, c’est entendu").click()
    expect(bruno.get_by_text("C’est entendu.")).to_be_visible()
    bruno.get_by_text("Ce qui s’est passé").click()
    well(bruno, f"after-{size}")


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_a_fallen_day_is_made_up_for(
    company: Company, engine: Engine, enter: Callable[..., Page], viewport: dict[str, int]
) -> None:
    size = "phone" if viewport is PHONE else "desk"
    page = enter(company.bruno, viewport=viewport)
    page.goto(f"/visits/{company.there.id}/refusal")
    well(page, f"refusal-{size}")
    page.get_by_role("button", name="Mon site est fermé ce jour-là").click()
    expect(page.get_by_role("heading", name="Quel jour proposez-vous à Anna Roy ?")).to_be_visible()
    well(page, f"make-up-{size}")
    page.goto("/visits")
    well(page, f"incomplete-{size}")
    page.goto(f"/campaigns/{company.campaign.id}/departure")
    well(page, f"departure-{size}")
    page.goto(f"/campaigns/{company.campaign.id}/pause?first={MONDAY}&last=2027-04-16")
    well(page, f"pause-{size}")


def test_the_team_that_receives_and_hr(company: Company, engine: Engine, enter: Callable[..., Page]) -> None:
    with open_session(engine) as session:
        session.get_one(Person, company.anna.id).legal_entity = "Vélo SA"
        session.get_one(Person, company.bruno.id).legal_entity = "Vélo Services"
    for viewport, size in ((PHONE, "phone"), (DESK, "desk")):
        bruno = enter(company.bruno, viewport=viewport)
        for name in ("hours", "tutor"):
            bruno.goto(f"/visits/{company.there.id}/{name}")
            well(bruno, f"{name}-{size}")
        hr = enter(company.hr, viewport=viewport)
        for path in ("agreements", "absences", "visits"):
            hr.goto(f"/campaigns/{company.campaign.id}/{path}")
            well(hr, f"hr-{path}-{size}")
        hr.goto(f"/visits/{company.there.id}")
        well(hr, f"hr-show-{size}")
        hr.goto(f"/visits/{company.there.id}/move")
        well(hr, f"hr-move-{size}")
    marc = enter(company.marc, viewport=DESK)
    marc.goto(f"/visits/{company.there.id}/waiver")
    well(marc, "waiver-desk")
    with open_session(engine) as session:
        visit = session.get_one(Visit, company.there.id)
        service.cancel_visit(session, visit, CancelReason.CLOSED, None, NOW, today=TODAY)
    hr = enter(company.hr, viewport=DESK)
    hr.goto(f"/campaigns/{company.campaign.id}/visits?status=incomplete")
    expect(hr.locator(".chip", has_text="une journée à retrouver")).to_be_visible()
    well(hr, "hr-incomplete-desk")
