"""Pages of the publication: asked first, done once, refused where the plan no longer holds."""

from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.accounts.tables import Account
from app.availability.tables import ColleagueWish, Enrolment
from app.campaigns.tables import Campaign, Status
from app.core.db import open_session
from app.people.tables import Person
from app.planning import jobs, queries, runs
from app.planning.problem import row_id
from app.visits.tables import Unmatched, Visit
from tests.factories import make_campaign
from tests.planning.company import Company
from tests.support.web import browser_of

pytestmark = pytest.mark.usefixtures("clock")


def test_publishing_asks_first_and_happens_once(
    hr: TestClient, planned: str, company: Company, engine: Engine
) -> None:
    asked = hr.get(f"{planned}/publication").text
    assert "5 messages partent tout de suite" in asked
    assert "jours de prévenance sont respectés" in asked
    with open_session(engine) as session:
        run = queries.finished_runs(session, company.campaign.id or 0)[0]
        version = session.get_one(Campaign, company.campaign.id).version
    sent = {"run": str(run.id), "version": str(version)}
    for _ in range(2):
        done = hr.post(f"{planned}/publication", data=sent)
        assert (done.status_code, done.headers["location"]) == (
            303,
            f"/campaigns/{company.campaign.id}/visits",
        )
    with open_session(engine) as session:
        assert len(session.exec(select(Visit)).all()) == 4
    assert "Recalculer" not in hr.get(planned).text
    assert hr.post(f"{planned}/runs").status_code == 409
    assert hr.post(f"{planned}/pins", data={"one": "1", "other": "2"}).status_code == 409


def test_whoever_is_left_out_again_is_named_before_publishing(
    hr: TestClient, planned: str, company: Company, engine: Engine
) -> None:
    assert "déjà pas de binôme" not in hr.get(f"{planned}/publication").text
    with open_session(engine) as session:
        past = make_campaign(session, first_day=date(2026, 4, 6), last_day=date(2026, 4, 30), status="closed")
        run = queries.finished_runs(session, company.campaign.id or 0)[0]
        [left_out] = [row_id(row.person) for row in runs.load(session, run)[1].unmatched]
        session.add(
            Unmatched(
                campaign_id=past.id,
                person_id=left_out,
                reason="all_taken",
                text_fr="…",
                text_en="…",
                created_at=past.created_at,
            )
        )
        name = session.get_one(Person, left_out).name
    asked = hr.get(f"{planned}/publication").text
    assert "1 personne n’avait déjà pas de binôme la dernière fois : parlez-lui" in asked.replace(
        "\u00a0", " "
    )
    assert f"<li>{name} · Boutique</li>" in asked


def test_two_who_named_each_other_meet_and_both_and_hr_read_why(
    app: FastAPI, hr: TestClient, company: Company, engine: Engine, sign_in: Any
) -> None:
    anna, berta = company.back[0], company.front[1]
    here = f"/campaigns/{company.campaign.id}/planning"
    with open_session(engine) as session:
        for one, other in ((anna, berta), (berta, anna)):
            row = session.exec(select(Enrolment).where(Enrolment.person_id == one.id)).one()
            session.add(ColleagueWish(enrolment_id=row.id, person_id=other.id))
    hr.post(f"{here}/runs")
    with open_session(engine) as session:
        run = queries.active_run(session, company.campaign.id or 0)
    jobs.solve_run(engine, run.id or 0)  # type: ignore[union-attr]
    assert "souhait réciproque" in hr.get(f"{here}?show=wish").text
    assert (
        "Ils s’étaient souhaités mutuellement"
        in hr.get(f"{here}/alternatives?one={anna.id}&other={berta.id}").text
    )
    with open_session(engine) as session:
        version = session.get_one(Campaign, company.campaign.id).version
    hr.post(f"{here}/publication", data={"run": str(run.id), "version": str(version)})  # type: ignore[union-attr]
    with open_session(engine) as session:
        visits = {(one.visitor_id, one.host_id): one.id for one in session.exec(select(Visit))}
    page = f"/visits/{visits[anna.id, berta.id]}"
    assert "Ils s’étaient souhaités mutuellement" in hr.get(page).text
    others = next(one for pair, one in visits.items() if anna.id not in pair and berta.id not in pair)
    assert "souhaités" not in hr.get(f"/visits/{others}").text
    with open_session(engine) as session:
        account = session.get_one(Account, anna.account_id)
    mine = browser_of(app)
    sign_in(mine, account)
    assert "Vous vous étiez souhaités mutuellement" in mine.get(page).text


def test_a_plan_that_no_longer_holds_says_what_changed(
    hr: TestClient, planned: str, company: Company, engine: Engine
) -> None:
    with open_session(engine) as session:
        session.merge(company.back[0]).active = False
        version = session.get_one(Campaign, company.campaign.id).version
        run = queries.finished_runs(session, company.campaign.id or 0)[0]
    refused = hr.post(f"{planned}/publication", data={"run": str(run.id), "version": str(version)})
    assert refused.status_code == 409
    assert "Anna Back0 ne participe plus." in refused.text
    with open_session(engine) as session:
        assert session.get_one(Campaign, company.campaign.id).status == Status.PLANNING


def test_a_trial_while_people_enrol_is_not_published(
    hr: TestClient, planned: str, company: Company, engine: Engine
) -> None:
    with open_session(engine) as session:
        session.get_one(Campaign, company.campaign.id).status = Status.OPEN
    page = hr.get(planned).text
    assert "ce plan est un essai" in page
    assert "Publier le plan" not in page
    typed = hr.get(f"{planned}/publication")
    assert (typed.status_code, "Fermez-les d’abord" in typed.text) == (409, True)
