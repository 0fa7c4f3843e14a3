"""HR computes, reads, decides and publishes in the browser and by program; nobody else enters."""

from collections.abc import Callable
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, event
from sqlmodel import select

from app.accounts.tables import Account
from app.availability.tables import Avoidance, Enrolment
from app.campaigns.tables import Campaign
from app.core.db import open_session
from app.planning import jobs, queries, runs
from app.planning.tables import Pin, PlanningRun, RunStatus
from solver import Problem
from solver.check import violations
from solver.plan import Plan
from tests.planning.company import Company
from tests.support.web import browser_of

pytestmark = pytest.mark.usefixtures("clock")


def headline(client: TestClient, address: str) -> str:
    text = client.get(address).text
    return " ".join(text.split("<h1>")[1].split("</h1>")[0].split())


def test_one_button_computes_the_plan(hr: TestClient, company: Company, engine: Engine) -> None:
    here = f"/campaigns/{company.campaign.id}/planning"
    assert "Calculer le plan" in hr.get(here).text
    assert headline(hr, here) == "5 personnes attendent leur binôme"
    asked = hr.post(f"{here}/runs")
    assert (asked.status_code, asked.headers["location"]) == (303, here)
    waiting = hr.get(here).text
    assert "Le calcul va commencer" in waiting
    assert f'hx-get="{here}/progress"' in waiting
    assert "Arrêter le calcul" in hr.get(f"{here}/progress").text
    again = hr.post(f"{here}/runs")
    assert (again.status_code, again.headers["location"]) == (303, here)
    assert "Ce calcul est déjà en cours" in hr.get(here).text
    with open_session(engine) as session:
        run = queries.active_run(session, company.campaign.id or 0)
    jobs.solve_run(engine, run.id or 0)  # type: ignore[union-attr]
    over = hr.get(f"{here}/progress")
    assert (over.status_code, over.headers["hx-redirect"]) == (204, here)
    assert headline(hr, here) == "4 personnes vivront la vie d’une autre"


def test_the_limit_stands_beside_the_result(hr: TestClient, planned: str) -> None:
    page = hr.get(planned).text
    assert "Au plus 4, c’est démontré" in page
    assert "5 personnes participent" in page


def test_a_stopped_computation_leaves_the_plan(hr: TestClient, planned: str, engine: Engine) -> None:
    hr.post(f"{planned}/runs")
    with open_session(engine) as session:
        run = session.exec(select(PlanningRun).where(PlanningRun.status == RunStatus.QUEUED)).one()
    assert hr.post(f"{planned}/runs/{run.id}/cancellation").status_code == 303
    page = hr.get(planned).text
    assert "a été arrêté avant la fin" in page
    assert headline(hr, planned) == "4 personnes vivront la vie d’une autre"
    assert hr.post(f"{planned}/runs/{run.id}/cancellation").status_code == 409


