"""Why a match is good, what else was possible, and what changed between two plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from solver.check import measure
from solver.days import Board
from solver.edges import possible
from solver.instance import Instance, Ints
from solver.plan import Plan
from solver.problem import Problem, Visit


@dataclass(frozen=True, slots=True)
class Merit:
    """What a visit has going for it: rank of the visitor's wish (1 to 3), minutes, link, good day."""

    wish: int | None
    minutes: int
    linked: bool
    good_day: bool


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another colleague for somebody: the visits, what changes for both, and who would lose their match."""

    partner: str
    visits: tuple[Visit, ...]
    wish_points: int
    minutes: int
    losers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """From one plan to another: who gains or loses a match, who meets somebody else or on other days."""

    gained: tuple[str, ...]
    lost: tuple[str, ...]
    other_partner: tuple[str, ...]
    other_days: tuple[str, ...]
    kept_visits: int
    differences: Mapping[str, int]


def merit(problem: Problem, visit: Visit) -> Merit:
    """Why one visit is good."""
    visitor, host = problem.person_by_id[visit.visitor], problem.person_by_id[visit.host]
    here, there = problem.team_by_id[visitor.team], problem.team_by_id[host.team]
    return Merit(
        wish=visitor.wishes.index(there.id) + 1 if there.id in visitor.wishes else None,
        minutes=problem.travel(here.site, there.site) or 0,
        linked=(here.id, there.id) in problem.links or (there.id, here.id) in problem.links,
        good_day=bool(there.good >> visit.day & 1),
    )


def alternatives(problem: Problem, plan: Plan, person: str, *, most: int = 3) -> list[Alternative]:
    """Other colleagues whom somebody could visit (and, in a swap, receive), the best for everybody first.

    Everybody else stays where they are, except the colleague's present partner, who would lose the match.
    """
    instance = Instance(problem)
    i = instance.index[person]
    others = instance.backs if instance.front[i] else instance.fronts
    me = np.full(len(others), i, dtype=np.int64)
    left, right = (others, me) if instance.swap and instance.front[i] else (me, others)
    others = others[possible(instance, left, right)]
    now = {visit.host for visit in plan.visits if visit.visitor == person}
    pinned = {name for visit in problem.pinned for name in (visit.visitor, visit.host)}
    partners: dict[str, list[Visit]] = {}
    for visit in plan.visits:
        for name in (visit.visitor, visit.host):
            partners.setdefault(name, []).append(visit)
    found = []
    for j in _ranked(instance, i, others)[: 20 * most]:
        partner = problem.people[j].id
        if partner in now or partner in pinned or person in pinned:
            continue
        gone = {*partners.get(partner, ()), *partners.get(person, ())}
        visits = _fit(instance, i, j, [visit for visit in plan.visits if visit not in gone])
        if visits is None:
            continue
        involved = {name for visit in gone for name in (visit.visitor, visit.host)}
        losers = tuple(sorted(involved - {person, partner}))
        points = int(instance.points(np.array([i, j]), np.array([j, i])).sum() if instance.swap else 0)
        if not instance.swap:
            points = int(instance.points(np.array([i]), np.array([j]))[0])
        minutes = int(instance.travel(np.array([i]), np.array([j]))[0])
        found.append(Alternative(partner, visits, points, minutes, losers))
    found.sort(key=lambda option: (len(option.losers), -option.wish_points, option.minutes, option.partner))
    return found[:most]


def _ranked(instance: Instance, i: int, others: Ints) -> list[int]:
    me = np.full(len(others), i, dtype=np.int64)
    points = instance.points(me, others) + (instance.points(others, me) if instance.swap else 0)
    order = np.lexsort((others, instance.travel(me, others), -points))
    ranked: list[int] = others[order].tolist()
    return ranked


def _fit(instance: Instance, i: int, j: int, rest: list[Visit]) -> tuple[Visit, ...] | None:
    """Days for a new match beside the visits that stay."""
    board = Board(instance)
    for visit in rest:
        board.occupy(instance.index[visit.visitor], instance.index[visit.host], visit.day)
    a, b = (j, i) if instance.swap and instance.front[i] else (i, j)
    match = board.add(a, b)
    if not board.place(match):
        return None
    days = board.days[match]
    assert days is not None
    names = instance.problem.people
    first = Visit(names[a].id, names[b].id, days[0])
    return (first,) if days[1] < 0 else (first, Visit(names[b].id, names[a].id, days[1]))


def compare(problem: Problem, before: Plan, after: Plan) -> Comparison:
    """What changes for whom from one plan to another."""
    old, new = _meetings(before), _meetings(after)
    both = sorted(old.keys() & new.keys())
    values_before, values_after = measure(problem, before.visits), measure(problem, after.visits)
    return Comparison(
        gained=tuple(sorted(new.keys() - old.keys())),
        lost=tuple(sorted(old.keys() - new.keys())),
        other_partner=tuple(p for p in both if {m[0] for m in old[p]} != {m[0] for m in new[p]}),
        other_days=tuple(
            p for p in both if {m[0] for m in old[p]} == {m[0] for m in new[p]} and old[p] != new[p]
        ),
        kept_visits=len(set(before.visits) & set(after.visits)),
        differences={name: values_after[name] - values_before[name] for name in values_after},
    )


def _meetings(plan: Plan) -> dict[str, set[tuple[str, int, str]]]:
    met: dict[str, set[tuple[str, int, str]]] = {}
    for visit in plan.visits:
        met.setdefault(visit.visitor, set()).add((visit.host, visit.day, "visit"))
        met.setdefault(visit.host, set()).add((visit.visitor, visit.day, "host"))
    return met
