"""Row prices made tighter, one limit after the other.

The bound of row prices is what the limits cost, and for each column what it is worth beyond the prices of its
rows, where that is more than nothing. First-order methods leave thousands of columns a trifle above nothing:
each adds its trifle, though of all choices of one person only one can be taken. Whoever has one match is best
priced between their best and their second best choice, everything else staying as it is: the bound never
rises, and most of the looseness is gone after one pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from solver.instance import Ints
from solver.mip import Floats
from solver.model import HOST, PERSON, Model

PASSES = 2
"""The first does nearly all."""


@dataclass(frozen=True)
class _Limits:
    """Rows with a limit of one that share no column, so that all can be priced at once."""

    rows: Ints
    column: Ints
    """The columns of the first row, of the second, and so on."""
    first: Ints
    """Where those of each row begin."""
    place: Ints
    """Of each column, which of the rows it is in."""


class Tightening:
    """What one model's prices can be tightened by."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.right = model.right.astype(np.float64)

    def bound(self, objective: Floats, prices: Floats) -> float:
        """What no plan exceeds on the objective, whatever the prices (never negative) are."""
        beyond = np.maximum(0.0, self.reduced(objective, prices))
        return float(prices @ self.right + beyond.sum())

    def reduced(self, objective: Floats, prices: Floats) -> Floats:
        """What each column is worth beyond the prices of its rows."""
        model = self.model
        paid = prices[model.row] * model.entry
        return objective - np.bincount(model.column, weights=paid, minlength=model.columns)

    def tightened(self, objective: Floats, prices: Floats) -> tuple[Floats, float]:
        """Prices near these, and their bound, which is at most as high."""
        prices = prices.copy()
        reduced = self.reduced(objective, prices)
        for _ in range(PASSES):
            for limits in self._limits:
                worth = reduced[limits.column] + prices[limits.rows][limits.place]
                best, second = _two_best(worth, limits)
                new = (np.maximum(best, 0.0) + np.maximum(second, 0.0)) / 2
                reduced[limits.column] -= (new - prices[limits.rows])[limits.place]
                prices[limits.rows] = new
        # What was added up step by step is counted anew: the bound must be true to the last digit.
        return prices, self.bound(objective, prices)

    @cached_property
    def _limits(self) -> list[_Limits]:
        model, found = self.model, []
        one = model.right == 1
        for kind in (PERSON, HOST):
            entries = np.flatnonzero(model.kind[model.row] == kind)
            row, column = model.row[entries], model.column[entries]
            # A kind lists its columns in ascending order, once for each end of a visit.
            end = np.cumsum(np.diff(column, prepend=-1) <= 0)
            ends = int(end[-1]) + 1 if len(end) else 0
            in_ends = np.zeros((ends, len(one)), dtype=bool)
            in_ends[end, row] = True
            apart = one & (in_ends.sum(axis=0) == 1)
            each = [apart[row] & (end == number) for number in range(ends)]
            found += [_limits(row[mine], column[mine]) for mine in each if mine.any()]
        return found


def _limits(row: Ints, column: Ints) -> _Limits:
    order = np.argsort(row, kind="stable")
    row, column = row[order], column[order]
    rows, first, place = np.unique(row, return_index=True, return_inverse=True)
    return _Limits(rows, column, first, place)


def _two_best(worth: Floats, limits: _Limits) -> tuple[Floats, Floats]:
    """The highest and the second highest worth in each row; `worth` is used up."""
    best = np.maximum.reduceat(worth, limits.first)
    hits = np.flatnonzero(worth == best[limits.place])
    _, once = np.unique(limits.place[hits], return_index=True)
    worth[hits[once]] = -np.inf
    return best, np.maximum.reduceat(worth, limits.first)
