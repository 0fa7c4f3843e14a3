"""A company whose enrolment is closed, its HR, and a plan."""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.core.db import open_session
from app.planning import jobs, queries
from tests.planning.company import Company
from tests.support.web import browser_of


@pytest.fixture
def company(engine: Engine) -> Company:
    with open_session(engine) as session:
        made = Company(session)
        made.enrol(made.shop, "Zoé", "Seule")
    return made


@pytest.fixture
def hr(app: FastAPI, company: Company, sign_in: Any) -> TestClient:
    made = browser_of(app)
    sign_in(made, company.hr)
    return made


@pytest.fixture
def planned(hr: TestClient, company: Company, engine: Engine) -> str:
    """Address of the planning, once a plan is there."""
    here = f"/campaigns/{company.campaign.id}/planning"
    assert hr.post(f"{here}/runs").status_code == 303
    with open_session(engine) as session:
        run = queries.active_run(session, company.campaign.id or 0)
    assert run is not None
    jobs.solve_run(engine, run.id or 0)
    return here
