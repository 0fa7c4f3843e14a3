"""What a figure is: an attack at a scale, and whether it was withstood."""

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass

from app.core.settings import settings
from tests.support.databases import KINDS, one_database


@dataclass(frozen=True)
class Outcome:
    """What a measurement gave."""

    measured: str
    """In one line, with its numbers."""
    holds: bool


@dataclass(frozen=True)
class Figure:
    """A measurement on one database; called with a scale, it runs on both and prints a line each."""

    title: str
    measure: Callable[[str, float], Outcome]
    """`measure(database address, scale)`: scale 1 is the full number, 0.01 the ordinary test run's."""

    def __call__(self, scale: float) -> bool:
        """Whether it holds on both databases (or that of TEST_DATABASE), each with an empty data folder."""
        held = True
        only = os.environ.get("TEST_DATABASE", "both")
        for kind in KINDS if only == "both" else (only,):
            with tempfile.TemporaryDirectory(prefix="vmv-figure-") as folder, one_database(kind) as url:
                os.environ.update(DATA=folder, DATABASE_URL=url, SECRET_KEY="only-for-figures")
                settings.cache_clear()
                began = time.monotonic()
                outcome = self.measure(url, scale)
                took = time.monotonic() - began
            print(f"  {kind}, {took:.0f} s: {outcome.measured}", flush=True)
            held &= outcome.holds
        return held
