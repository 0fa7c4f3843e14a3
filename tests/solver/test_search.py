"""The ways of large problems, walked on tiny ones: valid plans, bounds that exclude no plan, pins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver import Limits, Problem, ample, diving, scarce, solving, stepwise, whole
from solver.anneal import Search
from solver.check import violations
from solver.choices import Choices, among, choices_of
from solver.days import Board
from solver.engine import Engine
from solver.instance import Instance
from solver.limits import Clock, Progress
from solver.model import build
from solver.plan import MEASURE, SENSE, Plan
from solver.prove import prove
from solver.relaxing import Relaxation
from tests.solver.company import company
from tests.solver.tiny import best_by_trying, random_problem, vector

Way = Callable[[Engine], dict[str, int]]


@pytest.fixture(autouse=True)
def short_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few thousand moves are plenty for a handful of people."""
    monkeypatch.setattr("solver.anneal.SLICE", 2_000)
    monkeypatch.setattr("solver.engine.MOVES", 10_000)
    monkeypatch.setattr("solver.columns.EACH", 1)  # so that columns join a relaxation one after the other
    monkeypatch.setattr("solver.columns.MORE", 1)
    monkeypatch.setattr("solver.prove.LIKELY", 1)


def listed(engine: Engine) -> dict[str, int]:
    """The way of scarce days."""
    assert engine.net is not None
    edges = engine.net.edges
    return scarce.search(engine, choices_of(engine.instance, edges.left, edges.right, engine.busy))


def stepped(engine: Engine) -> dict[str, int]:
    """The way of scarce days in small companies."""
    assert engine.net is not None
    edges = engine.net.edges
    return stepwise.search(engine, choices_of(engine.instance, edges.left, edges.right, engine.busy))


def grown(engine: Engine) -> dict[str, int]:
    """The same where relaxations begin with a few choices, and what is left is never small enough."""
    with pytest.MonkeyPatch.context() as few:
        few.setattr(stepwise, "MOST", -1)
        few.setattr(stepwise, "ASKED", 1)
        few.setattr(diving, "MOST", 2)
        return stepped(engine)


def proven(engine: Engine) -> dict[str, int]:
    """The way of few people."""
    return prove(engine, engine.bounds(engine.values()))


def relaxed(engine: Engine) -> dict[str, int]:
    """What is known of a problem of few choices that time did not allow to prove."""
    choices = engine.whole()
    if choices is None:
        return engine.bounds(engine.values())
    parts = whole.parts_of(build(engine.instance, choices, engine.room))
    return whole.bounded(engine, whole._relaxed(engine, parts, led=False))


def leading(engine: Engine) -> dict[str, int]:
    """What is known of single visits whose first two levels are proven, or not, and nothing else."""
    choices = engine.whole()
    if choices is None:
        return engine.bounds(engine.values())
    parts = whole.parts_of(build(engine.instance, choices, engine.room))
    whole._limited(engine, parts)
    led = whole._leading(engine, choices, parts)
    return whole.bounded(engine, whole._relaxed(engine, parts, led=led))


def engine_of(problem: Problem, seconds: float | None = 90.0) -> Engine:
    """An engine with the pins on its board and a first plan."""
    instance = Instance(problem)
    board, clock = Board(instance), Clock(Limits(seconds=seconds, threads=1))
    assert solving.place_pins(instance, board, clock)
    engine = Engine(instance, board, clock, problem.campaign.objective_order)
    engine.schedule(engine.assign())
    return engine


def walked(problem: Problem, way: Way, seconds: float | None = 90.0) -> Plan:
    engine = engine_of(problem, seconds)
    return solving.finish(engine, way(engine))


@pytest.mark.parametrize(
    "way",
    [listed, stepped, grown, ample.search, proven, relaxed, leading],
    ids=["scarce", "stepwise", "grown", "ample", "proven", "relaxed", "leading"],
)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_a_plan_is_valid_and_no_bound_excludes_the_best_plan(way: Way, seed: int) -> None:
    problem = random_problem(seed)
    plan = walked(problem, way)
    assert violations(problem, plan) == []
    order, reached, best = (
        problem.campaign.objective_order,
        vector(problem, plan.visits),
        best_by_trying(problem),
    )
    for level, value, most in zip(order, reached, best, strict=True):
        bound = plan.bounds.get(MEASURE[level])
        assert bound is None or SENSE[level] * bound >= most - 1e-6
        if value != most:
            break  # the later levels of the two plans no longer compare


