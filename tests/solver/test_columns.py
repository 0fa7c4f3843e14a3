"""The relaxation that lists no choices, against the one over all of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from solver.choices import choices_of
from solver.columns import MANY, Columns, judged
from solver.limits import Clock, Limits
from solver.model import build, weighted
from solver.simplex import relax
from tests.solver.test_search import engine_of
from tests.solver.tiny import random_problem


def clock() -> Clock:
    return Clock(Limits(seconds=60.0, threads=1))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), strict=st.booleans())
def test_its_bound_is_the_value_of_the_relaxation_over_every_choice(seed: int, strict: bool) -> None:
    engine = engine_of(random_problem(seed))
    assert engine.net is not None
    weights = engine.weights if strict else dict.fromkeys(engine.order, 1) | {"people": 40}
    left, right = engine.net.edges.left, engine.net.edges.right
    columns = Columns(engine.instance, left, right, engine.room, engine.busy, weights)
    upper = columns.relax(clock(), len(left), -(10**18), MANY)
    model = build(engine.instance, choices_of(engine.instance, left, right, engine.busy), engine.room)
    objective = weighted(model, weights)
    whole = relax(model, objective, clock())
    assert upper is not None
    assert whole is not None
    assert upper.bound == pytest.approx(float(objective @ whole.columns), rel=1e-7, abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_plan_to_start_with_changes_no_bound_and_a_known_bound_ends_it_early(seed: int) -> None:
    engine = engine_of(random_problem(seed))
    assert engine.net is not None
    left, right = engine.net.edges.left, engine.net.edges.right
    instance, room, busy, weights = engine.instance, engine.room, engine.busy, engine.weights
    alone = Columns(instance, left, right, room, busy, weights).relax(clock(), len(left), -(10**18))
    engine.schedule(np.arange(len(left)))
    plan = engine.loose_choices()
    begun = Columns(instance, left, right, room, busy, weights, plan)
    upper = begun.relax(clock(), len(left), -(10**18))
    assert alone is not None
    assert upper is not None
    assert upper.bound == pytest.approx(alone.bound, rel=1e-7, abs=1e-4)
    again = Columns(instance, left, right, room, busy, weights, plan)
    early = again.relax(clock(), len(left), -(10**18), known=alone.value)
    assert early is not None
    assert early.value == pytest.approx(alone.value, rel=1e-7, abs=1e-4)
    assert early.bound >= alone.bound - 1e-4 * (1 + abs(alone.bound))


@settings(max_examples=40, deadline=None)
@example(seed=2740, kept=1, at_once=2)  # of the pairs looked at last nobody has two matches
@given(seed=st.integers(0, 10**6), kept=st.integers(1, 4), at_once=st.integers(1, 3))
def test_prices_of_some_choices_bound_all_and_say_which_others_are_wanted(
    seed: int, kept: int, at_once: int
) -> None:
    engine = engine_of(random_problem(seed))
    assert engine.net is not None
    instance, room, busy, weights = engine.instance, engine.room, engine.busy, engine.weights
    edges = engine.net.edges
    all_choices = choices_of(instance, edges.left, edges.right, busy)
    whole = build(instance, all_choices, room)
    best = relax(whole, weighted(whole, weights), clock())
    assert best is not None
    value = float(weighted(whole, weights) @ best.columns)
    some = all_choices.take(np.arange(len(all_choices)) % kept == 0)
    model = build(instance, some, room)
    solved = relax(model, weighted(model, weights), clock())
    assert solved is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("solver.columns.AT_ONCE", at_once)
        found = judged(instance, edges, room, busy, weights, model, solved.prices, clock(), most=10**6)
    bound, wanted = found
    slack = 1e-6 * (1 + abs(value))
    assert bound >= value - slack
    assert len(wanted) > 0 or bound <= value + slack
    if kept == 1:
        assert bound == pytest.approx(value, rel=1e-7, abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_what_is_near_the_prices_is_every_choice_that_falls_short_by_no_more(seed: int) -> None:
    engine = engine_of(random_problem(seed))
    assert engine.net is not None
    left, right = engine.net.edges.left, engine.net.edges.right
    columns = Columns(engine.instance, left, right, engine.room, engine.busy, engine.weights)
    upper = columns.relax(clock(), len(left), -(10**18), MANY)
    assert upper is not None
    everything = columns.near(upper, 1e15, 10**9)
    assert everything is not None
    size = len(choices_of(engine.instance, left, right, engine.busy))
    assert len(everything) == size
    if size:
        assert columns.near(upper, 1e15, size - 1) is None
    near = columns.near(upper, 1e-6, 10**9)
    assert near is not None
    tight = upper.choices.take(upper.short <= 1e-7)
    assert set(tight.rows()) <= set(near.rows())
    beyond = upper.choices.take(upper.short > 1e-5)
    assert not set(beyond.rows()) & set(near.rows())
    assert np.all(upper.short[upper.taken] <= 1e-3 * (1 + np.abs(upper.bound)))
