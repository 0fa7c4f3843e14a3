"""Prices made tighter: the bound never rises, never excludes a plan, and looseness that adds up is gone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from solver.choices import choices_of
from solver.limits import Clock, Limits
from solver.mip import Floats, solve_integer
from solver.model import PERSON, Model, build, weighted
from solver.problem import Problem
from solver.tightening import Tightening
from tests.solver.company import company
from tests.solver.test_search import engine_of
from tests.solver.tiny import random_problem

RATES = {"people": 8, "wishes": 1}


def model_of(problem: Problem) -> Model:
    """Every choice of a problem."""
    engine = engine_of(problem)
    assert engine.net is not None
    edges = engine.net.edges
    return build(engine.instance, choices_of(engine.instance, edges.left, edges.right, engine.busy))


def best_of(model: Model, objective: Floats) -> int:
    found = solve_integer(
        model, objective.astype(np.int64), Clock(Limits(seconds=60.0, threads=1)), seconds=30.0
    )
    assert found.proven
    assert found.chosen is not None
    return int(objective[found.chosen].sum())


@given(seed=st.integers(0, 10**6), prices=st.integers(0, 10**6), most=st.sampled_from([0.0, 1.0, 12.0]))
@example(seed=0, prices=0, most=0.0)
def test_whatever_the_prices_the_bound_falls_and_excludes_no_plan(
    seed: int, prices: int, most: float
) -> None:
    model = model_of(random_problem(seed))
    objective = weighted(model, RATES).astype(np.float64)
    given_prices = np.random.default_rng(prices).uniform(0.0, most, len(model.right))
    tightening = Tightening(model)
    tighter, bound = tightening.tightened(objective, given_prices)
    assert (tighter >= 0).all()
    assert bound == tightening.bound(objective, tighter)
    assert bound <= tightening.bound(objective, given_prices) + 1e-6
    assert bound >= best_of(model, objective) - 1e-6


@pytest.mark.parametrize("exchange", ["swap", "shadow"])
def test_what_many_choices_of_one_person_add_is_paid_once(exchange: str) -> None:
    """Prices a trifle too low for everybody: each person has dozens of choices that are a trifle above."""
    model = model_of(Problem.from_json(company(60, 1, few_dates=1.0, exchange=exchange)))
    objective = weighted(model, RATES).astype(np.float64)
    tightening = Tightening(model)
    prices = np.zeros(len(model.right))
    for _ in range(20):
        prices, good = tightening.tightened(objective, prices)
    people = model.kind == PERSON
    low = np.where(people, np.maximum(0.0, prices - 0.5), prices)
    trifles = tightening.bound(objective, low) - good
    _, bound = tightening.tightened(objective, low)
    assert trifles > 10
    assert bound - good < trifles / 4
