"""Programs that one solver does not finish are handed to another, which answers the same question."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
from ortools.util.python.solve_interrupter import SolveInterrupter

from solver import hard
from solver.choices import choices_of
from solver.instance import Ints
from solver.limits import Clock, Limits
from solver.mip import Solved, solve_here, solve_integer
from solver.model import Model, build, weighted
from solver.problem import Problem
from tests.solver.company import company
from tests.solver.test_search import engine_of

ROOT = Path(__file__).parents[2]
PROBLEM = Problem.from_json(company(60, 2, few_dates=1.0))


@pytest.fixture(scope="module")
def program() -> tuple[Model, Ints]:
    engine = engine_of(PROBLEM)
    assert engine.net is not None
    edges = engine.net.edges
    model = build(engine.instance, choices_of(engine.instance, edges.left, edges.right, engine.busy))
    return model, weighted(model, engine.weights)


def clock(*, threads: int = 2, stop: bool = False) -> Clock:
    return Clock(Limits(seconds=60.0, threads=threads), lambda: stop)


@pytest.fixture
def unfinished(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The first solver never proves anything; the seconds it was given."""
    given: list[float] = []

    def nothing(*_: object, seconds: float, **__: object) -> Solved:
        given.append(seconds)
        return Solved(None, proven=False, bound=float("inf"))

    monkeypatch.setattr(hard, "solve_integer", nothing)
    monkeypatch.setattr(hard, "race", nothing)
    return given


@pytest.mark.parametrize(("few", "given"), [(0, hard.FIRST), (3_000, 30.0)], ids=["then", "beside"])
def test_the_other_solver_proves_what_the_first_did_not(
    program: tuple[Model, Ints],
    unfinished: list[float],
    monkeypatch: pytest.MonkeyPatch,
    few: int,
    given: float,
) -> None:
    monkeypatch.setattr(hard, "TWISTED", few)
    model, objective = program
    best = solve_integer(model, objective, clock(), seconds=60.0)
    found = hard.solve_hard(model, objective, clock(), seconds=30.0)
    assert unfinished == [given]
    assert found.proven
    assert best.proven
    assert found.chosen is not None
    assert best.chosen is not None
    assert objective[found.chosen].sum() == objective[best.chosen].sum() == round(found.bound)


def test_with_one_thread_there_is_no_other(program: tuple[Model, Ints], unfinished: list[float]) -> None:
    model, objective = program
    assert not hard.solve_hard(model, objective, clock(threads=1), seconds=30.0).proven
    assert unfinished == [30.0]


