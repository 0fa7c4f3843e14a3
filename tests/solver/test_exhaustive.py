"""The solver against trying everything on tiny problems: values, bounds and statuses."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver import Limits, Progress, solve, whole
from solver.check import violations
from solver.plan import MEASURE, SENSE
from tests.solver.tiny import beside_itself, best_by_trying, random_problem, vector

EXAMPLES = int(os.environ.get("SOLVER_EXAMPLES", "150"))


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 10**6))
def test_no_plan_beats_the_solver_and_no_bound_excludes_a_plan(seed: int) -> None:
    problem = random_problem(seed)
    plan = solve(problem, limits=Limits(seconds=20.0, threads=1))
    assert violations(problem, plan) == []
    best = best_by_trying(problem)
    assert vector(problem, plan.visits) == best
    assert plan.status == "optimal"
    for level, value in zip(problem.campaign.objective_order, best, strict=True):
        assert plan.bounds[MEASURE[level]] == SENSE[level] * value


@settings(max_examples=EXAMPLES // 3, deadline=None)
@given(st.integers(0, 10**6))
def test_two_companies_that_never_meet_are_planned_as_well_as_each_alone(seed: int) -> None:
    problem = random_problem(seed)
    both = beside_itself(problem)
    with pytest.MonkeyPatch.context() as apart:
        apart.setattr(whole, "LEAST", 1)
        plan = solve(both, limits=Limits(seconds=20.0, threads=1))
    assert violations(both, plan) == []
    assert plan.status == "optimal"
    assert vector(both, plan.visits) == tuple(2 * value for value in best_by_trying(problem))


@pytest.mark.parametrize("seed", range(8))
def test_one_thread_and_one_seed_give_one_plan(seed: int) -> None:
    problem = random_problem(seed)
    limits = Limits(seconds=20.0, threads=1, seed=3)
    assert solve(problem, limits=limits).visits == solve(problem, limits=limits).visits


@pytest.mark.parametrize("seed", range(6))
def test_only_how_priorities_compare_matters(seed: int) -> None:
    problem, told, scaled = random_problem(seed), list[Progress](), list[Progress]()
    people = tuple(replace(one, priority=one.priority * 1_000_000) for one in problem.people)
    limits = Limits(seconds=20.0, threads=1, seed=3)
    plan = solve(problem, limits=limits, on_progress=told.append)
    large = solve(replace(problem, people=people), limits=limits, on_progress=scaled.append)
    assert large.visits == plan.visits
    assert large.values == {**plan.values, "priority": plan.values["priority"] * 1_000_000}
    assert large.bounds == {**plan.bounds, "priority": plan.bounds["priority"] * 1_000_000}
    assert [one.value for one in scaled if one.level == "people"] == [
        one.value * 1_000_000 for one in told if one.level == "people"
    ]
