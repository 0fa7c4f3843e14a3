"""Instances for the benchmark: from a given generator's folder, or made here."""

from __future__ import annotations

import datetime as dt
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

DEPARTMENTS = {"back": ["it", "finance", "hr"], "front": ["retail", "calls", "branches"]}
PEOPLE = {"S": (100, 20), "M": (1_000, 40), "L": (10_000, 60), "XL": (100_000, 120)}


def make(folder: Path, size: str, profile: str, seed: int, generator: Path | None) -> tuple[str, Path]:
    """Name and file of one instance; a file that is there already is taken as it is."""
    name = f"{size}-{profile}-{seed}"
    target = folder / f"{name}{'' if generator is None else '-given'}.json"
    if target.exists():
        return name, target
    if generator is None:
        target.write_text(json.dumps(company(*PEOPLE[size], tight=profile == "tight", seed=seed)))
    else:
        command = [
            sys.executable,
            str(generator / "generate.py"),
            "realistic",
            "--size",
            size,
            "--profile",
            profile,
        ]
        subprocess.run([*command, "--seed", str(seed), "--bits", "--out", str(target)], check=True)
    return name, target


def company(people: int, days: int, *, tight: bool, seed: int, sites: int | None = None) -> dict[str, Any]:
    """Head offices and shops in regions; when tight, few dates and one member away a day."""
    rng = random.Random(f"{people}/{days}/{tight}/{seed}")
    calendar: list[str] = []
    day = dt.date(2027, 3, 1)
    while len(calendar) < days:
        if day.weekday() < 5:
            calendar.append(day.isoformat())
        day += dt.timedelta(days=1)
    sites = sites or max(6, round(people**0.5))
    spots = [(rng.uniform(0, 40 * sites**0.5), rng.uniform(0, 40 * sites**0.5)) for _ in range(sites)]
    minutes = []
    for a in range(sites):
        for b in range(a + 1, sites):
            far = int(8 + abs(spots[a][0] - spots[b][0]) + abs(spots[a][1] - spots[b][1]))
            if far <= 180:
                minutes.append({"from": f"s{a}", "to": f"s{b}", "minutes": far})
    offices = max(1, sites // 8)
    teams: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    while len(rows) < people:
        back = len(rows) < 0.45 * people
        size = rng.randint(4, 15) if back else rng.randint(3, 14)
        site = rng.randrange(offices) if back else rng.randrange(sites)
        room = 1 if tight or size <= 8 else size // 5
        name = f"t{len(teams)}"
        closed = [] if back else [d for d in calendar if dt.date.fromisoformat(d).weekday() == 0]
        teams.append(
            {
                "id": name, "name": name, "side": "back" if back else "front", "site": f"s{site}",
                "department": rng.choice(DEPARTMENTS["back" if back else "front"]),
                "max_away": room, "max_visitors": room, "closed_days": closed,
            }
        )  # fmt: skip
        for _ in range(min(size, people - len(rows))):
            few = tight or rng.random() < 0.35
            dates = set(rng.sample(range(days), rng.randint(2, 5 if tight else 8)))
            bits = "".join("1" if (n in dates if few else rng.random() < 0.5) else "0" for n in range(days))
            rows.append(
                {
                    "id": f"p{len(rows)}", "team": name, "manager": None, "available": bits, "wishes": [],
                    "avoid": [], "languages": ["fr"] if rng.random() < 0.9 else ["nl"],
                    "priority": 2 if rng.random() < 0.05 else 1,
                }
            )  # fmt: skip
    by_side = {side: [t["id"] for t in teams if t["side"] == side] for side in ("front", "back")}
    side_of = {t["id"]: t["side"] for t in teams}
    for row in rows:
        there = by_side["back" if side_of[row["team"]] == "front" else "front"]
        row["wishes"] = list(
            dict.fromkeys(there[int(len(there) * rng.random() ** 2)] for _ in range(rng.randint(0, 3)))
        )
    return {
        "format": "vis-ma-vie/problem/1",
        "campaign": {
            "days": calendar, "exchange": "swap",
            "min_gap_days": 1, "max_gap_days": 21, "max_travel_minutes": 90,
        },
        "sites": [{"id": f"s{n}"} for n in range(sites)],
        "travel_minutes": minutes, "teams": teams, "people": rows,
    }  # fmt: skip
