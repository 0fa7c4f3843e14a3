"""After something fell: what is proposed, what may be accepted, who is touched and who is not."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.accounts.tables import AuditEntry
from app.availability.tables import Enrolment, ForbiddenPair
from app.core.db import open_session
from app.messages.tables import Mail
from app.people.tables import Person, Team
from app.planning.repairs import jobs, opening, queries, ruling, service
from app.planning.repairs.errors import (
    RepairChanged,
    RepairDecided,
)
from app.planning.repairs.proposals import Proposal
from app.planning.tables import Repair, RepairCause, RepairKind, RepairStatus
from app.visits import history, reading
from app.visits import service as visits
from app.visits.tables import By, CancelReason, ChangeKind, Swap, Visit, VisitChange
from app.worker import drain
from tests.planning.repairs.broken import (
    DAYS,
    NOW,
    Published,
    accept,
    campaign_of,
    cancel,
    days_taken,
    last_repair,
    legs_of,
    proposals,
    standing,
    take_no_part,
)
from tests.support.accounts import SignIn
from tests.support.web import Clock

SAME, STILL, BEST = RepairKind.SAME, RepairKind.STILL, RepairKind.BEST


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


def test_a_visit_that_stands_of_a_lost_swap_leaves_room_for_another_exchange_where_two_are_allowed(
    engine: Engine,
) -> None:
    with open_session(engine) as session:
        company = Published(session, max_swaps_per_person=2)
        zoe = company.enrol(session.get_one(Team, company.shop.id), "Zoé", "Libre")
        first, second = sorted((company.back[0].id or 0, company.front[1].id or 0))
        apart = {"campaign_id": company.campaign.id or 0, "a_id": first, "b_id": second}
        session.add(ForbiddenPair(**apart, created_at=NOW))  # so that only Zoé is left for the other exchange
    cancel(engine, company.visit(company.back[0], company.front[0]), CancelReason.NOT_FOR_ME, By.HOST)
    accept(engine, company, STILL)
    drain(engine)
    before = {leg for leg in standing(engine) if zoe.id in leg[:2]}
    assert len(before) == 2
    cancel(engine, company.visit(company.back[1], company.front[1]))
    found = proposals(engine, last_repair(engine))
    assert found[SAME].movers == 0
    accept(engine, company, SAME)
    assert before <= standing(engine)


def test_a_visit_that_stands_of_a_lost_swap_is_the_one_exchange_that_is_allowed(
    engine: Engine, company: Published, client: TestClient, sign_in: SignIn
) -> None:
    with open_session(engine) as session:
        company.session = session
        company.enrol(session.get_one(Team, company.shop.id), "Zoé", "Libre")
    cancel(engine, company.visit(company.back[0], company.front[0]), CancelReason.NOT_FOR_ME, By.HOST)
    repair = last_repair(engine)
    assert (repair.status, proposals(engine, repair)) == (RepairStatus.READY, {})
    sign_in(client, company.hr)
    page = client.get(f"/campaigns/{company.campaign.id}/repairs/{repair.id}").text
    assert "un échange par personne, aucun nouvel échange ne s’ajoute pour Anna Back0" in page


def test_a_part_given_up_for_want_of_days_gives_nobody_an_exchange_on_top(
    engine: Engine, company: Published
) -> None:
    with open_session(engine) as session:
        company.session = session
        company.enrol(session.get_one(Team, company.shop.id), "Zoé", "Libre")
        row = session.exec(select(Enrolment).where(Enrolment.person_id == company.front[0].id)).one()
        row.host_days = [DAYS[0].isoformat()]
        session.get_one(Person, company.front[0].id).worked_weekdays = "0000000"
    cancel(engine, company.visit(company.back[0], company.front[0]), by=By.HOST)
    assert proposals(engine, last_repair(engine)) == {}


def test_a_part_given_up_keeps_its_place_and_hinders_nobody_else(engine: Engine) -> None:
    with open_session(engine) as session:
        company = Published(session, 3)
        session.get_one(Team, company.shop.id).max_visitors = 1
        host = select(Enrolment).where(Enrolment.person_id == company.front[1].id)
        session.exec(host).one().host_days = [DAYS[0].isoformat()]
        stays = session.exec(select(Enrolment).where(Enrolment.person_id == company.front[0].id)).one()
        stays.visit_days, stays.host_days = [], [DAYS[0].isoformat()]
    fell = [
        company.visit(company.front[0], company.back[0]),  # he has no other day: hers stays alone
        company.visit(company.back[1], company.front[1]),  # the only day for it is taken by that one
        company.visit(company.back[2], company.front[2]),
    ]
    for one in fell:
        cancel(engine, one)
    found = proposals(engine, last_repair(engine))
    assert found[SAME].restored == 2
    before = standing(engine)
    accept(engine, company, SAME)
    ((visitor, host_id, _day),) = standing(engine) - before
    assert (visitor, host_id) == (company.back[2].id, company.front[2].id)


def test_a_present_that_contradicts_the_rules_is_not_said_to_leave_nobody_free(
    engine: Engine, company: Published, client: TestClient, sign_in: SignIn
) -> None:
    anna, bruno = company.back[1].id or 0, company.front[1].id or 0
    with open_session(engine) as session:
        twice = [(anna, bruno, DAYS[6]), (bruno, anna, DAYS[8])]
        visits.plan_visits(session, campaign_of(session, company), twice, NOW)
    cancel(engine, company.visit(company.back[0], company.front[0]))
    repair = last_repair(engine)
    assert (repair.status, repair.message) == (RepairStatus.FAILED, "PresentContradicts")
    sign_in(client, company.hr)
    page = client.get(f"/campaigns/{company.campaign.id}/repairs/{repair.id}").text
    assert "contredisent déjà les règles de la campagne" in page
    assert "libre" not in page


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
    take_no_part(engine, company.front[0])
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


def test_the_best_way_moves_others_only_where_nothing_else_helps(engine: Engine, crowded: Published) -> None:
    cancel(engine, crowded.visit(crowded.back[0], crowded.front[0]))
    found = proposals(engine, last_repair(engine))
    assert set(found) == {BEST, RepairKind.WORKED}  # or a day that she did not give
    assert (found[BEST].restored, found[BEST].left, found[BEST].movers) == (2, 0, 2)
    yielded = crowded.visit(crowded.back[1], crowded.front[1])
    accept(engine, crowded, BEST)
    with open_session(engine) as session:
        moved = session.get_one(Visit, yielded.id)
        assert moved.uid == yielded.uid
        assert moved.day != yielded.day
        *_before, last = history.told(reading.history_of(session, [yielded.id or 0]), to_manager=False)
    assert (last.kind, last.reason) == (ChangeKind.MOVED, "")  # it only makes room
    assert (crowded.back[0].id, crowded.front[0].id, DAYS[1]) in standing(engine)
    assert len(standing(engine)) == 4


def test_the_rule_never_moves_others(
    engine: Engine, crowded: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ruling, "is_for_the_two", lambda *_: False)  # what keeps it back is not their choice
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
    cancel(engine, company.visit(company.front[0], company.back[0]))
    repair = last_repair(engine)
    assert (repair.status, repair.accepted, repair.decided_by) == (RepairStatus.ACCEPTED, SAME, None)
    assert len(standing(engine)) == 4


def test_without_the_rule_hr_decides(engine: Engine, company: Published) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    assert last_repair(engine).status == RepairStatus.READY
    assert len(standing(engine)) == 3


def test_a_search_that_is_stopped_keeps_nothing(engine: Engine, company: Published) -> None:
    with open_session(engine) as session:
        campaign = campaign_of(session, company)
        repair = opening.open_repair(
            session, campaign, [company.visits[0].id or 0], RepairCause.ROSTER, company.actor, NOW
        )
    with open_session(engine) as session:
        service.stop(session, session.get_one(Repair, repair.id), company.actor, NOW)
    drain(engine)
    assert last_repair(engine).status == RepairStatus.CANCELLED
    assert proposals(engine, repair) == {}


def test_proposals_nobody_decided_on_expire(engine: Engine, company: Published, clock: Clock) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    clock.set(NOW + timedelta(days=6))
    jobs.expire(engine)
    assert last_repair(engine).status == RepairStatus.READY
    clock.set(NOW + timedelta(days=8))
    jobs.expire(engine)
    assert last_repair(engine).status == RepairStatus.EXPIRED
