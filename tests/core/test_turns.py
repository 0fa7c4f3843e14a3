"""No more requests at the database than threads, one writer on SQLite; nobody waits for a slow sender."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from app.accounts import sessions
from app.accounts.guards import COOKIE
from app.accounts.tables import Account
from app.core import clock, turns
from app.core.db import open_session
from app.core.turns import AT_ONCE, aside, turn
from tests.support.web import ORIGIN

pytestmark = pytest.mark.database("sqlite", "postgresql")


def in_a_loop(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run it in a thread of its own: a browser of another test may keep a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


async def most_at_once(engine: Engine, methods: list[str]) -> int:
    """How many of these requests were at the database together."""
    inside = most = 0

    async def ask(method: str) -> None:
        nonlocal inside, most
        async with asynccontextmanager(turn)(request(engine, method)):
            inside += 1
            most = max(most, inside)
            for _ in range(5):
                await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(ask(method) for method in methods))
    return most


def request(engine: Engine, method: str) -> Any:
    app = SimpleNamespace(state=SimpleNamespace(engine=engine))
    return SimpleNamespace(method=method, app=app, state=SimpleNamespace())


def test_readers_are_as_many_as_the_threads(engine: Engine) -> None:
    assert in_a_loop(most_at_once(engine, ["GET"] * 40)) == AT_ONCE


def test_writers_wait_in_line_where_the_database_has_one(engine: Engine, database: str) -> None:
    allowed = 1 if database == "sqlite" else AT_ONCE
    assert in_a_loop(most_at_once(engine, ["POST"] * 40)) == allowed


@pytest.mark.database("sqlite")
def test_writers_of_several_processes_wait_in_one_line(engine: Engine) -> None:
    """Two event loops are to each other what two processes are."""
    inside = most = 0

    async def write() -> None:
        nonlocal inside, most
        async with asynccontextmanager(turn)(request(engine, "POST")):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    async def many() -> None:
        await asyncio.gather(*(write() for _ in range(20)))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _n: asyncio.run(many()), range(2)))
    assert most == 1


def test_whoever_works_aside_holds_nobody_up_and_takes_a_turn_again(engine: Engine) -> None:
    async def both() -> list[str]:
        said: list[str] = []
        read, wrote = asyncio.Event(), asyncio.Event()

        async def slow() -> None:
            mine = request(engine, "POST")
            async with asynccontextmanager(turn)(mine):
                async with aside(mine):
                    read.set()
                    await wrote.wait()
                said.append("slow")

        async def quick() -> None:
            await read.wait()
            async with asynccontextmanager(turn)(request(engine, "POST")):
                said.append("quick")
                wrote.set()
                await asyncio.sleep(0)
                said.append("quick again")

        await asyncio.gather(slow(), quick())
        return said

    order = in_a_loop(asyncio.wait_for(both(), 60))
    assert order[0] == "quick"
    if engine.dialect.name == "sqlite":
        assert order == ["quick", "quick again", "slow"]


def test_a_turn_is_given_back_when_something_breaks(engine: Engine) -> None:
    async def breaks_often() -> None:
        for _ in range(2 * AT_ONCE):
            with pytest.raises(ZeroDivisionError):
                async with asynccontextmanager(turn)(request(engine, "POST")):
                    raise ZeroDivisionError

    in_a_loop(asyncio.wait_for(breaks_often(), 60))


async def answered_beside_slow_senders(app: FastAPI, cookie: str, *, patience: float = 60) -> int:
    """Senders who never finish their form take every turn they can; somebody else then changes something."""

    async def never() -> AsyncIterator[bytes]:
        yield b"language="
        await asyncio.Event().wait()

    kind = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    browser = httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url=ORIGIN, headers={"cookie": cookie, **kind}, timeout=120
    )
    slow = [
        asyncio.create_task(browser.post("/language", content=never(), headers={"content-length": "11"}))
        for _ in range(2 * AT_ONCE)
    ]
    await asyncio.sleep(0)
    try:
        sent = browser.post("/language", content=b"language=en&next=/")
        return (await asyncio.wait_for(sent, patience)).status_code
    finally:
        for one in slow:
            one.cancel()
        await asyncio.gather(*slow, return_exceptions=True)


@pytest.fixture
def cookie(engine: Engine, account: Callable[..., Account]) -> str:
    somebody = account()
    with open_session(engine) as session:
        return f"{COOKIE}={sessions.begin(session, somebody, now=clock.now())}"


def test_nobody_waits_for_a_slow_sender(app: FastAPI, cookie: str) -> None:
    assert in_a_loop(answered_beside_slow_senders(app, cookie)) == 303


def test_with_turns_taken_before_the_form_everybody_waits(
    app: FastAPI, cookie: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_once() -> None:
        return None

    monkeypatch.setitem(app.dependency_overrides, turns.arrived, at_once)
    with pytest.raises(TimeoutError):
        in_a_loop(answered_beside_slow_senders(app, cookie, patience=1))
