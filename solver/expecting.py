"""How many people a problem's relaxation matches: two of them tell how much a change is likely to bring.

The relaxation is a little too high before and after, so that the difference is near the truth. It is a guess,
not a bound (`solver.reach` has the bounds): of 1,000 people with few dates it said +79, +21.4 and -9.4 where
solving again had +72, +22 and -10.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from solver.choices import Choices, choices_of, count_choices
from solver.columns import names_of
from solver.days import Board
from solver.engine import Engine
from solver.instance import Instance, Ints
from solver.limits import Clock
from solver.mip import Floats
from solver.model import Model, build
from solver.near import without_minutes
from solver.pins import contradictions
from solver.problem import LEVELS, Problem
from solver.simplex import Basis, Names, Relaxed, moved, relax
from solver.solving import place_pins

CHOICES = 20_000
"""Up to so many choices the linear relaxation is quick enough; with more seconds, so many for each."""


@dataclass(frozen=True)
class Expected:
    """People whom the assignment matches, days aside; and whom the relaxation does, in part or wholly, where
    there was time for it.

    ``stood``: where the simplex method ended, for a problem that is much like this one.
    """

    paired: float
    relaxed: float | None = None
    stood: tuple[Names, Basis] | None = None

    def change(self, before: Expected) -> float:
        """So many more people than another problem's, both found in the same way."""
        if self.relaxed is None or before.relaxed is None:
            return self.paired - before.paired
        return self.relaxed - before.relaxed


def expected(problem: Problem, clock: Clock, *, glance: bool = False) -> Expected | None:
    """What the relaxation of a problem matches, as far as time allows; None where its pins clash. At a
    ``glance``: what the assignment does, and no more.
    """
    found = opened(problem, clock)
    if found is None:
        return None
    engine, chosen = found
    paired = assigned(engine, chosen)
    if glance or not is_listed(engine, clock):
        return paired
    choices, model = model_of(engine)
    solved = relaxation(engine, choices, model, clock, paired)
    return paired if solved is None else solved[1]


def opened(problem: Problem, clock: Clock) -> tuple[Engine, Ints] | None:
    """A problem in which only priorities and heads count, its assignment; None where its pins clash."""
    if contradictions(problem):
        return None
    scale = scale_of(problem)
    plain = tuple(
        replace(person, priority=scale * person.priority + 1, wishes=()) for person in problem.people
    )
    heads = replace(problem, people=plain, previous=())
    heads = without_minutes(replace(heads, campaign=replace(heads.campaign, link_points=0)))
    instance = Instance(heads)
    board = Board(instance)
    if not place_pins(instance, board, clock):
        return None
    engine = Engine(instance, board, clock, LEVELS)
    return engine, engine.assign()


def is_listed(engine: Engine, clock: Clock) -> bool:
    """Whether there are so few choices that the linear relaxation over all of them is quick enough."""
    assert engine.net is not None
    most = int(CHOICES * max(1.0, clock.left))
    edges = engine.net.edges
    return edges.complete and count_choices(engine.instance, edges, enough=most) <= most


def model_of(engine: Engine) -> tuple[Choices, Model]:
    """Every choice of the edges, and the program over them."""
    assert engine.net is not None
    edges = engine.net.edges
    choices = choices_of(engine.instance, edges.left, edges.right, engine.busy)
    return choices, build(engine.instance, choices, engine.room)


def assigned(engine: Engine, chosen: Ints) -> Expected:
    assert engine.net is not None
    ones = np.ones(len(chosen))
    return Expected(_people(engine, engine.net.edges.left[chosen], engine.net.edges.right[chosen], ones))


def relaxation(
    engine: Engine,
    choices: Choices,
    model: Model,
    clock: Clock,
    paired: Expected,
    like: Expected | None = None,
) -> tuple[Relaxed, Expected] | None:
    """The linear relaxation, begun where that of a problem much like it ended; None where time is up."""
    names = names_of(engine.instance, choices, model)
    begun = moved(*like.stood, names) if like is not None and like.stood is not None else None
    relaxed = relax(model, model.worth["people"], clock, begun)
    if relaxed is None:
        return None
    heads = _people(engine, choices.a, choices.b, relaxed.columns[: len(choices)])
    return relaxed, replace(paired, relaxed=heads, stood=(names, relaxed.basis))


def _people(engine: Engine, one: Ints, other: Ints, share: Floats) -> float:
    """How many people these matches, each taken for a share, bring in beside the pinned ones."""
    n, swap = engine.instance.n, engine.instance.swap
    taken = np.bincount(one, share, n) + (np.bincount(other, share, n) if swap else 0)
    return float(np.where(engine.room.matched, 1, np.minimum(1, taken)).sum())


def scale_of(problem: Problem) -> int:
    """What a point of priority is worth in heads: 0 where everybody counts the same."""
    priorities = {person.priority for person in problem.people}
    return 0 if len(priorities) <= 1 and 0 not in priorities else len(problem.people) + 1
