"""Dives: what the steps keep holds together, costs what it may cost, and leaves a program that is solved."""

from __future__ import annotations

import numpy as np
import pytest

from solver import diving
from solver.choices import choices_of
from solver.instance import Bools, Ints
from solver.limits import Clock, Limits
from solver.mip import Floats, Solved, held, solve_integer
from solver.model import Model, build, weighted
from solver.problem import Problem
from solver.simplex import relax
from tests.solver.company import company
from tests.solver.test_search import engine_of

RATES = {"people": 8, "wishes": 1}


def model_of(seed: int) -> Model:
    """Every choice of a company with few dates."""
    engine = engine_of(Problem.from_json(company(60, seed, few_dates=1.0)))
    assert engine.net is not None
    edges = engine.net.edges
    return build(engine.instance, choices_of(engine.instance, edges.left, edges.right, engine.busy))


def clock() -> Clock:
    return Clock(Limits(seconds=60.0, threads=1))


def dived(model: Model, *, costs: float = 1.0) -> Bools:
    objective = weighted(model, RATES)
    chosen = diving.dive(model, objective, objective, clock(), seconds=30.0, costs=costs)
    assert chosen is not None
    return chosen


@pytest.mark.parametrize("seed", range(3))
def test_a_dive_breaks_no_row_and_costs_little(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diving, "OPEN", 20)
    model = model_of(seed)
    chosen, objective = dived(model), weighted(model, RATES)
    used = np.bincount(model.row, weights=model.entry * chosen[model.column], minlength=len(model.right))
    assert (used <= model.right).all()
    best = solve_integer(model, objective, clock(), seconds=30.0)
    assert best.proven
    assert best.chosen is not None
    assert objective[chosen].sum() >= 0.97 * objective[best.chosen].sum()


def test_what_is_open_from_the_start_is_solved_as_it_is() -> None:
    model = model_of(1)
    assert model.columns < diving.OPEN
    objective = weighted(model, RATES)
    best = solve_integer(model, objective, clock(), seconds=30.0)
    assert best.chosen is not None
    assert objective[dived(model)].sum() == objective[best.chosen].sum()


@pytest.mark.parametrize("seed", range(2))
def test_a_step_that_costs_too_much_is_taken_back(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diving, "OPEN", 20)
    kept: list[int] = []

    class Watched(diving._Part):
        def rest(self) -> tuple[Model, Ints]:
            kept.append(int(self.kept.sum()))
            return super().rest()

    monkeypatch.setattr(diving, "_Part", Watched)
    model = model_of(seed)
    dived(model, costs=-1.0)
    dived(model, costs=1.0)
    assert kept[0] == 0 < kept[1]


def test_the_program_at_the_end_may_be_stricter() -> None:
    model = model_of(4)
    mild, strict = weighted(model, {"people": 1, "wishes": 20}), weighted(model, {"people": 500, "wishes": 1})
    chosen = diving.dive(model, mild, strict, clock(), seconds=30.0, costs=1.0)
    assert chosen is not None
    best = solve_integer(model, strict, clock(), seconds=30.0)
    assert best.chosen is not None
    assert strict[chosen].sum() == strict[best.chosen].sum()


@pytest.mark.parametrize("seed", range(2))
def test_a_dive_keeps_what_a_row_asks_for(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diving, "OPEN", 20)
    model = model_of(seed)
    most = int(model.worth["people"][dived(model)].sum())
    program, objective = held(model, "people", most), model.worth["travel"]
    chosen = diving.dive(program, objective, objective, clock(), seconds=30.0, costs=5.0)
    assert chosen is not None
    assert model.worth["people"][chosen].sum() >= most
    less = diving.dive(
        held(model, "people", most - 6), objective, objective, clock(), seconds=30.0, costs=5.0
    )
    assert less is not None
    assert objective[less].sum() > objective[chosen].sum()


def test_what_leaves_no_whole_plan_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diving, "OPEN", 20)
    looked_at: list[int] = []

    class Refusing(diving.Elsewhere):
        def wait(self) -> Solved:
            solved = super().wait()
            return solved if len(looked_at) > 2 else Solved(None, proven=False, bound=0.0, infeasible=True)

    class Watched(diving._Part):
        def rest(self) -> tuple[Model, Ints]:
            looked_at.append(self.open)
            return super().rest()

    monkeypatch.setattr(diving, "Elsewhere", Refusing)
    monkeypatch.setattr(diving, "_Part", Watched)
    dived(model_of(1))
    assert len(looked_at) == 3
    assert looked_at[0] < looked_at[1] < looked_at[2]


def test_no_time_no_plan() -> None:
    model = model_of(1)
    objective = weighted(model, RATES)
    over = Clock(Limits(seconds=60.0, threads=1), lambda: True)
    assert relax(model, objective, clock()) is not None
    assert diving.dive(model, objective, objective, over, seconds=30.0, costs=1.0) is None


class Ticking(Clock):
    """A second goes by at each look."""

    @property
    def seconds(self) -> float:
        self.looks = getattr(self, "looks", 0) + 1
        return float(self.looks)


def test_a_dive_ends_its_steps_in_time_though_each_succeeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diving, "OPEN", 0)
    model, steps = model_of(1), list[float]()
    objective, real = weighted(model, RATES), diving._Part.keep

    def one(part: diving._Part, columns: Floats, share: float) -> bool:
        steps.append(share)
        return real(part, columns, 0.0)

    monkeypatch.setattr(diving._Part, "keep", one)
    ticking = Ticking(Limits(seconds=1e6, threads=1), started=0.0)
    diving.dive(model, objective, objective, ticking, seconds=6.0, costs=1e9)
    assert 0 < len(steps) < 4, "at least two looks at the clock for each step"


def test_a_dive_ends_where_nothing_more_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diving, "OPEN", 0)
    monkeypatch.setattr(diving._Part, "keep", lambda *_: False)
    model = model_of(1)
    objective = weighted(model, RATES)
    best = solve_integer(model, objective, clock(), seconds=30.0)
    assert best.chosen is not None
    assert objective[dived(model)].sum() == objective[best.chosen].sum()


def test_what_has_no_room_is_not_kept() -> None:
    model = model_of(1)
    part = diving._Part(model, weighted(model, RATES))
    found = part.relax(clock(), 60.0)
    assert found is not None
    assert part.keep(found.columns, 1.0)
    assert not part.keep(part.kept.astype(float), 1.0), "what is kept already is nothing new"
