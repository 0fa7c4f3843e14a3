"""The search where days are many: the assignment nearly fits into them.

First the days of the assigned pairs, then an assignment without the pairs that find none; then whoever
falls short of the prices is matched anew, piece by piece, each piece exactly. Where that leaves something to
find, everybody's best colleagues by the prices are searched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from solver.choices import choices_of, count_choices
from solver.engine import NEARLY, Engine
from solver.improve import Target, culprits, piece_around, rematch
from solver.limits import LARGE
from solver.mip import solve_integer
from solver.model import build, weighted
from solver.otherwise import match_otherwise

PIECES, SIZES = 120, (120, 400, 1_500)
"""So many pieces are matched anew at most, of so many people."""
MOVES = 100
"""Moves of the search for each person where days are many; it then starts close to the best."""
MILD, HOT = (0.01, 0.003), (0.1, 0.1)
"""Temperatures of its two rounds, in points of the first level, where the assignment nearly fits into the
days, and where it does not."""
MOSTLY = 0.9
TIGHT = 200_000
"""Up to so many choices, those of the pairs that fall short of the prices by nothing are solved exactly."""
EACH = 40
"""Where days are many, the search looks at so many colleagues of each person."""


def unproven(engine: Engine, bounds: Mapping[str, int]) -> bool:
    """Whether a better plan than the one on the board may exist."""
    return any(bounds[level] > value for level, value in engine.values().items())


def improve(engine: Engine) -> None:
    """Bring a plan nearer to the best, quickly."""
    engine.anneal(engine.guided(each=EACH), moves=MOVES, seconds=engine.clock.left / 5, hot=MILD[0])


def search(engine: Engine) -> dict[str, int]:
    """Bring the plan on the board near to the best; bounds on every level by the prices of the assignment."""
    n, clock = engine.instance.n, engine.clock
    once = engine.instance.cap.max(initial=0) <= 1
    mostly = engine.fits(MOSTLY)
    if not clock.over and mostly and not engine.leading_proven():
        engine.anneal(engine.narrow(), moves=MOVES, seconds=0.1 * clock.left, hot=MILD[0])
    if once and mostly and not engine.leading_proven():
        match_otherwise(engine)
        # of those who may have several matches the program is too large to end
        if clock.left and engine.fits(NEARLY) and not engine.leading_proven():
            settle(engine)
    if not unproven(engine, bounds := engine.bounds(engine.values())):
        return bounds
    near = engine.fits(NEARLY)
    if near:
        until = clock.seconds + 0.5 * max(0.0, clock.left - engine.owed)
        repair(engine, SIZES[:2], most=PIECES, until=until)
    if not engine.leading_proven() and not (near and (n > LARGE or clock.over)):
        _anneal(engine)
    engine.sweep()
    values = engine.values()
    return engine.softened(values, engine.bounds(values))


def _anneal(engine: Engine) -> None:
    """Search everybody's best colleagues by the prices, hot and then less so; then larger pieces."""
    n, clock = engine.instance.n, engine.clock
    guided = engine.guided(each=EACH)
    for hot in MILD if engine.fits(MOSTLY) else HOT:
        before = engine.leading()
        engine.anneal(guided, moves=MOVES, seconds=0.35 * max(0.0, clock.left - engine.owed), hot=hot)
        if engine.leading_proven() or clock.over:
            return
    flows = 5 if n <= LARGE else 3  # what is left then pays for better bounds
    last = clock.left - engine.owed - flows * engine.flow_seconds
    if n <= LARGE:
        repair(engine, SIZES, most=PIECES, until=clock.seconds + last)
    elif last > 0 and engine.leading() != before:
        engine.anneal(guided, moves=MOVES, seconds=last, hot=0.003)


def settle(engine: Engine) -> None:
    """Find days for the pairs that fall short of the prices by nothing, where they have few: if these fit
    together there is no better plan.
    """
    assert engine.net is not None
    assert engine.prices is not None
    instance = engine.instance
    tight = engine.net.edges.take(np.flatnonzero(engine.net.beyond(engine.weights, engine.prices) >= 0))
    if count_choices(instance, tight, enough=TIGHT) > TIGHT:
        return
    choices = choices_of(instance, tight.left, tight.right, engine.busy)
    model = build(instance, choices, engine.room)
    solved = solve_integer(
        model, weighted(model, engine.weights), engine.clock, seconds=engine.clock.left / 4
    )
    if solved.chosen is not None:
        engine.offer(choices.take(solved.chosen[: len(choices)]))


def repair(engine: Engine, sizes: Sequence[int], *, most: int, until: float = 1e9) -> None:
    """Match culprits anew in ever larger pieces, at most so many, until none can be helped.

    Larger pieces than the first are not needed once the first two levels are proven.
    """
    assert engine.net is not None
    assert engine.prices is not None
    target = Target.of(engine.net, engine.weights, engine.prices)
    pieces = 0
    for size in sizes:
        hopeless: set[tuple[int, ...]] = set()
        while True:
            if size > sizes[0] and engine.leading_proven():
                return
            missed = [who for who in culprits(engine.board, target) if who not in hopeless]
            if not missed:
                break
            touched: set[int] = set()
            for seeds in missed:
                if pieces == most or engine.clock.over or engine.clock.seconds > until:
                    return
                if touched & set(seeds):
                    continue
                pieces += 1
                piece = piece_around(engine.board, target, seeds, size=size)
                seconds = min(max(2.0, size / 500), until - engine.clock.seconds)
                if rematch(engine.board, target, piece, engine.clock, seconds=seconds):
                    touched |= set(piece.tolist())
                    engine.tell()
                else:
                    hopeless.add(seeds)
