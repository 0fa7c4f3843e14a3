"""Once no day of the campaign leaves its notice, what fell is repaired no more, and everybody reads why."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.core.db import open_session
from app.core.templating import long_day
from app.home.decisions import decisions
from app.home.personal_data import erase_person
from app.messages.queries import letters_to
from app.messages.tables import Mail, MailStatus
from app.people.tables import Person
from app.planning.repairs import due, opening, queries, service, too_late
from app.planning.repairs.errors import NoDayLeft
from app.planning.repairs.jobs import expire
from app.planning.repairs.words import NO_DAY
from app.planning.tables import Repair, RepairStatus
from app.visits.jobs import void_stale_proposals
from app.visits.tables import Visit
from app.worker import drain
from tests.planning.company import Company
from tests.planning.repairs.broken import (
    NOW,
    Published,
    campaign_of,
    cancel,
    contradict,
    last_repair,
    take_no_part,
)
from tests.planning.repairs.test_settled import agree, no_other_day, told
from tests.support.web import Clock

As = Callable[[Any], TestClient]
WHY = "ces journées ne sont pas remplacées"


def last_chance(session: Session, company: Company) -> date:
    """The last day on which a day of the campaign still leaves the notice."""
    campaign = campaign_of(session, company)
    return campaign.last_day - timedelta(days=campaign.notice_days)


def ticks(engine: Engine, company: Company, clock: Clock, *, late: bool = True) -> date:
    """The clock, twice, on the last day that leaves the notice, or (`late`) on the next; which day it was."""
    with open_session(engine, reads_only=True) as session:
        today = last_chance(session, company) + timedelta(days=int(late))
    clock.set(datetime.combine(today, time(8), NOW.tzinfo))
    for _time in range(2):
        expire(engine)
        too_late.say(engine)
        drain(engine)
    return today


def fall(engine: Engine, company: Published) -> Repair:
    """Both days of a swap fall a few days before no day is left."""
    for visitor, host in ((company.back[0], company.front[0]), (company.front[0], company.back[0])):
        cancel(engine, company.visit(visitor, host))
    return last_repair(engine)


@pytest.fixture(autouse=True)
def soon_over(engine: Engine, company: Published) -> None:
    """The campaign's last day is near enough for no proposal to be old when it is too late."""
    with open_session(engine) as session:
        campaign = campaign_of(session, company)
        campaign.notice_days, campaign.last_day = 14, NOW.date() + timedelta(days=17)


@pytest.mark.parametrize("late", [True, False])
def test_what_fell_closes_once_no_day_is_left_and_hr_read_it_once(
    engine: Engine, company: Published, as_: As, clock: Clock, late: bool
) -> None:
    fell = fall(engine, company)
    mails = len(told(engine, "repair_ready"))
    today = ticks(engine, company, clock, late=late)
    repair = last_repair(engine)
    assert repair.id == fell.id
    assert (repair.status is RepairStatus.SETTLED, repair.message == NO_DAY) == (late, late)
    with open_session(engine, reads_only=True) as session:
        assert bool(decisions(session, today=today)) is not late
    page = as_(company.hr).get(f"/campaigns/{company.campaign.id}/repairs/{repair.id}").text
    assert (WHY in page) is late
    assert ("Chercher de nouveau" in page) is not late
    assert ("Aucun jour n’est proposé avant" in page) is not late
    assert (
        "plus aucun jour" in as_(company.hr).get(f"/campaigns/{company.campaign.id}/repairs").text
    ) is late
    more = told(engine, "repair_ready")[mails:]
    assert len(more) == int(late)
    for mail in more:
        assert "2 journées ne sont pas remplacées" in mail.text
        assert "Vous n’avez rien à décider" in mail.text
        assert "herchez de nouveau" not in mail.text


@pytest.mark.parametrize("late", [True, False])
def test_one_that_waits_is_read_as_closed_before_the_clock_closes_it(
    engine: Engine, company: Published, as_: As, clock: Clock, *, late: bool
) -> None:
    repair = fall(engine, company)
    with open_session(engine, reads_only=True) as session:
        today = last_chance(session, company) + timedelta(days=int(late))
    clock.set(datetime.combine(today, time(8), NOW.tzinfo))
    assert last_repair(engine).status is RepairStatus.READY
    here, hr = f"/campaigns/{company.campaign.id}/repairs", as_(company.hr)
    page, listed, summary = (hr.get(one).text for one in (f"{here}/{repair.id}", here, f"{here}/summary"))
    assert (WHY in page, "plus aucun jour" in listed) == (late, late)
    assert not any(("réparation attend votre décision" in one) is late for one in (listed, summary))
    assert ("Chercher de nouveau" in page) is not late
    with open_session(engine, reads_only=True) as session:
        assert bool(decisions(session, today=today)) is not late
    told_programs = hr.get(f"/api/v1{here}/{repair.id}").json()
    expected = ("settled", NO_DAY) if late else ("ready", "")
    assert (told_programs["status"], told_programs["message"]) == expected
    assert hr.get(f"/api/v1{here}").json()["repairs"][0]["status"] == expected[0]
    assert last_repair(engine).status is RepairStatus.READY  # reading writes nothing


