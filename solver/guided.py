"""Search where the relaxation points: what companies with scarce days share, be they small
(`solver.stepwise`) or large (`solver.scarce`).

Levels count together at rates: the last once, each before it at what a point of it is worth in the next one's
unit. The relaxation at these rates bounds what they add up to, hence the last of them given those before; the
pairs that it takes, or nearly takes, are those that the search then tries first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.choices import Choices
from solver.edges import Edges
from solver.engine import Engine
from solver.instance import Bools
from solver.model import weighted
from solver.relaxing import Relaxation, Told

if TYPE_CHECKING:
    from solver.anneal import Search

HOT = 0.25
"""First temperature of the first two levels' searches, in points of the first: it melts most of a plan, and
what freezes again is better than what a cooler search makes of the old one."""
GUIDED, LATER = (0.06, 0.02), (0.01, 0.003)
"""The same for more rounds once that is done, and for later levels, which must not warm up what the first two
have reached."""
MOVES, LONG = 350, 6_000
"""Moves of each search for each person, and of the one that melts."""
RATE = {"people": 1, "wishes": 8, "changes": 2, "travel": 150, "days": 1}
"""What a point of the level before is worth in a level's own unit; one more level back, four times that."""
BEST_WISH = 3
"""Points of a first wish."""
HOPELESS = 3
"""So many rounds without a better plan end a search."""
NEAR, WIDER = 0.01, 0.5
"""The guided search looks at choices that fall short of the prices by at most so much, in units of a rate; so
much for later levels, where the prices say less."""
USEFUL, PRECISE, LEISURE = 1e-4, 1e-6, 60.0
"""Prices of the first precision show the way; with more seconds left than the last they shall be better."""
RELAXED, HURRIED = 0.7, 0.5
"""The relaxation has so much of the time that is left; with less than `LEISURE` the second, where pairs
are few enough to be listed all: prices that are nearly right leave the search the time to follow them.
"""


@dataclass(frozen=True)
class Exact:
    """What an integer program found, and what no plan exceeds at its rates: nothing is known where it looked
    at some choices only.
    """

    plan: Choices | None
    rates: Mapping[str, int]
    most: float = math.inf


def relax_beside(
    engine: Engine,
    relaxed: Relaxation,
    rates: Mapping[str, int],
    hot: float,
    precision: float = PRECISE,
    *,
    until: Callable[[], bool] = lambda: False,
) -> None:
    """Relax the first two levels together, and search beside it until that is done, or ``until`` says so."""
    clock = engine.clock
    assert engine.net is not None
    threads, hurried = max(1, clock.limits.threads), clock.left < LEISURE
    share = HURRIED if hurried and engine.net.edges.complete else RELAXED
    relaxed.begin(
        weighted(relaxed.model, rates),
        clock,
        seconds=share * clock.left,
        threads=max(1, threads - 1),
        precision=USEFUL if hurried else precision,
    )
    if threads == 1:
        relaxed.wait(clock)
    wide = engine.wide()
    while True:
        engine.anneal(wide, moves=MOVES, seconds=0.12 * clock.left, hot=hot)
        if relaxed.is_done or clock.over or until():
            return


def guided_by(
    engine: Engine,
    choices: Choices,
    told: Told,
    rates: Mapping[str, int],
    near_by: float,
    *,
    only: Bools | None = None,
) -> Search:
    """A search over the plan and the pairs that the relaxation takes or nearly takes, these tried first.
    ``only``: everybody else keeps what they have.
    """
    size, n = len(choices), engine.instance.n
    pairs, pair = np.unique(choices.a * n + choices.b, return_inverse=True)
    unit = rates[list(rates)[-2]] if len(rates) > 1 else 1
    best = np.full(len(pairs), -np.inf)
    np.maximum.at(best, pair, told.reduced[:size] / unit)
    share = np.bincount(pair, weights=told.shares[:size], minlength=len(pairs))
    plan = engine.loose_choices()
    left, right = np.divmod(pairs, n)
    near = best > -near_by
    if only is not None:
        near &= only[left] & only[right]
    near |= np.isin(pairs, plan.a * n + plan.b)
    left, right = left[near], right[near]
    return engine.search(Edges(left, right, complete=False), best[near] + share[near])


def follow(
    engine: Engine,
    guided: Search,
    bounds: Mapping[str, int],
    levels: list[str],
    took: float,
    exact: Future[Exact] | None,
) -> None:
    """Search where the relaxation points, again and again while a leading level may get better."""
    clock, hopeless = engine.clock, 0
    while hopeless < HOPELESS or (exact and not clock.over):
        before, begun = engine.values(), clock.seconds
        for hot in GUIDED if len(levels) <= 2 else LATER:
            if clock.over:
                break
            engine.anneal(guided, moves=MOVES, seconds=clock.left / 3, hot=hot)
        if exact and exact.done():
            engine.offer(plan := exact.result().plan)
            if plan is not None:  # it may be worse by one on the first level and better by ten on the second
                engine.anneal(engine.wide(), moves=MOVES, seconds=clock.left / 6, hot=GUIDED[-1], plan=plan)
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
        engine.offer(exact.result().plan)


def rates_of(engine: Engine, order: list[str]) -> dict[str, int]:
    """The last level counts once, each before it at a rate, a higher one where links make wishes dear."""
    *before, level = order
    dear = 1 + engine.instance.problem.campaign.link_points // BEST_WISH if level == "wishes" else 1
    return {name: dear * RATE[level] * 4**n for n, name in enumerate(reversed(before))} | {level: 1}


def loose(engine: Engine, rates: Mapping[str, int]) -> int:
    """What the matches that are not pinned add at these rates."""
    values = engine.values()
    return sum(rate * (values[name] - engine.base[name]) for name, rate in rates.items())


def bound_on(engine: Engine, rates: Mapping[str, int], limit: float, bounds: Mapping[str, int]) -> int:
    """The bound that a relaxation at these rates gives on the last of the levels, rounding errors allowed."""
    level = list(rates)[-1]
    if not math.isfinite(limit):
        return bounds[level]
    value = engine.values()[level]
    more = math.floor(limit - loose(engine, rates) + 1e-6 + 1e-9 * abs(limit))
    return max(value, min(bounds[level], value + more))
