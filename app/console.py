"""Where `vis-ma-vie` begins: Ctrl-C is heard before anything heavy is loaded.

`vis-ma-vie solve` owes a plan to whoever interrupts it, also in the second that it takes to load.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

FIRST_WORD = b"\none moment: still loading; the best plan so far will be written\n"


class Early:
    """Whether Ctrl-C or a termination came before the command itself listens."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self) -> bool:
        return self.asked

    def listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True
        os.write(2, FIRST_WORD)


def main() -> None:
    """The `vis-ma-vie` command."""
    early = Early()
    if sys.argv[1:2] == ["solve"]:
        early.listen()
    from app.cli import app  # here: what is loaded before cannot be interrupted well

    app(obj=early)
