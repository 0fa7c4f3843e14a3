"""What starts a repair: a closed site, a roster, somebody who leaves; and what does not."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.campaigns.tables import Booking, Status
from app.core import jobs as events
from app.core.db import open_session
from app.people.tables import Person
from app.planning.repairs import closing, opening, queries, service
from app.planning.repairs.errors import (
    ClosureOutOfReach,
    NothingFell,
    NotRepaired,
)
from app.planning.tables import Repair, RepairCause, RepairKind, RepairStatus
from app.teams.tables import ClosedDay
from app.visits.tables import CancelReason, Visit, VisitStatus
from app.worker import drain
from tests.life.judge import faults
from tests.planning.repairs.broken import (
    DAYS,
    NOW,
    TODAY,
    Published,
    accept,
    campaign_of,
    cancel,
    contradict,
    last_repair,
    proposals,
)

SAME, STILL, BEST = RepairKind.SAME, RepairKind.STILL, RepairKind.BEST


def test_a_site_closed_for_a_week_is_one_repair_and_most_visits_keep_their_uid(engine: Engine) -> None:
    with open_session(engine) as session:
        company = Published(session, pairs=8)
    first, last = DAYS[0], DAYS[3]
    there = {one.uid for one in company.visits if one.host_id in {p.id for p in company.front}}
    with open_session(engine) as session:
        what = closing.closure_of(session, company.there.id or 0, first, last, TODAY)
        assert len(what.repaired) == 8
        (repair,) = closing.close_site(session, company.there.id or 0, first, last, company.actor, NOW, TODAY)
    with open_session(engine) as session:
        closed = {(row.site_id, row.day) for row in session.exec(select(ClosedDay))}
        assert (company.there.id, first) in closed
    drain(engine)
    found = proposals(engine, repair)
    kind = next(kind for kind in (SAME, STILL, BEST) if kind in found)
    assert found[kind].restored > 0
    accept(engine, company, kind)
    drain(engine)
    with open_session(engine) as session:
        rows = session.exec(select(Visit).where(Visit.status == VisitStatus.PLANNED)).all()
        shop = {person.id for person in session.exec(select(Person).where(Person.team_id == company.shop.id))}
        assert not [one for one in rows if one.host_id in shop and first <= one.day <= last]
        assert len(there & {one.uid for one in rows}) == found[kind].restored // 2
        assert len(session.exec(select(Repair)).all()) == 1


@pytest.mark.parametrize(("first", "last"), [(-1, 3), (3, 1), (0, 92)])
def test_a_closure_has_days_ahead_in_order(engine: Engine, company: Published, first: int, last: int) -> None:
    with open_session(engine) as session, pytest.raises(ClosureOutOfReach):
        closing.closure_of(
            session, company.there.id or 0, TODAY + timedelta(days=first), TODAY + timedelta(days=last), TODAY
        )


def test_a_swap_that_lost_one_part_to_a_closure_and_one_to_a_refusal_stays_one_swap(
    engine: Engine, company: Published
) -> None:
    there = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        (repair,) = closing.close_site(
            session, company.there.id or 0, there.day, there.day, company.actor, NOW, TODAY
        )
    cancel(engine, company.visit(company.front[0], company.back[0]))
    kind = next(kind for kind in (SAME, STILL, BEST) if kind in proposals(engine, repair))
    with open_session(engine) as session:
        row = session.get_one(Repair, repair.id)
        service.accept(session, campaign_of(session, company), row, kind, company.actor, NOW, TODAY)
    with open_session(engine) as session:
        assert faults(session, [company.campaign.id or 0], TODAY) == []
        moved = session.get_one(Visit, there.id)
        [back] = session.exec(
            select(Visit).where(Visit.visitor_id == there.host_id, Visit.status == VisitStatus.PLANNED)
        ).all()
    assert (moved.uid, back.swap_id) == (there.uid, there.swap_id)


def test_a_roster_that_contradicts_starts_a_repair(engine: Engine, company: Published) -> None:
    visit = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        contradict(session, visit)
    drain(engine)
    repair = last_repair(engine)
    assert (repair.cause, repair.status) == (RepairCause.ROSTER, RepairStatus.READY)
    accept(engine, company, SAME)
    with open_session(engine) as session:
        moved = session.get_one(Visit, visit.id)
        assert moved.uid == visit.uid
        assert moved.day != visit.day
        assert moved.revision == visit.revision + 1


def test_who_leaves_the_company_starts_a_repair(engine: Engine, company: Published) -> None:
    with open_session(engine) as session:
        session.get_one(Person, company.front[0].id).active = False
        events.record(session, "person.left", person_id=company.front[0].id)
    drain(engine)
    repair = last_repair(engine)
    assert repair.status == RepairStatus.READY
    with open_session(engine) as session:
        assert len(queries.visit_ids(session, repair.id or 0)) == 2


def test_dismissing_cancels_what_cannot_be_when_asked(engine: Engine, company: Published) -> None:
    with open_session(engine) as session:
        closing.close_site(session, company.there.id or 0, DAYS[0], DAYS[0], company.actor, NOW, TODAY)
    drain(engine)
    repair = last_repair(engine)
    with open_session(engine) as session:
        row = session.get_one(Repair, repair.id)
        assert service.dismiss(session, row, company.actor, NOW, TODAY, cancel_visits=True) == 1
    drain(engine)
    with open_session(engine) as session:
        fell = session.exec(select(Visit).where(Visit.status == VisitStatus.CANCELLED)).one()
        assert fell.cancel_reason == CancelReason.CLOSED
        assert len(session.exec(select(Repair)).all()) == 1


@pytest.mark.parametrize(
    "campaign", [{"status": Status.PLANNING}, {"booking": Booking.OPEN}, {"status": Status.CLOSED}]
)
def test_only_a_plan_that_is_lived_is_repaired(
    engine: Engine, company: Published, campaign: dict[str, object]
) -> None:
    with open_session(engine) as session:
        row = campaign_of(session, company)
        for name, value in campaign.items():
            setattr(row, name, value)
    cancel(engine, company.visit(company.back[0], company.front[0]))
    with open_session(engine) as session:
        assert session.exec(select(Repair)).all() == []
        with pytest.raises(NotRepaired):
            opening.open_repair(
                session, campaign_of(session, company), [1], RepairCause.FALLEN, company.actor, NOW
            )


def test_nothing_fell_nothing_is_repaired(engine: Engine, company: Published) -> None:
    with open_session(engine) as session, pytest.raises(NothingFell):
        opening.open_repair(
            session, campaign_of(session, company), [], RepairCause.FALLEN, company.actor, NOW
        )
