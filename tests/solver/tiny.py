"""Tiny problems, and the best plan for them found by trying everything."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from solver import rules
from solver.check import measure
from solver.plan import MEASURE, SENSE
from solver.problem import Problem, Visit

DAYS = ["2027-03-01", "2027-03-02", "2027-03-03", "2027-03-04", "2027-03-05"]


def document(**changes: Any) -> dict[str, Any]:
    """Anna (back office) and Bruno (shop) can swap on the first two days; changed as the test wants."""
    base: dict[str, Any] = {
        "format": "vis-ma-vie/problem/1",
        "campaign": {
            "days": DAYS,
            "exchange": "swap",
            "min_gap_days": 1,
            "max_gap_days": 2,
            "max_travel_minutes": 60,
        },
        "sites": [{"id": "paris", "name": "Paris"}, {"id": "lyon", "name": "Lyon"}],
        "travel_minutes": [{"from": "paris", "to": "lyon", "minutes": 30}],
        "teams": [team("compta", "back", "paris"), team("boutique", "front", "lyon")],
        "people": [person("anna", "compta"), person("bruno", "boutique")],
    }
    base.update(changes)
    return base


def team(name: str, side: str, site: str, **more: Any) -> dict[str, Any]:
    row = {
        "id": name,
        "name": name,
        "side": side,
        "department": name,
        "site": site,
        "max_away": 1,
        "max_visitors": 1,
    }
    return {**row, "closed_days": [], **more}


def person(name: str, team: str, days: str = "11000", **more: Any) -> dict[str, Any]:
    row = {
        "id": name,
        "team": team,
        "manager": None,
        "available": days,
        "wishes": [],
        "avoid": [],
        "languages": ["fr"],
    }
    return {**row, "priority": 1, **more}


def random_problem(seed: int) -> Problem:
    """A problem with up to seven people in which every rule plays a part."""
    rng = random.Random(seed)
    days = DAYS[: rng.randint(2, 4)]
    swap = rng.random() < 0.6
    teams = []
    for n in range(rng.randint(2, 4)):
        side = "back" if n % 2 == 0 else "front"
        row = team(
            f"t{n}", side, rng.choice(["s0", "s1", "s2"]), department=rng.choice(["a", "b", "c", f"d{n}"])
        )
        row["max_away"], row["max_visitors"] = rng.choice([0, 1, 1, 2]), rng.choice([1, 1, 2])
        row["closed_days"] = [day for day in days if rng.random() < 0.15]
        row["good_days"] = [day for day in days if rng.random() < 0.2]
        if rng.random() < 0.3:
            row["limits_by_day"] = {
                rng.choice(days): {"max_away": rng.randint(0, 2), "max_visitors": rng.randint(0, 2)}
            }
        teams.append(row)
    people = []
    for n in range(rng.randint(2, 6)):
        row = person(f"p{n}", rng.choice(teams)["id"], "".join(rng.choice("011") for _ in days))
        if rng.random() < 0.3:
            row["can_host"] = "".join(rng.choice("01") for _ in days)
        row["wishes"] = rng.sample([t["id"] for t in teams], rng.randint(0, min(2, len(teams))))
        row["languages"] = rng.choice([["fr"], ["fr", "en"], ["en"], ["fr"]])
        row["priority"] = rng.choice([1, 1, 2])
        row["avoid"] = [f"p{rng.randrange(6)}"] if rng.random() < 0.1 else []
        row["manager"] = f"p{rng.randrange(6)}" if rng.random() < 0.2 else None
        row["excluded_sites"] = ["s1"] if rng.random() < 0.1 else []
        if rng.random() < 0.1:
            row["max_swaps"] = rng.randint(0, 2)
        people.append(row)
    made = document(
        campaign={
            "days": days,
            "exchange": "swap" if swap else "shadow",
            "max_swaps_per_person": rng.choice([1, 1, 2]),
            "min_gap_days": min(rng.choice([0, 1, 2]), longest := rng.choice([1, 3])),
            "max_gap_days": longest,
            "max_travel_minutes": 60,
            "link_points": rng.choice([0, 2]),
            "objective_order": rng.choice(
                [["people", "wishes", "changes", "travel"], ["people", "changes", "wishes"]]
            ),
        },
        sites=[{"id": f"s{n}"} for n in range(3)],
        travel_minutes=[{"from": "s0", "to": "s1", "minutes": 20}, {"from": "s1", "to": "s2", "minutes": 50}],
        teams=teams,
        people=people,
        service_links=[{"back_team": "t0", "front_team": "t1"}],
    )
    if rng.random() < 0.4:
        made["previous"] = [
            {
                "visitor": f"p{rng.randrange(len(people))}",
                "host": f"p{rng.randrange(len(people))}",
                "day": rng.choice(days),
            }
            for _ in range(2)
        ]
    if rng.random() < 0.4:
        made["mutual"] = [{"a": "p0", "b": f"p{n}"} for n in (1, 3) if n < len(people)]
    return Problem.from_json(made)


def beside_itself(problem: Problem) -> Problem:
    """A company and its like, between which nobody travels."""
    one = problem.to_json()
    names = [row["id"] for kind in ("sites", "teams", "people") for row in one[kind]]

    def named(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: named(inner) if key != "campaign" else inner for key, inner in value.items()}
        if isinstance(value, list):
            return [named(inner) for inner in value]
        return f"{value}'" if value in names else value

    other = named(one)
    return Problem.from_json(
        {key: one[key] + other[key] if isinstance(value, list) else value for key, value in one.items()}
    )


def vector(problem: Problem, visits: tuple[Visit, ...]) -> tuple[int, ...]:
    """The levels of a plan in the campaign's order, more is better."""
    values = measure(problem, visits)
    return tuple(SENSE[level] * values[MEASURE[level]] for level in problem.campaign.objective_order)


