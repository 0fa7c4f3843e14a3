"""Large companies whose days are so scarce that the assignment says little: every choice is listed, where
pairs are too many those of the pairs that were drawn for it.

1. The compiled search finds a plan. Beside it, in a second process, the linear relaxation over all choices
   learns what the first two levels together are worth: the two do not need each other.
2. The pairs that the relaxation takes, or nearly takes, are the only ones that the search then looks at, from
   a temperature at which little of the first plan is left. Its first prices are good enough for that, and it
   goes on beside.
3. What the better prices take most of is planned exactly, part by part; whom that leaves is searched alone
   (`solver.support`). Where the plan still falls short, region by region is planned anew (`solver.regions`).
   Beside it the relaxation bounds the first level.
4. Where there is time, an integer program runs beside the search: over the choices that the relaxation takes
   or nearly takes, which needs half a minute for 10,000 people and is nearly always at the bound; with two
   minutes over every choice, the first level strictly before the second, which often proves both. (Rates
   that do not decide between plans of equal worth take several times as long.)
5. Each later level in turn: relaxation, then the search where it points.

A bound on a level given those before it comes from a Lagrangian: the levels before count at a fixed rate, and
what the plan has of them is taken off again. Any rate gives a bound; these are close to the best ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from solver import support
from solver.choices import Choices, distinct, joined
from solver.columns import judged
from solver.edges import every_edge
from solver.engine import Engine
from solver.guided import (
    HOT,
    LONG,
    MOVES,
    NEAR,
    PRECISE,
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
from solver.hard import Elsewhere
from solver.mip import Floats
from solver.model import PERSON, Model, build, weighted
from solver.regions import Regions
from solver.relaxing import Relaxation, Told

COOLER = 0.18
"""First temperature where the second level is to keep what was planned before."""
AMPLE, WANTED = 30.0, 200_000
"""Where not every pair is an edge, and more seconds are left, the choices of all pairs are looked at first,
and so many of them join."""
MOST, PATIENT, ENOUGH = 100_000, 10.0, 120.0
"""The integer program looks at no more choices than so many; with less than so many seconds left it is not
begun; after so many it is ended."""
EVERY, LONG_ENOUGH = 150_000, 70.0
"""Where choices are no more, and more seconds are left, it looks at all of them. It needs 7 kB for each."""
EVER, ALONE = 1_000_000, 0.4
"""Moves for each person, which is as many as there is time for, and so much of what is left: whom integer
programs leave."""
HURRY = 2.0
"""With fewer seconds left nothing is relaxed: the search does what it can."""


def search(engine: Engine, choices: Choices) -> dict[str, int]:
    """Improve the plan on the board; returns proven bounds on every level (maximised)."""
    assert engine.net is not None
    clock, order = engine.clock, engine.counted()
    threads = max(1, clock.limits.threads)
    beside = max(1, threads - 1)
    bounds = engine.bounds(engine.values())
    rates = rates_of(engine, order[:2])
    hot = COOLER if "changes" in rates else HOT
    if clock.left < HURRY:
        engine.anneal(engine.wide(), moves=MOVES, seconds=clock.left, hot=hot)
        return engine.bounds(engine.values())
    if not engine.net.edges.complete and clock.left > AMPLE:
        choices = _with_wanted(engine, choices, rates, hot)
    begun, model = clock.seconds, build(engine.instance, choices, engine.room)
    strict = _strict(engine, model, rates)
    with (
        Relaxation(model, frugal=strict is not None) as relaxed,
        ThreadPoolExecutor(1) as judging,  # one after the other: a hundred million pairs take gigabytes
        ThreadPoolExecutor(1) as pool,
    ):

        def limit(rates: Mapping[str, int]) -> Future[float]:
            """The bound that the latest prices give, being found."""
            found = judging.submit(_limit, engine, model, rates, relaxed.prices, relaxed.bound)
            if threads == 1:
                found.exception()  # one after the other
            return found

        relax_beside(
            engine,
            relaxed,
            rates,
            hot,
            USEFUL if strict else PRECISE,
            until=lambda: relaxed.has_prices,
        )
        guided = guided_by(engine, choices, relaxed.told(), rates, NEAR)
        engine.anneal(guided, moves=LONG, seconds=0.4 * clock.left, hot=hot)
        relaxed.wait(clock)
        took, together, told = clock.seconds - begun, limit(rates), relaxed.told()
        exact = _program(engine, choices, told, rates, strict, pool)
        if len(rates) == 2:
            both, rates = rates, rates_of(engine, order[:1])
            scale = rates[order[0]] / both[order[0]]
            relaxed.begin(weighted(model, rates), clock, seconds=clock.left / 2, threads=beside, scale=scale)
            if threads == 1:
                relaxed.wait(clock)
            _improve(engine, choices, told, both, hot)
            relaxed.enough = loose(engine, rates)
            relaxed.wait(clock)
            bounds |= engine.bounds(engine.values())
            bounds[order[0]] = bound_on(engine, rates, limit(rates).result(), bounds)
            rates = both
        bounds[list(rates)[-1]] = bound_on(engine, rates, together.result(), bounds)
        if exact or not clock.over:
            guided = guided_by(engine, choices, told, rates, NEAR)
            follow(engine, guided, bounds, list(rates), took, exact)
        if exact:
            bounds |= _at_most(engine, exact.result(), bounds)
        bounds[list(rates)[-1]] = bound_on(engine, rates, together.result(), bounds)
        bounds |= _later(engine, choices, relaxed, order, took, limit)
    return bounds


def _improve(engine: Engine, choices: Choices, told: Told, rates: Mapping[str, int], hot: float) -> None:
    """Better the plan where it falls short of what a relaxation says."""
    clock = engine.clock
    hard = support.improve(engine, choices, told)
    if hard.any():
        alone = guided_by(engine, choices, told, rates, NEAR, only=hard)
        engine.anneal(alone, moves=EVER, seconds=ALONE * clock.left, hot=hot)
    Regions(engine, choices, told, NEAR * max(rates.values())).improve()


def _later(
    engine: Engine,
    choices: Choices,
    relaxed: Relaxation,
    order: list[str],
    took: float,
    limit: Callable[[Mapping[str, int]], Future[float]],
) -> dict[str, int]:
    """Improve the levels after the first two, as far as time allows, and bound them."""
    clock = engine.clock
    rates = rates_of(engine, order[:1])  # what was relaxed last
    known: list[tuple[Mapping[str, int], float]] = []
    for place in range(2, len(order)):
        if clock.left < took:
            break
        before, rates = rates, rates_of(engine, order[: place + 1])
        relaxed.begin(
            weighted(relaxed.model, rates),
            clock,
            seconds=clock.left / 3,
            threads=max(1, clock.limits.threads),
            scale=rates[order[0]] / before[order[0]],
        )
        relaxed.wait(clock)
        found = limit(rates)
        search = guided_by(engine, choices, relaxed.told(), rates, WIDER)
        follow(engine, search, {}, order[: place + 1], took, None)
        known.append((rates, found.result()))
    fresh = engine.bounds(engine.values()) if known else {}
    # Each is given what the levels before have in the end.
    return {list(rates)[-1]: bound_on(engine, rates, most, fresh) for rates, most in known}


def _with_wanted(engine: Engine, choices: Choices, rates: Mapping[str, int], hot: float) -> Choices:
    """These choices, and those of all other pairs that by their prices are worth more than they cost."""
    with Relaxation(build(engine.instance, choices, engine.room)) as relaxed:
        relax_beside(engine, relaxed, rates, hot)
        _, more = _judged(engine, relaxed.model, rates, relaxed.prices, most=WANTED)
    return distinct(joined([choices, more]))


def _limit(engine: Engine, model: Model, rates: Mapping[str, int], prices: Floats, bound: float) -> float:
    """The bound of a relaxation, widened by the pairs that it did not look at."""
    assert engine.net is not None
    if engine.net.edges.complete:
        return bound
    return math.inf if engine.clock.over else _judged(engine, model, rates, prices)[0]


def _judged(
    engine: Engine, model: Model, rates: Mapping[str, int], prices: Floats, *, most: int = 0
) -> tuple[float, Choices]:
    instance, room, busy = engine.instance, engine.room, engine.busy
    pairs = every_edge(instance, room, engine.settled)
    return judged(instance, pairs, room, busy, rates, model, prices, engine.clock, most)


def _strict(engine: Engine, model: Model, rates: Mapping[str, int]) -> Mapping[str, int] | None:
    """Rates that put the first level before all that the second could add, where there is time to look at
    every choice.
    """
    levels = list(rates)
    assert engine.net is not None
    if not (engine.net.edges.complete and model.columns == model.choices <= EVERY):
        return None
    if engine.clock.left < LONG_ENOUGH or len(levels) < 2:
        return None
    worth = model.worth[levels[1]]
    one = model.kind == PERSON
    most = np.zeros(len(model.right), dtype=np.int64)
    np.maximum.at(most, model.row[one[model.row]], worth[model.column[one[model.row]]])
    return {levels[0]: int((most * model.right)[one].sum()) + 1, levels[1]: 1} if worth.min() >= 0 else None


def _program(
    engine: Engine,
    choices: Choices,
    told: Told,
    rates: Mapping[str, int],
    strict: Mapping[str, int] | None,
    pool: ThreadPoolExecutor,
) -> Future[Exact] | None:
    """The best plan of the choices that the relaxation takes or nearly takes, or at strict rates of all,
    being looked for; None where it would hardly be found in time.
    """
    clock, size = engine.clock, len(choices)
    short = -told.reduced[:size] / max(rates.values())
    near = choices if strict else choices.take((short < NEAR) | (told.shares[:size] > NEAR))
    if clock.left < PATIENT or (len(near) > MOST and not strict):
        return None

    def work() -> Exact:
        at, seconds = strict or rates, 0.9 * clock.left if strict else min(ENOUGH, 0.6 * clock.left)
        model = build(engine.instance, near, engine.room)
        with Elsewhere(
            model, weighted(model, at), clock, seconds, "HIGHS", frugal=strict is not None
        ) as other:
            solved = other.wait()
        plan = None if solved.chosen is None else near.take(solved.chosen[: len(near)])
        return Exact(plan, at, solved.bound if strict else math.inf)

    looking = pool.submit(work)
    if clock.limits.threads == 1:
        looking.exception()  # one after the other
    return looking


def _at_most(engine: Engine, exact: Exact, bounds: Mapping[str, int]) -> dict[str, int]:
    """The bounds on both levels that an integer program over every choice gives."""
    if not math.isfinite(exact.most):
        return {}
    (first, second), values = exact.rates, engine.values()
    most = math.floor(exact.most / exact.rates[first] + 1e-6) + engine.base[first]
    better = {first: max(values[first], min(bounds[first], most))}
    if better[first] == values[first]:
        better[second] = bound_on(engine, exact.rates, exact.most, bounds)
    return better
