"""`python -m solver.kernels`: compiles the kernels once, so that nobody's first plan waits for it (15 s)."""

from __future__ import annotations

from datetime import date

import numpy as np

from solver.days import Board
from solver.engine import Engine
from solver.instance import Instance
from solver.kernels.bits import days_fit
from solver.kernels.pairs import EITHER, wanted
from solver.limits import Clock, Limits
from solver.matching import Matching, Pairs
from solver.problem import Problem
from solver.shapes import Campaign, Person, Site, Team


def main() -> None:
    """Run every kernel on two people."""
    days = (date(2027, 1, 4), date(2027, 1, 5))
    problem = Problem(
        campaign=Campaign(days),
        sites=(Site("s"),),
        teams=(Team("b", "back", "1", "s", 1, 1), Team("f", "front", "2", "s", 1, 1)),
        people=(Person("x", "b", 3, 3, languages=("fr",)), Person("y", "f", 3, 3, languages=("fr",))),
        minutes={},
    )
    instance = Instance(problem)
    engine = Engine(instance, Board(instance), Clock(Limits(seconds=60.0)), problem.campaign.objective_order)
    engine.assign()
    engine.anneal(engine.wide(), moves=1, seconds=0.001, hot=0.1)
    alone = np.zeros(1, dtype=np.int64)
    Matching(Pairs(alone, alone, alone + 1, (1, 1)))
    words = instance.leave_words
    days_fit(words, words, instance.partner_words, np.zeros(len(words), dtype=bool))
    sides = words, instance.host_words, instance.front
    wanted(alone, alone, alone, alone, *sides, EITHER, np.zeros((1, 2), dtype=np.int32))


if __name__ == "__main__":
    main()
