"""Numbers that are read one by one, and whose sums must be computed too.

Each level counts more than everything the later ones add up to, so what one match is worth is about the
product of what it may add to each; over everybody it must fit into 64 bits.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from solver.fields import ProblemError

if TYPE_CHECKING:
    from solver.problem import Problem

FITS = 2**62
APART = 8
"""A level counts so many times what one match adds to the later ones."""


def fitting(problem: Problem) -> Problem:
    """The same problem; raises ProblemError, which names its largest number, where the sums do not fit."""
    heaviest = max(range(len(problem.people)), key=lambda n: problem.people[n].priority, default=None)
    if heaviest is None:
        return problem
    campaign = problem.campaign
    priority = problem.people[heaviest].priority
    linked = campaign.link_points if problem.links else 0
    unit = math.gcd(*(person.priority for person in problem.people)) or 1
    longest = max(
        (took for took in problem.minutes.values() if took <= campaign.max_travel_minutes), default=0
    )
    adds = {
        "people": 2 * priority // unit,
        "wishes": 2 * (3 + linked),
        "changes": 2 if problem.previous else 0,
        "travel": 2 * longest,
        "days": 2 if any(team.good for team in problem.teams) else 0,
    }
    worth = 0
    for level in reversed(campaign.objective_order):
        worth += (APART * worth + 1) * adds[level]
    if worth * (len(problem.people) + 2) < FITS:
        return problem
    places = {
        priority // unit: f"people[{heaviest}].priority: {priority}",
        linked: f"campaign.link_points: {campaign.link_points}",
        longest: f"travel_minutes: {longest} minutes",
    }
    raise ProblemError(
        f"{places[max(places)]} is too large beside the other numbers: their sums cannot be computed"
    )
