"""How many more people a change would match, quickly enough for a slider.

The answer is a range: plans that were really made, and bounds that no plan can beat. When the two meet, it
is exact. The plan at hand is where the plans begin: what of it still holds stays, and chains of matches
(`solver.chains`) bring in whom they can.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from solver.changes import Change, apply
from solver.limits import Clock, Limits
from solver.plan import Plan
from solver.problem import Problem, Visit
from solver.reach import Reach, reach

SHARE = 0.8
"""Of the time given, so much is for searching: the last step begun may take a little longer."""


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """A team that people without a match could visit, and how many of them."""

    team: str
    waiting: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """People matched before and after: at least (a plan really made) and at most (a bound no plan beats).

    ``possible`` is False where the pinned visits contradict the rules: then there is no plan to count.
    """

    before: tuple[int, int]
    after: tuple[int, int]
    bottlenecks: tuple[Bottleneck, ...]
    seconds: float
    possible: bool = True
    loosened: bool = False
    """Nothing became stricter: nobody can be lost."""
    same: bool = False
    """Nothing was changed."""

    @property
    def exact(self) -> bool:
        """Whether both are proven to the person; else they are bounds."""
        return self.possible and self.before[0] == self.before[1] and self.after[0] == self.after[1]

    @property
    def gain(self) -> tuple[int, int]:
        """At least and at most so many more people."""
        if self.same:
            return 0, 0
        least = self.after[0] - self.before[1]
        return max(0, least) if self.loosened else least, self.after[1] - self.before[0]


def forecast(
    problem: Problem,
    changes: Iterable[Change] = (),
    *,
    plan: Plan | None = None,
    limits: Limits | None = None,
) -> Forecast:
    """How many people would be matched. ``limits.seconds`` (1 by default) is kept, reading the plan included.

    ``plan`` is a plan of the problem, where there is one: no number is below what it already does.
    """
    return Forecasts(problem, plan).of(changes, limits=limits)


class Forecasts:
    """One problem, asked about many changes: what is known of it as it stands is found once."""

    def __init__(self, problem: Problem, plan: Plan | None = None) -> None:
        self.problem = problem
        self.visits: Sequence[Visit] = () if plan is None else plan.visits
        self.now: Reach | None = None

    def of(self, changes: Iterable[Change] = (), *, limits: Limits | None = None) -> Forecast:
        """What these changes bring."""
        changes = list(changes)
        return self.to(apply(self.problem, changes) if changes else self.problem, limits=limits)

    def to(self, changed: Problem, *, limits: Limits | None = None) -> Forecast:
        """What another problem brings, compared with this one.

        What loosens the rules never lowers either end: whoever is matched now could still be, and a bound on
        what would be holds for what is.
        """
        limits = limits or Limits(seconds=1.0)
        started = time.monotonic()
        same = changed is self.problem
        if self.now is None or not self.now.exact:
            self.now = reach(self.problem, self.visits, self._clock(limits, 0.0, 1 if same else 2), self.now)
        now, loosened = self.now, not same and loosens(self.problem, changed)
        if same or now is None:
            then = now
        else:
            spent = time.monotonic() - started
            then = reach(changed, now.visits, self._clock(limits, spent, 1))
        if now is None or then is None:
            return Forecast((0, 0), (0, 0), (), time.monotonic() - started, possible=False)
        before, after = (now.least, now.most), (then.least, then.most)
        if loosened:
            before = before[0], min(before[1], after[1])
            after = max(before[0], after[0]), after[1]
        found = tuple(Bottleneck(team, waiting) for team, waiting in then.bottlenecks())
        return Forecast(before, after, found, time.monotonic() - started, loosened=loosened, same=same)

    @staticmethod
    def _clock(limits: Limits, spent: float, parts: int) -> Clock:
        if limits.seconds is None:
            return Clock(limits)
        return Clock(replace(limits, seconds=max(0.02, (SHARE * limits.seconds - spent) / parts)))


def loosens(before: Problem, after: Problem) -> bool:
    """Whether every plan of the first is one of the second: nothing became stricter, pins are the same."""
    old, new = before.campaign, after.campaign
    if (old.days, old.exchange, before.pinned, before.sites) != (
        new.days, new.exchange, after.pinned, after.sites
    ):  # fmt: skip
        return False
    if (
        new.max_travel_minutes < old.max_travel_minutes
        or new.max_gap_days < old.max_gap_days
        or new.min_gap_days > old.min_gap_days
        or not before.minutes.keys() <= after.minutes.keys()
        or any(after.minutes[pair] > took for pair, took in before.minutes.items())
        or not after.forbidden <= before.forbidden
    ):
        return False
    teams, people = after.team_by_id, after.person_by_id
    days = range(len(old.days))
    for team in before.teams:
        other = teams.get(team.id)
        if other is None or other.closed & ~team.closed:
            return False
        if other is not team and any(
            other.limit(day).max_away < team.limit(day).max_away
            or other.limit(day).max_visitors < team.limit(day).max_visitors
            for day in days
        ):
            return False
    for person in before.people:
        now = people.get(person.id)
        if now is None or after.may_swap(now) < before.may_swap(person):
            return False
        if now is not person and (person.available & ~now.available or person.can_host & ~now.can_host):
            return False
    return True
