"""How many more people a change would match, quickly enough for a slider.

The answer is a range that holds what `solver.solve` gives once it is proven: plans that were really made,
and bounds that no plan can beat. When the two meet, it is exact. The plan at hand is where the plans begin:
what of it still holds stays, and chains of matches (`solver.chains`) bring in whom they can. Where there is
no time for that, as among 100,000 people, the range is that of a glance (`solver.glance`).

A plan puts people of a higher priority first, and may leave out two for one of them. So does a forecast: it
counts the people of the best plan, which may be fewer than could be matched if nobody came first.

Beside a range that is wide stands what is likely (`solver.expecting`): a guess, said to be one.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from solver.changes import Change, apply
from solver.expecting import Expected, expected, scale_of
from solver.glance import EACH, Glance, glance
from solver.limits import Clock, Limits
from solver.pins import contradictions
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
    """People in the best plan before and after, at least and at most.

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
    prioritised: bool = False
    """Some people come first: the best plan need not match as many people as possible."""
    guess: float | None = None
    """So many more people by the relaxations, else by the assignments; None where neither was looked at."""

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
        fewer = self.prioritised or not self.loosened
        return least if fewer else max(0, least), self.after[1] - self.before[0]

    @property
    def likely(self) -> int | None:
        """So many more people, more or less, within the gain; never fewer where nothing became stricter. None
        where the gain is exact, or nobody can tell.
        """
        least, most = self.gain
        if self.guess is None or least == most:
            return None
        return min(most, max(least, 0 if self.loosened else least, round(self.guess)))


def forecast(
    problem: Problem,
    changes: Iterable[Change] = (),
    *,
    plan: Plan | None = None,
    limits: Limits | None = None,
) -> Forecast:
    """How many people would be matched. ``limits.seconds`` (1 by default) is kept, reading the plan included.

    ``plan`` is a plan of the problem, where there is one: no number is below what it already does, and where
    it says that its priorities are proven, it is what there is now.
    """
    return Forecasts(problem, plan).of(changes, limits=limits)


class Forecasts:
    """One problem, asked about many changes: what is known of it as it stands is found once."""

    def __init__(self, problem: Problem, plan: Plan | None = None) -> None:
        self.problem, self.plan = problem, plan
        self.visits: Sequence[Visit] = () if plan is None else plan.visits
        self.now: Reach | None = None
        self.expected: Expected | None = None
        self.prioritised = bool(scale_of(problem))
        self.heads = len({visit.visitor for visit in self.visits})
        self.proven = plan is not None and plan.bounds.get("priority") == plan.values.get("priority", -1)

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
        loosened = not same and loosens(self.problem, changed)
        like = None if same else self._expected(self._clock(limits, started, 1.5))
        now: Reach | Glance | None
        if self.proven and not same:
            now = Glance((self.heads, self.heads), self.visits)
        else:
            now = self._now(self._clock(limits, started, 1 if same else 2))
        if now is None:
            return Forecast((0, 0), (0, 0), (), time.monotonic() - started, possible=False)
        before, guess = self._before(now), None
        if same:
            then, after = now, before
        else:
            clock = self._clock(limits, started, 1)
            found: Reach | Glance | None
            if self._fits(clock):
                found = reach(changed, now.visits, clock, like=like)
                if isinstance(found, Reach) and like is not None:
                    guess = found.expected.change(like)
            else:
                found = None if contradictions(changed) else glance(changed, now.visits, holds=loosened)
                if like is not None and (other := expected(changed, clock, glance=True)) is not None:
                    guess = other.change(like)
            if found is None:
                return Forecast((0, 0), (0, 0), (), time.monotonic() - started, possible=False)
            then, after = found, found.heads
        if loosened and not self.prioritised:
            before = before[0], min(before[1], after[1])
            after = max(before[0], after[0]), after[1]
        return Forecast(
            before,
            after,
            tuple(Bottleneck(team, waiting) for team, waiting in then.bottlenecks()),
            time.monotonic() - started,
            loosened=loosened,
            same=same,
            prioritised=self.prioritised,
            guess=guess,
        )

    def _expected(self, clock: Clock) -> Expected | None:
        """What the relaxation of the problem as it stands matches, if time allows: others begin with it."""
        if self.expected is None and self._fits(clock):
            self.expected = expected(self.problem, clock)
        return self.expected

    def _now(self, clock: Clock) -> Reach | Glance | None:
        """What is known of the problem as it stands, better known where time allows; None: pins clash."""
        if self.now is None and not self._fits(clock):
            if contradictions(self.problem):
                return None
            return glance(self.problem, self.visits, holds=True)
        if self.now is None or not self.now.exact:
            self.now = reach(self.problem, self.visits, clock, self.now, self.expected)
        return self.now

    def _before(self, now: Reach | Glance) -> tuple[int, int]:
        """A plan whose priorities are proven is what there is; else the range of the best one."""
        if self.proven or (
            isinstance(now, Reach)
            and now.scale
            and now.stands
            and now.worth(self.visits) // now.scale >= now.most // now.scale
        ):
            return self.heads, self.heads
        return now.heads

    def _fits(self, clock: Clock) -> bool:
        return EACH * len(self.problem.people) <= clock.left

    @staticmethod
    def _clock(limits: Limits, started: float, parts: float) -> Clock:
        if limits.seconds is None:
            return Clock(limits)
        left = SHARE * limits.seconds - (time.monotonic() - started)
        return Clock(replace(limits, seconds=max(0.02, left / parts)))


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
