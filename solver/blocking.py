"""The smallest set of things that stands between two people: take them away, and the two have their days.

A visit on a day may be blocked by several things: the visitor or the host does not offer it, a team is closed
or may spare nobody, its places are taken, somebody is already busy. Each is an obstacle with the days that it
blocks. Of all the days on which the visits could be, those with the fewest obstacles name the set.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from solver import rules
from solver.instance import Instance
from solver.plan import Blocking
from solver.problem import days_of

HUGE = 99


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A thing that blocks some days of a visit (a day mask)."""

    kind: str
    id: str
    days: int


@dataclass(frozen=True, slots=True)
class Leg:
    """One visit: the days to look at, and what blocks them."""

    days: int
    obstacles: Sequence[Obstacle]

    def by_number(self) -> list[int]:
        """The days with no obstacle, with one, with two and so on."""
        classes = [self.days]
        for obstacle in self.obstacles:
            blocked = [days & obstacle.days for days in classes]
            classes = [days & ~obstacle.days for days in classes] + [0]
            for number, days in enumerate(blocked):
                classes[number + 1] |= days
        return classes

    def blocking(self, day: int, isos: Sequence[str]) -> list[Blocking]:
        """What blocks one day."""
        return [Blocking(o.kind, o.id, isos[day]) for o in self.obstacles if o.days >> day & 1]


def cheapest(there: Leg, home: Leg | None, partners: Sequence[int]) -> tuple[int, int, int]:
    """(number of obstacles, day there, day home) with the fewest obstacles; `HUGE` where no days exist."""
    go = there.by_number()
    if home is None:
        for number, days in enumerate(go):
            if days:
                return number, days_of(days)[0], -1
        return HUGE, -1, -1
    come = home.by_number()
    for total in range(len(go) + len(come) - 1):
        for number in range(max(0, total - len(come) + 1), min(total, len(go) - 1) + 1):
            back = come[total - number]
            if not (go[number] and back):
                continue
            for day in days_of(go[number]):
                hit = back & partners[day]
                if hit:
                    return total, day, days_of(hit)[0]
    return HUGE, -1, -1


class Obstacles:
    """The obstacles between people of one problem; ``full`` adds those of a plan."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        problem, count = instance.problem, instance.D
        self.all_days = (1 << count) - 1
        self.isos = [day.isoformat() for day in problem.campaign.days]
        self.no_leave = [self.all_days & ~rules.days_to_leave(team, count) for team in problem.teams]
        self.no_guests = [self.all_days & ~rules.days_to_receive(team, count) for team in problem.teams]
        self.team: list[int] = instance.team.tolist()
        self.shut = set(instance.shut.tolist())
        self.sites: list[int] = instance.team_site[instance.team].tolist() if instance.n else []

    def refused(self, visitor: int, host: int) -> bool:
        """Whether the visitor cannot go to the host's site."""
        return visitor * self.instance.S + self.sites[host] in self.shut

    def leg(self, visitor: int, host: int, *, offered: bool) -> Leg:
        """A visit and the obstacles before any plan; ``offered``: only on days that both offer."""
        problem = self.instance.problem
        guest, keeper = problem.people[visitor], problem.people[host]
        mine, theirs = self.team[visitor], self.team[host]
        teams = [
            Obstacle("team", problem.teams[mine].id, self.no_leave[mine]),
            Obstacle("team", problem.teams[theirs].id, self.no_guests[theirs]),
        ]
        if self.refused(visitor, host):
            return Leg(0, teams)
        if offered:
            return Leg(guest.available & keeper.can_host, teams)
        people = [
            Obstacle("person", guest.id, self.all_days & ~guest.available),
            Obstacle("person", keeper.id, self.all_days & ~keeper.can_host),
        ]
        return Leg(self.all_days, people + teams)

    def between(
        self, i: int, others: Iterable[int], *, offered: bool
    ) -> tuple[int, list[Blocking], int | None]:
        """The smallest set that keeps somebody and one of these from having days, and that one."""
        instance, best, items, who = self.instance, HUGE, list[Blocking](), None
        for j in others:
            there = self.leg(i, j, offered=offered)
            home = self.leg(j, i, offered=offered) if instance.swap else None
            number, day, other = cheapest(there, home, instance.partners)
            if number < best:
                best, who = number, j
                items = there.blocking(day, self.isos)
                items += home.blocking(other, self.isos) if home is not None else []
                if number <= 1:
                    break
        return best, list(dict.fromkeys(items)), who
