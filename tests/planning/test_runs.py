"""A run is asked for, followed, stopped, and ends with a plan or with a reason."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.campaigns.tables import Campaign, Status
from app.core.db import open_session
from app.people.tables import Person
from app.planning import jobs, pins, queries, runs, words
from app.planning.errors import (
    NobodyEnrolled,
    NothingFoundYet,
    NotPlannable,
    NotThisPair,
    RunOver,
    RunUnderWay,
)
from app.planning.problem import build
from app.planning.tables import PlanningRun, RunStatus
from solver import Progress, with_remedies
from tests.factories import make_campaign
from tests.planning.company import WEEK, Company

NOW = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
TODAY = date(2027, 3, 2)

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def company(engine: Engine) -> Company:
    with open_session(engine) as session:
        return Company(session)


def ask(engine: Engine, company: Company) -> int:
    with open_session(engine) as session:
        campaign = session.get_one(Campaign, company.campaign.id)
        run = runs.request_run(session, campaign, company.actor, NOW, today=TODAY)
        assert run.id is not None
        return run.id


def seen(engine: Engine, run_id: int) -> PlanningRun:
    with open_session(engine) as session:
        return queries.find_run(session, run_id)


def test_a_run_ends_with_a_plan(engine: Engine, company: Company, run_jobs: Any) -> None:
    run_id = ask(engine, company)
    assert run_jobs() == ["planning.requested"]
    run = seen(engine, run_id)
    assert (run.status, run.matched, run.people, run.at_most) == (RunStatus.FINISHED, 4, 4, 4)
    with open_session(engine) as session:
        problem, plan = runs.load(session, run)
        assert len(runs.legs_of(problem, plan)) == 4


def test_one_run_at_a_time(engine: Engine, company: Company) -> None:
    ask(engine, company)
    with pytest.raises(RunUnderWay):
        ask(engine, company)


def test_another_campaign_may_run_beside(engine: Engine, company: Company) -> None:
    with open_session(engine) as session:
        other = Company(session)
    ask(engine, company)
    ask(engine, other)


def test_a_run_may_follow_one_that_ended(engine: Engine, company: Company, run_jobs: Any) -> None:
    first = ask(engine, company)
    run_jobs()
    assert ask(engine, company) != first


@pytest.mark.parametrize("status", [Status.DRAFT, Status.PUBLISHED, Status.CLOSED, Status.CANCELLED])
def test_no_run_before_opening_nor_after_publication(
    engine: Engine, company: Company, status: Status
) -> None:
    with open_session(engine) as session:
        session.get_one(Campaign, company.campaign.id).status = status
    with pytest.raises(NotPlannable):
        ask(engine, company)


def test_no_run_without_anybody(session: Session, company: Company) -> None:
    empty = make_campaign(session, status=Status.PLANNING)
    with pytest.raises(NobodyEnrolled):
        runs.request_run(session, empty, company.actor, NOW, today=TODAY)


def test_a_waiting_run_is_cancelled_at_once(engine: Engine, company: Company, run_jobs: Any) -> None:
    run_id = ask(engine, company)
    with open_session(engine) as session:
        run = runs.cancel_run(session, queries.find_run(session, run_id), company.actor, NOW)
        assert run.status == RunStatus.CANCELLED
    run_jobs()
    assert seen(engine, run_id).status == RunStatus.CANCELLED
    with open_session(engine) as session, pytest.raises(RunOver):
        runs.cancel_run(session, queries.find_run(session, run_id), company.actor, NOW)


def test_a_run_under_way_stops_when_asked(
    engine: Engine, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = ask(engine, company)
    real = jobs.solve
    asked: list[bool] = []

    def solve(problem: Any, *, limits: Any, on_progress: Any, should_stop: Any) -> Any:
        with open_session(engine) as session:
            runs.cancel_run(session, queries.find_run(session, run_id), company.actor, NOW)
        asked.append(should_stop())
        return real(problem, limits=limits)

    monkeypatch.setattr(jobs, "solve", solve)
    jobs.solve_run(engine, run_id)
    assert asked == [True]
    assert seen(engine, run_id).status == RunStatus.CANCELLED
    with open_session(engine) as session:
        assert queries.finished_runs(session, company.campaign.id or 0) == []


def test_a_run_that_nobody_works_on_any_more_is_cancelled_at_once(engine: Engine, company: Company) -> None:
    run_id = ask(engine, company)
    with open_session(engine) as session:
        runs.begin(session, run_id, NOW)
    later = NOW + timedelta(minutes=5)
    with open_session(engine) as session:
        run = runs.cancel_run(session, queries.find_run(session, run_id), company.actor, later)
        assert run.status == RunStatus.CANCELLED


def test_progress_is_written_and_limited(
    engine: Engine, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = ask(engine, company)
    real = jobs.solve
    told: list[tuple[int, int | None]] = []

    def solve(problem: Any, *, limits: Any, on_progress: Any, should_stop: Any) -> Any:
        for matched in range(1, 200):
            on_progress(Progress("people", matched, 4.0, 0.1, matched))
            run = seen(engine, run_id)
            told.append((run.matched, run.at_most))
        return real(problem, limits=limits)

    monkeypatch.setattr(jobs, "solve", solve)
    monkeypatch.setattr(jobs, "EVERY", 3600.0)
    monkeypatch.setattr(jobs.time, "monotonic", lambda: 10_000.0)
    jobs.solve_run(engine, run_id)
    assert set(told) == {(1, 4)}


def test_the_limit_counts_people_where_somebody_comes_first(
    engine: Engine, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four people of whom one counts double: five points are four people at most, four points are two."""
    with open_session(engine) as session:
        problem = build(session, session.get_one(Campaign, company.campaign.id), TODAY).problem
    first, *others = problem.people
    watch = jobs.Watch(engine, 0, replace(problem, people=(replace(first, priority=2), *others)))
    monkeypatch.setattr(watch, "_write", lambda: None)
    seen = []
    for bound in (None, 5.0, 4.0, 5.0):
        watch.progress(Progress("people", 0, bound, 0.1, 0))
        seen.append(watch.at_most)
    assert seen == [None, 4, 2, 2]


