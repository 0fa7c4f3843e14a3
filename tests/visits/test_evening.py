"""The evening of a day: it was lived, and nobody takes it back; whether it was is for HR to say."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.availability.service import When
from app.campaigns.tables import Status
from app.home.personal_data import erase_person
from app.home.reminders import reminders
from app.home.task import TaskKind
from app.home.tasks import asked_tasks
from app.teams.tables import Shift
from app.visits import absences, confirming, jobs, leaving, queries, rosters, service
from app.visits.errors import AlreadyOver, NotRuledYet
from app.visits.lifecycle import allows
from app.visits.tables import By, CancelReason, ChangeKind, VisitStatus
from tests.factories import make_roster
from tests.support.web import Clock
from tests.visits.life import FRIDAY, MONDAY, Company

Enter = Callable[[Any], TestClient]
NOON = datetime(2027, 4, 5, 10, 0, tzinfo=UTC)
EVENING = datetime(2027, 4, 5, 18, 0, tzinfo=UTC)
CHANGES = (ChangeKind.CONFIRMED, ChangeKind.DECLINED, ChangeKind.CANCELLED, ChangeKind.PROPOSED)


@pytest.mark.parametrize("kind", CHANGES)
def test_a_day_changes_until_its_last_hour_and_not_after(
    company: Company, clock: Clock, kind: ChangeKind
) -> None:
    visit = company.there
    clock.set(NOON)
    assert allows(kind, company.before(visit, company.anna, MONDAY).asked)
    clock.set(EVENING)
    assert not allows(kind, company.before(visit, company.anna, MONDAY).asked)


@pytest.mark.parametrize("who", ["visitor", "host", By.HR])
def test_nobody_cancels_a_day_that_was_lived(company: Company, clock: Clock, who: str | By) -> None:
    session, visit = company.session, company.there
    person = {"visitor": company.anna, "host": company.bruno}.get(who, By.HR)
    clock.set(EVENING)
    with pytest.raises(AlreadyOver):
        confirming.give_up(
            session,
            company.before(visit, person, MONDAY),
            CancelReason.UNAVAILABLE if person is not By.HR else CancelReason.SERVICE,
            company.hand(visit, person, EVENING),
            revision=visit.revision,
            declined=False,
        )
    assert visit.status == VisitStatus.PLANNED


def test_a_contested_day_is_ruled_on_and_changed_by_nobody_before(company: Company, clock: Clock) -> None:
    session, visit = company.session, company.there
    company.campaign.status = Status.RUNNING
    clock.set(NOON)
    for change, who in ((absences.report, company.bruno), (absences.contest, company.anna)):
        change(session, company.before(visit, who, MONDAY), company.hand(visit, who, NOON))
    with pytest.raises(NotRuledYet):
        confirming.give_up(
            session,
            company.before(visit, company.anna, MONDAY),
            CancelReason.UNAVAILABLE,
            company.hand(visit, company.anna, NOON),
            revision=visit.revision,
            declined=False,
        )
    before = company.before(visit, By.HR, MONDAY)
    hand = company.hand(visit, By.HR, NOON)
    absences.rule(session, before, (), hand, version=absences.said_so_far(visit, before.reports))
    assert company.history(visit)[-1] == "held"


def test_in_the_evening_the_home_page_asks_for_nothing_that_was_lived(company: Company, clock: Clock) -> None:
    session, visit = company.session, company.there
    seen = queries.visit(session, visit.id or 0)
    asked = {}
    for now in (NOON, EVENING):
        clock.set(now)
        tasks = [
            *asked_tasks(session, company.anna, today=MONDAY, now=now),
            *reminders(session, company.anna, [seen], today=MONDAY, now=now),
        ]
        asked[now] = {one.kind for one in tasks if f"/visits/{visit.id}" in one.href}
    assert asked[NOON] == {TaskKind.CONFIRMATION, TaskKind.PREPARATION}
    assert asked[EVENING] == set()


def test_the_page_of_a_lived_day_asks_for_nothing_before_it(
    company: Company, as_: Enter, clock: Clock
) -> None:
    here = f"/visits/{company.there.id}"
    asked = ("Avant ce jour", f"{here}/confirmation")
    clock.set(NOON)
    page = as_(company.anna).get(here).text
    assert all(one in page for one in asked)
    clock.set(EVENING)
    anna = as_(company.anna)
    page = anna.get(here).text
    assert "Quand et où" in page
    assert not any(one in page for one in asked)
    assert anna.post(f"{here}/confirmation", data={"revision": "0"}).status_code == 409


def test_in_the_evening_the_list_and_the_programs_read_a_lived_day(
    company: Company, as_: Enter, clock: Clock
) -> None:
    here = company.there.id
    links = (f"/visits/{here}/confirmation", f"/debriefs/{here}")
    read = {}
    for now in (NOON, EVENING):
        clock.set(now)
        anna = as_(company.anna)
        page = anna.get("/visits").text
        state = anna.get(f"/api/v1/visits/{here}").json()["state"]
        read[now] = ([one in page for one in links], state)
    assert read == {NOON: ([True, False], "unconfirmed"), EVENING: ([False, True], "past")}


def contested(company: Company, clock: Clock) -> None:
    """At noon, Bruno says that Anna did not come; she says otherwise."""
    visit = company.there
    company.campaign.status = Status.RUNNING
    clock.set(NOON)
    for change, who in ((absences.report, company.bruno), (absences.contest, company.anna)):
        change(company.session, company.before(visit, who, MONDAY), company.hand(visit, who, NOON))


def falling(engine: Engine, company: Company) -> set[date]:
    """The days that would fall if Bruno left the company, as HR are shown before; and do, as he leaves."""
    session, bruno = company.session, company.bruno
    shown = {one.visit.day for one in leaving.departures(session, [bruno.id or 0], MONDAY).falling}
    bruno.active = False
    session.commit()
    jobs.leave_company(engine, bruno.id or 0, company.hr.id)
    session.expire_all()
    fell = {one.day for one in (company.there, company.back) if one.status == VisitStatus.CANCELLED}
    assert fell == shown
    return fell


def test_who_leaves_the_company_takes_away_a_day_until_its_last_hour(
    engine: Engine, company: Company, clock: Clock
) -> None:
    clock.set(NOON)
    assert falling(engine, company) == {MONDAY, FRIDAY}


def test_who_leaves_the_company_in_the_evening_leaves_a_lived_day_as_it_was(
    engine: Engine, company: Company, clock: Clock
) -> None:
    clock.set(EVENING)
    assert falling(engine, company) == {FRIDAY}


def test_a_contested_day_stays_when_one_of_the_two_leaves(
    engine: Engine, company: Company, clock: Clock
) -> None:
    contested(company, clock)
    assert falling(engine, company) == {FRIDAY}


@pytest.mark.parametrize(("now", "fell"), [(NOON, {MONDAY, FRIDAY}), (EVENING, {FRIDAY})])
@pytest.mark.parametrize("how", ["leaves", "pauses", "is erased", "campaign cancelled"])
def test_what_ends_days_to_come_ends_no_lived_one(
    engine: Engine, company: Company, clock: Clock, how: str, now: datetime, fell: set[date]
) -> None:
    session, anna = company.session, company.anna
    clock.set(now)
    hand = company.hand(company.back, By.HR, now)
    assert hand.actor is not None
    if how == "campaign cancelled":
        session.commit()
        jobs.cancel_all(engine, company.campaign.id or 0)
    elif how == "is erased":
        erase_person(session, anna, by=hand.actor, now=now, today=MONDAY)
    else:
        row = company.enrolling(anna)
        when, version = When(MONDAY, now), row.version
        if how == "leaves":
            leaving.leave_campaign(session, row, hand.actor, version=version, when=when)
        else:
            leaving.pause_campaign(session, row, MONDAY, FRIDAY, hand.actor, version=version, when=when)
    session.commit()
    session.expire_all()
    visits = (company.there, company.back)
    assert {one.day for one in visits if one.status == VisitStatus.CANCELLED} == fell


@pytest.mark.parametrize(("now", "days"), [(NOON, [MONDAY]), (EVENING, [])])
def test_a_roster_that_arrives_in_the_evening_contradicts_no_lived_day(
    engine: Engine, company: Company, clock: Clock, now: datetime, days: list[date]
) -> None:
    session, visit = company.session, company.there
    clock.set(now)
    made = make_roster(session, company.shop.id, {(company.bruno.id, MONDAY): Shift.OFF}, told=False)
    assert [one.seen.visit.day for one in rosters.conflicts(session, MONDAY)] == days
    session.commit()
    jobs.examine_rosters(engine, [made.id or 0])
    assert ("suspended" in company.history(visit)) == bool(days)


@pytest.mark.parametrize("by", [By.HR, By.SERVICE])
def test_neither_hr_nor_the_product_cancels_what_was_lived(company: Company, clock: Clock, by: By) -> None:
    session, visit = company.session, company.there
    clock.set(EVENING)
    with pytest.raises(AlreadyOver):
        service.cancel_visit(session, visit, CancelReason.CLOSED, None, EVENING, today=MONDAY, by=by)
    service.cancel_visit(session, visit, CancelReason.CLOSED, None, NOON, today=MONDAY, by=by)
