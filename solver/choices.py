"""Every way to match one pair, one row each: who, and on which days.

In a swap a choice is (back, front, day the back person visits, day the front person visits). In a shadow
campaign a choice is one visit: (visitor, host, day); its second day is -1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from solver.edges import Edges
from solver.instance import Bools, Instance, Ints, Words


@dataclass(frozen=True)
class Choices:
    """Columns of equal length. ``a`` visits ``b`` on ``day``; in a swap ``b`` visits ``a`` on ``other``."""

    a: Ints
    b: Ints
    day: Ints
    other: Ints

    def __len__(self) -> int:
        return len(self.a)

    def rows(self) -> Iterator[tuple[int, int, int, int]]:
        """(a, b, day, other) of every choice."""
        return zip(self.a.tolist(), self.b.tolist(), self.day.tolist(), self.other.tolist(), strict=True)

    def take(self, rows: Ints | Bools | slice) -> Choices:
        return Choices(self.a[rows], self.b[rows], self.day[rows], self.other[rows])

    def names(self, people: int, days: int) -> Ints:
        """A number for each choice of a company of so many, the same for the same choice."""
        return ((self.a * people + self.b) * days + self.day) * (days + 1) + self.other

    def and_those(self, more: Choices) -> Choices:
        """These and more."""
        pairs = ((self.a, more.a), (self.b, more.b), (self.day, more.day), (self.other, more.other))
        return Choices(*(np.concatenate(pair) for pair in pairs))


def count_choices(instance: Instance, edges: Edges, *, enough: int) -> int:
    """How many choices these edges have; stops counting above ``enough``."""
    total = 0
    for k in range(0, len(edges), 500_000):
        left, right = edges.left[k : k + 500_000], edges.right[k : k + 500_000]
        total += instance.ways(left, right)
        if total > enough:
            break
    return total


def choices_of(instance: Instance, left: Ints, right: Ints, busy: Words | None = None) -> Choices:
    """Every choice of these edges (in a swap: back and front; in a shadow campaign: visitor and host).

    ``busy`` are the days (one row of words per person) that are taken already.
    """
    there = instance.leg_days(left, right)
    home = instance.leg_days(right, left) if instance.swap else there
    if busy is not None:
        free = ~(busy[left] | busy[right])
        there, home = there & free, home & free
    return choices_on(instance, left, right, there, home)


def choices_on(instance: Instance, left: Ints, right: Ints, there: Words, home: Words) -> Choices:
    """Every choice of these edges within these days (``home`` is not read in a shadow campaign)."""
    if not instance.swap:
        rows, day = _bits(there, instance.D)
        return Choices(left[rows], right[rows], day, np.full(len(rows), -1, dtype=np.int64))
    parts = []
    for index in range(instance.D):
        at = np.flatnonzero(_bit(there, index))
        pair, other = _bits(home[at] & instance.partner_words[index], instance.D)
        rows = at[pair]
        parts.append(Choices(left[rows], right[rows], np.full(len(rows), index, dtype=np.int64), other))
    return joined(parts)


def _bit(words: Words, day: int) -> Bools:
    word, bit = divmod(day, 64)
    return np.asarray((words[:, word] >> np.uint64(bit) & np.uint64(1)) != 0)


def _bits(words: Words, count: int) -> tuple[Ints, Ints]:
    """(row, day) of every set bit."""
    if not len(words):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    flags = np.unpackbits(np.ascontiguousarray(words.astype("<u8")).view(np.uint8), axis=1, bitorder="little")
    rows, day = np.nonzero(flags[:, :count])
    return rows, day


def joined(parts: list[Choices]) -> Choices:
    """All of these choices in one table."""
    if not parts:
        empty = np.zeros(0, dtype=np.int64)
        return Choices(empty, empty, empty, empty)
    return Choices(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("a", "b", "day", "other"))
    )


def distinct(choices: Choices) -> Choices:
    """These choices, each once, in order."""
    columns = np.stack([choices.a, choices.b, choices.day, choices.other])
    columns = columns[:, np.lexsort(columns[::-1])]
    return Choices(*columns[:, (np.diff(columns, axis=1, prepend=columns[:, :1] - 1) != 0).any(axis=0)])


def among(instance: Instance, choices: Choices, others: Choices) -> Bools:
    """Which of the choices are among others."""
    return np.isin(choices.names(instance.n, instance.D), others.names(instance.n, instance.D))
