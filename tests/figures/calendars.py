"""Figure 13: 300 files and 100,000 mutations through the calendar importer, each in a process that may end.

The files go the way of an upload. For the mutations a small process, which has loaded what the reader loads,
makes a copy of itself for each: the same limits, the same code, without a tenth of a second to start. As many
small processes work at once as there are cores, each on a part of the mutations.

    python -m tests.figures.calendars 0 1000 [unlimited | naive]      mutations 0 to 999, told as JSON
"""

import json
import os
import resource
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar

from app.availability.busy import lines, reading
from app.availability.busy.lines import Fault
from tests.figures.calendar_files import FIRST, LAST, corpus, mutations
from tests.figures.progress import counted

BASE = 60
"""Files of the corpus that are mutated: three of each kind."""
PART = 500
"""Mutations that one small process reads."""
PARIS = ZoneInfo("Europe/Paris")
SECONDS, BYTES = 2.0, 200 * 1024 * 1024
CRASH, WRONG = 70, 71
"""How a copy ends that met an exception, or gave no sensible answer."""


@dataclass
class Told:
    """What became of the files."""

    files: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    crashes: int = 0
    slowest: float = 0.0
    """Seconds of processor time."""
    largest: int = 0
    """Bytes."""

    @property
    def holds(self) -> bool:
        """No crash, within the limits."""
        return self.crashes == 0 and self.slowest <= SECONDS and self.largest <= BYTES

    def add(self, other: "Told") -> None:
        """Both together."""
        self.files += other.files
        self.ends.update(other.ends)
        self.crashes += other.crashes
        self.slowest, self.largest = max(self.slowest, other.slowest), max(self.largest, other.largest)


def read_in_a_copy(
    told: Told, content: bytes, read: Callable[..., dict[str, Any]], limit: Callable[[], None]
) -> None:
    """Read a file in a copy of this process, and note how it ended and what it took."""
    inward, outward = os.pipe()
    copy = os.fork()
    if copy == 0:
        os.close(inward)
        os._exit(_in_the_copy(content, outward, read, limit))
    os.close(outward)
    with os.fdopen(inward) as said:
        answer = said.read()
    _pid, status, used = os.wait4(copy, 0)
    told.files += 1
    told.slowest = max(told.slowest, used.ru_utime + used.ru_stime)
    told.largest = max(told.largest, used.ru_maxrss * 1024)
    code = os.waitstatus_to_exitcode(status)
    if code == 0:
        told.ends[answer] += 1
    elif code in {-27, -24, -9}:  # SIGPROF, SIGXCPU and its last resort: the limits did their work
        told.ends[Fault.TOO_COMPLICATED.value] += 1
    else:
        told.ends[f"ended by {code}"] += 1
        told.crashes += 1


def _in_the_copy(
    content: bytes, outward: int, read: Callable[..., dict[str, Any]], limit: Callable[[], None]
) -> int:
    try:
        limit()
        said = read(content, FIRST, LAST, PARIS)
        if not sensible(said):
            return WRONG
        os.write(outward, said.get("fault", "read").encode())
    except BaseException:  # noqa: BLE001 - counted, whatever it is
        return CRASH
    return 0


def sensible(said: dict[str, Any]) -> bool:
    """Days of the campaign in order, each once; or a fault that has its sentence."""
    if "fault" in said:
        return said["fault"] in set(Fault)
    days = [date.fromisoformat(day) for day in json.loads(json.dumps(said))["days"]]
    return days == sorted(set(days)) and all(FIRST <= day <= LAST for day in days) and said["skipped"] >= 0


def generous() -> None:
    """The control's limits: enough to be seen going beyond ours, not to fill the machine."""
    lines.MOST_STEPS = 10**12  # and no step is counted
    resource.setrlimit(resource.RLIMIT_CPU, (3, 3))
    resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))


def naive(content: bytes, *_: Any) -> dict[str, Any]:
    """The other control: the library alone, without a first look."""
    for calendar in Calendar.from_ical(content, multiple=True):
        for event in calendar.walk("VEVENT"):
            str(event["DTSTART"].dt)
    return {"days": [], "skipped": 0}


CONTROLS = {
    "": (reading.answer, reading.limit),
    "unlimited": (reading.answer, generous),
    "naive": (naive, reading.limit),
}


def mutated(first: int, last: int, control: str = "") -> Told:
    """The mutations from `first` to before `last`, read by a small process of its own."""
    command = [sys.executable, "-m", "tests.figures.calendars", str(first), str(last), control]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    said = json.loads(ended.stdout)
    return Told(**{**said, "ends": Counter(said["ends"])})


def in_parts(first: int, last: int) -> Told:
    """The same as `mutated`, by several processes at once."""
    starts = [first, *range(PART, last, PART)]
    told = Told()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        parts = [pool.submit(mutated, *ends) for ends in pairwise([*starts, last])]
        for part in counted(as_completed(parts), len(parts), f"parts of {PART} files", lambda: told.crashes):
            told.add(part.result())
    return told


def uploaded(files: list[bytes], control: str = "") -> Told:
    """Whole files, each read by a copy; those of the corpus."""
    told = Told()
    read, limit = CONTROLS[control]
    for content in files:
        read_in_a_copy(told, content, read, limit)
    return told


def measure(scale: float) -> bool:
    """Figure 13, and its controls on a part of it."""
    from app.availability.busy.lines import Refused
    from app.availability.busy.running import read_calendar

    ways: Counter[str] = Counter()
    for content in corpus(files=max(20, round(300 * scale))):
        try:
            read_calendar(content, FIRST, LAST)
            ways["read"] += 1
        except Refused as refused:
            ways[refused.fault.value] += 1
    told = in_parts(-max(20, round(300 * scale)), round(100_000 * scale))
    unlimited = mutated(-20, 0, "unlimited")
    library = mutated(0, 300, "naive")
    print(f"  uploads: {dict(ways)}")
    print(
        f"  {told.files} files and mutations: {dict(told.ends)}; {told.crashes} crashes, "
        f"at most {told.slowest:.2f} s of processor time and {told.largest / 2**20:.0f} MB"
    )
    print(
        f"  guard off: without limits {unlimited.slowest:.1f} s and {unlimited.largest / 2**20:.0f} MB; "
        f"the library alone {library.crashes} crashes in 300"
    )
    return told.holds and not unlimited.holds and not library.holds


def main() -> None:
    """Read what was asked for; negative numbers are files of the corpus."""
    first, last, control = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else ""
    warnings.simplefilter("ignore")
    told = uploaded(corpus(files=max(0, -first)), control)
    read, limit = CONTROLS[control]
    for content in mutations(corpus(files=BASE), max(0, first), last):
        read_in_a_copy(told, content, read, limit)
    sys.stdout.write(json.dumps(vars(told)))


if __name__ == "__main__":
    main()
