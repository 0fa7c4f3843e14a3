"""What most tests of visits begin with."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.campaigns.tables import Status
from app.visits.tables import Visit
from tests.support.web import Clock
from tests.visits.life import BEFORE, EVENING, Company


@pytest.fixture
def company(session: Session) -> Company:
    return Company(session)


@pytest.fixture
def day(company: Company, clock: Clock) -> Visit:
    """Monday evening: Anna was to be at Bruno's, whose company had not signed."""
    company.campaign.status = Status.RUNNING
    company.anna.legal_entity, company.bruno.legal_entity = "Vélo SA", "Vélo Services"
    company.back.agreement_at = BEFORE
    for one in (company.there, company.back):
        one.visitor_confirmed_at = one.host_confirmed_at = BEFORE
    clock.set(EVENING)
    company.session.commit()
    return company.there


@pytest.fixture
def enter(company: Company, as_: Callable[[Any], TestClient]) -> Callable[[Any], TestClient]:
    """Somebody's browser; what the test did or read before is written, and holds nothing."""

    def entered(who: Any) -> TestClient:
        company.session.commit()
        browser = as_(who)
        browser.event_hooks["request"] = [lambda _request: company.session.commit()]
        return browser

    return entered
