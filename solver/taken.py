"""Why somebody who could meet others meets nobody: every colleague, or every place, is taken in this plan.

If a possible colleague is still free, places are what is missing: the fewest full teams and busy days on
which the two could meet otherwise. If none is free, the team that most possible colleagues are in is the
bottleneck, and the match of one of them is what stands in the way (with as few full teams as possible).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np

from solver.blocking import HUGE, Leg, Obstacle, Obstacles, cheapest
from solver.crowd import Crowd
from solver.instance import Instance, Ints, words_of
from solver.plan import Blocking, Unmatched
from solver.problem import Visit
from solver.sentences import all_taken, days_taken, not_looked_at, only_one_taken, places_taken

COLLEAGUES = 12
"""At most so many possible colleagues of each person are weighed against each other."""


class Taken:
    """One plan: who is busy when, and which teams are full."""

    def __init__(
        self, instance: Instance, visits: Sequence[Visit], obstacles: Obstacles, *, counted: bool = True
    ) -> None:
        self.instance, self.obstacles, self.counted = instance, obstacles, counted
        self.busy = [0] * instance.n
        rows = [(instance.index[v.visitor], instance.index[v.host], v.day) for v in visits]
        self.planned = np.array(rows, dtype=np.int64).reshape(-1, 3)
        visitor, host, day = self.planned.T
        for v, h, d in rows:
            self.busy[v] |= 1 << d
            self.busy[h] |= 1 << d
        self.hosted = np.bincount(host, minlength=instance.n)
        self.away, self.visitors = instance.away.copy(), instance.visitors.copy()
        np.subtract.at(self.away, (instance.team[visitor], day), 1)
        np.subtract.at(self.visitors, (instance.team[host], day), 1)
        self.no_leave = _full(self.away)
        self.no_guests = _full(self.visitors)

    @cached_property
    def _by_person(self) -> tuple[Ints, Ints]:
        """The visits that make somebody taken (in a shadow campaign those that they host), and where."""
        people = self.planned[:, :2] if self.instance.swap else self.planned[:, 1:2]
        rows = np.repeat(np.arange(len(people)), people.shape[1])
        order = np.argsort(people.reshape(-1), kind="stable")
        return rows[order], np.searchsorted(people.reshape(-1)[order], np.arange(self.instance.n + 1))

    def _visits_of(self, j: int) -> list[tuple[int, int, int]]:
        rows, start = self._by_person
        return [(v, h, d) for v, h, d in self.planned[rows[start[j] : start[j + 1]]].tolist()]

    def of_all(self, known: Mapping[int, Ints], busiest: Mapping[int, int]) -> dict[int, Unmatched]:
        """The reasons of these people, each with some colleagues whom they could meet.

        ``busiest``: the team that most of somebody's colleagues are in, all of them counted.
        """
        said: dict[int, Unmatched] = {}
        free = self._free(np.array(sorted(known), dtype=np.int64))
        priority = self.instance.priority
        claimed = set[int]()
        late = set[int]()
        for i, others, fits, _ in self._weighed(free, sorted(free, key=lambda i: (-priority[i], i))):
            if not fits[0]:
                said[i] = self._no_place(i, others)
                continue
            mine = next((j for j, fit in zip(others, fits, strict=True) if fit and j not in claimed), None)
            if mine is None:
                late.add(i)
                continue
            claimed.add(mine)
            said[i] = Unmatched(self._id(i), "all_taken", not_looked_at(), (Blocking("rule", "time"),))
        rest = [i for i in sorted(known) if i not in said]
        for i, others, fits, _ in self._weighed(known, rest):
            said[i] = self._nobody_free(i, busiest[i], others, fits=fits[0], late=i in late)
        return said

    def _id(self, i: int) -> str:
        return self.instance.problem.people[i].id

    def _weighed(
        self, colleagues: Mapping[int, Ints], people: Sequence[int]
    ) -> Iterator[tuple[int, list[int], list[bool], int]]:
        """Each person with the colleagues, the best first, whether they fit now, and the commonest team."""
        if not people:
            return
        rows = np.repeat(np.arange(len(people)), [len(colleagues[i]) for i in people])
        others = np.concatenate([colleagues[i] for i in people])
        fits = self._fit(np.array(people, dtype=np.int64)[rows], others)
        teams = self.instance.team[others]
        busiest = most_common(rows, teams, len(people), self.instance.T)
        best = np.lexsort((others, teams != busiest[rows], ~fits, rows))
        cuts = np.searchsorted(rows, np.arange(len(people) + 1)).tolist()
        ranked, good = others[best].tolist(), fits[best].tolist()
        for k, (i, team) in enumerate(zip(people, busiest.tolist(), strict=True)):
            yield i, ranked[cuts[k] : cuts[k + 1]], good[cuts[k] : cuts[k + 1]], team

    def _free(self, people: Ints) -> dict[int, Ints]:
        """For those who could meet somebody who may still take part: some of these."""
        instance = self.instance
        free = np.flatnonzero(self.hosted < instance.cap)
        crowd = Crowd(instance, free)
        found: dict[int, Ints] = {}
        for group in crowd.groups(people):
            rows = group.others.copy()
            crowd.refuse(rows, group.people, group.pool, group.site)
            rows = crowd.with_days(rows, group.people, group.pool)
            for k in np.flatnonzero(rows.any(axis=1)).tolist():
                found[int(group.people[k])] = crowd.people_in(rows[k], group.pool, COLLEAGUES)
        return found

    def _fit(self, people: Ints, others: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Whether the plan has places and days left for each pair."""
        instance = self.instance
        busy = words_of(self.busy, instance.D)
        leave, guests = words_of(self.no_leave, instance.D), words_of(self.no_guests, instance.D)
        free = ~(busy[people] | busy[others])
        mine, theirs = instance.team[people], instance.team[others]
        there = instance.leg_days(people, others) & free & ~leave[mine] & ~guests[theirs]
        if not instance.swap:
            return np.asarray(there.any(axis=1))
        home = instance.leg_days(others, people) & free & ~leave[theirs] & ~guests[mine]
        return np.asarray(instance.days_fit(there, home))

    def _items(self, i: int, others: Sequence[int], *, released: bool) -> tuple[int, list[Blocking]]:
        """The colleague for whom the fewest places are missing, and those places.

        ``released``: without the match in which that colleague is now.
        """
        for offered in (True, False):  # where nobody offers such a day, also days that are not offered
            best, who, items = HUGE, others[0], list[Blocking]()
            for j in others:
                freed = self._freed(j) if released else {}
                there = self._leg(i, j, freed, offered=offered)
                home = self._leg(j, i, freed, offered=offered) if self.instance.swap else None
                number, day, other = cheapest(there, home, self.instance.partners)
                if number < best and day >= 0:
                    best, who = number, j
                    items = there.blocking(day, self.obstacles.isos)
                    items += home.blocking(other, self.obstacles.isos) if home is not None else []
                    if number <= (not released):
                        break
            if best < HUGE:
                return who, list(dict.fromkeys(items))
        return others[0], [Blocking("rule", "gap")]

    def _freed(self, j: int) -> dict[tuple[str, int], int]:
        """Days that somebody's match takes: of the people, and of the teams that have no other place."""
        freed: dict[tuple[str, int], int] = {}

        def free(kind: str, who: int, day: int) -> None:
            freed[kind, who] = freed.get((kind, who), 0) | 1 << day

        for v, h, day in self._visits_of(j):
            free("busy", v, day)
            free("busy", h, day)
            leaving, receiving = self.obstacles.team[v], self.obstacles.team[h]
            if self.away[leaving, day] == 0:
                free("away", leaving, day)
            if self.visitors[receiving, day] == 0:
                free("visitors", receiving, day)
        return freed

    def _leg(self, visitor: int, host: int, freed: Mapping[tuple[str, int], int], *, offered: bool) -> Leg:
        """A visit and what blocks it in this plan or any; ``offered``: only on days that both offer."""
        instance, problem = self.instance, self.instance.problem
        before = self.obstacles.leg(visitor, host, offered=False)
        days = before.days & instance.leave[visitor] & instance.host[host] if offered else before.days
        closed: dict[tuple[str, str], int] = {}
        for one in before.obstacles:
            closed[one.kind, one.id] = closed.get((one.kind, one.id), 0) | one.days
        mine, theirs = self.obstacles.team[visitor], self.obstacles.team[host]

        def blocks(kind: str, ident: str, taken: int, freed_by: str, who: int) -> Obstacle:
            taken &= ~freed.get((freed_by, who), 0)
            return Obstacle(kind, ident, taken | closed.get((kind, ident), 0))

        return Leg(
            days,
            [
                blocks("team", problem.teams[mine].id, self.no_leave[mine], "away", mine),
                blocks("team", problem.teams[theirs].id, self.no_guests[theirs], "visitors", theirs),
                blocks("person", problem.people[visitor].id, self.busy[visitor], "busy", visitor),
                blocks("person", problem.people[host].id, self.busy[host], "busy", host),
            ],
        )

    def _no_place(self, i: int, others: Sequence[int]) -> Unmatched:
        """Colleagues are free, places are not."""
        problem = self.instance.problem
        who, items = self._items(i, others, released=False)
        teams = [problem.team_by_id[item.id] for item in items if item.kind == "team"]
        days = list(dict.fromkeys(item.day for item in items if item.day))
        if days and not teams:
            return Unmatched(self._id(i), "all_taken", days_taken(days), tuple(items))
        teams = teams or [problem.teams[self.obstacles.team[who]]]
        names = list(dict.fromkeys(team.name or team.id for team in teams))
        return Unmatched(self._id(i), "all_taken", places_taken(names, days), tuple(items))

    def _nobody_free(self, i: int, team: int, others: Sequence[int], *, fits: bool, late: bool) -> Unmatched:
        """Every possible colleague has as many swaps as they may (``late``: or others wait for them too)."""
        problem = self.instance.problem
        who, items = others[0], list[Blocking]()
        if not fits:
            who, items = self._items(i, others, released=True)
        crew = problem.teams[team]
        out = [not self.instance.cap[j] for j in others]
        gone = "all" if all(out) else "some" if any(out) else ""
        single = not self.instance.swap
        name, only = crew.name or crew.id, self.counted and len(others) == 1
        if only:
            text = only_one_taken(name, late=late, gone=bool(gone), single=single)
        else:
            text = all_taken(name, late=late, counted=self.counted, gone=gone, single=single)
        first = [Blocking("team", crew.id), Blocking("person", problem.people[who].id)]
        return Unmatched(self._id(i), "all_taken", text, (*first, *items))


def _full(left: Ints) -> list[int]:
    """Of each team, the days without a place."""
    rows = np.packbits(left <= 0, axis=1, bitorder="little")
    return [int.from_bytes(row, "little") for row in rows]


def most_common(rows: Ints, teams: Ints, count: int, width: int) -> Ints:
    """For each row the team named most often, the first of equals."""
    keys, number = np.unique(rows * max(1, width) + teams, return_counts=True)
    row, team = np.divmod(keys, max(1, width))
    order = np.lexsort((team, -number, row))
    first = np.searchsorted(row[order], np.arange(count))
    return np.asarray(team[order][first])
