"""A repair on a phone and on a desk: what fell, proposals side by side, axe clean; one tap accepts."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.accounts import sessions
from app.accounts.guards import COOKIE
from app.core.db import open_session
from app.planning.repairs import closing
from app.worker import drain
from tests.planning.repairs.broken import DAYS, NOW, TODAY, Published, cancel, last_repair, standing
from tests.support.browser import faults_of
from tests.support.web import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.database("sqlite")]


def test_a_repair_is_compared_and_accepted(
    new_page: Callable[..., Page], live_server: LiveServer, engine: Engine
) -> None:
    with open_session(engine) as session:
        company = Published(session)
        company.enrol(company.shop, "Zoé", "Libre")
        company.enrol(company.payroll, "Inès", "Libre")
        token = sessions.begin(session, company.hr, now=datetime(2027, 3, 26, 8, 0, tzinfo=UTC))
    cancel(engine, company.visit(company.back[0], company.front[0]))
    page = new_page()
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": live_server.url}])
    here = f"/campaigns/{company.campaign.id}/repairs"
    for path in (here, f"{here}/closure?site_id={company.there.id}&first={DAYS[0]}&last={DAYS[3]}"):
        shown = page.goto(path)
        assert shown is not None
        assert shown.ok
        assert faults_of(page) == []
    page.goto(f"{here}/{last_repair(engine).id}")
    assert faults_of(page) == []
    page.get_by_role("button", name="Choisir cette solution").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Une journée réparée")
    assert len(standing(engine)) == 4


def test_a_closed_site_is_opened_again(
    new_page: Callable[..., Page], live_server: LiveServer, engine: Engine
) -> None:
    with open_session(engine) as session:
        company = Published(session)
        token = sessions.begin(session, company.hr, now=datetime(2027, 3, 26, 8, 0, tzinfo=UTC))
        there = company.there.id or 0
        closing.close_site(session, there, DAYS[0], DAYS[3], company.actor, NOW, TODAY)
    drain(engine)
    page = new_page()
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": live_server.url}])
    page.goto(f"/campaigns/{company.campaign.id}/repairs/closure")
    assert faults_of(page) == []
    page.get_by_role("link", name="Voir ce que rouvrir change").click()
    assert faults_of(page) == []
    page.get_by_role("button", name="Rouvrir le site").click()
    expect(page.get_by_text("Le site est rouvert, pour toutes les campagnes.")).to_be_visible()
