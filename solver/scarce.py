"""Problems whose days are so scarce that the assignment says little: every choice is listed.

1. The compiled search finds a plan. Beside it, in a second process, the linear relaxation over all choices
   bounds the first level: the two do not need each other.
2. Level by level, the relaxation of all levels so far bounds the last of them and shows the search the way:
   the pairs that it takes, or nearly takes, are the only ones that the search then looks at.
3. Once the second level counts, an integer program over the choices that the relaxation takes or nearly takes
   runs beside the search. It needs half a minute for 10,000 people, and then is nearly always at the bound.

A bound on a level given those before it comes from a Lagrangian: the levels before count at a fixed rate, and
what the plan has of them is taken off again. Any rate gives a bound; these are close to the best ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from solver.choices import Choices
from solver.edges import Edges
from solver.engine import Engine
from solver.mip import solve_integer
from solver.model import build, weighted
from solver.relaxing import Relaxation

if TYPE_CHECKING:
    from solver.anneal import Search

HOT = (0.1, 0.035)
"""First temperatures of the two rounds of the first search, in points of the first level."""
GUIDED, LATER = (0.06, 0.02), (0.01, 0.003)
"""The same once the relaxation shows the way: for the second level, and for later ones, which must not warm
up what the first two have reached."""
MOVES = 350
"""Moves of each search for each person."""
RATE = {"people": 1, "wishes": 8, "changes": 2, "travel": 150, "days": 1}
"""What a point of the level before is worth in a level's own unit; one more level back, four times that."""
HOPELESS = 3
"""So many rounds without a better plan end a search."""
NEAR = 0.5
"""The guided search looks at choices that fall short of the prices by at most so much, in units of a rate."""
CLOSE, MOST = 0.01, 100_000
"""The integer program looks at choices that fall short by at most so much, and at no more than so many."""
PATIENT, ENOUGH = 10.0, 120.0
"""With less than so many seconds left it is not begun; after so many it is ended."""


def search(engine: Engine, choices: Choices) -> dict[str, int]:
    """Improve the plan on the board; returns proven bounds on every level (maximised)."""
    clock, order = engine.clock, [level for level in engine.order if engine.weights[level]]
    threads = max(1, clock.limits.threads)
    model = build(engine.instance, choices, engine.room)
    bounds = engine.bounds(engine.values())
    rates, begun = _rates(order[:1]), clock.seconds
    with Relaxation(model) as relaxed:
        relaxed.begin(weighted(model, rates), clock, seconds=0.7 * clock.left, threads=max(1, threads - 1))
        if threads == 1:
            relaxed.wait(clock)
        wide = engine.wide()
        for hot in HOT:
            engine.anneal(wide, moves=MOVES, seconds=0.15 * clock.left, hot=hot)
        relaxed.enough = _loose(engine, rates)
        bounds[order[0]] = _bound(engine, rates, relaxed.wait(clock), bounds)
        took = clock.seconds - begun
        for place in range(1, len(order)):
            if clock.left < (took / 4 if place == 1 else took):
                break
            before, rates = rates, _rates(order[: place + 1])
            relaxed.begin(
                weighted(model, rates),
                clock,
                seconds=clock.left / 3,
                threads=threads,
                scale=rates[order[0]] / before[order[0]],
            )
            relaxed.wait(clock)
            with ThreadPoolExecutor(1) as pool:
                exact = _exact(engine, choices, relaxed, rates, pool) if place == 1 else None
                guided = _guided(engine, choices, relaxed, rates)
                _follow(engine, guided, bounds, order[: place + 1], took, exact)
            bounds[order[place]] = _bound(engine, rates, relaxed.bound, bounds)
    return bounds


def _follow(
    engine: Engine,
    guided: Search,
    bounds: Mapping[str, int],
    levels: list[str],
    took: float,
    exact: Future[Choices | None] | None,
) -> None:
    """Search where the relaxation points, again and again while a leading level may get better."""
    clock, hopeless = engine.clock, 0
    while hopeless < HOPELESS or (exact and not clock.over):
        before, begun = engine.values(), clock.seconds
        for hot in GUIDED if len(levels) == 2 else LATER:
            engine.anneal(guided, moves=MOVES, seconds=clock.left / 3, hot=hot)
        if exact and exact.done():
            engine.offer(exact.result())
            exact = None
        after = engine.values()
        hopeless = 0 if any(after[level] != before[level] for level in levels[:2]) else hopeless + 1
        if exact:
            continue
        if clock.left < took + clock.seconds - begun or len(levels) > 2:
            return
        if all(bounds[level] <= after[level] for level in levels[:-1]) and hopeless:
            return
    if exact:
        engine.offer(exact.result())


def _exact(
    engine: Engine,
    choices: Choices,
    relaxed: Relaxation,
    rates: Mapping[str, int],
    pool: ThreadPoolExecutor,
) -> Future[Choices | None] | None:
    """The best plan of the choices that the relaxation takes or nearly takes, being looked for; None where it
    would hardly be found in time.
    """
    clock, size = engine.clock, len(choices)
    short = -relaxed.reduced()[:size] / rates[list(rates)[-2]]
    near = choices.take((short < CLOSE) | (relaxed.shares[:size] > CLOSE))
    if clock.left < PATIENT or len(near) > MOST:
        return None
    seconds = min(ENOUGH, 0.6 * clock.left)

    def work() -> Choices | None:
        model = build(engine.instance, near, engine.room)
        chosen = solve_integer(model, weighted(model, rates), clock, seconds=seconds).chosen
        return None if chosen is None else near.take(chosen[: len(near)])

    looking = pool.submit(work)
    if clock.limits.threads == 1:
        looking.exception()  # one after the other
    return looking


def _guided(engine: Engine, choices: Choices, relaxed: Relaxation, rates: Mapping[str, int]) -> Search:
    """A search over the plan and the pairs that the relaxation takes or nearly takes, these tried first."""
    size, n = len(choices), engine.instance.n
    pairs, pair = np.unique(choices.a * n + choices.b, return_inverse=True)
    unit = rates[list(rates)[-2]]
    best = np.full(len(pairs), -np.inf)
    np.maximum.at(best, pair, relaxed.reduced()[:size] / unit)
    share = np.bincount(pair, weights=relaxed.shares[:size], minlength=len(pairs))
    plan = engine.loose_choices()
    near = (best > -NEAR) | np.isin(pairs, plan.a * n + plan.b)
    left, right = np.divmod(pairs[near], n)
    return engine.search(Edges(left, right, complete=False), best[near] + share[near])


def _rates(order: list[str]) -> dict[str, int]:
    """The last level counts once, each before it at a rate."""
    *before, level = order
    return {name: RATE[level] * 4**n for n, name in enumerate(reversed(before))} | {level: 1}


def _loose(engine: Engine, rates: Mapping[str, int]) -> int:
    """What the matches that are not pinned add at these rates."""
    values = engine.values()
    return sum(rate * (values[name] - engine.base[name]) for name, rate in rates.items())


def _bound(engine: Engine, rates: Mapping[str, int], limit: float, bounds: Mapping[str, int]) -> int:
    """The bound that a relaxation at these rates gives on the last of the levels, rounding errors allowed."""
    level = list(rates)[-1]
    if not math.isfinite(limit):
        return bounds[level]
    value = engine.values()[level]
    more = math.floor(limit - _loose(engine, rates) + 1e-6 + 1e-9 * abs(limit))
    return max(value, min(bounds[level], value + more))
