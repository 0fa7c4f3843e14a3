"""Whoever left a campaign has a way back while it has days to come; what fell stays fallen."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.accounts.tables import AuditEntry
from app.availability.tables import Answer, Enrolment, Wish
from app.campaigns.tables import Campaign, Status
from app.core.db import open_session
from tests.support.web import Clock
from tests.visits.life import TODAY, Company, row

pytestmark = pytest.mark.usefixtures("clock")
Enter = Callable[[Any], TestClient]


def published(engine: Engine, company: Company, **over: Any) -> str:
    """The plan is published, and Anna wishes for Bruno's team. Where she leaves and comes back."""
    with open_session(engine) as session:
        campaign = session.get_one(Campaign, company.campaign.id)
        campaign.status, campaign.enrol_until = Status.PUBLISHED, TODAY - timedelta(days=1)
        for name, value in over.items():
            setattr(campaign, name, value)
        enrolment = session.exec(select(Enrolment).where(Enrolment.person_id == company.anna.id)).one()
        session.add(Wish(enrolment_id=enrolment.id, rank=1, team_id=company.shop.id))
    return f"/campaigns/{company.campaign.id}"


def of_anna(engine: Engine, company: Company) -> Enrolment:
    with open_session(engine, reads_only=True) as session:
        return session.exec(select(Enrolment).where(Enrolment.person_id == company.anna.id)).one()


def audited(engine: Engine) -> list[tuple[str, dict[str, Any]]]:
    with open_session(engine, reads_only=True) as session:
        rows = session.exec(select(AuditEntry).where(AuditEntry.action == "enrolment.resumed")).all()
        return [(one.subject, one.details) for one in rows]


def test_the_yes_comes_back_with_its_days_and_what_fell_stays_fallen(
    company: Company, engine: Engine, as_: Enter
) -> None:
    anna, here = as_(company.anna), published(engine, company)
    before = of_anna(engine, company)
    page = anna.get(f"{here}/departure").text
    assert "Vous pourrez participer de nouveau tant que la campagne a des jours à venir" in page
    assert "une journée annulée ne revient pas" in page
    assert anna.post(f"{here}/departure", data={"version": "1"}).status_code == 303
    assert f'href="{here}/departure">Participer de nouveau' in anna.get("/home").text
    for door in ("departure", "pause"):
        assert f'action="{here}/participation"' in anna.get(f"{here}/{door}").text
    assert f'href="{here}/departure">Participer de nouveau' in anna.get(f"{here}/enrolment").text
    assert "les journées annulées ne reviennent pas" in anna.get(f"{here}/departure").text
    for _tap in range(2):
        back = anna.post(f"{here}/participation", data={"version": "2"})
        assert (back.status_code, back.headers["location"]) == (303, "/visits")
    after = of_anna(engine, company)
    assert (after.answer, after.version) == (Answer.YES, 3)
    assert (after.visit_days, after.host_days) == (before.visit_days, before.host_days)
    with open_session(engine, reads_only=True) as session:
        assert [one.team_id for one in session.exec(select(Wish)).all()] == [company.shop.id]
    assert [row(engine, one).status for one in (company.there, company.back)] == ["cancelled", "cancelled"]
    assert audited(engine) == [(f"campaign:{company.campaign.id}", {"person_id": company.anna.id})]
    assert "Participer de nouveau" not in anna.get("/home").text


def test_only_days_to_come_are_put_back(company: Company, engine: Engine, as_: Enter, clock: Clock) -> None:
    here = published(engine, company)
    before = of_anna(engine, company).visit_days
    as_(company.anna).post(f"{here}/departure", data={"version": "1"})
    clock.forward(days=(company.campaign.first_day - TODAY).days + 2)
    anna = as_(company.anna)
    assert anna.post(f"{here}/participation", data={"version": "2"}).status_code == 303
    assert of_anna(engine, company).visit_days == [day for day in before if day >= str(clock.at.date())]
    assert of_anna(engine, company).visit_days != before


