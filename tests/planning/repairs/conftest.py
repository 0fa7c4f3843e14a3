"""A published campaign, on the day things happen to it."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.availability.tables import Enrolment
from app.core.db import open_session
from app.people.tables import Team
from tests.planning.repairs.broken import DAYS, NOW, Published
from tests.support.accounts import SignIn
from tests.support.web import Clock


@pytest.fixture(autouse=True)
def at(clock: Clock) -> None:
    clock.set(NOW)


@pytest.fixture
def company(engine: Engine) -> Published:
    with open_session(engine) as session:
        return Published(session)


@pytest.fixture
def hr(client: TestClient, company: Published, sign_in: SignIn) -> TestClient:
    sign_in(client, company.hr)
    return client


@pytest.fixture
def crowded(engine: Engine) -> Published:
    """Anna0 can only go on the day Anna1 is at the shop, which takes one visitor a day."""
    with open_session(engine) as session:
        company = Published(session)
        row = session.exec(select(Enrolment).where(Enrolment.person_id == company.back[0].id)).one()
        row.visit_days = [DAYS[n].isoformat() for n in (0, 1, 3)]
        session.get_one(Team, company.shop.id).max_visitors = 1
        return company


@pytest.fixture
def narrow(engine: Engine, company: Published) -> Published:
    """Nobody gave other days than those of the plan."""
    with open_session(engine) as session:
        for row in session.exec(select(Enrolment)):
            mine = [one for one in company.visits if row.person_id in (one.visitor_id, one.host_id)]
            row.visit_days = [one.day.isoformat() for one in mine if one.visitor_id == row.person_id]
            row.host_days = [one.day.isoformat() for one in mine if one.host_id == row.person_id]
    return company
