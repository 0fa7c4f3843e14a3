"""Why a day fell, or did not take place, is named: a roster, a contract, or a weekday that is not worked."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.core.db import open_session
from app.people.tables import Person
from app.planning.repairs import service
from app.planning.tables import Repair, RepairKind
from app.teams.tables import RosterDay, Shift
from app.visits.jobs import follow_days
from app.visits.tables import CancelReason, Visit
from app.worker import drain
from tests.planning.repairs.broken import NOW, TODAY, Published, accept, last_repair
from tests.planning.repairs.test_settled import told
from tests.support.web import Clock

As = Callable[[Any], TestClient]
FELL = {
    CancelReason.ROSTER: "Un planning contredit cette journée",
    CancelReason.CONTRACT: "Un contrat ne couvre pas ce jour",
    CancelReason.WEEKDAY: "Ce jour de la semaine n’est pas travaillé par l’une des deux personnes",
}
PASSED = {
    CancelReason.ROSTER: "Un planning contredisait cette journée",
    CancelReason.CONTRACT: "Un contrat ne couvrait pas ce jour",
    CancelReason.WEEKDAY: "Ce jour de la semaine n’était pas travaillé par l’une des deux personnes",
}
CAUSE = {
    CancelReason.ROSTER: "Un planning contredit des journées",
    CancelReason.CONTRACT: "Un contrat ne couvre pas des journées",
    CancelReason.WEEKDAY: "Des journées prévues hors des jours travaillés",
}


def contradicted(engine: Engine, visit: Visit, why: CancelReason) -> None:
    """The host is off then; what follows is done."""
    with open_session(engine) as session:
        host = session.get_one(Person, visit.host_id)
        if why is CancelReason.ROSTER:
            session.add(RosterDay(person_id=visit.host_id, day=visit.day, shift=Shift.OFF))
        elif why is CancelReason.CONTRACT:
            host.entered_on = visit.day + timedelta(days=1)
        else:
            week = list("1111100")
            week[visit.day.weekday()] = "0"
            host.worked_weekdays = "".join(week)
    follow_days(engine)
    drain(engine)


def plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


@pytest.mark.parametrize("why", FELL)
def test_of_a_day_that_hr_cancel(engine: Engine, company: Published, as_: As, why: CancelReason) -> None:
    visit = company.visit(company.back[0], company.front[0])
    contradicted(engine, visit, why)
    repair = last_repair(engine)
    here = f"/campaigns/{company.campaign.id}/repairs"
    page = plain(as_(company.hr).get(here).text)
    assert [one for one, words in CAUSE.items() if words in page] == [why]
    with open_session(engine) as session:
        row = session.get_one(Repair, repair.id)
        service.dismiss(session, row, company.actor, NOW, TODAY, cancel_visits=True)
    drain(engine)
    with open_session(engine, reads_only=True) as session:
        assert session.get_one(Visit, visit.id).cancel_reason is why
    page = plain(as_(company.back[0]).get(f"/visits/{visit.id}").text)
    assert f"Cette journée est annulée. {FELL[why]}." in page
    mails = told(engine, "visit_cancelled")
    assert len(mails) == 2
    for mail in mails:
        assert FELL[why] in plain(mail.text)
        assert "L’équipe RH l’a décidé." in plain(mail.text)


@pytest.mark.parametrize("why", FELL)
def test_of_a_day_that_a_repair_moves(engine: Engine, company: Published, as_: As, why: CancelReason) -> None:
    visit = company.visit(company.back[0], company.front[0])
    contradicted(engine, visit, why)
    accept(engine, company, RepairKind.SAME)
    drain(engine)
    page = plain(as_(company.back[0]).get(f"/visits/{visit.id}").text)
    assert [one for one, words in FELL.items() if words in page.rsplit("Pourquoi plus le", 1)[1]] == [why]


@pytest.mark.parametrize("why", PASSED)
def test_of_a_day_that_passed(
    engine: Engine, company: Published, as_: As, clock: Clock, why: CancelReason
) -> None:
    visit = company.visit(company.back[0], company.front[0])
    contradicted(engine, visit, why)
    clock.set(datetime.combine(visit.day + timedelta(days=1), time(8), NOW.tzinfo))
    reader = as_(company.back[0])
    page = plain(reader.get(f"/visits/{visit.id}").text)
    assert [one for one, words in PASSED.items() if words in page] == [why]
    assert reader.post(f"/visits/{visit.id}/not-held").status_code == 303
    page = plain(reader.get(f"/visits/{visit.id}").text)
    assert "n’a pas eu lieu, personne n’est en cause" in page
    assert ("un contrat ne couvrait pas ce jour" in page) is (why is CancelReason.CONTRACT)
