"""Arrays to and from a process of our own interpreter, which can be ended at any moment.

OR-Tools keeps Python's lock while its flow and PDLP work, and cannot be interrupted: whoever asks to stop
would not be heard. A process can be ended.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Self

import numpy as np
import numpy.typing as npt

from solver.memory import FRUGAL, hand_back

Array = npt.NDArray[np.int64] | npt.NDArray[np.float64]

PARENT_DEATH = 1
"""Linux's PR_SET_PDEATHSIG: a signal that comes when the thread that made this process ends."""
ANSWER = """
import sys; sys.path.insert(0, sys.argv[1])
from importlib import import_module; import_module(sys.argv[2]).answer()
"""
"""Isolated (`-I`), so that no file of the folder one works in is taken for a module."""


class Apart:
    """A module's `answer` in a process of its own. Use it as a context manager: the process ends with it.

    `send` and `receive` raise OSError or EOFError once the process was ended. ``frugal``: it hands back what
    it frees, which takes a little longer.
    """

    def __init__(self, module: str, *, frugal: bool = False) -> None:
        if frugal:
            hand_back()
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
            [sys.executable, "-I", "-c", ANSWER, str(Path(__file__).parents[1]), module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **(FRUGAL if frugal else {})},
            start_new_session=True,  # Ctrl-C is for whoever waits, who then ends this process
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self.process.communicate()

    def send(self, *arrays: Array) -> None:
        """Send arrays; the other side reads them one by one."""
        assert self.process.stdin is not None
        for array in arrays:
            write(self.process.stdin, array)

    def receive(self) -> npt.NDArray[np.float64]:
        """The next array that the other side writes."""
        assert self.process.stdout is not None
        return read(self.process.stdout)

    def end(self) -> None:
        """End the process, whatever it is doing; whoever waits for an answer of it gets `EOFError`."""
        self.process.kill()


def streams() -> tuple[IO[bytes], IO[bytes]]:
    """On the other side: where arrays come from and where they go. What a library prints goes elsewhere, and
    where the system can, this side ends with the other, however that one ends.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(PARENT_DEATH, signal.SIGKILL)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, out


def write(stream: IO[bytes], array: Array) -> None:
    """Send one array: eight bytes that name its type, eight for its length, its content."""
    stream.write(array.dtype.str.encode().ljust(8) + len(array).to_bytes(8, "little"))
    stream.write(np.ascontiguousarray(array).view(np.uint8).data)
    stream.flush()


def read(stream: IO[bytes]) -> npt.NDArray[np.float64]:
    """Receive one array; raises `EOFError` when there is none."""
    head = stream.read(16)
    if len(head) < 16:
        raise EOFError
    size, kind = int.from_bytes(head[8:], "little"), np.dtype(head[:8].decode().strip())
    content = stream.read(size * kind.itemsize)
    if len(content) < size * kind.itemsize:
        raise EOFError
    return np.frombuffer(content, dtype=kind)
