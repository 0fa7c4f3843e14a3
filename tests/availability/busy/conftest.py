"""Somebody who takes part, in a company whose IT allows addresses where a test says so."""

import pytest

from app.core.settings import settings
from tests.availability.conftest import Company, Open
from tests.factories import make_enrolment


@pytest.fixture
def anna(company: Company, committed: Open) -> Company:
    """Anna takes part, on each of the campaign's days."""
    days = [f"2027-04-{day}" for day in range(26, 31)] + ["2027-05-03"]
    with committed() as session:
        make_enrolment(session, company.campaign, company.anna, visit_days=days, host_days=days[1:3])
    return company


@pytest.fixture
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """IT lets the service fetch calendars."""
    monkeypatch.setenv("CALENDAR_ADDRESSES", "https")
    settings.cache_clear()