def test_no_way_back_once_all_of_their_own_days_are_over(
    company: Company, engine: Engine, as_: Enter
) -> None:
    anna, here = as_(company.anna), published(engine, company)
    with open_session(engine) as session:
        enrolment = session.get_one(Enrolment, of_anna(engine, company).id)
        enrolment.visit_days, enrolment.host_days = [str(TODAY - timedelta(days=1))], None
    assert "participer de nouveau" not in anna.get(f"{here}/departure").text
    assert anna.post(f"{here}/departure", data={"version": "1"}).status_code == 303
    assert "Participer de nouveau" not in anna.get("/home").text
    assert anna.post(f"{here}/participation", data={"version": "2"}).status_code == 409


def test_no_way_back_once_the_days_are_over_and_nobody_is_sent_in_a_circle(
    company: Company, engine: Engine, as_: Enter
) -> None:
    anna, here = as_(company.anna), published(engine, company, status=Status.RUNNING)
    anna.post(f"{here}/departure", data={"version": "1"})
    refused = anna.post(f"{here}/resumption", data={"version": "2"})
    assert refused.status_code == 409
    assert "Dites d’abord que vous participez" not in refused.text
    assert "Vous ne participez pas à cette campagne" in refused.text
    with open_session(engine) as session:
        campaign = session.get_one(Campaign, company.campaign.id)
        campaign.first_day, campaign.last_day = TODAY - timedelta(days=20), TODAY - timedelta(days=1)
    for door in ("departure", "pause", "enrolment"):
        assert "Participer de nouveau" not in anna.get(f"{here}/{door}").text
    assert "Participer de nouveau" not in anna.get("/home").text
    assert anna.post(f"{here}/participation", data={"version": "2"}).status_code == 409
    assert of_anna(engine, company).answer == Answer.NO


def test_a_no_given_while_answers_were_open_is_no_leaving(
    company: Company, engine: Engine, as_: Enter
) -> None:
    anna, here = as_(company.anna), published(engine, company)
    with open_session(engine) as session:
        enrolment = session.get_one(Enrolment, of_anna(engine, company).id)
        enrolment.answer, enrolment.visit_days = Answer.NO, []
    assert "Participer de nouveau" not in anna.get(f"{here}/enrolment").text
    assert anna.post(f"{here}/departure", data={"version": "1"}).status_code == 303
    assert anna.post(f"{here}/participation", data={"version": "2"}).status_code == 409


def test_programs_come_back_once(company: Company, engine: Engine, as_: Enter) -> None:
    anna, here = as_(company.anna), f"/api/v1{published(engine, company)}"
    assert anna.post(f"{here}/participation", json={"version": 1}).status_code == 409  # never left
    assert anna.post(f"{here}/departure", json={"version": 1}).status_code == 200
    assert anna.post(f"{here}/participation", json={"version": 1}).status_code == 409  # an old page
    assert anna.post(f"{here}/participation", json={"version": 2}).status_code == 200
    assert anna.post(f"{here}/participation", json={"version": 2}).status_code == 409
    assert of_anna(engine, company).answer == Answer.YES


@pytest.mark.parametrize("over", [False, True])
def test_a_pause_that_runs_stands_for_whoever_comes_back_and_they_read_so(
    company: Company, engine: Engine, as_: Enter, clock: Clock, over: bool
) -> None:
    anna, here = as_(company.anna), published(engine, company)
    span = {"first": str(TODAY), "last": str(TODAY + timedelta(days=3))}
    assert anna.post(f"{here}/pause", data={**span, "version": "1"}).status_code == 303
    assert anna.post(f"{here}/departure", data={"version": "2"}).status_code == 303
    assert "Changer ma pause" not in anna.get("/visits").text
    if over:
        clock.forward(days=4)
    anna = as_(company.anna)
    for door in ("departure", "pause"):
        page = anna.get(f"{here}/{door}").text
        assert ("Votre pause tient toujours" in page) is not over
        assert "Terminer ma pause" not in page
    back = anna.post(f"{here}/participation", data={"version": "3"}, follow_redirects=True).text
    assert ("Votre pause tient toujours" in back) is not over
    assert ("Changer ma pause" in back) is not over
    assert ("Terminer ma pause" in anna.get(f"{here}/pause").text) is not over
    after = of_anna(engine, company)
    assert (str(after.paused_from), str(after.paused_until)) == (span["first"], span["last"])
