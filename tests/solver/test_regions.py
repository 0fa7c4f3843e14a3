"""A plan improved region by region: never worse, never against a rule, the best plan from a region of all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver import Problem, regions, solving
from solver.check import violations
from solver.choices import Choices, choices_of, joined
from solver.engine import Engine
from solver.guided import rates_of
from solver.model import build, weighted
from solver.regions import Regions
from solver.relaxing import Relaxation, Told
from tests.solver.company import company
from tests.solver.test_search import engine_of
from tests.solver.test_tightening import best_of
from tests.solver.tiny import random_problem


def told_of(engine: Engine) -> tuple[Choices, Told]:
    """Every choice of an engine, and what the relaxation of the first two levels says of them."""
    assert engine.net is not None
    edges, rates = engine.net.edges, rates_of(engine, engine.counted()[:2])
    choices = choices_of(engine.instance, edges.left, edges.right, engine.busy)
    model = build(engine.instance, choices, engine.room)
    with Relaxation(model) as relaxed:
        relaxed.begin(weighted(model, rates), engine.clock, seconds=30.0, threads=1)
        relaxed.wait(engine.clock)
        return choices, relaxed.told()


def around(engine: Engine, *, near_by: float) -> Regions:
    """Regions over every choice of an engine, by the prices of its relaxation."""
    return Regions(engine, *told_of(engine), near_by)


def planned(engine: Engine) -> Choices:
    return engine.board.choices()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), people=st.sampled_from([2, 5, 1_000]))
def test_a_better_plan_breaks_no_rule_and_keeps_pins(
    monkeypatch: pytest.MonkeyPatch, seed: int, people: int
) -> None:
    monkeypatch.setattr(regions, "PEOPLE", people)
    problem = random_problem(seed)
    engine = engine_of(problem)
    if not engine.counted():
        return
    before = engine.in_order()
    around(engine, near_by=1.0).improve()
    assert engine.in_order() >= before
    assert violations(problem, solving.finish(engine, {})) == []


@pytest.mark.parametrize("exchange", ["swap", "shadow"])
def test_from_nothing_a_region_of_everybody_is_the_best_plan_of_all(exchange: str) -> None:
    engine = engine_of(Problem.from_json(company(80, 3, few_dates=1.0, exchange=exchange)))
    engine.replace(joined([]))
    region = around(engine, near_by=1e9)
    best = best_of(region.model, region.objective.astype(np.float64))
    region.improve()
    chosen = region._planned()
    assert int(region.objective[chosen].sum()) == best > 0


def test_two_regions_that_would_use_the_same_place_are_not_both_taken() -> None:
    """Each is right while the other stays as it was."""
    engine = engine_of(Problem.from_json(company(80, 3, few_dates=1.0)))
    region = around(engine, near_by=1e9)
    model, nothing = region.model, np.zeros(len(region.choices), dtype=bool)
    row = int(np.flatnonzero(np.bincount(model.row) > model.right)[0])
    columns = np.unique(model.column[model.row == row])[: int(model.right[row]) + 1]
    held = region._exchanged(nothing, (nothing, columns[:-1]))
    assert held is not None
    assert region._exchanged(held, (nothing, columns[-1:])) is None


def test_a_region_without_a_better_plan_changes_nothing() -> None:
    engine = engine_of(Problem.from_json(company(80, 3, few_dates=1.0)))
    region = around(engine, near_by=1e9)
    region.improve()
    at_its_best = planned(engine)
    region.improve()
    assert sorted(planned(engine).rows()) == sorted(at_its_best.rows())


def test_two_regions_have_nobody_in_common_and_hold_whole_matches() -> None:
    engine = engine_of(Problem.from_json(company(80, 3, few_dates=1.0)))
    region = around(engine, near_by=1e9)
    with pytest.MonkeyPatch.context() as small:
        small.setattr(regions, "PEOPLE", 20)
        small.setattr(regions, "SEEDS", 3)
        one, other = region._grown(region._planned(), 2)
    assert one.any()
    assert other.any()
    assert not (one & other).any()
    plan = planned(engine)
    for inside in (one, other):
        assert (inside[plan.a] == inside[plan.b]).all()
