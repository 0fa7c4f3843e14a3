"""What is freed goes back to the system, where its library is glibc's.

It keeps freed room for later, and a pool for each thread: a third of what a company of 100,000 people takes.
To hand it back costs time (a fifth, where arrays come and go all the time), so that it is done where room is
dear: beside a program over every choice, and in the command for a very large company.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress

POOLS, DIRECT = 1, 2**17
"""One pool for all threads; what has so many bytes or more is asked of the system itself."""
FRUGAL = {
    "MALLOC_ARENA_MAX": str(POOLS),
    "MALLOC_MMAP_THRESHOLD_": str(DIRECT),
    "MALLOC_TRIM_THRESHOLD_": str(DIRECT),
}
"""The environment of a process that hands back what it frees."""
_ARENA_MAX, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -8, -3, -1  # of glibc's <malloc.h>


def be_frugal() -> None:
    """From here on this process hands back what it frees."""
    with suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        for option, value in ((_ARENA_MAX, POOLS), (_MMAP_THRESHOLD, DIRECT), (_TRIM_THRESHOLD, DIRECT)):
            library.mallopt(option, value)


def hand_back() -> None:
    """Hand back what this process has freed so far."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
