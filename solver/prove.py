"""Closes what distance is left between plan and bound by a linear relaxation, then exactly.

Prices of the assignment already rule out most pairs: one that falls short by more than the whole distance
cannot be part of a better plan. Over all choices of the pairs that remain, the linear relaxation
(`solver.columns`) is nearly always exact. Its prices rule out most choices in turn, and what is left is
solved as integers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from solver.assignment import Prices, bound, rounded
from solver.choices import Choices, among
from solver.columns import MANY, Columns, Upper
from solver.edges import Edges, edge_worth, every_edge
from solver.engine import Engine
from solver.hard import solve_hard
from solver.instance import Ints
from solver.mip import solve_integer
from solver.model import build, weighted

GLANCES = 2
"""Rounds of a relaxation that is only to show the way."""
LIKELY = 4
"""The relaxation starts with the best pairs by the prices, so many for each person."""
PORTIONS = (1_000, 3_000, 5_000)
"""Integer programs are first tried with so many choices, those that the relaxation likes best."""
MOST = 30_000
"""The last one has at most so many; a plan that needs others may then stay unproven."""


@dataclass(frozen=True)
class _Stage:
    """One level with those before it: weights, bound by prices, the value reached, and the pairs that a
    better plan could use, the best first.
    """

    level: str
    weights: dict[str, int]
    reached: int
    limit: int
    left: Ints
    right: Ints
    short: Ints


def prove(
    engine: Engine,
    bounds: dict[str, int],
    *,
    search: Callable[[], None] = lambda: None,
    whole: Choices | None = None,
) -> dict[str, int]:
    """Tighter bounds, and where the relaxation shows a better plan, that plan on the board.

    ``search`` may improve the plan on the board where the relaxation alone does not lead to its own value;
    ``whole`` are all choices, where they are few.

    Weights are strict below the first level: a plan that is best for all levels together is best on each of
    them given the ones before. So the first level is proven by itself, the others together.
    """
    order = [level for level in engine.order if engine.weights.get(level)]
    if not (order and engine.clock.left):
        return bounds
    together, last, columns = engine.combined_proven, None, None
    given, values = engine.values(), engine.values()
    if not together and any(bounds[level] > values[level] for level in order):
        with engine.clock.within(0.5 if engine.instance.cap.max(initial=0) > 1 else 0.9):
            stage = _stage(engine, order, values)
            last, columns = _settle(engine, stage, search, whole)
        together = last is not None and last <= _reached(engine, stage.weights)
    for place, level in enumerate(order):
        if engine.clock.over:
            break
        values = engine.values()
        here = engine.order.index(level)
        for name, fresh in engine.bounds(values, engine.order[here:]).items():
            before = engine.order[: engine.order.index(name)]
            same = all(values[one] == given[one] for one in before)
            # What was known was given what the levels before had.
            bounds = bounds | {name: min(fresh, bounds[name]) if same else fresh}
        if together and place and set(order[: place + 1]) - engine.strict <= {order[0]}:
            bounds[level] = values[level]
        if bounds[level] <= values[level]:
            continue
        stage = _stage(engine, order[: place + 1], values)
        limit = last
        if last is None or level != order[-1]:
            limit, columns = _settle(engine, stage, search, whole, columns)
        if limit is None:
            continue
        values = engine.values()
        spent = sum(stage.weights[name] * (values[name] - engine.base[name]) for name in order[:place])
        bounds[level] = max(values[level], min(bounds[level], limit - spent + engine.base[level]))
    return bounds


def _reached(engine: Engine, weights: dict[str, int]) -> int:
    values = engine.values()
    return sum(weight * (values[name] - engine.base[name]) for name, weight in weights.items())


def _stage(engine: Engine, levels: list[str], values: dict[str, int]) -> _Stage:
    assert engine.net is not None
    assert engine.prices is not None
    unit = engine.weights[levels[-1]]
    weights = {name: engine.weights[name] // unit if name in levels else 0 for name in engine.order}
    prices = rounded(engine.prices, unit)
    limit = bound(engine.net, weights, prices)
    reached = sum(weights[name] * (values[name] - engine.base[name]) for name in engine.order)
    edges = engine.net.edges
    if not edges.complete:
        edges = every_edge(engine.instance, engine.room, engine.settled)
    short = _short(engine, edges, weights, prices)
    nearest = np.flatnonzero(short <= limit - reached)
    nearest = nearest[np.argsort(short[nearest], kind="stable")]
    turn = _turn(edges.left[nearest])  # among equals everybody's first before anybody's second
    nearest = nearest[np.lexsort((turn, short[nearest]))]
    return _Stage(
        levels[-1], weights, reached, limit, edges.left[nearest], edges.right[nearest], short[nearest]
    )


def _turn(people: Ints) -> Ints:
    """How many times each of these came before."""
    order = np.argsort(people, kind="stable")
    turn = np.empty(len(people), dtype=np.int64)
    turn[order] = np.arange(len(people)) - np.searchsorted(people[order], people[order])
    return turn


def _short(engine: Engine, edges: Edges, weights: dict[str, int], prices: Prices) -> Ints:
    """By how much each edge falls short of the prices."""
    worth = edge_worth(engine.instance, edges.left, edges.right)
    total = sum(weights[level] * values for level, values in worth.items())
    return -(total + prices.left[edges.left] + prices.right[edges.right])


def _settle(
    engine: Engine,
    stage: _Stage,
    search: Callable[[], None],
    begin: Choices | None,
    before: Columns | None = None,
) -> tuple[int | None, Columns]:
    """A tight bound on the stage's combined value, if any, and the relaxation that gave it; puts a better
    plan on the board when there is one.

    The relaxation begins with these choices, by default those of the plan, and with those of one ``before``.
    """
    instance, clock = engine.instance, engine.clock
    begin = engine.loose_choices() if begin is None else begin
    room, busy = engine.room, engine.busy
    columns = Columns(instance, stage.left, stage.right, room, busy, stage.weights, begin, before)
    reached, whole = stage.reached, stage.limit
    first = len(stage.left) if before else LIKELY * instance.n
    known: float = whole
    while True:
        needed = int(np.searchsorted(stage.short, stage.limit - reached, side="right"))
        first = min(first, needed)
        upper = columns.relax(clock, first, reached, MANY if first == needed else GLANCES, known)
        if upper is None:
            break
        if first == needed:
            whole = max(reached, min(whole, math.floor(upper.bound + 1e-4)))
        if not engine.combined_proven:  # else what could be better on this level alone is seldom there
            reached = _tried(engine, stage, upper, reached)
        if reached >= whole:
            return reached, columns
        if first == needed:
            if upper.value < known - 1e-4:
                return _exactly(engine, stage, columns, upper, reached, whole), columns
            if reached < math.floor(upper.value + 1e-4):
                search()
                reached = max(reached, _reached(engine, stage.weights))
            known = math.inf  # the bound is what it was: it takes an integer program over more
        first = len(stage.left)
    return (whole if whole < stage.limit else None), columns


def _tried(engine: Engine, stage: _Stage, upper: Upper, reached: int) -> int:
    """The best value of integer programs over what the relaxation likes best; the plan is on the board."""
    pairs = upper.choices.a * engine.instance.n + upper.choices.b
    wanted = upper.taken | among(engine.instance, upper.choices, engine.board.choices())
    best_first = np.lexsort((upper.short, ~np.isin(pairs, pairs[wanted]), ~wanted))
    for size in dict.fromkeys(min(portion, len(wanted)) for portion in PORTIONS):
        if reached >= math.floor(upper.value + 1e-4) or engine.clock.over:
            break
        small = upper.choices.take(np.sort(best_first[:size]))
        reached, _ = _program(engine, stage, small, reached, engine.clock.left / 2)
    return reached


def _exactly(engine: Engine, stage: _Stage, columns: Columns, upper: Upper, reached: int, whole: int) -> int:
    """The bound that an integer program over all choices of a better plan gives, where they are few."""
    near = columns.near(upper, upper.bound - reached + 1e-6, MOST)
    if near is None:
        return whole
    reached, limit = _program(engine, stage, near, reached, engine.clock.left / 2, last=True)
    return max(reached, min(whole, limit))


def _program(
    engine: Engine, stage: _Stage, choices: Choices, reached: int, seconds: float, *, last: bool = False
) -> tuple[int, int]:
    """Value and bound of an integer program over some choices; a better plan goes on the board."""
    model = build(engine.instance, choices, engine.room)
    objective = weighted(model, stage.weights)
    solve = solve_hard if last else solve_integer
    solved = solve(model, objective, engine.clock, seconds=seconds)
    if solved.chosen is not None and int(objective[solved.chosen].sum()) > reached:
        reached = int(objective[solved.chosen].sum())
        engine.replace(choices.take(solved.chosen[: len(choices)]))
    if solved.proven or solved.infeasible:
        return reached, reached
    return reached, math.floor(min(solved.bound, 1e15) + 1e-4)
