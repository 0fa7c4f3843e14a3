"""Reads a calendar file in a process of its own, which ends when it takes too much time or memory.

The file comes from anybody: whatever it does to the libraries, the service goes on. Not to be called within a
transaction: it takes up to two seconds.
"""

import asyncio
import json
import subprocess
import sys
import threading
from datetime import date
from weakref import WeakKeyDictionary

from anyio import CapacityLimiter, to_thread
from fastapi import Request

from app.availability.busy.lines import Fault, Refused
from app.availability.busy.reading import MOST_BYTES, Reading
from app.core.settings import settings
from app.core.turns import aside

READER = "app.availability.busy.reading"
PATIENCE = 10.0
"""Seconds by the clock; a process that has the machine to itself ends within 0.1 to 2."""

AT_ONCE = 2
_at_once: WeakKeyDictionary[asyncio.AbstractEventLoop, CapacityLimiter] = WeakKeyDictionary()
_places = threading.BoundedSemaphore(AT_ONCE)
"""Of one service process: a crowd that uploads at once waits rather than fills the machine."""


async def read_aside(request: Request, content: bytes, first: date, last: date) -> Reading:
    """The same for a request that has committed: outside its turn at the database, in a thread of its own.
    Raises Refused."""
    here = asyncio.get_running_loop()
    async with aside(request):
        limiter = _at_once.setdefault(here, CapacityLimiter(AT_ONCE))
        return await to_thread.run_sync(read_calendar, content, first, last, limiter=limiter)


def read_calendar(content: bytes, first: date, last: date) -> Reading:
    """The busy days from `first` to `last`, in the company's zone. Raises Refused."""
    if not content:
        raise Refused(Fault.NO_CALENDAR)
    if len(content) > MOST_BYTES:
        raise Refused(Fault.TOO_LARGE)
    command = [sys.executable, "-I", "-m", READER, first.isoformat(), last.isoformat(), settings().timezone]
    with _places:
        try:
            # Without our environment: it holds secrets.
            ended = subprocess.run(  # noqa: S603 - our own module, by our own interpreter
                command, input=content, capture_output=True, timeout=PATIENCE, env={}, check=False
            )
        except subprocess.TimeoutExpired:
            raise Refused(Fault.NOT_NOW) from None
    if ended.returncode != 0:
        raise Refused(Fault.TOO_COMPLICATED)
    said = json.loads(ended.stdout)
    if "fault" in said:
        raise Refused(Fault(said["fault"]))
    return Reading(said["days"], said["skipped"])
