"""Integer programs whose relaxation is far off: HiGHS for a while, then SCIP in a process of its own.

Both need a second or a minute for the same small program, and it is seldom the same one of the two.
"""

from __future__ import annotations

import sys
import threading

import numpy as np

from solver.apart import Apart, read, streams, write
from solver.instance import Ints
from solver.limits import Clock, Limits
from solver.mip import Solved, solve_here, solve_integer
from solver.model import Model

FIRST = 2.0
"""After so many seconds, by which most programs are solved, the other one begins."""
STARTING = 0.5
"""Seconds that a process needs to begin."""


def solve_hard(model: Model, objective: Ints, clock: Clock, *, seconds: float) -> Solved:
    """The best 0/1 columns within ``seconds``.

    With one thread the first does it all: a plan that does not depend on the machine's speed.
    """
    if clock.limits.threads <= 1:
        return solve_integer(model, objective, clock, seconds=seconds, twisted=True)
    ends = clock.seconds + min(seconds, clock.left)
    first = solve_integer(model, objective, clock, seconds=min(seconds, FIRST), twisted=True)
    left = ends - clock.seconds - STARTING
    if first.proven or first.infeasible or clock.over or left < FIRST:
        return first
    other = _apart(model, objective, clock, left)
    return first if other is None else _better(objective, first, other)


def _apart(model: Model, objective: Ints, clock: Clock, seconds: float) -> Solved | None:
    """What SCIP says; None where the clock runs out before."""
    said = list[Solved]()
    with Apart(__name__) as apart:

        def work() -> None:
            try:
                apart.send(np.array([seconds, clock.limits.seed]), model.row, model.column, model.entry)
                apart.send(model.right, objective)
                proven, infeasible, bound, some = apart.receive().tolist()
                chosen = apart.receive() > 0
            except (OSError, EOFError, ValueError):
                return  # the process was ended
            said.append(Solved(chosen if some else None, proven > 0, bound, infeasible > 0))

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        ends = clock.seconds + seconds + 2 * STARTING
        while thread.is_alive() and not clock.over and clock.seconds < ends:
            thread.join(0.05)
        apart.end()
        thread.join()
    return said[0] if said else None


def _better(objective: Ints, one: Solved, other: Solved) -> Solved:
    """The better of two answers to one program, with the better of their bounds."""

    def value(solved: Solved) -> tuple[bool, float]:
        return solved.proven, -np.inf if solved.chosen is None else float(objective[solved.chosen].sum())

    best = max(one, other, key=value)
    return Solved(best.chosen, best.proven, min(one.bound, other.bound), one.infeasible or other.infeasible)


def answer() -> None:
    """The other side: a program comes in, what SCIP finds goes out."""
    source, out = streams()
    try:
        seconds, seed = read(source).tolist()
        row, column, entry, right, objective = (read(source).astype(np.int64) for _ in range(5))
        none = np.zeros(0, dtype=np.int64)
        model = Model(len(objective), len(objective), row, column, entry, right, none, none, {})
        solved = solve_here(model, objective, Limits(seconds, 1, int(seed)), "GSCIP")
        some = solved.chosen is not None
        write(out, np.array([solved.proven, solved.infeasible, solved.bound, some], dtype=np.float64))
        write(out, solved.chosen.astype(np.int64) if solved.chosen is not None else none)
    except (EOFError, BrokenPipeError):
        sys.exit(1)
