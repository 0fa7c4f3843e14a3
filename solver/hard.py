"""Integer programs whose relaxation is far off: HiGHS, and after it or beside it SCIP in its own process.

Both need a second or a minute for the same small program, and it is seldom the same one of the two. Few
choices of swaps are for CP-SAT, level by level.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial, reduce
from typing import Self

import numpy as np
from ortools.util.python.solve_interrupter import SolveInterrupter

from solver.apart import Apart, read, streams, write
from solver.instance import Ints
from solver.limits import Clock, Limits
from solver.mip import TWISTED, Solved, held, solve_here, solve_integer, suits_clauses
from solver.model import Model, weighted

SOLVERS = ("HIGHS", "GSCIP")
FIRST = 2.0
"""After so many seconds, by which most programs are solved, the other one begins; beside CP-SAT at once."""
LONG = 15.0
"""So many seconds two look for the best of all levels, longer where little more is left: most companies of
1,000 people with few dates have it then."""
STARTING = 0.5
"""Seconds that a process needs to begin."""
NOTHING = Solved(None, proven=False, bound=float("inf"))
"""Nobody looked."""


def solve_hard(model: Model, objective: Ints, clock: Clock, *, seconds: float) -> Solved:
    """The best 0/1 columns within ``seconds``.

    With one thread the first does it all: a plan that does not depend on the machine's speed.
    """
    ends = clock.seconds + min(seconds, clock.left)
    first = _first(model, objective, clock, seconds)
    left = ends - clock.seconds - STARTING
    if _settled(first, clock) or left < FIRST:
        return first
    with Elsewhere(model, objective, clock, left) as other:
        return _better(objective, first, other.wait())


def solve_levels(
    model: Model, objective: Ints, level: str, clock: Clock, *, seconds: float
) -> tuple[Solved, int | None]:
    """The best 0/1 columns for all levels together, and the most on the first ``level`` where that was
    proven.

    Two look for the best of all levels, each in a process of its own. Where neither has it after a while one
    of them goes on, and the other looks at the first level alone: often it is sooner there, and then among
    the plans that have so much on the first level. Whoever ends first ends the other.
    """
    ends = clock.seconds + min(seconds, clock.left)
    few = clock.limits.threads <= 1 or model.columns <= TWISTED
    best = _first(model, objective, clock, seconds) if few else NOTHING
    if few and (_settled(best, clock) or ends - clock.seconds < FIRST):
        return best, None

    def elsewhere(given: Model, wanted: Ints, solver: str, share: float = 1.0) -> Elsewhere:
        return Elsewhere(given, wanted, clock, share * (ends - clock.seconds) - STARTING, solver)

    with elsewhere(model, objective, "GSCIP") as every:
        if not few:
            left = ends - clock.seconds
            with elsewhere(model, objective, "HIGHS", LONG / left if left > 1.5 * LONG else 1.0) as other:
                best = other.wait(beside=every)
        if _settled(best, clock) or every.is_done:
            return _better(objective, best, every.said), None
        if ends - clock.seconds < FIRST:
            return _better(objective, best, every.wait()), None
        with elsewhere(model, model.worth[level], "HIGHS", 0.5) as first:
            alone = first.wait(beside=every)
        best = _better(objective, best, replace(alone, proven=False, bound=best.bound))
        if not alone.proven or alone.chosen is None:
            return _better(objective, best, every.wait()), None
        most = int(model.worth[level][alone.chosen].sum())
        with elsewhere(held(model, level, most), objective, "GSCIP") as some:
            said = every.wait(beside=some), some.wait(beside=every)
    return reduce(partial(_better, objective), said, best), most


def solve_by_clauses(
    model: Model, weights: Mapping[str, int], level: str, clock: Clock, *, seconds: float
) -> tuple[Solved, int | None]:
    """The same by CP-SAT: the first level, then the others among the plans that have as much.

    Where the relaxation is far off, these two programs of small numbers are several times as quick as one of
    large ones. Where the first is not proven, other solvers have the rest of the time.
    """
    seconds = min(seconds, clock.left)
    ends, worth = clock.seconds + seconds, model.worth[level]
    alone = race(model, worth, clock, seconds=min(seconds, max(FIRST, seconds / 2)))
    left, found = ends - clock.seconds, replace(alone, proven=False, bound=np.inf)
    if not alone.proven or alone.chosen is None:
        if left < STARTING:
            return found, None
        objective = weighted(model, weights)
        rest, known = solve_levels(model, objective, level, clock, seconds=left)
        return _better(objective, rest, found), known
    most = int(worth[alone.chosen].sum())
    others = weighted(model, {**weights, level: 0})
    rest = _better(others, race(held(model, level, most), others, clock, seconds=left), found)
    return replace(rest, bound=rest.bound + weights[level] * most), most


def race(model: Model, objective: Ints, clock: Clock, *, seconds: float) -> Solved:
    """The best 0/1 columns by CP-SAT, by as many searches as there are threads, each from a seed of its own.

    Where one takes a second another often takes a tenth: who ends first ends the others. Together, sharing
    what they learn, they are no quicker than the slowest alone.
    """
    interrupter, seconds = SolveInterrupter(), min(seconds, clock.left)

    def search(number: int) -> Solved:
        limits = Limits(seconds, 1, clock.limits.seed + number)
        solved = solve_here(model, objective, limits, "CP_SAT", interrupter=interrupter)
        if solved.proven or solved.infeasible:
            interrupter.interrupt()
        return solved

    with ThreadPoolExecutor(max(1, clock.limits.threads)) as pool:
        running = [pool.submit(search, number) for number in range(max(1, clock.limits.threads))]
        while wait(running, timeout=0.05).not_done:
            if clock.over:
                interrupter.interrupt()
        return reduce(partial(_better, objective), [one.result() for one in running])


def _first(model: Model, objective: Ints, clock: Clock, seconds: float) -> Solved:
    solver = "CP_SAT" if suits_clauses(model) else "HIGHS"
    if clock.limits.threads > 1 and model.columns <= TWISTED:
        with Elsewhere(model, objective, clock, min(seconds, clock.left)) as other:
            one = solve_integer(
                model, objective, clock, seconds=seconds, solver=solver, given_up=lambda: other.said.proven
            )
        return _better(objective, one, other.said)
    if clock.limits.threads > 1:
        seconds = min(seconds, FIRST)
    return solve_integer(model, objective, clock, seconds=seconds, solver=solver)


def _settled(first: Solved, clock: Clock) -> bool:
    return first.proven or first.infeasible or clock.over or clock.limits.threads <= 1


class Elsewhere:
    """A solver at work on a program in a process of its own. Use it as a context manager: it ends with it."""

    def __init__(
        self,
        model: Model,
        objective: Ints,
        clock: Clock,
        seconds: float,
        solver: str = "GSCIP",
        *,
        frugal: bool = False,
    ) -> None:
        self.clock, self.ends = clock, clock.seconds + seconds + 2 * STARTING
        self.said = NOTHING
        self.apart = Apart(__name__, frugal=frugal)

        def work() -> None:
            try:
                self.apart.send(np.array([SOLVERS.index(solver), seconds, clock.limits.seed]))
                self.apart.send(model.row, model.column, model.entry, model.right, objective)
                proven, infeasible, bound, some = self.apart.receive().tolist()
                chosen = self.apart.receive() > 0
            except (OSError, EOFError, ValueError):
                return  # the process was ended
            self.said = Solved(chosen if some else None, proven > 0, bound, infeasible > 0)

        self.thread = threading.Thread(target=work, daemon=True)
        self.thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.apart.end()
        self.thread.join()
        self.apart.__exit__()

    @property
    def is_done(self) -> bool:
        return not self.thread.is_alive()

    def wait(self, beside: Elsewhere | None = None) -> Solved:
        """What it found, nothing where time runs out, or the one ``beside`` it proves its own, before."""
        while not self.is_done and not self.clock.over and self.clock.seconds < self.ends:
            if beside is not None and beside.said.proven:
                break
            self.thread.join(0.05)
        return self.said


def _better(objective: Ints, one: Solved, other: Solved) -> Solved:
    """The better of two answers to one program, with the better of their bounds."""

    def value(solved: Solved) -> tuple[bool, float]:
        return solved.proven, -np.inf if solved.chosen is None else float(objective[solved.chosen].sum())

    best = max(one, other, key=value)
    return Solved(best.chosen, best.proven, min(one.bound, other.bound), one.infeasible or other.infeasible)


def answer() -> None:
    """The other side: a program comes in, what the solver finds goes out."""
    source, out = streams()
    try:
        number, seconds, seed = read(source).tolist()
        row, column, entry, right, objective = (read(source).astype(np.int64) for _ in range(5))
        none = np.zeros(0, dtype=np.int64)
        model = Model(len(objective), len(objective), row, column, entry, right, none, none, {})
        solved = solve_here(model, objective, Limits(seconds, 1, int(seed)), SOLVERS[int(number)])
        some = solved.chosen is not None
        write(out, np.array([solved.proven, solved.infeasible, solved.bound, some], dtype=np.float64))
        write(out, solved.chosen.astype(np.int64) if solved.chosen is not None else none)
    except (EOFError, BrokenPipeError):
        sys.exit(1)
