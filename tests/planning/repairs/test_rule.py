"""What the campaign's rule accepts by itself: never a day that its two people were just asked to choose."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from app.core.db import open_session
from app.people.tables import Person
from app.planning.repairs import jobs, ruling
from app.planning.tables import RepairKind, RepairStatus
from app.visits.tables import Visit, VisitStatus
from app.worker import drain
from tests.planning.repairs.broken import NOW, Published, accept, campaign_of, cancel, last_repair, standing
from tests.planning.repairs.test_settled import agree, told


@pytest.fixture
def ruled(engine: Engine, company: Published) -> Published:
    """The service accepts what moves nobody else."""
    with open_session(engine) as session:
        campaign = campaign_of(session, company)
        ruling.set_rules(session, campaign, company.actor, NOW, automatic=True, version=0)
    return company


def test_it_leaves_the_choice_to_the_two_who_were_offered_it(engine: Engine, ruled: Published) -> None:
    fell = ruled.visit(ruled.back[0], ruled.front[0])
    cancel(engine, fell)
    offered = {
        one.person_id for one in told(engine, "visit_cancelled") if f"/visits/{fell.id}/days" in one.text
    }
    assert offered == {fell.visitor_id, fell.host_id}
    assert told(engine, "visit_invitation") == []
    assert last_repair(engine).status == RepairStatus.READY
    assert len(told(engine, "repair_ready")) == 1  # HR may decide
    agree(engine, fell, on_one=True)
    assert last_repair(engine).status == RepairStatus.SETTLED


def test_it_accepts_where_neither_day_stands_and_says_that_the_service_chose(
    engine: Engine, ruled: Published
) -> None:
    cancel(engine, ruled.visit(ruled.back[0], ruled.front[0]))
    cancel(engine, ruled.visit(ruled.front[0], ruled.back[0]))
    repair = last_repair(engine)
    assert (repair.status, repair.decided_by) == (RepairStatus.ACCEPTED, None)
    assert len(standing(engine)) == 4
    invited = told(engine, "visit_invitation")
    assert len(invited) == 4
    assert all("Le service l’a choisie, selon la règle de la campagne" in one.text for one in invited)


def test_what_hr_choose_is_not_said_to_be_the_service_s_and_the_old_pages_lead_to_it(
    engine: Engine, ruled: Published, as_: Callable[[Person], TestClient]
) -> None:
    fell = ruled.visit(ruled.back[0], ruled.front[0])
    cancel(engine, fell)
    accept(engine, ruled, RepairKind.SAME)
    drain(engine)
    assert all("Le service l’a choisie" not in one.text for one in told(engine, "visit_invitation"))
    with open_session(engine) as session:
        made = session.exec(
            select(Visit)
            .where(Visit.swap_id == fell.swap_id, Visit.status == VisitStatus.PLANNED)
            .order_by(col(Visit.id).desc())
        ).first()
    assert made is not None
    asked = as_(ruled.back[0]).get(f"/visits/{fell.id}/days", follow_redirects=True)
    assert asked.url.path == f"/visits/{made.id}"
    assert "Une autre journée remplace" in asked.text
    page = as_(ruled.back[0]).get(f"/visits/{fell.id}").text.split("<h1")[1]
    assert page.index("La journée qui la remplace") == page.index("<h2>") + len("<h2>")
    assert f'/visits/{made.id}"' in page


def test_one_that_another_repair_took_over_is_not_said_to_wait_for_a_decision(
    engine: Engine, company: Published
) -> None:
    """Two decline within seconds: what tells HR of the first runs once the second has taken it along."""
    cancel(engine, company.visit(company.back[0], company.front[0]))
    first = last_repair(engine)
    cancel(engine, company.visit(company.back[1], company.front[1]))
    assert last_repair(engine).id != first.id
    jobs.tell_hr(engine, first.id or 0)
    assert [one.key for one in told(engine, "repair_ready") if one.key.endswith(":late")] == []
