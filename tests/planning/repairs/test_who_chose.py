"""Managers, too, read who chose what a repair changes: HR, or the service by the campaign's rule."""

import pytest
from sqlalchemy import Engine

from app.core.db import open_session
from app.people.tables import Person
from app.planning.repairs import ruling, service
from app.planning.tables import Repair, RepairKind
from app.worker import drain
from tests.factories import make_person
from tests.planning.repairs.broken import (
    NOW,
    TODAY,
    Published,
    accept,
    campaign_of,
    cancel,
    contradict,
    last_repair,
)
from tests.planning.repairs.test_settled import told

BY_HR = ("L’équipe RH l’a choisie.", "L’équipe RH l’a décidé.")
BY_RULE = ("Le service l’a choisie, selon la règle de la campagne.",)


@pytest.fixture(autouse=True)
def led(engine: Engine, company: Published) -> None:
    """Marc leads the shop."""
    with open_session(engine) as session:
        marc = make_person(session, company.shop, first_name="Marc", last_name="Chef")
        for one in company.front:
            session.get_one(Person, one.id).manager_id = marc.id


def read(engine: Engine, since: int = 0) -> list[str]:
    found = told(engine, "visit_team")[since:]
    return [mail.text.replace("\u00a0", " ").replace("\n", " ") for mail in found]


@pytest.mark.parametrize("automatic", [True, False])
def test_of_a_new_day(engine: Engine, company: Published, automatic: bool) -> None:
    with open_session(engine) as session:
        campaign = campaign_of(session, company)
        ruling.set_rules(session, campaign, company.actor, NOW, automatic=automatic, version=0)
    cancel(engine, company.visit(company.back[0], company.front[0]))
    cancel(engine, company.visit(company.front[0], company.back[0]))
    if not automatic:
        assert not any(one in text for text in read(engine) for one in (*BY_HR, *BY_RULE))
        accept(engine, company, RepairKind.SAME)
        drain(engine)
    said = [text for text in read(engine) if any(one in text for one in (BY_RULE if automatic else BY_HR))]
    assert len(said) == 2
    assert not any(one in text for text in read(engine) for one in (BY_HR if automatic else BY_RULE))


def test_of_a_day_that_moves(engine: Engine, company: Published) -> None:
    with open_session(engine) as session:
        contradict(session, company.visit(company.back[0], company.front[0]))
    drain(engine)
    before = len(read(engine))
    accept(engine, company, RepairKind.SAME)
    drain(engine)
    [moved] = read(engine, before)
    assert "L’équipe RH l’a choisie." in moved


def test_of_a_day_that_hr_end_without_another(engine: Engine, company: Published) -> None:
    with open_session(engine) as session:
        contradict(session, company.visit(company.back[0], company.front[0]))
    drain(engine)
    before = len(read(engine))
    with open_session(engine) as session:
        repair = session.get_one(Repair, last_repair(engine).id)
        service.dismiss(session, repair, company.actor, NOW, TODAY, cancel_visits=True)
    drain(engine)
    [ended] = read(engine, before)
    assert "L’équipe RH l’a décidé." in ended
