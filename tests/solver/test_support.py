"""A plan improved among what the relaxation takes: never worse, no rule broken, the best if all joins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver import Problem, solving, support
from solver.check import violations
from solver.choices import among, joined
from solver.limits import Clock
from solver.mip import Solved
from solver.model import Model, unbound
from tests.solver.company import company
from tests.solver.test_regions import told_of
from tests.solver.test_search import engine_of
from tests.solver.test_tightening import best_of
from tests.solver.tiny import random_problem


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), shares=st.sampled_from([(0.5,), (0.3, 0.1, -1.0)]))
def test_a_better_plan_breaks_no_rule_and_keeps_pins(
    monkeypatch: pytest.MonkeyPatch, seed: int, shares: tuple[float, ...]
) -> None:
    monkeypatch.setattr(support, "SHARES", shares)
    problem = random_problem(seed)
    engine = engine_of(problem)
    if not engine.counted():
        return
    before = engine.in_order()
    support.improve(engine, *told_of(engine))
    assert engine.in_order() >= before
    assert violations(problem, solving.finish(engine, {})) == []


@pytest.mark.parametrize("exchange", ["swap", "shadow"])
@pytest.mark.parametrize("least", [1, 10**6], ids=["part by part", "as one"])
def test_where_every_choice_joins_the_plan_is_the_best_of_all(
    monkeypatch: pytest.MonkeyPatch, exchange: str, least: int
) -> None:
    monkeypatch.setattr(support, "SHARES", (-1.0,))
    monkeypatch.setattr(support, "LEAST", least)
    engine = engine_of(Problem.from_json(company(80, 3, few_dates=1.0, exchange=exchange)))
    engine.replace(joined([]))
    choices, told = told_of(engine)
    left = support.improve(engine, choices, told)
    chosen = among(engine.instance, choices, engine.loose_choices())
    assert int(told.objective[: len(choices)][chosen].sum()) == best_of(told.model, told.objective) > 0
    assert not left.any()


def test_whose_part_is_not_proven_keeps_the_better_plan_and_is_left_for_the_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not for a moment is a plan given up for one that a program only happened to have."""

    def unproven(model: Model, *_: object, **__: object) -> Solved:
        return Solved(np.zeros(model.columns, dtype=bool), proven=False, bound=np.inf)

    monkeypatch.setattr(support, "solve_integer", unproven)
    engine = engine_of(Problem.from_json(company(80, 3, few_dates=1.0)))
    choices, told = told_of(engine)
    before = sorted(engine.board.choices().rows())
    left = support.improve(engine, choices, told)
    assert sorted(engine.board.choices().rows()) == before
    taken = told.shares[: len(choices)] > support.SHARES[0]
    assert left[choices.a[taken]].any()


def test_a_part_that_was_not_proven_grows_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def unproven(model: Model, objective: object, clock: Clock, **_: object) -> Solved:
        seen.append(model.choices)
        return Solved(None, proven=False, bound=np.inf)

    monkeypatch.setattr(support, "solve_integer", unproven)
    monkeypatch.setattr(support, "SHARES", (-1.0, -2.0))
    engine = engine_of(Problem.from_json(company(80, 3, few_dates=1.0)))
    support.improve(engine, *told_of(engine))
    assert len(seen) == len(unbound(told_of(engine)[1].model, support.LEAST))


def test_of_those_who_are_left_the_ones_who_want_most_are_searched_as_far_as_they_are_few(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(support, "CROWD", 5)
    little, much, some = np.arange(0, 2), np.arange(2, 6), np.arange(6, 9)
    left = support._most_wanting([(0.1, little), (0.9, much), (0.5, some)], 10)
    assert np.flatnonzero(left).tolist() == much.tolist()
    few = support._most_wanting([(0.1, little), (0.9, some)], 10)
    assert np.flatnonzero(few).tolist() == [0, 1, 6, 7, 8]
