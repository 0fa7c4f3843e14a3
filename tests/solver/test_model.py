"""The rows of the exact model: they allow no plan that a rule forbids, though most of them are left out."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from solver import Problem, solving
from solver.check import violations
from solver.choices import choices_of
from solver.model import AWAY, DAY, VISITORS, Model, build
from tests.solver.company import company
from tests.solver.test_search import engine_of
from tests.solver.tiny import random_problem


@given(seed=st.integers(0, 10**6), order=st.integers(0, 10**6))
def test_whatever_the_rows_allow_is_a_valid_plan(seed: int, order: int) -> None:
    problem = replace(random_problem(seed), pinned=())
    engine = engine_of(problem)
    assert engine.net is not None
    edges = engine.net.edges
    choices = choices_of(engine.instance, edges.left, edges.right)
    model = build(engine.instance, choices)
    plan = np.zeros(len(choices), dtype=bool)
    for number in random.Random(order).sample(range(len(choices)), len(choices)):
        plan[number] = True
        rows = plan[np.minimum(model.column, len(plan) - 1)] & (model.column < len(plan)) & (model.entry > 0)
        plan[number] = bool((np.bincount(model.row[rows], minlength=len(model.right)) <= model.right).all())
    engine.replace(choices.take(plan))
    assert violations(problem, solving.finish(engine, {})) == []


def rows_of(capacity: int, swaps: int = 1) -> Model:
    """The model of a company in which everybody has few dates."""
    document = company(80, 3, few_dates=1.0, capacity=capacity)
    document["campaign"]["max_swaps_per_person"] = swaps
    engine = engine_of(Problem.from_json(document))
    assert engine.net is not None
    edges = engine.net.edges
    return build(engine.instance, choices_of(engine.instance, edges.left, edges.right))


def test_days_are_limited_for_those_only_who_may_swap_several_times() -> None:
    assert not (rows_of(capacity=1).kind == DAY).any()
    assert (rows_of(capacity=1, swaps=2).kind == DAY).any()


def test_a_team_is_limited_only_where_more_members_could_go_or_receive_than_may() -> None:
    strict, free = rows_of(capacity=1), rows_of(capacity=12)
    for kind in (AWAY, VISITORS):
        assert (strict.kind == kind).any()
        assert not (free.kind == kind).any()
