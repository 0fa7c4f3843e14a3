"""Companies of few choices: what no plan exceeds is a whole number, and the programs are told so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.choices import choices_of
from solver.instance import Ints
from solver.limits import Clock, Limits
from solver.mip import solve_here
from solver.model import Model, build, narrowed, unbound, weighted
from solver.problem import LEVELS
from solver.simplex import relax
from solver.whole import rounded
from tests.solver.test_search import engine_of
from tests.solver.tiny import random_problem

NOW = Clock(Limits(seconds=60.0))
NONE = np.zeros(0, dtype=np.int64)


def any_two_of_three(limit: int) -> Model:
    """Three choices, of which any two may be together up to the limit: half of each is possible for 1."""
    row, column = np.repeat(np.arange(3), 2), np.array([0, 1, 1, 2, 0, 2])
    return Model(3, 3, row, column, np.ones(6, dtype=np.int64), np.full(3, limit), NONE, NONE, {})


def possible(model: Model, objective: Ints) -> float:
    told = relax(model, objective, NOW)
    assert told is not None
    return float(objective @ told.columns)


def test_half_a_match_is_cut_off() -> None:
    model, matches = any_two_of_three(1), np.ones(3, dtype=np.int64)
    assert possible(model, matches) == pytest.approx(1.5)
    cut, most, _ = rounded(model, matches, NOW)
    assert most == 1
    assert possible(cut, matches) == pytest.approx(1)
    assert possible(cut, 2 * matches) == pytest.approx(2), "a level that counts two of each was one too many"


def test_a_whole_number_is_left_alone() -> None:
    model, matches = any_two_of_three(2), np.ones(3, dtype=np.int64)
    cut, most, _ = rounded(model, matches, NOW)
    assert most == 3
    assert cut is model


def side_by_side(*models: Model) -> Model:
    """Models that share nothing, as one."""
    columns = np.cumsum([0, *(model.columns for model in models)])
    rows = np.cumsum([0, *(len(model.right) for model in models)])
    return Model(
        int(columns[-1]),
        int(columns[-1]),
        np.concatenate([model.row + first for model, first in zip(models, rows, strict=False)]),
        np.concatenate([model.column + first for model, first in zip(models, columns, strict=False)]),
        np.concatenate([model.entry for model in models]),
        np.concatenate([model.right for model in models]),
        NONE,
        NONE,
        {},
    )


def test_what_shares_no_limit_is_apart_and_what_shares_one_is_not() -> None:
    two = side_by_side(any_two_of_three(1), any_two_of_three(1))
    assert [part.tolist() for part in unbound(two, 1)] == [[0, 1, 2], [3, 4, 5]]
    bound = replace(two, row=np.append(two.row, [6, 6]), column=np.append(two.column, [2, 3]))
    bound = replace(bound, entry=np.append(two.entry, [1, 1]), right=np.append(two.right, 1))
    assert [part.tolist() for part in unbound(bound, 1)] == [[0, 1, 2, 3, 4, 5]]


def test_small_parts_are_together_and_nothing_is_left_out() -> None:
    many = side_by_side(*[any_two_of_three(1)] * 5)
    parts = unbound(many, 6)
    assert [len(part) for part in parts] == [6, 9]
    assert sorted(np.concatenate(parts).tolist()) == list(range(15))


def test_halves_of_several_parts_do_not_add_up() -> None:
    """Half a match more than possible in each of two parts is one together: no whole number cuts it off."""
    two, matches = side_by_side(any_two_of_three(1), any_two_of_three(1)), np.ones(6, dtype=np.int64)
    assert rounded(two, matches, NOW)[1] == 3
    apart = [narrowed(two, columns) for columns in unbound(two, 1)]
    assert [rounded(part, np.ones(3, dtype=np.int64), NOW)[1] for part in apart] == [1, 1]


@given(seed=st.integers(0, 10**6), level=st.sampled_from(LEVELS))
def test_no_plan_is_cut_off(seed: int, level: str) -> None:
    engine = engine_of(random_problem(seed))
    assert engine.net is not None
    edges = engine.net.edges
    model = build(engine.instance, choices_of(engine.instance, edges.left, edges.right), engine.room)
    matches = (np.arange(model.columns) < model.choices).astype(np.int64)
    wanted = weighted(model, {level: 7, "people": 1}) + matches
    once, _, basis = rounded(model, matches, NOW)
    cut, most, _ = rounded(once, wanted, NOW, basis)
    before, after = (solve_here(one, wanted, NOW.limits, "HIGHS") for one in (model, cut))
    assert before.chosen is not None
    assert after.chosen is not None
    best = wanted[before.chosen].sum()
    assert wanted[after.chosen].sum() == best
    assert most is not None
    assert most >= best
