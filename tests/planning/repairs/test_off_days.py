"""A file that changes when somebody works: days on which they do not are contradicted as by a roster."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.core.db import open_session
from app.messages.tables import Mail
from app.people.tables import Person, Team
from app.planning.tables import Repair
from app.teams.tables import RosterDay, Shift
from app.visits.jobs import follow_days
from app.visits.rosters import conflicts
from app.visits.tables import CancelReason, Visit
from app.worker import drain
from tests.booking.conftest import Shop
from tests.planning.repairs.broken import TODAY, Published
from tests.planning.repairs.test_alike import sent
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
def test_hr_read_before_an_import_which_days_nobody_works_any_more_and_the_two_read_it_after(
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
    told = after_a_tick(engine)
    two = sorted(name_of(engine, one) for one in (visit.visitor_id, visit.host_id))
    read = {name for name, kind in told if kind == "visit_suspended"}
    assert read >= set(two) if falls else not read
    assert not [kind for _name, kind in told if kind in ("visit_confirmed", "visit_reminder")]
    with open_session(engine, reads_only=True) as session:
        row = session.get_one(Visit, visit.id)
        why = {"week": CancelReason.WEEKDAY, "contract": CancelReason.CONTRACT}
        assert row.suspended_for is why.get(change)
        assert bool(session.exec(select(Repair)).all()) is falls
    assert after_a_tick(engine) == []
    listed = client.get(f"/visits/{visit.id}").text
    assert (f"{name_of(engine, who)} ne travaille pas ce jour-là" in listed) is falls


def name_of(engine: Engine, person_id: int) -> str:
    with open_session(engine, reads_only=True) as session:
        return session.get_one(Person, person_id).name


def after_a_tick(engine: Engine) -> list[tuple[str, str]]:
    """The clock ticks, and what follows is done: who got which message."""
    with open_session(engine, reads_only=True) as session:
        known = set(session.exec(select(Mail.id)))
    drain(engine)
    follow_days(engine)
    drain(engine)
    with open_session(engine, reads_only=True) as session:
        return sorted((one.to_name, one.kind) for one in session.exec(select(Mail)) if one.id not in known)


def works(engine: Engine, person_id: int, day: date, *, there: bool) -> None:
    """As a staff file says it."""
    with open_session(engine) as session:
        week = list("1111100")
        week[day.weekday()] = "1" if there else "0"
        session.get_one(Person, person_id).worked_weekdays = "".join(week)


@pytest.mark.parametrize("by_roster", [True, False])
def test_what_a_roster_says_of_the_day_counts_instead_of_the_usual_week(
    engine: Engine, company: Published, by_roster: bool
) -> None:
    visit = company.visits[0]
    works(engine, visit.visitor_id, visit.day, there=False)
    with open_session(engine) as session:
        if by_roster:
            session.add(RosterDay(person_id=visit.visitor_id, day=visit.day, shift=Shift.FULL))
    with open_session(engine) as session:
        due = [one.seen.visit.id for one in conflicts(session, TODAY)]
    assert due == ([] if by_roster else [visit.id])


@pytest.mark.parametrize("again", [True, False])
def test_a_day_holds_again_once_its_two_work_then_again(
    engine: Engine, company: Published, again: bool
) -> None:
    visit = company.visits[0]
    works(engine, visit.visitor_id, visit.day, there=False)
    after_a_tick(engine)
    works(engine, visit.visitor_id, visit.day, there=again)
    told = after_a_tick(engine)
    two = sorted(name_of(engine, one) for one in (visit.visitor_id, visit.host_id))
    assert sorted(name for name, kind in told if kind == "visit_resumed") == (two if again else [])
    with open_session(engine, reads_only=True) as session:
        assert (session.get_one(Visit, visit.id).suspended_for is None) is again
    assert after_a_tick(engine) == []


@pytest.mark.parametrize("there", [True, False])
def test_a_booked_day_falls_and_both_read_it(session: Session, engine: Engine, there: bool) -> None:
    shop = Shop(session)
    request = shop.ask(shop.askers[0], shop.offer())
    session.flush()
    visit = session.get_one(Visit, request.visit_id)
    session.expunge(visit)
    session.commit()
    drain(engine)
    works(engine, visit.visitor_id, visit.day, there=there)
    told = after_a_tick(engine)
    fell = [] if there else sorted(name_of(engine, one) for one in (visit.visitor_id, visit.host_id))
    assert sorted(name for name, kind in told if kind == "visit_cancelled") == fell
