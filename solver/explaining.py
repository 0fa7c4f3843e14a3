"""Why a match is good, what else was possible, and what changed between two plans."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from solver import rules
from solver.check import measure
from solver.near import Near
from solver.plan import Plan
from solver.problem import Problem, Visit, ordered

SECONDS = 0.8
"""For all alternatives of one person; at least one is tried."""


@dataclass(frozen=True, slots=True)
class Merit:
    """What a visit has going for it: rank of the visitor's wish (1 to 3), whether both named the other, how
    long the journey is, link, good day."""

    wish: int | None
    mutual: bool
    minutes: int
    linked: bool
    good_day: bool


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another colleague for somebody: the visits, what they are worth to both, and what they cost others.

    ``losers`` are without a match after everybody around was matched anew, as few as possible; ``moved`` have
    another colleague or other days; ``gained`` have a match who had none. ``minutes`` is one way, ``after``
    the whole plan then.
    """

    partner: str
    visits: tuple[Visit, ...]
    wish_points: int
    minutes: int
    losers: tuple[str, ...]
    moved: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()
    after: tuple[Visit, ...] = ()


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
        mutual=ordered(visit.visitor, visit.host) in problem.mutual,
        minutes=problem.travel(here.site, there.site) or 0,
        linked=(here.id, there.id) in problem.links or (there.id, here.id) in problem.links,
        good_day=bool(there.good >> visit.day & 1),
    )


def alternatives(
    problem: Problem, plan: Plan, person: str, *, most: int = 3, seconds: float = SECONDS
) -> list[Alternative]:
    """Other colleagues whom somebody could visit (and, in a swap, receive), the cheapest for others first.

    Whoever loses a partner by it is matched anew with the people around; the rest of the plan stays. No
    further colleague is tried after ``seconds``.
    """
    started = time.monotonic()
    near = Near(problem, plan)
    if person in near.pinned:
        return []
    found: list[Alternative] = []
    for partner, points, minutes in _ranked(near, person)[: 4 * most]:
        if found and time.monotonic() - started > seconds:
            break
        option = _forced(near, person, partner, points, minutes)
        if option is not None:
            found.append(option)
            if sum(not one.losers for one in found) >= most:
                break
    found.sort(key=lambda one: (len(one.losers), -one.wish_points, one.minutes, len(one.moved), one.partner))
    return found[:most]


def _ranked(near: Near, person: str) -> list[tuple[str, int, int]]:
    """(colleague, wish and link points, minutes), the best for both first; free ones before equals."""
    problem, me = near.problem, near.party(person)
    now, free = set(near.partners(person)), {party.id for party in near.free}
    ranked = []
    for party in rules.hosts_for(near.frame, me, near.parties):
        if party.id in now or party.id in near.pinned:
            continue
        ways = [(person, party.id)] + ([(party.id, person)] if problem.campaign.is_swap else [])
        points = sum(_points(problem, *way) for way in ways)
        minutes = problem.travel(me.site, party.site) or 0
        ranked.append((-points, minutes, party.id not in free, party.id))
    return [(partner, -points, minutes) for points, minutes, _, partner in sorted(ranked)]


def _points(problem: Problem, visitor: str, host: str) -> int:
    guest, here, there = problem.person_by_id[visitor], problem.team_of(visitor), problem.team_of(host)
    points = 3 - guest.wishes.index(there.id) if there.id in guest.wishes else 0
    linked = (here.id, there.id) in problem.links or (there.id, here.id) in problem.links
    points += problem.mutual_points(visitor, host)
    return points + (problem.campaign.link_points if linked else 0)


def _forced(near: Near, person: str, partner: str, points: int, minutes: int) -> Alternative | None:
    """The two together, everybody around matched anew; None where no days are left for them."""
    people = near.people_near(person, [partner])
    small = near.small(people, person)
    visits = near.together(small, person, partner)
    if visits is None:
        return None
    before, after = _by_person(small.previous), _by_person(visits)
    roles = ((person, partner), (partner, person)) if near.problem.campaign.is_swap else ((person, partner),)
    ours = tuple(v for v in visits if v[:2] in roles)
    matched = {v.visitor for v in visits}
    lost = {v.visitor for v in small.previous} - matched - {person}
    met = {one for one in {*before, *after} if near.visits_of.get(one)}
    moved = {one for one in met if before.get(one) != after.get(one)} - lost - {person, partner}
    gone = set(small.previous) - set(visits)
    rest = [v for v in near.plan.visits if v not in gone]
    whole = tuple(dict.fromkeys([*rest, *visits]))
    gained = {v.visitor for v in whole} - near.matched
    some, others, new = (tuple(sorted(people)) for people in (lost, moved, gained))
    return Alternative(partner, ours, points, minutes, some, others, new, whole)


def _by_person(visits: Iterable[Visit]) -> dict[str, set[Visit]]:
    found: dict[str, set[Visit]] = {}
    for visit in visits:
        found.setdefault(visit.visitor, set()).add(visit)
        found.setdefault(visit.host, set()).add(visit)
    return found


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
