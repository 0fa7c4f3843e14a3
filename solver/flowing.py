"""Who is assigned to whom, by the libraries that do it best; for a large company in a process of its own.

Where everybody has one match at most, scipy's matching takes half to a tenth of the time of OR-Tools' flow,
which does the rest. Both find the same value. Either works for seconds among 100,000 people; nobody who asks
to stop would be heard meanwhile, no progress told.
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


class Pairs(NamedTuple):
    """Left, right (numbers from 0, no pair twice) and worth of each pair; ``sizes``: how many left, right."""

    left: Ints
    right: Ints
    worth: Ints
    sizes: Ints


def cheapest_flow(arcs: Arcs, clock: Clock | None) -> Ints:
    """How much each arc carries in a cheapest flow. Raises `Stopped` where the clock says so."""
    return _answer(arcs, clock)


def best_matching(pairs: Pairs, clock: Clock | None) -> Ints:
    """Which pairs (0 or 1 for each) are worth most together, nobody being in two. Raises `Stopped` where the
    clock says so.
    """
    return _answer(pairs, clock)


def _flow(arcs: Arcs) -> Ints:
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(arcs.tail, arcs.head, arcs.room, arcs.cost)
    source, sink, supply = arcs.ends.tolist()
    flow.set_nodes_supplies(np.array([source, sink]), np.array([supply, -supply]))
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the assignment ended with status {status}")
    return np.asarray(flow.flows(np.arange(len(arcs.tail))), dtype=np.int64)


def _matching(pairs: Pairs) -> Ints:
    from scipy.sparse import csr_matrix  # here: small companies do not wait for it
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    lefts, rights = pairs.sizes.tolist()
    alone, unmatched = (
        np.arange(lefts),
        int(pairs.worth.max(initial=0)) + 1,
    )  # an absent cost is no pair at all
    cost = np.concatenate([unmatched - pairs.worth, np.full(lefts, unmatched)]).astype(np.float64)
    rows, columns = np.concatenate([pairs.left, alone]), np.concatenate([pairs.right, rights + alone])
    matrix = csr_matrix((cost, (rows, columns)), shape=(lefts, rights + lefts))
    row, column = min_weight_full_bipartite_matching(matrix)
    partner = np.full(lefts, -1, dtype=np.int64)
    partner[row] = column
    return np.asarray(partner[pairs.left] == pairs.right, dtype=np.int64)


def _here(asked: Arcs | Pairs) -> Ints:
    return _matching(asked) if isinstance(asked, Pairs) else _flow(asked)


def _answer(asked: Arcs | Pairs, clock: Clock | None) -> Ints:
    if clock is None or not clock.large:
        return _here(asked)
    answer = list[Ints]()
    with Apart(__name__) as apart:

        def work() -> None:
            try:
                apart.send(np.array([isinstance(asked, Pairs)], dtype=np.int64), *asked)
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
    return answer[0] if answer else _here(asked)


def answer() -> None:
    """The other side: arcs or pairs come in, what they carry goes out."""
    try:
        source, out = streams()
        kind = Pairs if read(source)[0] else Arcs
        write(out, _here(kind(*(read(source).astype(np.int64) for _ in kind._fields))))
    except (EOFError, BrokenPipeError):
        sys.exit(1)
