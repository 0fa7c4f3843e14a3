"""Small companies whose days are scarce: every choice is listed, and level by level a plan is found, bounded
and, where that can be done in time, proven.

1. The first two levels together: the linear relaxation in a second process, the compiled search beside it.
   A dive along the relaxation (`solver.diving`) then nearly always finds the best plan, while the first level
   alone is bounded and the search goes on where the relaxation points.
2. Each level after the first: a dive among the plans that have as much on the levels before; beside it the
   relaxation at rates, whose prices rule most choices out of any better plan. Over the others the relaxation
   among those plans is exact in a second; where they are too many, over the choices that prices like best,
   then over those as well that its own prices ask for (column generation).
3. What distance is left: other dives along the choices of any better plan, in shorter steps, then an integer
   program over these.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from solver.choices import Choices
from solver.diving import LONGEST, STEP, dived, dived_given, liked, plan_of
from solver.engine import Engine
from solver.guided import (
    HOT,
    LATER,
    LONG,
    MOVES,
    NEAR,
    USEFUL,
    WIDER,
    Exact,
    bound_on,
    follow,
    guided_by,
    loose,
    rates_of,
    relax_beside,
)
from solver.hard import solve_hard
from solver.instance import Ints
from solver.limits import Clock
from solver.mip import Floats, held, priced
from solver.model import Model, build, narrowed, weighted
from solver.relaxing import Relaxation
from solver.simplex import Names, moved, relax

SMALL = 1_500
"""For so few people a dive ends in time."""
READY = 1.0
"""With fewer seconds left nothing is relaxed, no level is begun, and no integer program."""
EACH = 0.5
"""A level that is not the last has so much of the time that is left."""
FINE = 1e-5
"""More precise prices of a later level take longer than they help."""
DIVES = 3
"""So many dives for each level, each in steps half as long as the one before."""
MOST = 25_000
"""Over so many choices a relaxation is exact in seconds, and an integer program worth a try."""
ASKED = 5_000
"""So many more choices, those that prices ask for most, join a relaxation at once."""
ERROR = 1e-4
"""What a bound may be off by rounding."""


@dataclass(frozen=True)
class _Prices:
    """What prices of the rows say: nothing is worth more than ``most``, and a plan with a column of reduced
    worth below zero so much less.
    """

    most: float
    reduced: Floats

    @classmethod
    def of(cls, relaxed: Relaxation) -> _Prices:
        return cls(relaxed.bound, relaxed.told().reduced)

    def near(self, reached: int) -> Ints:
        """The columns that may be part of a plan worth more than what is reached."""
        if not math.isfinite(self.most):
            return np.arange(len(self.reduced))
        if self.most + ERROR < reached + 1:
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero(self.reduced >= reached + 1 - self.most - ERROR)


def search(engine: Engine, choices: Choices) -> dict[str, int]:
    """Improve the plan on the board, these choices being all; returns proven bounds on every level
    (maximised).
    """
    clock, order = engine.clock, engine.counted()
    if clock.left < READY:
        engine.anneal(engine.wide(), moves=MOVES, seconds=clock.left, hot=LATER[0])
        return engine.bounds(engine.values())
    model = build(engine.instance, choices, engine.room)
    known: list[tuple[list[int], str, float]] = []
    with Relaxation(model) as relaxed:
        leading, rates, prices = _leading(engine, choices, relaxed, order[:2])
        for place in range(1, len(order)):
            level, given = order[place], engine.in_order()
            if place == 1 and leading[level] <= engine.values()[level]:
                continue
            if clock.left < READY:
                break
            with clock.within(1.0 if level == order[-1] else EACH):
                most, prices = _level(engine, choices, relaxed, order[: place + 1], rates, prices)
            known.append((given[: engine.order.index(level)], level, most))
            rates = rates_of(engine, order[: place + 1]) if place > 1 else rates
    values, reached = engine.values(), engine.in_order()
    bounds = engine.bounds(values) | leading
    for given, level, most in known:
        # It says nothing about plans that have something else on the levels before.
        if given == reached[: len(given)] and math.isfinite(most):
            found = engine.base[level] + math.floor(most + ERROR)
            bounds[level] = max(values[level], min(bounds[level], found))
    return bounds


def _leading(
    engine: Engine, choices: Choices, relaxed: Relaxation, levels: list[str]
) -> tuple[dict[str, int], Mapping[str, int], _Prices]:
    """Improve the first two levels; returns their bounds, the rates relaxed last, and prices for both."""
    clock, model = engine.clock, relaxed.model
    rates, first = rates_of(engine, levels), rates_of(engine, levels[:1])
    threads, bounds = max(1, clock.limits.threads), engine.bounds(engine.values(), levels)
    with ThreadPoolExecutor(1) as pool:
        relax_beside(engine, relaxed, rates, HOT, USEFUL)
        together = _Prices.of(relaxed)
        guided = guided_by(engine, choices, relaxed.told(), rates, NEAR)
        dive = pool.submit(lambda: Exact(dived(engine, choices, model, rates, together.reduced), rates))
        if threads == 1:
            dive.exception()  # one after the other
        scale = first[levels[0]] / rates[levels[0]]
        if len(levels) == 2:
            relaxed.begin(weighted(model, first), clock, seconds=clock.left / 2, threads=1, scale=scale)
            if threads == 1:
                relaxed.wait(clock)
        reaches = _reaching(engine, dive, together.most)
        seconds = min(0.85 * clock.left, max(10.0, clock.left / 3))
        engine.anneal(guided, moves=LONG, seconds=seconds, hot=HOT, until=reaches)
        if len(levels) == 2:
            relaxed.enough = loose(engine, first)
            relaxed.wait(clock)
            bounds = engine.bounds(engine.values(), levels)
            bounds[levels[0]] = bound_on(engine, first, relaxed.bound, bounds)
        if reaches():
            engine.offer(dive.result().plan)
        else:
            objective, left = weighted(model, rates), clock.left / 2
            relaxed.begin(objective, clock, seconds=left, threads=1, scale=1 / scale)
            follow(engine, guided, bounds, levels, 0.0, dive)
            relaxed.wait(clock)
            together, first = min(together, _Prices.of(relaxed), key=lambda prices: prices.most), rates
    if len(levels) == 2 and bounds[levels[0]] > engine.values()[levels[0]]:
        _reach(engine, choices, model, levels, bounds[levels[0]], together)
    bounds |= engine.bounds(engine.values(), levels[1:])
    bounds[levels[-1]] = bound_on(engine, rates, together.most, bounds)
    return bounds, first, together


def _reaching(engine: Engine, dive: Future[Exact], most: float) -> Callable[[], bool]:
    """Whether a dive found a plan that is worth the most that is possible at its rates."""

    def reaches() -> bool:
        if not dive.done() or (plan := dive.result().plan) is None:
            return False
        model = build(engine.instance, plan, engine.room)
        return int(weighted(model, dive.result().rates).sum()) + 1 > most + ERROR

    return reaches


def _reach(
    engine: Engine, choices: Choices, model: Model, levels: list[str], most: int, prices: _Prices
) -> None:
    """A dive among the plans that are at the bound of the first of two levels."""
    columns, seconds = liked(engine, choices, model, prices.reduced), LONGEST * engine.clock.left
    given = held(model, levels[0], most - engine.base[levels[0]])
    engine.offer(dived_given(choices, given, levels[1], columns, engine.clock, seconds=seconds))


def _level(
    engine: Engine,
    choices: Choices,
    relaxed: Relaxation,
    levels: list[str],
    before: Mapping[str, int],
    known: _Prices,
) -> tuple[float, _Prices]:
    """Improve the last of the levels given the others; returns what no plan adds to it, and its prices.

    ``before`` are the rates relaxed last; ``known`` the prices of the levels before, of all where these are
    the first two.
    """
    clock, level, model, rates = engine.clock, levels[-1], relaxed.model, rates_of(engine, levels)
    threads, given = max(1, clock.limits.threads), model
    for name in levels[:-1]:
        given = held(given, name, engine.values()[name] - engine.base[name])
    if len(levels) > 2:
        objective, scale = weighted(model, rates), rates[levels[0]] / before[levels[0]]
        seconds, beside = LONGEST * clock.left, max(1, threads - 1)
        relaxed.begin(objective, clock, seconds=seconds, threads=beside, scale=scale, precision=FINE)
        if threads == 1:
            relaxed.wait(clock)
    better = _dive(engine, choices, given, level, liked(engine, choices, model, known.reduced), STEP)
    if len(levels) > 2:
        if not better:
            search = guided_by(engine, choices, relaxed.told(), rates, WIDER)
            engine.anneal(search, moves=MOVES, seconds=clock.left / 6, hot=LATER[0])
        reached = loose(engine, rates)
        relaxed.wait(clock, lambda: len(_Prices.of(relaxed).near(reached)) <= MOST)
        known, relaxed.enough = _Prices.of(relaxed), math.inf
    near, here = known.near(loose(engine, rates)), loose(engine, {level: 1})
    surely = known.most - loose(engine, rates) + here
    if len(near) <= MOST:
        exact = _relaxed(given, level, np.union1d(near, plan_of(engine, choices)), clock)
    else:
        exact = _grown(given, level, liked(engine, choices, model, known.reduced), here, clock)
    if exact is None:
        return surely, known
    for number in range(1, DIVES):
        near, here = exact.near(here), loose(engine, {level: 1})
        if not len(near) or clock.left < READY:
            break
        columns = near if len(near) <= MOST else liked(engine, choices, model, exact.reduced)
        _dive(engine, choices, given, level, columns, STEP / 2**number)
    near, here = exact.near(here), loose(engine, {level: 1})
    most = min(surely, max(exact.most, here))
    if not MOST >= len(near) > 0 or clock.left < READY:
        return most, known
    rest = narrowed(given, near)
    solved = solve_hard(rest, rest.worth[level], clock, seconds=clock.left)
    if solved.chosen is not None:
        engine.offer(choices.take(near[: rest.choices][solved.chosen[: rest.choices]]))
    return min(most, here if solved.infeasible else max(here, solved.bound)), known


def _dive(engine: Engine, choices: Choices, given: Model, level: str, columns: Ints, step: float) -> bool:
    """Whether a dive over these columns found a better plan, which is then on the board."""
    beyond, clock = loose(engine, {level: 1}) + 1, engine.clock
    seconds = LONGEST * clock.left
    plan = dived_given(choices, given, level, columns, clock, seconds=seconds, beyond=beyond, step=step)
    engine.offer(plan)
    return plan is not None


def _relaxed(given: Model, level: str, columns: Ints, clock: Clock) -> _Prices | None:
    """The relaxation of a level over these columns, no others being part of a better plan."""
    some = narrowed(given, columns)
    told = relax(some, some.worth[level], clock)
    if told is None:
        return None
    reduced = np.full(given.columns, -np.inf)
    most, reduced[columns] = priced(some, some.worth[level], told.prices)
    return _Prices(most, reduced)


def _grown(given: Model, level: str, columns: Ints, here: int, clock: Clock) -> _Prices | None:
    """The relaxation of a level over all columns, found over these first, then over those as well that may
    be part of a plan better than ``here``.
    """
    best, objective, basis, rows = None, given.worth[level], None, np.arange(len(given.right))
    while (told := relax(narrowed(given, columns), objective[columns], clock, basis)) is not None:
        prices = _Prices(*priced(given, objective, told.prices))
        best = prices if best is None or prices.most < best.most else best
        missed = np.setdiff1d(prices.near(here), columns)
        asked = missed[prices.reduced[missed] > ERROR]
        if not len(asked):
            break
        before = Names(columns, rows)
        columns = np.union1d(columns, asked[np.argsort(-prices.reduced[asked], kind="stable")[:ASKED]])
        basis = moved(before, told.basis, Names(columns, rows))
    return best
