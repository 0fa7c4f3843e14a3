"""How many requests of a process are at the database at once: as many as there are threads to carry them.

A request passes from thread to thread while its transaction is open. With more requests than threads, those
that wait for a lock could take every thread, and whoever holds the lock would find none to go on. Hence a
turn, waited for without a thread or a connection, and given back before the answer is sent. SQLite has one
writer anyway: writers wait in line here, instead of pressing against its lock.

Nobody waits for a slow sender: a form has arrived in full before its request asks for a turn.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import nullcontext
from typing import Annotated
from weakref import WeakKeyDictionary

from fastapi import Depends, Request

from app.core.forms import read_form
from app.core.security import SAFE_METHODS

AT_ONCE = 8
"""Threads, and turns; measured: 40 threads on ten connections fell to 4.5 requests a second."""


class Turns:
    """The lines of one process."""

    def __init__(self) -> None:
        self.all = asyncio.Semaphore(AT_ONCE)
        self.writers = asyncio.Semaphore(1)


_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = WeakKeyDictionary()


def _here() -> Turns:
    return _turns.setdefault(asyncio.get_running_loop(), Turns())


async def arrived(request: Request) -> None:
    """Wait for the form; JSON is read by FastAPI before any dependency."""
    if request.method not in SAFE_METHODS:
        await read_form(request)


Arrived = Annotated[None, Depends(arrived)]


async def turn(request: Request, _arrived: Arrived = None) -> AsyncIterator[None]:
    """The turn of a request that has one transaction from end to end."""
    alone = request.method not in SAFE_METHODS and request.app.state.engine.dialect.name == "sqlite"
    async with _here().writers if alone else nullcontext(), _here().all:
        yield


async def short_turn(_arrived: Arrived = None) -> AsyncIterator[None]:
    """The turn of a door that opens short sessions itself, with slow work between them."""
    async with _here().all:
        yield
