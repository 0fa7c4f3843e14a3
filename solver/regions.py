"""A plan improved region by region: where it falls short of the prices, an integer program looks at the
people there anew, everybody else keeping what they have.

A plan that uses up whatever has a price, and takes only what is worth its price, has as much as the
relaxation. So it is known person by person what a plan lacks. Around those who lack most, a thousand people
have a few thousand choices near the prices, and the best of these are proven in a fraction of a second. What
single moves do not cross, such a step does.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from solver.choices import Choices, among
from solver.engine import Engine
from solver.instance import Bools, Ints
from solver.mip import Floats, solve_integer
from solver.model import Model, compact, narrowed
from solver.relaxing import Told

PEOPLE, SEEDS = 1_200, 100
"""A region has so many people, grown from so many."""
STEPS = 8
"""It grows in so many steps at least."""
SLOT = 1.5
"""A program that takes more seconds is given up: most take a third of one."""
HOPELESS = 8
"""So many regions without a better plan end the search."""
LEAST, FORGETTING = 1e-3, 0.9
"""Who lacks nothing counts so little where a region begins, in units of the objective; of where regions were,
so much is remembered."""


class Regions:
    """What a relaxation says of one objective, kept: the choices that fall short of its prices by at most
    ``near_by`` are those that regions are made of.
    """

    def __init__(self, engine: Engine, choices: Choices, told: Told, near_by: float) -> None:
        self.engine, self.choices = engine, choices
        self.model, self.objective = told.model, told.objective.astype(np.int64)
        self.prices, self.reduced = told.prices, told.reduced
        self.near = (self.reduced > -near_by) | (told.shares > near_by)
        self.rng = np.random.default_rng(engine.clock.limits.seed)
        self.rested = np.zeros(engine.instance.n)
        """How lately each person was in a region."""

    def improve(self) -> None:
        """Better the plan on the engine's board until regions no longer help or time is up. Nothing happens
        where people may have several matches.
        """
        if self.model.columns > self.model.choices:
            return
        clock, chosen = self.engine.clock, self._planned()
        threads, hopeless = max(1, clock.limits.threads), 0
        enough = HOPELESS if self.engine.instance.n > PEOPLE else 1  # of few people one region is all
        with ThreadPoolExecutor(threads) as pool:
            while hopeless < enough and not clock.over:
                before = chosen
                for found in list(pool.map(partial(self._best, before), self._grown(before, threads))):
                    better = self._exchanged(chosen, found)
                    hopeless = hopeless + 1 if better is None else 0
                    chosen = chosen if better is None else better
                if chosen is not before:
                    self.engine.offer(self.choices.take(chosen))

    def _planned(self) -> Bools:
        """The choices that are on the board."""
        return among(self.engine.instance, self.choices, self.engine.loose_choices())

    def _grown(self, chosen: Bools, count: int) -> list[Bools]:
        """So many regions without a person in common, each as whom it holds."""
        choices, free = self.choices, np.ones(self.engine.instance.n, dtype=bool)
        near = np.flatnonzero(self.near | chosen)
        a, b = choices.a[near], choices.b[near]
        lacking, partner = self._lacking(chosen, near), np.full(len(free), -1)
        partner[choices.a[chosen]], partner[choices.b[chosen]] = choices.b[chosen], choices.a[chosen]
        regions = []
        for _ in range(count):
            likely = np.where(free, lacking * np.exp(-self.rested), 0.0)
            inside = np.zeros(len(free), dtype=bool)
            seeds = min(SEEDS, int(np.count_nonzero(free)))
            if seeds:
                inside[self.rng.choice(len(free), seeds, replace=False, p=likely / likely.sum())] = True
            while True:
                others = partner[inside]
                inside[others[others >= 0]] = True  # a match is inside or outside, never half
                size = int(np.count_nonzero(inside))
                ways = np.flatnonzero((inside[a] != inside[b]) & free[a] & free[b])
                if size >= PEOPLE or not len(ways):
                    break
                step = min(len(ways), PEOPLE // STEPS, 1 + (PEOPLE - size) // 4)
                some = self.rng.choice(ways, step, replace=False)
                inside[a[some]] = inside[b[some]] = True
            free &= ~inside
            self.rested[inside] += 1
            regions.append(inside)
        self.rested *= FORGETTING
        return regions

    def _lacking(self, chosen: Bools, near: Ints) -> Floats:
        """How much everybody's choices fall short of the prices: what is taken and not worth them, what is
        worth them and not taken, what would use what has a price and is left over.
        """
        model, choices = self.model, self.choices
        unused = self.prices * (model.right - _used(model, chosen))
        lack = np.where(chosen, -self.reduced, self.reduced)
        np.maximum.at(lack, model.column, unused[model.row])
        lacking = np.full(self.engine.instance.n, LEAST)
        for side in (choices.a, choices.b):
            np.maximum.at(lacking, side[near], lack[near])
        return lacking

    def _best(self, chosen: Bools, inside: Bools) -> tuple[Bools, Ints]:
        """The choices of a region that are given up, and the best ones instead."""
        model, choices, clock = self.model, self.choices, self.engine.clock
        within = inside[choices.a] & inside[choices.b]
        given_up = chosen & within
        room = model.right - _used(model, chosen & ~given_up)
        possible = within & (self.near | chosen)
        possible[model.column[room[model.row] <= 0]] = False
        columns = np.flatnonzero(possible)
        part = compact(narrowed(model, columns), room)
        solved = solve_integer(part, self.objective[columns], clock, seconds=clock.slot(SLOT))
        found = solved.chosen if solved.proven or clock.limits.threads > 1 else None
        return given_up, np.flatnonzero(given_up) if found is None else columns[found]

    def _exchanged(self, chosen: Bools, found: tuple[Bools, Ints]) -> Bools | None:
        """The plan with a region's best choices; None unless it is valid and better."""
        given_up, instead = found
        plan = chosen & ~given_up
        plan[instead] = True
        if self.objective[plan].sum() <= self.objective[chosen].sum():
            return None
        return plan if (_used(self.model, plan) <= self.model.right).all() else None


def _used(model: Model, chosen: Bools) -> Ints:
    return np.bincount(model.row[chosen[model.column]], minlength=len(model.right))
