"""What most tests of visits begin with."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from tests.visits.life import Company


@pytest.fixture
def company(session: Session) -> Company:
    return Company(session)


@pytest.fixture
def enter(company: Company, as_: Callable[[Any], TestClient]) -> Callable[[Any], TestClient]:
    """Somebody's browser; what the test did or read before is written, and holds nothing."""

    def entered(who: Any) -> TestClient:
        company.session.commit()
        browser = as_(who)
        browser.event_hooks["request"] = [lambda _request: company.session.commit()]
        return browser

    return entered
