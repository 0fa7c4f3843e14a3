"""Closes what distance is left between plan and bound by linear relaxations over choices, then exactly.

Prices of the assignment already rule out most pairs: one that falls short by more than the whole distance
cannot be part of a better plan. Over the choices of the pairs that remain, the linear relaxation (columns
added as its prices ask for them) is nearly always exact. Its prices rule out most choices in turn, and what
is left is solved as integers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from solver.assignment import Prices, bound, rounded
from solver.choices import Choices, choices_of, count_choices
from solver.engine import Engine
from solver.instance import Bools, Ints
from solver.mip import Floats, LinearProgram, price_out, priced, solve_integer
from solver.model import Model, build, weighted

CHOICES = 300_000, 800_000
"""The relaxation is solved over at most so many choices; over more where fewer would leave out pairs that
cost nothing by the prices, and so prove nothing."""
PORTIONS = (2_000, 8_000)
"""Integer programs are first tried with so many choices, those that the relaxation likes best."""
WHOLE = 15_000
"""Up to so many choices the relaxation starts with all of them."""
FIRST = 4
"""Choices of each pair that the relaxation starts with."""


@dataclass(frozen=True)
class _Stage:
    """One level with those before it: weights, bound by prices, the value reached."""

    level: str
    weights: dict[str, int]
    reached: int
    limit: int
    edges: Ints
    left_out: int
    """What an edge that is not among them falls short by at least."""

    def covers(self, reached: int) -> bool:
        """Whether every edge that a plan better than this could use is among the edges."""
        return self.limit - self.left_out <= reached


def prove(engine: Engine, bounds: dict[str, int]) -> dict[str, int]:
    """Tighter bounds, and where the relaxation shows a better plan, that plan on the board.

    Weights are strict below the first level: a plan that is best for all levels together is best on each of
    them given the ones before. So the first level is proven by itself, the others together.
    """
    order = [level for level in engine.order if engine.weights.get(level)]
    if not order:
        return bounds
    together = engine.combined_proven
    if not together and any(bounds[level] > engine.values()[level] for level in order):
        for _ in range(4):
            stage = _stage(engine, order, engine.values())
            limit = _settle(engine, stage)
            reached = _reached(engine, stage.weights)
            together = limit is not None and limit <= reached
            if together or reached <= stage.reached or engine.clock.over:
                break
    for place, level in enumerate(order):
        if engine.clock.over:
            break
        values = engine.values()
        later = [name for name in engine.order if name not in order[:place]]
        fresh = engine.bounds(values, later)
        if not place:
            fresh[level] = min(fresh[level], bounds[level])
        bounds = {**bounds, **fresh}
        if together and place and set(order[: place + 1]) - engine.strict <= {order[0]}:
            bounds[level] = values[level]
        if bounds[level] <= values[level]:
            continue
        stage = _stage(engine, order[: place + 1], values)
        limit = _settle(engine, stage)
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
    short = _short(engine, weights, prices)
    nearest = np.flatnonzero(short <= limit - reached)
    nearest = nearest[np.argsort(short[nearest], kind="stable")]
    for most in CHOICES:
        edges, left_out = nearest, limit - reached + 1
        while count_choices(engine.instance, engine.net.edges.take(edges), enough=most) > most:
            edges = edges[: len(edges) // 2]
            left_out = int(short[nearest[len(edges)]])
        if left_out > 0:
            break
    return _Stage(levels[-1], weights, reached, limit, edges, left_out)


def _short(engine: Engine, weights: dict[str, int], prices: Prices) -> Ints:
    assert engine.net is not None
    edges = engine.net.edges
    return -(engine.net.combined(weights) + prices.left[edges.left] + prices.right[edges.right])


def _settle(engine: Engine, stage: _Stage) -> int | None:
    """A tight bound on the stage's combined value; puts a better plan on the board when there is one."""
    instance, clock = engine.instance, engine.clock
    assert engine.net is not None
    left, right = engine.net.edges.left[stage.edges], engine.net.edges.right[stage.edges]
    choices = choices_of(instance, left, right, engine.busy)
    model = build(instance, choices, engine.room)
    objective = weighted(model, stage.weights)
    relaxed = _relax(engine, choices, model, objective, stage)
    if relaxed is None:
        return None
    limit, reduced, taken = relaxed
    whole = math.floor(limit + 1e-4)
    if whole <= stage.reached:
        return stage.reached if stage.covers(stage.reached) else None
    reached = stage.reached
    wanted = (taken[: len(choices)] > 1e-6) | _on_board(engine, choices)
    best_first = np.lexsort((-reduced[: len(choices)], ~wanted))
    possible = int((reduced[: len(choices)] >= reached - limit - 1e-6).sum())
    for size in (*(k for k in PORTIONS if k < possible), possible):
        small = choices.take(np.sort(best_first[:size]))
        model = build(instance, small, engine.room)
        objective = weighted(model, stage.weights)
        solved = solve_integer(
            model,
            objective,
            clock,
            seconds=clock.left if size == possible else clock.left / 4,
            twisted=size == possible,
        )
        if solved.chosen is not None and int(objective[solved.chosen].sum()) > reached:
            reached = int(objective[solved.chosen].sum())
            engine.replace(small.take(solved.chosen[: len(small)]))
            possible = int((reduced[: len(choices)] >= reached - limit - 1e-6).sum())
        if reached >= whole:
            break
        if size >= possible and stage.covers(reached):
            if solved.proven or solved.infeasible:
                return reached
            return min(whole, max(reached, math.floor(min(solved.bound, 1e15) + 1e-4)))
    return whole if stage.covers(reached) else None


def _on_board(engine: Engine, choices: Choices) -> Bools:
    """Which of the choices are on the board now."""
    now = set(engine.board.choices().rows())
    return np.array([row in now for row in choices.rows()], dtype=bool)


def _relax(
    engine: Engine, choices: Choices, model: Model, objective: Ints, stage: _Stage
) -> tuple[float, Floats, Floats] | None:
    """Column generation: (bound, reduced worth of every choice, share of every choice)."""
    keys = choices.a * engine.instance.n + choices.b
    mixed = (choices.day * 7919 + choices.other * 104_729 + keys) % 65_537
    order = np.lexsort((mixed, keys))
    rank = np.arange(len(order)) - np.searchsorted(keys[order], keys[order])
    active: Bools = np.zeros(model.columns, dtype=bool)
    active[order[rank < (FIRST if len(choices) > WHOLE else len(choices))]] = True
    active[len(choices) :] = True
    best: tuple[float, Floats, Floats] | None = None
    program = LinearProgram(model, objective, active)
    while not engine.clock.over:
        relaxed = program.solve(engine.clock)
        if relaxed is None:
            return best
        limit, reduced = priced(model, objective, relaxed.prices)
        if best is None or limit < best[0]:
            best = limit, reduced, relaxed.columns
        if math.floor(limit + 1e-4) <= stage.reached:
            return best
        more = price_out(reduced, program.active, max(5_000, len(program.columns)))
        if not len(more):
            return best
        program.join(more)
    return best
