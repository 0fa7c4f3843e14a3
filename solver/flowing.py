"""The min-cost flow of OR-Tools; for a large company in a process of its own.

It keeps Python's lock while it works, for seconds among 100,000 people, and cannot be interrupted: nobody who
asks to stop would be heard, no progress told. A process can be ended.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import NamedTuple

import numpy as np
from ortools.graph.python import min_cost_flow

from solver.instance import Ints
from solver.limits import Clock
from solver.relaxing import read, write

ANSWER = "import sys; sys.path.insert(0, sys.argv[1]); from solver.flowing import answer; answer()"
"""Isolated (`-I`), so that no file of the folder one works in is taken for a module."""


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
        return _here(arcs)
    return _elsewhere(arcs, clock)


def _here(arcs: Arcs) -> Ints:
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(arcs.tail, arcs.head, arcs.room, arcs.cost)
    source, sink, supply = arcs.ends.tolist()
    flow.set_nodes_supplies(np.array([source, sink]), np.array([supply, -supply]))
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the assignment ended with status {status}")
    return np.asarray(flow.flows(np.arange(len(arcs.tail))), dtype=np.int64)


def _elsewhere(arcs: Arcs, clock: Clock) -> Ints:
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-I", "-c", ANSWER, str(Path(__file__).parents[1])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for whoever waits, who then ends this process
    )
    assert process.stdin is not None
    assert process.stdout is not None
    source, target = process.stdout, process.stdin
    answer = list[Ints]()

    def work() -> None:
        try:
            for array in arcs:
                write(target, array)
            answer.append(read(source).astype(np.int64))
        except (OSError, EOFError, ValueError):
            return  # the process was ended

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(0.05)
            clock.go_on()
    finally:
        process.kill()
        thread.join()
        process.communicate()
    return answer[0] if answer else _here(arcs)


def answer() -> None:
    """The other side: the arcs come in, what they carry goes out."""
    try:
        write(sys.stdout.buffer, _here(Arcs(*(read(sys.stdin.buffer).astype(np.int64) for _ in range(5)))))
    except (EOFError, BrokenPipeError):
        sys.exit(1)
