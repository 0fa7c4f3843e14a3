"""A day that waits for nobody who still takes part leaves its repair; one with nothing left closes."""

from collections.abc import Callable
from datetime import datetime, time

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from app.availability.tables import Enrolment
from app.campaigns.tables import Exchange
from app.core import jobs
from app.core.db import open_session
from app.home.decisions import decisions
from app.people.tables import Person
from app.planning.repairs import due, judging, needs, opening, queries, service
from app.planning.repairs import jobs as repairs
from app.planning.repairs.words import LEFT
from app.planning.tables import Repair, RepairStatus
from app.visits.tables import CancelReason, Visit
from app.worker import drain
from tests.planning.repairs.broken import (
    NOW,
    TODAY,
    Published,
    campaign_of,
    cancel,
    last_repair,
    take_no_part,
)
from tests.planning.repairs.test_settled import told
from tests.support.accounts import SignIn
from tests.support.web import Clock

As = Callable[[Person], TestClient]


def goes(engine: Engine, company: Published, as_: As, who: Person, door: str = "departure") -> None:
    """They leave the campaign, or come back to it; whatever follows is done."""
    with open_session(engine, reads_only=True) as session:
        version = session.exec(select(Enrolment).where(col(Enrolment.person_id) == who.id)).one().version
    page = f"/campaigns/{company.campaign.id}/{door}"
    assert as_(who).post(page, data={"version": str(version)}).status_code == 303
    drain(engine)


def about(engine: Engine) -> set[int]:
    """The visits of the last repair."""
    with open_session(engine, reads_only=True) as session:
        return set(queries.visit_ids(session, last_repair(engine).id or 0))


def swap(company: Published, n: int) -> set[int]:
    anna, bruno = company.back[n], company.front[n]
    return {company.visit(anna, bruno).id or 0, company.visit(bruno, anna).id or 0}


@pytest.mark.parametrize("both", [True, False])
def test_a_repair_closes_once_both_of_its_people_left(
    engine: Engine, company: Published, as_: As, client: TestClient, sign_in: SignIn, both: bool
) -> None:
    goes(engine, company, as_, company.back[0])
    if both:
        goes(engine, company, as_, company.front[0])
    repair = last_repair(engine)
    assert repair.status is (RepairStatus.SETTLED if both else RepairStatus.READY)
    with open_session(engine) as session:
        assert bool(decisions(session, today=TODAY)) is not both
    sign_in(client, company.hr)
    here = f"/campaigns/{company.campaign.id}/repairs"
    assert ("plus personne n’attend" in client.get(here).text) is both
    why = "Les personnes pour qui un jour était cherché ne participent plus."
    assert (why in client.get(f"{here}/{repair.id}").text) is both


def test_the_days_of_others_stay_and_hr_reads_nothing_twice(
    engine: Engine, company: Published, as_: As
) -> None:
    for fell in (*swap(company, 0), *swap(company, 1)):
        with open_session(engine, reads_only=True) as session:
            visit = session.get_one(Visit, fell)
        cancel(engine, visit)
    mails = len(told(engine, "repair_ready"))
    goes(engine, company, as_, company.back[0])
    goes(engine, company, as_, company.front[0])
    assert last_repair(engine).status is RepairStatus.READY
    assert about(engine) == swap(company, 1)
    assert len(told(engine, "repair_ready")) == mails


def test_what_was_found_with_whoever_left_is_looked_for_again(
    engine: Engine, company: Published, as_: As
) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    cancel(engine, company.visit(company.front[0], company.back[0]))
    before = last_repair(engine)
    goes(engine, company, as_, company.back[0])
    after = last_repair(engine)
    assert after.status is RepairStatus.READY
    assert after.id != before.id
    with open_session(engine) as session:
        assert judging.holds(session, campaign_of(session, company), after, TODAY)


@pytest.mark.parametrize("leaver", ["visitor", "host"])
def test_whoever_had_their_own_day_waits_for_no_other(
    engine: Engine, company: Published, as_: As, clock: Clock, leaver: str
) -> None:
    """Bruno came to Anna; her day at his shop fell."""
    anna, bruno = company.back[0], company.front[0]
    lived, fell = company.visit(bruno, anna), company.visit(anna, bruno)
    with open_session(engine) as session:
        session.get_one(Visit, lived.id).day = TODAY
        row = session.get_one(Visit, lived.id)
        row.starts_at, row.ends_at = time(8), time(9)
    clock.set(datetime.combine(TODAY, time(16), NOW.tzinfo))
    cancel(engine, fell)
    goes(engine, company, as_, anna if leaver == "visitor" else bruno)
    closed = last_repair(engine).status is RepairStatus.SETTLED
    assert closed is (leaver == "visitor")