def test_one_that_had_expired_closes_too_and_is_not_late_meanwhile(
    engine: Engine, company: Published, clock: Clock
) -> None:
    repair = fall(engine, company)
    with open_session(engine) as session:
        service.end(session, repair.id, service.DISMISSIBLE, RepairStatus.EXPIRED, NOW)
        chance = last_chance(session, company)
        assert [one.id for one in due.late(session, chance)] == [repair.id]
        assert due.late(session, chance + timedelta(days=1)) == []
    ticks(engine, company, clock)
    assert last_repair(engine).message == NO_DAY


def test_a_search_asked_for_nevertheless_is_refused_with_the_reason(
    engine: Engine, company: Published, as_: As, clock: Clock
) -> None:
    repair = fall(engine, company)
    with open_session(engine) as session:
        row, campaign = session.get_one(Repair, repair.id), campaign_of(session, company)
        today = last_chance(session, company) + timedelta(days=1)
        with pytest.raises(NoDayLeft):
            opening.search_again(session, campaign, row, company.actor, NOW, today)
    ticks(engine, company, clock)
    refused = as_(company.hr).post(f"/api/v1/campaigns/{company.campaign.id}/repairs/{repair.id}/repetition")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "NoDayLeft")
    assert last_repair(engine).id == repair.id


def test_what_falls_when_no_day_is_left_is_one_repair_and_one_message_to_hr(
    engine: Engine, company: Published, clock: Clock
) -> None:
    today = ticks(engine, company, clock)
    for n in range(2):
        cancel(engine, company.visit(company.back[n], company.front[n]), today=today, at=clock.at)
    assert told(engine, "repair_ready") == []
    ticks(engine, company, clock)
    repair = last_repair(engine)
    assert (repair.status, repair.message) == (RepairStatus.SETTLED, NO_DAY)
    [mail] = told(engine, "repair_ready")
    assert "2 journées ne sont pas remplacées" in mail.text
    with open_session(engine, reads_only=True) as session:
        assert set(queries.visit_ids(session, repair.id or 0)) == {
            company.visit(company.back[n], company.front[n]).id for n in range(2)
        }
    assert told(engine, "search_over") == []
    cancelled = told(engine, "visit_cancelled")
    assert all("elle n’est pas remplacée, et vous n’avez rien à faire" in plain(mail) for mail in cancelled)
    assert len(cancelled) == 4


def test_a_repair_searched_again_says_from_when_days_are_proposed_since(
    engine: Engine, company: Published, as_: As, clock: Clock
) -> None:
    repair = fall(engine, company)
    here = f"/campaigns/{company.campaign.id}/repairs/{repair.id}"
    clock.set(NOW)
    before = as_(company.hr).get(here).text
    with open_session(engine) as session:
        session.get_one(Repair, repair.id).computed_at = NOW + timedelta(days=2)
    clock.set(NOW + timedelta(days=2))
    since = as_(company.hr).get(here).text
    first, later = (long_day(NOW.date() + timedelta(days=n)) for n in (14, 16))
    said = "Aucun jour n’est proposé avant le {}"
    assert said.format(first) in before
    assert said.format(first) not in since
    assert said.format(later) in since


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize("lived", [True, False])
def test_whoever_loses_a_day_to_somebody_who_is_erased_reads_that_nothing_replaces_it(
    engine: Engine, company: Published, clock: Clock, *, late: bool, lived: bool
) -> None:
    """Also where the other part of their swap was lived."""
    anna, bruno = company.back[0], company.front[0]
    today = ticks(engine, company, clock, late=late)
    with open_session(engine) as session:
        if lived:
            session.get_one(Visit, company.visit(anna, bruno).id).day = today - timedelta(days=1)
        erase_person(session, session.get_one(Person, anna.id), by=company.actor, now=clock.at, today=today)
    drain(engine)
    cancelled = [mail for mail in told(engine, "visit_cancelled") if mail.person_id == bruno.id]
    assert len(cancelled) == (1 if lived else 2)
    for mail in cancelled:
        assert ("elle n’est pas remplacée, et vous n’avez rien à faire" in plain(mail)) is late


def plain(mail: Mail) -> str:
    return f"{mail.subject} {mail.text}".replace("\u00a0", " ").replace("\n", " ")


NOT_REPLACED = "plus aucun jour de la campagne ne laisse le temps de prévenir"


