"""Swaps of which one visit alone is pinned: on which day the other takes place is part of the problem.

The search takes days for those visits before it begins, and keeps them. Where choices are few, all of them
are then looked at once more, level by level, these days included. Elsewhere the bounds are those of the
problem without pins, which hold whatever days these visits take; where there is time it is solved for them.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from solver.choices import Choices
from solver.days import Board
from solver.engine import Engine
from solver.hard import solve_hard
from solver.instance import Instance
from solver.mip import at_least, held
from solver.model import build
from solver.pins import pin_rows, pinned_choices

SEARCHED, FEW = 1_500, 4
"""Up to so many people the problem without pins is solved as well, where one in so many is pinned at most: a
repair pins nearly everybody, and waits for no better bound.
"""


def is_searched(instance: Instance) -> bool:
    """Whether the problem is solved without its pins as well, for its bounds."""
    return FEW * len(instance.problem.pinned) <= instance.n <= SEARCHED


def settle(engine: Engine, search: Callable[[Engine], dict[str, int]]) -> dict[str, int]:
    """Bounds on every level (maximised); where choices are few, the best plan of all is on the board.

    ``search`` fills an engine's board and returns bounds.
    """
    instance, clock = engine.instance, engine.clock
    free = Engine(instance, Board(instance), clock, engine.order)
    free.assign()
    known, choices = dict[str, int](), free.whole()
    if choices is None and is_searched(instance):
        found, values = search(free), engine.values()
        for level in engine.order:
            known[level] = found[level]
            if values[level] != free.values()[level]:
                break  # what follows is given what that plan has
    elif choices is not None:
        choices = _holding(instance, choices)
        model = build(instance, choices)
        for holds in pin_rows(instance, choices):
            columns = np.flatnonzero(holds)
            model = at_least(model, columns, np.ones(len(columns), dtype=np.int64), 1)
        for level in [level for level in engine.order if free.weights[level]]:
            if clock.over:
                break
            solved = solve_hard(model, model.worth[level], clock, seconds=clock.left / 2)
            if math.isfinite(solved.bound):
                known[level] = math.floor(solved.bound + 1e-6)
            if solved.chosen is None:
                break
            _offer(engine, choices.take(solved.chosen[: len(choices)]))
            value = int(model.worth[level][solved.chosen].sum())
            if not solved.proven or engine.values()[level] != value:
                break
            model = held(model, level, value)
    values = engine.values()
    bounds = free.bounds(values)
    return {level: max(values[level], min(most, known.get(level, most))) for level, most in bounds.items()}


def _holding(instance: Instance, choices: Choices) -> Choices:
    """All of these but those of pinned pairs that lack a pinned visit of theirs."""
    pinned, n, days = pinned_choices(instance), instance.n, max(1, instance.D)

    def pairs(some: Choices) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return some.a * n + some.b

    def keys(some: Choices) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return (pairs(some) * days + some.day) * (days + 1) + some.other + 1

    return choices.take(~np.isin(pairs(choices), pairs(pinned)) | np.isin(keys(choices), keys(pinned)))


def _offer(engine: Engine, plan: Choices) -> None:
    """Put a plan with every pin on the board unless it is worse than the one that is there."""
    before, other = engine.in_order(), engine.board
    engine.board = Board(engine.instance)
    for a, b, day, back in plan.rows():
        engine.board.put(engine.board.add(a, b), (day, back))
    if engine.in_order() < before:
        engine.board = other
