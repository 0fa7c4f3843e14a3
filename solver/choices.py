"""Every way to match one pair, one row each: who, and on which days.

In a swap a choice is (back, front, day the back person visits, day the front person visits). In a shadow
campaign a choice is one visit: (visitor, host, day); its second day is -1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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

    def take(self, rows: Ints | Bools) -> Choices:
        return Choices(self.a[rows], self.b[rows], self.day[rows], self.other[rows])


def count_choices(instance: Instance, back: Ints, front: Ints, *, enough: int) -> int:
    """How many choices these feasible pairs have; stops counting above ``enough``."""
    total = 0
    for k in range(0, len(back), 500_000):
        b, f = back[k : k + 500_000], front[k : k + 500_000]
        there, home = instance.leg_days(b, f), instance.leg_days(f, b)
        if not instance.swap:
            total += int(np.bitwise_count(there).sum() + np.bitwise_count(home).sum())
        else:
            for day in range(instance.D):
                at = np.flatnonzero(_bit(there, day))
                total += int(np.bitwise_count(home[at] & instance.partner_words[day]).sum())
        if total > enough:
            break
    return total


def all_choices(instance: Instance, back: Ints, front: Ints) -> Choices:
    """Every choice of these feasible pairs."""
    there, home = instance.leg_days(back, front), instance.leg_days(front, back)
    if not instance.swap:
        return _joined([_visits(instance, back, front, there), _visits(instance, front, back, home)])
    parts = []
    for day in range(instance.D):
        at = np.flatnonzero(_bit(there, day))
        pair, other = _bits(home[at] & instance.partner_words[day], instance.D)
        rows = at[pair]
        parts.append(Choices(back[rows], front[rows], np.full(len(rows), day, dtype=np.int64), other))
    return _joined(parts)


def _visits(instance: Instance, visitor: Ints, host: Ints, days: Words) -> Choices:
    rows, day = _bits(days, instance.D)
    return Choices(visitor[rows], host[rows], day, np.full(len(rows), -1, dtype=np.int64))


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


def _joined(parts: list[Choices]) -> Choices:
    if not parts:
        empty = np.zeros(0, dtype=np.int64)
        return Choices(empty, empty, empty, empty)
    return Choices(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("a", "b", "day", "other"))
    )
