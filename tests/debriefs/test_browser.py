"""The form on a phone, with scripts and without, and the results on a desk; axe finds nothing on them."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine
from sqlmodel import select

from app.accounts import sessions
from app.accounts.guards import COOKIE
from app.accounts.tables import Account
from app.core import clock as app_clock
from app.core.db import open_session
from app.debriefs import service
from app.debriefs.jobs import open_forms, release_batches
from app.debriefs.tables import Debrief, SealedDebrief
from tests.debriefs.conftest import EVENING, Company
from tests.support.browser import axe, faults_of, fits
from tests.support.web import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.database("sqlite"), pytest.mark.usefixtures("evening")]

PHONE = {"width": 320, "height": 640}

Open = Callable[..., Page]


@pytest.fixture
def enter(engine: Engine, live_server: LiveServer, new_page: Callable[..., Page]) -> Open:
    """`enter(account_id, viewport=…)`: a page of somebody signed in."""

    def made(account_id: int | None, *, shared_screen: bool = False, **options: Any) -> Page:
        page = new_page(**options)
        with open_session(engine) as session:
            account = session.get(Account, account_id)
            assert account is not None
            token = sessions.begin(session, account, now=app_clock.now(), shared_screen=shared_screen)
        page.context.add_cookies([{"name": COOKIE, "value": token, "url": live_server.url}])
        return page

    return made


def test_on_a_phone_what_is_typed_is_saved_and_sent_once(
    company: Company, engine: Engine, enter: Open
) -> None:
    open_forms(engine)
    page = enter(company.anna.account_id, viewport=PHONE)
    page.goto("/home")
    page.get_by_role("link", name="Faire mon bilan").click()
    assert fits(page)
    assert axe(page) == []
    page.get_by_label("Qu’est-ce qui vous a surpris").fill("Le téléphone ne s’arrête jamais")
    expect(page.locator("#saved")).to_contain_text("Enregistré")
    page.reload()
    expect(page.get_by_label("Qu’est-ce qui vous a surpris")).to_have_value("Le téléphone ne s’arrête jamais")
    page.get_by_role("group", name="Je me sens soutenu").get_by_text("Plutôt", exact=True).click()
    page.get_by_role("group", name="Recommanderiez-vous").get_by_text("9", exact=True).click()
    page.get_by_role("button", name="Envoyer mon bilan").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Votre bilan est parti")
    assert fits(page)
    assert axe(page) == []
    with open_session(engine) as session:
        assert [line.sent for line in session.exec(select(Debrief).order_by(Debrief.role))] == [False, True]
        sealed = session.exec(select(SealedDebrief)).one().sealed
    assert service.unseal(sealed, f"pool:{company.campaign_id}:visitor")["said"] == {
        "surprise": "Le téléphone ne s’arrête jamais",
        "supported": 3,
        "recommend": 9,
    }


def test_on_a_phone_without_scripts(company: Company, enter: Open) -> None:
    page = enter(company.bruno.account_id, viewport=PHONE, java_script_enabled=False)
    page.goto(company.form)
    page.get_by_label("Qu’est-ce que le regard").fill("Nos écrans")
    page.get_by_role("button", name="Garder pour plus tard").click()
    expect(page.get_by_text("Votre brouillon est enregistré")).to_be_visible()
    expect(page.get_by_label("Qu’est-ce que le regard")).to_have_value("Nos écrans")
    page.get_by_role("button", name="Envoyer mon bilan").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Votre bilan est parti")


def test_ones_own_screen_saves_while_typing(company: Company, engine: Engine, enter: Open) -> None:
    page = enter(company.anna.account_id, viewport=PHONE)
    page.clock.install()
    page.goto(company.form)
    with page.expect_response(lambda answer: answer.request.method == "POST") as saved:
        page.get_by_label("Qu’est-ce qui vous a surpris").press_sequentially("Le bruit")
        page.clock.run_for(60_000)
    assert saved.value.ok


def test_a_shared_screen_saves_nothing_while_typing(company: Company, engine: Engine, enter: Open) -> None:
    page = enter(company.anna.account_id, viewport=PHONE, shared_screen=True)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.clock.install()
    page.goto(company.form)
    assert axe(page) == []
    page.get_by_label("Qu’est-ce qui vous a surpris").press_sequentially("Le bruit")
    page.clock.run_for(60_000)
    assert "POST" not in sent
    expect(page.get_by_role("button", name="Garder pour plus tard")).to_have_count(0)
    page.get_by_role("button", name="Envoyer mon bilan").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Votre bilan est parti")


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_results_are_clean(many: Company, engine: Engine, enter: Open, locale: str) -> None:
    page = enter(many.hr.id, locale=locale)
    results = f"/campaigns/{many.campaign_id}/results"
    page.goto(results)
    assert faults_of(page) == []
    open_forms(engine)
    with open_session(engine) as session:
        for number in range(6):
            author = many.author(session, many.visitors[number], number)
            said = {"recommend": 5 + number % 5, "supported": 1 + number % 4, "mobility": number == 1}
            service.send_debrief(session, author, said, now=EVENING)
    release_batches(engine)
    page.goto(results)
    assert faults_of(page) == []
    expect(page.locator(".shares-bar").first).to_be_visible()
    assert page.locator(".shares table").count() >= 2
