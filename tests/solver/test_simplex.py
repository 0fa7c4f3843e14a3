"""The relaxation from a basis: worth what it is from nothing; and none where time is up."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver import Limits, Problem, simplex
from solver.choices import choices_of
from solver.instance import Bools
from solver.limits import Clock
from solver.mip import priced
from solver.model import Model, build, narrowed, weighted
from solver.simplex import BASIC, Basis, Names, moved, relax
from tests.solver.company import company
from tests.solver.test_search import engine_of

WEIGHTS = {"people": 100, "wishes": 10, "travel": 1}


def clock(*, over: bool = False) -> Clock:
    return Clock(Limits(seconds=60.0, threads=1), lambda: over)


def model_of(seed: int, exchange: str = "swap", most: int = 1) -> Model:
    asked = company(people=60, seed=seed, few_dates=0.4, days=12, exchange=exchange)
    asked["campaign"]["max_swaps_per_person"] = most
    engine = engine_of(Problem.from_json(asked))
    assert engine.net is not None
    edges = engine.net.edges
    model = build(engine.instance, choices_of(engine.instance, edges.left, edges.right, engine.busy))
    assert model.columns > 300
    return model


def some_of(model: Model, used: Bools) -> tuple[Model, Names]:
    """The model of some columns and of the rows that these are in, and what they are called."""
    columns = np.flatnonzero(used)
    some = narrowed(model, columns)
    rows, row = np.unique(some.row, return_inverse=True)
    some = replace(some, row=row, right=some.right[rows], kind=some.kind[rows], key=some.key[rows])
    return some, Names(columns, rows)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 20),
    exchange=st.sampled_from(["swap", "shadow"]),
    most=st.integers(1, 2),
    before=st.integers(1, 4),
    now=st.integers(1, 4),
)
def test_from_the_basis_of_other_columns_the_relaxation_is_worth_the_same(
    seed: int, exchange: str, most: int, before: int, now: int
) -> None:
    model = model_of(seed, exchange, most)
    number = np.arange(model.columns)
    first, names = some_of(model, (number % before == 0) | (number >= model.choices))
    then, others = some_of(model, (number % now == 0) | (number >= model.choices))
    stood = relax(first, weighted(first, WEIGHTS), clock())
    fresh = relax(then, weighted(then, WEIGHTS), clock())
    assert stood is not None
    assert fresh is not None
    basis = moved(names, stood.basis, others)
    assert int((basis.columns == BASIC).sum() + (basis.rows == BASIC).sum()) == len(then.right)
    found = relax(then, weighted(then, WEIGHTS), clock(), basis)
    assert found is not None
    value = float(weighted(then, WEIGHTS) @ fresh.columns)
    assert float(weighted(then, WEIGHTS) @ found.columns) == pytest.approx(value, abs=1e-6)
    assert priced(then, weighted(then, WEIGHTS), found.prices)[0] == pytest.approx(value, abs=1e-6)


def test_a_basis_stays_where_columns_and_rows_are_the_same() -> None:
    model = model_of(1)
    solved = relax(model, weighted(model, WEIGHTS), clock())
    assert solved is not None
    names = Names(np.arange(model.columns), np.arange(len(model.right)))
    same = moved(names, solved.basis, names)
    assert (same.columns == solved.basis.columns).all()
    assert (same.rows == solved.basis.rows).all()


def test_one_way_that_runs_in_circles_is_left_for_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of(1)
    expected = relax(model, weighted(model, WEIGHTS), clock())
    monkeypatch.setattr(simplex, "WORK", 0.0)
    found = relax(model, weighted(model, WEIGHTS), clock())
    assert expected is not None
    assert found is not None
    objective = weighted(model, WEIGHTS)
    assert float(objective @ found.columns) == pytest.approx(float(objective @ expected.columns))


def test_no_time_no_relaxation(monkeypatch: pytest.MonkeyPatch) -> None:
    model, solving = model_of(1), threading.Event()
    assert relax(model, weighted(model, WEIGHTS), clock()) is not None
    monkeypatch.setattr(simplex, "_solve", lambda *_: solving.wait(10))
    assert relax(model, weighted(model, WEIGHTS), clock(over=True)) is None
    solving.set()


def test_no_columns_are_worth_nothing() -> None:
    empty = narrowed(model_of(1), np.zeros(0, dtype=np.int64))
    found = relax(
        empty,
        weighted(empty, WEIGHTS),
        clock(),
        Basis(np.zeros(0, dtype=np.int64), np.full(len(empty.right), BASIC)),
    )
    assert found is not None
    assert len(found.columns) == 0
    assert not found.prices.any()
