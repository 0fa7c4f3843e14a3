"""How many requests of a process are at the database at once: as many as there are threads to carry them.

A request passes from thread to thread while its transaction is open. With more requests than threads, those
that wait for a lock could take every thread, and whoever holds the lock would find none to go on. Hence a
turn, waited for without a connection, and given back before the answer is sent. SQLite has one writer
anyway: writers wait in line here, those of one process and then those of all, instead of pressing against its
lock, which whoever asks at the right moment gets: some asked for longer than anybody waits.

Nobody waits for a slow sender: a form has arrived in full before its request asks for a turn.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated
from weakref import WeakKeyDictionary

import anyio.to_thread
from fastapi import Depends, Request
from sqlalchemy import Engine

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


class Turn:
    """One request's turn, which it may give back for a while (`aside`)."""

    def __init__(self, request: Request) -> None:
        engine: Engine = request.app.state.engine
        self._file = ""
        if request.method not in SAFE_METHODS and engine.dialect.name == "sqlite" and engine.url.database:
            self._file = f"{engine.url.database}-turn"
        self._held = AsyncExitStack()

    async def take(self) -> None:
        """Wait in line."""
        async with AsyncExitStack() as taking:
            if self._file:
                await taking.enter_async_context(_here().writers)
                await taking.enter_async_context(_only_writer(self._file))
            await taking.enter_async_context(_here().all)
            self._held = taking.pop_all()

    async def give_back(self) -> None:
        """Let the next one in; a second time, nothing."""
        await self._held.aclose()


async def turn(request: Request, _arrived: Arrived = None) -> AsyncIterator[None]:
    """The turn of a request that has one transaction from end to end."""
    mine = request.state.turn = Turn(request)
    await mine.take()
    try:
        yield
    finally:
        await mine.give_back()


@asynccontextmanager
async def aside(request: Request) -> AsyncIterator[None]:
    """Slow work between two transactions of one request: the caller has committed, others go on meanwhile."""
    mine: Turn = request.state.turn
    await mine.give_back()
    try:
        yield
    finally:
        await mine.take()


@asynccontextmanager
async def _only_writer(path: str) -> AsyncIterator[None]:
    """The only one of all processes that holds the file; the system keeps the line. It takes one thread."""
    file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        await anyio.to_thread.run_sync(fcntl.flock, file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


async def short_turn(_arrived: Arrived = None) -> AsyncIterator[None]:
    """The turn of a door that opens short sessions itself, with slow work between them."""
    async with _here().all:
        yield
