"""The live progress in a real browser, and the pages for everybody: axe, narrow and wide."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.accounts import sessions
from app.accounts.guards import COOKIE
from app.core.db import open_session
from app.planning import jobs, queries, runs
from app.planning.tables import QuestionKind
from tests.planning.company import WEEK, Company
from tests.support.browser import axe, faults_of
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


def test_an_effect_shows_as_soon_as_a_figure_changes(
    open_as_hr: Callable[..., Page], company: Company
) -> None:
    page = open_as_hr(viewport={"width": 1280, "height": 900})
    page.goto(f"/campaigns/{company.campaign.id}/planning/what-if")
    expect(page.locator("#forecast")).to_contain_text("Changez un réglage")
    page.locator("#f-max_travel").fill("10")
    page.locator("#f-max_travel").press("Tab")
    expect(page.locator("#forecast")).to_contain_text("−4 personnes, c’est exact")
    assert axe(page) == []
    page.locator("#f-max_travel").fill("99999")
    page.locator("#f-max_travel").press("Tab")
    expect(page.locator("#forecast")).to_contain_text("600")
    expect(page.locator("#forecast")).not_to_contain_text("−4 personnes")


def test_what_would_help_appears_in_its_row(
    open_as_hr: Callable[..., Page], company: Company, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "ALL_REMEDIES", 0)  # as in a large company: the plan does not hold them
    with open_session(engine) as session:
        company.session = session
        company.enrol(company.payroll, "Anna", "Pressée", visit_days=WEEK[:1])
        run = runs.request_run(
            session,
            session.merge(company.campaign),
            company.actor,
            datetime(2027, 3, 2, 8, 0, tzinfo=UTC),
            today=date(2027, 3, 2),
        )
    jobs.solve_run(engine, run.id or 0)
    page = open_as_hr(viewport={"width": 1280, "height": 900})
    page.goto(f"/campaigns/{company.campaign.id}/planning/unmatched")
    row = page.get_by_role("row").filter(has_text="Pressée")
    row.get_by_role("button").click()
    expect(row.get_by_text("Nous essayons et recalculons")).to_be_visible()
    assert axe(page) == []
    with open_session(engine) as session:
        [question] = queries.questions_of(session, company.campaign.id or 0, QuestionKind.REMEDY)
    jobs.answer_question(engine, question.id or 0)
    expect(row).to_contain_text("en binôme")


@pytest.mark.parametrize("language", ["fr-FR", "en-GB"])
def test_a_plan_is_computed_and_published_without_a_script(
    open_as_hr: Callable[..., Page], company: Company, engine: Engine, language: str
) -> None:
    """The views of the plan itself: tests/journeys/test_pages.py."""
    still = open_as_hr(java_script_enabled=False, locale=language)
    here = f"/campaigns/{company.campaign.id}/planning"
    still.goto(here)
    still.locator(f"form[action='{here}/runs'] button").click()
    with open_session(engine) as session:
        run = queries.active_run(session, company.campaign.id or 0)
    assert run is not None
    jobs.solve_run(engine, run.id or 0)
    page = open_as_hr(locale=language)
    page.goto(f"{here}/what-if?max_travel=10")
    assert faults_of(page) == []
    still.goto(f"{here}/publication")
    still.locator(f"form[action='{here}/publication'] button").click()
    page.goto(f"/campaigns/{company.campaign.id}/visits?view=calendar")
    assert faults_of(page) == []


@pytest.mark.parametrize("script", [True, False])
def test_a_decision_keeps_its_place_and_what_suffices_is_done_where_it_is_said(
    open_as_hr: Callable[..., Page], company: Company, engine: Engine, script: bool
) -> None:
    here = f"/campaigns/{company.campaign.id}/planning"

    def computed() -> None:
        with open_session(engine) as session:
            run = runs.request_run(
                session,
                session.merge(company.campaign),
                company.actor,
                datetime(2027, 3, 2, 8, 0, tzinfo=UTC),
                today=date(2027, 3, 2),
            )
        jobs.solve_run(engine, run.id or 0)

    computed()
    page = open_as_hr(java_script_enabled=script, viewport={"width": 320, "height": 600})
    page.goto(f"{here}?sort=name")
    second = page.locator("ul.swaps > li").nth(1)
    place = second.get_attribute("id")
    second.locator(f"form[action='{here}/pins'] button").click()
    assert page.url.endswith(f"{here}?sort=name#{place}")
    expect(page.locator(f"#{place}")).to_be_in_viewport()
    expect(page.locator(f"#{place}")).to_contain_text("épinglée")
    computed()
    page.goto(f"{here}/unmatched")
    page.locator("td a[href*='what-if?remedy=']").first.click()
    expect(page.locator("#forecast")).to_contain_text("+1 personne, c’est exact")
    page.locator(f"form[action='{here}/once-more'] button").click()
    expect(page.get_by_text("peut maintenant participer 2 fois")).to_be_visible()
    if script:
        for path in ("/unmatched", "/pairs", "/what-if?more_visitors=99"):
            page.goto(here + path)
            assert faults_of(page) == []
