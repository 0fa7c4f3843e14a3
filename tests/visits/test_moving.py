"""Move a day, and make up for the part of a swap that fell: who may, what changes, who is told."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.messages.tables import Mail
from app.teams.tables import RosterDay, Shift
from app.visits import moving, queries, service
from app.visits.errors import (
    AlreadyCancelled,
    DayNotPossible,
    NotFallen,
    NothingProposed,
    NotYourPart,
    OpenProposal,
)
from app.visits.lifecycle import check
from app.visits.rules import PART_HOURS, VisitState, state_of
from app.visits.tables import By, CancelReason, ChangeKind, DayPart, ProposalStatus
from tests.factories import make_person
from tests.visits.life import (
    FRIDAY,
    MONDAY,
    NEXT_MONDAY,
    NOW,
    THURSDAY,
    TODAY,
    TUESDAY,
    WEDNESDAY,
    WORKED_NOT_OFFERED,
    Company,
    fell,
    told,
)

pytestmark = pytest.mark.usefixtures("clock")


def test_a_day_moves_when_the_other_accepts(company: Company, engine: Engine) -> None:
    session, visit = company.session, company.there
    proposal = moving.propose(
        session, company.before(visit, company.anna), WEDNESDAY, company.hand(visit, company.anna), revision=0
    )
    assert visit.day == MONDAY
    assert told(engine, session) == [("Bruno", "visit_proposal")]
    with pytest.raises(NotYourPart):
        moving.accept(
            session, company.before(visit, company.anna), proposal.id or 0, company.hand(visit, company.anna)
        )
    moving.accept(
        session, company.before(visit, company.bruno), proposal.id or 0, company.hand(visit, company.bruno)
    )
    assert (visit.day, visit.revision) == (WEDNESDAY, 1)
    assert state_of(visit, crosses=False, today=TODAY) is VisitState.CONFIRMED
    assert company.days_taken() == {(name, day) for name in ("Anna", "Bruno") for day in (WEDNESDAY, FRIDAY)}
    assert company.counted()["shop", WEDNESDAY] == (0, 1)
    assert ("shop", MONDAY) not in company.counted()
    assert told(engine, session) == [
        ("Anna", "visit_invitation"),
        ("Bruno", "visit_invitation"),
        ("Marc", "visit_team"),
        ("Martine", "visit_team"),
    ]
    mails = session.exec(select(Mail).where(Mail.kind == "visit_invitation")).all()
    assert all("La journée passe du lundi" in one.text and "La journée passe du" in one.html for one in mails)


def test_one_thing_is_talked_about_at_a_time(company: Company) -> None:
    session, visit = company.session, company.there
    made = moving.propose(
        session, company.before(visit, company.anna), TUESDAY, company.hand(visit, company.anna), revision=0
    )
    with pytest.raises(OpenProposal):
        moving.propose(
            session,
            company.before(visit, company.bruno),
            WEDNESDAY,
            company.hand(visit, company.bruno),
            revision=0,
        )
    with pytest.raises(NotYourPart):
        moving.withdraw(
            session, company.before(visit, company.bruno), made.id or 0, company.hand(visit, company.bruno)
        )
    moving.withdraw(
        session, company.before(visit, company.anna), made.id or 0, company.hand(visit, company.anna)
    )
    with pytest.raises(NothingProposed):
        moving.accept(
            session, company.before(visit, company.bruno), made.id or 0, company.hand(visit, company.bruno)
        )


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (TODAY + timedelta(days=1), "campagne"),
        (FRIDAY, "déjà une journée"),
        (MONDAY + timedelta(days=5), "campagne"),
        (NEXT_MONDAY + timedelta(days=18), "trop loin"),
    ],
)
def test_a_day_against_the_rules_is_refused_with_its_reason(company: Company, day: object, why: str) -> None:
    company.campaign.max_gap_days = 14
    company.session.add(company.campaign)
    company.session.flush()
    with pytest.raises(DayNotPossible) as refused:
        moving.propose(
            company.session,
            company.before(company.there, company.anna),
            day,  # type: ignore[arg-type]
            company.hand(company.there, company.anna),
            revision=0,
        )
    assert why in refused.value.message()


@pytest.mark.parametrize(("part", "possible"), [(DayPart.FULL, False), (DayPart.AFTERNOON, True)])
def test_a_day_that_a_half_day_roster_contradicts_is_not_offered(
    company: Company, part: DayPart, possible: bool
) -> None:
    visit, session = company.there, company.session
    visit.part, (visit.starts_at, visit.ends_at) = part, PART_HOURS[part]
    session.add(RosterDay(person_id=visit.host_id, day=WEDNESDAY, shift=Shift.AFTERNOON))
    session.flush()
    days = moving.days_of(session, company.before(visit, company.anna))
    assert (days.why_not(WEDNESDAY) is None) is possible
    assert (WEDNESDAY in [one.day for one in days.possible(None)]) is possible


def test_a_full_team_takes_nobody_more(company: Company) -> None:
    company.shop.max_visitors = 1
    other = make_person(company.session, company.payroll)
    service.plan_visits(
        company.session, company.campaign, [(other.id or 0, company.lea.id or 0, TUESDAY)], NOW
    )
    with pytest.raises(DayNotPossible) as refused:
        moving.propose(
            company.session,
            company.before(company.there, company.anna),
            TUESDAY,
            company.hand(company.there, company.anna),
            revision=0,
        )
    assert "ne peut" in refused.value.message()


def test_the_best_days_were_offered_by_both(company: Company) -> None:
    days = moving.days_of(company.session, company.before(company.there, company.anna))
    found = days.possible()
    assert all(one.offered for one in found)
    assert FRIDAY not in [one.day for one in found]
    worked = {one.day: one.offered for one in days.possible(None)}
    assert worked.get(WORKED_NOT_OFFERED) is False or days.why_not(WORKED_NOT_OFFERED)


def test_the_other_part_of_a_swap_is_made_up_for(company: Company, engine: Engine) -> None:
    session, visit = company.session, company.there
    fell(company)
    told(engine, session)
    before = company.before(visit, company.bruno)
    assert before.fallen
    day = moving.days_of(session, before).possible()[0].day
    made = moving.propose(session, before, day, company.hand(visit, company.bruno), revision=1)
    assert told(engine, session) == [("Anna", "visit_proposal")]
    new = moving.accept(
        session, company.before(visit, company.anna), made.id or 0, company.hand(visit, company.anna)
    )
    assert (new.visitor_id, new.host_id, new.day) == (company.anna.id, company.bruno.id, day)
    assert new.swap_id == visit.swap_id
    assert new.uid != visit.uid
    swap = queries.swap_of(session, queries.visit(session, new.id or 0))
    assert {leg.visit.id for leg in swap.legs} == {new.id, company.back.id}
    assert swap.fallen is None
    assert [kind for who, kind in told(engine, session) if who in {"Anna", "Bruno"}] == [
        "visit_invitation",
        "visit_invitation",
    ]


def test_both_may_leave_it_at_one_day(company: Company, engine: Engine) -> None:
    session, visit = company.session, company.there
    with pytest.raises(NothingProposed):
        moving.propose(
            session, company.before(visit, company.anna), None, company.hand(visit, company.anna), revision=0
        )
    fell(company)
    told(engine, session)
    made = moving.propose(
        session, company.before(visit, company.anna), None, company.hand(visit, company.anna), revision=1
    )
    moving.accept(
        session, company.before(visit, company.bruno), made.id or 0, company.hand(visit, company.bruno)
    )
    assert queries.swap_of(session, queries.visit(session, visit.id or 0)).is_one_way
    assert not company.before(visit, company.anna).fallen
    assert ("Anna", "visit_proposal") in told(engine, session)
    with pytest.raises(AlreadyCancelled):
        moving.propose(
            session,
            company.before(visit, company.anna),
            TUESDAY,
            company.hand(visit, company.anna),
            revision=1,
        )


@pytest.mark.parametrize("about_the_other", [False, True])
def test_a_proposal_falls_with_its_visit_and_not_with_the_other_part(
    company: Company, about_the_other: bool
) -> None:
    session, visit = company.session, company.back if about_the_other else company.there
    made = moving.propose(
        session,
        company.before(visit, company.anna),
        THURSDAY,
        company.hand(visit, company.anna),
        revision=0,
    )
    fell(company)
    session.refresh(made)
    assert made.status is (ProposalStatus.OPEN if about_the_other else ProposalStatus.VOID)
    if about_the_other:
        moving.accept(
            session, company.before(visit, company.bruno), made.id or 0, company.hand(visit, company.bruno)
        )
        assert visit.day == THURSDAY


def test_nobody_reads_that_one_day_is_left_once_that_one_fell_too(company: Company, engine: Engine) -> None:
    session, visit = company.session, company.there
    fell(company)
    made = moving.propose(
        session, company.before(visit, company.anna), None, company.hand(visit, company.anna), revision=1
    )
    told(engine, session)
    moving.accept(
        session, company.before(visit, company.bruno), made.id or 0, company.hand(visit, company.bruno)
    )
    service.cancel_visit(session, company.back, CancelReason.UNAVAILABLE, None, NOW, today=TODAY, by=By.HOST)
    assert {kind for _who, kind in told(engine, session)} == {"visit_cancelled", "visit_team"}


def test_only_a_fallen_part_is_made_up_for(company: Company) -> None:
    asked = company.before(company.there, company.anna).asked
    with pytest.raises(NotFallen):
        check(ChangeKind.MADE_UP, asked)
