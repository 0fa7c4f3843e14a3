"""A team's first roster: its other days wait for the roster of their day, and the preview says so."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.core.db import open_session
from app.people.tables import Person
from app.teams.tables import TeamPractice
from tests.planning.repairs.broken import DAYS, NOW, Published
from tests.support.accounts import SignIn
from tests.support.web import Clock


@pytest.mark.parametrize("known", [False, True])
def test_the_preview_counts_the_days_that_become_provisional(
    engine: Engine, client: TestClient, sign_in: SignIn, clock: Clock, *, known: bool
) -> None:
    clock.set(NOW)
    with open_session(engine) as session:
        company = Published(session)
        session.get_one(Person, company.front[0].id).employee_number = "B0"
        if known:  # the team works by roster already: nothing changes for its other days
            session.add(TeamPractice(team_id=company.shop.id, by_roster=True))
    sign_in(client, company.hr)
    content = f"Matricule;Jour;Horaires\nB0;{DAYS[0]};J\n".encode()
    sent = client.post("/team/rosters", data={}, files={"file": ("avril.csv", content)})
    page = client.get(sent.headers["location"]).text.replace("\u00a0", " ")
    assert ("3 autres journées deviennent provisoires" in page) is not known
    assert (f"{company.back[1].name} chez {company.front[1].name}" in page) is not known
    assert f"{company.back[0].name} chez {company.front[0].name}" not in page
