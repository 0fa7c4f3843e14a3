"""A file that moves somebody into the team they are to visit: HR read which days, before and after; nothing
falls by itself."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from app.core.db import open_session
from app.people.tables import Person, Team
from app.visits.tables import Visit, VisitStatus
from app.worker import drain
from tests.planning.repairs.broken import Published
from tests.support.accounts import SignIn


def file_of(company: Published, engine: Engine, team_of: dict[int, int]) -> bytes:
    """Everybody, some of them in another team."""
    with open_session(engine) as session:
        teams = {one.id: one for one in session.exec(select(Team))}
        people = list(session.exec(select(Person).order_by(col(Person.id))))
        for person in people:
            person.employee_number = f"N{person.id}"
        lines = [
            f"N{one.id};{one.first_name};{one.last_name};{teams[team_of.get(one.id or 0, one.team_id)].name}"
            for one in people
        ]
    return "\n".join(["Matricule;Prénom;Nom;Équipe", *lines]).encode()


def sent(client: TestClient, content: bytes) -> str:
    answer = client.post("/people/import", data={"kind": "people"}, files={"file": ("rh.csv", content)})
    return str(answer.headers["location"])


def standing(engine: Engine) -> int:
    with open_session(engine) as session:
        return len(session.exec(select(Visit).where(Visit.status == VisitStatus.PLANNED)).all())


@pytest.mark.parametrize("moves", [True, False])
def test_hr_read_which_days_are_within_one_team_before_and_after_an_import(
    engine: Engine, company: Published, client: TestClient, sign_in: SignIn, moves: bool
) -> None:
    with open_session(engine) as session:
        visit: Any = session.exec(select(Visit).where(Visit.status == VisitStatus.PLANNED)).first()
        visitor, host = (session.get_one(Person, one) for one in (visit.visitor_id, visit.host_id))
        names, ids, team_id = (visitor.name, host.name), visitor.id or 0, host.team_id
    before = standing(engine)
    sign_in(client, company.hr)
    preview = sent(client, file_of(company, engine, {ids: team_id} if moves else {}))
    page = client.get(preview).text.replace("\u00a0", " ")
    assert ("plus un autre métier : même équipe" in page.replace("\u00a0", " ")) is moves
    assert ("Aucun message ne le dit" in page) is moves
    shown = re.search(r'name="shown" value="([0-9a-f]+)"', page)
    if shown is not None:
        client.post(f"{preview}/confirmation", data={"shown": shown[1]})
    drain(engine)
    assert standing(engine) == before
    home = client.get("/home").text
    here = f"/campaigns/{company.campaign.id}/visits?status=alike"
    assert (here in home) is moves
    listed = client.get(here).text
    assert (names[0] in listed) is moves
    assert ("Aucune journée ne correspond" in listed) is not moves
