"""The sequences of figure 5, shared between processes: one a core, each on a database of its own."""

import multiprocessing
import queue
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.pool import AsyncResult
from typing import Any

from hypothesis.errors import Flaky

from tests.figures.access import engine_on
from tests.figures.progress import counted
from tests.life.running import SEED, live
from tests.support.databases import copies

Lived = Counter[str] | str
"""What was lived, or how it diverged from the model."""


def share(url: str, many: int, seed: int = SEED, ended: Callable[[], None] = lambda: None) -> Lived:
    """Play so many sequences on one database."""
    with engine_on(url) as engine:
        try:
            return live(engine, many, seed=seed, ended=ended)
        except (AssertionError, Flaky) as diverged:
            return f"seed {seed}\n{''.join(traceback.format_exception(diverged))}"


def shared(url: str, many: int, processes: int) -> Lived:
    """Play so many in several processes, whose sequences differ; the first divergence ends them all."""
    context = multiprocessing.get_context("spawn")
    ends: Any = context.Queue()
    each = -(-many // processes)
    with copies(url, processes) as urls, context.Pool(processes, _begin, (ends,)) as pool:
        parts = [pool.apply_async(_part, (one, each, SEED + n)) for n, one in enumerate(urls)]
        for _end in counted(_ends(ends, parts), many, "sequences", lambda: 0):
            pass
        lived: Counter[str] = Counter()
        for part in sorted(parts, key=lambda part: not part.ready()):
            one = part.get()
            if isinstance(one, str):
                return one
            lived.update(one)
    return lived


def _ends(ends: Any, parts: Sequence[AsyncResult[Lived]]) -> Iterator[None]:
    """One for each sequence that ended, until all parts have, or one diverged."""
    while not all(part.ready() for part in parts):
        if any(part.ready() and isinstance(part.get(), str) for part in parts):
            return
        try:
            yield ends.get(timeout=1)
        except queue.Empty:
            continue


def _begin(ends: Any) -> None:
    global _told
    _told = ends


_told: Any = None
"""Where this process says that a sequence ended."""


def _part(url: str, many: int, seed: int) -> Lived:
    return share(url, many, seed, lambda: _told.put(None))
