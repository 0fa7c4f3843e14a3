"""Every page that links reach, as each role, in both languages, on a phone and on a desk.

The crawl starts at home and follows links only. Each route is looked at once a role, in a company that lives
eight campaigns, one in each state.
"""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from playwright.sync_api import Page
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.routing import compile_path

from app.accounts import sessions
from app.accounts.guards import COOKIE
from app.accounts.tables import Account
from app.campaigns.lifecycle import STEPS
from app.campaigns.tables import Campaign, Status, StatusChange
from app.core.db import open_session
from app.debriefs import service as debriefs
from app.people.tables import Person, Side
from app.planning import jobs as planning
from app.planning import runs
from app.visits.queries import find_visit
from tests.factories import (
    NOW,
    make_account,
    make_campaign,
    make_enrolment,
    make_person,
    make_site,
    make_team,
    make_visit,
)
from tests.support.browser import BOTH, faults_of
from tests.support.web import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.database("sqlite"), pytest.mark.usefixtures("clock")]

TODAY = NOW.date()
MOST_PAGES = 60
SEEN_TWICE = {"/campaigns/{campaign_id}"}
"""Routes whose page differs with the state of the campaign: each state is looked at."""


READ_AT: dict[str, tuple[int, ...]] = {"fr": BOTH, "en": ()}
"""Where axe reads a page: other words break none of its rules; whether they fit is looked at everywhere."""


@dataclass
class Company:
    """Who may come in, by role."""

    accounts: dict[str, int]


@pytest.fixture
def company(engine: Engine, live_server: LiveServer) -> Company:
    """A back office and a shop that live a campaign in each state."""
    with open_session(engine) as session:
        here = make_site(session)
        room = {"max_away": 9, "max_visitors": 9}
        back = make_team(session, here, name="Paie", side=Side.BACK, department="RH", **room)
        shop = make_team(session, here, name="Boutique", **room)
        hr = make_account(session, "Claire Morel", is_hr=True, employee_number="H1")
        admin = make_account(session, "Alix Info", is_admin=True, employee_number="H2")
        manager = make_person(session, shop, first_name="Maud", last_name="Chef")
        front = [_colleague(session, shop, n, manager) for n in range(5)]
        behind = [_colleague(session, back, n, None) for n in range(5, 10)]
        make_person(session, shop, first_name="Nina", last_name="Faure", email=None)
        pairs = list(zip(front, behind, strict=True))
        planned = {status: _campaign(session, status, pairs, hr) for status in Status}
        planning_id = planned[Status.PLANNING].id
        actor = sessions.Actor(hr.id or 0, hr.name, None, is_hr=True, is_admin=False)
        run = runs.request_run(session, planned[Status.PLANNING], actor, NOW, today=TODAY, time_limit=5)
        accounts = {
            "hr": hr.id,
            "admin": admin.id,
            "manager": manager.account_id,
            "front": front[0].account_id,
        }
    assert planning_id
    planning.solve_run(engine, run.id or 0)
    return Company({role: number or 0 for role, number in accounts.items()})


def _colleague(session: Session, team: Any, number: int, manager: Person | None) -> Person:
    person: Person = make_person(
        session, team, first_name=f"Alix{number}", manager_id=manager.id if manager else None
    )
    return person


def _campaign(session: Session, status: Status, pairs: list[tuple[Person, Person]], hr: Account) -> Campaign:
    """A campaign in a state, whose days lie where that state puts them."""
    first = {
        Status.RUNNING: TODAY - timedelta(days=4),
        Status.DEBRIEFING: TODAY - timedelta(days=40),
        Status.CLOSED: TODAY - timedelta(days=90),
    }.get(status, TODAY + timedelta(days=34 + 7 * list(Status).index(status)))
    last = first + timedelta(days=25)
    campaign: Campaign = make_campaign(
        session,
        name=f"Campagne {status.value}",
        story="Une journée ailleurs.",
        status=status,
        first_day=first,
        last_day=last,
        plan_by=first - timedelta(days=15),
        enrol_until=first - timedelta(days=20),
        debrief_until=last + timedelta(days=30),
        created_by=hr.id,
        information_sheet_on=TODAY if status is not Status.DRAFT else None,
        representatives_informed_on=TODAY if status is not Status.DRAFT else None,
    )
    if status is Status.DRAFT:
        return campaign
    before = next(step.before for step in STEPS if step.after == status)
    session.add(
        StatusChange(campaign_id=campaign.id or 0, before=before, after=status, at=NOW, reason="Parce que.")
    )
    for number, (one, other) in enumerate(pairs):
        if status is Status.OPEN and number == 0:
            continue  # two people still have to answer
        for person in (one, other):
            make_enrolment(session, campaign, person)
        if status in {Status.PUBLISHED, Status.RUNNING, Status.DEBRIEFING, Status.CLOSED}:
            _live(session, campaign, one, other, number, TODAY)
    return campaign


