"""Who is assigned to whom by OR-Tools' flow; for a large company in a process of its own.

It works for seconds among 100,000 people; nobody who asks to stop would be heard meanwhile, no progress told.
"""

from __future__ import annotations

import sys
import threading
from typing import NamedTuple

import numpy as np
from ortools.graph.python import min_cost_flow

from solver.apart import Apart, read, streams, write
from solver.instance import Ints
from solver.limits import Clock


class Arcs(NamedTuple):
    """From, to, capacity and cost of each arc; ``ends``: source, sink, what flows from one to the other."""

    tail: Ints
    head: Ints
    room: Ints
    cost: Ints
    ends: Ints


def cheapest_flow(arcs: Arcs, clock: Clock | None) -> Ints:
    """How much each arc carries in a cheapest flow. Raises `Stopped` where the clock says so."""
    if clock is None or not clock.large:
        return _flow(arcs)
    answer = list[Ints]()
    with Apart(__name__) as apart:

        def work() -> None:
            try:
                apart.send(*arcs)
                answer.append(apart.receive().astype(np.int64))
            except (OSError, EOFError, ValueError):
                return  # the process was ended

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            while thread.is_alive():
                thread.join(0.05)
                clock.go_on()
        finally:
            apart.end()
            thread.join()
    return answer[0] if answer else _flow(arcs)


def _flow(arcs: Arcs) -> Ints:
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(arcs.tail, arcs.head, arcs.room, arcs.cost)
    source, sink, supply = arcs.ends.tolist()
    flow.set_nodes_supplies(np.array([source, sink]), np.array([supply, -supply]))
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the assignment ended with status {status}")
    return np.asarray(flow.flows(np.arange(len(arcs.tail))), dtype=np.int64)


def answer() -> None:
    """The other side: arcs come in, what they carry goes out."""
    try:
        source, out = streams()
        write(out, _flow(Arcs(*(read(source).astype(np.int64) for _ in Arcs._fields))))
    except (EOFError, BrokenPipeError):
        sys.exit(1)