@pytest.mark.parametrize("late", [True, False])
def test_the_two_read_once_that_their_choice_of_a_day_is_closed(
    engine: Engine, company: Published, as_: As, clock: Clock, late: bool
) -> None:
    fell = company.visit(company.back[0], company.front[0])
    cancel(engine, fell)
    ticks(engine, company, clock, late=late)
    mails = told(engine, "search_over")
    assert sorted(one.person_id or 0 for one in mails) == sorted(
        [fell.visitor_id, fell.host_id] if late else []
    )
    for mail in mails:
        assert "n’est pas remplacée : " + NOT_REPLACED in plain(mail)
        assert "L’autre journée de votre échange" in plain(mail)
        assert "est maintenue. Vous n’avez rien à faire." in plain(mail)
    reader = as_(company.back[0])
    answer = reader.get(f"/visits/{fell.id}/days")
    assert (answer.status_code == 303) is late
    page = reader.get(f"/visits/{fell.id}").text.replace("\u00a0", " ")
    assert ("cette journée n’est pas remplacée, et vous n’avez rien à faire" in page) is late
    assert ("Voir les jours possibles" in page) is not late
    asked = reader.post(
        f"/api/v1/visits/{fell.id}/proposals", json={"one_way": True, "revision": fell.revision + 1}
    )
    assert asked.status_code == (409 if late else 201)
    assert not late or asked.json()["error"]["code"] == "TooLateForAnother"


@pytest.mark.parametrize("late", [True, False])
def test_whoever_cancels_reads_before_that_nothing_replaces_the_day(
    engine: Engine, company: Published, as_: As, clock: Clock, late: bool
) -> None:
    visit = company.visit(company.back[0], company.front[0])
    ticks(engine, company, clock, late=late)
    page = as_(company.back[0]).get(f"/visits/{visit.id}/refusal").text.replace("\u00a0", " ")
    assert ("Celle-ci n’est pas remplacée : plus aucun jour" in page) is late
    assert ("Vous pourrez choisir un jour de rattrapage" in page) is not late


@pytest.mark.parametrize("settled", [True, False])
def test_the_two_who_left_it_at_one_day_read_nothing_of_it(
    engine: Engine, company: Published, clock: Clock, settled: bool
) -> None:
    fell = company.visit(company.back[0], company.front[0])
    cancel(engine, fell)
    if settled:
        agree(engine, fell, on_one=True)
    ticks(engine, company, clock)
    assert len(told(engine, "search_over")) == (0 if settled else 2)


def test_whoever_reads_that_a_proposal_lapsed_for_it_reads_it_once(
    engine: Engine, company: Published, clock: Clock
) -> None:
    fell = company.visit(company.back[0], company.front[0])
    cancel(engine, fell)
    agree(engine, fell, answered=False)
    ticks(engine, company, clock)
    assert told(engine, "search_over") == []
    void_stale_proposals(engine)
    drain(engine)
    ticks(engine, company, clock)
    lapsed = [mail for mail in told(engine, "visit_proposal") if "n’est pas remplacée" in mail.text]
    assert len(lapsed) == 2
    assert told(engine, "search_over") == []


def leave_more_days(engine: Engine, company: Published) -> None:
    """The campaign lasts some days more: solutions are found."""
    with open_session(engine) as session:
        campaign_of(session, company).last_day = NOW.date() + timedelta(days=21)


@pytest.mark.parametrize("found", [True, False])
def test_whoever_was_promised_a_search_reads_that_it_ends_unless_they_had_read_so(
    engine: Engine, company: Published, clock: Clock, found: bool
) -> None:
    if not found:
        no_other_day(engine)
    leave_more_days(engine, company)
    with open_session(engine) as session:
        for row in session.exec(select(Visit)):
            row.created_at = NOW - timedelta(days=1)
    fell = fall(engine, company)
    before = len(told(engine, "search_over"))
    assert (fell.status, before) == (RepairStatus.READY, 0 if found else 2)
    ticks(engine, company, clock)
    mails = told(engine, "search_over")[before:]
    assert len(mails) == (2 if found else 0)
    for mail in mails:
        assert "Votre échange avec" in mail.subject
        assert "cette recherche s’arrête là. Vous n’avez rien à faire." in plain(mail)


def test_of_two_who_were_promised_a_day_whoever_left_reads_nothing(
    engine: Engine, company: Published, clock: Clock
) -> None:
    leave_more_days(engine, company)
    fall(engine, company)
    take_no_part(engine, company.back[0])
    ticks(engine, company, clock)
    assert [mail.person_id for mail in told(engine, "search_over")] == [company.front[0].id]


