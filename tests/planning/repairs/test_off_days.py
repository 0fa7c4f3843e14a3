"""A file that changes when somebody works: HR read which days to come fall where they no longer do, before
and after; nothing falls by itself."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from app.core.db import open_session
from app.people.tables import Person, Team
from app.teams.tables import RosterDay, Shift
from app.visits.off_days import off_due
from app.worker import drain
from tests.planning.repairs.broken import TODAY, Published
from tests.planning.repairs.test_alike import sent, standing
from tests.support.accounts import SignIn

LETTERS = ("Lun", "Mar", "Mer", "Jeu", "Ven")


def file_of(engine: Engine, worked: dict[int, str], ends: dict[int, date]) -> bytes:
    """Everybody, some of them with another week, or a contract that ends."""
    with open_session(engine) as session:
        teams = {one.id: one.name for one in session.exec(select(Team))}
        people = list(session.exec(select(Person).order_by(col(Person.id))))
        lines = []
        for one in people:
            one.employee_number = f"N{one.id}"
            cells = [worked.get(one.id or 0, ""), str(ends.get(one.id or 0, ""))]
            lines.append(
                ";".join([one.employee_number, one.first_name, one.last_name, teams[one.team_id], *cells])
            )
    head = "Matricule;Prénom;Nom;Équipe;Jours travaillés;Fin de contrat"
    return "\n".join([head, *lines]).encode()


def all_but(day: date) -> str:
    """The week without the weekday of a day."""
    return " ".join(name for number, name in enumerate(LETTERS) if number != day.weekday())


@pytest.mark.parametrize(
    ("change", "role"),
    [
        ("week", "visitor_id"),
        ("contract", "host_id"),
        ("other weekday", "host_id"),
        ("contract ends after", "visitor_id"),
    ],
)
def test_hr_read_which_days_nobody_works_any_more_before_and_after_an_import(
    engine: Engine, company: Published, client: TestClient, sign_in: SignIn, role: str, change: str
) -> None:
    visit = company.visits[0]
    who: int = getattr(visit, role)
    falls = change in ("week", "contract")
    other = visit.day + timedelta(days=1 if visit.day.weekday() < 4 else -1)
    weeks = {"week": all_but(visit.day), "other weekday": all_but(other)}
    ends = {
        "contract": visit.day - timedelta(days=1),
        "contract ends after": max(one.day for one in company.visits),
    }
    before = standing(engine)
    sign_in(client, company.hr)
    content = file_of(
        engine,
        {who: weeks[change]} if change in weeks else {},
        {who: ends[change]} if change in ends else {},
    )
    preview = sent(client, content)
    page = client.get(preview).text.replace("\u00a0", " ")
    why = {"week": "ne travaille pas ce jour de la semaine", "contract": "son contrat sera terminé"}
    assert (why.get(change, "on ne travaillera plus") in page) is falls
    shown: Any = re.search(r'name="shown" value="([0-9a-f]+)"', page)
    client.post(f"{preview}/confirmation", data={"shown": shown[1]})
    drain(engine)
    assert standing(engine) == before
    here = f"/campaigns/{company.campaign.id}/visits?status=off"
    assert (here in client.get("/home").text) is falls
    listed = client.get(here).text
    assert ("Aucune journée ne correspond" in listed) is not falls


@pytest.mark.parametrize("by_roster", [True, False])
def test_what_a_roster_says_of_the_day_counts_instead_of_the_usual_week(
    engine: Engine, company: Published, by_roster: bool
) -> None:
    visit = company.visits[0]
    with open_session(engine) as session:
        week = list("1111100")
        week[visit.day.weekday()] = "0"
        session.get_one(Person, visit.visitor_id).worked_weekdays = "".join(week)
        if by_roster:
            session.add(RosterDay(person_id=visit.visitor_id, day=visit.day, shift=Shift.FULL))
    with open_session(engine) as session:
        due = [number for _campaign, number in off_due(session, TODAY)]
    assert bool(due) is not by_roster