def test_once_the_first_level_is_settled_the_limit_is_what_the_plan_has(
    engine: Engine, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_session(engine) as session:
        problem = build(session, session.get_one(Campaign, company.campaign.id), TODAY).problem
    first, *others = problem.people
    double = replace(problem, people=(replace(first, priority=2), *others))
    watch = jobs.Watch(engine, 0, double)
    monkeypatch.setattr(watch, "_write", lambda: None)
    watch.progress(Progress("people", 4, 5.0, 0.1, 2))
    assert watch.at_most == 4
    watch.progress(Progress("wishes", 1, 8.0, 0.2, 2))
    assert watch.at_most == 2
    rules = replace(double.campaign, objective_order=("wishes", "people", "changes", "travel", "days"))
    other = jobs.Watch(engine, 0, replace(double, campaign=rules))
    monkeypatch.setattr(other, "_write", lambda: None)
    other.progress(Progress("wishes", 1, 8.0, 0.2, 2))
    assert other.at_most is None


def test_once_the_plan_is_made_its_page_says_that_remedies_are_sought(
    engine: Engine, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, seen = ask(engine, company), list[tuple[str, int]]()

    def seek(_problem: Any, plan: Any, **_: Any) -> Any:
        with open_session(engine) as session:
            run = queries.find_run(session, run_id)
            seen.append((run.level, run.matched))
        return plan

    monkeypatch.setattr(jobs, "EVERY", 0.0)
    monkeypatch.setattr(jobs, "with_remedies", seek)
    jobs.solve_run(engine, run_id)
    with open_session(engine) as session:
        assert seen == [("remedies", queries.find_run(session, run_id).matched)]
    assert "Le plan est prêt" in words.level_words("remedies")


def test_a_run_under_way_is_ended_with_the_plan_it_has(
    engine: Engine, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = ask(engine, company)
    real = jobs.solve

    def conclude() -> None:
        with open_session(engine) as session:
            runs.conclude_run(session, queries.find_run(session, run_id), company.actor, NOW)

    def solve(problem: Any, *, limits: Any, on_progress: Any, should_stop: Any) -> Any:
        with pytest.raises(NothingFoundYet):
            conclude()
        on_progress(Progress("people", 4, 4.0, 0.1, 4))
        conclude()
        monkeypatch.setattr(jobs, "EVERY", 0.0)
        assert should_stop()
        return real(problem, limits=limits)

    with pytest.raises(NothingFoundYet):
        conclude()
    monkeypatch.setattr(jobs, "solve", solve)
    jobs.solve_run(engine, run_id)
    run = seen(engine, run_id)
    assert (run.status, run.matched, run.keep_requested) == (RunStatus.FINISHED, 4, True)
    with pytest.raises(RunOver):
        conclude()


def test_who_has_no_match_in_a_plan_kept_early_is_told_what_would_do(
    engine: Engine, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_session(engine) as session:
        company.session = session
        company.enrol(company.shop, "Zoé", "Seule")
    run_id = ask(engine, company)
    real, seconds = jobs.solve, []

    def solve(problem: Any, *, limits: Any, on_progress: Any, should_stop: Any) -> Any:
        on_progress(Progress("people", 4, 4.0, 0.1, 4))
        with open_session(engine) as session:
            runs.conclude_run(session, queries.find_run(session, run_id), company.actor, NOW)
        monkeypatch.setattr(jobs, "EVERY", 0.0)
        assert should_stop()
        return real(problem, limits=limits)

    def helped(problem: Any, plan: Any, **options: Any) -> Any:
        seconds.append(options["seconds"])
        return with_remedies(problem, plan, **options)

    monkeypatch.setattr(jobs, "solve", solve)
    monkeypatch.setattr(jobs, "with_remedies", helped)
    jobs.solve_run(engine, run_id)
    with open_session(engine) as session:
        [alone] = runs.load(session, queries.find_run(session, run_id))[1].unmatched
    assert alone.sought
    assert alone.remedy is not None
    assert seconds == [jobs.KEPT_SECONDS]


def test_a_failing_run_says_so(engine: Engine, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = ask(engine, company)

    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(jobs, "solve", broken)
    jobs.solve_run(engine, run_id)
    run = seen(engine, run_id)
    assert (run.status, run.message) == (RunStatus.FAILED, "Broken")


def test_a_run_that_lost_its_days_says_why(engine: Engine, company: Company, clock: Any) -> None:
    run_id = ask(engine, company)
    clock.forward(days=60)
    jobs.solve_run(engine, run_id)
    assert (seen(engine, run_id).status, seen(engine, run_id).message) == (RunStatus.FAILED, "NoDaysLeft")


def test_the_job_may_run_twice(engine: Engine, company: Company) -> None:
    run_id = ask(engine, company)
    jobs.solve_run(engine, run_id)
    first = seen(engine, run_id)
    jobs.solve_run(engine, run_id)
    assert seen(engine, run_id).finished_at == first.finished_at


def test_a_crashed_job_is_taken_up_again(engine: Engine, company: Company) -> None:
    run_id = ask(engine, company)
    with open_session(engine) as session:
        runs.begin(session, run_id, NOW)
    jobs.solve_run(engine, run_id)
    assert seen(engine, run_id).status == RunStatus.FINISHED


def test_what_is_confidential_is_not_kept(engine: Engine, company: Company, run_jobs: Any) -> None:
    from sqlmodel import select

    from app.availability.tables import Avoidance, Enrolment, ExcludedSite

    with open_session(engine) as session:
        person: Person = company.back[0]
        row = session.exec(select(Enrolment).where(Enrolment.person_id == person.id)).one()
        for other in company.front:
            session.add(Avoidance(enrolment_id=row.id, person_id=other.id))
        session.add(ExcludedSite(enrolment_id=row.id, site_id=company.there.id))
    run_id = ask(engine, company)
    run_jobs()
    with open_session(engine) as session:
        result = queries.result_of(session, run_id)
        plan, problem = runs.unpack(result.plan), runs.unpack(result.problem)
    alone = next(row for row in plan["unmatched"] if row["person"] == f"p{person.id}")
    assert (alone["reason"], alone["blocking"], alone["remedy"]) == ("own_rules", [], None)
    assert all(not row["avoid"] and not row.get("excluded_sites") for row in problem["people"])


def test_pins_survive_a_recomputation(engine: Engine, company: Company, run_jobs: Any) -> None:
    run_id = ask(engine, company)
    run_jobs()
    with open_session(engine) as session:
        campaign = session.get_one(Campaign, company.campaign.id)
        problem, plan = runs.load(session, queries.find_run(session, run_id))
        anna = company.back[0].id
        legs = [leg for leg in runs.legs_of(problem, plan) if anna in leg[:2]]
        pins.pin_pair(session, campaign, legs, company.actor, NOW)
        pins.pin_pair(session, campaign, legs, company.actor, NOW)
        company.session = session
        company.enrol(company.payroll, "Zoé", "Nouvelle", visit_days=WEEK[:4])
    again = ask(engine, company)
    run_jobs()
    with open_session(engine) as session:
        assert set(legs) <= set(runs.legs_of(*runs.load(session, queries.find_run(session, again))))
        assert len(queries.pins_of(session, company.campaign.id or 0)) == 2
        pins.unpin_pair(
            session, session.get_one(Campaign, company.campaign.id), *legs[0][:2], company.actor, NOW
        )
        assert queries.pins_of(session, company.campaign.id or 0) == []


def test_only_pairs_of_the_plan_are_pinned(session: Session) -> None:
    company = Company(session)
    with pytest.raises(NotThisPair):
        pins.pin_pair(session, company.campaign, [], company.actor, NOW)
    company.campaign.status = Status.PUBLISHED
    with pytest.raises(NotPlannable):
        pins.unpin_pair(session, company.campaign, 1, 2, company.actor, NOW)
