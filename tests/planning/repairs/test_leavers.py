"""HR's file says that somebody left: the days that fall are shown before, and said after."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from app.core.db import open_session
from app.people.tables import Person, Team
from app.planning.repairs import showing
from app.planning.tables import Repair
from app.visits import history, reading
from app.visits.tables import CancelReason, ChangeKind, Visit, VisitStatus
from app.worker import drain
from tests.planning.repairs.broken import Published, campaign_of, last_repair, proposals
from tests.support.accounts import SignIn


def send_everybody(engine: Engine, client: TestClient, *, but: Person | None = None) -> str:
    """HR send a file of everybody, or of all but one; the address of its preview."""
    with open_session(engine) as session:
        rows = session.exec(select(Person, Team).join(Team, col(Team.id) == col(Person.team_id))).all()
        for person, _team in rows:
            person.employee_number = f"N{person.id}"
        lines = [
            f"N{person.id};{person.first_name};{person.last_name};{team.name}"
            for person, team in rows
            if but is None or person.id != but.id
        ]
    content = "\n".join(["Matricule;Prénom;Nom;Équipe", *lines]).encode()
    sent = client.post(
        "/people/import", data={"kind": "people", "full": "1"}, files={"file": ("rh.csv", content)}
    )
    return sent.headers["location"]


def confirm(client: TestClient, preview: str) -> Any:
    shown = re.search(r'name="shown" value="([0-9a-f]+)"', client.get(preview).text)
    assert shown is not None
    return client.post(f"{preview}/confirmation", data={"shown": shown[1], "leavers": "1"})


def test_a_leaver_of_hrs_file_is_shown_and_said_with_what_falls(
    engine: Engine, company: Published, client: TestClient, sign_in: SignIn
) -> None:
    gone = company.front[0]
    sign_in(client, company.hr)
    preview = send_everybody(engine, client, but=gone)
    page = client.get(preview).text.replace("\u00a0", " ")
    assert "2 journées à venir tombent avec ces départs" in page
    assert f"{company.back[0].name} chez {gone.name}" in page
    assert f"Un message part à : {company.back[0].name}, et à leurs responsables." in page
    done = confirm(client, preview)
    here = f"/campaigns/{company.campaign.id}/repairs"
    assert done.headers["location"] == here
    after = client.get(here).text.replace("\u00a0", " ")
    assert "1 personne est partie : son compte est fermé. 2 journées à venir tombent" in after
    drain(engine)
    with open_session(engine) as session:
        fell = session.exec(select(Visit).where(Visit.status == VisitStatus.CANCELLED)).all()
        assert [one.cancel_reason for one in fell] == [CancelReason.GONE] * 2
        lines = reading.history_of(session, [fell[0].id or 0])
        [line] = [one for one in lines if one.change.kind is ChangeKind.CANCELLED]
        [told] = history.told([line], to_manager=False)
        assert told.sentence == f"Annulée par {company.hr.name}."
        assert told.reason == "L’une des deux personnes a quitté l’entreprise"
        [to_manager] = history.told([line], to_manager=True)
        assert (to_manager.sentence, to_manager.reason) == ("Annulée.", "")
    last = last_repair(engine)
    with open_session(engine) as session:
        repair = session.get_one(Repair, last.id)
        what = showing.page_of(session, campaign_of(session, company), repair)
    assert what["cause"] == "Un départ de l’entreprise"
    assert {one.seen.visit.id for one in what["lost"]} == {one.id for one in fell}


@pytest.mark.parametrize("returns", [True, False])
def test_whoever_a_file_brings_back_has_their_days_looked_for_again(
    engine: Engine, company: Published, client: TestClient, sign_in: SignIn, *, returns: bool
) -> None:
    sign_in(client, company.hr)
    confirm(client, send_everybody(engine, client, but=company.front[0]))
    drain(engine)
    without = last_repair(engine)
    assert people_with_a_day_again(engine, without) == 0
    if returns:
        confirm(client, send_everybody(engine, client))
        drain(engine)
    found = last_repair(engine)
    assert (found.id != without.id) is returns
    assert (people_with_a_day_again(engine, found) > 0) is returns


def people_with_a_day_again(engine: Engine, repair: Repair) -> int:
    return max((one.restored for one in proposals(engine, repair).values()), default=0)
