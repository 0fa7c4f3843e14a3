"""Pairs beyond number, looked at one by one, compiled."""

from __future__ import annotations

from solver.kernels.bits import ZERO, kernel

THERE, BOTH, EITHER = 0, 1, 2
"""The left person can visit the right one; each can visit the other; one of them can visit the other."""


@kernel
def wanted(  # type: ignore[no-untyped-def]
    price, lefts, spare, rights, leave, host, front, way, found
):
    """Which of ``lefts`` x ``rights`` (people) have more together than nothing (``price`` + ``spare``), are
    on opposite sides and have a day in common that ``way``.

    ``spare`` of the rights falls. The rows of each pair go to ``found``; returns how many there are.
    """
    count = 0
    for row in range(len(lefts)):
        a = lefts[row]
        for column in range(len(rights)):
            if price[row] + spare[column] <= 0:
                break
            b = rights[column]
            if front[a] == front[b]:
                continue
            there, home = False, False
            for word in range(leave.shape[1]):
                there = there or leave[a, word] & host[b, word] != ZERO
                home = home or leave[b, word] & host[a, word] != ZERO
            if (there and home) or (there and way != BOTH) or (home and way == EITHER):
                found[count, 0], found[count, 1] = row, column
                count += 1
    return count
