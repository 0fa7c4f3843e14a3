"""Whoever left and comes back: days that fell with it are looked for again, and HR read what is found."""

from collections.abc import Callable
from datetime import date

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from app.availability.tables import Enrolment
from app.core.db import open_session
from app.people.tables import Person
from app.planning.repairs import service
from app.planning.tables import Repair, RepairStatus
from app.worker import drain
from tests.planning.repairs.broken import NOW, TODAY, Published, last_repair, proposals, standing
from tests.planning.repairs.test_settled import told

As = Callable[[Person], TestClient]


def goes_and_returns(
    engine: Engine, company: Published, as_: As, between: Callable[[], None], person: Person | None = None
) -> None:
    who = person or company.back[0]
    anna, here = as_(who), f"/campaigns/{company.campaign.id}"
    for door in ("departure", "participation"):
        with open_session(engine, reads_only=True) as session:
            mine = select(Enrolment).where(col(Enrolment.person_id) == who.id)
            version = session.exec(mine).one().version
        assert anna.post(f"{here}/{door}", data={"version": str(version)}).status_code == 303
        drain(engine)
        if door == "departure":
            between()


def days_of(engine: Engine, person: Person) -> set[date]:
    return {day for visitor, host, day in standing(engine) if person.id in (visitor, host)}


@pytest.mark.parametrize("decided", [False, True])
def test_the_same_two_are_found_again_also_where_hr_decided_meanwhile(
    engine: Engine, company: Published, as_: As, decided: bool
) -> None:
    former = list[int]()

    def dismissed() -> None:
        assert days_of(engine, company.back[0]) == set()
        repair = last_repair(engine)
        assert proposals(engine, repair) == {}
        former.append(repair.id or 0)
        if decided:
            with open_session(engine) as session:
                row = session.get_one(Repair, repair.id)
                service.dismiss(session, row, company.actor, NOW, TODAY, cancel_visits=False)
            drain(engine)

    goes_and_returns(engine, company, as_, dismissed)
    found = last_repair(engine)
    assert found.id not in former
    assert found.status is RepairStatus.READY
    assert proposals(engine, found)
    assert any(f":{found.id}:" in mail.key for mail in told(engine, "repair_ready"))


def test_nothing_is_looked_for_where_nothing_fell(engine: Engine, company: Published, as_: As) -> None:
    zoe = company.enrol(company.payroll, "Zoé", "Seule")
    company.session.commit()
    goes_and_returns(engine, company, as_, lambda: None, zoe)
    with open_session(engine) as session:
        assert session.exec(select(Repair)).all() == []