@pytest.mark.parametrize(
    ("way", "set_"),
    [
        (proven, {}),
        (listed, {"scarce.AMPLE": 1e9}),
        (listed, {"scarce.AMPLE": 0.0}),
        (ample.search, {}),
        (ample.search, {"engine.SWEEPS": 1e12}),
    ],
    ids=["proven", "hurried", "scarce", "ample", "late"],
)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_pairs_that_the_assignment_never_saw_count_in_every_bound(
    monkeypatch: pytest.MonkeyPatch, way: Way, set_: dict[str, float], seed: int
) -> None:
    with monkeypatch.context() as few:
        for name, value in set_.items():
            few.setattr(f"solver.{name}", value)
        for name in ("ALL_PAIRS", "SPARSE_PAIRS", "SPARSE_EACH", "LOOKS"):
            few.setattr(f"solver.edges.{name}", 0)
        few.setattr("solver.edges.OTHERS", 1)
        problem = random_problem(seed)
        plan = walked(problem, way)
    assert violations(problem, plan) == []
    best = best_by_trying(problem)
    for level, value, most in zip(
        problem.campaign.objective_order, vector(problem, plan.visits), best, strict=True
    ):
        bound = plan.bounds.get(MEASURE[level])
        assert bound is None or SENSE[level] * bound >= most - 1e-6
        if value != most:
            break


@pytest.mark.parametrize("exchange", ["swap", "shadow"])
def test_the_search_keeps_the_pins_once(exchange: str) -> None:
    problem = Problem.from_json(company(80, 5, exchange=exchange, pins=6))
    assert problem.pinned
    plan = walked(problem, ample.search)
    assert violations(problem, plan) == []
    assert set(problem.pinned) <= set(plan.visits)


def test_nothing_is_begun_once_somebody_asked_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, told = Problem.from_json(company(1500, 3, pins=2)), list[Progress]()
    for begun in ("solver.anneal.Search.__init__", "solver.columns.Columns.__init__"):
        monkeypatch.setattr(begun, lambda *_args, begun=begun: pytest.fail(f"{begun} after the first word"))
    plan = solving.solve(problem, on_progress=told.append, should_stop=lambda: len(told) > 0)
    assert plan.values["people"] > 1000
    assert violations(problem, plan) == []
    assert plan.bounds["people"] >= plan.values["people"]


def test_a_search_that_finds_something_worse_leaves_the_plan_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = Problem.from_json(company(80, 5, pins=6))
    engine = engine_of(problem)
    before = set(engine.board.choices().rows())
    nothing = engine.board.choices().take(slice(0, 0))
    monkeypatch.setattr(Search, "anneal", lambda *_args, **_more: nothing)
    engine.anneal(engine.wide(), moves=1, seconds=1.0, hot=0.1)
    assert set(engine.board.choices().rows()) == before
    assert len(engine.board.choices()) == len(before)


def test_the_days_of_the_assigned_matches_are_looked_for_among_themselves() -> None:
    engine = engine_of(Problem.from_json(company(300, 2, few_dates=0.4)))
    assert engine.net is not None
    before, assigned = engine.values()["people"], engine.net.edges.take(engine.chosen)
    engine.anneal(engine.narrow(), moves=300, seconds=5.0, hot=0.01)
    assert engine.values()["people"] > before
    plan, n = engine.loose_choices(), engine.instance.n
    assert set(plan.a * n + plan.b) <= set(assigned.left * n + assigned.right)


@pytest.mark.parametrize(("most", "matched"), [(100_000, 31), (10, 27)])
def test_pairs_that_the_prices_leave_no_doubt_about_get_their_days_exactly_where_they_have_few(
    monkeypatch: pytest.MonkeyPatch, most: int, matched: int
) -> None:
    monkeypatch.setattr(ample, "TIGHT", most)
    engine = engine_of(Problem.from_json(company(60, 1, days=12)))
    assert engine.values()["people"] == 27
    ample.settle(engine)
    assert engine.values()["people"] == matched


