"""A plan as it stands: who is with whom on which days, what that leaves, and how it changes match by match.

A match is a swap (two visits) or, in a shadow campaign, one visit. Everything is looked up when it is first
asked for: a question about one person in a large company costs little more than reading its plan.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from solver import rules
from solver.problem import Problem, Visit, ordered

AWAY, VISITORS = 0, 1

Place = tuple[int, int, int]
"""Kind of limit (`AWAY`, `VISITORS`), team, day."""


class Match(NamedTuple):
    """``one`` visits ``two`` on ``day``; in a swap ``two`` visits ``one`` on ``other``, else that is -1."""

    one: int
    two: int
    day: int
    other: int


class Standing:
    """A plan that can be changed and put back; people, teams and days are numbered as in the problem."""

    def __init__(self, problem: Problem, visits: Sequence[Visit]) -> None:
        self.problem, self.swap = problem, problem.campaign.is_swap
        people = problem.people
        self.index = {person.id: i for i, person in enumerate(people)}
        self.team_index = {team.id: t for t, team in enumerate(problem.teams)}
        self.team = [self.team_index[person.team] for person in people]
        self.cap = [problem.may_swap(person) for person in people]
        self.busy = [0] * len(people)
        self.idlers = {i for i, cap in enumerate(self.cap) if cap}
        """Who may still be met by one more."""
        self.made: list[list[int]] = [[] for _ in people]
        """The matches of each person; in a shadow campaign those in which they visit."""
        self.held = self.made if self.swap else [[] for _ in people]
        """Those that take the room of a colleague; in a shadow campaign those in which they receive."""
        self.matches: list[Match] = []
        self.holders: defaultdict[Place, set[int]] = defaultdict(set)
        self.spare: Counter[Place] = Counter()
        """Places that a change adds."""
        self.heads = 0
        self.journal: list[tuple[int, bool]] = []
        self._most: dict[Place, int] = {}
        self._open: dict[tuple[int, int], int] = {}
        self._ever: dict[tuple[int, int], int] = {}
        self._rows: dict[int, list[int]] = {}
        self._guests: dict[int, list[int]] = {}
        pinned = {visit[:2] for visit in problem.pinned}
        self.pinned = set[int]()
        for match, pin in self.read(visits, pinned):
            number = self.put(match)
            if pin:
                self.pinned.add(number)
        self.journal.clear()

    def read(self, visits: Iterable[Visit], pinned: set[tuple[str, str]]) -> Iterator[tuple[Match, bool]]:
        days = {visit[:2]: visit.day for visit in visits} if self.swap else {}
        done = set[tuple[str, str]]()
        for visitor, host, day in visits:
            pin = (visitor, host) in pinned or (self.swap and (host, visitor) in pinned)
            pair = ordered(visitor, host)
            other = days.get((host, visitor), -1)
            if self.swap and (pair in done or other < 0):
                continue
            done.add(pair)
            yield Match(self.index[visitor], self.index[host], day, other), pin

    # -- changing --

    def put(self, match: Match) -> int:
        """Add a match; returns its number."""
        number = len(self.matches)
        self.matches.append(match)
        self._set(number, there=True)
        self.journal.append((number, True))
        return number

    def lift(self, number: int) -> None:
        """Take a match away."""
        self._set(number, there=False)
        self.journal.append((number, False))

    def back_to(self, mark: int) -> None:
        """Undo everything since the journal was so long."""
        while len(self.journal) > mark:
            number, put = self.journal.pop()
            self._set(number, there=not put)
            if put:
                self.matches.pop()

    def _set(self, number: int, *, there: bool) -> None:
        match = self.matches[number]
        one, two = match.one, match.two
        bits = 1 << match.day | (1 << match.other if match.other >= 0 else 0)
        lists = (self.made[one], self.held[two])
        counted = (lists[0], lists[1]) if self.swap else (lists[0],)
        if there:
            self.heads += sum(not one for one in counted)
            for numbers in lists:
                numbers.append(number)
            self.busy[one] |= bits
            self.busy[two] |= bits
        else:
            for numbers in lists:
                numbers.remove(number)
            self.heads -= sum(not one for one in counted)
            self.busy[one] &= ~bits
            self.busy[two] &= ~bits
        self._count(two)
        if self.swap:
            self._count(one)
        for place in self.places(match):
            if there:
                self.holders[place].add(number)
            else:
                self.holders[place].discard(number)
            self._refresh(place)

    def places(self, match: Match) -> Iterator[Place]:
        """The places that a match takes."""
        mine, theirs = self.team[match.one], self.team[match.two]
        yield AWAY, mine, match.day
        yield VISITORS, theirs, match.day
        if match.other >= 0:
            yield AWAY, theirs, match.other
            yield VISITORS, mine, match.other

    def _count(self, host: int) -> None:
        if len(self.held[host]) < self.cap[host]:
            self.idlers.add(host)
        else:
            self.idlers.discard(host)

    def allow(self, person: int, more: int) -> None:
        """Somebody may have one match more, or one less again."""
        self.cap[person] += more
        self._count(person)

    def add_place(self, place: Place, more: int) -> None:
        """One more place, or one less again."""
        self.spare[place] += more
        self._refresh(place)

    # -- what is left --

    def open(self, kind: int, team: int) -> int:
        """The days on which a team has a place left."""
        if (kind, team) not in self._open:
            mask = 0
            for day in range(len(self.problem.campaign.days)):
                mask |= self._left((kind, team, day)) << day
            self._open[kind, team] = mask
        return self._open[kind, team]

    def ever(self, kind: int, team: int) -> int:
        """The days on which a team may have any place, whatever the plan."""
        if (kind, team) not in self._ever:
            crew, count = self.problem.teams[team], len(self.problem.campaign.days)
            days = rules.days_to_receive(crew, count) if kind else rules.days_to_leave(crew, count)
            self._ever[kind, team] = days
        return self._ever[kind, team]

    def _left(self, place: Place) -> bool:
        most = self._most.get(place)
        if most is None:
            most = self._most[place] = self._limit(*place)
        return len(self.holders.get(place, ())) < most + self.spare.get(place, 0)

    def _limit(self, kind: int, team: int, day: int) -> int:
        crew = self.problem.teams[team]
        if kind == VISITORS and crew.closed >> day & 1:
            return 0
        limit = crew.limit(day)
        return limit.max_visitors if kind == VISITORS else limit.max_away

    def _refresh(self, place: Place) -> None:
        at = place[:2]
        mask = self._open.get(at)
        if mask is not None:
            bit = 1 << place[2]
            self._open[at] = mask | bit if self._left(place) else mask & ~bit

    def idle(self, host: int) -> bool:
        """Whether somebody may still be met by one more."""
        return host in self.idlers

    # -- whom the rules let meet --

    @cached_property
    def _members(self) -> dict[tuple[str, str], list[int]]:
        return self._placed(range(len(self.team)))

    @cached_property
    def _idle(self) -> dict[tuple[str, str], list[int]]:
        return self._placed(i for i in range(len(self.team)) if self.idle(i))

    def _placed(self, people: Iterable[int]) -> dict[tuple[str, str], list[int]]:
        found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for i in people:
            team = self.problem.teams[self.team[i]]
            found[team.site, team.side].append(i)
        return found

    @cached_property
    def _reach(self) -> dict[str, list[str]]:
        most = self.problem.campaign.max_travel_minutes
        found: defaultdict[str, list[str]] = defaultdict(list)
        for (here, there), minutes in self.problem.minutes.items():
            if minutes <= most and here != there:
                found[here].append(there)
        return found

    def colleagues(self, visitor: int) -> list[int]:
        """Whom somebody could visit (in a swap: meet) if days were no matter."""
        if visitor not in self._rows:
            self._rows[visitor] = self.among(visitor, self._members)
        return self._rows[visitor]

    def idle_colleagues(self, visitor: int) -> list[int]:
        """Those of them who were free in the plan as it came, and still are."""
        row = self._rows.get(visitor)
        idlers = self.idlers
        return [j for j in (self.among(visitor, self._idle) if row is None else row) if j in idlers]

    def guests(self, host: int) -> list[int]:
        """Who could visit somebody if days were no matter."""
        if self.swap:
            return self.colleagues(host)
        if host not in self._guests:
            self._guests[host] = self.among(host, self._members, hosting=True)
        return self._guests[host]

    def among(
        self,
        i: int,
        members: dict[tuple[str, str], list[int]],
        *,
        hosting: bool = False,
        sites: Sequence[str] | None = None,
    ) -> list[int]:
        """Of these people those whom the rules let meet; ``sites`` instead of those within reach."""
        me, problem = self.problem.people[i], self.problem
        mine = problem.teams[self.team[i]]
        side = "front" if mine.side == "back" else "back"
        languages, avoid = set(me.languages), {*me.avoid, me.manager}
        people, teams, forbidden = problem.people, problem.teams, problem.forbidden
        found = []
        for site in (mine.site, *self._reach.get(mine.site, ())) if sites is None else sites:
            if site in me.excluded_sites and (self.swap or not hosting):
                continue
            for j in members.get((site, side), ()):
                other = people[j]
                if (
                    teams[self.team[j]].department == mine.department
                    or languages.isdisjoint(other.languages)
                    or other.id in avoid
                    or other.manager == me.id
                    or me.id in other.avoid
                    or (mine.site in other.excluded_sites and (self.swap or hosting))
                    or (forbidden and ordered(me.id, other.id) in forbidden)
                ):
                    continue
                found.append(j)
        return found

    def at(self, sites: Sequence[str], i: int) -> list[int]:
        """Whom somebody could visit at these sites, whatever the journey."""
        return self.among(i, self._members, sites=sites)

    def visits(self) -> tuple[Visit, ...]:
        """The plan as it stands now."""
        people = self.problem.people
        live = {number for numbers in (*self.made, *self.held) for number in numbers}
        found = []
        for number in sorted(live):
            one, two, day, other = self.matches[number]
            found.append(Visit(people[one].id, people[two].id, day))
            if other >= 0:
                found.append(Visit(people[two].id, people[one].id, other))
        return tuple(found)
