"""A manager lets a colleague act for them: what it allows, and who is told."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.accounts.tables import AuditEntry
from app.core.db import open_session
from app.messages.jobs import tell_delegations_over
from app.messages.tables import Mail
from app.people.tables import Person
from app.teams.tables import (
    Delegation,
)
from app.visits.queries import read_visits
from app.visits.rosters import provisional
from app.worker import drain
from tests.factories import NOW
from tests.support.web import Clock
from tests.teams.conftest import Company, rows

pytestmark = pytest.mark.usefixtures("clock")

As = Callable[..., TestClient]


def lend(as_: As, company: Company, to: Person, **how: Any) -> Any:
    """Marc lets somebody act for him from today on."""
    return as_(company.marc).post(
        "/team/delegations",
        data={"delegate_id": str(to.id), "first_day": "2027-03-02", "last_day": "2027-04-30"},
        **how,
    )


def test_a_delegate_sees_and_decides_and_the_trail_says_for_whom(
    company: Company, as_: As, engine: Engine
) -> None:
    assert as_(company.bruno).get("/team").status_code == 403
    assert lend(as_, company, company.bruno).status_code == 303
    browser = as_(company.bruno)
    page = browser.get("/team?start=2027-04-05").text
    assert "à la place de Marc Chef" in page
    assert browser.get(f"/visits/{company.visit.id}").status_code == 200
    sent = {"mark": "closed", "day": "2027-04-07", "version": "0"}
    assert browser.post(f"/team/{company.team.id}/days", data=sent).status_code == 303
    [entry] = [row for row in rows(engine, AuditEntry) if row.action == "team.days_marked"]
    assert entry.details["for_manager"] == company.marc.id
    assert browser.get("/team/delegations").status_code == 403  # passes nothing on


def test_a_delegation_is_taken_back(company: Company, as_: As, engine: Engine) -> None:
    lend(as_, company, company.bruno)
    [lent] = rows(engine, Delegation)
    assert as_(company.paul).post(f"/team/delegations/{lent.id}/deletion").status_code == 404
    page = as_(company.marc).post(f"/team/delegations/{lent.id}/deletion", follow_redirects=True)
    said = page.text.replace("\xa0", " ")
    assert f"La délégation est retirée : {company.bruno.name} ne décide plus à votre place." in said
    for path in ("/team", "/team/requests", f"/team/{company.team.id}"):
        old = as_(company.bruno).get(path)
        assert old.status_code == 403
        assert "c’est de nouveau Marc Chef qui répond pour cette équipe" in old.text
    assert "Marc Chef" not in as_(company.paul).get(f"/team/{company.team.id}").text
    # Of a day, not even whether it exists is told.
    one, none = (as_(company.bruno).get(f"/visits/{of}") for of in (company.visit.id, 999))
    assert one.status_code == none.status_code == 403
    assert "c’est de nouveau Marc Chef qui répond" in one.text
    assert one.text.replace(f"/visits/{company.visit.id}", "/visits/999") == none.text
    assert as_(company.paul).get(f"/visits/{company.visit.id}").status_code == 404
    assert "Retirer</button>" not in as_(company.marc).get("/team/delegations").text


def test_one_taken_back_before_anybody_read_of_it_is_told_to_nobody(
    company: Company, as_: As, engine: Engine
) -> None:
    lend(as_, company, company.bruno)
    [lent] = rows(engine, Delegation)
    as_(company.marc).post(f"/team/delegations/{lent.id}/deletion")
    drain(engine)
    assert [one for one in rows(engine, Mail) if one.kind == "delegation"] == []


def test_one_that_was_taken_back_is_no_obstacle_to_another_and_is_over_only_once(
    company: Company, as_: As, engine: Engine, clock: Clock
) -> None:
    lend(as_, company, company.bruno)
    drain(engine)
    [lent] = rows(engine, Delegation)
    for _time in range(2):
        as_(company.marc).post(f"/team/delegations/{lent.id}/deletion")
    drain(engine)
    clock.set(datetime(2027, 5, 1, 8, tzinfo=UTC))
    tell_delegations_over(engine)
    assert len([one for one in rows(engine, Mail) if one.kind == "delegation"]) == 3
    clock.set(NOW)
    assert "La délégation est donnée" in lend(as_, company, company.bruno, follow_redirects=True).text
    assert as_(company.bruno).get("/team").status_code == 200


def test_when_a_delegation_is_over_both_read_it_once_and_the_old_link_says_who_answers(
    company: Company, as_: As, engine: Engine, clock: Clock
) -> None:
    lend(as_, company, company.bruno)
    drain(engine)
    with open_session(engine) as session:
        [given] = session.exec(select(Delegation)).all()
        last = given.last_day
    clock.set(datetime.combine(last, time(8), UTC))
    tell_delegations_over(engine)
    assert len([one for one in rows(engine, Mail) if one.kind == "delegation"]) == 2
    clock.set(datetime.combine(last, time(8), UTC) + timedelta(days=1))
    for _time in range(2):
        tell_delegations_over(engine)
    told = [one for one in rows(engine, Mail) if one.kind == "delegation"][2:]
    assert {one.person_id: one.subject for one in told} == {
        company.bruno.id: "Vous ne décidez plus à la place de Marc Chef",
        company.marc.id: f"{company.bruno.name} ne décide plus à votre place",
    }
    assert len(told) == 2
    for path in ("/team", "/team/requests", f"/team/{company.team.id}"):
        page = as_(company.bruno).get(path)
        assert page.status_code == 403
        assert "c’est de nouveau Marc Chef qui répond pour cette équipe" in page.text
    assert "Marc Chef" not in as_(company.paul).get(f"/team/{company.team.id}").text


def test_a_delegation_is_told_to_both(company: Company, as_: As, engine: Engine) -> None:
    lend(as_, company, company.bruno)
    drain(engine)
    told = {one.person_id: one.subject for one in rows(engine, Mail) if one.kind == "delegation"}
    assert told == {
        company.bruno.id: "Marc Chef vous confie son équipe",
        company.marc.id: f"{company.bruno.name} décide à votre place",
    }
    [given] = rows(engine, Delegation)
    for _time in range(2):
        as_(company.marc).post(f"/team/delegations/{given.id}/deletion")
        drain(engine)
    last = [one for one in rows(engine, Mail) if one.kind == "delegation"][2:]
    assert [(one.person_id, one.subject) for one in last] == [
        (company.bruno.id, "Marc Chef reprend son équipe")
    ]
    with open_session(engine) as session:
        assert provisional(session, read_visits(session), date(2027, 3, 2)) == set()
