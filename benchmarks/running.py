"""Runs one competitor on one instance in a process of its own, and has its plan judged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

COMPETITORS = {
    "solver": "this solver",
    "greedy": "first fit in the order of the file",
    "cpsat": "CP-SAT over every choice",
    "highs": "HiGHS integer program over every choice",
    "matching": "the `matching` package on pairs, then first fit on days",
}
MEMORY = 10_000.0
"""Megabytes at which a competitor is stopped."""
ROOT = Path(__file__).parents[1]


@dataclass
class Result:
    """What came out: values by the judge, bounds by the competitor, cost of the whole process."""

    competitor: str
    instance: str
    seconds: float
    megabytes: float
    values: Mapping[str, int] = field(default_factory=dict)
    bounds: Mapping[str, float] = field(default_factory=dict)
    status: str = "nothing"
    violations: int = 0

    def line(self) -> str:
        people = self.values.get("priority", "–")
        return f"{self.instance:<14}{self.competitor:<10}{self.status:<10}{people!s:>8}{self.seconds:>8.1f} s"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def run(
    competitor: str, name: str, source: Path, folder: Path, limit: float, generator: Path | None
) -> Result:
    """One run; a competitor that crashes, takes `MEMORY` or three times its limit has no plan."""
    target = folder / f"{name}-{competitor}.plan.json"
    target.unlink(missing_ok=True)
    if competitor == "solver":
        command = [
            "-m",
            "solver",
            "solve",
            str(source),
            "--output",
            str(target),
            "--time-limit",
            str(limit),
            "--json",
        ]
    else:
        command = ["-m", "benchmarks.peers", competitor, str(source), str(target), str(limit)]
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    peak = _watch(process, started, 3 * limit + 30)
    result = Result(competitor, name, round(time.monotonic() - started, 2), round(peak, 1))
    if process.returncode:
        too_long = result.seconds > 3 * limit
        result.status = "too much memory" if peak > MEMORY else "too long" if too_long else "failed"
    if target.exists():
        plan = json.loads(target.read_text())
        result.status, result.bounds = plan["status"], plan.get("bounds") or {}
        result.values, result.violations = _judged(source, target, generator)
    return result


def _watch(process: subprocess.Popen[bytes], started: float, patience: float) -> float:
    """Wait for the end; returns the largest resident size seen, in megabytes (0 where /proc is absent)."""
    peak = 0.0
    status = Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        try:
            for line in status.read_text().splitlines():
                if line.startswith("VmHWM"):
                    peak = max(peak, int(line.split()[1]) / 1024)
        except OSError:
            pass
        if time.monotonic() - started > patience or peak > MEMORY:
            process.kill()
        time.sleep(0.02)
    return peak


def _judged(source: Path, target: Path, generator: Path | None) -> tuple[dict[str, int], int]:
    if generator is not None:
        said = subprocess.run(
            [sys.executable, str(generator / "check.py"), str(source), str(target), "--json"],
            capture_output=True, text=True, check=False, env=dict(os.environ),
        )  # fmt: skip
        report = json.loads(said.stdout)
        names = ("priority", "people", "wish_points", "changes", "travel_minutes", "good_days")
        return {name: report[name] for name in names}, len(report["violations"])
    from solver import Plan, load
    from solver.check import measure, violations

    problem = load(source)
    plan = Plan.from_json(json.loads(target.read_text()), problem)
    return measure(problem, plan.visits), len(violations(problem, plan))
