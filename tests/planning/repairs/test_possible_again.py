"""A repair whose days can all take place again closes; HR cancel and move only what still cannot be."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.core import jobs as events
from app.core.db import open_session
from app.home.decisions import decisions
from app.people.tables import Person
from app.planning.repairs import opening, service
from app.planning.repairs.errors import RepairChanged
from app.planning.repairs.jobs import expire, follow_conflicts
from app.planning.tables import Repair, RepairCause, RepairKind, RepairStatus
from app.teams.tables import RosterDay, Shift
from app.visits.rules import PART_HOURS
from app.visits.tables import DayPart, Visit, VisitStatus
from app.worker import drain
from tests.planning.repairs.broken import (
    NOW,
    TODAY,
    Published,
    accept,
    campaign_of,
    cancel,
    last_repair,
    proposals,
)
from tests.planning.repairs.test_contradicted import roster
from tests.planning.repairs.test_settled import told
from tests.support.web import Clock


def silently(engine: Engine, visit: Visit, shift: Shift = Shift.FULL) -> None:
    """The rows say so, and no job has read them yet."""
    with open_session(engine) as session:
        about = RosterDay.person_id == visit.host_id, RosterDay.day == visit.day
        session.exec(select(RosterDay).where(*about)).one().shift = shift


def test_a_later_roster_closes_the_repair_and_the_day_s_history_says_that_it_holds(
    engine: Engine, company: Published, as_: Callable[[Person], TestClient], clock: Clock
) -> None:
    there = company.visit(company.back[0], company.front[0])
    roster(engine, company, there, Shift.OFF)
    assert last_repair(engine).status is RepairStatus.READY
    clock.set(NOW + timedelta(minutes=1))
    roster(engine, company, there, Shift.FULL)
    repair = last_repair(engine)
    assert repair.status is RepairStatus.SETTLED
    hr, here = as_(company.hr), f"/campaigns/{company.campaign.id}/repairs"
    page = hr.get(f"{here}/{repair.id}").text
    assert "Ces journées peuvent de nouveau avoir lieu comme prévu" in page
    assert "Les personnes concernées se sont entendues" not in page
    assert "de nouveau possible" in hr.get(here).text
    history = hr.get(f"/visits/{there.id}").text
    assert "Plus rien ne contredit ce jour" in history
    with open_session(engine) as session:
        assert decisions(session, today=TODAY) == []


def test_other_hours_close_it_too(engine: Engine, company: Published) -> None:
    there = company.visit(company.back[0], company.front[0])
    roster(engine, company, there, Shift.MORNING)
    assert last_repair(engine).status is RepairStatus.READY
    with open_session(engine) as session:
        visit = session.get_one(Visit, there.id)
        visit.part, (visit.starts_at, visit.ends_at) = DayPart.MORNING, PART_HOURS[DayPart.MORNING]
        events.record(session, "visit.changed", visit_id=there.id, revision=1, change_id=1)
    drain(engine)
    assert last_repair(engine).status is RepairStatus.SETTLED


def test_the_clock_closes_what_no_event_named(engine: Engine, company: Published) -> None:
    there = company.visit(company.back[0], company.front[0])
    roster(engine, company, there, Shift.OFF)
    silently(engine, there)
    expire(engine)
    assert last_repair(engine).status is RepairStatus.SETTLED


def test_a_dismissal_cancels_only_what_still_cannot_be(
    engine: Engine, company: Published, as_: Callable[[Person], TestClient]
) -> None:
    """No job has read the roster yet by which one of the two days holds."""
    two = [company.visit(company.back[n], company.front[n]) for n in (0, 1)]
    with open_session(engine) as session:
        session.add_all(RosterDay(person_id=one.host_id, day=one.day, shift=Shift.OFF) for one in two)
        campaign, ids = campaign_of(session, company), [one.id or 0 for one in two]
        opening.open_repair(session, campaign, ids, RepairCause.ROSTER, None, NOW)
    drain(engine)
    silently(engine, two[0])
    repair, hr = last_repair(engine), as_(company.hr)
    here = f"/campaigns/{company.campaign.id}/repairs/{repair.id}"
    assert "1 journée reste prévue quand l’une des deux personnes n’est pas au travail" in hr.get(here).text
    assert "Annuler cette journée sans la remplacer" in hr.get(f"{here}/dismissal").text
    hr.post(f"{here}/dismissal", data={"cancel_visits": "true"})
    with open_session(engine) as session:
        stand = [session.get_one(Visit, one.id).status for one in two]
    assert stand == [VisitStatus.PLANNED, VisitStatus.CANCELLED]


def test_whoever_looks_again_or_accepts_where_all_can_be_reads_why_nothing_is_done(
    engine: Engine, company: Published, as_: Callable[[Person], TestClient]
) -> None:
    there = company.visit(company.back[0], company.front[0])
    roster(engine, company, there, Shift.OFF)
    silently(engine, there)
    kind = min(proposals(engine, last_repair(engine)))
    with pytest.raises(RepairChanged):
        accept(engine, company, RepairKind(kind))
    repair, hr = last_repair(engine), as_(company.hr)
    here = f"/campaigns/{company.campaign.id}/repairs/{repair.id}"
    assert "reste prévue quand l’une des deux personnes n’est pas au travail" not in hr.get(here).text
    answer = hr.post(f"{here}/repetition")
    assert "Rien n’est plus à chercher ici" in hr.get(answer.headers["location"]).text
    assert last_repair(engine).id == repair.id
    assert last_repair(engine).status is RepairStatus.SETTLED


def test_a_conflict_that_a_later_roster_ended_opens_no_repair(engine: Engine, company: Published) -> None:
    """Its job runs late."""
    there = company.visit(company.back[0], company.front[0])
    follow_conflicts(engine, [there.id or 0])
    with open_session(engine) as session:
        assert session.exec(select(Repair)).all() == []


def test_what_fell_besides_is_still_looked_for(engine: Engine, company: Published) -> None:
    there, other = (company.visit(company.back[n], company.front[n]) for n in (0, 1))
    roster(engine, company, there, Shift.OFF)
    cancel(engine, other)
    mails = len(told(engine, "repair_ready"))
    with open_session(engine) as session:
        ids = [there.id or 0, other.id or 0]
        opening.open_repair(session, campaign_of(session, company), ids, RepairCause.ROSTER, None, NOW)
    drain(engine)
    roster(engine, company, there, Shift.FULL)
    repair = last_repair(engine)
    assert repair.status is RepairStatus.READY
    with open_session(engine) as session:
        assert service.queries.visit_ids(session, repair.id or 0) == [other.id]
    assert len(told(engine, "repair_ready")) == mails + 1
