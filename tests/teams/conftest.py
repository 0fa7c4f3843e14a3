"""A shop that works by roster, and who leads it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.accounts.sessions import Actor
from app.accounts.tables import Account
from app.core.db import open_session
from app.people.tables import Person
from app.teams import queries
from app.teams.guards import RosterSender
from app.teams.importing.run import RosterPlan, plan_roster
from app.teams.queries import led_teams
from app.teams.rosters import take_in
from app.teams.service import By
from tests.factories import make_account, make_campaign, make_person, make_team, make_visit

NOW = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
TODAY = NOW.date()
MONDAY = date(2027, 3, 15)
DAY = date(2027, 4, 6)

Import = Callable[..., RosterPlan]


def actor_of(session: Session, person: Person | None = None) -> Actor:
    """A person as they sign in; HR without one."""
    account = session.get_one(Account, person.account_id) if person else make_account(session, is_hr=True)
    assert account.id is not None
    return Actor(account.id, account.name, None, is_hr=account.is_hr, is_admin=False)


class Shop:
    """Marc leads Anna and Bruno at the shop; Zoé works elsewhere, for Paul."""

    def __init__(self, session: Session) -> None:
        self.team = make_team(session, name="Boutique Bellecour", max_away=1, max_visitors=1, min_presence=1)
        self.elsewhere = make_team(session, name="Agence")
        self.marc = make_person(session, self.elsewhere, first_name="Marc", last_name="Chef")
        self.paul = make_person(session, self.elsewhere, first_name="Paul", last_name="Autre")
        led = {"manager_id": self.marc.id}
        self.anna = make_person(session, self.team, first_name="Anna", employee_number="A1", **led)
        self.bruno = make_person(session, self.team, first_name="Bruno", employee_number="B2", **led)
        self.zoe = make_person(
            session, self.elsewhere, first_name="Zoé", employee_number="Z9", manager_id=self.paul.id
        )


@pytest.fixture
def shop(session: Session) -> Shop:
    return Shop(session)


@pytest.fixture
def hr(session: Session) -> By:
    return By(actor_of(session))


@pytest.fixture
def import_(session: Session) -> Import:
    """`import_(text_or_bytes, by=person, apply=True)`; HR without `by`."""

    def run(content: str | bytes, *, by: Person | None = None, apply: bool = True) -> RosterPlan:
        raw = content.encode() if isinstance(content, str) else content
        managers = queries.acting_for(session, by, TODAY) if by else []
        sender = RosterSender(actor_of(session, by), by.id if by else None, managers)
        teams = None if by is None else {team.id for team, _site in led_teams(session, managers) if team.id}
        plan = plan_roster(session, raw, team_ids=teams, today=TODAY)
        if apply:
            take_in(session, sender, plan, now=NOW)
        return plan

    return run


class Company(Shop):
    """The shop, and Paula from the head office who comes to see Anna."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.hr = make_account(session, "Claire Morel", is_hr=True)
        office = make_team(session, side="back", department="RH", name="Paie")
        self.paula = make_person(session, office, first_name="Paula", last_name="Roy")
        self.campaign = make_campaign(session)
        self.visit = make_visit(session, self.campaign, self.paula, self.anna, day=DAY)


@pytest.fixture
def company(engine: Engine) -> Company:
    with open_session(engine) as session:
        return Company(session)


def rows(engine: Engine, table: Any) -> list[Any]:
    """Every row of a table."""
    with open_session(engine) as session:
        return list(session.exec(select(table)))
