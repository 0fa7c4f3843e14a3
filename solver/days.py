"""Gives every match its days: bit masks of open days, and room made by moving other matches.

A match is a swap (two visits) or, in a shadow campaign, one visit. A visit takes the visitor's and the
host's day, one place among the members away of the visitor's team and one among the visitors of the host's
team.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import numpy as np

from solver.choices import Choices
from solver.instance import Instance, Ints, sorted_set
from solver.limits import Clock
from solver.room import Room

GRACE = 2.0
"""Seconds that whoever asks to stop waits for days of matches that are known."""

Days = tuple[int, int]
"""Day of the left person's visit and, in a swap, of the right person's; -1 for none."""

AWAY, VISITORS = 0, 1


class Board:
    """Who is where when. Matches are numbered as they are added; each has days or waits for them."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.swap = instance.swap
        self.team: list[int] = instance.team.tolist()
        self.left: list[int] = []
        self.right: list[int] = []
        self.days: list[Days | None] = []
        self.fixed: list[bool] = []
        self.busy = [0] * instance.n
        self.of_person: list[list[int]] = [[] for _ in range(instance.n)]
        self.places = (instance.away.tolist(), instance.visitors.tolist())
        self.open = tuple(
            [sum(1 << day for day, room in enumerate(row) if room > 0) for row in table]
            for table in self.places
        )
        self.holders: dict[tuple[int, int, int], set[int]] = {}
        self.shut: set[int] = set(instance.shut.tolist())
        self.kept = instance.kept
        self.has_repeats = bool((instance.cap > 1).any())
        self.sites: list[int] = instance.team_site[instance.team].tolist() if instance.n else []

    # -- what is possible --

    def _leg(self, visitor: int, host: int) -> int:
        """Days on which a visit could be, limits aside."""
        if self.shut and visitor * self.instance.S + self.sites[host] in self.shut:
            return 0
        days: int = self.instance.leave[visitor] & self.instance.host[host]
        return days

    def _free(self, visitor: int, host: int) -> int:
        """Days on which a visit could be added now."""
        return (
            self._leg(visitor, host)
            & ~(self.busy[visitor] | self.busy[host])
            & self.open[AWAY][self.team[visitor]]
            & self.open[VISITORS][self.team[host]]
        )

    def _options(self, there: int, home: int) -> Iterator[Days]:
        if not self.swap:
            while there:
                low = there & -there
                yield low.bit_length() - 1, -1
                there ^= low
            return
        partners = self.instance.partners
        while there:
            low = there & -there
            there ^= low
            day = low.bit_length() - 1
            back = home & partners[day]
            while back:
                other = back & -back
                back ^= other
                yield day, other.bit_length() - 1

    def _worth(self, match: int, days: Days) -> tuple[int, int]:
        """(visits kept, visits on good days) of a match on these days."""
        return self._kept(match, days), self._good(match, days)

    def _kept(self, match: int, days: Days) -> int:
        if not self.kept:
            return 0
        a, b = self.left[match], self.right[match]
        kept = self.kept.get((a, b), 0) >> days[0] & 1
        return kept + (self.kept.get((b, a), 0) >> days[1] & 1 if days[1] >= 0 else 0)

    def _good(self, match: int, days: Days) -> int:
        a, b, good = self.left[match], self.right[match], self.instance.good
        return (good[self.team[b]] >> days[0] & 1) + (
            good[self.team[a]] >> days[1] & 1 if days[1] >= 0 else 0
        )

    def _best(self, match: int) -> Days | None:
        """The best free days of a match: most visits kept, then good days, then most room left."""
        a, b = self.left[match], self.right[match]
        there = self._free(a, b)
        home = self._free(b, a) if self.swap else 0
        best, best_key = None, (-1, -1, -1)
        away, visitors = self.places
        ta, tb = self.team[a], self.team[b]
        for looked, days in enumerate(self._options(there, home)):
            d, e = days
            slack = min(away[ta][d], visitors[tb][d])
            if e >= 0:
                slack = min(slack, away[tb][e], visitors[ta][e])
            key = (self._kept(match, days), self._good(match, days), min(slack, 3))
            if key > best_key:
                best, best_key = days, key
            if looked >= 40 and not self.kept:
                break
        return best

    # -- changes --

    def add(self, left: int, right: int, *, fixed: bool = False) -> int:
        """A new match without days; returns its number."""
        match = len(self.left)
        self.left.append(left)
        self.right.append(right)
        self.days.append(None)
        self.fixed.append(fixed)
        self.of_person[left].append(match)
        self.of_person[right].append(match)
        return match

    def _places(self, match: int, days: Days) -> list[tuple[int, int, int]]:
        ta, tb = self.team[self.left[match]], self.team[self.right[match]]
        places = [(AWAY, ta, days[0]), (VISITORS, tb, days[0])]
        if days[1] >= 0:
            places += [(AWAY, tb, days[1]), (VISITORS, ta, days[1])]
        return places

    def put(self, match: int, days: Days) -> None:
        """Give a match its days; the caller knows that they are free."""
        self.days[match] = days
        bits = (1 << days[0]) | (1 << days[1] if days[1] >= 0 else 0)
        self.busy[self.left[match]] |= bits
        self.busy[self.right[match]] |= bits
        for place in self._places(match, days):
            kind, team, day = place
            self.places[kind][team][day] -= 1
            if self.places[kind][team][day] <= 0:
                self.open[kind][team] &= ~(1 << day)
            self.holders.setdefault(place, set()).add(match)

    def occupy(self, visitor: int, host: int, day: int) -> None:
        """Take a day and its places for a visit that stays as it is."""
        self.busy[visitor] |= 1 << day
        self.busy[host] |= 1 << day
        for kind, team in ((AWAY, self.team[visitor]), (VISITORS, self.team[host])):
            self.places[kind][team][day] -= 1
            if self.places[kind][team][day] <= 0:
                self.open[kind][team] &= ~(1 << day)

    def lift(self, match: int) -> Days:
        """Take a match off its days and return them."""
        days = self.days[match]
        assert days is not None
        self.days[match] = None
        bits = (1 << days[0]) | (1 << days[1] if days[1] >= 0 else 0)
        self.busy[self.left[match]] &= ~bits
        self.busy[self.right[match]] &= ~bits
        for place in self._places(match, days):
            kind, team, day = place
            self.places[kind][team][day] += 1
            if self.places[kind][team][day] > 0:
                self.open[kind][team] |= 1 << day
            self.holders[place].discard(match)
        return days

    def place(self, match: int, depth: int = 0) -> bool:
        """Find days for a match, moving up to ``depth`` others one after the other to make room."""
        days = self._best(match)
        if days is not None:
            self.put(match, days)
            return True
        return depth > 0 and self._make_room(match, depth, {match}, [400])

    def _make_room(self, match: int, depth: int, moving: set[int], steps: list[int]) -> bool:
        a, b = self.left[match], self.right[match]
        busy = self.busy[a] | self.busy[b]
        there = self._leg(a, b) & ~busy
        home = self._leg(b, a) & ~busy if self.swap else 0
        for days in self._options(there, home):
            steps[0] -= 1
            if steps[0] < 0:
                return False
            full = [
                place
                for place in self._places(match, days)
                if not self.open[place[0]][place[1]] >> place[2] & 1
            ]
            if len(full) != 1:
                continue
            for other in sorted(self.holders.get(full[0], ())):
                if other in moving or self.fixed[other]:
                    continue
                before = self.lift(other)
                if self._fits(match, days):
                    self.put(match, days)
                    kept = self._kept(other, before)
                    after = self._best(other)
                    if after is not None and self._kept(other, after) >= kept:
                        self.put(other, after)
                        return True
                    if not kept and depth > 1 and self._make_room(other, depth - 1, moving | {other}, steps):
                        return True
                    self.lift(match)
                self.put(other, before)
        return False

    def _fits(self, match: int, days: Days) -> bool:
        a, b = self.left[match], self.right[match]
        if not self._free(a, b) >> days[0] & 1:
            return False
        return days[1] < 0 or bool(self._free(b, a) >> days[1] & 1)

    def prefer_good_days(self) -> None:
        """Move matches to better free days (previous, then good ones) where that costs nobody anything."""
        if not (self.kept or any(self.instance.good)):
            return
        for match, days in enumerate(self.days):
            if days is None or self.fixed[match]:
                continue
            self.lift(match)
            better = self._best(match)
            if better is None or self._worth(match, better) <= self._worth(match, days):
                better = days
            self.put(match, better)

    def remove(self, match: int) -> None:
        """Forget a match; its number is not used again."""
        if self.days[match] is not None:
            self.lift(match)
        self.of_person[self.left[match]].remove(match)
        self.of_person[self.right[match]].remove(match)

    def live(self) -> list[int]:
        """The matches that have days."""
        return [match for match, days in enumerate(self.days) if days is not None]

    # -- results --

    def room(self) -> Room:
        """What the matches that have days leave of everybody's limits."""
        instance = self.instance
        live = self.live()
        left = np.array([self.left[m] for m in live], dtype=np.int64)
        right = np.array([self.right[m] for m in live], dtype=np.int64)
        made, hosted = (np.bincount(who, minlength=instance.n) for who in (left, right))
        visits = [(left, right), (right, left)] if self.swap else [(left, right)]
        granted = np.concatenate([v * instance.T + instance.team[h] for v, h in visits])
        if self.swap:
            made = hosted = made + hosted
        return Room(
            left=np.maximum(0, instance.cap - made),
            right=np.maximum(0, instance.cap - hosted),
            away=np.array(self.places[AWAY], dtype=np.int64).reshape(instance.T, instance.D),
            visitors=np.array(self.places[VISITORS], dtype=np.int64).reshape(instance.T, instance.D),
            busy=list(self.busy),
            matched=made > 0,
            granted=sorted_set(granted),
        )

    def choices(self) -> Choices:
        """Every match that has days."""
        rows = [
            (a, b, days[0], days[1])
            for a, b, days in zip(self.left, self.right, self.days, strict=True)
            if days is not None
        ]
        table = np.array(rows, dtype=np.int64).reshape(-1, 4)
        return Choices(table[:, 0], table[:, 1], table[:, 2], table[:, 3])


