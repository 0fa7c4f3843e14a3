"""Where the days that people gave bring nothing, a repair proposes days that both work, and says so."""

from collections.abc import Iterable
from datetime import date

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.availability.tables import BusyCalendar, Enrolment
from app.campaigns.calendar import campaign_days
from app.core.db import open_session
from app.planning.repairs import ruling
from app.planning.repairs.proposals import Proposal
from app.planning.tables import RepairKind, RepairStatus
from app.teams.tables import RosterDay, Shift
from app.visits.rules import confirmed_by
from app.visits.tables import By, Visit, VisitStatus
from app.worker import drain
from tests.planning.repairs.broken import (
    DAYS,
    NOW,
    Published,
    accept,
    campaign_of,
    cancel,
    last_repair,
    proposals,
    standing,
)
from tests.planning.repairs.test_settled import told
from tests.support.accounts import SignIn

WORKED = RepairKind.WORKED


def off(engine: Engine, person_id: int, days: Iterable[date], shift: Shift = Shift.OFF) -> None:
    with open_session(engine) as session:
        session.add_all(RosterDay(person_id=person_id, day=day, shift=shift) for day in days)


def test_a_day_that_both_work_is_proposed_and_only_the_two_are_asked(
    engine: Engine, narrow: Published, client: TestClient, sign_in: SignIn
) -> None:
    fell = narrow.visit(narrow.back[0], narrow.front[0])
    cancel(engine, fell)
    repair, found = last_repair(engine), proposals(engine, last_repair(engine))
    assert set(found) == {WORKED}
    assert (found[WORKED].restored, found[WORKED].movers, found[WORKED].newcomers) == (2, 0, 0)
    sign_in(client, narrow.hr)
    page = client.get(f"/campaigns/{narrow.campaign.id}/repairs/{repair.id}").text
    assert "un jour où les deux travaillent" in page
    assert "chacun peut encore dire non" in page
    before = standing(engine)
    accept(engine, narrow, WORKED)
    [(visitor, host, day)] = standing(engine) - before
    assert (visitor, host) == (fell.visitor_id, fell.host_id)
    with open_session(engine) as session:
        made = session.exec(select(Visit).where(Visit.day == day, Visit.visitor_id == visitor)).one()
        assert not confirmed_by(made, By.VISITOR)
        assert not confirmed_by(made, By.HOST)
        asked = session.exec(select(Enrolment).where(Enrolment.person_id == visitor)).one()
        assert day.isoformat() in asked.visit_days  # as when HR moves a day
    drain(engine)
    mails = told(engine, "visit_invitation")
    assert {mail.person_id for mail in mails} == {visitor, host}
    assert all("Vous n’aviez pas donné ce jour" in mail.text for mail in mails)


def test_days_that_people_gave_come_first(engine: Engine, company: Published) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    found = proposals(engine, last_repair(engine))
    assert set(found) == {RepairKind.SAME}
    assert set(Proposal.from_json(found[RepairKind.SAME].content).days) <= set(DAYS)


@pytest.mark.parametrize("why", ["off", "half a day", "calendar"])
def test_a_day_off_or_taken_is_not_proposed(engine: Engine, narrow: Published, why: str) -> None:
    fell = narrow.visit(narrow.back[0], narrow.front[0])
    every = campaign_days(narrow.campaign)
    days = [day for day in every if day not in (fell.day, DAYS[3])]
    if why == "calendar":
        with open_session(engine) as session:
            row = session.exec(select(Enrolment).where(Enrolment.person_id == fell.host_id)).one()
            session.add(BusyCalendar(enrolment_id=row.id, days=[d.isoformat() for d in days], read_at=NOW))
    else:
        off(engine, fell.host_id, days, Shift.OFF if why == "off" else Shift.MORNING)
    cancel(engine, fell)
    assert proposals(engine, last_repair(engine)) == {}


def test_nobody_else_is_looked_at_on_such_a_day(engine: Engine, narrow: Published) -> None:
    """Anna1 works on every day as well; a proposal for Anna0 and Bruno0 neither moves nor adds her."""
    cancel(engine, narrow.visit(narrow.back[0], narrow.front[0]))
    content = Proposal.from_json(proposals(engine, last_repair(engine))[WORKED].content)
    assert (content.falls, content.moves) == ((), ())
    [fresh] = content.fresh
    assert {fresh.visitor_id, fresh.host_id} == {narrow.back[0].id, narrow.front[0].id}


def test_no_rule_accepts_a_day_that_nobody_gave(engine: Engine, narrow: Published) -> None:
    with open_session(engine) as session:
        ruling.set_rules(session, campaign_of(session, narrow), narrow.actor, NOW, automatic=True, version=0)
    cancel(engine, narrow.visit(narrow.back[0], narrow.front[0]))
    cancel(engine, narrow.visit(narrow.front[0], narrow.back[0]))
    assert last_repair(engine).status == RepairStatus.READY
    with open_session(engine) as session:
        assert len(session.exec(select(Visit).where(Visit.status == VisitStatus.PLANNED)).all()) == 2
