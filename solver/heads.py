"""How many people any plan can match, where a plan counts their priorities and not their heads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solver.assignment import assign, bound
from solver.engine import Engine
from solver.instance import Instance, Ints


def by_twos(instance: Instance) -> bool:
    """Where everybody has one swap, people are matched by twos."""
    return instance.swap and int(instance.cap.max(initial=0)) <= 1


def most_of(priority: Ints, points: int) -> int:
    """So many people at most who together have no more points."""
    return int(np.searchsorted(np.cumsum(np.sort(priority)), points, side="right"))


def flow_bound(engine: Engine, gain: Ints) -> int:
    """What the matches that are not pinned are worth at most where everybody is worth their gain."""
    net = engine.net
    assert net is not None
    idle = np.where(engine.room.matched, 0, gain)
    other = replace(net, left_gain=idle, right_gain=idle if engine.instance.swap else np.zeros_like(idle))
    return bound(other, {"people": 1}, assign(other, {"people": 1})[1])


def heads_at_most(engine: Engine, points: int) -> int:
    """A bound on people from one on points and, where time allows, from an assignment that counts heads."""
    clock, instance = engine.clock, engine.instance
    most = most_of(instance.priority, points)
    spare = float("inf") if clock.limits.seconds is None else clock.limits.seconds - clock.seconds
    if engine.net is not None and not clock.is_asked_to_stop and spare > 3 * engine.flow_seconds:
        gain = np.ones(instance.n, dtype=np.int64)
        most = min(most, int(engine.room.matched.sum()) + flow_bound(engine, gain))
    return most - most % 2 if by_twos(instance) else most
