"""Confirm, decline, agree: who may, what changes, who is told."""

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.core.errors import Stale
from app.home.tasks import asked_tasks
from app.messages.tables import Mail
from app.teams import service as teams
from app.teams.schemas import ConditionsForm
from app.teams.tables import Delegation, TeamConditions
from app.visits import confirming, moving, queries
from app.visits.errors import (
    AlreadyConfirmed,
    ConditionsFirst,
    NoAgreementNeeded,
    NothingAsked,
    NotYourPart,
    ReasonNotOffered,
    TooYoung,
)
from app.visits.history import Hand
from app.visits.jobs import ask_anew
from app.visits.lifecycle import check
from app.visits.rules import VisitState, state_of
from app.visits.showing import state_chip
from app.visits.tables import By, CancelReason, ChangeKind, VisitStatus
from tests.factories import make_person
from tests.visits.life import (
    FRIDAY,
    NOW,
    TODAY,
    TUESDAY,
    Company,
    fell,
    told,
)

pytestmark = pytest.mark.usefixtures("clock")


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
    assert state_of(company.there, crosses=False, today=TODAY) is VisitState.UNCONFIRMED
    assert told(engine, company.session) == [("Bruno", "visit_confirmed")]
    confirm(company, company.bruno)
    assert state_of(company.there, crosses=False, today=TODAY) is VisitState.CONFIRMED
    assert company.there.revision == 0
    assert told(engine, company.session) == [("Anna", "visit_confirmed"), ("Bruno", "visit_confirmed")]
    with pytest.raises(AlreadyConfirmed):
        confirm(company, company.anna)


def test_two_yes_before_anybody_is_told_are_told_once(company: Company, engine: Engine) -> None:
    confirm(company, company.anna)
    confirm(company, company.bruno)
    assert told(engine, company.session) == [("Anna", "visit_confirmed"), ("Bruno", "visit_confirmed")]


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
        conditions_id=first.id,
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
    assert state_of(company.there, crosses=False, today=TODAY) is VisitState.UNCONFIRMED
    titles = [task.title for task in asked_tasks(company.session, company.anna, today=TODAY, now=NOW)]
    assert "Confirmez votre journée chez Bruno Lam" in titles
    confirming.confirm(
        company.session,
        company.before(company.there, company.anna),
        company.hand(company.there, company.anna),
        revision=company.there.revision,
        conditions_id=made.id,
    )
    assert (company.there.conditions_id, len(told(engine, company.session))) == (made.id, 2)
    ask_anew(engine, company.shop.id or 0, made.id or 0)
    company.session.expire_all()
    assert state_of(company.there, crosses=False, today=TODAY) is VisitState.CONFIRMED


def test_a_yes_that_new_conditions_undo_before_its_message_is_not_told(
    company: Company, engine: Engine
) -> None:
    confirm(company, company.anna)
    by = teams.By(company.hand(company.there, By.HR).actor)  # type: ignore[arg-type]
    wanted = ConditionsForm(safety="Chaussures fermées", version=0)
    shop_id = company.shop.id or 0
    confirming.ask_of_visitors(company.session, shop_id, wanted, by=by, now=NOW, today=TODAY)
    assert told(engine, company.session) == [("Anna", "visit_conditions")]


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
            conditions_id=1,
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
    assert state_of(visit, crosses=True, today=TODAY) is VisitState.AGREEMENT
    told(engine, session)
    mails = session.exec(select(Mail).where(Mail.kind == "visit_confirmed")).all()
    assert len(mails) == 2
    assert all("pas encore certain" in mail.subject for mail in mails)
    assert all("confirmé" not in mail.subject for mail in mails)
    assert confirming.record_agreements(session, company.campaign.id or 0, [visit.id or 0], hand, TODAY) == 1
    assert state_of(visit, crosses=True, today=TODAY) is VisitState.CONFIRMED
    assert told(engine, session) == [("Anna", "visit_changed"), ("Bruno", "visit_changed")]
    assert confirming.record_agreements(session, company.campaign.id or 0, [visit.id or 0], hand, TODAY) == 0
    with pytest.raises(NoAgreementNeeded):
        check(ChangeKind.AGREED, company.before(visit, By.HR).asked)


def test_the_agreement_asks_whoever_has_not_confirmed_to_do_so(company: Company, engine: Engine) -> None:
    session, visit = company.session, company.there
    company.anna.legal_entity, company.bruno.legal_entity = "Vélo SA", "Vélo Services"
    confirm(company, company.anna)
    hand = company.hand(visit, By.HR)
    confirming.record_agreements(session, company.campaign.id or 0, [visit.id or 0], hand, TODAY)
    told(engine, session)
    mails = session.exec(select(Mail).where(Mail.kind == "visit_changed")).all()
    asked = {mail.to_name.split()[0]: f"/visits/{visit.id}/confirmation" in mail.text for mail in mails}
    assert asked == {"Anna": False, "Bruno": True}


def test_only_whoever_has_to_confirm_reads_to_confirm(company: Company) -> None:
    confirm(company, company.anna)
    seen = queries.visit(company.session, company.there.id or 0)
    words = [
        state_chip(seen, today=TODAY, reader_id=one).text for one in (company.anna.id, company.bruno.id, None)
    ]
    assert words == ["attend l’autre réponse", "à confirmer", "pas encore confirmée"]


def test_every_change_needs_a_hand(company: Company) -> None:
    """The service itself cancels, moves where a campaign repairs by itself, and releases a tutor or
    replaces a host whom a roster has off; it confirms nothing."""
    asked = company.before(company.there, By.SERVICE).asked
    own = {ChangeKind.CANCELLED, ChangeKind.PLANNED, ChangeKind.LAPSED, ChangeKind.MOVED, ChangeKind.RELEASED}
    own.add(ChangeKind.HOST)
    for kind in ChangeKind:
        if kind not in own:
            with pytest.raises(NotYourPart):
                check(kind, asked)
    assert Hand(by=By.SERVICE, actor=None, now=NOW).actor is None
