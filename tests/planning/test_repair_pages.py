"""HR's doors to repairs: pages and JSON, the two of them on one service."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.availability.tables import Answer, Enrolment
from app.core.db import open_session
from app.planning.tables import RepairKind, RepairRules
from app.worker import drain
from tests.planning.broken import DAYS, NOW, Published, cancel, last_repair, standing
from tests.support.accounts import SignIn
from tests.support.web import Clock


@pytest.fixture
def company(engine: Engine, clock: Clock) -> Published:
    clock.set(NOW)
    with open_session(engine) as session:
        return Published(session)


@pytest.fixture
def hr(client: TestClient, company: Published, sign_in: SignIn) -> TestClient:
    sign_in(client, company.hr)
    return client


def at(company: Published, engine: Engine) -> str:
    return f"/campaigns/{company.campaign.id}/repairs/{last_repair(engine).id}"


def test_what_fell_is_shown_with_proposals_and_one_button_accepts(
    engine: Engine, company: Published, hr: TestClient
) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    listed = hr.get(f"/campaigns/{company.campaign.id}/repairs").text
    assert "Une réparation attend votre décision" in listed
    assert "à décider" in hr.get(f"/campaigns/{company.campaign.id}/repairs/summary").text
    page = hr.get(at(company, engine)).text
    assert "Les mêmes binômes, un autre jour" in page
    assert "Personne d’autre n’est déplacé" in page
    sent = hr.post(f"{at(company, engine)}/acceptance", data={"kind": "same"}, follow_redirects=False)
    assert sent.status_code == 303
    assert len(standing(engine)) == 4
    again = hr.post(f"{at(company, engine)}/acceptance", data={"kind": "same"})
    assert again.status_code == 409


def test_a_proposal_that_does_not_hold_is_a_409_page_and_nothing_is_lost(
    engine: Engine, company: Published, hr: TestClient
) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    with open_session(engine) as session:
        row = session.exec(select(Enrolment).where(Enrolment.person_id == company.front[0].id)).one()
        row.answer = Answer.NO
    refused = hr.post(f"{at(company, engine)}/acceptance", data={"kind": "same"})
    assert refused.status_code == 409
    assert "ne tient plus" in refused.text
    assert last_repair(engine).status == "ready"
    sent = hr.post(f"{at(company, engine)}/repetition", follow_redirects=False)
    assert sent.status_code == 303


def test_a_closed_site_is_one_action(engine: Engine, company: Published, hr: TestClient) -> None:
    here = f"/campaigns/{company.campaign.id}"
    days = {"site_id": company.there.id or 0, "first": DAYS[0].isoformat(), "last": DAYS[2].isoformat()}
    page = hr.get(f"{here}/repairs/closure", params=days).text
    assert "2 journées tombent" in page
    assert len(standing(engine)) == 4
    sent = hr.post(f"{here}/closures", data=days, follow_redirects=False)
    assert sent.headers["location"] == at(company, engine)
    waiting = hr.get(at(company, engine))
    assert "Arrêter le calcul" in waiting.text
    assert hr.get(f"{at(company, engine)}/progress").status_code == 200
    drain(engine)
    done = hr.get(f"{at(company, engine)}/progress")
    assert (done.status_code, done.headers["hx-redirect"]) == (204, at(company, engine))
    assert "Annuler ces journées sans les remplacer" in hr.get(at(company, engine)).text


def test_days_in_the_wrong_order_are_told_at_the_field(company: Published, hr: TestClient) -> None:
    days = {"site_id": company.there.id or 0, "first": DAYS[2].isoformat(), "last": DAYS[0].isoformat()}
    sent = hr.post(f"/campaigns/{company.campaign.id}/closures", data=days)
    assert sent.status_code == 422
    assert "Choisissez un premier et un dernier jour" in sent.text


def test_who_accepts_is_said_on_the_version_read(engine: Engine, company: Published, hr: TestClient) -> None:
    here = f"/campaigns/{company.campaign.id}/repairs/rules"
    assert hr.post(here, data={"automatic": "true", "version": 0}, follow_redirects=False).status_code == 303
    assert hr.post(here, data={"automatic": "false", "version": 0}).status_code == 409
    with open_session(engine) as session:
        assert session.exec(select(RepairRules)).one().automatic


def test_programs_do_the_same(engine: Engine, company: Published, hr: TestClient) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    here = f"/api/v1/campaigns/{company.campaign.id}/repairs"
    (repair,) = hr.get(here).json()["repairs"]
    assert repair["status"] == "ready"
    (proposal,) = repair["proposals"]
    assert (proposal["kind"], proposal["restored"], proposal["movers"]) == ("same", 2, 0)
    told: dict[str, Any] = hr.post(f"{here}/{repair['id']}/acceptance", json={"kind": "same"}).json()
    assert (told["status"], told["accepted"]) == ("accepted", RepairKind.SAME)
    refused = hr.post(f"{here}/{repair['id']}/acceptance", json={"kind": "same"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "RepairDecided")


def test_only_hr_enters(engine: Engine, company: Published, client: TestClient, sign_in: SignIn) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    here = at(company, engine)
    with open_session(engine) as session:
        account = session.get_one(type(company.hr), company.back[0].account_id)
    sign_in(client, account)
    for path in (here, here + "/progress", f"/campaigns/{company.campaign.id}/repairs"):
        assert client.get(path).status_code in (403, 404)
    assert client.post(here + "/acceptance", data={"kind": "same"}).status_code in (403, 404)
    assert len(standing(engine)) == 3