def test_the_other_is_ended_when_somebody_asks_to_stop(program: tuple[Model, Ints]) -> None:
    asked = iter([False, False, True])
    stopping = Clock(Limits(seconds=60.0), lambda: next(asked, True))
    with hard.Elsewhere(*program, stopping, 30.0) as other:
        assert other.wait().chosen is None
    assert other.is_done
    assert other.apart.process.returncode


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Searches from every seed but 0 end only when they are interrupted; whether they were."""
    interrupted = list[bool]()

    def search(
        model: Model, wanted: Ints, limits: Limits, solver: str, *, interrupter: SolveInterrupter
    ) -> Solved:
        if not limits.seed:
            return solve_here(model, wanted, limits, solver, interrupter=interrupter)
        heard = threading.Event()
        with interrupter.interruption_callback(heard.set):
            interrupted.append(heard.wait(60))
        return Solved(None, proven=False, bound=float("inf"))

    monkeypatch.setattr(hard, "solve_here", search)
    return interrupted


def test_of_two_searches_who_ends_first_ends_the_other(
    program: tuple[Model, Ints], endless: list[bool]
) -> None:
    model, objective = program
    found = hard.race(model, objective, clock(), seconds=60.0)
    assert endless == [True]
    assert found.proven
    assert found.chosen is not None
    assert objective[found.chosen].sum() == round(found.bound)


def test_all_searches_end_when_somebody_asks_to_stop(
    program: tuple[Model, Ints], endless: list[bool]
) -> None:
    stopping = Clock(Limits(seconds=60.0, threads=2, seed=1), lambda: True)
    assert not hard.race(*program, stopping, seconds=60.0).proven
    assert endless == [True, True]


class Deaf:
    """A solver elsewhere that never answers."""

    said, is_done = hard.NOTHING, False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def wait(self, beside: object = None) -> Solved:
        return self.said


@pytest.mark.parametrize("way", ["few", "many", "clauses"])
def test_the_first_level_alone_leads_to_the_best_of_all(
    program: tuple[Model, Ints], monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    model, objective = program
    best = solve_integer(model, objective, clock(), seconds=60.0)
    real, elsewhere = solve_integer, hard.Elsewhere

    def no_levels_together(some: Model, wanted: Ints, *rest: Any, **more: Any) -> Solved:
        if np.array_equal(wanted, objective):
            return hard.NOTHING
        return real(some, wanted, *rest, **{**more, "given_up": None})

    def nor_elsewhere(some: Model, wanted: Ints, *rest: Any, **more: Any) -> Any:
        together = np.array_equal(wanted, objective) and len(some.right) == len(model.right)
        return Deaf() if together else elsewhere(some, wanted, *rest, **more)

    monkeypatch.setattr(hard, "solve_integer", no_levels_together)
    monkeypatch.setattr(hard, "Elsewhere", nor_elsewhere)
    monkeypatch.setattr(hard, "TWISTED", 0 if way == "many" else model.columns)
    if way == "clauses":
        weights = engine_of(PROBLEM).weights
        found, most = hard.solve_by_clauses(model, weights, "people", clock(), seconds=30.0)
    else:
        found, most = hard.solve_levels(model, objective, "people", clock(), seconds=30.0)
    assert found.proven
    assert found.chosen is not None
    assert best.chosen is not None
    assert most == model.worth["people"][found.chosen].sum() == model.worth["people"][best.chosen].sum()
    assert objective[found.chosen].sum() == objective[best.chosen].sum() == found.bound


def test_where_nobody_proves_anything_what_the_first_level_alone_found_counts(
    program: tuple[Model, Ints], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, objective = program
    alone = solve_integer(model, model.worth["people"], clock(), seconds=60.0)

    class Unproven(Deaf):
        said = Solved(alone.chosen, proven=False, bound=1.0)

    def elsewhere(_model: Model, wanted: Ints, *_: Any, **__: Any) -> Deaf:
        return Unproven() if np.array_equal(wanted, model.worth["people"]) else Deaf()

    monkeypatch.setattr(hard, "Elsewhere", elsewhere)
    monkeypatch.setattr(hard, "TWISTED", 0)
    found, most = hard.solve_levels(model, objective, "people", clock(), seconds=30.0)
    assert found.chosen is alone.chosen
    assert not found.proven
    assert (found.bound, most) == (float("inf"), None), "a bound of the first level bounds no sum of all"


def test_who_has_the_best_of_all_levels_first_ends_the_other(
    program: tuple[Model, Ints], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, objective = program
    monkeypatch.setattr(hard, "TWISTED", 0)
    with_all = list[hard.Elsewhere]()

    class Seen(hard.Elsewhere):
        def __init__(self, *given: Any, **more: Any) -> None:
            super().__init__(*given, **more)
            with_all.append(self)

    monkeypatch.setattr(hard, "Elsewhere", Seen)
    found, most = hard.solve_levels(model, objective, "people", clock(), seconds=30.0)
    assert found.proven
    assert most is None, "nobody looked at the first level alone"
    assert [one.is_done for one in with_all] == [True, True]


def test_without_time_for_the_first_level_nothing_is_proven(
    program: tuple[Model, Ints], unfinished: list[float]
) -> None:
    model, weights = program[0], engine_of(PROBLEM).weights
    found, most = hard.solve_by_clauses(model, weights, "people", clock(), seconds=0.1)
    assert unfinished == [0.1]
    assert (found.chosen, found.proven, found.bound, most) == (None, False, float("inf"), None)


def test_what_clauses_do_not_prove_the_others_look_at(
    program: tuple[Model, Ints], unfinished: list[float]
) -> None:
    model, weights = program[0], engine_of(PROBLEM).weights
    found, _ = hard.solve_by_clauses(model, weights, "people", clock(), seconds=30.0)
    assert unfinished[0] == 15.0
    assert found.proven


def test_of_two_answers_the_better_counts_with_the_better_bound() -> None:
    objective = np.array([3, 2], dtype=np.int64)
    one = Solved(np.array([True, False]), proven=False, bound=9.0)
    other = Solved(np.array([False, True]), proven=False, bound=4.0)
    better = hard._better(objective, one, other)
    assert better.chosen is not None
    assert better.chosen.tolist() == [True, False]
    assert (better.bound, better.proven, better.infeasible) == (4.0, False, False)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has ended")
def test_a_process_ends_with_whoever_it_serves_however_that_one_ends() -> None:
    code = """
import numpy
from solver.apart import Apart
with Apart("tests.solver.busy") as busy:
    busy.receive()
    print(busy.process.pid, flush=True)
    busy.receive()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as server:
        assert server.stdout is not None
        serving = os.pidfd_open(int(server.stdout.readline()))
        try:
            server.kill()
            assert select.select([serving], [], [], 30.0)[0], "the process lives on"
        finally:
            os.close(serving)
