"""The end of a search is told to whoever is left without a day, not to whoever takes part no more."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.core.db import open_session
from app.messages.tables import Mail
from app.people.tables import Person
from app.planning.repairs import service, telling
from app.planning.repairs.proposals import Proposal
from app.planning.tables import (
    Repair,
    RepairCause,
    RepairKind,
    RepairProposal,
    RepairStatus,
    RepairVisit,
)
from app.visits.tables import By, CancelReason, Visit
from app.worker import drain
from tests.planning.repairs.broken import NOW, TODAY, Published, cancel, last_repair, take_no_part
from tests.planning.repairs.test_settled import no_other_day, told

ENDED = "la recherche a pris fin sans résultat"


@pytest.fixture(autouse=True)
def planned_before(engine: Engine, company: Published) -> None:
    """What falls was planned the day before."""
    with open_session(engine) as session:
        for row in session.exec(select(Visit)):
            row.created_at = NOW - timedelta(days=1)


def who_read(engine: Engine) -> list[int]:
    return sorted(mail.person_id or 0 for mail in told(engine, "search_over"))


def plain(mail: Mail) -> str:
    return " ".join(mail.text.replace("\u00a0", " ").split())


def accepted(engine: Engine, company: Published, fell: Visit, left: tuple[int, ...]) -> None:
    """HR accepted something for others, which leaves these people without a day."""
    with open_session(engine) as session:
        repair = Repair(
            campaign_id=company.campaign.id or 0,
            cause=RepairCause.FALLEN,
            status=RepairStatus.ACCEPTED,
            accepted=RepairKind.STILL,
            requested_at=NOW,
            computed_at=NOW,
        )
        session.add(repair)
        session.flush()
        session.add(RepairVisit(repair_id=repair.id or 0, visit_id=fell.id or 0, waits=False))
        content = Proposal((), (), (), left=left).to_json()
        session.add(
            RepairProposal(
                repair_id=repair.id or 0,
                kind=RepairKind.STILL,
                content=content,
                restored=0,
                left=len(left),
                movers=0,
                newcomers=0,
            )
        )
        key = repair.id or 0
    telling.tell_over(engine, key)


def test_whoever_only_received_and_lost_their_turn_through_the_other_reads_it(
    engine: Engine, company: Published, as_: Callable[[Person], TestClient]
) -> None:
    """What stands of the swap was the visit of the one who left."""
    no_other_day(engine)
    fell = company.visit(company.front[0], company.back[0])
    take_no_part(engine, company.back[0])
    cancel(engine, fell, CancelReason.LEFT, By.HOST)
    assert who_read(engine) == [fell.visitor_id]
    assert ENDED in as_(company.front[0]).get(f"/visits/{fell.id}").text
    assert ENDED not in as_(company.back[0]).get(f"/visits/{fell.id}").text


def test_whoever_left_and_came_back_reads_it_too(engine: Engine, company: Published) -> None:
    no_other_day(engine)
    anna, bruno = company.back[0], company.front[0]
    cancel(engine, company.visit(anna, bruno), CancelReason.LEFT, By.VISITOR)
    cancel(engine, company.visit(bruno, anna), CancelReason.LEFT, By.HOST)
    assert set(who_read(engine)) == {anna.id, bruno.id}
    assert not [mail for mail in told(engine, "search_over") if "L’équipe RH" in plain(mail)]


def test_where_hr_choose_none_of_what_was_found_they_read_that_hr_did(
    engine: Engine, company: Published
) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    cancel(engine, company.visit(company.front[0], company.back[0]))
    assert who_read(engine) == []
    with open_session(engine) as session:
        repair = session.get_one(Repair, last_repair(engine).id)
        later = NOW + timedelta(hours=1)
        service.dismiss(session, repair, company.actor, later, TODAY, cancel_visits=False)
    drain(engine)
    mails = told(engine, "search_over")
    assert len(mails) == 2
    assert all("L’équipe RH n’a retenu aucune des solutions cherchées." in plain(mail) for mail in mails)


@pytest.mark.parametrize("left", [True, False])
def test_whom_the_accepted_solution_leaves_reads_it_though_the_others_visit_stands(
    engine: Engine, company: Published, left: bool
) -> None:
    no_other_day(engine)
    fell = company.visit(company.front[0], company.back[0])
    cancel(engine, fell)
    assert who_read(engine) == []  # the two may choose a day
    accepted(engine, company, fell, (fell.visitor_id,) if left else ())
    assert who_read(engine) == ([fell.visitor_id] if left else [])
    for mail in told(engine, "search_over"):
        assert "L’équipe RH a retenu une solution sans nouveau jour pour vous." in plain(mail)


def test_whom_the_accepted_solution_leaves_but_takes_part_no_more_reads_nothing(
    engine: Engine, company: Published
) -> None:
    no_other_day(engine)
    fell = company.visit(company.front[0], company.back[0])
    cancel(engine, fell)
    take_no_part(engine, company.front[0])
    accepted(engine, company, fell, (fell.visitor_id,))
    assert who_read(engine) == []


def test_whoever_left_the_campaign_after_their_day_fell_reads_nothing(
    engine: Engine, company: Published, as_: Callable[[Person], TestClient]
) -> None:
    no_other_day(engine)
    there = company.visit(company.back[0], company.front[0])
    cancel(engine, there)
    take_no_part(engine, company.back[0])
    cancel(engine, company.visit(company.front[0], company.back[0]))
    assert who_read(engine) == [there.host_id]
    assert ENDED in as_(company.front[0]).get(f"/visits/{there.id}").text
    assert ENDED not in as_(company.back[0]).get(f"/visits/{there.id}").text
