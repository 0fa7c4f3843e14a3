"""Confirm, decline, move, make up, cancel: who may, what changes, who is told."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.campaigns.tables import Status
from app.core.errors import Stale
from app.debriefs.jobs import open_forms
from app.home.tasks import asked_tasks
from app.teams import service as teams
from app.teams.schemas import ConditionsForm
from app.teams.tables import Delegation, TeamConditions
from app.visits import absences, confirming, hosting, moving, queries, service
from app.visits.errors import (
    AlreadyCancelled,
    AlreadyConfirmed,
    AlreadyOver,
    ConditionsFirst,
    DayNotCome,
    DayNotPossible,
    NoAgreementNeeded,
    NotFallen,
    NothingAsked,
    NothingProposed,
    NotOfTheTeam,
    NotReported,
    NotYourPart,
    OpenProposal,
    ReasonNotOffered,
    TooYoung,
    TutorBusy,
)
from app.visits.history import Hand
from app.visits.hosting import Hours
from app.visits.jobs import ask_anew
from app.visits.lifecycle import check
from app.visits.rules import State, state_of
from app.visits.tables import By, CancelReason, ChangeKind, DayPart, ProposalStatus, VisitStatus
from tests.factories import make_person
from tests.support.web import Clock
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
    told,
)

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def company(session: Session) -> Company:
    return Company(session)


def confirm(company: Company, who: object, revision: int = 0) -> None:
    visit = company.there
    confirming.confirm(
        company.session,
        company.before(visit, who),  # type: ignore[arg-type]
        company.hand(visit, who),  # type: ignore[arg-type]
        revision=revision,
    )


def test_a_day_is_confirmed_once_both_said_yes(company: Company, engine: Engine) -> None:
    confirm(company, company.anna)
    assert state_of(company.there, crosses=False, today=TODAY) is State.UNCONFIRMED
    assert told(engine, company.session) == [("Bruno", "visit_confirmed")]
    confirm(company, company.bruno)
    assert state_of(company.there, crosses=False, today=TODAY) is State.CONFIRMED
    assert company.there.revision == 0
    assert told(engine, company.session) == [("Anna", "visit_confirmed"), ("Bruno", "visit_confirmed")]
    with pytest.raises(AlreadyConfirmed):
        confirm(company, company.anna)


def test_a_yes_is_to_the_day_one_saw(company: Company) -> None:
    moving.move(
        company.session,
        company.before(company.there, By.HR),
        TUESDAY,
        company.hand(company.there, By.HR),
        revision=0,
    )
    with pytest.raises(Stale):
        confirm(company, company.anna, revision=0)
    confirm(company, company.anna, revision=1)


def asks(company: Company, version: int = 1, **what: object) -> TeamConditions:
    values = {"safety": "Chaussures fermées", **what}
    made = TeamConditions(team_id=company.shop.id or 0, version=version, created_at=NOW, **values)
    company.session.add(made)
    company.session.flush()
    return made


def test_a_visitor_reads_what_the_team_asks_first(company: Company) -> None:
    first = asks(company)
    with pytest.raises(ConditionsFirst):
        confirm(company, company.anna)
    confirm(company, company.bruno)
    confirming.confirm(
        company.session,
        company.before(company.there, company.anna),
        company.hand(company.there, company.anna),
        revision=0,
        conditions_read=True,
    )
    assert (company.there.conditions_id, company.there.conditions_read_at) == (first.id, NOW)
    assert not company.before(company.there, company.anna).asked.conditions_open
    asks(company, version=2)
    assert company.before(company.there, company.anna).asked.conditions_open


def test_conditions_set_later_are_asked_of_who_had_confirmed(company: Company, engine: Engine) -> None:
    confirm(company, company.anna)
    confirm(company, company.bruno)
    told(engine, company.session)
    by = teams.By(company.hand(company.there, By.HR).actor)  # type: ignore[arg-type]
    wanted = ConditionsForm(safety="Chaussures fermées", version=0)
    made = teams.ask_of_visitors(company.session, company.shop.id or 0, wanted, by=by, now=NOW)
    assert told(engine, company.session) == [("Anna", "visit_conditions")]
    company.session.expire_all()
    assert state_of(company.there, crosses=False, today=TODAY) is State.UNCONFIRMED
    titles = [task.title for task in asked_tasks(company.session, company.anna, today=TODAY, now=NOW)]
    assert "Confirmez votre journée chez Bruno Lam" in titles
    confirming.confirm(
        company.session,
        company.before(company.there, company.anna),
        company.hand(company.there, company.anna),
        revision=0,
        conditions_read=True,
    )
    assert (company.there.conditions_id, len(told(engine, company.session))) == (made.id, 2)
    ask_anew(engine, company.shop.id or 0, made.id or 0)
    company.session.expire_all()
    assert state_of(company.there, crosses=False, today=TODAY) is State.CONFIRMED


def test_an_age_is_waived_by_whoever_leads_the_team(company: Company, engine: Engine) -> None:
    session, visit = company.session, company.there
    hand = company.hand(visit, By.MANAGER)
    with pytest.raises(NothingAsked):
        confirming.waive_conditions(session, company.before(visit, By.MANAGER), hand, revision=0)
    asks(company, min_age=18)
    company.anna.under_18 = True
    session.flush()
    with pytest.raises(TooYoung):
        confirming.confirm(
            session,
            company.before(visit, company.anna),
            company.hand(visit, company.anna),
            revision=0,
            conditions_read=True,
        )
    session.rollback()
    asks(company, min_age=18)
    with pytest.raises(NotYourPart):
        confirming.waive_conditions(
            session, company.before(visit, company.bruno), company.hand(visit, company.bruno), revision=0
        )
    confirming.waive_conditions(session, company.before(visit, By.MANAGER), hand, revision=0)
    confirm(company, company.anna)
    assert company.history(visit)[-2:] == ["waived", "confirmed"]
    assert ("Anna", "visit_changed") in told(engine, session)


def test_declining_tells_everybody_and_gives_the_day_back(company: Company, engine: Engine) -> None:
    confirming.give_up(
        company.session,
        company.before(company.there, company.anna),
        CancelReason.UNAVAILABLE,
        company.hand(company.there, company.anna, words="Un concours ce jour-là"),
        revision=0,
        declined=True,
    )
    assert company.there.status is VisitStatus.CANCELLED
    assert company.history(company.there) == ["planned", "declined"]
    assert company.days_taken() == {("Anna", FRIDAY), ("Bruno", FRIDAY)}
    assert company.counted() == {("shop", FRIDAY): (1, 0), ("payroll", FRIDAY): (0, 1)}
    assert told(engine, company.session) == [
        ("Anna", "visit_cancelled"),
        ("Bruno", "visit_cancelled"),
        ("Marc", "visit_team"),
        ("Martine", "visit_team"),
    ]


def test_a_delegate_hears_for_the_manager(company: Company, engine: Engine) -> None:
    delegate = make_person(company.session, company.payroll, first_name="Dina")
    company.session.add(
        Delegation(
            manager_id=company.martine.id or 0,
            delegate_id=delegate.id or 0,
            first_day=TODAY,
            last_day=TODAY,
            created_at=NOW,
        )
    )
    fell(company)
    assert [who for who, kind in told(engine, company.session) if kind == "visit_team"] == [
        "Dina",
        "Marc",
        "Martine",
    ]


def test_who_said_yes_cancels_and_does_not_decline(company: Company) -> None:
    confirm(company, company.anna)
    before = company.before(company.there, company.anna)
    hand = company.hand(company.there, company.anna)
    with pytest.raises(AlreadyConfirmed):
        confirming.give_up(company.session, before, CancelReason.UNAVAILABLE, hand, revision=0, declined=True)
    confirming.give_up(company.session, before, CancelReason.UNAVAILABLE, hand, revision=0, declined=False)
    assert company.history(company.there)[-1] == "cancelled"


def test_a_manager_speaks_for_the_service_alone(company: Company) -> None:
    before = company.before(company.there, By.MANAGER)
    hand = company.hand(company.there, By.MANAGER)
    with pytest.raises(ReasonNotOffered):
        confirming.give_up(company.session, before, CancelReason.NOT_FOR_ME, hand, revision=0, declined=False)
    confirming.give_up(company.session, before, CancelReason.SERVICE, hand, revision=0, declined=False)
    assert company.there.cancel_reason is CancelReason.SERVICE


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
    assert state_of(visit, crosses=False, today=TODAY) is State.CONFIRMED
    assert company.days_taken() == {(name, day) for name in ("Anna", "Bruno") for day in (WEDNESDAY, FRIDAY)}
    assert company.counted()["shop", WEDNESDAY] == (0, 1)
    assert ("shop", MONDAY) not in company.counted()
    assert told(engine, session) == [
        ("Anna", "visit_invitation"),
        ("Bruno", "visit_invitation"),
        ("Marc", "visit_team"),
        ("Martine", "visit_team"),
    ]


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


def fell(company: Company) -> None:
    service.cancel_visit(company.session, company.there, CancelReason.CLOSED, None, NOW, today=TODAY)
    company.session.commit()


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


def test_a_proposal_falls_with_its_visit(company: Company) -> None:
    session = company.session
    made = moving.propose(
        session,
        company.before(company.back, company.anna),
        THURSDAY,
        company.hand(company.back, company.anna),
        revision=0,
    )
    fell(company)
    session.refresh(made)
    assert made.status is ProposalStatus.VOID


def test_only_a_fallen_part_is_made_up_for(company: Company) -> None:
    asked = company.before(company.there, company.anna).asked
    with pytest.raises(NotFallen):
        check(ChangeKind.MADE_UP, asked)


def test_the_team_gives_the_hours(company: Company, engine: Engine) -> None:
    session, visit = company.session, company.there
    with pytest.raises(NotYourPart):
        hosting.set_hours(
            session,
            company.before(visit, company.anna),
            Hours(DayPart.MORNING),
            company.hand(visit, company.anna),
            revision=0,
        )
    hosting.set_hours(
        session,
        company.before(visit, company.bruno),
        Hours(DayPart.MORNING),
        company.hand(visit, company.bruno),
        revision=0,
    )
    assert (visit.part, visit.ends_at.hour, visit.revision) == (DayPart.MORNING, 12, 1)
    assert told(engine, session) == [("Anna", "visit_changed"), ("Bruno", "visit_changed")]


def test_a_tutor_receives_and_no_limit_moves(company: Company, engine: Engine) -> None:
    session, visit = company.session, company.there
    counted = company.counted()

    def name(tutor: object, revision: int) -> None:
        hosting.name_tutor(
            session,
            company.before(visit, company.bruno),
            tutor,  # type: ignore[arg-type]
            company.hand(visit, company.bruno),
            revision=revision,
        )

    with pytest.raises(NotOfTheTeam):
        name(company.martine, 0)
    name(company.lea, 0)
    assert ("Léa", MONDAY) in company.days_taken()
    assert company.counted() == counted
    assert told(engine, session) == [
        ("Anna", "visit_changed"),
        ("Bruno", "visit_changed"),
        ("Léa", "visit_tutor"),
    ]
    fell(company)
    assert ("Léa", MONDAY) not in company.days_taken()
    assert ("Léa", "visit_cancelled") in told(engine, session)


def test_a_busy_colleague_is_no_tutor(company: Company) -> None:
    other = make_person(company.session, company.payroll)
    company.payroll.max_away = 2
    company.shop.max_visitors = 2
    company.session.flush()
    service.plan_visits(
        company.session, company.campaign, [(other.id or 0, company.lea.id or 0, MONDAY)], NOW
    )
    company.session.commit()
    with pytest.raises(TutorBusy):
        hosting.name_tutor(
            company.session,
            company.before(company.there, company.bruno),
            company.lea,
            company.hand(company.there, company.bruno),
            revision=0,
        )
    company.session.rollback()
    assert company.there.tutor_id is None


def test_a_tutor_who_is_not_free_on_the_new_day_is_released(company: Company, engine: Engine) -> None:
    session, visit = company.session, company.there
    company.payroll.max_away = company.shop.max_visitors = 2
    other = make_person(session, company.payroll)
    service.plan_visits(session, company.campaign, [(other.id or 0, company.lea.id or 0, TUESDAY)], NOW)
    hosting.name_tutor(
        session,
        company.before(visit, company.bruno),
        company.lea,
        company.hand(visit, company.bruno),
        revision=0,
    )
    told(engine, session)
    moving.move(session, company.before(visit, By.HR), TUESDAY, company.hand(visit, By.HR), revision=1)
    assert visit.tutor_id is None
    assert ("Léa", "visit_tutor") in told(engine, session)


def test_two_companies_must_agree(company: Company, engine: Engine) -> None:
    session, visit = company.session, company.there
    hand = company.hand(visit, By.HR)
    seen = queries.visit(session, visit.id or 0)
    assert not seen.crosses
    assert confirming.record_agreements(session, company.campaign.id or 0, [visit.id or 0], hand, TODAY) == 0
    company.anna.legal_entity, company.bruno.legal_entity = "Vélo SA", "Vélo Services"
    session.flush()
    confirm(company, company.anna)
    confirm(company, company.bruno)
    assert state_of(visit, crosses=True, today=TODAY) is State.AGREEMENT
    told(engine, session)
    assert confirming.record_agreements(session, company.campaign.id or 0, [visit.id or 0], hand, TODAY) == 1
    assert state_of(visit, crosses=True, today=TODAY) is State.CONFIRMED
    assert told(engine, session) == [("Anna", "visit_changed"), ("Bruno", "visit_changed")]
    assert confirming.record_agreements(session, company.campaign.id or 0, [visit.id or 0], hand, TODAY) == 0
    with pytest.raises(NoAgreementNeeded):
        check(ChangeKind.AGREED, company.before(visit, By.HR).asked)


def test_an_absence_is_said_and_answered(company: Company, engine: Engine, clock: Clock) -> None:
    session, visit = company.session, company.there
    with pytest.raises(DayNotCome):
        absences.report(session, company.before(visit, company.bruno), company.hand(visit, company.bruno))
    with pytest.raises(NotReported):
        absences.contest(
            session, company.before(visit, company.anna, MONDAY), company.hand(visit, company.anna)
        )
    absences.report(session, company.before(visit, company.bruno, MONDAY), company.hand(visit, company.bruno))
    assert told(engine, session) == [("Anna", "visit_absence")]
    absences.contest(
        session,
        company.before(visit, company.anna, MONDAY),
        company.hand(visit, company.anna, words="J’étais là à neuf heures"),
    )
    assert told(engine, session) == [("Bruno", "visit_absence")]
    assert company.history(visit)[-2:] == ["absent", "contested"]
    with pytest.raises(NotReported):
        absences.contest(
            session, company.before(visit, company.anna, MONDAY), company.hand(visit, company.anna)
        )


def test_a_day_that_somebody_missed_is_made_up_for_and_asks_for_no_debrief(
    company: Company, engine: Engine, clock: Clock
) -> None:
    session, missed = company.session, company.there
    company.campaign.notice_days, company.campaign.status = 2, Status.RUNNING
    absences.report(
        session, company.before(missed, company.bruno, MONDAY), company.hand(missed, company.bruno)
    )
    told(engine, session)
    clock.set(datetime(2027, 4, 6, 8, 0, tzinfo=UTC))
    session.commit()
    open_forms(engine)
    assert "debrief_invitation" not in {kind for _name, kind in told(engine, session)}
    with pytest.raises(AlreadyOver):
        check(ChangeKind.CANCELLED, company.before(missed, By.HR, MONDAY).asked)
    offer = moving.propose(
        session,
        company.before(missed, company.bruno, TUESDAY),
        NEXT_MONDAY,
        company.hand(missed, company.bruno),
        revision=missed.revision,
    )
    made = moving.accept(
        session,
        company.before(missed, company.anna, TUESDAY),
        offer.id or 0,
        company.hand(missed, company.anna),
    )
    session.refresh(missed)
    assert (made.day, made.swap_id) == (NEXT_MONDAY, missed.swap_id)
    assert (missed.status, company.history(missed)[-1]) == (VisitStatus.CANCELLED, "cancelled")
    assert ("Anna", MONDAY) not in company.days_taken()


def test_a_contested_absence_asks_for_the_debrief_and_leaves_the_day_lived(
    company: Company, engine: Engine, clock: Clock
) -> None:
    session, visit = company.session, company.there
    company.campaign.notice_days, company.campaign.status = 2, Status.RUNNING
    absences.report(session, company.before(visit, company.bruno, MONDAY), company.hand(visit, company.bruno))
    absences.contest(session, company.before(visit, company.anna, MONDAY), company.hand(visit, company.anna))
    told(engine, session)
    clock.set(datetime(2027, 4, 6, 8, 0, tzinfo=UTC))
    open_forms(engine)
    assert [one for one in told(engine, session) if one[1] == "debrief_invitation"] == [
        ("Anna", "debrief_invitation"),
        ("Bruno", "debrief_invitation"),
    ]
    assert not company.before(visit, company.anna, TUESDAY).fallen


def test_every_change_needs_a_hand(company: Company) -> None:
    """The service itself cancels, and moves where a campaign repairs by itself; it confirms nothing."""
    asked = company.before(company.there, By.SERVICE).asked
    for kind in ChangeKind:
        if kind not in {ChangeKind.CANCELLED, ChangeKind.PLANNED, ChangeKind.LAPSED, ChangeKind.MOVED}:
            with pytest.raises(NotYourPart):
                check(kind, asked)
    assert Hand(by=By.SERVICE, actor=None, now=NOW).actor is None
