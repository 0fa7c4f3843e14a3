"""How long to look, with how many threads, from which seed; and what a watcher is told meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """``seconds`` is wall time from the call of `solve`; None looks until nothing better is expected.

    One thread with the same seed and no time limit reached gives the same plan for the same problem.
    """

    seconds: float | None = 60.0
    threads: int = 2
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """The level being worked on, its value, its proven bound (None so far), and people matched so far: those
    who visit.

    Once the plan is made the level is `EXPLAINING`: people looked at, of so many without a match.
    """

    level: str
    value: int
    bound: float | None
    seconds: float
    matched: int


EXPLAINING = "remedies"
"""What is worked on when the plan is made: what would help those without a match."""

LARGE = 30_000
"""Above so many people single steps take seconds: whoever asks to stop is heard in the middle of one."""

ALONE, UNLIMITED = 0.1, 300.0
"""With one thread a step has so much of the limit, or of so many seconds where there is none."""

OnProgress = Callable[[Progress], None]
ShouldStop = Callable[[], bool]


class Stopped(Exception):
    """Somebody asked to stop in the middle of a step; what is on the board is what there is."""


@dataclass
class Clock:
    """Counts the seconds of one solve and knows whether to stop.

    ``reserve`` seconds (at most 30 % of the limit) are kept for what follows the search.
    """

    limits: Limits
    should_stop: ShouldStop | None = None
    on_progress: OnProgress | None = None
    started: float = field(default_factory=time.monotonic)
    reserve: float = 0.0
    cut: float = float("inf")
    large: bool = False
    """Whether there are more than `LARGE` people."""
    _stopped: bool = False

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    @property
    def left(self) -> float:
        """Seconds left; a large number without a limit, none once somebody asked to stop, never negative."""
        if self.is_asked_to_stop:
            return 0.0
        ends = self.cut
        if self.limits.seconds is not None:
            ends = min(ends, self.limits.seconds - min(self.reserve, 0.3 * self.limits.seconds))
        return max(0.0, min(1e6, ends - self.seconds))

    def slot(self, seconds: float) -> float:
        """How long one step of many may take. With one thread a tenth of the limit where that is more: what
        is found must not hang on how busy the machine is.
        """
        if self.limits.threads > 1:
            return seconds
        return max(seconds, ALONE * (self.limits.seconds or UNLIMITED))

    @contextmanager
    def within(self, share: float) -> Iterator[None]:
        """For the time being only so much of what is left is there."""
        before, self.cut = self.cut, self.seconds + share * self.left
        try:
            yield
        finally:
            self.cut = before
            self._stopped = self.is_asked_to_stop

    @property
    def is_asked_to_stop(self) -> bool:
        """Whether somebody asked to stop."""
        return self.should_stop is not None and self.should_stop()

    @property
    def is_abandoned(self) -> bool:
        """Whether somebody asked to stop, and what is being done would take seconds to end."""
        return self.large and self.is_asked_to_stop

    def go_on(self) -> None:
        """Raise `Stopped` in the middle of a long step that somebody asked to stop."""
        if self.is_abandoned:
            raise Stopped

    @property
    def over(self) -> bool:
        """Whether time is up or somebody asked to stop; once true it stays true."""
        if not self._stopped:
            self._stopped = self.left <= 0 or self.is_asked_to_stop
        return self._stopped

    def tell(self, level: str, value: int, bound: float | None, matched: int) -> None:
        if self.on_progress is not None:
            self.on_progress(Progress(level, value, bound, self.seconds, matched))
