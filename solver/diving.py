"""A plan from a linear relaxation, where an integer program over all of it would not end.

Some of what the relaxation takes most of is kept, and the rest is relaxed again. As long as that costs nearly
nothing it goes on: a relaxation has many best solutions, and each step chooses among them. A step that costs
more is taken back and a shorter one follows. What is open in the end is a program that can be solved.

This is diving with backtracking (Achterberg, Constraint Integer Programming, 2007, chapter 9).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from ortools.math_opt.python import mathopt
from scipy import sparse

from solver.choices import Choices, among
from solver.engine import Engine
from solver.hard import Elsewhere
from solver.instance import Bools, Ints
from solver.limits import Clock
from solver.mip import Floats, program, run
from solver.model import Model, narrowed, weighted

STEP, SHORTEST = 0.4, 0.03
"""Of what the relaxation takes beyond what is kept, so much is kept next; half of it after each step back."""
STEPS = 0.65
"""So much of the time is for the steps, the rest for what is open then."""
OPEN = 1_500
"""So few columns are an integer program that can be solved."""
MOST = 20_000
"""So many choices are looked at, those that the prices known like best."""
LONGEST = 0.6
"""A dive has so much of the time that is left."""
COSTS = 1e-3
"""What its steps may cost, as a share of the value of the last level."""
STRICTER = 12
"""At the end each level counts so many times more before the next."""
TINY = 1e-6


def dive(
    model: Model,
    objective: Ints,
    last: Ints,
    clock: Clock,
    *,
    seconds: float,
    costs: float | None = None,
    beyond: float = -np.inf,
    step: float = STEP,
) -> Bools | None:
    """The columns of a good plan for an objective, found within ``seconds``; None where none was.

    ``last`` is the objective of the integer program at the end, which may be stricter; ``costs`` what the
    steps may take off the objective (by default a share of it), which stays at ``beyond`` or more.
    """
    seconds = min(seconds, clock.left)
    ends, steps_end = clock.seconds + seconds, clock.seconds + STEPS * seconds
    part = _Part(model, objective)
    found = part.relax(clock, steps_end)
    if found is None or found.value < beyond - TINY:
        return None
    costs = COSTS * abs(found.value) if costs is None else costs
    least, behind = max(found.value - costs, beyond - TINY), []
    while part.open > OPEN and step >= SHORTEST and clock.seconds < steps_end and not clock.over:
        before = part.kept, part.shut
        if not part.keep(found.columns, step):
            break
        after = part.relax(clock, steps_end)
        if after is None or after.value < least:
            part.put_back(*before)
            step /= 2
        else:
            found = after
            behind.append(before)
    while (left := ends - clock.seconds) > 0 and not clock.over:
        rest, free = part.rest()
        with Elsewhere(rest, last[free], clock, left) as other:
            solved = other.wait()
        if solved.chosen is not None:
            chosen = part.kept.copy()
            chosen[free] = solved.chosen
            return chosen
        if not (solved.infeasible and behind):
            break
        part.put_back(*behind.pop())  # what was kept last leaves no whole plan
    return None


def dived(
    engine: Engine,
    choices: Choices,
    model: Model,
    rates: Mapping[str, int],
    reduced: Floats | None = None,
) -> Choices | None:
    """The plan of a dive along the relaxation of a model of these choices: of all, or of those worth most."""
    size, clock = len(choices), engine.clock
    best_first = np.arange(size) if reduced is None else np.argsort(-reduced[:size], kind="stable")[:MOST]
    columns = np.concatenate([np.sort(best_first), np.arange(size, model.columns)])
    some = narrowed(model, columns)
    levels = [level for level in reversed(engine.order) if level in rates]
    last = {level: rates[level] * STRICTER**place for place, level in enumerate(levels)}
    costs = COSTS * abs(engine.values()[levels[0]])
    seconds = LONGEST * clock.left
    chosen = dive(some, weighted(some, rates), weighted(some, last), clock, seconds=seconds, costs=costs)
    return None if chosen is None else choices.take(columns[: some.choices][chosen[: some.choices]])


def plan_of(engine: Engine, choices: Choices) -> Ints:
    """Which of these choices are on the board."""
    return np.flatnonzero(among(engine.instance, choices, engine.loose_choices()))


def liked(engine: Engine, choices: Choices, model: Model, reduced: Floats) -> Ints:
    """The columns of a model of these choices that prices like best, and those of the plan on the board."""
    size = len(choices)
    worth = reduced[:size].copy()
    worth[plan_of(engine, choices)] = np.inf
    best = np.sort(np.argsort(-worth, kind="stable")[:MOST])
    return np.concatenate([best, np.arange(size, model.columns)])


def dived_given(
    choices: Choices,
    given: Model,
    level: str,
    columns: Ints,
    clock: Clock,
    *,
    seconds: float,
    beyond: float = -np.inf,
    step: float = STEP,
) -> Choices | None:
    """The plan of a dive for a level over some columns of a model that holds the levels before; None where
    none was found that has so much as ``beyond``.
    """
    some = narrowed(given, columns)
    objective = some.worth[level]
    chosen = dive(some, objective, objective, clock, seconds=seconds, beyond=beyond, step=step)
    return None if chosen is None else choices.take(columns[: some.choices][chosen[: some.choices]])


@dataclass(frozen=True)
class _Relaxed:
    columns: Floats
    value: float


class _Part:
    """What is still open of a program: all but the columns that are kept, and those that these shut."""

    def __init__(self, model: Model, objective: Ints) -> None:
        self.model, self.objective = model, objective
        shape = len(model.right), model.columns
        self.matrix = sparse.csc_matrix((model.entry.astype(float), (model.row, model.column)), shape=shape)
        self.shuts = np.ones(len(model.right), dtype=bool)
        """Rows without helpers: once they are full, their other columns are shut."""
        self.shuts[model.row[model.entry < 0]] = False
        self.asks = np.ones(len(model.right), dtype=bool)
        """Rows that ask for so much of something, and limit nothing."""
        self.asks[model.row[model.entry > 0]] = False
        self.kept = np.zeros(model.columns, dtype=bool)
        self.shut = np.zeros(model.columns, dtype=bool)
        built = mathopt.Model.from_model_proto(program(model, objective, integer=False))
        self.variables = list(built.variables())
        self.solver = mathopt.IncrementalSolver(built, mathopt.SolverType.GLOP)

    @property
    def open(self) -> int:
        """How many columns are."""
        return int((~self.kept & ~self.shut).sum())

    def relax(self, clock: Clock, ends: float) -> _Relaxed | None:
        """The relaxation of what is open, from where the last one ended; None when time runs out."""
        left = dt.timedelta(seconds=max(0.05, ends - clock.seconds))
        result = run(lambda: self.solver.solve(params=mathopt.SolveParameters(time_limit=left)), clock)
        if result is None or result.termination.reason != mathopt.TerminationReason.OPTIMAL:
            return None
        return _Relaxed(np.asarray(result.variable_values(self.variables)), result.objective_value())

    def keep(self, columns: Floats, share: float) -> bool:
        """Keep a share of what a relaxation takes, what it takes most of first; whether any has room."""
        open_ = ~self.kept & ~self.shut
        many = int(columns[open_].sum() * share) + 1
        best_first = np.argsort(np.where(open_, -columns, 1.0), kind="stable")[:many]
        kept, matrix = self.kept.copy(), self.matrix
        room = np.where(self.asks, np.inf, self.model.right - matrix @ kept)
        for column in best_first[columns[best_first] > TINY].tolist():
            at = slice(matrix.indptr[column], matrix.indptr[column + 1])
            if (room[matrix.indices[at]] >= matrix.data[at]).all():
                kept[column] = True
                room[matrix.indices[at]] -= matrix.data[at]
        some = bool((kept != self.kept).any())
        full = self.shuts & (room < 1)
        self.put_back(kept, (full @ (matrix > 0) > 0) & ~kept)
        return some

    def put_back(self, kept: Bools, shut: Bools) -> None:
        """These columns are kept and these are shut, no others."""
        for column in np.flatnonzero(kept != self.kept).tolist():
            self.variables[column].lower_bound = float(kept[column])
        for column in np.flatnonzero(shut != self.shut).tolist():
            self.variables[column].upper_bound = float(not shut[column])
        self.kept, self.shut = kept, shut

    def rest(self) -> tuple[Model, Ints]:
        """What is open as a program of its own, and which columns these are."""
        free = np.flatnonzero(~self.kept & ~self.shut)
        used = (self.matrix @ self.kept).astype(np.int64)
        return replace(narrowed(self.model, free), right=self.model.right - used), free
