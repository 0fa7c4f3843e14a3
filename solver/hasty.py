"""A plan in two seconds, for whoever asks to stop a large company before there is any other."""

from __future__ import annotations

import numpy as np

from solver.assignment import network
from solver.days import schedule
from solver.edges import wished_edges
from solver.engine import Engine
from solver.limits import Clock

LOOKED_AT = 400_000
"""Pairs in which a wish comes true that are looked at, where no others are known."""


def place_hastily(engine: Engine) -> None:
    """Match whoever can be matched at once: priority first, then wishes, as long as time lasts."""
    instance = engine.instance
    net = engine.net
    if net is None:
        net = network(instance, wished_edges(instance, most=LOOKED_AT), engine.room, engine.settled)
    left, right = net.edges.left, net.edges.right
    best = np.lexsort((-net.worth["wishes"], -net.left_gain[left] - net.right_gain[right]))
    left_room, right_room = net.left_room.tolist(), net.right_room.tolist()
    chosen = []
    for edge, a, b in zip(best.tolist(), left[best].tolist(), right[best].tolist(), strict=True):
        if left_room[a] and right_room[b]:
            left_room[a] -= 1
            right_room[b] -= 1
            chosen.append(edge)
    clock = Clock(engine.clock.limits, should_stop=lambda: True, large=True)
    for match in schedule(engine.board, left[chosen], right[chosen], depth=0, clock=clock):
        engine.board.remove(match)