def _live(session: Session, campaign: Campaign, one: Person, other: Person, number: int, today: Any) -> None:
    """Two days; those that are over are told by everybody but the first pair."""
    for visitor, host, shift in ((one, other, 0), (other, one, 7)):
        day = campaign.first_day + timedelta(days=shift)
        visit = make_visit(session, campaign, visitor, host, day=day)
        if campaign.status is Status.CLOSED or number == 0 or day >= today:
            continue
        seen = find_visit(session, visit.id or 0)
        assert seen is not None
        author = debriefs.author_of(seen, visitor.id)
        debriefs.send_debrief(
            session, author, {"supported": 1 + number % 4, "recommend": 5 + number}, now=NOW
        )


@cache
def page_routes(app: FastAPI) -> list[tuple[str, re.Pattern[str]]]:
    """(path, its pattern) of the routes that answer a GET."""
    return [
        (route.path, compile_path(route.path)[0])
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute) and "GET" in (route.methods or ())
    ]


def template_of(app: FastAPI, path: str) -> str:
    """The route that an address belongs to."""
    return next((name for name, pattern in page_routes(app) if pattern.match(path)), path)


class Look:
    """A browser in one language, which sees each page on a phone and on a desk."""

    def __init__(self, page: Page, language: str) -> None:
        self.page, self.language = page, language
        self.errors: list[str] = []
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)

    def faults(self, path: str) -> list[str]:
        """What is wrong with the page there."""
        self.errors.clear()
        answer = self.page.goto(path)
        assert answer is not None
        if answer.status != 200:
            return [f"{path}: {answer.status}"]
        found = []
        if self.page.locator("html").get_attribute("lang") != self.language:
            found.append("says another language")
        if (n := self.page.locator("h1").count()) != 1:
            found.append(f"has {n} h1")
        found += faults_of(self.page, read_at=READ_AT[self.language])
        return [f"{path} in {self.language}: {fault}" for fault in found + self.errors]


# Whoever works in the back office sees the pages of the front office.
@pytest.mark.parametrize("role", ["nobody", "front", "manager", "hr", "admin"])
def test_every_page_that_links_reach_is_good(
    new_page: Callable[..., Page],
    live_server: LiveServer,
    engine: Engine,
    company: Company,
    role: str,
) -> None:
    looks = [Look(new_page(locale=locale), locale[:2]) for locale in ("fr-FR", "en-GB")]
    if role != "nobody":
        for look in looks:
            with open_session(engine) as session:
                token = sessions.begin(session, session.get_one(Account, company.accounts[role]), now=NOW)
            look.page.context.add_cookies([{"name": COOKIE, "value": token, "url": live_server.url}])
    waiting, known, looked_at, faults = deque(["/"]), {"/"}, set[str](), list[str]()
    count = 0
    while waiting and count < MOST_PAGES:
        path = waiting.popleft()
        template = template_of(live_server.app, path.partition("?")[0])
        if template in looked_at and template not in SEEN_TWICE:
            continue
        count += 1
        looked_at.add(template)
        for look in looks:
            faults += look.faults(path)
        for href in looks[0].page.locator("a[href]").evaluate_all("links => links.map(link => link.href)"):
            there = urlsplit(href)
            if not href.startswith(live_server.url) or re.search(
                r"\.(pdf|xlsx|csv|ics|json|eml)$", there.path
            ):
                continue
            if there.path not in known:
                known.add(there.path)
                waiting.append(f"{there.path}?{there.query}" if there.query else there.path)
    assert faults == []
    assert len(looked_at) >= LEAST[role], sorted(looked_at)


LEAST = {"nobody": 5, "front": 10, "manager": 8, "hr": 35, "admin": 8}
"""Routes that a role must at least reach: a crawl that stops early proves nothing."""
