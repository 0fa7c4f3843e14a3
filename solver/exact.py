"""Exact optimisation over a list of choices with CP-SAT, one level after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from solver.instance import Bools, Ints
from solver.limits import Clock
from solver.model import Model


@dataclass(frozen=True)
class Outcome:
    """Chosen columns, and for each level its value and proven upper bound (all levels maximised)."""

    chosen: Bools
    values: dict[str, int]
    bounds: dict[str, int]


class _Watch(cp_model.CpSolverSolutionCallback):
    def __init__(self, clock: Clock, level: str, head: int) -> None:
        super().__init__()
        self.clock, self.level, self.head = clock, level, head

    def on_solution_callback(self) -> None:
        value = round(self.objective_value)
        people = value if self.level == "people" else self.head
        self.clock.tell(self.level, value, self.best_objective_bound, people)
        if self.clock.over:
            self.stop_search()


def maximise(
    model: Model,
    order: Sequence[str],
    clock: Clock,
    *,
    pins: Sequence[Ints] = (),
    hint: Bools | None = None,
    known_bounds: Mapping[str, int] | None = None,
) -> Outcome | None:
    """The lexicographically best columns; None when the pins cannot all be kept (or time ran out)."""
    cp = cp_model.CpModel()
    x = [cp.new_bool_var("") for _ in range(model.columns)]
    order_rows = np.argsort(model.row, kind="stable")
    cuts = np.searchsorted(model.row[order_rows], np.arange(len(model.right) + 1))
    column, entry = model.column[order_rows].tolist(), model.entry[order_rows].tolist()
    right = model.right.tolist()
    for r, (low, high) in enumerate(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True)):
        terms = [x[c] for c in column[low:high]]
        if right[r] == 1:
            cp.add_at_most_one(terms)
        else:
            cp.add(cp_model.LinearExpr.weighted_sum(terms, entry[low:high]) <= right[r])
    for columns in pins:
        cp.add_bool_or([x[c] for c in columns.tolist()])
    chosen = hint
    values: dict[str, int] = {}
    bounds: dict[str, int] = {}
    for level in order:
        worth = model.worth[level]
        used = np.flatnonzero(worth)
        terms = [x[c] for c in used.tolist()]
        total = cp_model.LinearExpr.weighted_sum(terms, worth[used].tolist())
        known = None if known_bounds is None else known_bounds.get(level)
        if chosen is not None:
            cp.clear_hints()  # type: ignore[no-untyped-call]
            for variable, value in zip(x, chosen.tolist(), strict=True):
                cp.add_hint(variable, bool(value))
            reached = int(worth[chosen].sum())
            if not len(used) or (known is not None and reached >= known) or clock.over:
                values[level] = reached
                if not len(used) or (known is not None and reached >= known):
                    bounds[level] = reached
                cp.add(total >= reached)
                continue
        cp.maximize(total)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = max(1, clock.limits.threads)
        solver.parameters.random_seed = clock.limits.seed
        solver.parameters.max_time_in_seconds = max(0.01, clock.left)
        status = solver.solve(cp, _Watch(clock, level, values.get("people", 0)))
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            chosen = np.array([solver.boolean_value(variable) for variable in x], dtype=bool)
        if chosen is None:
            return None
        values[level] = int(worth[chosen].sum())
        bound = int(np.floor(solver.best_objective_bound + 1e-6)) if len(used) else 0
        if status != cp_model.UNKNOWN or bound >= values[level]:
            bounds[level] = max(values[level], bound if known is None else min(bound, known))
        cp.add(total >= values[level])
    return Outcome(chosen if chosen is not None else np.zeros(model.columns, dtype=bool), values, bounds)