def best_by_trying(problem: Problem) -> tuple[int, ...]:
    """The best vector of any plan with every pin: every set of matches that keeps the limits is looked at."""
    options, pins = list(_matches(problem)), set(problem.pinned)
    best: list[tuple[int, ...]] = [() if pins else vector(problem, ())]

    def grow(start: int, planned: tuple[Visit, ...]) -> None:
        if pins <= set(planned):
            best[0] = max(best[0], vector(problem, planned))
        for n in range(start, len(options)):
            if _fits(problem, planned, options[n]):
                grow(n + 1, planned + options[n])

    grow(0, ())
    return best[0]


def _matches(problem: Problem) -> Iterator[tuple[Visit, ...]]:
    frame, parties = rules.frame_of(problem), rules.parties_of(problem)
    for a in parties:
        for b in parties:
            if rules.pair_refusals(frame, a, b):
                continue
            if frame.is_swap:
                if a.side == "back":
                    for day, other in rules.swap_days(frame, a, b):
                        yield Visit(a.id, b.id, day), Visit(b.id, a.id, other)
            else:
                days = rules.visit_days(a, b)
                for day in range(len(frame.ordinals)):
                    if days >> day & 1:
                        yield (Visit(a.id, b.id, day),)


def _fits(problem: Problem, planned: tuple[Visit, ...], more: tuple[Visit, ...]) -> bool:
    visits = planned + more
    people = problem.person_by_id
    swap = problem.campaign.is_swap
    pair = {frozenset(v[:2]) for v in more} if swap else {v[:2] for v in more}
    if any((frozenset(v[:2]) if swap else v[:2]) in pair for v in planned):
        return False
    for visit in more:
        for who in visit[:2]:
            if sum(v.day == visit.day and who in v[:2] for v in visits) > 1:
                return False
            made = sum(v.visitor == who for v in visits)
            hosted = sum(v.host == who for v in visits)
            if max(made, hosted) > problem.may_swap(people[who]):
                return False
        away = sum(
            v.day == visit.day and people[v.visitor].team == people[visit.visitor].team for v in visits
        )
        received = sum(v.day == visit.day and people[v.host].team == people[visit.host].team for v in visits)
        if away > problem.team_of(visit.visitor).limit(visit.day).max_away:
            return False
        if received > problem.team_of(visit.host).limit(visit.day).max_visitors:
            return False
    return True
