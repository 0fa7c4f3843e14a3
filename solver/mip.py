"""Integer and linear optimisation of a `Model` with HiGHS and PDLP (both inside OR-Tools).

The solver runs in a thread of its own, so that somebody who wants to stop is heard at once; the thread then
ends by its own time limit. OR-Tools and the separate `highspy` wheel cannot live in one process (their
symbols clash).
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt
from ortools.util.python.solve_interrupter import SolveInterrupter

from solver.instance import Bools, Ints
from solver.limits import Clock, Limits
from solver.model import Model

TWISTED = 1_500
"""Up to so many choices CP-SAT often proves sooner than HiGHS where the relaxation is far off."""

THREAD = "mathopt"
"""Name of the threads of OR-Tools; one may live on for a moment after a stop."""

Floats = npt.NDArray[np.float64]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Solved:
    """Chosen columns (None when none were found), whether they are proven best, and an upper bound."""

    chosen: Bools | None
    proven: bool
    bound: float
    infeasible: bool = False


@dataclass(frozen=True)
class Row:
    """An extra row ``low <= sum of entries <= high`` over the model's columns."""

    columns: Ints
    entries: Ints
    low: float
    high: float


def program(
    model: Model, objective: Ints, rows: Sequence[Row] = (), *, integer: bool = True
) -> model_pb2.ModelProto:
    """A model with one objective, as OR-Tools reads it."""
    proto = model_pb2.ModelProto()
    count, limits = model.columns, len(model.right)
    columns = proto.variables
    columns.ids.extend(range(count))
    columns.lower_bounds.extend([0.0] * count)
    columns.upper_bounds.extend([1.0] * count)
    columns.integers.extend([integer] * count)
    proto.objective.maximize = True
    used = np.flatnonzero(objective)
    proto.objective.linear_coefficients.ids.extend(used.tolist())
    proto.objective.linear_coefficients.values.extend(objective[used].astype(float).tolist())
    right = proto.linear_constraints
    right.ids.extend(range(limits + len(rows)))
    right.lower_bounds.extend([-np.inf] * limits + [row.low for row in rows])
    right.upper_bounds.extend(model.right.astype(float).tolist() + [row.high for row in rows])
    order = np.lexsort((model.column, model.row))
    matrix = proto.linear_constraint_matrix
    matrix.row_ids.extend(model.row[order].tolist())
    matrix.column_ids.extend(model.column[order].tolist())
    matrix.coefficients.extend(model.entry[order].astype(float).tolist())
    for number, row in enumerate(rows):
        by_column = np.argsort(row.columns)
        matrix.row_ids.extend([limits + number] * len(by_column))
        matrix.column_ids.extend(row.columns[by_column].tolist())
        matrix.coefficients.extend(row.entries[by_column].astype(float).tolist())
    return proto


def run(
    solve: Callable[[], Result], clock: Clock, given_up: Callable[[], bool] | None = None
) -> Result | None:
    """What ``solve`` answers, or None where the clock runs out, or somebody gives it up, before."""
    answer: list[Result] = []
    failure: list[Exception] = []

    def work() -> None:
        try:
            answer.append(solve())
        except Exception as error:  # noqa: BLE001 - handed to the caller's thread
            failure.append(error)

    thread = threading.Thread(target=work, daemon=True, name=THREAD)
    thread.start()
    while thread.is_alive():
        thread.join(0.05)
        if clock.over:
            thread.join(0.5)  # its own time limit is near as well
            break
        if given_up is not None and given_up():
            break
    if failure:
        raise failure[0]
    return answer[0] if answer else None


def solve_integer(
    model: Model,
    objective: Ints,
    clock: Clock,
    *,
    seconds: float,
    rows: Sequence[Row] = (),
    solver: str = "HIGHS",
    given_up: Callable[[], bool] | None = None,
) -> Solved:
    """The best 0/1 columns for one objective, within ``seconds`` or until it is ``given_up``.

    HiGHS is the one for a relaxation that says nearly all (see `suits_clauses`).
    """
    if not model.columns:
        short = any(row.low > 0 for row in rows)
        return Solved(None if short else np.zeros(0, dtype=bool), not short, 0.0, short)
    limits = Limits(min(seconds, clock.left), max(1, clock.limits.threads), clock.limits.seed)
    work = partial(solve_here, model, objective, limits, solver, rows)
    return run(work, clock, given_up) or Solved(None, proven=False, bound=float("inf"))


def suits_clauses(model: Model) -> bool:
    """Whether CP-SAT may prove sooner than HiGHS: few choices, and nobody with several matches."""
    return model.columns == model.choices <= TWISTED


def solve_here(
    model: Model,
    objective: Ints,
    limits: Limits,
    solver: str,
    rows: Sequence[Row] = (),
    interrupter: SolveInterrupter | None = None,
) -> Solved:
    """The best 0/1 columns by one solver of OR-Tools, in this thread, until it is interrupted. Only CP-SAT
    uses several threads.
    """
    kind = mathopt.SolverType[solver]
    parameters = mathopt.SolveParameters(
        time_limit=dt.timedelta(seconds=max(0.05, limits.seconds or 0.0)),
        threads=limits.threads if kind == mathopt.SolverType.CP_SAT else None,
        relative_gap_tolerance=0.0,
        absolute_gap_tolerance=0.5,
        random_seed=limits.seed % 2_147_483_647,
    )
    built = mathopt.Model.from_model_proto(program(model, objective, rows))
    result = mathopt.solve(built, kind, params=parameters, interrupter=interrupter)
    reason = result.termination.reason
    chosen = None
    if result.has_primal_feasible_solution():
        chosen = np.asarray(result.variable_values(list(built.variables()))) > 0.5
    return Solved(
        chosen,
        proven=reason == mathopt.TerminationReason.OPTIMAL,
        bound=float(result.termination.objective_bounds.dual_bound),
        infeasible=reason
        in (mathopt.TerminationReason.INFEASIBLE, mathopt.TerminationReason.INFEASIBLE_OR_UNBOUNDED),
    )


def priced(model: Model, objective: Ints, prices: Floats) -> tuple[float, Floats]:
    """A bound on every plan of the model from any row prices >= 0, and each column's reduced worth."""
    paid = np.bincount(model.column, weights=prices[model.row] * model.entry, minlength=model.columns)
    reduced: Floats = objective.astype(float) - paid
    return float(prices @ model.right + np.maximum(0.0, reduced).sum()), reduced


def level_row(model: Model, level: str, at_least: int) -> Row:
    """The row that keeps a level at its value."""
    worth = model.worth[level]
    used = np.flatnonzero(worth)
    return Row(used, worth[used], float(at_least), float("inf"))


def at_least(model: Model, columns: Ints, entries: Ints, least: int) -> Model:
    """The model with one more row: these columns have so much of something."""
    return replace(
        model,
        row=np.concatenate([model.row, np.full(len(columns), len(model.right), dtype=np.int64)]),
        column=np.concatenate([model.column, columns]),
        entry=np.concatenate([model.entry, -entries]),
        right=np.append(model.right, -least),
    )


def held(model: Model, level: str, least: int) -> Model:
    """The model of the plans that have so much on a level."""
    worth = model.worth[level]
    used = np.flatnonzero(worth)
    return at_least(model, used, worth[used], least)


def values_of(model: Model, chosen: Bools) -> Mapping[str, int]:
    """What chosen columns are worth on every level."""
    return {level: int(worth[chosen].sum()) for level, worth in model.worth.items()}
