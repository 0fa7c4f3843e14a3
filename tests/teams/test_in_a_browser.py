"""The team's pages in a real browser: narrow and wide, by tap and without a script, axe content."""

import os
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.accounts import sessions
from app.accounts.guards import COOKIE
from app.accounts.tables import Account
from app.core import clock as app_clock
from app.core.db import open_session
from app.people.tables import Person
from app.teams.tables import BlackoutDay, GoodDay, RosterDay, Shift, TeamConditions
from app.visits.tables import Visit
from tests.factories import make_campaign, make_person, make_team, make_visit
from tests.support.browser import BOTH, faults_of
from tests.support.web import LiveServer
from tests.teams.conftest import NOW, Shop

pytestmark = [pytest.mark.browser, pytest.mark.database("sqlite"), pytest.mark.usefixtures("clock")]

DAY = date(2027, 4, 6)


class Company(Shop):
    """A shop with days of every look."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        office = make_team(session, side="back", department="RH", name="Paie")
        paula, noe = (make_person(session, office, first_name=name) for name in ("Paula", "Noé"))
        campaign = make_campaign(session)
        make_visit(session, campaign, paula, self.anna, day=DAY)
        make_visit(session, campaign, self.bruno, noe, day=DAY + timedelta(days=2))
        self.off: Visit = make_visit(session, campaign, noe, self.anna, day=DAY + timedelta(days=7))
        team_id = self.team.id or 0
        session.add(RosterDay(person_id=self.anna.id or 0, day=self.off.day, shift=Shift.OFF))
        session.add(BlackoutDay(team_id=team_id, day=date(2027, 4, 12), no_visitors=True, no_leaving=True))
        session.add(BlackoutDay(team_id=team_id, day=date(2027, 4, 14), no_visitors=True, no_leaving=False))
        session.add(BlackoutDay(team_id=team_id, day=date(2027, 4, 15), no_visitors=False, no_leaving=True))
        session.add(GoodDay(team_id=team_id, day=date(2027, 4, 16)))
        asked = TeamConditions(team_id=team_id, version=1, confidentiality=True, safety="9 h", created_at=NOW)
        session.add(asked)


@pytest.fixture
def company(engine: Engine) -> Company:
    with open_session(engine) as session:
        return Company(session)


@pytest.fixture
def page_of(engine: Engine, live_server: LiveServer, new_page: Callable[..., Page]) -> Callable[..., Page]:
    """`page_of(person, width, **options)`: a page of somebody signed in."""

    def enter(person: Person, width: int, **options: Any) -> Page:
        page = new_page(viewport={"width": width, "height": 900}, **options)
        with open_session(engine) as session:
            account = session.get_one(Account, person.account_id)
            token = sessions.begin(session, account, now=app_clock.now())
        page.context.add_cookies([{"name": COOKIE, "value": token, "url": live_server.url}])
        return page

    return enter


def paths(company: Company) -> list[str]:
    here = f"/team/{company.team.id}"
    return [
        "/team?start=2027-04-05",
        f"{here}?start=2027-04-05&mark=closed",
        f"{here}/conditions",
        "/team/conflicts",
    ]


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_the_pages_are_clean(company: Company, page_of: Callable[..., Page], locale: str) -> None:
    page = page_of(company.marc, 320, locale=locale)
    for number, path in enumerate(paths(company)):
        page.goto(path)
        if folder := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=f"{folder}/teams-{number}-{locale}.png", full_page=True)
        assert faults_of(page) == []


@pytest.mark.parametrize(("width", "script"), [(360, False), (1280, True)])
def test_a_tap_sets_a_day(
    company: Company, page_of: Callable[..., Page], engine: Engine, width: int, script: bool
) -> None:
    page = page_of(company.marc, width, java_script_enabled=script)
    page.goto("/team?start=2027-04-05")
    page.get_by_role("link", name="Bon jour pour recevoir", exact=True).click()
    for day in ("20", "21"):
        page.get_by_role("button", name=f"{day} avril 2027").click()
        expect(page.locator(f"#day-2027-04-{day}")).to_have_class(re.compile(r"\bmark-good\b"))
    with open_session(engine) as session:
        days = {row.day.day for row in session.exec(select(GoodDay))}
    assert days == {16, 20, 21}


@pytest.mark.parametrize("width", BOTH)
def test_a_tapped_day_stays_where_it_was_and_the_answer_is_read_beside_it(
    company: Company, page_of: Callable[..., Page], width: int
) -> None:
    page = page_of(company.marc, width)
    page.goto("/team?start=2027-04-05&mark=no_visitors")
    # Kept by a mark: a live region that is itself replaced is not read aloud.
    page.evaluate("document.getElementById('flash').kept = true")
    for name, press in (("20", False), ("6", False), ("21", True)):
        day = page.locator(f"#day-2027-04-{int(name):02}")
        day.evaluate("one => one.scrollIntoView({block: 'center'})")
        before = day.bounding_box()
        if press:
            day.focus()
            page.keyboard.press("Enter")
        else:
            day.click()
        expect(day).to_have_class(re.compile(r"\bmark-no_visitors\b"))
        said = page.locator("#flash .flash")
        expect(said).to_contain_text(f"{name} avril 2027 : Personne ne vient")
        page.wait_for_function("() => document.querySelector('.htmx-settling, .htmx-swapping') === null")
        expect(day).to_be_focused(timeout=5_000)
        after = day.bounding_box()
        assert before is not None
        assert after is not None
        assert abs(before["y"] - after["y"]) < 2
        expect(day).to_be_in_viewport(ratio=1)
        expect(said).to_be_in_viewport(ratio=0.9)
        assert page.evaluate("document.getElementById('flash').kept") is True
    assert faults_of(page, (width,)) == []


def hold_first(page: Page) -> list[Route]:
    """What was sent; the first waits until the test answers it."""
    sent: list[Route] = []

    def take(route: Route) -> None:
        sent.append(route)
        if len(sent) > 1:
            route.continue_()

    page.route("**/days", take)
    return sent


@pytest.mark.parametrize("width", BOTH)
def test_days_tapped_before_the_answer_is_back_are_set_one_after_the_other(
    company: Company, page_of: Callable[..., Page], engine: Engine, width: int
) -> None:
    page = page_of(company.marc, width)
    page.goto("/team?start=2027-04-05&mark=no_visitors")
    held = hold_first(page)
    for day in ("06", "20", "21", "21", "22"):  # somebody is impatient: it is one tap
        page.locator(f"#day-2027-04-{day}").click()
    expect(page.locator("button.team-day[aria-busy=true]")).to_have_count(4)
    assert len(held) == 1
    held[0].continue_()
    for day in ("06", "20", "21", "22"):
        expect(page.locator(f"#day-2027-04-{day}")).to_have_class(re.compile(r"\bmark-no_visitors\b"))
    expect(page.locator("button.team-day[aria-busy]")).to_have_count(0)
    said = page.locator("#flash")
    expect(said).to_contain_text("22 avril 2027 : Personne ne vient")
    expect(said).to_contain_text("Ce qui était prévu reste")  # of the first
    with open_session(engine) as session:
        closed = {row.day.day for row in session.exec(select(BlackoutDay)) if row.no_visitors}
    assert closed >= {6, 20, 21, 22}


def test_a_day_tapped_after_one_that_failed_is_set(
    company: Company, page_of: Callable[..., Page], engine: Engine
) -> None:
    page = page_of(company.marc, 320)
    page.goto("/team?start=2027-04-05&mark=no_visitors")
    held = hold_first(page)
    for day in ("20", "21"):
        page.locator(f"#day-2027-04-{day}").click()
    held[0].abort()
    expect(page.locator("#day-2027-04-21")).to_have_class(re.compile(r"\bmark-no_visitors\b"))
    expect(page.locator("#day-2027-04-20")).not_to_have_class(re.compile(r"\bmark-no_visitors\b"))
    expect(page.locator("#flash")).to_contain_text("Ce changement n’a pas pu être enregistré")


@pytest.mark.parametrize("width", BOTH)
def test_the_answer_does_not_lie_on_the_day_that_was_tapped(
    company: Company, page_of: Callable[..., Page], width: int
) -> None:
    page = page_of(company.marc, width)
    page.goto("/team?start=2027-04-05&mark=no_visitors")
    for name in ("06", "20"):
        day = page.locator(f"#day-2027-04-{name}")
        day.evaluate("one => scrollBy(0, one.getBoundingClientRect().top - 12)")
        day.dispatch_event("click")
        expect(day).to_have_class(re.compile(r"\bmark-no_visitors\b"))
        page.wait_for_function("() => document.querySelector('.htmx-settling, .htmx-swapping') === null")
        said, box = page.locator("#flash .flash").last.bounding_box(), day.bounding_box()
        assert said is not None
        assert box is not None
        assert said["y"] + said["height"] <= box["y"]


def test_a_manager_imports_a_roster(company: Company, page_of: Callable[..., Page]) -> None:
    page = page_of(company.marc, 320)
    page.goto("/team/rosters")
    content = "Matricule;Jour;Horaires\nA1;06/04/2027;repos\nB2;06/04/2027;9h-17h\nX;06/04/2027;J\n"
    page.set_input_files(
        "input[type=file]", {"name": "avril.csv", "mimeType": "text/csv", "buffer": content.encode("cp1252")}
    )
    page.get_by_role("button", name="Voir l’aperçu").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 jours sont prêts")
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/teams-preview.png", full_page=True)
    assert faults_of(page) == []
    page.get_by_role("button", name="Confirmer le planning").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        "2 journées prévues ne peuvent pas avoir lieu"
    )
