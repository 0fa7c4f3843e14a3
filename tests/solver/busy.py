"""A process that says once that it is there, then works for ever without looking at who asked."""

import itertools

import numpy as np

from solver.apart import streams, write


def answer() -> None:
    """Never ends by itself."""
    write(streams()[1], np.zeros(1))
    for _ in itertools.count():
        pass
