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
from solver.near import without_minutes
from solver.pins import contradictions
from solver.problem import LEVELS, Problem
from solver.solving import place_pins, search

NAMED = 5
SHARE = 0.75
"""Of the time given, so much is for searching: the last step begun may take a little longer."""


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """A team that people without a match could visit, and how many of them."""

    team: str
    waiting: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """People matched before and after: at least (a plan really made) and at most (a bound no plan beats).

    ``possible`` is False where the pinned visits contradict the rules: then there is no plan to count.
    """

    before: tuple[int, int]
    after: tuple[int, int]
    bottlenecks: tuple[Bottleneck, ...]
    seconds: float
    possible: bool = True
    loosened: bool = False
    """Nothing became stricter: nobody can be lost."""

    @property
    def exact(self) -> bool:
        """Whether both are proven to the person; else they are bounds."""
        return self.possible and self.before[0] == self.before[1] and self.after[0] == self.after[1]

    @property
    def gain(self) -> tuple[int, int]:
        """At least and at most so many more people."""
        least = self.after[0] - self.before[1]
        return max(0, least) if self.loosened else least, self.after[1] - self.before[0]


def forecast(problem: Problem, changes: Iterable[Change] = (), *, limits: Limits | None = None) -> Forecast:
    """How many people would be matched. ``limits.seconds`` (1 by default) is kept, reading the plan included.

    What loosens the rules never lowers either end: whoever is matched now could still be, and a bound on what
    would be holds for what is.
    """
    limits = limits or Limits(seconds=1.0)
    started = time.monotonic()
    changes = list(changes)
    half = limits
    if limits.seconds is not None:
        half = replace(limits, seconds=limits.seconds * SHARE / (2 if changes else 1))
    before, engine = _range(problem, half)
    after, loosened = before, False
    if changes:
        if limits.seconds is not None:  # what the first half left over is for the second
            left = limits.seconds - (time.monotonic() - started)
            half = replace(limits, seconds=max(0.05, left - (1 - SHARE) * limits.seconds))
        changed = apply(problem, changes)
        after, engine = _range(changed, half)
        loosened = loosens(problem, changed)
        if before and after and loosened:
            before = before[0], min(before[1], after[1])
            after = max(before[0], after[0]), after[1]
    if before is None or after is None or engine is None:
        return Forecast((0, 0), (0, 0), (), time.monotonic() - started, possible=False)
    return Forecast(before, after, _bottlenecks(engine), time.monotonic() - started, loosened=loosened)


def loosens(before: Problem, after: Problem) -> bool:
    """Whether every plan of the first is one of the second: nothing became stricter, pins are the same."""
    old, new = before.campaign, after.campaign
    if (old.days, old.exchange, before.pinned, before.sites) != (
        new.days, new.exchange, after.pinned, after.sites
    ):  # fmt: skip
        return False
    if (
        new.max_travel_minutes < old.max_travel_minutes
        or new.max_gap_days < old.max_gap_days
        or new.min_gap_days > old.min_gap_days
        or not before.minutes.keys() <= after.minutes.keys()
        or any(after.minutes[pair] > took for pair, took in before.minutes.items())
        or not after.forbidden <= before.forbidden
    ):
        return False
    teams, people = after.team_by_id, after.person_by_id
    days = range(len(old.days))
    for team in before.teams:
        other = teams.get(team.id)
        if other is None or other.closed & ~team.closed:
            return False
        if other is not team and any(
            other.limit(day).max_away < team.limit(day).max_away
            or other.limit(day).max_visitors < team.limit(day).max_visitors
            for day in days
        ):
            return False
    for person in before.people:
        now = people.get(person.id)
        if now is None or after.may_swap(now) < before.may_swap(person):
            return False
        if now is not person and (person.available & ~now.available or person.can_host & ~now.can_host):
            return False
    return True


def _range(problem: Problem, limits: Limits) -> tuple[tuple[int, int] | None, Engine | None]:
    """People matched in a plan really made, and the most that any plan can match; None where pins clash."""
    clock = Clock(limits)
    if contradictions(problem):
        return None, None
    heads = replace(
        problem, people=tuple(replace(p, priority=1, wishes=()) for p in problem.people), previous=()
    )
    heads = without_minutes(replace(heads, campaign=replace(heads.campaign, link_points=0)))
    instance = Instance(heads)
    start = Board(instance)
    if not place_pins(instance, start, clock):
        return None, None
    engine = Engine(instance, start, clock, LEVELS)
    most = search(engine)["people"]
    board = engine.board
    matched = {board.left[match] for match in board.live()}
    if instance.swap:
        matched |= {board.right[match] for match in board.live()}
    return (len(matched), max(most, len(matched))), engine


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
