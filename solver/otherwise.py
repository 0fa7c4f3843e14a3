"""Everybody matched otherwise, without the pairs that find no days, until all pairs have days.

Where days are many, nearly all of the assignment finds its days; who does not may be one of very few with a
way to another colleague, three or ten people away, which no single move of a search takes. The assignment
without those pairs knows it, and costs little where its prices are known (`solver.matching`).
"""

from __future__ import annotations

import numpy as np

from solver.assignment import matching
from solver.days import schedule
from solver.engine import Engine

ROUNDS, LEAST = 100, 20
"""So many times pairs are left out at most, and even where time is up: most companies need ten or twenty."""


def match_otherwise(engine: Engine) -> None:
    """Put a plan on the board in which every pair of the assignment has days, those pairs left out that find
    none, unless the plan that is there is better. For people with one match at most.
    """
    before, kept = engine.in_order(), engine.loose_choices()
    try:
        _until_all_have_days(engine)
    finally:  # also where somebody asks to stop in the middle
        if engine.in_order() < before:
            engine.replace(kept)
    engine.tell(now=True)


def _until_all_have_days(engine: Engine) -> None:
    assert engine.net is not None
    board, edges, n = engine.board, engine.net.edges, engine.instance.n
    found = matching(engine.net, engine.weights, engine.clock, engine.prices)
    keys = edges.left * n + edges.right
    for turn in range(ROUNDS):
        met = np.flatnonzero(found.met)
        placed = {board.left[m] * n + board.right[m]: m for m in board.live() if not board.fixed[m]}
        for key in placed.keys() - set(keys[met].tolist()):
            board.remove(placed[key])
        fresh = met[~np.isin(keys[met], list(placed))]
        dayless = schedule(board, edges.left[fresh], edges.right[fresh], clock=engine.clock)
        refused = [board.left[m] * n + board.right[m] for m in dayless]
        for match in dayless:
            board.remove(match)
        engine.tell()
        if not refused or engine.clock.is_asked_to_stop or (turn >= LEAST and engine.clock.over):
            break
        found.leave_out(fresh[np.isin(keys[fresh], refused)])
