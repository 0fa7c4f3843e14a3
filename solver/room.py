"""What is left of everybody's limits once some visits are settled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solver.instance import Bools, Instance, Ints


@dataclass(frozen=True)
class Room:
    """``left`` and ``right``: matches a person may still have (in a shadow campaign visits made, and hosted).

    ``matched`` people gain nothing more on the first level, ``granted`` wishes (sorted keys person x teams
    + team) nothing more on the second. ``busy`` holds the day masks already used.
    """

    left: Ints
    right: Ints
    away: Ints
    visitors: Ints
    busy: list[int]
    matched: Bools
    granted: Ints

    @classmethod
    def whole(cls, instance: Instance) -> Room:
        """Nothing settled yet."""
        return cls(
            left=instance.cap,
            right=instance.cap,
            away=instance.away,
            visitors=instance.visitors,
            busy=[0] * instance.n,
            matched=np.zeros(instance.n, dtype=bool),
            granted=np.zeros(0, dtype=np.int64),
        )
