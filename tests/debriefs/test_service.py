"""A form is written after the day by its two people, sent once, and then nobody's."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.campaigns.tables import Campaign, Status
from app.core import jobs
from app.core.db import open_session
from app.core.errors import NotFound
from app.debriefs import queries, releasing, service
from app.debriefs.errors import (
    AlreadySent,
    AnswersRefused,
    DebriefClosed,
    NoDraftHere,
    NothingSaid,
    NotRuledYet,
    NotYetOpen,
)
from app.debriefs.jobs import open_forms
from app.debriefs.rules import waits_for_ruling
from app.debriefs.tables import (
    Debrief,
    Draft,
    MobilityInterest,
    Role,
    SealedDebrief,
    Thanks,
)
from app.messages.tables import Mail
from app.visits.tables import Visit, VisitStatus
from tests.debriefs.conftest import EVENING, HOST, VISITOR, Company, rows
from tests.support.web import Clock


def test_both_people_have_their_form(company: Company, session: Session) -> None:
    assert company.author(session, company.anna).role == Role.VISITOR
    assert company.author(session, company.bruno).role == Role.HOST


def test_nobody_else_has_a_form(company: Company, session: Session) -> None:
    for who in (company.stranger, company.manager):
        with pytest.raises(NotFound):
            company.author(session, who)


def test_a_form_opens_at_the_end_of_the_day(company: Company, engine: Engine, evening: Clock) -> None:
    evening.set(datetime(2027, 4, 6, 14, 59, tzinfo=UTC))
    open_forms(engine)
    with open_session(engine) as session:
        assert rows(session, Debrief) == []
        with pytest.raises(NotYetOpen):
            service.send_debrief(session, company.author(session, company.anna), VISITOR, now=evening.at)
    evening.set(datetime(2027, 4, 6, 15, 0, tzinfo=UTC))
    open_forms(engine)
    with open_session(engine) as session:
        opened = {(row.visit_id, row.role, row.sent) for row in rows(session, Debrief)}
        assert opened == {(company.visits[0].id, role, False) for role in Role}


def test_nothing_is_asked_of_a_contested_day_before_hr_rule(
    company: Company, engine: Engine, evening: Clock
) -> None:
    with open_session(engine) as session:
        visit = session.get_one(Visit, company.visits[0].id)
        visit.disputed_at = EVENING
    open_forms(engine)
    with open_session(engine) as session:
        assert rows(session, Debrief) == []
        author = company.author(session, company.anna)
        assert isinstance(service.refusal(session, author, now=EVENING), NotRuledYet)
        session.get_one(Visit, company.visits[0].id).disputed_at = None
    open_forms(engine)
    with open_session(engine) as session:
        assert {one.role for one in rows(session, Debrief)} == {Role.VISITOR, Role.HOST}


def test_a_contested_day_on_which_hr_do_not_rule_is_told_all_the_same_after_a_week(
    company: Company, engine: Engine, evening: Clock
) -> None:
    with open_session(engine) as session:
        session.get_one(Visit, company.visits[0].id).disputed_at = EVENING
    evening.forward(days=6)
    open_forms(engine)
    with open_session(engine) as session:
        assert company.visits[0].id not in {one.visit_id for one in rows(session, Debrief)}
    evening.forward(days=1)
    open_forms(engine)
    with open_session(engine) as session:
        assert {one.role for one in rows(session, Debrief) if one.visit_id == company.visits[0].id} == set(
            Role
        )
        service.send_debrief(session, company.author(session, company.anna), VISITOR, now=evening.at)
        assert len(rows(session, SealedDebrief)) == 1


def test_the_last_week_of_the_debriefs_belongs_to_those_who_write(company: Company, session: Session) -> None:
    visit, until = company.visits[0], company.campaign.debrief_until
    for days, waits in ((8, True), (7, False), (0, False)):
        evening = datetime.combine(until - timedelta(days=days), time(18), UTC)
        visit.disputed_at = evening
        assert waits_for_ruling(visit, company.campaign, evening) == waits, days


def test_an_opened_form_is_announced_once(
    company: Company, engine: Engine, evening: Clock, run_jobs: Callable[[], list[str]]
) -> None:
    open_forms(engine)
    open_forms(engine)
    assert run_jobs().count("debrief.opened") == 2
    with open_session(engine) as session:
        mails = rows(session, Mail)
        assert sorted(mail.person_id for mail in mails) == sorted([company.anna.id, company.bruno.id])
        assert all(f"/debriefs/{company.visits[0].id}" in mail.text for mail in mails)


def test_a_cancelled_day_has_no_form(company: Company, engine: Engine, evening: Clock) -> None:
    with open_session(engine) as session:
        visit = session.get(Visit, company.visits[0].id)
        assert visit is not None
        visit.status = VisitStatus.CANCELLED
        session.add(visit)
    open_forms(engine)
    with open_session(engine) as session:
        assert rows(session, Debrief) == []
        with pytest.raises(DebriefClosed):
            service.send_debrief(session, company.author(session, company.anna), VISITOR, now=EVENING)


def test_a_form_closes_after_the_last_day_of_the_debriefs(company: Company, session: Session) -> None:
    author = company.author(session, company.anna)
    late = datetime(2027, 5, 14, 20, 0, tzinfo=UTC)
    service.save_draft(session, author, VISITOR, now=late)
    with pytest.raises(DebriefClosed):
        service.save_draft(session, author, VISITOR, now=late + timedelta(hours=3))


def test_a_draft_is_found_again_until_it_is_sent(company: Company, session: Session) -> None:
    author = company.author(session, company.anna)
    service.save_draft(session, author, {"surprise": "Le bru"}, now=EVENING)
    service.save_draft(session, author, VISITOR, now=EVENING)
    assert service.draft_of(session, author) == VISITOR
    service.send_debrief(session, author, VISITOR, now=EVENING)
    assert service.draft_of(session, author) == {}
    assert rows(session, Draft) == []


def test_no_draft_is_kept_at_a_shared_screen(company: Company, session: Session) -> None:
    author = company.author(session, company.anna, shared_screen=True)
    with pytest.raises(NoDraftHere):
        service.save_draft(session, author, VISITOR, now=EVENING)
    assert rows(session, Draft) == []
    service.send_debrief(session, author, VISITOR, now=EVENING)
    assert [line.sent for line in rows(session, Debrief)] == [True]


def test_a_form_is_sent_once(company: Company, session: Session) -> None:
    author = company.author(session, company.anna)
    service.send_debrief(session, author, VISITOR, now=EVENING)
    for again in (service.send_debrief, service.save_draft):
        with pytest.raises(AlreadySent):
            again(session, author, VISITOR, now=EVENING)
    assert len(rows(session, SealedDebrief)) == 1


@pytest.mark.database("sqlite", "postgresql")
def test_of_many_sendings_at_once_each_person_has_one_and_none_is_lost(many: Company, engine: Engine) -> None:
    def press(number: int) -> bool:
        try:
            with open_session(engine) as session:
                author = many.author(session, many.visitors[number % 4], number % 4)
                service.send_debrief(session, author, VISITOR, now=EVENING)
        except AlreadySent:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        accepted = list(pool.map(press, range(12)))
    with open_session(engine) as session:
        assert accepted.count(True) == 4
        assert len(rows(session, SealedDebrief)) == 4
        assert [line.sent for line in rows(session, Debrief)] == [True] * 4


def test_an_empty_form_is_not_sent(company: Company, session: Session) -> None:
    for empty in ({}, {"surprise": "  ", "mobility": False}, {"irritant_team": company.shop.id}):
        with pytest.raises(NothingSaid):
            service.send_debrief(session, company.author(session, company.anna), empty, now=EVENING)


@pytest.mark.parametrize(
    "wrong",
    [
        {"recommend": 11},
        {"supported": 5},
        {"prepared": 3},
        {"surprise": "a" * 1501},
        {"irritant": "x", "irritant_team": 999},
    ],
)
def test_answers_that_the_form_does_not_take_are_refused(
    company: Company, session: Session, wrong: dict[str, Any]
) -> None:
    with pytest.raises(AnswersRefused) as refused:
        service.send_debrief(session, company.author(session, company.anna), wrong, now=EVENING)
    assert set(refused.value.faults) <= set(wrong)


def test_thanks_reach_the_visitor_alone(company: Company, session: Session) -> None:
    host = company.author(session, company.bruno)
    service.send_debrief(session, host, {**HOST, "thanks": "Merci Anna !"}, now=EVENING)
    assert service.thanks_for(session, company.author(session, company.anna)) == "Merci Anna !"
    assert service.thanks_for(session, host) is None
    content = releasing.unseal(rows(session, SealedDebrief)[0].sealed, f"pool:{company.campaign_id}:host")
    assert content["said"] == HOST


def test_an_interest_reaches_hr_by_name_but_never_the_own_manager(company: Company, session: Session) -> None:
    author = company.author(session, company.anna)
    service.send_debrief(session, author, {**VISITOR, "mobility": True}, now=EVENING)
    told = queries.interested(session, company.campaign_id, reader_account_id=company.hr.id or 0)
    assert [(one.person.id, one.host_team.name) for one in told] == [(company.anna.id, "Boutique Bellecour")]
    own = queries.interested(session, company.campaign_id, reader_account_id=company.manager.account_id or 0)
    assert own == []
    service.withdraw_interest(session, author)
    assert rows(session, MobilityInterest) == []


def test_without_consent_there_is_no_interest(company: Company, session: Session) -> None:
    service.send_debrief(session, company.author(session, company.anna), VISITOR, now=EVENING)
    assert rows(session, MobilityInterest) == []


def test_reminders_go_to_those_who_have_not_answered(
    company: Company,
    engine: Engine,
    evening: Clock,
    run_jobs: Callable[[], list[str]],
) -> None:
    open_forms(engine)
    run_jobs()
    actor = _actor(company)
    with open_session(engine) as session:
        service.send_debrief(session, company.author(session, company.anna), VISITOR, now=EVENING)
        campaign = session.get(Campaign, company.campaign_id)
        assert campaign is not None
        assert service.remind(session, campaign, actor=actor, now=EVENING, today=date(2027, 4, 6)) == 1
    run_jobs()
    with open_session(engine) as session:
        campaign = session.get(Campaign, company.campaign_id)
        assert campaign is not None
        service.remind(session, campaign, actor=actor, now=EVENING, today=date(2027, 4, 6))
    run_jobs()
    with open_session(engine) as session:
        reminded = [mail.person_id for mail in rows(session, Mail) if mail.kind == "debrief_reminder"]
        assert reminded == [company.bruno.id]


def test_no_reminder_after_the_closing(company: Company, session: Session) -> None:
    company.campaign.status = Status.CLOSED
    with pytest.raises(DebriefClosed):
        service.remind(session, company.campaign, actor=_actor(company), now=EVENING, today=date(2027, 4, 6))


def test_a_sending_leaves_no_event_and_no_trace(company: Company, engine: Engine) -> None:
    with open_session(engine) as session:
        service.send_debrief(session, company.author(session, company.anna), VISITOR, now=EVENING)
    assert jobs.pending(engine) == []


def test_a_person_gets_what_is_still_theirs_and_may_have_it_forgotten(
    company: Company, session: Session
) -> None:
    service.save_draft(session, company.author(session, company.anna), VISITOR, now=EVENING)
    service.send_debrief(
        session, company.author(session, company.bruno), {**HOST, "thanks": "Merci"}, now=EVENING
    )
    exported = service.export(session, company.anna)
    assert [(one["role"], one["sent"], one["draft"], one["thanks"]) for one in exported] == [
        ("visitor", False, VISITOR, "Merci")
    ]
    service.erase(session, company.anna)
    session.expire_all()
    assert service.export(session, company.anna) == []
    assert [line.role for line in rows(session, Debrief)] == [Role.HOST]
    assert rows(session, Thanks) == []


def _actor(company: Company) -> Any:
    from app.accounts.sessions import Actor

    assert company.hr.id is not None
    return Actor(company.hr.id, company.hr.name, None, True, False)
