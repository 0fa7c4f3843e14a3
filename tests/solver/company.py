"""Companies of any size, made from a seed: head-office teams, shops, part-timers, wishes."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from tests.solver.tiny import person, team


def company(
    people: int,
    seed: int,
    *,
    days: int = 30,
    few_dates: float = 0.3,
    exchange: str = "swap",
    pins: int = 0,
    capacity: int = 1,
) -> dict[str, Any]:
    """A problem document. ``few_dates``: share of people offering two to five dates; ``pins``: swaps."""
    rng = random.Random(f"{people}/{seed}/{days}/{few_dates}/{exchange}")
    calendar: list[str] = []
    day = dt.date(2027, 3, 1)
    while len(calendar) < days:
        if day.weekday() < 5:
            calendar.append(day.isoformat())
        day += dt.timedelta(days=1)
    sites = max(3, people // 60)
    places = [(rng.uniform(0, 100), rng.uniform(0, 100)) for _ in range(sites)]
    minutes = [
        {
            "from": f"s{a}",
            "to": f"s{b}",
            "minutes": int(5 + abs(places[a][0] - places[b][0]) + abs(places[a][1] - places[b][1])),
        }
        for a in range(sites)
        for b in range(a + 1, sites)
    ]
    teams: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    while len(rows) < people:
        back = len(rows) < 0.45 * people
        site = rng.randrange(2 if back else sites)
        department = rng.choice(["it", "finance", "hr"] if back else ["retail", "calls", "branches"])
        side, size = ("back", rng.randint(5, 12)) if back else ("front", rng.randint(3, 9))
        closed = [] if back else [iso for iso in calendar if dt.date.fromisoformat(iso).weekday() == 0]
        name = f"t{len(teams)}"
        more = {
            "department": department,
            "closed_days": closed,
            "max_away": capacity,
            "max_visitors": capacity,
        }
        teams.append(team(name, side, f"s{site}", **more))
        for _ in range(min(size, people - len(rows))):
            dates = set(rng.sample(range(days), rng.randint(2, 5)))
            if rng.random() >= few_dates:
                dates = {n for n in range(days) if rng.random() < 0.5}
            bits = "".join("1" if n in dates else "0" for n in range(days))
            rows.append(
                person(f"p{len(rows)}", name, bits, languages=["fr"] if rng.random() < 0.9 else ["nl", "en"])
            )
    side_of = {row["id"]: row["side"] for row in teams}
    for row in rows:
        others = [t["id"] for t in teams if t["side"] != side_of[row["team"]]]
        row["wishes"] = rng.sample(others, min(len(others), rng.randint(0, 3)))
        row["priority"] = 2 if rng.random() < 0.05 else 1
    pinned = _pins(rows, teams, calendar, pins)
    return {
        "format": "vis-ma-vie/problem/1",
        "campaign": {
            "days": calendar, "exchange": exchange,
            "min_gap_days": 1, "max_gap_days": 21, "max_travel_minutes": 90,
        },
        "sites": [{"id": f"s{n}"} for n in range(sites)],
        "travel_minutes": minutes, "teams": teams, "people": rows, "pinned": pinned,
    }  # fmt: skip


def _pins(
    rows: list[dict[str, Any]], teams: list[dict[str, Any]], calendar: list[str], wanted: int
) -> list[dict[str, str]]:
    """Pinned swaps of people made free for them, each in teams of their own."""
    by_id = {row["id"]: row for row in teams}
    pinned: list[dict[str, str]] = []
    used: set[str] = set()
    backs = [row for row in rows if by_id[row["team"]]["side"] == "back"]
    fronts = [row for row in rows if by_id[row["team"]]["side"] == "front"]
    for back in backs:
        for front in fronts:
            ours = {back["team"], front["team"]}
            if len(pinned) >= 2 * wanted or ours & used or by_id[front["team"]]["site"] not in ("s0", "s1"):
                continue
            if by_id[back["team"]]["site"] != by_id[front["team"]]["site"]:
                continue
            for row in (back, front):
                row["available"] = "0110" + row["available"][4:]
                row["languages"] = ["fr"]
            pinned.append({"visitor": back["id"], "host": front["id"], "day": calendar[1]})
            pinned.append({"visitor": front["id"], "host": back["id"], "day": calendar[2]})
            used |= ours
    return pinned
