"""Closes what distance is left between plan and bound by linear relaxations over choices, then exactly.

Prices of the assignment already rule out most pairs: one that falls short by more than the whole distance cannot be
part of a better plan. Over the choices of the pairs that remain, the linear relaxation (columns added as its prices
ask for them) is nearly always exact. Its prices rule out most choices in turn, and what is left is solved as integers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from solver.assignment import Prices, bound, rounded
from solver.choices import Choices, choices_of, count_choices
from solver.edges import Edges
from solver.engine import Engine
from solver.instance import Bools, Ints
from solver.mip import Floats, price_out, priced, relax_exactly, solve_integer
from solver.model import Model, build, weighted

CHOICES = 400_000
"""Above so many choices the relaxation is left alone."""
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


def prove(engine: Engine, bounds: dict[str, int]) -> dict[str, int]:
    """Tighter bounds, and where the relaxation shows a better plan, that plan on the board."""
    for place, level in enumerate(engine.order):
        if engine.clock.over or not engine.weights.get(level):
            continue
        values = engine.values()
        bounds = {**engine.bounds(values), **{k: bounds[k] for k in engine.order[:place] if k in bounds}}
        if bounds[level] <= values[level]:
            continue
        stage = _stage(engine, place, values)
        tight = _settle(engine, stage)
        if tight is None:
            break
        after = engine.values()
        spent = sum(stage.weights[name] * (after[name] - engine.base[name]) for name in engine.order[:place])
        bounds[level] = max(after[level], min(bounds[level], tight - spent + engine.base[level]))
        if bounds[level] > after[level]:
            break
    final = engine.values()
    return {**engine.bounds(final), **{k: v for k, v in bounds.items() if k in engine.order}}


def _stage(engine: Engine, place: int, values: dict[str, int]) -> _Stage:
    assert engine.net is not None and engine.prices is not None
    level = engine.order[place]
    unit = engine.weights[level]
    weights = {name: engine.weights[name] // unit if k <= place else 0 for k, name in enumerate(engine.order)}
    prices = rounded(engine.prices, unit)
    limit = bound(engine.net, weights, prices)
    reached = sum(weights[name] * (values[name] - engine.base[name]) for name in engine.order)
    short = _short(engine, weights, prices)
    return _Stage(level, weights, reached, limit, np.flatnonzero(short <= limit - reached))


def _short(engine: Engine, weights: dict[str, int], prices: Prices) -> Ints:
    assert engine.net is not None
    edges = engine.net.edges
    return -(engine.net.combined(weights) + prices.left[edges.left] + prices.right[edges.right])


def _settle(engine: Engine, stage: _Stage) -> int | None:
    """A tight bound on the stage's combined value; puts a better plan on the board when there is one."""
    instance, clock = engine.instance, engine.clock
    assert engine.net is not None
    left, right = engine.net.edges.left[stage.edges], engine.net.edges.right[stage.edges]
    edges = Edges(left, right, complete=False)
    if count_choices(instance, edges, enough=CHOICES) > CHOICES:
        return None
    choices = choices_of(instance, left, right, engine.busy)
    model = build(instance, choices, engine.room)
    objective = weighted(model, stage.weights)
    relaxed = _relax(engine, choices, model, objective, stage)
    if relaxed is None:
        return None
    limit, reduced = relaxed
    whole = math.floor(limit + 1e-4)
    if whole <= stage.reached:
        return stage.reached
    keep = reduced >= stage.reached + 1 - limit - 1e-6
    small = choices.take(keep[: len(choices)])
    model = build(instance, small, engine.room)
    objective = weighted(model, stage.weights)
    solved = solve_integer(model, objective, clock, seconds=clock.left)
    if solved.chosen is not None and int(objective[solved.chosen].sum()) > stage.reached:
        reached = int(objective[solved.chosen].sum())
        engine.replace(small.take(solved.chosen[: len(small)]))
    else:
        reached = stage.reached
    if solved.proven or solved.infeasible:
        return reached
    return min(whole, max(reached, math.floor(min(solved.bound, 1e15) + 1e-4)))


def _relax(
    engine: Engine, choices: Choices, model: Model, objective: Ints, stage: _Stage
) -> tuple[float, Floats] | None:
    """Column generation: (bound, reduced worth of every choice)."""
    keys = choices.a * engine.instance.n + choices.b
    mixed = (choices.day * 7919 + choices.other * 104_729 + keys) % 65_537
    order = np.lexsort((mixed, keys))
    rank = np.arange(len(order)) - np.searchsorted(keys[order], keys[order])
    active: Bools = np.zeros(model.columns, dtype=bool)
    active[order[rank < FIRST]] = True
    active[len(choices) :] = True
    best: tuple[float, Floats] | None = None
    while not engine.clock.over:
        prices = relax_exactly(model, objective, active, engine.clock)
        if prices is None:
            return best
        limit, reduced = priced(model, objective, prices)
        if best is None or limit < best[0]:
            best = limit, reduced
        if math.floor(limit + 1e-4) <= stage.reached:
            return best
        more = price_out(reduced, active, max(5_000, int(active.sum())))
        if not len(more):
            return best
        active[more] = True
    return best
