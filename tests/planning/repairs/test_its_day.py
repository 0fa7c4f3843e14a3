"""A repair ends no later than the last of the days that it is about, and nobody is sent to look again."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.core.db import open_session
from app.planning.repairs import closing, opening, queries
from app.planning.repairs.errors import RepairChanged
from app.planning.repairs.jobs import expire
from app.planning.tables import Repair, RepairKind, RepairStatus
from app.teams.tables import Shift
from app.worker import drain
from tests.planning.repairs.broken import DAYS, Published, accept, campaign_of, cancel, last_repair
from tests.planning.repairs.test_contradicted import roster
from tests.planning.repairs.test_settled import told
from tests.support.web import Clock

As = Callable[[Any], TestClient]


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), UTC)


@pytest.fixture(autouse=True)
def shortly_before(clock: Clock) -> None:
    """Nothing has waited for seven days yet."""
    clock.set(at(DAYS[0] - timedelta(days=3), 8))


def test_once_its_day_is_over_nobody_is_asked_to_decide_or_to_search(
    engine: Engine, company: Published, as_: As, clock: Clock
) -> None:
    there = company.visit(company.back[0], company.front[0])
    roster(engine, company, there, Shift.OFF)
    mails = len(told(engine, "repair_ready"))
    clock.set(at(there.day, 12))
    expire(engine)
    assert last_repair(engine).status is RepairStatus.READY
    clock.set(at(there.day, 18))
    for _time in range(2):
        expire(engine)
        drain(engine)
    repair = last_repair(engine)
    assert repair.status is RepairStatus.SETTLED
    assert len(told(engine, "repair_ready")) == mails
    hr, here = as_(company.hr), f"/campaigns/{company.campaign.id}/repairs"
    page = hr.get(f"{here}/{repair.id}").text
    assert "Ces journées sont passées sans décision" in page
    assert "Chercher de nouveau" not in page
    assert "Les personnes concernées se sont entendues" not in page
    assert "passé sans décision" in hr.get(here).text


def test_one_that_had_expired_before_is_not_looked_for_again_after_its_day(
    engine: Engine, company: Published, as_: As, clock: Clock
) -> None:
    there = company.visit(company.back[0], company.front[0])
    roster(engine, company, there, Shift.OFF)
    with open_session(engine) as session:
        session.get_one(Repair, last_repair(engine).id).status = RepairStatus.EXPIRED
    clock.set(at(there.day, 18))
    with open_session(engine) as session:
        repair, campaign = session.get_one(Repair, last_repair(engine).id), campaign_of(session, company)
        made = opening.search_again(session, campaign, repair, company.actor, clock.at, there.day)
        assert made.status is RepairStatus.SETTLED
        assert made.message == "DaysPassed"
    expire(engine)
    page = as_(company.hr).get(f"/campaigns/{company.campaign.id}/repairs/{last_repair(engine).id}").text
    assert "Chercher de nouveau" not in page


def test_a_repair_of_several_days_goes_on_without_those_that_are_over(
    engine: Engine, company: Published, clock: Clock
) -> None:
    with open_session(engine) as session:
        site, today = company.there.id or 0, clock.at.date()
        closing.close_site(session, site, DAYS[0], DAYS[1], company.actor, clock.at, today)
    drain(engine)
    first, second = (company.visit(company.back[n], company.front[n]) for n in range(2))
    clock.set(at(first.day, 18))
    with pytest.raises(RepairChanged):
        accept(engine, company, RepairKind.SAME, today=first.day)
    expire(engine)
    drain(engine)
    with open_session(engine) as session:
        repair = session.get_one(Repair, last_repair(engine).id)
        assert queries.visit_ids(session, repair.id or 0) == [second.id]
        assert repair.status is RepairStatus.READY


def test_a_day_that_fell_is_looked_for_beyond_it(engine: Engine, company: Published, clock: Clock) -> None:
    there = company.visit(company.back[0], company.front[0])
    cancel(engine, there)
    clock.set(at(there.day, 18))
    expire(engine)
    assert last_repair(engine).status is RepairStatus.READY