def test_a_bound_that_says_nothing_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, told = engine_of(Problem.from_json(company(60, 2))), list[Progress]()
    engine.clock.on_progress = told.append
    known = engine.values()
    for most, said in ((-1, 1.0), (5, None)):
        monkeypatch.setattr(engine, "bounds", lambda *_, most=most: {**known, "travel": most})
        engine.tell(now=True)
        assert (told[-1].level, told[-1].bound) == ("travel", said)


def test_the_search_never_loses_people_that_it_began_with() -> None:
    problem = Problem.from_json(company(300, 2, few_dates=1.0))
    engine = engine_of(problem)
    before = engine.values()["people"]
    engine.anneal(engine.wide(), moves=300, seconds=5.0, hot=0.1)
    assert engine.values()["people"] > before


@pytest.mark.parametrize("begun", [0, 1])
def test_who_stops_a_hot_search_has_what_it_finds_once_cold(begun: int) -> None:
    engine = engine_of(Problem.from_json(company(300, 2, few_dates=1.0)))
    wide, before = engine.wide(), engine.values()["people"]
    engine.clock.should_stop = lambda: wide.turn >= begun
    engine.anneal(wide, moves=100_000, seconds=60.0, hot=5.0)
    assert engine.values()["people"] > before
    cooled = wide.turn
    engine.anneal(wide, moves=100_000, seconds=60.0, hot=5.0)
    assert wide.turn == cooled, "it is cooled once"


def test_who_stops_a_cold_search_waits_for_nothing() -> None:
    engine = engine_of(Problem.from_json(company(300, 2, few_dates=1.0)))
    wide = engine.wide()
    engine.clock.should_stop = lambda: wide.turn >= 1
    engine.anneal(wide, moves=100_000, seconds=60.0, hot=0.01)
    assert wide.turn == 1


@pytest.mark.parametrize(("people", "searched"), [(320, True), (60, False)])
def test_a_search_comes_before_an_integer_program_that_takes_long(
    monkeypatch: pytest.MonkeyPatch, people: int, searched: bool
) -> None:
    engine = engine_of(Problem.from_json(company(people, 2, few_dates=1.0)))
    first, seen = engine.values(), []
    monkeypatch.setattr(
        whole, "_together", lambda engine, *_: seen.append((engine.searched, engine.values()["people"]))
    )
    monkeypatch.setattr(whole, "prove", lambda _engine, bounds, whole: bounds)
    solving.search(engine)
    assert seen[0][0] is searched
    assert seen[0][1] > first["people"] - (not searched)  # few people have a plan that is filled up


@pytest.mark.parametrize("exchange", ["swap", "shadow"])
def test_progress_counts_who_visits(exchange: str) -> None:
    engine, seen = engine_of(Problem.from_json(company(40, 2, exchange=exchange))), list[int]()
    engine.clock.on_progress = lambda progress: seen.append(progress.matched)
    engine.tell(now=True)
    visits = solving.visits_of(engine.instance, engine.board.choices())
    assert seen == [len({visit.visitor for visit in visits})]
    assert seen != [0]


def test_where_moves_take_longer_the_clock_is_looked_at_more_often() -> None:
    problem = Problem.from_json(company(60, 3))
    several = replace(problem, campaign=replace(problem.campaign, max_swaps_per_person=2))
    once, often = (engine_of(one).wide().slice for one in (problem, several))
    assert once == 4 * often


def test_once_time_is_up_only_the_first_search_still_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    slices = list[float]()

    def counted(field: Any, state: Any, moves: int, seed: int, heat: float, share: float) -> float:
        slices.append(heat)
        return 0.0

    monkeypatch.setattr("solver.anneal.run", counted)
    engine = engine_of(Problem.from_json(company(60, 3)))
    engine.clock = Clock(Limits(seconds=0.0))
    engine.anneal(engine.wide(), moves=100, seconds=10.0, hot=0.1)
    assert len(slices) == 4
    engine.anneal(engine.wide(), moves=100, seconds=10.0, hot=0.1)
    assert len(slices) == 4


