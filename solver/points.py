"""What points of priority say of people: how many at most, and at least, go with so many points.

The first level of a plan counts priorities. Where somebody counts more than others, its value and its bound
are no numbers of people; this turns them into some. Nothing is searched: whoever might be matched is sorted.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Container, Sequence
from itertools import accumulate

from solver.problem import Problem


class Points:
    """The priorities of one problem's people.

    ``never`` are ids of people who are in no plan, as far as somebody knows; ``once`` is false where somebody
    may have several matches, whatever the problem says.
    """

    def __init__(self, problem: Problem, never: Container[str] = (), *, once: bool = True) -> None:
        sides: dict[str, list[int]] = {"back": [], "front": []}
        swap = problem.campaign.is_swap
        for person in problem.people:
            cap = problem.may_swap(person)
            once = once and cap <= 1
            if cap and person.id not in never:
                sides[problem.team_by_id[person.team].side].append(person.priority)
        self.equal = len({priority for side in sides.values() for priority in side}) <= 1
        self.by_twos = swap and once
        """People are matched by twos, one of each side."""
        if self.by_twos:
            self._least = _sums(_pairs(*(sorted(side) for side in sides.values())))
            self._most = _sums(_pairs(*(sorted(side, reverse=True) for side in sides.values())))
        else:
            everybody = sorted(sides["back"] + sides["front"])
            self._least, self._most = _sums(everybody), _sums(everybody[::-1])

    def heads_at_most(self, points: float) -> int:
        """So many people at most, of those who have a match together, are worth no more."""
        found = bisect_right(self._least, points + 1e-6) - 1
        return found * (2 if self.by_twos else 1)

    def heads_at_least(self, points: float) -> int:
        """So many people at least, of those who have a match together, are worth as much."""
        found = bisect_left(self._most, points - 1e-6)
        return min(found, len(self._most) - 1) * (2 if self.by_twos else 1)


def _pairs(back: Sequence[int], front: Sequence[int]) -> list[int]:
    """What each further pair is worth when the cheapest (or the dearest) of both sides are taken first."""
    return [a + b for a, b in zip(back, front, strict=False)]


def _sums(worth: Sequence[int]) -> list[int]:
    return list(accumulate(worth, initial=0))
