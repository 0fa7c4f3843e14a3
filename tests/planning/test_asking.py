"""What if, whom else, what would help: exact where proven, confidential always, by a job when long."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.availability.tables import Avoidance, Enrolment
from app.campaigns.tables import Campaign, InvitedGroup, InvitedKind, Status
from app.core import jobs as core_jobs
from app.core.db import open_session
from app.planning import asking, jobs, queries, runs
from app.planning.asking import Told
from app.planning.problem import build
from app.planning.schemas import WhatIfForm
from app.planning.tables import PlanningQuestion, QuestionKind
from app.planning.words import gain_words, likely_words
from app.visits.tables import Unmatched
from solver import Forecast, Forecasts, Problem, solve
from solver.plan import Remedy, Text
from tests.factories import make_campaign
from tests.planning.company import TUESDAY, WEEK, Company
from tests.support.web import browser_of

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2027, 3, 2)
NOW = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def here(company: Company) -> str:
    return f"/campaigns/{company.campaign.id}/planning"


@pytest.fixture
def solved(hr: TestClient, here: str, company: Company, engine: Engine) -> str:
    hr.post(f"{here}/runs")
    with open_session(engine) as session:
        run = queries.active_run(session, company.campaign.id or 0)
    jobs.solve_run(engine, run.id or 0)  # type: ignore[union-attr]
    return here


@pytest.fixture
def problem(session: Session) -> Callable[..., Problem]:
    def make(company: Company, **over: Any) -> Problem:
        session.flush()
        return build(session, company.campaign, TODAY, **over).problem

    return make


Build = Callable[..., Problem]


# -- what if --


def test_one_more_visitor_a_day_is_counted_exactly(session: Session, problem: Build) -> None:
    company = Company(session, pairs=2)
    company.payroll.max_visitors = 0
    told = asking.tell(problem(company), WhatIfForm(team=company.payroll.id, more_visitors=1))
    assert (told.before, told.after, told.exact, told.gain) == ((0, 0), (4, 4), True, (4, 4))


def test_what_already_holds_changes_nothing(session: Session, problem: Build) -> None:
    company = Company(session)
    made = problem(company)
    asked = WhatIfForm(max_travel=company.campaign.max_travel_minutes, max_gap=company.campaign.max_gap_days)
    assert asking.changes(made, asked) == []
    told = asking.tell(made, asked)
    assert (told.before == told.after, told.tried, told.gain) == (True, False, (0, 0))


def test_a_shorter_journey_takes_people_away(session: Session, problem: Build) -> None:
    company = Company(session)
    told = asking.tell(problem(company), WhatIfForm(max_travel=10))
    assert (told.loosens, told.gain) == (False, (-4, -4))


def test_one_more_day_for_a_person_opens_colleagues(session: Session, problem: Build) -> None:
    company = Company(session, pairs=1)
    anna = company.enrol(company.payroll, "Anna", "Pressée", visit_days=[])
    company.enrol(company.shop, "Bruno", "Libre")
    made = problem(company)
    one_day = WhatIfForm(who=f"p{anna.id}", day=TUESDAY.isoformat())
    assert asking.tell(made, one_day).gain == (0, 0)
    assert asking.tell(made, WhatIfForm(who=f"p{anna.id}", day="w1")).gain == (2, 2)


def test_days_of_one_side_do_not_touch_the_other(session: Session, problem: Build) -> None:
    company = Company(session)
    made = problem(company)
    changed = asking.with_days(made, WhatIfForm(who="back", day="2027-04-20"))
    added = {person.id for person in changed.people if person != made.person_by_id[person.id]}
    assert added == {f"p{person.id}" for person in company.back}


def test_everybody_invited_takes_part_on_days_they_work(session: Session, problem: Build) -> None:
    company = Company(session)
    session.add(InvitedGroup(campaign_id=company.campaign.id, kind=InvitedKind.EVERYBODY))
    for row in session.exec(select(Enrolment)):
        row.answer = "no"  # type: ignore[assignment]
    made = problem(company, everybody=True)
    assert {f"p{person.id}" for person in company.back + company.front} <= set(made.person_by_id)
    assert asking.tell(made, WhatIfForm(crowd="invited")).before == (4, 4)


def test_words_say_exact_or_at_most() -> None:
    assert gain_words((4, 4)) == "+4 personnes, c’est exact"
    assert gain_words((0, 3)) == "Au plus +3 personnes"
    assert gain_words((1, 3)) == "Entre +1 et +3 personnes"
    assert gain_words((-2, 3)) == "Entre −2 et +3 personnes"
    assert gain_words((-2, 3), loosens=True) == "Au plus +3 personnes"
    assert gain_words((-2, -2)) == "−2 personnes, c’est exact"
    assert "Personne de plus" in gain_words((0, 0))


def test_a_guess_is_said_to_be_one() -> None:
    assert likely_words(21) == "Sans doute environ +21 personnes"
    assert likely_words(1) == "Sans doute environ +1 personne"
    assert likely_words(-9) == "Sans doute environ −9 personnes"
    assert likely_words(0) == "Sans doute personne de plus"
    assert likely_words(None) == ""


def test_a_loosened_rule_never_promises_less() -> None:
    assert Told((3, 6), (4, 8), people=10, bottlenecks=[]).gain == (0, 5)
    assert Told((3, 6), (4, 8), people=10, bottlenecks=[], loosens=False).gain == (-2, 5)
    assert Told((3, 6), (4, 8), people=10, bottlenecks=[], prioritised=True).gain == (-2, 5)


def test_the_page_answers_with_and_without_a_script(hr: TestClient, here: str, company: Company) -> None:
    assert "Changez un réglage" in hr.get(f"{here}/what-if").text
    whole = hr.get(f"{here}/what-if?max_travel=10&team=&more_visitors=&who=&day=")
    assert "−4 personnes, c’est exact" in whole.text
    assert f"/campaigns/{company.campaign.id}/edit/rules" in whole.text
    alone = hr.get(f"{here}/what-if?more_visitors=1&team={company.shop.id}", headers={"hx-request": "true"})
    assert "<html" not in alone.text
    assert f"/people/teams/{company.shop.id}" in alone.text
    wrong = hr.get(f"{here}/what-if?max_travel=abc")
    assert (wrong.status_code, "abc" in wrong.text, "query" in wrong.text) == (422, True, False)
    assert "Trajet, au plus\u00a0: «\u00a0abc\u00a0» n’est pas possible. Écrivez un nombre." in wrong.text
    beyond = hr.get(f"{here}/what-if?more_visitors=99&max_travel=10", headers={"hx-request": "true"})
    assert (beyond.status_code, "<html" in beyond.text) == (422, False)
    assert "Visiteurs de plus par jour\u00a0: «\u00a099\u00a0»" in beyond.text
    assert "d’au plus 20" in beyond.text
    kept = hr.get(f"{here}/what-if?more_visitors=99&max_travel=10")
    assert 'name="max_travel" type="number" inputmode="numeric" value="10"' in kept.text
    assert 'action="' + here + '/what-if"' in kept.text
    for unknown in ("team=99999&more_visitors=1", "team=99999", "crowd=nobody", "wind=1"):
        refused = hr.get(f"{here}/what-if?{unknown}")
        assert (refused.status_code, 'action="' + here + '/what-if"' in refused.text) == (422, True)
        assert "n’est pas possible" in refused.text


def test_a_draft_is_tried_with_everybody_invited(
    hr: TestClient, here: str, company: Company, engine: Engine
) -> None:
    with open_session(engine) as session:
        session.get_one(Campaign, company.campaign.id).status = Status.DRAFT
        session.add(InvitedGroup(campaign_id=company.campaign.id, kind=InvitedKind.EVERYBODY))
    page = hr.get(f"{here}/what-if?crowd=invited").text
    assert "Avant d’ouvrir" in page
    assert "4 personnes" in page


@pytest.fixture
def busy() -> Iterator[None]:
    asking._one_at_a_time.acquire()
    yield
    asking._one_at_a_time.release()


@pytest.mark.usefixtures("busy")
def test_one_forecast_at_a_time(hr: TestClient, here: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "WAIT", 0.01)
    page = hr.get(f"{here}/what-if?more_visitors=1")
    assert page.status_code == 200
    assert "Un autre essai est en cours" in page.text


def test_a_large_campaign_is_answered_by_a_job(
    hr: TestClient, here: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "AT_ONCE", 1)
    assert "Calculer l’effet" in hr.get(f"{here}/what-if?max_travel=10").text
    asked = hr.post(f"{here}/questions/forecast", data={"max_travel": "10"})
    assert asked.status_code == 303
    address = asked.headers["location"]
    assert "quelques secondes" in hr.get(address).text
    [(_id, name, payload)] = core_jobs.pending(engine)
    assert name == "planning.asked"
    for _ in range(2):
        jobs.answer_question(engine, **payload)
    assert "−4 personnes, c’est exact" in hr.get(address).text


# -- whom else --


def test_nobody_else_is_proposed_once_the_plan_is_published(
    hr: TestClient, solved: str, company: Company, session: Session
) -> None:
    address = (
        hr.get(solved).text.split(f'href="{solved}/alternatives?')[1].split('"')[0].replace("&amp;", "&")
    )
    assert "Et quelqu’un d’autre" in hr.get(f"{solved}/alternatives?{address}").text
    company.campaign.status = Status.PUBLISHED
    session.add(company.campaign)
    session.commit()
    page = hr.get(f"{solved}/alternatives?{address}").text
    assert "Pourquoi cette paire" in page
    assert "Et quelqu’un d’autre" not in page


def test_alternatives_say_what_they_cost(hr: TestClient, solved: str, company: Company) -> None:
    page = hr.get(solved).text
    assert "Qui d’autre" in page
    address = page.split(f'href="{solved}/alternatives?')[1].split('"')[0].replace("&amp;", "&")
    told = hr.get(f"{solved}/alternatives?{address}").text
    assert "Pourquoi cette paire" in told
    assert "Sans binôme alors" in told
    pair = f"one={company.back[0].id}&other={company.back[1].id}"
    assert hr.get(f"{solved}/alternatives?{pair}").status_code == 409


def test_an_address_typed_by_half_is_said_so_in_words(hr: TestClient, solved: str) -> None:
    typed = hr.get(f"{solved}/alternatives")
    assert typed.status_code == 422
    assert "Cette adresse est incomplète" in typed.text
    assert "query" not in typed.text


def test_nobody_is_proposed_to_somebody_who_avoids_them(
    hr: TestClient, here: str, company: Company, engine: Engine
) -> None:
    with open_session(engine) as session:
        row = session.exec(select(Enrolment).where(Enrolment.person_id == company.back[0].id)).one()
        session.add(Avoidance(enrolment_id=row.id, person_id=company.front[1].id))
        session.add(Avoidance(enrolment_id=row.id, person_id=company.front[0].id))
    hr.post(f"{here}/runs")
    with open_session(engine) as session:
        run = queries.active_run(session, company.campaign.id or 0)
    jobs.solve_run(engine, run.id or 0)  # type: ignore[union-attr]
    with open_session(engine) as session:
        problem, plan = asking.current(session, session.get_one(Campaign, company.campaign.id), TODAY)
        anna = company.back[0].id or 0
        [zoe] = {v.host for v in plan.visits if v.visitor == f"p{anna}"}
        asked = asking.AlternativesForm(one=anna, other=int(zoe[1:]))
        options = asking.whom_else(problem, plan, asked)["options"]
    avoided = {company.front[0].id, company.front[1].id}
    assert [option for option in options if option["person"] == anna and option["partner"] in avoided] == []
    assert [option for option in options if option["partner"] == anna] == []


def test_an_old_plan_is_not_asked(hr: TestClient, solved: str, company: Company, engine: Engine) -> None:
    page = hr.get(solved).text
    address = page.split(f'href="{solved}/alternatives?')[1].split('"')[0].replace("&amp;", "&")
    with open_session(engine) as session:
        session.get_one(Campaign, company.campaign.id).max_travel_minutes = 61
    assert "recalculez-le, puis demandez" in hr.get(f"{solved}/alternatives?{address}").text


# -- what would help --


def test_what_would_help_is_found_by_a_job_where_the_plan_does_not_hold_it(
    hr: TestClient, here: str, company: Company, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "ALL_REMEDIES", 0)
    with open_session(engine) as session:
        company.session = session
        anna = company.enrol(company.payroll, "Anna", "Pressée", visit_days=WEEK[:1])
    hr.post(f"{here}/runs")
    with open_session(engine) as session:
        run = queries.active_run(session, company.campaign.id or 0)
    jobs.solve_run(engine, run.id or 0)  # type: ignore[union-attr]
    assert "Chercher ce qui aiderait" in hr.get(f"{here}/unmatched").text
    asked = hr.post(f"{here}/questions/remedy", data={"person": str(anna.id)}, headers={"hx-request": "true"})
    assert 'hx-trigger="every 1s"' in asked.text
    with open_session(engine) as session:
        [question] = queries.questions_of(session, company.campaign.id or 0, QuestionKind.REMEDY)
    jobs.answer_question(engine, question.id or 0)
    address = f"{here}/questions/{question.id}"
    told = hr.get(address, headers={"hx-request": "true"}).text
    assert "en binôme" in told
    assert "every 1s" not in told
    again = hr.post(f"{here}/questions/remedy", data={"person": str(anna.id)})
    assert again.headers["location"] == address
    assert hr.get(address).status_code == 200


def test_somebody_with_a_match_needs_no_remedy(
    hr: TestClient, solved: str, company: Company, engine: Engine
) -> None:
    hr.post(f"{solved}/questions/remedy", data={"person": str(company.back[0].id)})
    with open_session(engine) as session:
        [question] = queries.questions_of(session, company.campaign.id or 0, QuestionKind.REMEDY)
    jobs.answer_question(engine, question.id or 0)
    with open_session(engine) as session:
        assert session.get_one(PlanningQuestion, question.id).failed == "PlanIsOld"
    page = hr.get(f"{solved}/questions/{question.id}").text
    assert "recalculez-le, puis demandez" in page


def test_a_question_that_breaks_is_said(
    hr: TestClient, solved: str, company: Company, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(asking, "remedy", broken)
    with open_session(engine) as session:
        finished = queries.finished_runs(session, company.campaign.id or 0)[0]
        alone = runs.load(session, finished)[1].unmatched[0].person
    asked = hr.post(f"{solved}/questions/remedy", data={"person": alone[1:]})
    [(_id, _name, payload)] = core_jobs.pending(engine)[-1:]
    jobs.answer_question(engine, **payload)
    assert "une erreur de notre côté" in hr.get(asked.headers["location"]).text


def test_who_declined_is_not_named_by_a_what_if(
    hr: TestClient, here: str, company: Company, engine: Engine
) -> None:
    person = company.back[0]
    address = f"{here}/what-if?who=p{person.id}"
    assert person.name in hr.get(address).text
    with open_session(engine) as session:
        row = session.exec(select(Enrolment).where(Enrolment.person_id == person.id)).one()
        row.answer = "no"  # type: ignore[assignment]
    assert person.name not in hr.get(address).text


def test_questions_are_kept_for_a_day(company: Company, engine: Engine) -> None:
    campaign_id = company.campaign.id or 0
    with open_session(engine) as session:
        campaign = session.get_one(Campaign, campaign_id)
        asking.ask(session, campaign, QuestionKind.REMEDY, {"person": 1}, NOW - timedelta(days=2))
        kept = asking.ask(session, campaign, QuestionKind.REMEDY, {"person": 2}, NOW)
        assert queries.questions_of(session, campaign_id, QuestionKind.REMEDY) == [kept]


@pytest.mark.parametrize("path", ["/what-if", "/alternatives?one=1&other=2", "/questions/1"])
def test_employees_do_not_ask(
    app: FastAPI, engine: Engine, company: Company, here: str, sign_in: Any, path: str
) -> None:
    from app.accounts.tables import Account

    client = browser_of(app)
    with open_session(engine) as session:
        account = session.get_one(Account, company.back[0].account_id)
    sign_in(client, account)
    assert client.get(here + path).status_code == 403
    assert client.post(f"{here}/questions/remedy", data={"person": "1"}).status_code == 403


def test_questions_of_another_campaign_are_not_found(
    hr: TestClient, solved: str, company: Company, engine: Engine
) -> None:
    hr.post(f"{solved}/questions/remedy", data={"person": "1"})
    with open_session(engine) as session:
        other = make_campaign(session)
        [question] = queries.questions_of(session, company.campaign.id or 0, QuestionKind.REMEDY)
    assert hr.get(f"/campaigns/{other.id}/planning/questions/{question.id}").status_code == 404
    assert hr.post(f"{solved}/questions/mood", data={}).status_code == 404


# -- priority, told to the person --


def test_what_a_remedy_is_known_to_bring_is_not_doubted(
    problem: Build, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = problem(company)
    plan = solve(made)
    wide = Forecast((2, 2), (1, 6), (), 0.1, prioritised=True)
    monkeypatch.setattr(Forecasts, "to", lambda *_, **__: wide)
    longer = Remedy({"kind": "max_travel", "value": 600}, 2, Text("", ""))
    assert asking.tell(made, WhatIfForm(), plan=plan, also=longer).gain == (2, 4)
    assert asking.tell(made, WhatIfForm(max_gap=1), plan=plan, also=longer).gain == (-1, 4)
    changed = replace(plan, bounds={})  # what it proved does not hold any more
    assert asking.tell(made, WhatIfForm(), plan=changed, also=longer).gain == (-1, 4)


def test_what_is_likely_is_kept_with_the_answer_of_a_job() -> None:
    told = Told((556, 610), (555, 852), 1_016, [], likely=102)
    assert asking.told_from_json(asking.told_to_json(told)) == told


def test_who_was_left_out_is_told_so(app: FastAPI, engine: Engine, company: Company, sign_in: Any) -> None:
    from app.accounts.tables import Account

    with open_session(engine) as session:
        past = make_campaign(
            session, first_day=date(2026, 4, 6), last_day=date(2026, 4, 30), status=Status.CLOSED
        )
        session.add(
            Unmatched(
                campaign_id=past.id,
                person_id=company.back[0].id,
                reason="all_taken",
                text_fr="…",
                text_en="…",
                created_at=NOW,
            )
        )
        session.add(InvitedGroup(campaign_id=company.campaign.id, kind=InvitedKind.EVERYBODY))
        accounts = [session.get_one(Account, person.account_id) for person in company.back]
    said = []
    for account in accounts:
        client = browser_of(app)
        sign_in(client, account)
        said.append(client.get(f"/campaigns/{company.campaign.id}/enrolment/priority").text)
    assert "vous passez en priorité" in said[0]
    assert "priorité" not in said[1]