@pytest.mark.parametrize("leaver", ["visitor", "host"])
def test_a_single_visit_is_repaired_for_its_visitor_alone(engine: Engine, as_: As, leaver: str) -> None:
    with open_session(engine) as session:
        company = Published(session, exchange=Exchange.SHADOW)
    anna, bruno = company.back[0], company.front[0]
    fell = company.visit(anna, bruno)
    cancel(engine, fell)
    cancel(engine, company.visit(company.front[0], company.back[0]))
    goes(engine, company, as_, anna if leaver == "visitor" else bruno)
    assert (fell.id in about(engine)) is (leaver == "host")


def test_nothing_is_looked_for_where_the_visitor_of_a_single_visit_leaves(engine: Engine, as_: As) -> None:
    with open_session(engine) as session:
        company = Published(session, exchange=Exchange.SHADOW)
    there = company.visit(company.back[0], company.front[0])
    goes(engine, company, as_, company.back[0])
    with open_session(engine) as session:
        assert session.get_one(Visit, there.id).cancel_reason is CancelReason.LEFT
    assert there.id not in about(engine)


def test_a_leaver_of_the_company_waits_for_nothing(engine: Engine, company: Published) -> None:
    for person in (company.back[0], company.front[0]):
        with open_session(engine) as session:
            session.get_one(Person, person.id).active = False
            jobs.record(session, "person.left", person_id=person.id)
        drain(engine)
    assert last_repair(engine).message == LEFT


def test_the_clock_finds_it_too_and_nothing_is_late(engine: Engine, company: Published) -> None:
    anna, bruno = company.back[0], company.front[0]
    cancel(engine, company.visit(anna, bruno))
    with open_session(engine) as session:
        service.end(session, last_repair(engine).id, service.DISMISSIBLE, RepairStatus.EXPIRED, NOW)
        assert len(due.late(session, TODAY)) == 1
    for person in (anna, bruno):
        take_no_part(engine, person)
    with open_session(engine) as session:
        assert due.late(session, TODAY) == []
    repairs.expire(engine)
    assert last_repair(engine).message == LEFT


def test_whoever_looks_again_on_an_older_page_reads_why_nothing_is(
    engine: Engine, company: Published
) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    for person in (company.back[0], company.front[0]):
        take_no_part(engine, person)
    with open_session(engine) as session:
        repair = session.get_one(Repair, last_repair(engine).id)
        campaign = campaign_of(session, company)
        made = opening.search_again(session, campaign, repair, company.actor, NOW, TODAY)
        assert (made.id, made.message) == (repair.id, LEFT)


def test_coming_back_brings_the_search_back_also_for_what_fell_before(
    engine: Engine, company: Published, as_: As
) -> None:
    anna, bruno = company.back[0], company.front[0]
    cancel(engine, company.visit(anna, bruno))
    goes(engine, company, as_, anna)
    goes(engine, company, as_, bruno)
    assert last_repair(engine).message == LEFT
    goes(engine, company, as_, anna, "participation")
    found = last_repair(engine)
    assert (found.status, about(engine)) == (RepairStatus.READY, swap(company, 0))


def test_what_hr_put_aside_before_they_left_is_not_looked_for_when_they_come_back(
    engine: Engine, company: Published, as_: As
) -> None:
    anna, bruno = company.back[0], company.front[0]
    cancel(engine, company.visit(anna, bruno))
    with open_session(engine) as session:
        row = session.get_one(Repair, last_repair(engine).id)
        service.dismiss(session, row, company.actor, NOW, TODAY, cancel_visits=False)
    drain(engine)
    goes(engine, company, as_, anna)
    goes(engine, company, as_, anna, "participation")
    assert about(engine) == {company.visit(bruno, anna).id}


def test_nobody_is_asked_where_nothing_fell(engine: Engine, company: Published) -> None:
    with open_session(engine) as session:
        assert needs.deserted_among(session, [one.id or 0 for one in company.visits]) == set()
