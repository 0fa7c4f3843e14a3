"""`python -m benchmarks.cost`: what this solver costs from 1,000 to 100,000 people of the same density.

Same density: as many people to a site, colleagues in reach and days, whatever the size. Measured on whole
commands: seconds until the plan on the board is within 0.1 % of the bound on people, and memory. Table and
picture go to `benchmarks/results/cost.md` and `cost.svg`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.drawing import draw_cost
from benchmarks.instances import company
from benchmarks.running import ROOT

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
DAYS, AT_A_SITE, CLOSE = 40, 100, 0.001
LATER = ("wishes", "changes", "travel", "days")
"""Levels that the live line names once people are proven."""
TOLD = re.compile(r"^people: (\d+) \(bound ([\d.e+]+)\)")


@dataclass(frozen=True)
class Cost:
    """Seconds from the start of the command until a close plan, seconds until its end, peak memory."""

    people: int
    close: float
    seconds: float
    megabytes: float
    gap: float


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.cost")
    parser.add_argument("--people", nargs="+", type=int, default=list(SIZES))
    parser.add_argument("--limit", type=float, default=240.0, help="seconds for each run")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results")
    args = parser.parse_args()
    costs = []
    with tempfile.TemporaryDirectory() as folder:
        for people in args.people:
            costs.append(measured(people, Path(folder), args.limit))
            print(costs[-1], flush=True)
    machine = f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    head = f"{dt.datetime.now(dt.UTC).date().isoformat()}, {machine}"
    (args.output / "cost.md").write_text(table(costs, head))
    draw_cost([(c.people, c.close, c.megabytes) for c in costs], head, args.output / "cost.svg")
    return 0


def measured(people: int, folder: Path, limit: float) -> Cost:
    """One company, solved by the command in a process of its own."""
    problem, plan = folder / f"{people}.json", folder / f"{people}.plan.json"
    made = company(people, DAYS, tight=False, seed=7, sites=max(6, people // AT_A_SITE))
    problem.write_text(json.dumps(made))
    command = ["-m", "solver", "solve", str(problem), "--output", str(plan), "--json"]
    command += ["--time-limit", str(limit)]
    started, close = time.monotonic(), float("inf")
    process = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    assert process.stdout is not None
    for line in process.stderr:
        said = TOLD.match(line)
        proven = line.split(":")[0] in LATER
        if proven or (said and int(said[1]) >= (1 - CLOSE) * float(said[2])):
            close = min(close, time.monotonic() - started)
    gap = json.loads(process.stdout.read())["gaps"]["priority"]
    _, _, usage = os.wait4(process.pid, 0)
    return Cost(people, close, time.monotonic() - started, usage.ru_maxrss / 1024, gap)


def table(costs: list[Cost], head: str) -> str:
    """The same in words and figures."""
    lines = [
        head,
        "",
        "Close: within 0.1 % of the bound on people. Seconds include starting and reading.",
        "",
        "| people | seconds until close | for 1,000 people | until the end | MB | gap at the end |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {c.people:,} | {c.close:.1f} | {1000 * c.close / c.people:.2f} | {c.seconds:.1f}"
        f" | {c.megabytes:.0f} | {c.gap:.4%} |"
        for c in costs
    ]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main())
