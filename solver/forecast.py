"""How many more people a change would match, quickly enough for a slider.

The answer is a range: plans that were really made, and bounds that no plan can beat. When the two meet, it
is exact.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from solver.changes import Change, apply
from solver.days import Board
from solver.engine import Engine
from solver.instance import Instance
from solver.limits import Clock, Limits
from solver.problem import Problem
from solver.solving import place_pins

NAMED = 5


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """A team that people without a match could visit, and how many of them."""

    team: str
    waiting: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """People matched before and after: at least and at most; ``exact`` when each is one number."""

    before: tuple[int, int]
    after: tuple[int, int]
    bottlenecks: tuple[Bottleneck, ...]
    seconds: float

    @property
    def exact(self) -> bool:
        return self.before[0] == self.before[1] and self.after[0] == self.after[1]

    @property
    def gain(self) -> tuple[int, int]:
        """At least and at most so many more people."""
        return self.after[0] - self.before[1], self.after[1] - self.before[0]


def forecast(problem: Problem, changes: Iterable[Change] = (), *, limits: Limits | None = None) -> Forecast:
    """How many people would be matched; ``limits.seconds`` (1 by default) is kept closely."""
    limits = limits or Limits(seconds=1.0)
    started = time.monotonic()
    changes = list(changes)
    half = replace(limits, seconds=None if limits.seconds is None else limits.seconds / (2 if changes else 1))
    before, engine = _range(problem, half)
    after = before
    if changes:
        after, engine = _range(apply(problem, changes), half)
    return Forecast(before, after, _bottlenecks(engine), time.monotonic() - started)


def _range(problem: Problem, limits: Limits) -> tuple[tuple[int, int], Engine]:
    """People matched in a plan really made, and the most that any plan can match."""
    heads = replace(
        problem, people=tuple(replace(p, priority=1, wishes=()) for p in problem.people), previous=()
    )
    heads = replace(heads, campaign=replace(heads.campaign, link_points=0))
    instance = Instance(heads)
    board = Board(instance)
    clock = Clock(limits)
    place_pins(instance, board, clock)
    engine = Engine(instance, board, clock, ("people",))
    engine.schedule(engine.assign())
    small = engine.solve_small()
    values = engine.values()
    most = engine.bounds(values)["people"]
    if values["people"] < most and not (small and engine.combined_proven):
        engine.repair((40, 120), until=clock.seconds + clock.left * 0.7)
        values = engine.values()
    if small and engine.combined_proven:
        most = values["people"]
    return (values["people"], max(most, values["people"])), engine


def _bottlenecks(engine: Engine) -> tuple[Bottleneck, ...]:
    """The teams that most of the people without a match could visit."""
    assert engine.net is not None
    instance, edges = engine.instance, engine.net.edges
    matched = np.zeros(instance.n, dtype=bool)
    for match in engine.board.live():
        matched[engine.board.left[match]] = True
        matched[engine.board.right[match]] |= instance.swap
    visitor = np.concatenate([edges.left, edges.right]) if instance.swap else edges.left
    host = np.concatenate([edges.right, edges.left]) if instance.swap else edges.right
    waiting = ~matched[visitor]
    keys = np.unique(visitor[waiting] * instance.T + instance.team[host[waiting]])
    count: Counter[int] = Counter((keys % max(1, instance.T)).tolist())
    return tuple(Bottleneck(instance.problem.teams[t].id, n) for t, n in count.most_common(NAMED))
