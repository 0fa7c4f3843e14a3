"""Two transactions that wait for one another: PostgreSQL ends one of them, which was right but late.

Its request is done again from the start, a few times: nothing of it was kept, its jobs and mails included,
since they lie in the same transaction. Not where the request committed something before, nor after a large
upload, which nobody keeps in memory for this: then the page says to try again.
"""

import asyncio
import random
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import OperationalError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COLLISIONS = {"40P01", "40001"}
"""deadlock_detected, serialization_failure (PostgreSQL's appendix A)."""
ATTEMPTS = 3
LARGE = 1024 * 1024
"""Bytes of a request beyond which it is not kept to be done again."""
PAUSE = 0.05
"""Seconds at most before the next attempt, so that two do not meet again."""


@dataclass
class Attempt:
    """How often a request was tried, and what would keep it from being tried again."""

    number: int = 1
    committed: bool = False
    received: list[Message] = field(default_factory=list)
    size: int = 0

    @property
    def may_follow(self) -> bool:
        """Whether doing it once more does nothing twice."""
        return self.number < ATTEMPTS and not self.committed and self.size <= LARGE


_current: ContextVar[Attempt | None] = ContextVar("attempt", default=None)


def done_again(error: OperationalError) -> bool:
    """Whether the request in which this happened is about to be done again."""
    attempt = _current.get()
    return attempt is not None and _is_collision(error) and attempt.may_follow


def committed(connection: Any) -> None:
    """Listens to the engine: what a request has kept is not done a second time."""
    attempt = _current.get()
    if attempt is not None and not connection.get_execution_options().get("reads_only", False):
        attempt.committed = True


def _is_collision(error: OperationalError) -> bool:
    return getattr(error.orig, "sqlstate", None) in COLLISIONS


class DoneAgain:
    """ASGI middleware, the innermost: does a request again whose transaction collided with another one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Try, and try again with what was received; the last failure is shown by the application."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        attempt = Attempt()
        token = _current.set(attempt)
        try:
            while True:
                fresh = {**scope, "state": dict(scope.get("state", {}))}
                try:
                    await self.app(fresh, _remembered(attempt, receive), send)
                except OperationalError as error:
                    if not done_again(error):
                        raise
                else:
                    return
                attempt.number += 1
                await asyncio.sleep(random.uniform(0, PAUSE))  # noqa: S311
        finally:
            _current.reset(token)


def _remembered(attempt: Attempt, receive: Receive) -> Receive:
    """What came before, then what comes; small requests are kept."""
    known = iter(list(attempt.received))

    async def received() -> Message:
        for message in known:
            return message
        message = await receive()
        if message["type"] == "http.request":
            attempt.size += len(message.get("body", b""))
            attempt.received = [*attempt.received, message] if attempt.size <= LARGE else []
        return message

    return received
