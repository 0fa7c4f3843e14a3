"""Two who accept repairs at once, and a visit cancelled while a repair changes it: one of them is late."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from app.accounts import sessions
from app.accounts.guards import COOKIE
from app.accounts.tables import Account
from app.campaigns.tables import Campaign
from app.core.db import open_session
from app.messages.tables import Mail
from app.people.tables import Person, Team
from app.planning.repairs import closing, judging, queries, service
from app.planning.tables import Repair, RepairCause, RepairKind, RepairStatus, RepairVisit
from app.teams.tables import ClosedDay
from app.visits.tables import Visit
from app.worker import drain
from tests.life.judge import faults
from tests.life.told import unheard
from tests.planning.repairs.broken import (
    NOW,
    TODAY,
    Published,
    cancel,
    contradict,
    last_repair,
    proposals,
    standing,
)
from tests.support.web import browser_of

Post = tuple[Account, str, dict[str, object]]


@pytest.fixture
def company(engine: Engine) -> Published:
    with open_session(engine) as session:
        return Published(session, pairs=3)


def at_once(app: FastAPI, engine: Engine, posts: Sequence[Post]) -> list[int]:
    """Send posts at the same moment, each by a browser and a thread of its own; what was answered."""
    start = Barrier(len(posts))
    with open_session(engine) as session:
        tokens = [sessions.begin(session, account, now=NOW) for account, _path, _sent in posts]

    def send(number: int) -> int:
        _account, path, sent = posts[number]
        browser: TestClient = browser_of(app)
        browser.cookies.set(COOKIE, tokens[number])
        start.wait(30)
        return browser.post(path, json=sent).status_code

    with ThreadPoolExecutor(len(posts)) as pool:
        return list(pool.map(send, range(len(posts))))


def acceptance(company: Published, repair: Repair, kind: RepairKind) -> Post:
    path = f"/api/v1/campaigns/{company.campaign.id}/repairs/{repair.id}/acceptance"
    return company.hr, path, {"kind": kind.value}


def check(engine: Engine, company: Published) -> None:
    """No rule is broken, and everybody concerned heard of it."""
    drain(engine)
    with open_session(engine) as session:
        assert faults(session, [company.campaign.id or 0], TODAY) == []
        assert unheard(session, [company.campaign.id or 0]) == []


@pytest.mark.database("sqlite", "postgresql")
def test_of_two_who_accept_one_repair_one_does(app: FastAPI, engine: Engine, company: Published) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    repair = last_repair(engine)
    said = at_once(app, engine, [acceptance(company, repair, RepairKind.SAME)] * 2)
    assert sorted(said) == [200, 409]
    assert len(standing(engine)) == 6
    check(engine, company)


@pytest.mark.database("sqlite", "postgresql")
def test_two_repairs_accepted_at_once_do_not_take_the_same_days(
    app: FastAPI, engine: Engine, company: Published
) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    first = last_repair(engine)
    with open_session(engine) as session:
        late = company.visit(company.back[1], company.front[1])
        contradict(session, late)
    drain(engine)
    second = last_repair(engine)
    with open_session(engine) as session:
        session.get_one(Team, company.shop.id).max_visitors = 1
    before = standing(engine)
    said = at_once(app, engine, [acceptance(company, one, RepairKind.SAME) for one in (first, second)])
    assert min(said) == 200
    assert set(said) <= {200, 202, 409}
    assert standing(engine) != before
    check(engine, company)


def test_a_visit_cancelled_while_a_repair_moves_it_is_one_or_the_other(
    app: FastAPI, engine: Engine, crowded: Published
) -> None:
    cancel(engine, crowded.visit(crowded.back[0], crowded.front[0]))
    repair, yielded = last_repair(engine), crowded.visit(crowded.back[1], crowded.front[1])
    assert set(proposals(engine, repair)) == {RepairKind.BEST, RepairKind.WORKED}
    with open_session(engine) as session:
        anna = session.get_one(Account, session.get_one(Person, crowded.back[1].id).account_id)
        revision = session.get_one(Visit, yielded.id).revision
    sent: dict[str, object] = {"reason": "unavailable", "revision": revision}
    accepted, cancelled = at_once(
        app,
        engine,
        [
            acceptance(crowded, repair, RepairKind.BEST),
            (anna, f"/api/v1/visits/{yielded.id}/cancellation", sent),
        ],
    )
    assert (accepted, cancelled) in {(200, 409), (202, 200), (409, 200)}
    with open_session(engine) as session:
        visit = session.get_one(Visit, yielded.id)
        status = session.get_one(Repair, repair.id).status
        assert (visit.status == "planned") == (status == RepairStatus.ACCEPTED) == (accepted == 200)
    check(engine, crowded)


def test_asking_again_however_often_is_one_repair_and_a_stale_page_leads_to_it(
    app: FastAPI, engine: Engine, company: Published, hr: TestClient
) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    first, here = last_repair(engine), f"/campaigns/{company.campaign.id}/repairs"
    again: Post = (company.hr, f"/api/v1{here}/{first.id}/repetition", {})
    assert at_once(app, engine, [again] * 3) == [202, 202, 202]
    second = last_repair(engine)

    def waiting() -> list[int | None]:
        with open_session(engine) as session:
            return [one.id for one in queries.waiting(session, company.campaign.id or 0)]

    assert waiting() == [second.id]
    drain(engine)
    for path, sent in ((f"{first.id}/repetition", {}), (f"{first.id}/acceptance", {"kind": "best"})):
        stale = hr.post(f"{here}/{path}", data=sent, follow_redirects=False)
        assert stale.headers["location"] == f"{here}/{second.id}"
    assert waiting() == [second.id]
    with open_session(engine) as session:  # as those before could make it
        lost = queries.visit_ids(session, second.id or 0)
        double = Repair(
            campaign_id=company.campaign.id or 0, cause=second.cause, status=RepairStatus.READY,
            requested_at=NOW, computed_at=NOW,
        )  # fmt: skip
        session.add(double)
        session.flush()
        session.add_all(RepairVisit(repair_id=double.id or 0, visit_id=one, waits=False) for one in lost)
    assert hr.post(f"{here}/{second.id}/acceptance", data={"kind": "same"}).status_code == 303
    assert waiting() == []
    check(engine, company)


def of(engine: Engine, repair: Repair) -> list[int]:
    """The days that a repair waits with."""
    with open_session(engine) as session:
        rows = session.exec(select(RepairVisit).where(RepairVisit.repair_id == repair.id, RepairVisit.waits))
        return sorted(row.visit_id for row in rows)


@pytest.mark.parametrize("fell", [True, False])
def test_a_day_that_an_open_repair_keeps_stays_there_and_is_looked_for_as_it_is_now(
    app: FastAPI, engine: Engine, company: Published, fell: bool
) -> None:
    """It falls meanwhile, or a roster contradicts it with another one."""
    first, other, alone = (company.visit(company.back[n], company.front[n]) for n in range(3))
    with open_session(engine) as session:
        [closure] = closing.close_site(
            session, company.there.id or 0, first.day, other.day, company.actor, NOW, TODAY
        )
    drain(engine)
    both = sorted([first.id or 0, other.id or 0])
    if fell:
        cancel(engine, first)
        assert last_repair(engine).id == closure.id
    else:
        with open_session(engine) as session:
            contradict(session, first, alone)
        drain(engine)
        assert of(engine, last_repair(engine)) == [alone.id]
    assert of(engine, closure) == both
    with open_session(engine) as session:
        row, campaign = session.get_one(Repair, closure.id), session.get_one(Campaign, company.campaign.id)
        assert row.status == RepairStatus.READY
        assert judging.holds(session, campaign, row, TODAY)
    with open_session(engine) as session:
        assert len(session.exec(select(Mail).where(Mail.kind == "repair_ready")).all()) == (1 if fell else 2)
    kept = [one for one in (closure, last_repair(engine)) if proposals(engine, one)]
    said = at_once(app, engine, [acceptance(company, one, min(proposals(engine, one))) for one in kept])
    assert min(said) == 200
    assert of(engine, closure) in ([], both)
    check(engine, company)


def test_the_database_gives_a_day_to_one_open_repair(engine: Engine, company: Published) -> None:
    visit_id = company.visits[0].id or 0

    def opened(status: RepairStatus) -> None:
        with open_session(engine) as session:
            one = Repair(
                campaign_id=company.campaign.id or 0,
                cause=RepairCause.ROSTER,
                status=status,
                requested_at=NOW,
            )
            session.add(one)
            session.flush()
            session.add(RepairVisit(repair_id=one.id or 0, visit_id=visit_id))

    opened(RepairStatus.QUEUED)
    with pytest.raises(IntegrityError):
        opened(RepairStatus.QUEUED)
    with open_session(engine) as session:
        service.stop(session, session.get_one(Repair, last_repair(engine).id), company.actor, NOW)
    opened(RepairStatus.QUEUED)


@pytest.mark.database("sqlite", "postgresql")
def test_two_who_find_the_same_day_at_once_open_one_repair(
    app: FastAPI, engine: Engine, company: Published
) -> None:
    with open_session(engine) as session:
        session.add(ClosedDay(site_id=company.there.id or 0, day=company.visits[0].day))
    path = f"/api/v1/campaigns/{company.campaign.id}/repairs"
    said = at_once(app, engine, [(company.hr, path, {})] * 3)
    assert min(said) == 202
    assert set(said) <= {202, 409}  # 409: nothing is left to repair
    with open_session(engine) as session:
        assert len(queries.waiting(session, company.campaign.id or 0)) == 1
