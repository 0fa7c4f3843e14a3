"""A problem as numpy arrays: the same rules as `solver.rules`, for whole blocks of people at once.

People are numbered as in the problem. A pair is (back, front). Day masks are stored twice: as Python integers
(one person at a time) and as rows of 64-bit words (thousands at a time).
"""

from __future__ import annotations

from functools import cached_property
from itertools import chain, repeat

import numpy as np
import numpy.typing as npt

from solver import rules
from solver.problem import Problem

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]

_WORD = (1 << 64) - 1

COMPILED = 3_000
"""Above so many people the compiled kernels repay the time it takes to load them."""


def words_of(masks: list[int], bits: int) -> Words:
    """Python integers as rows of 64-bit words, low bits first."""
    width = max(1, -(-bits // 64))
    out = np.zeros((len(masks), width), dtype=np.uint64)
    for k in range(width):
        out[:, k] = np.array([mask >> 64 * k & _WORD for mask in masks], dtype=np.uint64)
    return out


def sorted_set(keys: Ints) -> Ints:
    """Each key once, ascending: a hundred times quicker than numpy's own, which hashes them."""
    keys = np.sort(keys)
    return np.asarray(keys[np.diff(keys, prepend=keys[:1] - 1) > 0])


class Instance:
    """Arrays over a problem. ``n`` people, ``D`` days, ``T`` teams, ``S`` sites."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        campaign = problem.campaign
        self.swap = campaign.is_swap
        self.n, self.D = len(problem.people), len(campaign.days)
        self.T, self.S = len(problem.teams), len(problem.sites)
        self.index = {person.id: i for i, person in enumerate(problem.people)}
        team_index = {team.id: i for i, team in enumerate(problem.teams)}
        site_index = {site.id: i for i, site in enumerate(problem.sites)}
        self.team_index = team_index
        departments: dict[str, int] = {}
        self.team_department = np.array(
            [departments.setdefault(team.department, len(departments)) for team in problem.teams],
            dtype=np.int64,
        )
        self.team_site = np.array([site_index[team.site] for team in problem.teams], dtype=np.int64)
        self.team_front = np.array([team.side == "front" for team in problem.teams], dtype=bool)
        self.team = np.array([team_index[person.team] for person in problem.people], dtype=np.int64)
        self.priority = np.array([person.priority for person in problem.people], dtype=np.int64)
        self.cap = np.array([problem.may_swap(person) for person in problem.people], dtype=np.int64)
        self._days(problem)
        self._places(problem, site_index)
        self._refusals(problem, site_index)
        self._wishes(problem)

    def _days(self, problem: Problem) -> None:
        count = self.D
        leave = [rules.days_to_leave(team, count) for team in problem.teams]
        receive = [rules.days_to_receive(team, count) for team in problem.teams]
        teams = self.team.tolist()
        self.leave = [person.available & leave[t] for person, t in zip(problem.people, teams, strict=True)]
        self.host = [person.can_host & receive[t] for person, t in zip(problem.people, teams, strict=True)]
        self.leave_words = words_of(self.leave, count)
        self.host_words = words_of(self.host, count)
        self.partners = list(rules.frame_of(problem).partners)
        self.partner_words = words_of(self.partners, count)
        self.ordinals = np.array([day.toordinal() for day in problem.campaign.days], dtype=np.int64)
        away, visitors = [t.max_away for t in problem.teams], [t.max_visitors for t in problem.teams]
        self.away = np.repeat(np.array(away, dtype=np.int64), count).reshape(self.T, count)
        self.visitors = np.repeat(np.array(visitors, dtype=np.int64), count).reshape(self.T, count)
        for t, team in enumerate(problem.teams):
            for day, limit in team.limits_by_day.items():
                self.away[t, day], self.visitors[t, day] = limit.max_away, limit.max_visitors
        self.good = [team.good for team in problem.teams]
        self.good_words = words_of(self.good, count)

    def _places(self, problem: Problem, site_index: dict[str, int]) -> None:
        self.minutes = np.full((self.S, self.S), -1, dtype=np.int64)
        for (here, there), minutes in problem.minutes.items():
            self.minutes[site_index[here], site_index[there]] = minutes
        np.fill_diagonal(self.minutes, 0)
        self.near = (self.minutes >= 0) & (self.minutes <= problem.campaign.max_travel_minutes)
        languages: dict[str, int] = {}
        masks = []
        for person in problem.people:
            mask = 0
            for language in person.languages:
                mask |= 1 << languages.setdefault(language, len(languages))
            masks.append(mask)
        self.language_words = words_of(masks, len(languages))

    def _refusals(self, problem: Problem, site_index: dict[str, int]) -> None:
        """Pairs refused by name (manager, avoidance, forbidden), sites refused by a person."""
        index, n = self.index, self.n
        one, two, shut = list[int](), list[int](), set[int]()
        for i, person in enumerate(problem.people):
            named = person.avoid if person.manager is None else (*person.avoid, person.manager)
            for other in named:
                j = index.get(other)
                if j is not None:
                    one.append(i)
                    two.append(j)
            for site in person.excluded_sites:
                shut.add(i * self.S + site_index[site])
        names = np.fromiter(  # there may be a million
            map(index.get, chain.from_iterable(problem.forbidden), repeat(-1)),
            dtype=np.int64,
            count=2 * len(problem.forbidden),
        ).reshape(-1, 2)
        names = names[(names >= 0).all(axis=1)]
        left = np.concatenate([np.array(one, dtype=np.int64), names[:, 0]])
        right = np.concatenate([np.array(two, dtype=np.int64), names[:, 1]])
        self.refused = np.sort(np.concatenate([left * n + right, right * n + left]))  # quicker than unique
        self.shut = np.array(sorted(shut), dtype=np.int64)

    def _wishes(self, problem: Problem) -> None:
        keys: list[int] = []
        points: list[int] = []
        for i, person in enumerate(problem.people):
            seen = set()
            for rank, team in enumerate(person.wishes):
                if team not in seen:
                    seen.add(team)
                    keys.append(i * self.T + self.team_index[team])
                    points.append(3 - rank)
        order = np.argsort(np.array(keys, dtype=np.int64), kind="stable")
        self.wish_keys = np.array(keys, dtype=np.int64)[order]
        self.wish_points = np.array(points, dtype=np.int64)[order]
        links = (
            {(self.team_index[back], self.team_index[front]) for back, front in problem.links}
            if problem.campaign.link_points
            else set()
        )
        named = [
            (self.index[a] * self.n + self.index[b], problem.mutual_points(a, b))
            for pair in problem.mutual
            for a, b in (pair, pair[::-1])
            if a in self.index and b in self.index
        ]
        named.sort()
        self.mutual_keys = np.array([key for key, _ in named], dtype=np.int64)
        self.mutual_points = np.array([worth for _, worth in named], dtype=np.int64)
        both = {a * self.T + b for a, b in links} | {b * self.T + a for a, b in links}
        self.link_keys = np.array(sorted(both), dtype=np.int64)
        kept: dict[tuple[int, int], int] = {}
        for visit in dict.fromkeys(problem.previous):
            a, b = self.index.get(visit.visitor, -1), self.index.get(visit.host, -1)
            if a >= 0 and b >= 0 and visit.day >= 0:
                kept[a, b] = kept.get((a, b), 0) | 1 << visit.day
        self.kept = kept

    # -- sides --

    @cached_property
    def front(self) -> Bools:
        """Whether each person is on the front side."""
        return self.team_front[self.team] if self.n else np.zeros(0, dtype=bool)

    @cached_property
    def backs(self) -> Ints:
        return np.flatnonzero(~self.front)

    @cached_property
    def fronts(self) -> Ints:
        return np.flatnonzero(self.front)

    @cached_property
    def fronts_at(self) -> list[Ints]:
        """The front people of each site."""
        sites = self.team_site[self.team[self.fronts]]
        order = np.argsort(sites, kind="stable")
        cuts = np.searchsorted(sites[order], np.arange(self.S + 1))
        return [self.fronts[order[cuts[s] : cuts[s + 1]]] for s in range(self.S)]

    @cached_property
    def backs_at(self) -> list[Ints]:
        """The back people of each site."""
        sites = self.team_site[self.team[self.backs]]
        order = np.argsort(sites, kind="stable")
        cuts = np.searchsorted(sites[order], np.arange(self.S + 1))
        return [self.backs[order[cuts[s] : cuts[s + 1]]] for s in range(self.S)]

    # -- pairs --

    def allowed(self, a: Ints, b: Ints) -> Bools:
        """Which of the pairs (a[k], b[k]) of opposite sides may meet, days and excluded places aside."""
        ta, tb = self.team[a], self.team[b]
        ok = (self.team_department[ta] != self.team_department[tb]) & (
            self.team_front[ta] != self.team_front[tb]
        )
        ok &= self.near[self.team_site[ta], self.team_site[tb]]
        speak = np.zeros(len(a), dtype=bool)
        for k in range(self.language_words.shape[1]):
            column = self.language_words[:, k]
            speak |= (column[a] & column[b]) != 0
        ok &= speak
        if len(self.refused):
            at = np.flatnonzero(ok)
            ok[at] = ~_contains(self.refused, a[at] * self.n + b[at])
        return np.asarray(ok)

    def leg_days(self, visitor: Ints, host: Ints) -> Words:
        """Day masks (rows of words) on which each visitor could go to each host."""
        days = self.leave_words[visitor] & self.host_words[host]
        if len(self.shut):
            days[_contains(self.shut, visitor * self.S + self.team_site[self.team[host]])] = 0
        return days

    def feasible(self, back: Ints, front: Ints) -> Bools:
        """Which of the pairs could be planned if nobody else wanted a place."""
        ok = self.allowed(back, front)
        at = np.flatnonzero(ok)
        there, home = self.leg_days(back[at], front[at]), self.leg_days(front[at], back[at])
        ok[at] = self.days_fit(there, home)
        return ok

    def days_fit(self, there: Words, home: Words) -> Bools:
        """Whether two visits (in a shadow campaign one) fit into the days of both ways."""
        can_go, can_come = there.any(axis=1), home.any(axis=1)
        if not self.swap:
            return np.asarray(can_go | can_come)
        fit = np.zeros(len(there), dtype=bool)
        if self.n > COMPILED:
            from solver.kernels.bits import days_fit  # here: loading the compiler takes half a second

            days_fit(there, home, self.partner_words, fit)
            return fit
        open_ = np.flatnonzero(can_go & can_come)
        for day in range(self.D):
            if not len(open_):
                break
            word, bit = divmod(day, 64)
            here = (there[open_, word] >> np.uint64(bit) & np.uint64(1)) != 0
            good = here & (home[open_] & self.partner_words[day]).any(axis=1)
            fit[open_[good]] = True
            open_ = open_[~good]
        return fit

    def ways(self, visitor: Ints, host: Ints) -> int:
        """In how many ways days can be chosen for these edges, each alone: in a swap both visits' days."""
        there = self.leg_days(visitor, host)
        if not self.swap:
            return int(np.bitwise_count(there).sum())
        home, total = self.leg_days(host, visitor), 0
        for day in range(self.D):
            word, bit = divmod(day, 64)
            on = np.flatnonzero(there[:, word] >> np.uint64(bit) & np.uint64(1))
            total += int(np.bitwise_count(home[on] & self.partner_words[day]).sum())
        return total

    def pairs(self, backs: Ints | None = None) -> tuple[Ints, Ints]:
        """Every feasible pair (of these back people), in blocks of one site by one site."""
        chosen = np.ones(self.n, dtype=bool)
        if backs is not None:
            chosen[:] = False
            chosen[backs] = True
        found_b, found_f = [], []
        for site, here in enumerate(self.backs_at):
            here = here[chosen[here]]
            reach = [self.fronts_at[s] for s in np.flatnonzero(self.near[site])]
            near = np.concatenate(reach) if reach else np.zeros(0, dtype=np.int64)
            if not len(here) or not len(near):
                continue
            step = max(1, 2_000_000 // len(near))
            for k in range(0, len(here), step):
                block = here[k : k + step]
                row, column = np.nonzero(self._may_share_days(block, near))
                back, front = block[row], near[column]
                good = self.feasible(back, front)
                found_b.append(back[good])
                found_f.append(front[good])
        if not found_b:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        return np.concatenate(found_b), np.concatenate(found_f)

    def _may_share_days(self, backs: Ints, fronts: Ints) -> Bools:
        """A quick sieve over a whole block (rows: backs, columns: fronts): enough days at all?"""
        days = np.zeros((len(backs), len(fronts)), dtype=np.uint8)
        for k in range(self.leave_words.shape[1]):
            there = self.leave_words[backs, k][:, None] & self.host_words[fronts, k][None, :]
            home = self.host_words[backs, k][:, None] & self.leave_words[fronts, k][None, :]
            days += np.bitwise_count(there | home)
        return np.asarray(days >= (2 if self.swap else 1))

    # -- worth --

    def points(self, visitor: Ints, host: Ints) -> Ints:
        """Wish and link points of each visit."""
        return self.wished(visitor, host) + self.named(visitor, host) + self.linked(visitor, host)

    def named(self, visitor: Ints, host: Ints) -> Ints:
        """What each visit is worth because both named the other."""
        return _lookup(self.mutual_keys, self.mutual_points, visitor * self.n + host)

    def wished(self, visitor: Ints, host: Ints) -> Ints:
        """Wish points of each visit."""
        return _lookup(self.wish_keys, self.wish_points, visitor * self.T + self.team[host])

    def linked(self, visitor: Ints, host: Ints) -> Ints:
        """Link points of each visit."""
        if not len(self.link_keys):
            return np.zeros(len(visitor), dtype=np.int64)
        pair = self.team[visitor] * self.T + self.team[host]
        return _contains(self.link_keys, pair) * self.problem.campaign.link_points

    def travel(self, a: Ints, b: Ints) -> Ints:
        """One-way minutes between the sites of two people (-1: unreachable)."""
        return np.asarray(self.minutes[self.team_site[self.team[a]], self.team_site[self.team[b]]])


def _contains(keys: Ints, wanted: Ints) -> Bools:
    at = np.searchsorted(keys, wanted)
    at[at == len(keys)] = 0
    return np.asarray(keys[at] == wanted)


def _lookup(keys: Ints, values: Ints, wanted: Ints) -> Ints:
    if not len(keys):
        return np.zeros(len(wanted), dtype=np.int64)
    at = np.searchsorted(keys, wanted)
    at[at == len(keys)] = 0
    return np.where(keys[at] == wanted, values[at], 0)
