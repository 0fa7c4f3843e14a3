"""The linear relaxation of a model by PDLP, in a process of its own while the search goes on.

Any row prices give a bound (Lagrange): what PDLP returns needs no trust, the bound is computed here.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from solver.apart import Apart, read, streams, write
from solver.instance import Ints
from solver.limits import Clock
from solver.mip import Floats
from solver.model import Model
from solver.tightening import Tightening

PRECISIONS = (1e-3, 1e-4, 1e-5, 1e-6)
"""How precisely a relaxation is solved, each from where the last one ended: every one gives a bound."""


@dataclass(frozen=True)
class Told:
    """What a relaxation says of one objective, to keep while the next one is relaxed: how much of each column
    it takes, the price of each row, what each column is worth beyond the prices of its rows.
    """

    model: Model
    objective: Floats
    shares: Floats
    prices: Floats
    reduced: Floats


class Relaxation:
    """The best row prices so far for one objective, and what they say. Use it as a context manager."""

    def __init__(self, model: Model, *, frugal: bool = False) -> None:
        self.model = model
        self.tightening = Tightening(model)
        self.objective = np.zeros(model.columns)
        self.shares: Floats = np.zeros(model.columns)
        """How much of each column the relaxation takes."""
        self.prices: Floats = np.zeros(len(model.right))
        """The price of each row, never negative."""
        self.bound = float("inf")
        self.enough = -float("inf")
        """A bound that needs no improvement."""
        self.thread: threading.Thread | None = None
        self.apart = Apart(__name__, frugal=frugal)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.apart.end()
        if self.thread is not None:
            self.thread.join()
        self.apart.__exit__()

    def begin(
        self,
        objective: Ints,
        clock: Clock,
        *,
        seconds: float,
        threads: int,
        scale: float = 1.0,
        precision: float = PRECISIONS[-1],
    ) -> None:
        """Bound an objective within ``seconds``; the last one, times ``scale``, is where it starts from."""
        first = self.thread is None
        self.wait(clock)
        self.objective = objective.astype(np.float64)
        self.bound, self.enough = float("inf"), -float("inf")
        ends = time.monotonic() + seconds

        def work() -> None:
            try:
                if first:
                    self.apart.send(
                        self.model.row, self.model.column, self.model.entry, self.tightening.right
                    )
                self.apart.send(self.objective)
                for number, step in enumerate(one for one in PRECISIONS if one >= precision):
                    left = ends - time.monotonic()
                    if left <= 0.05 or self.bound < self.enough + 1:
                        break
                    self.apart.send(np.array([step, left, threads, 1.0 if number else scale]))
                    shares, prices = self.apart.receive(), np.maximum(0.0, self.apart.receive())
                    self._judge(shares, prices)
                self.apart.send(np.zeros(0))
            except (OSError, EOFError, ValueError):
                return  # the process was ended: what is known so far stands

        self.thread = threading.Thread(target=work, daemon=True)
        self.thread.start()

    def wait(self, clock: Clock, until: Callable[[], bool] = lambda: False) -> float:
        """The bound once it is solved, or what it reached when time is up or ``until`` says so."""
        while self.thread is not None and self.thread.is_alive() and not (clock.over or until()):
            self.thread.join(0.05)
        return self.bound

    @property
    def is_done(self) -> bool:
        """Whether the prices are as good as they will be."""
        return self.thread is None or not self.thread.is_alive()

    @property
    def has_prices(self) -> bool:
        """Whether a first precision is reached, or nothing more is to be expected."""
        return self.bound < float("inf") or self.is_done

    def told(self) -> Told:
        """What is known of the objective so far."""
        reduced = self.tightening.reduced(self.objective, self.prices)
        return Told(self.model, self.objective, self.shares, self.prices, reduced)

    def _judge(self, shares: Floats, prices: Floats) -> None:
        prices, bound = self.tightening.tightened(self.objective, prices)
        self.shares, self.prices, self.bound = shares, prices, min(self.bound, bound)


def main() -> None:
    """The other side: a model, then objectives, each with precisions until an empty array."""
    from ortools.pdlp import solvers_pb2
    from ortools.pdlp.python import pdlp
    from scipy import sparse

    source, out = streams()
    row, column, entry, right = (read(source) for _ in range(4))
    program = None
    while True:
        objective = read(source)
        if program is None:
            rows, columns = len(right), len(objective)
            program = pdlp.QuadraticProgram()
            program.resize_and_initialize(columns, rows)
            program.constraint_matrix = sparse.csc_matrix(
                (entry.astype(np.float64), (row, column)), shape=(rows, columns)
            )
            del row, column, entry
            program.constraint_lower_bounds = np.full(rows, -np.inf)
            program.constraint_upper_bounds = right
            program.variable_lower_bounds = np.zeros(columns)
            program.variable_upper_bounds = np.ones(columns)
            shares, prices = np.zeros(columns), np.zeros(rows)
        program.objective_vector = -objective
        while len(wanted := read(source)):
            precision, seconds, threads, scale = wanted.tolist()
            start = pdlp.PrimalAndDualSolution()
            start.primal_solution, start.dual_solution = shares, prices * scale
            parameters = solvers_pb2.PrimalDualHybridGradientParams()
            parameters.num_threads = int(threads)
            parameters.termination_criteria.time_sec_limit = seconds
            criteria = parameters.termination_criteria.simple_optimality_criteria
            criteria.eps_optimal_relative = criteria.eps_optimal_absolute = precision
            result = pdlp.primal_dual_hybrid_gradient(program, parameters, start)
            shares, prices = np.asarray(result.primal_solution), np.asarray(result.dual_solution)
            write(out, shares)
            write(out, -prices)


def answer() -> None:
    """`main`, until nobody asks any more."""
    try:
        main()
    except (EOFError, BrokenPipeError):
        sys.exit(0)
