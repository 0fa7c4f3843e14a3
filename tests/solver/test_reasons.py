"""Reasons: the right code against the rules, and blocking sets whose removal really opens somebody."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from solver import Limits, Plan, Problem, rules, solve
from solver.changes import apply
from solver.check import violations
from solver.edges import first_edges
from solver.instance import Instance
from solver.plan import FEASIBLE, Blocking, Unmatched
from solver.problem import NO_LIMIT, Limit, Person, Team, Visit
from solver.reasons import explain
from tests.solver.company import company
from tests.solver.tiny import DAYS, document, person, random_problem, team

QUICK = Limits(seconds=20.0, threads=1)


def colleagues(problem: Problem, one: str) -> list[str]:
    """Whom the rules let somebody meet, were nobody else there; in a shadow campaign as visitor."""
    frame = rules.frame_of(problem)
    parties = {party.id: party for party in rules.parties_of(problem)}
    me, able = parties[one], problem.person_by_id
    if problem.may_swap(able[one]) == 0:
        return []
    return [
        other.id
        for other in parties.values()
        if not rules.pair_refusals(frame, me, other)
        and problem.may_swap(able[other.id]) > 0
        and (rules.have_days(frame, me, other) if frame.is_swap else rules.visit_days(me, other))
    ]


def without(problem: Problem, row: Unmatched) -> Problem:
    """The problem without what blocks somebody, as far as it is no matter of the plan."""
    for item in row.blocking:
        problem = _removed(problem, row, item)
    return problem


def _people(problem: Problem, who: str, **changes: object) -> Problem:
    people = tuple(replace(p, **changes) if p.id == who else p for p in problem.people)  # type: ignore[arg-type]
    return replace(problem, people=people)


def _removed(problem: Problem, row: Unmatched, item: Blocking) -> Problem:
    me = problem.person_by_id[row.person]
    if item.kind == "person" and item.day is not None:
        return apply(problem, [{"kind": "available", "id": item.id, "day": item.day}])
    if item.kind == "person":
        other = problem.person_by_id[item.id]
        problem = _people(problem, me.id, **_kinder(me, other))
        problem = replace(problem, forbidden=frozenset(p for p in problem.forbidden if me.id not in p))
        return _people(problem, other.id, **_kinder(other, me), excluded_sites=())
    if item.kind == "team":
        day = next(n for n, one in enumerate(problem.campaign.days) if one.isoformat() == item.day)
        return replace(problem, teams=tuple(_opened(t, day) if t.id == item.id else t for t in problem.teams))
    if item.kind == "site" and row.reason == "travel":
        known = {(a.id, b.id): 0 for a in problem.sites for b in problem.sites}
        return replace(problem, minutes={**known, **problem.minutes}, campaign=_anywhere(problem))
    if item.kind == "site":
        return _people(problem, me.id, excluded_sites=())
    if item.kind == "language":
        return _people(problem, me.id, languages=(*me.languages, item.id))
    if item.id == "department":
        mine = problem.team_of(me.id)
        teams = tuple(replace(t, department="elsewhere") if t.id == mine.id else t for t in problem.teams)
        return replace(problem, teams=teams)
    if item.id == "max_swaps":
        return _people(problem, me.id, max_swaps=1)
    raise AssertionError(item)


def _kinder(one: Person, other: Person) -> dict[str, object]:
    return {"avoid": (), "manager": None if one.manager == other.id else one.manager}


def _anywhere(problem: Problem) -> object:
    return replace(problem.campaign, max_travel_minutes=NO_LIMIT)


def _opened(team: Team, day: int) -> Team:
    limit = team.limit(day)
    more = {**team.limits_by_day, day: Limit(limit.max_away + 1, limit.max_visitors + 1)}
    return replace(team, closed=team.closed & ~(1 << day), limits_by_day=more)


def passes_on(problem: Problem, row: Unmatched) -> bool:
    """Whether somebody gets past the sieve that stopped them."""
    frame = rules.frame_of(problem)
    parties = {party.id: party for party in rules.parties_of(problem)}
    me = parties[row.person]
    for other in parties.values():
        left = set(rules.pair_refusals(frame, me, other)) - {rules.SAME_PERSON}
        if row.reason == "travel" and not left & {rules.NO_ROUTE, rules.TOO_FAR, rules.SAME_SIDE}:
            return True
        if row.reason == "language" and not left & {
            rules.NO_ROUTE, rules.TOO_FAR, rules.SAME_SIDE, rules.LANGUAGE,
        }:  # fmt: skip
            return True
        if row.reason == "own_rules" and other.id != me.id and not left and _may_go(frame, me, other):
            return True
        if row.reason in ("closed", "no_common_day") and other.id in colleagues(problem, me.id):
            return True
    return False


def _may_go(frame: rules.Frame, a: rules.Party, b: rules.Party) -> bool:
    return b.site not in a.excluded_sites and not (frame.is_swap and a.site in b.excluded_sites)


def room_after(problem: Problem, plan: Plan, row: Unmatched) -> bool:
    """Whether the plan has a place for somebody once the match in the way and the full places are gone."""
    items = list(row.blocking)
    visits = list(plan.visits)
    if items[0] == Blocking("rule", "sides"):
        return True
    if items[0] == Blocking("rule", "time"):
        items = []
    elif items[0].kind == "team" and items[0].day is None:
        swap, other = problem.campaign.is_swap, items[1].id
        assert problem.person_by_id[other].team in {t.id for t in problem.teams}
        visits = [v for v in visits if other not in (v[:2] if swap else v[1:2])]
        problem = replace(problem, pinned=tuple(v for v in problem.pinned if other not in v[:2]))
        if problem.may_swap(problem.person_by_id[other]) == 0:
            problem = _people(problem, other, max_swaps=1)
        items = items[2:]
    if items and items[0] == Blocking("rule", "gap"):
        return not any(rules.frame_of(problem).partners)
    for item in items:
        day = next(n for n, one in enumerate(problem.campaign.days) if one.isoformat() == item.day)
        if item.kind == "team":
            problem = replace(
                problem, teams=tuple(_opened(t, day) if t.id == item.id else t for t in problem.teams)
            )
        else:
            visits = [v for v in visits if v.day != day or item.id not in v[:2]]
            problem = apply(problem, [{"kind": "available", "id": item.id, "day": item.day}])
    rest = tuple(v for v in visits if _whole(problem, v, visits))
    return any(not violations(problem, Plan(FEASIBLE, rest + more)) for more in _matches(problem, row.person))


def _whole(problem: Problem, visit: Visit, visits: list[Visit]) -> bool:
    return not problem.campaign.is_swap or any(v[:2] == (visit.host, visit.visitor) for v in visits)


def _matches(problem: Problem, one: str) -> list[tuple[Visit, ...]]:
    frame = rules.frame_of(problem)
    parties = {party.id: party for party in rules.parties_of(problem)}
    found: list[tuple[Visit, ...]] = []
    for other in colleagues(problem, one):
        if frame.is_swap:
            for day, back in rules.swap_days(frame, parties[one], parties[other]):
                found.append((Visit(one, other, day), Visit(other, one, back)))
        else:
            days = rules.visit_days(parties[one], parties[other])
            found += [(Visit(one, other, d),) for d in range(len(frame.ordinals)) if days >> d & 1]
    return found


def within_reach(problem: Problem, one: str) -> set[str]:
    frame = rules.frame_of(problem)
    parties = {party.id: party for party in rules.parties_of(problem)}
    far = {rules.SAME_SIDE, rules.NO_ROUTE, rules.TOO_FAR, rules.SAME_PERSON}
    return {
        other for other, party in parties.items()
        if not far & set(rules.pair_refusals(frame, parties[one], party))
    }  # fmt: skip


def verified(problem: Problem, plan: Plan, row: Unmatched) -> None:
    """One reason, held against the rules."""
    assert row.blocking
    assert len(row.blocking) == len(set(row.blocking))
    if row.reason == "all_taken":
        assert room_after(problem, plan, row), row
        return
    assert not colleagues(problem, row.person), row
    if row.blocking == (Blocking("rule", "gap"),):
        assert not any(rules.frame_of(problem).partners)
        return
    if row.blocking == (Blocking("rule", "max_swaps"),):
        assert problem.may_swap(problem.person_by_id[row.person]) == 0
        return
    if row.blocking == (Blocking("rule", "languages"),):
        assert not any(p.languages for p in problem.people if p.id in within_reach(problem, row.person))
        return
    assert passes_on(without(problem, row), row), row
    if len(row.blocking) > 1:  # smallest: with any one of them kept, nothing is gained
        for n in range(len(row.blocking)):
            part = replace(row, blocking=row.blocking[:n] + row.blocking[n + 1 :])
            assert not passes_on(without(problem, part), row), (row, part)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6))
@example(197173)
@example(780398)
@example(446270)
def test_every_reason_holds_and_its_removal_opens_somebody(seed: int) -> None:
    problem = random_problem(seed)
    plan = solve(problem, limits=QUICK)
    for row in plan.unmatched:
        verified(problem, plan, row)


@pytest.mark.parametrize(
    ("guests", "hosts", "said"), [(2, True, "has another visit already"), (1, False, "no place is left")]
)
def test_a_day_that_hosting_takes_is_not_a_place_that_is_missing(guests: int, hosts: bool, said: str) -> None:
    """Emma is at Clara's already. Anna cannot go there as well: she receives Bruno, or there is one place."""
    base = document()
    names = [("anna", "compta"), ("emma", "archives"), ("clara", "guichet"), ("denis", "guichet")]
    pins = [("emma", "clara")]
    if hosts:
        names, pins = [*names, ("bruno", "boutique")], [*pins, ("bruno", "anna")]
    more = [team("guichet", "front", "lyon", max_visitors=guests, max_away=0)]
    more.append(team("archives", "back", "paris", max_visitors=0))
    problem = Problem.from_json(
        base
        | {
            "campaign": base["campaign"] | {"exchange": "shadow"},
            "teams": base["teams"] + more,
            "people": [person(name, where, "10000") for name, where in names],
            "pinned": [{"visitor": v, "host": h, "day": DAYS[0]} for v, h in pins],
        }
    )
    [row] = [one for one in solve(problem, limits=QUICK).unmatched if one.person == "anna"]
    assert row.reason == "all_taken"
    assert said in row.text.en


