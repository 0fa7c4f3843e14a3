"""Pinned visits that are possible one by one and not all together: the smallest set of them that clashes.

Found by leaving pairs out and asking again (QuickXplain), so every pair that is named is needed: without it
the others would hold together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from solver.choices import Choices
from solver.instance import Bools, Instance
from solver.limits import Clock, Limits
from solver.mip import Row, solve_integer
from solver.model import build
from solver.pins import pin_rows, pinned_choices
from solver.plan import Text

SECONDS = 10.0
"""So long is looked for a smaller set; then what is known by then is named."""


def clash(instance: Instance) -> list[Text]:
    """The sentence that names the pinned visits that cannot hold together; empty when all can."""
    pins = _Pins(instance)
    everything = list(range(len(pins.pairs)))
    if pins.hold(everything):
        return []
    return [pins.sentence(_smallest(pins, [], everything, changed=False))]


def _smallest(pins: _Pins, kept: list[int], doubtful: list[int], *, changed: bool) -> list[int]:
    """The smallest part of ``doubtful`` that does not hold together with ``kept``."""
    if pins.clock.over:
        return doubtful
    if changed and not pins.hold(kept):
        return []
    if len(doubtful) == 1:
        return doubtful
    half = len(doubtful) // 2
    first, second = doubtful[:half], doubtful[half:]
    later = _smallest(pins, kept + first, second, changed=bool(first))
    earlier = _smallest(pins, kept + later, first, changed=bool(later))
    return earlier + later


class _Pins:
    """The pinned pairs, and whether some of them hold together."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.clock = Clock(Limits(seconds=SECONDS, threads=1))
        self.choices = pinned_choices(instance)
        self.rows = pin_rows(instance, self.choices)
        self.pair_of_pin = [
            tuple(sorted((instance.index[visit.visitor], instance.index[visit.host])))
            for visit in instance.problem.pinned
        ]
        self.pairs = sorted(set(self.pair_of_pin))
        low = np.minimum(self.choices.a, self.choices.b)
        high = np.maximum(self.choices.a, self.choices.b)
        self.key = low * instance.n + high

    def hold(self, pairs: Sequence[int]) -> bool:
        """Whether the pins of these pairs can all be kept; yes when time is too short to tell."""
        wanted = {self.pairs[number] for number in pairs}
        keys = np.array([a * self.instance.n + b for a, b in wanted], dtype=np.int64)
        among: Bools = np.isin(self.key, keys)
        chosen: Choices = self.choices.take(among)
        rows = []
        for pair, holds in zip(self.pair_of_pin, self.rows, strict=True):
            if pair in wanted:
                columns = np.flatnonzero(holds[among])
                rows.append(Row(columns, np.ones(len(columns), dtype=np.int64), 1.0, float("inf")))
        if any(not len(row.columns) for row in rows):
            return False
        if not rows:
            return True
        model = build(self.instance, chosen)
        nothing = np.zeros(model.columns, dtype=np.int64)
        return not solve_integer(model, nothing, self.clock, seconds=SECONDS, rows=rows).infeasible

    def sentence(self, pairs: Sequence[int]) -> Text:
        """What to say of them."""
        wanted = {self.pairs[number] for number in pairs}
        days = self.instance.problem.campaign.days
        named = [
            f"{visit.visitor} → {visit.host} ({days[visit.day]})"
            for pair, visit in zip(self.pair_of_pin, self.instance.problem.pinned, strict=True)
            if pair in wanted
        ]
        lines = ", ".join(named)
        return Text(
            f"ces visites épinglées sont possibles une à une, mais pas toutes ensemble\u00a0: {lines}\u00a0;"
            " sans l’une d’elles, les autres tiennent",
            f"these pinned visits are possible one by one, but not all together: {lines};"
            " without any one of them, the others hold",
        )
