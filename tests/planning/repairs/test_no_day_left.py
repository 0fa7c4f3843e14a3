"""Once no day of the campaign leaves its notice, what fell is repaired no more, and everybody reads why."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.core.db import open_session
from app.home.decisions import decisions
from app.planning.repairs import due, opening, service
from app.planning.repairs.errors import NoDayLeft
from app.planning.repairs.jobs import expire
from app.planning.repairs.words import NO_DAY
from app.planning.tables import Repair, RepairStatus
from app.worker import drain
from tests.planning.repairs.broken import NOW, Published, campaign_of, cancel, contradict, last_repair
from tests.planning.repairs.test_settled import told
from tests.support.web import Clock

As = Callable[[Any], TestClient]
WHY = "ces journées ne sont pas remplacées"


def last_chance(session: Session, company: Published) -> date:
    """The last day on which a day of the campaign still leaves the notice."""
    campaign = campaign_of(session, company)
    return campaign.last_day - timedelta(days=campaign.notice_days)


def ticks(engine: Engine, company: Published, clock: Clock, *, late: bool = True) -> date:
    """The clock, twice, on the last day that leaves the notice, or (`late`) on the next; which day it was."""
    with open_session(engine, reads_only=True) as session:
        today = last_chance(session, company) + timedelta(days=int(late))
    clock.set(datetime.combine(today, time(8), NOW.tzinfo))
    for _time in range(2):
        expire(engine)
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


def test_what_falls_when_no_day_is_left_closes_at_once(
    engine: Engine, company: Published, clock: Clock
) -> None:
    today = ticks(engine, company, clock)
    cancel(engine, company.visit(company.back[0], company.front[0]), today=today)
    assert (last_repair(engine).status, last_repair(engine).message) == (RepairStatus.SETTLED, NO_DAY)
    [mail] = told(engine, "repair_ready")
    assert "une journée n’est pas remplacée" in mail.text


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
