"""Each rule of enrolment, once allowed and once forbidden."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from app.accounts.tables import AuditEntry
from app.availability import errors, queries, service
from app.availability.service import When
from app.availability.tables import Answer, Avoidance, Enrolment, ExcludedSite, ForbiddenPair, Wish
from app.campaigns.tables import Campaign, InvitedGroup, Status
from app.core.errors import NotFound, Refusal, Stale
from app.people.tables import Person
from tests.availability.conftest import TODAY, WHEN, Company
from tests.factories import NOW, make_team

THURSDAY, FRIDAY = date(2027, 4, 29), date(2027, 4, 30)


def yes(session: Session, company: Company, person: Person | None = None) -> Enrolment:
    return service.answer(session, company.enrolling(session, person), Answer.YES, version=0, when=WHEN)


def test_an_invited_person_answers(company: Company, session: Session) -> None:
    row = yes(session, company)
    assert (row.answer, row.version, row.answered_at, row.languages) == (Answer.YES, 1, NOW, ["fr"])


def test_somebody_no_longer_invited_is_refused(company: Company, session: Session) -> None:
    yes(session, company)
    session.delete(session.exec(select(InvitedGroup)).one())
    session.flush()
    enrolling = company.enrolling(session)
    with pytest.raises(NotFound):
        service.answer(session, enrolling, Answer.NO, version=1, when=WHEN)


def test_the_last_day_of_enrolment_counts(company: Company, session: Session) -> None:
    enrolling = company.enrolling(session)
    service.answer(session, enrolling, Answer.NO, version=0, when=When(company.campaign.enrol_until, NOW))
    assert company.enrolling(session).answer == Answer.NO


def test_the_day_after_is_refused(company: Company, session: Session) -> None:
    with pytest.raises(errors.EnrolmentClosed):
        service.answer(
            session, company.enrolling(session), Answer.YES, version=0, when=When(date(2027, 3, 13), NOW)
        )


@pytest.mark.parametrize("status", [one for one in Status if one not in {Status.OPEN, Status.DRAFT}])
def test_only_an_open_campaign_takes_answers(company: Company, session: Session, status: Status) -> None:
    session.get_one(Campaign, company.campaign.id).status = status
    session.flush()
    with pytest.raises(errors.EnrolmentClosed) as refused:
        yes(session, company)
    assert refused.value.message()


def test_days_that_are_worked_are_accepted(company: Company, session: Session) -> None:
    yes(session, company)
    row = service.choose_days(
        session, company.enrolling(session), [FRIDAY, THURSDAY, FRIDAY], None, version=1, when=WHEN
    )
    assert (row.visit_days, row.host_days, row.version) == (["2027-04-29", "2027-04-30"], None, 2)


@pytest.mark.parametrize("day", [date(2027, 5, 6), date(2027, 5, 1), date(2027, 6, 1), date(2026, 4, 29)])
def test_other_days_are_refused(company: Company, session: Session, day: date) -> None:
    yes(session, company)
    with pytest.raises(errors.DayNotPossible):
        service.choose_days(session, company.enrolling(session), [day], None, version=1, when=WHEN)
    with pytest.raises(errors.DayNotPossible):
        service.choose_days(session, company.enrolling(session), [], [day], version=1, when=WHEN)


def test_a_team_receives_on_its_open_days_only(company: Company, session: Session) -> None:
    yes(session, company, company.bruno)
    bruno = company.enrolling(session, company.bruno)
    monday, tuesday = date(2027, 5, 3), date(2027, 5, 4)
    assert service.choose_days(session, bruno, [monday], [tuesday], version=1, when=WHEN).host_days == [
        "2027-05-04"
    ]
    with pytest.raises(errors.DayNotPossible):
        service.choose_days(session, bruno, [monday], [monday], version=2, when=WHEN)


@pytest.mark.parametrize(
    "change",
    [
        lambda s, e: service.choose_days(s, e, [THURSDAY], None, version=1, when=WHEN),
        lambda s, e: service.choose_wishes(s, e, [], version=1, when=WHEN),
        lambda s, e: service.choose_languages(s, e, ["fr"], version=1, when=WHEN),
        lambda s, e: service.choose_limits(s, e, [], [], version=1, when=WHEN),
    ],
)
def test_the_rest_needs_a_yes(
    company: Company, session: Session, change: Callable[[Session, Any], Enrolment]
) -> None:
    service.answer(session, company.enrolling(session), Answer.NO, version=0, when=WHEN)
    with pytest.raises(errors.AnswerFirst):
        change(session, company.enrolling(session))
    service.answer(session, company.enrolling(session), Answer.YES, version=1, when=WHEN)
    enrolling = company.enrolling(session)
    with pytest.raises(Stale):
        change(session, enrolling)


def test_a_no_clears_the_days_and_keeps_the_answer(company: Company, session: Session) -> None:
    yes(session, company)
    row = service.answer(session, company.enrolling(session), Answer.NO, version=1, when=WHEN)
    assert (row.answer, row.visit_days, row.host_days) == (Answer.NO, [], None)


def test_changing_one_s_mind_offers_the_usual_days_again(company: Company, session: Session) -> None:
    service.answer(session, company.enrolling(session), Answer.NO, version=0, when=WHEN)
    row = service.answer(session, company.enrolling(session), Answer.YES, version=1, when=WHEN)
    assert len(row.visit_days) == 14


def test_a_second_yes_keeps_the_chosen_days(company: Company, session: Session) -> None:
    yes(session, company)
    service.choose_days(session, company.enrolling(session), [THURSDAY], None, version=1, when=WHEN)
    row = service.answer(session, company.enrolling(session), Answer.YES, version=2, when=WHEN)
    assert row.visit_days == ["2027-04-29"]


def test_two_devices_never_overwrite_each_other(company: Company, session: Session) -> None:
    yes(session, company)
    phone, desk = company.enrolling(session), company.enrolling(session)
    service.choose_days(session, phone, [THURSDAY], None, version=1, when=WHEN)
    with pytest.raises(Stale):
        service.choose_days(session, desk, [FRIDAY], None, version=1, when=WHEN)
    assert company.enrolling(session).enrolment.visit_days == ["2027-04-29"]  # type: ignore[union-attr]


@pytest.mark.database("sqlite", "postgresql")
def test_two_first_answers_at_once_make_one(company: Company, session: Session) -> None:
    phone = company.enrolling(session)
    desk = replace(phone)
    service.answer(session, phone, Answer.YES, version=0, when=WHEN)
    with pytest.raises(Stale):
        service.answer(session, desk, Answer.NO, version=0, when=WHEN)
    assert company.enrolling(session).answer == Answer.YES


def test_three_wishes_are_kept_in_order(company: Company, session: Session) -> None:
    third = make_team(session, company.lyon, name="SAV", department="Technique")
    yes(session, company)
    wanted = [company.call_centre.id, third.id, company.shop.id]
    service.choose_wishes(session, company.enrolling(session), wanted, version=1, when=WHEN)  # type: ignore[arg-type]
    enrolling = company.enrolling(session)
    assert queries.wished_team_ids(session, enrolling.enrolment) == wanted


def test_a_fourth_wish_is_refused(company: Company, session: Session) -> None:
    teams = [make_team(session, company.lyon, department="Technique").id for _ in range(4)]
    yes(session, company)
    with pytest.raises(errors.TooManyWishes):
        service.choose_wishes(session, company.enrolling(session), teams, version=1, when=WHEN)  # type: ignore[arg-type]


@pytest.mark.parametrize("which", ["own", "same_side", "same_department", "too_far", "unknown", "twice"])
def test_wishes_that_could_never_come_true_are_refused(
    company: Company, session: Session, which: str
) -> None:
    from app.people.tables import Side

    wanted = {
        "own": [company.payroll.id],
        "same_side": [make_team(session, company.lyon, side=Side.BACK, department="Achats").id],
        "same_department": [make_team(session, company.lyon, department="Ressources").id],
        "too_far": [company.far_shop.id],
        "unknown": [999_999],
        "twice": [company.shop.id, company.shop.id],
    }[which]
    yes(session, company)
    with pytest.raises(errors.WishNotPossible):
        service.choose_wishes(session, company.enrolling(session), wanted, version=1, when=WHEN)  # type: ignore[arg-type]
    assert session.exec(select(Wish)).all() == []


def test_colleagues_and_places_can_be_avoided(company: Company, session: Session) -> None:
    yes(session, company)
    service.choose_limits(
        session,
        company.enrolling(session),
        [company.bruno.id],  # type: ignore[list-item]
        [company.lille.id],  # type: ignore[list-item]
        version=1,
        when=WHEN,
    )
    assert session.exec(select(Avoidance.person_id)).all() == [company.bruno.id]
    assert session.exec(select(ExcludedSite.site_id)).all() == [company.lille.id]
    assert session.exec(select(AuditEntry)).all() == [], "confidential: not even in the audit trail"


def test_oneself_and_one_s_own_place_cannot(company: Company, session: Session) -> None:
    yes(session, company)
    cases: list[tuple[list[Any], list[Any], type[Refusal]]] = [
        ([company.anna.id], [], errors.CannotAvoid),
        ([999_999], [], errors.CannotAvoid),
        ([], [company.lyon.id], errors.SiteUnknown),
        ([], [999_999], errors.SiteUnknown),
    ]
    for people, places, refusal in cases:
        with pytest.raises(refusal):
            service.choose_limits(session, company.enrolling(session), people, places, version=1, when=WHEN)


def test_a_language_of_the_list_is_accepted_and_another_refused(company: Company, session: Session) -> None:
    yes(session, company)
    row = service.choose_languages(session, company.enrolling(session), ["en", "fr"], version=1, when=WHEN)
    assert row.languages == ["fr", "en"]
    for wrong in ([], ["xx"]):
        with pytest.raises(errors.LanguageNeeded):
            service.choose_languages(session, company.enrolling(session), wrong, version=2, when=WHEN)


def test_hr_writes_down_the_answer_of_somebody_without_mail(company: Company, session: Session) -> None:
    row = service.record_for(
        session,
        company.enrolling(session, company.dora),
        Answer.YES,
        [THURSDAY],
        version=0,
        actor=company.actor,
        when=WHEN,
    )
    assert (row.answer, row.visit_days) == (Answer.YES, ["2027-04-29"])
    entry = session.exec(select(AuditEntry)).one()
    assert (entry.account_id, entry.action) == (company.hr.id, "enrolment.recorded")
    assert entry.details == {"person_id": company.dora.id}


def test_hr_does_not_answer_for_those_who_can(company: Company, session: Session) -> None:
    with pytest.raises(errors.AnswersAlone):
        service.record_for(
            session,
            company.enrolling(session),
            Answer.YES,
            None,
            version=0,
            actor=company.actor,
            when=WHEN,
        )
    assert session.exec(select(Enrolment)).all() == []


def test_a_pair_is_kept_apart_and_allowed_again(company: Company, session: Session) -> None:
    anna, bruno = company.anna.id, company.bruno.id
    assert anna is not None
    assert bruno is not None
    assert company.campaign.id is not None
    for _ in range(2):
        service.forbid_pair(session, company.campaign, bruno, anna, actor=company.actor, now=NOW)
    assert queries.forbidden_pairs(session, company.campaign.id) == {(min(anna, bruno), max(anna, bruno))}
    for _ in range(2):
        service.allow_pair(session, company.campaign, anna, bruno, actor=company.actor, now=NOW)
    assert session.exec(select(ForbiddenPair)).all() == []
    actions = session.exec(select(AuditEntry.action).order_by(AuditEntry.id)).all()  # type: ignore[arg-type]
    assert actions == ["pair.forbidden", "pair.allowed"]


def test_one_person_is_no_pair(company: Company, session: Session) -> None:
    assert company.anna.id is not None
    for other in (company.anna.id, 999_999):
        with pytest.raises(errors.PairNotPossible):
            service.forbid_pair(
                session, company.campaign, company.anna.id, other, actor=company.actor, now=NOW
            )


def test_today_is_a_day_of_enrolment(company: Company) -> None:
    assert queries.is_changeable(company.campaign, TODAY)
