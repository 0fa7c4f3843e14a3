"""The application under test: in process, and served on a real port; its settings, its clock."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine

from app.core import clock as app_clock
from app.core.settings import settings

ORIGIN = "http://testserver"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The DATA folder of this test; no setting of the developer's machine leaks in."""
    folder = tmp_path / "data"
    for name in type(settings()).model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATA", str(folder))
    monkeypatch.setenv("SECRET_KEY", "only-for-tests")
    settings.cache_clear()
    yield folder
    settings.cache_clear()


class Clock:
    """The application's time, which only moves when told."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def set(self, at: datetime) -> None:
        """Make it exactly this instant (aware)."""
        assert at.tzinfo is not None
        self.at = at.astimezone(UTC)

    def forward(self, **delta: float) -> None:
        """Let time pass: `clock.forward(days=2, hours=1)`."""
        self.at += timedelta(**delta)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Time stands still on Tuesday 2 March 2027, 09:00 in Paris, until moved."""
    frozen = Clock(datetime(2027, 3, 2, 8, 0, tzinfo=UTC))
    with app_clock.frozen(lambda: frozen.at):
        yield frozen


@pytest.fixture
def app(engine: Engine) -> Iterator[FastAPI]:
    """The whole application on this test's database; no worker runs beside it."""
    made = _application()
    made.state.engine = engine
    yield made
    made.dependency_overrides.clear()


@cache
def _application() -> FastAPI:
    """One per process: an application that looks for a route for the first time reads all of them (0.4 s)."""
    # Imported here: a test of the solver or of one feature's rules does not pay for the whole application.
    from app.main import create_app

    return create_app(create_engine("sqlite://"))


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A browser-like client of nobody yet, in French; redirects are shown, not followed."""
    with browser_of(app) as made:
        yield made


def browser_of(app: FastAPI) -> TestClient:
    """Another browser on the same application, with its own cookies."""
    headers = {"sec-fetch-site": "same-origin", "origin": ORIGIN, "accept-language": "fr"}
    return TestClient(app, base_url=ORIGIN, headers=headers, follow_redirects=False)


@dataclass
class LiveServer:
    """The application listening on a real port."""

    url: str
    app: FastAPI


@pytest.fixture
def live_server(app: FastAPI, data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveServer]:
    """The application served by uvicorn in a thread."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    monkeypatch.setenv("BASE_URL", url)
    settings.cache_clear()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    with ExitStack() as stack:
        thread.start()
        stack.callback(thread.join, 30)
        stack.callback(setattr, server, "should_exit", True)
        deadline = time.monotonic() + 60
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                pytest.fail("the application did not start")
            thread.join(0.01)
        yield LiveServer(url, app)