def schedule(
    board: Board, left: Ints, right: Ints, *, depth: int = 3, clock: Clock | None = None
) -> list[int]:
    """Place these matches, those with the fewest options first; returns the matches that found no days.

    Once the clock is abandoned, what finds no days within `GRACE` is left out.
    """
    instance = board.instance
    there, home = instance.leg_days(left, right), instance.leg_days(right, left)
    options = np.bitwise_count(there).sum(axis=1).astype(np.int64)
    if instance.swap:
        options = np.minimum(options, np.bitwise_count(home).sum(axis=1))
    first = np.argsort(options, kind="stable")
    if instance.kept:
        kept = np.array(
            [
                bool(instance.kept.get((a, b)) or instance.kept.get((b, a)))
                for a, b in zip(left.tolist(), right.tolist(), strict=True)
            ],
            dtype=bool,
        )
        first = np.lexsort((options, ~kept))
    waiting, ends = list[int](), math.inf
    for a, b in zip(left[first].tolist(), right[first].tolist(), strict=True):
        if clock is not None and clock.is_abandoned:
            ends = min(ends, time.monotonic() + GRACE)
            if time.monotonic() > ends:
                return waiting
        match = board.add(a, b)
        if not board.place(match):
            waiting.append(match)
    return [
        match
        for match in waiting
        if (clock is not None and clock.is_abandoned) or not board.place(match, depth)
    ]
