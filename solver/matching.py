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


class Matching(NamedTuple):
    """Which pairs meet; what each left person gains, and what each right one costs. Neither is negative, and
    both together are the matching's worth and at least the worth of any pair (the dual of the assignment).
    """

    met: Bools
    gain: Ints
    price: Ints


def best_matching(pairs: Pairs, clock: Clock | None = None, price: Ints | None = None) -> Matching:
    """The pairs that are worth most together, nobody being in two. ``price``: prices to begin with, if any.

    Raises `Stopped` where the clock says so.
    """
    from solver.kernels.matching import FAR, gain_most, settle  # here: loading the compiler takes half a second

    lefts, rights = pairs.sizes
    by_left, by_right = _rows(pairs.left, pairs.right, pairs.worth, lefts), _rows(
        pairs.right, pairs.left, pairs.worth, rights
    )
    price = _auction(by_left, pairs, clock) if price is None else price.copy()
    gain = np.zeros(lefts, dtype=np.int64)
    gain_most(*by_left, gain, price)
    partner, taken = _nobody(lefts), _nobody(rights)
    sides = ((by_left, gain, price, partner, taken), (by_right, price, gain, taken, partner))
    for rows, asks, asked, with_a, with_b in sides:
        scratch = np.full(len(asked), FAR), _nobody(len(asked)), np.zeros(2 * len(asked), dtype=np.int64)
        who = np.flatnonzero((with_a < 0) & (asks > 0))
        for k in range(0, len(who), ASKING):
            if clock is not None:
                clock.go_on()
            settle(*rows, asks, asked, with_a, with_b, who[k : k + ASKING], *scratch)
    return Matching(partner[pairs.left] == pairs.right, gain, price)


def _auction(by_left: tuple[Ints, Ints, Ints], pairs: Pairs, clock: Clock | None) -> Ints:
    """Prices near those of a best matching."""
    from solver.kernels.matching import bid

    lefts, rights = pairs.sizes
    price, waiting, count = np.zeros(rights, dtype=np.int64), np.arange(lefts), lefts
    partner, taken = _nobody(lefts), _nobody(rights)
    step = max(1, int(pairs.worth.max(initial=0)) // STEP)
    while count:
        if clock is not None:
            clock.go_on()
        count = bid(*by_left, price, partner, taken, waiting, count, step, BIDS)
    return price


def _rows(of: Ints, other: Ints, worth: Ints, people: int) -> tuple[Ints, Ints, Ints]:
    """Pairs by one side's person: where each one's begin, the others, the worth."""
    order = np.argsort(of, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(of, minlength=people))])
    return start, other[order], worth[order]


def _nobody(people: int) -> Ints:
    return np.full(people, -1, dtype=np.int64)
