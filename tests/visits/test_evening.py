"""The evening of a day: it was lived, and nobody takes it back; whether it was is for HR to say."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.campaigns.tables import Status
from app.home.tasks import Kind, asked_tasks, reminders
from app.visits import absences, confirming, queries
from app.visits.errors import AlreadyOver, NotRuledYet
from app.visits.lifecycle import allows
from app.visits.tables import By, CancelReason, ChangeKind, VisitStatus
from tests.support.web import Clock
from tests.visits.life import MONDAY, Company

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
        tasks = [
            *asked_tasks(session, company.anna, today=MONDAY, now=now),
            *reminders(session, company.anna, [seen], today=MONDAY, now=now),
        ]
        asked[now] = {one.kind for one in tasks if f"/visits/{visit.id}" in one.href}
    assert asked[NOON] == {Kind.CONFIRMATION, Kind.PREPARATION}
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
