"""The service under attack: several processes on one database; at small scale, applications of this one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx2
from fastapi.testclient import TestClient
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.core.db import make_engine
from tests.support.web import free_port

START = """
import uvicorn
from app.main import create_app

class Telling(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        print("listening", flush=True)

options = dict(port={port}, log_level="error", forwarded_allow_ips="127.0.0.1")
Telling(uvicorn.Config(create_app(), **options)).run()
"""


class Service:
    """`client(n, address)`: a browser at a network address that asks process `n` (modulo their number)."""

    def __init__(self, places: list[Any]) -> None:
        self.places = places

    def client(self, process: int = 0, *, address: str = "192.0.2.1") -> httpx2.Client:
        """A fresh browser, without cookies."""
        place = self.places[process % len(self.places)]
        headers = {"sec-fetch-site": "same-origin", "accept-language": "fr", "x-forwarded-for": address}
        if isinstance(place, str):
            # Plain HTTP: to read the machine's certificates for each browser took as long as an answer.
            return httpx2.Client(base_url=place, headers=headers, timeout=120, verify=False)
        return TestClient(place, headers=headers, follow_redirects=False)


@contextmanager
def service(url: str, scale: float, *, processes: int = 4) -> Iterator[Service]:
    """Real processes at full scale; below a tenth, applications of this process, each with its own engine."""
    with ExitStack() as stack:
        if scale < 0.1:
            from app.main import create_app

            engines = [make_engine(url) for _ in range(min(processes, 2))]
            for engine in engines:
                stack.callback(engine.dispose)
            yield Service(
                [ProxyHeadersMiddleware(create_app(engine), trusted_hosts="*") for engine in engines]
            )
            return
        places: list[Any] = []
        begun: list[subprocess.Popen[str]] = []
        for _ in range(processes):
            port = free_port()
            command = [sys.executable, "-c", START.format(port=port)]
            process = subprocess.Popen(
                command, env={**os.environ, "DATABASE_URL": url}, stdout=subprocess.PIPE, text=True
            )
            stack.callback(process.wait, 20)
            stack.callback(process.terminate)
            begun.append(process)
            places.append(f"http://127.0.0.1:{port}")
        for process in begun:
            _await(process)
        yield Service(places)


def _await(process: subprocess.Popen[str]) -> None:
    """Until it says that it listens; one that ends before is an error."""
    assert process.stdout is not None
    if process.stdout.readline().strip() != "listening":
        raise RuntimeError(f"the service did not start: {process.wait()}")
