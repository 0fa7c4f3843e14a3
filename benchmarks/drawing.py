"""The table and the picture of a benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.running import COMPETITORS, Result


def gap(result: Result, results: Sequence[Result]) -> float | None:
    """Distance on the first level from the best bound stated on that instance (else from the best plan)."""
    if not result.values:
        return None
    same = [other for other in results if other.instance == result.instance and other.values]
    bounds = [other.bounds["priority"] for other in same if "priority" in other.bounds]
    best = min(bounds) if bounds else max(other.values["priority"] for other in same)
    return abs(best - result.values["priority"]) / max(1.0, abs(best))


def table(results: Sequence[Result], head: str) -> str:
    lines = [
        head,
        "",
        "| instance | competitor | people | gap | wishes | travel | proven | seconds | MB | broken rules |",
        "|---|---|---:|---:|---:|---:|---|---:|---:|---:|",
    ]
    for result in results:
        distance = gap(result, results)
        if distance is None:
            empty = f"| {result.instance} | {result.competitor} | {result.status} |" + " – |" * 4
            lines.append(f"{empty} {result.seconds} | {result.megabytes:.0f} | – |")
            continue
        values = result.values
        cells = (
            result.instance,
            result.competitor,
            values["priority"],
            f"{distance:.2%}",
            values["wish_points"],
            values["travel_minutes"],
            _proven(result),
            result.seconds,
            f"{result.megabytes:.0f}",
            result.violations,
        )
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    lines += ["", *(f"- `{name}`: {what}" for name, what in COMPETITORS.items()), ""]
    return "\n".join(lines)


def _proven(result: Result) -> str:
    """What the competitor itself proves: every level, people alone, or nothing."""
    if result.status == "optimal":
        return "all levels"
    return "people" if result.bounds.get("priority") == result.values["priority"] else "no"


def draw(results: Sequence[Result], head: str, target: Path) -> None:
    """Gap against time, one mark per run; needs matplotlib, which only the benchmark installs."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 5))
    marks = dict(zip(COMPETITORS, "osD^v", strict=True))
    for name, mark in marks.items():
        points = [(r.seconds, gap(r, results)) for r in results if r.competitor == name]
        known = [(s, max(g, 1e-5)) for s, g in points if g is not None]
        if known:
            axes.scatter([p[0] for p in known], [p[1] for p in known], marker=mark, label=name, s=60)
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="seconds, whole command",
        ylabel="gap on people (0 drawn at 0.001 %)",
    )
    axes.set_title(head, fontsize=8)
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(target)


def draw_cost(costs: Sequence[tuple[int, float, float]], head: str, target: Path) -> None:
    """Seconds and megabytes against people, and the line on which cost is linear in people."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    people, seconds, megabytes = zip(*costs, strict=True)
    figure, panels = plt.subplots(1, 2, figsize=(9, 4))
    for axes, values, what in zip(panels, (seconds, megabytes), ("seconds", "megabytes"), strict=True):
        axes.plot(people, values, "o-", label=what)
        axes.plot(people, [values[-1] * p / people[-1] for p in people], "--", label="linear in people")
        axes.set(xscale="log", yscale="log", xlabel="people", ylabel=what)
        axes.grid(visible=True, alpha=0.3)
        axes.legend()
    figure.suptitle(f"until within 0.1 % on people; {head}", fontsize=8)
    figure.tight_layout()
    figure.savefig(target)
