"""A forecast's range holds what solving gives, whoever comes first; what it calls exact is exact."""

from __future__ import annotations

import random
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from solver import Forecasts, Limits, Plan, Problem, forecast, solve
from solver.changes import Change, apply
from solver.expecting import Expected, expected
from solver.forecast import Forecast
from solver.limits import Clock
from solver.plan import OPTIMAL
from tests.solver.company import company

PATIENT = Limits(seconds=20.0, threads=1)


def solved(problem: Problem) -> tuple[Plan, int]:
    """A proven plan, and how many people it matches."""
    plan = solve(problem, limits=Limits(60, 1))
    assert plan.bounds["priority"] == plan.values["priority"]
    return plan, plan.values["people"]


def some_come_first(seed: int, **more: Any) -> Problem:
    """A company of which a third counts two, three or nothing."""
    problem = Problem.from_json(company(60, seed, few_dates=1.0, **more))
    rng = random.Random(seed)
    people = [replace(p, priority=rng.choice([1, 1, 1, 1, 2, 2, 3, 0])) for p in problem.people]
    return replace(problem, people=tuple(people))


def changes_of(problem: Problem, rng: random.Random) -> list[list[Change]]:
    team = rng.choice(problem.teams).id
    return [
        [{"kind": "max_visitors", "id": team, "value": 1}],
        [{"kind": "max_travel", "value": problem.campaign.max_travel_minutes // 2}],
        [{"kind": "max_gap", "value": 40}],
    ]


@pytest.mark.parametrize("exchange", ["swap", "shadow"])
@pytest.mark.parametrize("seed", range(2))
def test_the_range_holds_what_solving_gives_where_some_come_first(seed: int, exchange: str) -> None:
    problem = some_come_first(seed, exchange=exchange)
    plan, now = solved(problem)
    equal = replace(problem, people=tuple(replace(person, priority=1) for person in problem.people))
    assert plan.bounds["people"] >= solved(equal)[1]
    for change in changes_of(problem, random.Random(seed)):
        _, then = solved(apply(problem, change))
        for known in (plan, replace(plan, bounds={}), None):
            said = forecast(problem, change, plan=known, limits=PATIENT)
            assert said.prioritised
            assert said.before[0] <= now <= said.before[1]
            assert said.after[0] <= then <= said.after[1]
            assert said.gain[0] <= then - now <= said.gain[1]
            if said.exact:
                assert said.gain == (then - now, then - now)
        assert forecast(problem, change, plan=plan, limits=PATIENT).before == (now, now)


@pytest.mark.parametrize("exchange", ["swap", "shadow"])
def test_without_time_a_glance_holds_the_truth_too(exchange: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("solver.forecast")
    monkeypatch.setattr(module, "EACH", 10.0)
    monkeypatch.setattr(module, "reach", None)
    for problem in (
        some_come_first(5, exchange=exchange),
        Problem.from_json(company(60, 5, exchange=exchange)),
    ):
        plan, now = solved(problem)
        assert plan.status == OPTIMAL
        for change in changes_of(problem, random.Random(5)):
            _, then = solved(apply(problem, change))
            for known in (plan, None):
                said = Forecasts(problem, known).of(change)
                assert said.before[0] <= now <= said.before[1]
                assert said.after[0] <= then <= said.after[1]
                assert said.gain[0] <= then - now <= said.gain[1]
                assert said.gain == (then - now, then - now) or not said.exact
                assert said.bottlenecks == ()


@pytest.mark.parametrize("exchange", ["swap", "shadow"])
@pytest.mark.parametrize("few", [0.0, 1.0])
def test_what_the_relaxations_differ_by_is_near_what_solving_again_gives(exchange: str, few: float) -> None:
    problem = Problem.from_json(company(80, 3, few_dates=few, exchange=exchange))
    before, (_, now) = expected(problem, Clock(PATIENT)), solved(problem)
    assert before is not None
    assert before.relaxed is not None
    assert before.paired + 1e-6 >= before.relaxed >= now - 1e-6
    moved = 0
    for change in [
        *changes_of(problem, random.Random(3)),
        [{"kind": "max_travel", "value": 0}],
    ]:
        changed = apply(problem, change)
        after, (_, then) = expected(changed, Clock(PATIENT)), solved(changed)
        assert after is not None
        assert after.relaxed is not None
        assert abs(after.change(before) - (then - now)) <= 4
        moved += then != now
    assert moved


def test_a_relaxation_that_ended_is_not_compared_with_an_assignment() -> None:
    one, other = Expected(paired=12.0, relaxed=10.0), Expected(paired=15.0, relaxed=11.0)
    assert other.change(one) == 1.0
    assert Expected(paired=15.0).change(one) == 3.0
    assert other.change(Expected(paired=12.0)) == 3.0


def test_where_no_relaxation_ends_what_is_likely_is_said_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("solver.expecting.relax", lambda *_: None)
    monkeypatch.setattr("solver.reach.relax", lambda *_: None)
    problem = Problem.from_json(company(80, 3, few_dates=1.0))
    said = forecast(problem, [{"kind": "max_travel", "value": 0}])
    assert said.gain[0] < said.gain[1]
    assert said.likely is not None
    assert said.likely < 0


def test_what_is_likely_is_said_even_where_there_is_time_for_a_glance_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem, fits = Problem.from_json(company(80, 3, few_dates=1.0)), iter([True, True, False])
    monkeypatch.setattr(Forecasts, "_fits", lambda *_: next(fits))
    said = Forecasts(problem).of([{"kind": "max_travel", "value": 0}])
    assert said.likely is not None
    assert said.likely < 0


def test_a_guess_stays_within_what_is_certain_and_is_none_where_that_is_exact() -> None:
    said = Forecast((10, 10), (8, 30), (), 0.5, guess=3.4)
    assert said.likely == 3
    assert replace(said, guess=25.0).likely == 20
    assert replace(said, guess=-1.6).likely == -2
    assert replace(said, guess=-1.6, loosened=True, prioritised=True).likely == 0
    assert replace(said, guess=None).likely is None
    assert replace(said, after=(12, 12)).likely is None
