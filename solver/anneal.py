"""A compiled local search over choices, for problems whose days are so scarce that the assignment says
little.

Simulated annealing: somebody takes one of their choices; whoever stands in its way leaves; those who had to
leave take their best free choice. Better plans stay, slightly worse ones sometimes do. The kernel knows
only columns (choices), rows with capacities (`solver.model`) and worth; a million moves take a few seconds.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from solver.choices import Choices
from solver.instance import Bools, Ints
from solver.limits import Clock
from solver.mip import Floats
from solver.model import Model

TOURNAMENT = 2
"""A move takes the best of so many more random choices of a person."""
SLICE = 100_000
"""Moves between two looks at the clock."""

Int32 = npt.NDArray[np.int32]


def kernel(function):  # type: ignore[no-untyped-def]
    """Compile; keep the machine code for the next run where a cache folder can be written."""
    try:
        return njit(cache=True, nogil=True)(function)
    except RuntimeError:
        return njit(nogil=True)(function)


@kernel
def _moves(  # type: ignore[no-untyped-def]  # noqa: C901 - one kernel: calls would cost more than they tell
    moves, seed, hot, cold, worth, col_start, col_rows, right, slot_start, slots, used, chosen,
    who_start, who_cols, person_a, person_b, match, matched_best, value, best_value,
):  # fmt: skip
    """Run some moves from temperature ``hot`` to ``cold``; changes the arrays in place."""
    np.random.seed(seed)
    people = len(who_start) - 1
    log = np.empty(4096, dtype=np.int32)
    freed = np.empty(64, dtype=np.int32)
    for step in range(moves):
        heat = hot + (cold - hot) * step / moves
        p = np.random.randint(people)
        low, high = who_start[p], who_start[p + 1]
        if low == high or (match[p] >= 0 and np.random.random() < 0.8):
            continue
        c = who_cols[low + np.random.randint(high - low)]
        for _ in range(TOURNAMENT):
            d = who_cols[low + np.random.randint(high - low)]
            if worth[d] > worth[c]:
                c = d
        if chosen[c]:
            continue
        size, gone, delta = 0, 0, worth[c]
        # whoever stands in the way leaves
        for k in range(col_start[c], col_start[c + 1]):
            r = col_rows[k]
            if used[r] >= right[r]:
                o = slots[slot_start[r] + np.random.randint(used[r])]
                delta -= worth[o]
                chosen[o] = False
                for m in range(col_start[o], col_start[o + 1]):
                    q = col_rows[m]
                    base = slot_start[q]
                    for t in range(used[q]):
                        if slots[base + t] == o:
                            slots[base + t] = slots[base + used[q] - 1]
                            break
                    used[q] -= 1
                match[person_a[o]] = -1
                match[person_b[o]] = -1
                log[size] = -1 - o
                size += 1
                freed[gone] = person_a[o]
                freed[gone + 1] = person_b[o]
                gone += 2
        chosen[c] = True
        for k in range(col_start[c], col_start[c + 1]):
            r = col_rows[k]
            slots[slot_start[r] + used[r]] = c
            used[r] += 1
        match[person_a[c]] = c
        match[person_b[c]] = c
        log[size] = c
        size += 1
        # those who left take their best free choice
        for g in range(gone):
            q = freed[g]
            if match[q] >= 0:
                continue
            best, best_worth = -1, 0.0
            for k in range(who_start[q], who_start[q + 1]):
                d = who_cols[k]
                if worth[d] > best_worth:
                    free = True
                    for m in range(col_start[d], col_start[d + 1]):
                        if used[col_rows[m]] >= right[col_rows[m]]:
                            free = False
                            break
                    if free:
                        best, best_worth = d, worth[d]
            if best >= 0:
                delta += best_worth
                chosen[best] = True
                for m in range(col_start[best], col_start[best + 1]):
                    r = col_rows[m]
                    slots[slot_start[r] + used[r]] = best
                    used[r] += 1
                match[person_a[best]] = best
                match[person_b[best]] = best
                log[size] = best
                size += 1
        if delta >= 0 or np.random.random() < np.exp(delta / heat):
            value += delta
            if value > best_value + 1e-9:
                best_value = value
                matched_best[:] = match
            continue
        for k in range(size - 1, -1, -1):
            o = log[k]
            if o >= 0:
                chosen[o] = False
                for m in range(col_start[o], col_start[o + 1]):
                    q = col_rows[m]
                    base = slot_start[q]
                    for t in range(used[q]):
                        if slots[base + t] == o:
                            slots[base + t] = slots[base + used[q] - 1]
                            break
                    used[q] -= 1
                match[person_a[o]] = -1
                match[person_b[o]] = -1
            else:
                o = -1 - o
                chosen[o] = True
                for m in range(col_start[o], col_start[o + 1]):
                    r = col_rows[m]
                    slots[slot_start[r] + used[r]] = o
                    used[r] += 1
                match[person_a[o]] = o
                match[person_b[o]] = o
    return value, best_value


def anneal(
    choices: Choices, model: Model, worth: Floats, start: Bools, clock: Clock, *, seconds: float, hot: float
) -> Bools:
    """The best set of choices found; ``worth`` per choice, ``hot`` the first temperature in the same unit.

    Every person may have one match (the model has no helper columns).
    """
    order = np.lexsort((model.row, model.column))
    col_start = np.searchsorted(model.column[order], np.arange(len(choices) + 1)).astype(np.int32)
    col_rows = model.row[order].astype(np.int32)
    right = model.right.astype(np.int32)
    slot_start = np.concatenate([[0], np.cumsum(right)]).astype(np.int64)
    slots = np.zeros(max(1, int(right.sum())), dtype=np.int32)
    used = np.zeros(len(right), dtype=np.int32)
    chosen = np.zeros(len(choices), dtype=bool)
    people = int(max(choices.a.max(initial=0), choices.b.max(initial=0))) + 1
    who = np.concatenate([choices.a, choices.b])
    by_person = np.argsort(who, kind="stable")
    who_start = np.searchsorted(who[by_person], np.arange(people + 1)).astype(np.int32)
    who_cols = (by_person % len(choices)).astype(np.int32)
    a, b = choices.a.astype(np.int32), choices.b.astype(np.int32)
    match = np.full(people, -1, dtype=np.int32)
    for c in np.flatnonzero(start).tolist():
        chosen[c] = True
        match[a[c]] = match[b[c]] = c
        for r in col_rows[col_start[c] : col_start[c + 1]].tolist():
            slots[slot_start[r] + used[r]] = c
            used[r] += 1
    value = best = float(worth[start].sum())
    kept = match.copy()
    begun, turn = clock.seconds, 0
    while not clock.over and clock.seconds - begun < seconds:
        share = min(1.0, (clock.seconds - begun) / seconds)
        heat = max(hot * (1 - share) ** 2, 1e-3 * hot)
        seed = (clock.limits.seed * 1_000_003 + turn) % 2**31
        value, best = _moves(
            SLICE, seed, heat, heat, worth.astype(np.float64),
            col_start, col_rows, right, slot_start, slots, used, chosen,
            who_start, who_cols, a, b, match, kept, value, best,
        )  # fmt: skip
        turn += 1
    result: Ints = np.unique(kept[kept >= 0])
    found = np.zeros(len(choices), dtype=bool)
    found[result] = True
    return found
