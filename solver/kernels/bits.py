"""Rows of days as 64-bit words, compiled."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

ONE = np.uint64(1)
ZERO = np.uint64(0)

OPTIONS: dict[str, Any] = {"nogil": True, "_nrt": False}
"""Without Python's lock, and without counting references to arrays, which took three quarters of the time: a
kernel therefore makes no array."""


def kernel(function: Any) -> Any:
    """Compile; keep the machine code for the next run where a cache folder can be written.

    The cache of a function knows its own file only: after a change to a kernel that others call, remove the
    folder's `__pycache__`.
    """
    return _compiled(function, **OPTIONS)


def kernel_with_lists(function: Any) -> Any:
    """A `kernel` that may make lists: a heap is one."""
    return _compiled(function, nogil=True)


def _compiled(function: Any, **options: Any) -> Any:
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:
        return njit(**options)(function)


@kernel
def index(low):  # type: ignore[no-untyped-def]
    """Position of the only bit of a word."""
    x = low - ONE
    x = x - ((x >> ONE) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@kernel
def has(words, row, day):  # type: ignore[no-untyped-def]
    return words[row, day >> 6] >> np.uint64(day & 63) & ONE != ZERO


@kernel
def first_from(words, start):  # type: ignore[no-untyped-def]
    """The first day of a row of words at or after ``start``, going round; -1 for none."""
    size = len(words)
    at = start >> 6
    masked = words[at] & ~((ONE << np.uint64(start & 63)) - ONE)
    if masked != ZERO:
        return at * 64 + index(masked & (~masked + ONE))
    for k in range(1, size + 1):
        w = (at + k) % size
        if words[w] != ZERO:
            return w * 64 + index(words[w] & (~words[w] + ONE))
    return -1


@kernel
def days_fit(there, home, partners, found):  # type: ignore[no-untyped-def]
    """Whether there are two days, one of each row, that are partners."""
    words = there.shape[1]
    for row in range(len(there)):
        fits = False
        for w in range(words):
            left = there[row, w]
            while left != ZERO and not fits:
                low = left & (~left + ONE)
                left ^= low
                day = w * 64 + index(low)
                for v in range(words):
                    if home[row, v] & partners[day, v] != ZERO:
                        fits = True
                        break
            if fits:
                break
        found[row] = fits