@pytest.mark.parametrize("exchange", ["swap", "shadow"])
@pytest.mark.parametrize("few", [0.2, 1.0])
def test_reasons_of_a_company_hold(exchange: str, few: float) -> None:
    problem = Problem.from_json(company(people=150, seed=8, exchange=exchange, few_dates=few, pins=2))
    plan = solve(problem, limits=QUICK)
    assert plan.unmatched
    for row in plan.unmatched:
        verified(problem, plan, row)


def commonest(problem: Problem, plan: Plan, row: Unmatched) -> None:
    """The team named is one that no other team has more possible colleagues than."""
    met = colleagues(problem, row.person)
    if not met:  # none who may take part at all: those who could, were they allowed to
        able = replace(problem, people=tuple(replace(p, max_swaps=None) for p in problem.people))
        met = colleagues(able, row.person)
    count = Counter(problem.person_by_id[other].team for other in met)
    assert count[row.blocking[0].id] == max(count.values()), (row, count)


@pytest.mark.parametrize("exchange", ["swap", "shadow"])
@pytest.mark.parametrize("few", [0.1, 1.0])
@pytest.mark.parametrize("known", ["none", "some", "all"])
def test_the_team_named_is_the_one_that_most_possible_colleagues_are_in(
    exchange: str, few: float, known: str
) -> None:
    problem = Problem.from_json(company(people=160, seed=21, exchange=exchange, few_dates=few, pins=2))
    busy = {name for visit in problem.pinned for name in visit[:2]}
    people = tuple(
        replace(p, max_swaps=0) if n % 9 == 0 and p.id not in busy else p
        for n, p in enumerate(problem.people)
    )
    pinned = () if known == "all" else problem.pinned
    problem = replace(problem, people=people, pinned=pinned)
    instance = Instance(problem)
    every = first_edges(instance, np.random.default_rng(0))
    edges = {"none": None, "some": every.take(np.arange(0, len(every), 3)), "all": every}[known]
    plan = solve(problem, limits=QUICK)
    told = explain(instance, plan.visits, edges)
    named = [row for row in told if row.blocking[0].kind == "team" and row.blocking[0].day is None]
    assert named
    for row in named:
        commonest(problem, plan, row)


def test_the_cost_is_linear_in_people() -> None:
    took = []
    for people in (1_000, 4_000):
        problem = Problem.from_json(company(people=people, seed=9, few_dates=0.9))
        started = time.process_time()
        plan = solve(problem, limits=Limits(seconds=0.0, threads=1))
        assert len(plan.unmatched) > 0
        took.append(time.process_time() - started)
    for before, after in pairwise(took):
        assert after < 16 * before + 1
