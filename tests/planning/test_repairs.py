"""After something fell: what is proposed, what may be accepted, who is touched and who is not."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.accounts.tables import AuditEntry
from app.availability.tables import Answer, Enrolment
from app.campaigns.tables import Booking, Status
from app.core import jobs as events
from app.core.db import open_session
from app.messages.tables import Mail
from app.people.tables import Person, Team
from app.planning.repairs import closing, jobs, queries, ruling, service
from app.planning.repairs.errors import (
    ClosureOutOfReach,
    NothingFell,
    NotRepaired,
    RepairChanged,
    RepairDecided,
)
from app.planning.repairs.proposals import Proposal
from app.planning.tables import Repair, RepairCause, RepairKind, RepairStatus
from app.teams.tables import BlackoutDay
from app.visits import service as visits
from app.visits.tables import By, CancelReason, Swap, Visit, VisitChange, VisitStatus
from app.worker import drain
from tests.life.judge import faults
from tests.planning.broken import (
    DAYS,
    NOW,
    TODAY,
    Published,
    campaign_of,
    cancel,
    days_taken,
    last_repair,
    legs_of,
    proposals,
    standing,
)
from tests.support.web import Clock

SAME, STILL, BEST = RepairKind.SAME, RepairKind.STILL, RepairKind.BEST


@pytest.fixture(autouse=True)
def at(clock: Clock) -> None:
    clock.set(NOW)


@pytest.fixture
def company(engine: Engine) -> Published:
    with open_session(engine) as session:
        return Published(session)


def accept(engine: Engine, company: Published, kind: RepairKind, today: date = TODAY) -> None:
    repair = last_repair(engine)
    with open_session(engine) as session:
        row = session.get_one(Repair, repair.id)
        service.accept(session, campaign_of(session, company), row, kind, company.actor, NOW, today)


def test_a_cancelled_half_is_made_up_on_another_day_and_nobody_else_moves(
    engine: Engine, company: Published
) -> None:
    fell = company.visit(company.back[0], company.front[0])
    cancel(engine, fell)
    repair, found = last_repair(engine), proposals(engine, last_repair(engine))
    assert repair.status == RepairStatus.READY
    assert set(found) == {SAME}
    assert (found[SAME].restored, found[SAME].left, found[SAME].movers, found[SAME].newcomers) == (2, 0, 0, 0)
    before = standing(engine)
    accept(engine, company, SAME)
    (new,) = standing(engine) - before
    assert before < standing(engine)
    assert new[:2] == (fell.visitor_id, fell.host_id)
    assert new[2] != fell.day
    with open_session(engine) as session:
        made = session.exec(select(Visit).where(Visit.day == new[2], Visit.visitor_id == new[0])).one()
        assert made.swap_id == fell.swap_id
        assert made.uid != fell.uid
        assert (made.visitor_confirmed_at, made.host_confirmed_at) == (None, None)
        line = session.exec(select(VisitChange).where(VisitChange.visit_id == made.id)).one()
        assert (line.by, line.account_id) == (By.HR, company.hr.id)
        said = {row.action for row in session.exec(select(AuditEntry))}
        assert {"repair.requested", "repair.accepted", "visit.planned"} <= said


def test_those_concerned_are_asked_and_nobody_else_hears_of_it(engine: Engine, company: Published) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    with open_session(engine) as session:
        known = set(session.exec(select(Mail.id)))
    accept(engine, company, SAME)
    drain(engine)
    with open_session(engine) as session:
        rows = [row for row in session.exec(select(Mail)) if row.id not in known]
        assert sorted((row.to_name, row.kind) for row in rows) == [
            ("Anna Back0", "visit_invitation"),
            ("Bruno Front0", "visit_invitation"),
        ]


def test_who_said_not_me_rests_and_the_colleague_gets_somebody_who_had_nobody(
    engine: Engine, company: Published
) -> None:
    with open_session(engine) as session:
        company.session = session
        zoe = company.enrol(session.get_one(Team, company.shop.id), "Zoé", "Libre")
    first, second = (
        company.visit(company.back[0], company.front[0]),
        company.visit(company.front[0], company.back[0]),
    )
    cancel(engine, first, CancelReason.NOT_FOR_ME, By.HOST)
    cancel(engine, second, CancelReason.NOT_FOR_ME, By.VISITOR)
    found = proposals(engine, last_repair(engine))
    assert set(found) == {STILL}
    assert (found[STILL].restored, found[STILL].left, found[STILL].newcomers) == (1, 0, 1)
    accept(engine, company, STILL)
    new = standing(engine) - legs_of(company.visits)
    assert {leg[:2] for leg in new} == {(company.back[0].id, zoe.id), (zoe.id, company.back[0].id)}
    with open_session(engine) as session:
        made = session.exec(select(Visit).where(Visit.visitor_id == zoe.id)).one()
        assert made.swap_id is not None
        assert session.get_one(Swap, made.swap_id)


def test_a_new_exchange_closes_the_make_up_of_the_former_and_both_read_it(
    engine: Engine, company: Published
) -> None:
    with open_session(engine) as session:
        company.session = session
        company.enrol(session.get_one(Team, company.shop.id), "Zoé", "Libre")
    fell = company.visit(company.back[0], company.front[0])
    cancel(engine, fell, CancelReason.NOT_FOR_ME, By.HOST)
    accept(engine, company, STILL)
    drain(engine)
    with open_session(engine) as session:
        assert session.get_one(Swap, fell.swap_id).one_way_at is not None
        rows = session.exec(select(Mail).where(Mail.kind == "visit_proposal")).all()
        assert sorted(row.to_name for row in rows) == ["Anna Back0", "Bruno Front0"]
        assert all("en reste à la journée qui tient" in row.text for row in rows)


def test_several_that_fell_are_one_repair(engine: Engine, company: Published) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    first = last_repair(engine)
    cancel(engine, company.visit(company.back[1], company.front[1]))
    repair = last_repair(engine)
    with open_session(engine) as session:
        assert session.get_one(Repair, first.id).status == RepairStatus.EXPIRED
        assert len(queries.visit_ids(session, repair.id or 0)) == 2
    assert proposals(engine, repair)[SAME].restored == 4


def test_a_lived_visit_is_kept_and_its_fallen_return_made_up(
    engine: Engine, company: Published, clock: Clock
) -> None:
    later = NOW + timedelta(days=11)
    clock.set(later)
    cancel(engine, company.visit(company.front[0], company.back[0]), today=later.date())
    found = proposals(engine, last_repair(engine))
    proposal = Proposal.from_json(found[SAME].content)
    assert [(one.visitor_id, one.host_id) for one in proposal.fresh] == [
        (company.front[0].id, company.back[0].id)
    ]
    assert proposal.days[0] >= later.date() + timedelta(days=2)
    assert (proposal.falls, proposal.moves) == ((), ())


def test_a_proposal_that_does_not_hold_any_more_changes_nothing(engine: Engine, company: Published) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    with open_session(engine) as session:
        row = session.exec(select(Enrolment).where(Enrolment.person_id == company.front[0].id)).one()
        row.answer = Answer.NO
    before = standing(engine)
    with pytest.raises(RepairChanged):
        accept(engine, company, SAME)
    assert standing(engine) == before
    assert last_repair(engine).status == RepairStatus.READY


def test_a_day_taken_meanwhile_is_refused(engine: Engine, company: Published) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    proposal = Proposal.from_json(proposals(engine, last_repair(engine))[SAME].content)
    with open_session(engine) as session:
        other = visits.plan_visits(
            session,
            campaign_of(session, company),
            [(company.back[0].id or 0, company.front[1].id or 0, proposal.days[0])],
            NOW,
        )
    before = days_taken(engine)
    with pytest.raises(RepairChanged):
        accept(engine, company, SAME)
    assert days_taken(engine) == before
    assert other


def test_a_repair_is_decided_once(engine: Engine, company: Published) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    accept(engine, company, SAME)
    with pytest.raises(RepairDecided):
        accept(engine, company, SAME)


@pytest.fixture
def crowded(engine: Engine) -> Published:
    """Anna0 can only go on the day Anna1 is at the shop, which takes one visitor a day."""
    with open_session(engine) as session:
        company = Published(session)
        row = session.exec(select(Enrolment).where(Enrolment.person_id == company.back[0].id)).one()
        row.visit_days = [DAYS[n].isoformat() for n in (0, 1, 3)]
        session.get_one(Team, company.shop.id).max_visitors = 1
        return company


def test_the_best_way_moves_others_only_where_nothing_else_helps(engine: Engine, crowded: Published) -> None:
    cancel(engine, crowded.visit(crowded.back[0], crowded.front[0]))
    found = proposals(engine, last_repair(engine))
    assert set(found) == {BEST}
    assert (found[BEST].restored, found[BEST].left, found[BEST].movers) == (2, 0, 2)
    yielded = crowded.visit(crowded.back[1], crowded.front[1])
    accept(engine, crowded, BEST)
    with open_session(engine) as session:
        moved = session.get_one(Visit, yielded.id)
        assert moved.uid == yielded.uid
        assert moved.day != yielded.day
    assert (crowded.back[0].id, crowded.front[0].id, DAYS[1]) in standing(engine)
    assert len(standing(engine)) == 4


def test_the_rule_never_moves_others(engine: Engine, crowded: Published) -> None:
    automatic(engine, crowded)
    cancel(engine, crowded.visit(crowded.back[0], crowded.front[0]))
    assert last_repair(engine).status == RepairStatus.READY


def automatic(engine: Engine, company: Published) -> None:
    with open_session(engine) as session:
        campaign = campaign_of(session, company)
        ruling.set_rules(session, campaign, company.actor, NOW, automatic=True, version=0)


def test_a_moved_visit_that_somebody_changed_is_refused(engine: Engine, crowded: Published) -> None:
    cancel(engine, crowded.visit(crowded.back[0], crowded.front[0]))
    yielded = crowded.visit(crowded.back[1], crowded.front[1])
    with open_session(engine) as session:
        session.get_one(Visit, yielded.id).revision += 1
    before = standing(engine)
    with pytest.raises(RepairChanged):
        accept(engine, crowded, BEST)
    assert standing(engine) == before


def test_the_rule_accepts_what_moves_nobody_else(engine: Engine, company: Published) -> None:
    with open_session(engine) as session:
        ruling.set_rules(
            session, campaign_of(session, company), company.actor, NOW, automatic=True, version=0
        )
    cancel(engine, company.visit(company.back[0], company.front[0]))
    repair = last_repair(engine)
    assert (repair.status, repair.accepted, repair.decided_by) == (RepairStatus.ACCEPTED, SAME, None)
    assert len(standing(engine)) == 4


def test_without_the_rule_hr_decides(engine: Engine, company: Published) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    assert last_repair(engine).status == RepairStatus.READY
    assert len(standing(engine)) == 3


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
        marked = {(row.team_id, row.day) for row in session.exec(select(BlackoutDay))}
        assert (company.shop.id, first) in marked
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
        events.record(session, "visits.in_conflict", visit_ids=[visit.id])
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


def test_a_search_that_is_stopped_keeps_nothing(engine: Engine, company: Published) -> None:
    with open_session(engine) as session:
        campaign = campaign_of(session, company)
        repair = service.open_repair(
            session, campaign, [company.visits[0].id or 0], RepairCause.ROSTER, company.actor, NOW
        )
    with open_session(engine) as session:
        service.stop(session, session.get_one(Repair, repair.id), company.actor, NOW)
    drain(engine)
    assert last_repair(engine).status == RepairStatus.CANCELLED
    assert proposals(engine, repair) == {}


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
            service.open_repair(
                session, campaign_of(session, company), [1], RepairCause.FALLEN, company.actor, NOW
            )


def test_nothing_fell_nothing_is_repaired(engine: Engine, company: Published) -> None:
    with open_session(engine) as session, pytest.raises(NothingFell):
        service.open_repair(
            session, campaign_of(session, company), [], RepairCause.FALLEN, company.actor, NOW
        )


def test_proposals_nobody_decided_on_expire(engine: Engine, company: Published, clock: Clock) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    clock.set(NOW + timedelta(days=6))
    jobs.expire(engine)
    assert last_repair(engine).status == RepairStatus.READY
    clock.set(NOW + timedelta(days=8))
    jobs.expire(engine)
    assert last_repair(engine).status == RepairStatus.EXPIRED
