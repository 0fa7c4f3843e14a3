"""Processes: the web server, the worker beside it, and how both prepare the data folder."""

import os
import signal
import subprocess
import sys
import threading
from socket import socket

import uvicorn
from sqlalchemy import Engine

from app import demo
from app.core.db import make_engine
from app.core.logs import set_up_logs
from app.core.migrations import migrate
from app.core.settings import settings
from app.main import create_app
from app.worker import Worker

RESTART_AFTER = 1.0
"""Seconds before a worker that died is started again."""


def prepare() -> Engine:
    """The data folder, the secret and the database, made or brought to this release; for our eyes only."""
    os.umask(0o077)
    settings().data.mkdir(parents=True, exist_ok=True)
    settings().data.chmod(0o700)
    for path in settings().data.glob("vis-ma-vie.db*"):
        path.chmod(0o600)
    settings().secret()
    migrate(settings().database)
    return make_engine(settings().database)


def serve(*, host: str | None, port: int | None, with_demo: bool, with_worker: bool) -> int:
    """Serve until stopped; with a worker, its process lives and ends with the server's."""
    os.environ.update(
        {name: str(value) for name, value in (("HOST", host), ("PORT", port)) if value is not None}
    )
    settings.cache_clear()
    set_up_logs()
    engine = prepare()
    if with_demo:
        demo.load_when_empty(engine)
    stopping = threading.Event()
    minder = threading.Thread(target=_mind_worker, args=(stopping,), daemon=True)
    if with_worker:
        minder.start()
    try:
        server = Announcing(
            uvicorn.Config(
                create_app(engine),
                host=settings().host,
                port=settings().port,
                access_log=False,
                log_config=None,
                server_header=False,
                forwarded_allow_ips=settings().trusted_proxies,
            )
        )
        server.engine = engine
        server.run()
    finally:
        stopping.set()
        if with_worker:
            minder.join(timeout=30)
    return 0 if server.started else 3


class Announcing(uvicorn.Server):
    """Prints the address, and the demo's links, once somebody who follows them is answered."""

    engine: Engine

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        if self.started:
            print(f"Vis ma vie: {settings().public_url}", flush=True)
            demo.print_links(self.engine)


def _mind_worker(stopping: threading.Event) -> None:
    while not stopping.is_set():
        process = subprocess.Popen([sys.executable, "-m", "app.cli", "worker"], start_new_session=True)
        while process.poll() is None and not stopping.wait(0.2):
            pass
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
        stopping.wait(RESTART_AFTER)


def load_demo() -> int:
    """Fill an empty database with the demo company and print its sign-in links; exit code."""
    engine = prepare()
    if not demo.load_when_empty(engine):
        print("This database is not empty: nothing was loaded.", file=sys.stderr)
        return 1
    demo.print_links(engine)
    return 0


def work() -> int:
    """Run jobs until told to stop."""
    parent = os.getppid()
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    set_up_logs()
    worker = Worker(prepare())
    worker.start()
    # A worker beside a server ends with it, even when the server was killed.
    while not told.wait(1.0) and os.getppid() == parent:
        pass
    worker.stop()
    return 0
