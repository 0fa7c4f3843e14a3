"""How many people go with so many points of priority, against every set of people there is."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from solver.points import Points
from solver.problem import Problem
from tests.solver.tiny import random_problem


def sets_of(problem: Problem) -> list[tuple[int, int]]:
    """(points, people) of every set that could have a match as far as sides and numbers decide."""
    able = [p for p in problem.people if problem.may_swap(p)]
    once = problem.campaign.is_swap and all(problem.may_swap(p) <= 1 for p in problem.people)
    found = []
    for size in range(len(able) + 1):
        for some in combinations(able, size):
            backs = sum(problem.team_of(p.id).side == "back" for p in some)
            if not once or 2 * backs == size:
                found.append((sum(p.priority for p in some), size))
    return found


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 12))
def test_people_from_points(seed: int, points: int) -> None:
    problem = random_problem(seed)
    worth = [(seed >> n) % 4 for n in range(len(problem.people))]
    people = tuple(replace(p, priority=w) for p, w in zip(problem.people, worth, strict=True))
    problem = replace(problem, people=people)
    told, sets = Points(problem), sets_of(problem)
    assert told.heads_at_most(points) == max(size for value, size in sets if value <= points)
    enough = [size for value, size in sets if value >= points]
    if enough:
        assert told.heads_at_least(points) == min(enough)
