"""The same form sent twice: a second tap on one's own success is answered as the first one was."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.core.errors import Refusal


@contextmanager
def once(done: Callable[[], bool]) -> Iterator[None]:
    """Around what a form asks. Where it is refused though the state is, by this reader's own hand, what the
    form asks for (`done`), nothing is done a second time and the page answers as it did. Any other refusal is
    told."""
    try:
        yield
    except Refusal:
        if not done():
            raise
