"""Who takes part once more because HR asked them: offered where it would help, computed, taken back."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.campaigns.tables import Campaign, Status
from app.core.db import open_session
from app.home.personal_data import gather
from app.people.tables import Person
from app.planning import jobs, once_more, queries, why
from app.planning.problem import build
from app.planning.repairs.scene import Look, scene_of
from app.planning.tables import OnceMore, RepairCause
from app.visits.service import cancel_visit
from app.visits.tables import CancelReason, Visit
from tests.planning.company import Company

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2027, 3, 2)
NOW = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def compute(hr: TestClient, company: Company, engine: Engine) -> Callable[[], str]:
    """Make a plan, as HR do; the address of its pages."""

    def run() -> str:
        here = f"/campaigns/{company.campaign.id}/planning"
        hr.post(f"{here}/runs")
        with open_session(engine) as session:
            found = queries.active_run(session, company.campaign.id or 0)
        assert found is not None
        jobs.solve_run(engine, found.id or 0)
        return here

    return run


def fields(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the first form that is sent there."""
    form = page.split(f'action="{action}"')[1].split("</form>")[0]
    parts = [part.split('"') for part in form.split('<input type="hidden" name="')[1:]]
    return {part[0]: unescape(part[2]) for part in parts}


def test_a_remedy_names_the_colleague_and_is_carried_out_where_it_is_said(
    hr: TestClient, company: Company, engine: Engine, compute: Callable[[], str]
) -> None:
    here = compute()
    page = hr.get(f"{here}/unmatched").text
    assert "Ce qui suffirait" in page
    asked = fields(page, f"{here}/once-more")
    with open_session(engine) as session:
        name = queries.name_of_participant(session, company.campaign.id or 0, int(asked["person"]))
    assert f"Permettre à {name} une participation de plus" in page
    done = hr.post(f"{here}/once-more", data=asked)
    assert (done.status_code, done.headers["location"]) == (303, f"{here}/unmatched")
    told = hr.get(f"{here}/unmatched").text
    assert f"{name} peut maintenant participer 2 fois" in told
    assert f"{name} peut déjà participer une fois de plus" in told
    assert "Des réponses, des paires ou des règles ont changé" in told
    compute()
    assert "5 personnes vivront" in hr.get(here).text
    everybody = hr.get(f"{here}/unmatched").text
    assert "Tout le monde a un binôme" in everybody
    assert "Au recalcul" not in everybody
    assert f"{name}, 2 fois au plus" in hr.get(f"{here}/pairs").text
    assert hr.post(f"{here}/once-more/removal", data={"person": asked["person"]}).status_code == 303
    compute()
    assert "4 personnes vivront" in hr.get(here).text


def test_what_if_opens_with_the_remedy_of_that_line(
    hr: TestClient, company: Company, compute: Callable[[], str]
) -> None:
    here = compute()
    page = hr.get(f"{here}/unmatched").text
    assert "Au recalcul, une autre qui compte autant peut l’avoir à sa place" in page
    address = page.split(f'href="{here}/what-if?remedy=')[1].split('"')[0]
    told = hr.get(f"{here}/what-if?remedy={address}").text
    assert "+1 personne, c’est exact" in told
    assert "Ce qui suffirait pour" in told
    assert "Permettre à" in told
    alone = hr.get(f"{here}/what-if?remedy={address}&more_visitors=1", headers={"hx-request": "true"}).text
    assert "<html" not in alone
    assert "Permettre à" in alone
    gone = hr.get(f"{here}/what-if?remedy={company.back[0].id}").text
    assert "pour un autre plan" in gone


def test_only_people_of_the_campaign_and_only_before_publication(
    hr: TestClient, company: Company, engine: Engine, compute: Callable[[], str]
) -> None:
    here = compute()
    anna = str(company.back[0].id)
    assert hr.post(f"{here}/once-more", data={"person": "99999", "most": "2"}).status_code == 404
    assert hr.post(f"{here}/once-more", data={"person": anna, "most": "1"}).status_code == 422
    assert hr.post(f"{here}/once-more", data={"person": anna, "most": "7"}).status_code == 422
    elsewhere = hr.post(f"{here}/once-more", data={"person": anna, "most": "2", "back": "//evil.example"})
    assert elsewhere.headers["location"] == f"{here}/pairs"
    with open_session(engine) as session:
        run = queries.finished_runs(session, company.campaign.id or 0)[0]
        campaign = session.merge(company.campaign)
        campaign.status = Status.PUBLISHED
        assert run is not None
    assert hr.post(f"{here}/once-more", data={"person": anna, "most": "3"}).status_code == 409
    assert hr.post(f"{here}/once-more/removal", data={"person": anna}).status_code == 409


def test_the_problem_holds_what_was_allowed_and_nobody_is_said_to_stay_alone(session: Session) -> None:
    company = Company(session)
    anna = company.back[0]
    when: Any = company.campaign.created_at
    once_more.allow(session, company.campaign, anna.id or 0, 2, company.actor, when)
    problem = build(session, company.campaign, TODAY).problem
    assert {one.id: one.max_swaps for one in problem.people if one.max_swaps} == {f"p{anna.id}": 2}
    assert why.sides(problem) is None
    assert once_more.export(session, anna) == [{"campaign": company.campaign.name, "at_most": 2}]
    assert gather(session, company.actor, anna)["planning"]
    once_more.erase(session, anna)
    assert session.exec(select(OnceMore)).all() == []
    assert build(session, company.campaign, TODAY).problem.person_by_id[f"p{anna.id}"].max_swaps is None


def test_who_takes_part_once_more_has_both_swaps_once_published_and_keeps_the_right_to_them(
    hr: TestClient, company: Company, engine: Engine, compute: Callable[[], str]
) -> None:
    here = compute()
    asked = fields(hr.get(f"{here}/unmatched").text, f"{here}/once-more")
    hr.post(f"{here}/once-more", data=asked)
    compute()
    form = fields(hr.get(f"{here}/publication").text, f"{here}/publication")
    assert hr.post(f"{here}/publication", data=form).status_code == 303
    person = int(asked["person"])
    with open_session(engine) as session:
        visits = session.exec(select(Visit).where(Visit.visitor_id == person)).all()
        assert len({visit.host_id for visit in visits}) == len(visits) == 2
        fallen = session.exec(select(Visit).where(Visit.swap_id == visits[0].swap_id)).all()
        for visit in fallen:
            cancel_visit(session, visit, CancelReason.CLOSED, None, NOW, today=TODAY)
        campaign = session.get_one(Campaign, company.campaign.id)
        lost = [visit.id or 0 for visit in fallen]
        scene = scene_of(session, campaign, lost, RepairCause.FALLEN, TODAY, Look())
        assert person in scene.affected
        assert scene.problem.may_swap(scene.problem.person_by_id[f"p{person}"]) == 2
        once_more.erase(session, session.get_one(Person, person))
        scene = scene_of(session, campaign, lost, RepairCause.FALLEN, TODAY, Look())
        assert scene.problem.may_swap(scene.problem.person_by_id[f"p{person}"]) == 1