@pytest.mark.parametrize("exchange", ["swap", "shadow"])
def test_how_much_is_possible_is_told_before_the_programs_begin(
    monkeypatch: pytest.MonkeyPatch, exchange: str
) -> None:
    engine = engine_of(Problem.from_json(company(200, 5, few_dates=1.0, exchange=exchange)))
    most, before, told = engine.bounds(engine.values())["people"], list[float | None](), list[Progress]()
    engine.clock.on_progress = told.append

    def begun(*_: Any) -> None:
        before.extend(progress.bound for progress in told if progress.level == "people")

    monkeypatch.setattr(whole, "_together", begun)
    monkeypatch.setattr(whole, "prove", lambda _engine, bounds, whole: bounds)
    engine.clock.limits = Limits(seconds=1.0, threads=1)
    solving.search(engine)
    assert engine.values()["people"] <= min(bound for bound in before if bound is not None) < most


def test_an_empty_plan_is_one_to_begin_with() -> None:
    problem = Problem.from_json(company(60, 3))
    engine = engine_of(problem)
    search = engine.wide()
    empty: Choices = engine.board.choices().take(slice(0, 0))
    search.begin_with(empty)
    assert search.value == 0.0
    assert len(search.choices()) == 0


@pytest.mark.parametrize(
    ("way", "exchange"),
    [
        (listed, "swap"),
        (listed, "shadow"),
        (stepped, "shadow"),
        (ample.search, "swap"),
        (ample.search, "shadow"),
    ],
)
def test_one_thread_and_one_seed_give_one_plan(way: Way, exchange: str) -> None:
    problem = Problem.from_json(company(120, 7, exchange=exchange, few_dates=0.8))
    one, two = (walked(problem, way, seconds=None) for _ in range(2))
    assert one.visits == two.visits


def test_the_relaxation_runs_nothing_of_the_folder_one_works_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("solver", "numpy", "ortools"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    monkeypatch.chdir(tmp_path)
    engine = engine_of(Problem.from_json(company(40, 4)))
    assert engine.net is not None
    edges = engine.net.edges
    model = build(engine.instance, choices_of(engine.instance, edges.left, edges.right, engine.busy))
    with Relaxation(model) as relaxed:
        relaxed.begin(model.worth["people"], engine.clock, seconds=20.0, threads=1)
        assert relaxed.wait(engine.clock) < float("inf")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("every", [True, False])
def test_with_time_every_choice_is_looked_at_and_both_first_levels_are_proven(
    monkeypatch: pytest.MonkeyPatch, *, every: bool
) -> None:
    problem = Problem.from_json(company(60, 2, few_dates=1.0))
    best = solving.solve(problem, limits=Limits(seconds=60.0, threads=1)).values
    monkeypatch.setattr(scarce, "LONG_ENOUGH", 10.0 if every else 1e9)
    looked_at = list[bool]()
    real = scarce._at_most
    monkeypatch.setattr(
        scarce, "_at_most", lambda *given: looked_at.append(given[1].most < 1e9) or real(*given)
    )
    engine = engine_of(problem)
    bounds, values = listed(engine), engine.values()
    assert looked_at == [every]
    assert bounds["people"] >= best["priority"]
    if every:
        assert (bounds["people"], bounds["wishes"]) == (values["people"], values["wishes"])
        assert (values["people"], values["wishes"]) == (best["priority"], best["wish_points"])


@pytest.mark.parametrize("exchange", ["swap", "shadow"])
def test_with_no_time_a_small_company_has_a_plan_beside_which_nothing_fits(exchange: str) -> None:
    problem = Problem.from_json(company(60, 2, few_dates=1.0, exchange=exchange))
    engine = engine_of(problem)
    choices = engine.whole()
    assert choices is not None
    engine.clock.cut = 0.0
    whole.search(engine, choices)
    assert violations(problem, solving.finish(engine, {})) == []
    model = build(engine.instance, choices, engine.room)
    chosen = among(engine.instance, choices, engine.loose_choices())
    full = np.bincount(model.row[chosen[model.column]], minlength=len(model.right)) >= model.right
    blocked = np.zeros(len(choices), dtype=bool)
    blocked[model.column[full[model.row]]] = True
    assert (blocked | chosen).all()
    assert chosen.any()