@pytest.mark.parametrize("handed_over", [True, False])
def test_a_letter_not_handed_over_yet_offers_no_choice_any_more(
    engine: Engine, company: Published, clock: Clock, handed_over: bool
) -> None:
    fell = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        host = session.get_one(Person, fell.host_id)
        host.email = host.account_id = None
    cancel(engine, fell)
    if handed_over:
        with open_session(engine) as session:
            for row in session.exec(select(Mail).where(Mail.status == MailStatus.UNREACHABLE)):
                row.status = MailStatus.TOLD
    today = ticks(engine, company, clock)
    with open_session(engine, reads_only=True) as session:
        [letter] = [
            one
            for one in letters_to(session, fell.host_id, today)
            if one.kind in ("search_over", "visit_cancelled")
        ]
    assert (letter.kind == "search_over") is handed_over
    assert "n’est pas remplacée" in letter.text
    assert "Vous pouvez choisir ensemble" not in letter.text
    readers = [mail.person_id for mail in told(engine, "search_over")]
    assert (fell.visitor_id in readers, fell.host_id in readers) == (True, handed_over)


KEEP = "gardez la journée encore prévue, ou annulez-la"


def stands_against(engine: Engine, company: Published) -> Repair:
    """A roster contradicts a day of the plan; solutions are found."""
    with open_session(engine) as session:
        contradict(session, company.visit(company.back[0], company.front[0]))
    drain(engine)
    return last_repair(engine)


@pytest.mark.parametrize("late", [True, False])
def test_of_a_day_that_stands_against_a_roster_hr_read_to_keep_or_cancel_it(
    engine: Engine, company: Published, as_: As, clock: Clock, late: bool
) -> None:
    repair = stands_against(engine, company)
    today = ticks(engine, company, clock, late=late)
    hr, here = as_(company.hr), f"/campaigns/{company.campaign.id}/repairs"
    page, listed = (hr.get(one).text for one in (f"{here}/{repair.id}", here))
    assert last_repair(engine).status is RepairStatus.READY
    assert (KEEP in page, "à garder ou à annuler" in listed) == (late, late)
    assert ("Une journée est à garder ou à annuler" in page) is late
    assert ("Comparez, choisissez" in page, "Chercher de nouveau" in page) == (not late, not late)
    assert "Annuler ces journées sans les remplacer" in page
    with open_session(engine, reads_only=True) as session:
        assert [one.label for one in decisions(session, today=today)][:1] == [
            "Garder ou annuler" if late else "Comparer les solutions"
        ]
    refused = hr.post(f"/api/v1{here}/{repair.id}/repetition")
    assert (refused.status_code == 409) is late
    assert not late or KEEP in refused.json()["error"]["message"]


@pytest.mark.parametrize("late", [True, False])
def test_hr_read_so_too_where_nobody_decided_in_time(
    engine: Engine, company: Published, as_: As, clock: Clock, late: bool
) -> None:
    repair = stands_against(engine, company)
    mails = len(told(engine, "repair_ready"))
    with open_session(engine) as session:
        session.get_one(Repair, repair.id).computed_at = NOW - service.KEPT
    ticks(engine, company, clock, late=late)
    [mail] = told(engine, "repair_ready")[mails:]
    said = f"{mail.subject} {mail.text}".replace("\u00a0", " ").replace("\n", " ")
    assert ("une journée à garder ou à annuler" in said, KEEP in said) == (late, late)
    assert ("herchez de nouveau" in said) is not late
    hr, here = as_(company.hr), f"/campaigns/{company.campaign.id}/repairs"
    assert ("à garder ou à annuler" in hr.get(here).text) is late
    assert ("périmé, à chercher de nouveau" in hr.get(here).text) is not late


def test_a_roster_that_comes_when_no_day_is_left_asks_hr_to_keep_or_cancel(
    engine: Engine, company: Published, as_: As, clock: Clock
) -> None:
    today = ticks(engine, company, clock)
    repair = stands_against(engine, company)
    assert repair.status is RepairStatus.FAILED
    [mail] = told(engine, "repair_ready")
    assert KEEP in mail.text.replace("\u00a0", " ").replace("\n", " ")
    hr, here = as_(company.hr), f"/campaigns/{company.campaign.id}/repairs"
    with open_session(engine) as session:
        row = session.get_one(Repair, repair.id)
        service.dismiss(session, row, company.actor, NOW, today, cancel_visits=False)
    drain(engine)
    page = hr.get(here).text
    assert KEEP in page
    assert "Chercher des solutions" not in page
    assert hr.post(here).status_code == 409


@pytest.mark.parametrize("late", [True, False])
def test_the_list_says_that_the_plan_holds_only_where_nothing_fell_for_good(
    engine: Engine, company: Published, as_: As, clock: Clock, late: bool
) -> None:
    here = f"/campaigns/{company.campaign.id}/repairs"
    if late:
        fall(engine, company)
    ticks(engine, company, clock)
    page = as_(company.hr).get(here).text
    assert ("2 journées tombées ne sont pas remplacées" in page) is late
    assert ("Le plan tient" in page) is not late