def test_a_failed_computation_is_said(
    hr: TestClient, company: Company, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(jobs, "solve", broken)
    here = f"/campaigns/{company.campaign.id}/planning"
    hr.post(f"{here}/runs")
    with open_session(engine) as session:
        run = queries.active_run(session, company.campaign.id or 0)
    jobs.solve_run(engine, run.id or 0)  # type: ignore[union-attr]
    assert "une erreur de notre côté" in hr.get(here).text


@pytest.mark.parametrize("view", ["", "/calendar", "/unmatched", "/why", "/pairs", "/summary"])
def test_each_view_opens(hr: TestClient, planned: str, view: str) -> None:
    assert hr.get(planned + view).status_code == 200
    assert hr.get(planned + view, headers={"accept-language": "en"}).status_code == 200


def test_swaps_are_filtered_and_sorted(hr: TestClient, planned: str) -> None:
    assert "2 paires" in hr.get(planned).text
    assert "1 paire" in hr.get(f"{planned}?q=back0&site=&show=&sort=name").text
    assert "1 paire" in hr.get(planned, params={"q": "BÀCK0"}).text
    assert "Aucune paire ne correspond" in hr.get(planned, params={"q": "back0 personne"}).text
    assert "Aucune paire ne correspond" in hr.get(f"{planned}?show=pinned").text
    for sort in ("day", "name", "wishes", "minutes", "unheard", ""):
        assert hr.get(f"{planned}?sort={sort}").status_code == 200


def test_who_has_no_match_has_a_reason(hr: TestClient, planned: str) -> None:
    page = hr.get(f"{planned}/unmatched").text
    assert "Plus de place ou plus de collègue libre" in page
    assert "Front" in page or "Zoé" in page
    assert "Rien ne correspond" in hr.get(f"{planned}/unmatched?reason=travel").text


def test_a_pair_is_pinned_kept_apart_and_freed(
    hr: TestClient, planned: str, company: Company, engine: Engine
) -> None:
    with open_session(engine) as session:
        run = queries.finished_runs(session, company.campaign.id or 0)[0]
        one, other, _day = runs.legs_of(*runs.load(session, run))[0]
    pair = {"one": str(one), "other": str(other)}
    assert hr.post(f"{planned}/pins", data=pair).status_code == 303
    assert "épinglée" in hr.get(f"{planned}?show=pinned").text
    assert "Des réponses, des paires ou des règles ont changé" in hr.get(planned).text
    stale = hr.post(f"{planned}/forbidden-pairs", data=pair)
    assert (stale.status_code, "Retirez d’abord l’épingle" in stale.text) == (409, True)
    with open_session(engine) as session:
        assert len(session.exec(select(Pin)).all()) == 2
    assert "Autoriser de nouveau" not in hr.get(f"{planned}/pairs").text
    assert hr.post(f"{planned}/pins/removal", data=pair).status_code == 303
    assert hr.post(f"{planned}/forbidden-pairs", data=pair).status_code == 303
    assert "Autoriser de nouveau" in hr.get(f"{planned}/pairs").text
    stale = hr.post(f"{planned}/pins", data=pair)
    assert (stale.status_code, "Cette paire est écartée" in stale.text) == (409, True)
    with open_session(engine) as session:
        assert session.exec(select(Pin)).all() == []
    assert hr.post(f"{planned}/forbidden-pairs/removal", data=pair).status_code == 303
    assert "Autoriser de nouveau" not in hr.get(f"{planned}/pairs").text
    apart = {"one": str(company.back[0].id), "other": str(company.back[1].id)}
    assert hr.post(f"{planned}/pins", data=apart).status_code == 409
    assert hr.post(f"{planned}/pins", data={"one": "x"}).status_code == 409


def test_a_decision_leads_back_to_its_place_in_the_list(
    hr: TestClient, planned: str, company: Company, engine: Engine
) -> None:
    look = f"{planned}?q=Anna&sort=name"
    page = hr.get(look).text
    form = page.split(f'action="{planned}/pins"')[1].split("</form>")[0]
    one, other, back = (
        unescape(form.split(f'name="{name}" value="')[1].split('"')[0]) for name in ("one", "other", "back")
    )
    place = f"pair-{one}-{other}"
    assert f'<li id="{place}"' in page
    for decision in ("pins", "pins/removal", "forbidden-pairs"):
        sent = hr.post(f"{planned}/{decision}", data={"one": one, "other": other, "back": back})
        assert (sent.status_code, sent.headers["location"]) == (303, f"{look}#{place}")
    away = hr.post(f"{planned}/forbidden-pairs/removal", data={"one": one, "other": other, "back": "/people"})
    assert away.headers["location"] == f"{planned}/pairs"


def test_a_pinned_swap_is_one_line(hr: TestClient, planned: str, company: Company, engine: Engine) -> None:
    with open_session(engine) as session:
        run = queries.finished_runs(session, company.campaign.id or 0)[0]
        one, other, _day = runs.legs_of(*runs.load(session, run))[0]
    hr.post(f"{planned}/pins", data={"one": str(one), "other": str(other)})
    page = hr.get(f"{planned}/pairs").text
    assert page.count("Ne plus épingler") == 1
    assert page.count(" chez ") == 2


def test_a_recomputed_plan_is_compared(
    hr: TestClient, planned: str, company: Company, engine: Engine
) -> None:
    with open_session(engine) as session:
        company.session = session
        company.enrol(company.payroll, "Léa", "Nouvelle")
    hr.post(f"{planned}/runs")
    with open_session(engine) as session:
        run = queries.active_run(session, company.campaign.id or 0)
    jobs.solve_run(engine, run.id or 0)  # type: ignore[union-attr]
    page = hr.get(f"{planned}/comparison").text
    assert "Léa Nouvelle" in page
    assert "Points de vœux" in page
    assert "rien de mieux n’existe" in page
    with open_session(engine) as session:
        newer, older = (run.id for run in queries.finished_runs(session, company.campaign.id or 0))
    same = hr.get(f"{planned}/comparison?before={newer}&after={newer}").text
    assert "C’est deux fois le même plan" in same
    assert "Perdent leur binôme" not in same
    assert "Léa Nouvelle" in hr.get(f"{planned}/comparison?before={older}&after={newer}").text
    assert hr.get(f"{planned}/comparison?before={(newer or 0) + 99}").status_code == 404
    assert headline(hr, planned) == "6 personnes vivront la vie d’une autre"


def test_one_plan_alone_is_not_compared(hr: TestClient, planned: str) -> None:
    alone = hr.get(f"{planned}/comparison")
    assert alone.status_code == 200
    assert "Il n’y a qu’un plan pour l’instant" in alone.text
    assert "<select" not in alone.text


def test_the_limit_and_the_teams_in_the_way_are_explained(hr: TestClient, planned: str) -> None:
    page = hr.get(f"{planned}/why").text
    assert "1 personne restera seule, quel que soit le plan" in page
    assert "Impossibles avec ces réponses et ces règles" in page
    assert "rien de mieux n’existe" in page
    assert "Paie · Siège" in page
    for by in ("site", "department", "team", "reason"):
        assert hr.get(f"{planned}/why?by={by}").status_code == 200
    assert hr.get(f"{planned}/why?by=mood").status_code == 422


def test_the_export_holds_every_visit_and_every_reason(hr: TestClient, planned: str) -> None:
    sent = hr.get(f"{planned}/export.xlsx")
    assert sent.status_code == 200
    rows = CalamineWorkbook.from_filelike(BytesIO(sent.content)).get_sheet_by_index(0).to_python()
    assert len(rows) == 1 + 4 + 1
    assert rows[-1][10] == "Plus de place ou plus de collègue libre"


ADDRESSES = [
    "",
    "/progress",
    "/calendar",
    "/unmatched",
    "/why",
    "/comparison",
    "/pairs",
    "/export.xlsx",
    "/summary",
    "/publication",
]


@pytest.mark.parametrize("path", ADDRESSES)
def test_employees_do_not_enter(
    app: FastAPI, engine: Engine, planned: str, company: Company, sign_in: Any, path: str
) -> None:

    other = browser_of(app)
    assert other.get(planned + path).status_code == 303
    with open_session(engine) as session:
        account = session.get_one(Account, company.back[0].account_id)
    sign_in(other, account)
    assert other.get(planned + path).status_code == 403


def test_programs_do_the_same(hr: TestClient, company: Company, engine: Engine) -> None:
    api = f"/api/v1/campaigns/{company.campaign.id}/planning"
    asked = hr.post(f"{api}/runs", json={"seconds": 10})
    assert (asked.status_code, asked.json()["status"]) == (202, "queued")
    run_id = asked.json()["id"]
    assert hr.post(f"{api}/runs", json={}).status_code == 409
    assert hr.get(f"{api}/runs/{run_id}/plan").status_code == 404
    jobs.solve_run(engine, run_id)
    assert hr.get(f"{api}/runs/{run_id}").json()["matched"] == 4
    problem = Problem.from_json(hr.get(f"{api}/runs/{run_id}/problem").json())
    plan = Plan.from_json(hr.get(f"{api}/runs/{run_id}/plan").json(), problem)
    assert violations(problem, plan) == []
    with open_session(engine) as session:
        version = session.get_one(Campaign, company.campaign.id).version
    sent = {"run": run_id, "version": version}
    first, second = (hr.post(f"{api}/publication", json=sent) for _ in range(2))
    assert (first.json()["already"], second.json()["already"]) == (False, True)
    assert first.json()["published_at"] == second.json()["published_at"]
    assert [run["id"] for run in hr.get(f"{api}/runs").json()["runs"]] == [run_id]
    assert hr.post(f"{api}/runs/{run_id}/cancellation").status_code == 409
    other = hr.get(f"/api/v1/campaigns/{(company.campaign.id or 0) + 99}/planning/runs")
    assert other.status_code == 404


def test_what_is_confidential_reaches_no_page(hr: TestClient, company: Company, engine: Engine) -> None:
    with open_session(engine) as session:
        row = session.exec(select(Enrolment).where(Enrolment.person_id == company.back[0].id)).one()
        for other in company.front:
            session.add(Avoidance(enrolment_id=row.id, person_id=other.id))
    api = f"/api/v1/campaigns/{company.campaign.id}/planning/runs"
    run_id = hr.post(api, json={}).json()["id"]
    jobs.solve_run(engine, run_id)
    problem = hr.get(f"{api}/{run_id}/problem").json()
    plan = hr.get(f"{api}/{run_id}/plan").json()
    assert all(person["avoid"] == [] for person in problem["people"])
    assert all(row["blocking"] == [] for row in plan["unmatched"] if row["reason"] == "own_rules")


def test_a_pin_that_answers_forbid_is_said_without_saying_who_avoids_whom(
    hr: TestClient, planned: str, company: Company, engine: Engine
) -> None:
    with open_session(engine) as session:
        run = queries.finished_runs(session, company.campaign.id or 0)[0]
        one, other, _day = runs.legs_of(*runs.load(session, run))[0]
    hr.post(f"{planned}/pins", data={"one": str(one), "other": str(other)})
    with open_session(engine) as session:
        row = session.exec(select(Enrolment).where(Enrolment.person_id == one)).one()
        session.add(Avoidance(enrolment_id=row.id, person_id=other))
    hr.post(f"{planned}/runs")
    with open_session(engine) as session:
        active = queries.active_run(session, company.campaign.id or 0)
    jobs.solve_run(engine, active.id or 0)  # type: ignore[union-attr]
    page = hr.get(planned).text
    assert headline(hr, planned) == "4 personnes vivront la vie d’une autre"
    assert "Le plan précédent n’a pas changé" in page
    assert "les réponses ne permettent plus cette rencontre" in page
    assert "Visite épinglée Anna Back" in page or "Visite épinglée Bruno Front" in page
    assert "éviter" not in page


def test_rules_that_contradict_a_pin_are_said_before_and_after_they_are_saved(
    hr: TestClient, planned: str, company: Company, engine: Engine
) -> None:
    campaign = f"/campaigns/{company.campaign.id}"
    with open_session(engine) as session:
        run = queries.finished_runs(session, company.campaign.id or 0)[0]
        legs = runs.legs_of(*runs.load(session, run))
    one, other, day = legs[0]
    [back] = [leg[2] for leg in legs if leg[:2] == (other, one)]
    apart = abs((back - day).days)
    far, near = {"min_gap_days": str(apart + 1)}, {"min_gap_days": str(apart)}
    check = f"{planned}/pins/check"
    assert "épingl" not in hr.get(check, params=far).text
    hr.post(f"{planned}/pins", data={"one": str(one), "other": str(other)})
    assert "des paires épinglées" in hr.get(check, params=far).text
    assert "épingl" not in hr.get(check, params=near).text
    assert "/planning/pins/check" in hr.get(f"{campaign}/edit/rules").text
    with open_session(engine) as session:
        session.get_one(Campaign, company.campaign.id).min_gap_days = apart + 1
    assert "des paires épinglées" in hr.get(f"{planned}/summary").text
    assert "Les règles contredisent maintenant des paires épinglées" in hr.get(planned).text
    assert hr.post(f"{planned}/runs").status_code == 303
    with open_session(engine) as session:
        active = queries.active_run(session, company.campaign.id or 0)
    assert active is not None
    jobs.solve_run(engine, active.id or 0)
    page = hr.get(planned).text
    assert headline(hr, planned) == "4 personnes vivront la vie d’une autre"
    assert "n’a trouvé aucun plan qui garde toutes les paires épinglées" in page
    assert f"sont à {apart} jours l’une de l’autre" in page
    assert "Le plan précédent n’a pas changé" in page
    for view in ("/comparison", "/why", "/unmatched"):
        assert hr.get(planned + view).status_code == 200


def test_pages_ask_the_database_as_often_for_many_as_for_few(
    app: FastAPI, engine: Engine, sign_in: Any
) -> None:
    def asked(pairs: int) -> int:
        with open_session(engine) as session:
            company = Company(session, pairs=pairs)
        client = browser_of(app)
        sign_in(client, company.hr)
        here = f"/campaigns/{company.campaign.id}/planning"
        client.post(f"{here}/runs")
        with open_session(engine) as session:
            run = queries.active_run(session, company.campaign.id or 0)
        jobs.solve_run(engine, run.id or 0)  # type: ignore[union-attr]
        client.get(here)
        statements: list[str] = []
        record: Callable[..., None] = lambda c, cur, sql, *rest: statements.append(sql)  # noqa: E731
        event.listen(engine, "before_cursor_execute", record)
        assert client.get(here).status_code == 200
        with open_session(engine) as session:
            finished = queries.finished_runs(session, company.campaign.id or 0)[0]
            one, other, _day = runs.legs_of(*runs.load(session, finished))[0]
        pair = f"one={one}&other={other}"
        for view in ("/calendar", "/why", "/what-if?more_visitors=1", f"/alternatives?{pair}"):
            assert client.get(here + view).status_code == 200
        event.remove(engine, "before_cursor_execute", record)
        return len(statements)

    assert asked(2) == asked(20)


@pytest.mark.parametrize("path", ["", "/unmatched", "/comparison"])
def test_a_page_beyond_the_last_shows_the_last(hr: TestClient, planned: str, path: str) -> None:
    rows = '<th scope="row"' if path == "/unmatched" else "avec"
    first, beyond = hr.get(f"{planned}{path}"), hr.get(f"{planned}{path}?page=999")
    assert (first.status_code, beyond.status_code) == (200, 200)
    assert beyond.text.count(rows) == first.text.count(rows)
