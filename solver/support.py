"""A plan improved among the choices that a relaxation takes most of, by integer programs that grow.

Of 10,000 people with few dates the relaxation takes a little of thirty thousand choices and more than a tenth
of ten thousand. Nearly everybody's best colleagues and days are among these, and they fall into parts that
share no limit: most parts are proven in a tenth of a second, some in one. Choices join as long as that is so.
What is left are one or two thousand people, whom no program proves soon: the compiled search has them alone
then, and makes ten times as many moves for each of them as for everybody.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from solver.choices import Choices, among
from solver.engine import Engine
from solver.instance import Bools, Ints
from solver.mip import solve_integer
from solver.model import compact, narrowed, unbound
from solver.relaxing import Told

SHARES = (0.15, 0.12, 0.1, 0.08, 0.06, 0.04)
"""Choices of which the relaxation takes more than so much join, one step after the other."""
LEAST = 300
"""Parts of fewer choices are solved together: each program needs a moment to begin."""
SLOT, BUDGET = 1.5, 0.35
"""A program has so many seconds; no more begin after so much of the time that is left."""
CROWD = 2_000
"""A search has a part alone, and others beside it as long as they are so many people together."""


def improve(engine: Engine, choices: Choices, told: Told) -> Bools:
    """Better the plan on the engine's board. Returns who is left for a search: the parts that were not proven
    soon, which grow no further, and of these the ones that fall short of the prices by most for their size.
    """
    clock, model, size = engine.clock, told.model, len(choices)
    objective, shares = told.objective.astype(np.int64), told.shares[:size]
    ends = clock.seconds + BUDGET * clock.left
    plan = among(engine.instance, choices, engine.loose_choices())
    growing, near = np.ones(engine.instance.n, dtype=bool), plan.copy()
    left: list[tuple[float, Ints]] = []

    def best(columns: Ints) -> tuple[Ints, Bools] | None:
        """A part's best choices; None where nothing better than the plan was found."""
        part = compact(narrowed(model, columns), model.right)
        solved = solve_integer(part, objective[columns], clock, seconds=clock.slot(SLOT), solver="GSCIP")
        own = columns[: part.choices]
        chosen = None if solved.chosen is None else solved.chosen[: part.choices]
        if solved.proven:
            return None if chosen is None else (own, chosen)
        people = np.union1d(choices.a[own], choices.b[own])
        growing[people] = False
        has = objective[own[plan[own]]].sum()
        left.append(((_possible(told, columns) - has) / len(people), people))
        # helpers count what several matches of one person are worth: without them plans cannot be compared
        if chosen is None or model.columns > size or objective[own[chosen]].sum() <= has:
            return None
        if clock.limits.threads == 1:  # what is found by then depends on how busy the machine is
            return None
        return own, chosen

    with ThreadPoolExecutor(max(1, clock.limits.threads)) as pool:
        for share in SHARES:
            more = (shares > share) & growing[choices.a] & growing[choices.b] & ~near
            if clock.seconds > ends or not more.any():
                continue
            near |= more
            columns = np.concatenate([np.flatnonzero(near), np.arange(size, model.columns)])
            parts = [columns[part] for part in unbound(narrowed(model, columns), LEAST)]
            grown = [part for part in parts if more[part[part < size]].any()]
            for found in list(pool.map(best, reversed(grown))):
                if found is not None:
                    plan[found[0]] = found[1]
            engine.offer(choices.take(plan))
    return _most_wanting(left, engine.instance.n)


def _possible(told: Told, columns: Ints) -> float:
    """What a part is worth at most by the prices of its rows."""
    inside = np.zeros(told.model.columns, dtype=bool)
    inside[columns] = True
    rows = np.unique(told.model.row[inside[told.model.column]])
    return float(told.prices[rows] @ told.model.right[rows] + np.maximum(0.0, told.reduced[columns]).sum())


def _most_wanting(left: list[tuple[float, Ints]], count: int) -> Bools:
    """Of these people's parts the ones that want most, each with how much a person."""
    chosen = np.zeros(count, dtype=bool)
    for _, people in sorted(left, key=lambda one: -one[0]):
        if not chosen.any() or chosen.sum() + len(people) <= CROWD:
            chosen[people] = True
    return chosen
