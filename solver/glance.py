"""How many people the best plan matches, at a glance: for companies in which anything better takes too long.

At least what of a plan at hand still holds; at most whom the days, limits and sizes of the two sides allow.
Both cost a few operations for each person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from solver import rules
from solver.problem import Problem, Visit

EACH = 6e-5
"""Seconds a person that `solver.reach` takes, once."""


@dataclass(frozen=True)
class Glance:
    """The fewest and the most people whom the best plan matches, and the visits that still hold."""

    heads: tuple[int, int]
    visits: Sequence[Visit]

    def bottlenecks(self) -> list[tuple[str, int]]:
        """Nobody looked."""
        return []


def glance(problem: Problem, visits: Sequence[Visit], *, holds: bool) -> Glance:
    """``holds``: the visits are a plan of this problem, not only of one like it."""
    return Glance((_fewest(problem, visits) if holds else 0, _most(problem)), visits)


def _fewest(problem: Problem, visits: Sequence[Visit]) -> int:
    """The fewest people of the highest priorities who count as much as those of a plan."""
    people = problem.person_by_id
    points = sum(people[who].priority for who in {visit.visitor for visit in visits})
    ranked = np.sort([person.priority for person in problem.people])[::-1]
    return int(np.searchsorted(np.cumsum(ranked), points)) + (points > 0)


def _most(problem: Problem) -> int:
    """Nobody meets anybody without days to go and, in a swap, to receive; every swap is one of each side."""
    count = len(problem.campaign.days)
    leave = {team.id: rules.days_to_leave(team, count) for team in problem.teams}
    receive = {team.id: rules.days_to_receive(team, count) for team in problem.teams}
    sides = {team.id: team.side for team in problem.teams}
    swap = problem.campaign.is_swap
    able, room = dict.fromkeys(set(sides.values()), 0), dict.fromkeys(set(sides.values()), 0)
    for person in problem.people:
        cap, side = problem.may_swap(person), sides[person.team]
        goes = bool(cap and person.available & leave[person.team])
        comes = bool(cap and person.can_host & receive[person.team])
        able[side] += goes and (comes or not swap)
        room[side] += cap * (comes and (goes or not swap))
    if len(able) < 2:
        return 0
    one, other = able
    return min(able[one], room[other]) + min(able[other], room[one])
