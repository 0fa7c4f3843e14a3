"""The linear relaxation of a `Model` by GLOP, from where an earlier one stood.

A relaxation that has some columns and rows more than the one before is solved from that one's basis: this
takes dozens of steps instead of thousands, and the prices stay near those before, so that soon no choice is
missing that would join by them (`solver.columns`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial

import numpy as np
from ortools.math_opt import (
    callback_pb2,
    model_parameters_pb2,
    model_pb2,
    parameters_pb2,
    result_pb2,
    solution_pb2,
    sparse_containers_pb2,
)
from ortools.math_opt.core.python import solver as mathopt

from solver.instance import Ints
from solver.limits import Clock
from solver.mip import Floats, program, run
from solver.model import Model

LOW = int(solution_pb2.BASIS_STATUS_AT_LOWER_BOUND)
BASIC = int(solution_pb2.BASIS_STATUS_BASIC)
WORK = 1.0
"""A way of solving that needs more work than this, half a second, is left for the other: each now and then
runs in circles for minutes where the other needs a tenth of a second. Not by time: the plan is the same each
time."""


@dataclass(frozen=True)
class Basis:
    """Where the simplex method stood: of each column and each row `BASIC`, or at which limit it is."""

    columns: Ints
    rows: Ints


@dataclass(frozen=True)
class Names:
    """A number for each column and each row of a model, the same in every model."""

    columns: Ints
    rows: Ints


@dataclass(frozen=True)
class Relaxed:
    """Fractional columns, row prices (never negative), and the basis they belong to."""

    columns: Floats
    prices: Floats
    basis: Basis


def relax(model: Model, objective: Ints, clock: Clock, basis: Basis | None = None) -> Relaxed | None:
    """The linear relaxation of a model, from a basis where one is given; None when time runs out."""
    proto = program(model, objective, integer=False)
    start = model_parameters_pb2.ModelSolveParametersProto()
    if basis is not None:
        _fill(start.initial_basis.variable_status, basis.columns)
        _fill(start.initial_basis.constraint_status, basis.rows)
    for simplified in (False, True):
        parameters = _parameters(clock, simplified=simplified)
        if simplified:  # a basis says nothing about another model
            start.ClearField("initial_basis")
        result = run(partial(_solve, proto, start, parameters), clock)
        if result is not None and result.termination.reason == result_pb2.TERMINATION_REASON_OPTIMAL:
            return _read(model, result.solutions[0])
        if clock.over:
            break
    return None


def moved(before: Names, basis: Basis, now: Names) -> Basis:
    """The basis of a model with other columns and rows, from the names of both before and now.

    New columns are at their lower limit, new rows are basic; where columns are gone, rows take their place.
    """
    columns = _found(before.columns, basis.columns, now.columns, LOW)
    rows = _found(before.rows, basis.rows, now.rows, BASIC)
    spare = int((columns == BASIC).sum() + (rows == BASIC).sum()) - len(rows)
    if spare < 0:
        rows[np.flatnonzero(rows != BASIC)[:-spare]] = BASIC
    elif spare:
        columns[np.flatnonzero(columns == BASIC)[:spare]] = LOW
    return Basis(columns, rows)


def _found(before: Ints, statuses: Ints, now: Ints, other: int) -> Ints:
    """The statuses of what is named ``now``; the ``other`` for what is new."""
    if not len(before):
        return np.full(len(now), other, dtype=np.int64)
    order = np.argsort(before, kind="stable")
    at = order[np.minimum(np.searchsorted(before[order], now), len(before) - 1)]
    return np.where(before[at] == now, statuses[at], other)


def _solve(
    proto: model_pb2.ModelProto,
    start: model_parameters_pb2.ModelSolveParametersProto,
    parameters: parameters_pb2.SolveParametersProto,
) -> result_pb2.SolveResultProto:
    return mathopt.solve(
        proto,
        parameters_pb2.SOLVER_TYPE_GLOP,
        parameters_pb2.SolverInitializerProto(),
        parameters,
        start,
        None,
        callback_pb2.CallbackRegistrationProto(),
        None,
        None,
    )


def _parameters(clock: Clock, *, simplified: bool) -> parameters_pb2.SolveParametersProto:
    parameters = parameters_pb2.SolveParametersProto()
    parameters.time_limit.FromTimedelta(dt.timedelta(seconds=max(0.05, clock.left)))
    parameters.glop.use_preprocessing = simplified
    if not simplified:
        parameters.glop.max_deterministic_time = WORK
    return parameters


def _fill(statuses: solution_pb2.SparseBasisStatusVector, values: Ints) -> None:
    statuses.ids.extend(range(len(values)))
    statuses.values.extend(values.tolist())


def _read(model: Model, solution: solution_pb2.SolutionProto) -> Relaxed:
    columns = _dense(model.columns, solution.primal_solution.variable_values)
    prices = _dense(len(model.right), solution.dual_solution.dual_values)
    statuses = solution.basis.variable_status, solution.basis.constraint_status
    basis = Basis(*(np.array(some.values, dtype=np.int64) for some in statuses))
    return Relaxed(columns, np.maximum(0.0, prices), basis)


def _dense(size: int, sparse: sparse_containers_pb2.SparseDoubleVectorProto) -> Floats:
    values = np.zeros(size)
    values[np.array(sparse.ids, dtype=np.int64)] = np.array(sparse.values)
    return values
