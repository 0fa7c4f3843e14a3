"""Who is assigned to whom where everybody has one match at most: the exact matching of most worth.

`solver.kernels.matching` does it from any prices, soon where they are good: those of a matching before a few
pairs were added, or those of an auction. scipy's matching knows no prices to begin with and takes twenty
times as long.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from solver.instance import Bools, Ints
from solver.limits import Clock

STEP = 1_000
"""A bid of the auction is higher than needed by such a part of the largest worth: smaller steps leave less
to be made exact, larger ones are sooner over. Of 100,000 people both take a second.
"""
BIDS, ASKING = 200_000, 500
"""So many bids, so many people who ask, between two looks at the clock."""


class Pairs(NamedTuple):
    """Left, right (numbers from 0, no pair twice) and worth of each pair; ``sizes``: how many left, right."""

    left: Ints
    right: Ints
    worth: Ints
    sizes: tuple[int, int]


class Matching:
    """The pairs that are worth most together, nobody being in two.

    ``gain`` of each left person and ``price`` of each right one, never negative, are together the matching's
    worth, and at least the worth of any pair (the dual of the assignment). ``price`` at first: prices to
    begin with, if any. Raises `Stopped` where the clock says so.
    """

    def __init__(self, pairs: Pairs, clock: Clock | None = None, price: Ints | None = None) -> None:
        from solver.kernels.matching import gain_most  # here: loading the compiler takes half a second

        lefts, rights = pairs.sizes
        self.pairs, self.clock = pairs, clock
        self.by_left = _Rows.of(pairs.left, pairs.right, pairs.worth, lefts)
        self.by_right = _Rows.of(pairs.right, pairs.left, pairs.worth, rights)
        self.price = self._auction() if price is None else price.copy()
        self.gain = np.zeros(lefts, dtype=np.int64)
        gain_most(*self.by_left.table, self.gain, self.price)
        self.partner, self.taken = _nobody(lefts), _nobody(rights)
        self._settle()

    @property
    def met(self) -> Bools:
        """Which pairs meet."""
        return np.asarray(self.partner[self.pairs.left] == self.pairs.right)

    @property
    def worth(self) -> int:
        """What the pairs that meet are worth together."""
        return int(self.gain.sum() + self.price.sum())

    def leave_out(self, pairs: Ints) -> None:
        """The matching of most worth in which these pairs (rows) do not meet either."""
        left, right = self.pairs.left[pairs], self.pairs.right[pairs]
        for side in (self.by_left, self.by_right):
            side.refuse(pairs)
        met = self.partner[left] == right
        self.partner[left[met]], self.taken[right[met]] = -1, -1
        self._settle()

    def _settle(self) -> None:
        from solver.kernels.matching import FAR, settle

        left = (self.by_left.table, self.gain, self.price, self.partner, self.taken)
        right = (self.by_right.table, self.price, self.gain, self.taken, self.partner)
        for rows, asks, asked, partner, taken in (left, right):
            who = np.flatnonzero((partner < 0) & (asks > 0))
            scratch = np.full(len(asked), FAR), _nobody(len(asked)), _nobody(2 * len(asked))
            for k in range(0, len(who), ASKING):
                self._go_on()
                settle(*rows, asks, asked, partner, taken, who[k : k + ASKING], *scratch)

    def _auction(self) -> Ints:
        """Prices near those of a best matching."""
        from solver.kernels.matching import bid

        lefts, rights = self.pairs.sizes
        price, waiting, count = np.zeros(rights, dtype=np.int64), np.arange(lefts), lefts
        partner, taken = _nobody(lefts), _nobody(rights)
        step = max(1, int(self.pairs.worth.max(initial=0)) // STEP)
        while count:
            self._go_on()
            count = bid(*self.by_left.table, price, partner, taken, waiting, count, step, BIDS)
        return price

    def _go_on(self) -> None:
        if self.clock is not None:
            self.clock.go_on()


class _Rows(NamedTuple):
    """Pairs by the people of one side: where each one's begin, the others, the worth; and each pair's row."""

    start: Ints
    other: Ints
    worth: Ints
    at: Ints

    @classmethod
    def of(cls, side: Ints, other: Ints, worth: Ints, people: int) -> _Rows:
        order = np.argsort(side, kind="stable")
        start = np.concatenate([[0], np.cumsum(np.bincount(side, minlength=people))])
        at = np.empty(len(order), dtype=np.int64)
        at[order] = np.arange(len(order))
        return cls(start, other[order], worth[order], at)

    @property
    def table(self) -> tuple[Ints, Ints, Ints]:
        return self.start, self.other, self.worth

    def refuse(self, pairs: Ints) -> None:
        """These pairs are worth less than nothing."""
        self.worth[self.at[pairs]] = -1


def _nobody(people: int) -> Ints:
    return np.full(people, -1, dtype=np.int64)
