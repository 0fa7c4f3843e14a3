"""How good a plan is and what holds it back: levels, sides, groups without a match, teams in the way.

1. Levels       what was reached on each level of the objective, and the proven limit.
2. Sides        in a swap everybody needs somebody of the other side: the larger side cannot be matched whole.
3. Groups       people without a match by site, department, team or reason.
4. Bottlenecks  teams that stand in the way of most people, and on how many of their days they are full.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor
from typing import Literal

from app.people.tables import Side
from app.planning.problem import row_id
from app.planning.queries import Participant
from app.planning.review import Review, Waiting
from app.planning.runs import PROVEN
from solver import Plan, Problem
from solver.plan import MEASURE, SENSE

By = Literal["reason", "site", "department", "team"]
MOST_BOTTLENECKS = 10


@dataclass(frozen=True)
class Level:
    """One level of the objective: `name` is the solver's; `limit` is what no plan can exceed, when proven."""

    name: str
    value: int
    limit: int | None
    reached: bool
    """Nothing better exists, given the levels before; for people, those who come first counted double."""


def levels(problem: Problem, plan: Plan) -> list[Level]:
    """Every level that means something here, in the order in which it was sought."""
    found = []
    for name in problem.campaign.objective_order:
        if name == "changes" and not problem.previous:
            continue
        if name == "days" and not any(team.good for team in problem.teams):
            continue
        measure = "people" if name == "people" else MEASURE[name]
        bound, proven = plan.bounds.get(measure), plan.bounds.get(MEASURE[name])
        limit = None
        if bound is not None:
            limit = floor(bound + PROVEN) if SENSE[name] > 0 else ceil(bound - PROVEN)
        reached = proven is not None and abs(proven - plan.values.get(MEASURE[name], 0)) < PROVEN
        found.append(Level(name, plan.values.get(measure, 0), limit, reached))
    return found


@dataclass(frozen=True)
class Sides:
    """How many take part on each side."""

    back: int
    front: int

    @property
    def larger(self) -> Side | None:
        """The side that has more people; None when they are even."""
        if self.back == self.front:
            return None
        return Side.BACK if self.back > self.front else Side.FRONT

    @property
    def surplus(self) -> int:
        """People of the larger side who have no counterpart, whoever is paired with whom."""
        return abs(self.back - self.front)


def sides(problem: Problem) -> Sides | None:
    """The two sides, where a person meets one other; None where their sizes decide nothing."""
    if not problem.campaign.is_swap or problem.campaign.max_swaps_per_person != 1:
        return None
    if any(problem.may_swap(person) > 1 for person in problem.people):
        return None
    count = Counter(problem.team_by_id[person.team].side for person in problem.people)
    return Sides(back=count[Side.BACK.value], front=count[Side.FRONT.value])


@dataclass(frozen=True)
class Group:
    """People who share a site, a department, a team or a reason."""

    key: str
    """A site's or team's id, a department's name, a reason's code."""
    name: str
    people: int
    waiting: int
    reasons: Sequence[tuple[str, int]]
    """Code and how many people, most first."""


def groups(found: Review, by: By) -> list[Group]:
    """Groups with somebody without a match, those with most first."""
    everyone: dict[int, Participant] = {}
    for swap in found.swaps:
        everyone[swap.there.visitor_id], everyone[swap.there.host_id] = swap.one, swap.other
    for row in found.waiting:
        everyone[_id(row.who)] = row.who
    members = Counter(_key(who, by) for who in everyone.values())
    waiting: defaultdict[tuple[str, str], list[Waiting]] = defaultdict(list)
    for row in found.waiting:
        waiting[(row.reason, row.reason) if by == "reason" else _key(row.who, by)].append(row)
    made = [
        Group(
            *key,
            people=found.people if by == "reason" else members[key],
            waiting=len(rows),
            reasons=Counter(row.reason for row in rows).most_common(),
        )
        for key, rows in waiting.items()
    ]
    return sorted(made, key=lambda group: (-group.waiting, group.name))


def _key(who: Participant, by: By) -> tuple[str, str]:
    if by == "site":
        return str(who.site.id), who.site.name
    if by == "team":
        return str(who.team.id), f"{who.team.name} · {who.site.name}"
    return who.team.department, who.team.department or who.team.name


def _id(who: Participant) -> int:
    assert who.person.id is not None
    return who.person.id


@dataclass(frozen=True)
class Bottleneck:
    """A team in the way of people without a match."""

    team_id: int
    name: str
    side: str
    waiting: int
    """People it stands in the way of."""
    members: int
    """Its members who take part."""
    matched: int
    """Of these, who meet somebody; on days of observation, who receive somebody."""
    taken: int
    """Of these, who do so as often as they may."""
    open_days: int
    full_days: int
    """Days on which it receives all the visitors it may."""
    spent_days: int
    """Days on which as many of its members are away as may be."""
    max_visitors: int
    max_away: int

    @property
    def all_taken(self) -> bool:
        """Nobody of it is left: only more of its members would help, no higher limit of the team."""
        return self.taken == self.members


def bottlenecks(problem: Problem, found: Review) -> list[Bottleneck]:
    """The teams in the way of most people, with what fills them."""
    places = {site.id: site.name for site in problem.sites}
    blocked = Counter(team_id for row in found.waiting for team_id in row.teams)
    crews = {row_id(team.id): team for team in problem.teams}
    members = Counter(row_id(person.team) for person in problem.people)
    team_of = {row_id(person.id): row_id(person.team) for person in problem.people}
    met = Counter(leg[0 if problem.campaign.is_swap else 1] for leg in found.visits)
    matched, taken = Counter[int](), Counter[int]()
    for person in problem.people:
        number = met[row_id(person.id)]
        matched[row_id(person.team)] += number > 0
        taken[row_id(person.team)] += number >= problem.may_swap(person)
    received = Counter((team_of[host], day) for _visitor, host, day in found.visits if host in team_of)
    away = Counter((team_of[visitor], day) for visitor, _host, day in found.visits if visitor in team_of)
    made = []
    for team_id, waiting in blocked.most_common(MOST_BOTTLENECKS):
        if team_id not in crews:
            continue
        crew = crews[team_id]
        days = list(enumerate(problem.campaign.days))
        opened = [(n, day) for n, day in days if not crew.closed >> n & 1]
        made.append(
            Bottleneck(
                team_id=team_id,
                name=f"{crew.name} · {places[crew.site]}",
                side=crew.side,
                waiting=waiting,
                members=members[team_id],
                matched=matched[team_id],
                taken=taken[team_id],
                open_days=len(opened),
                full_days=_reached(
                    received, team_id, ((day, crew.limit(n).max_visitors) for n, day in opened)
                ),
                spent_days=_reached(away, team_id, ((day, crew.limit(n).max_away) for n, day in days)),
                max_visitors=crew.max_visitors,
                max_away=crew.max_away,
            )
        )
    return made


def _reached(used: Counter[tuple[int, date]], team_id: int, limits: Iterable[tuple[date, int]]) -> int:
    return sum(1 for day, limit in limits if used[team_id, day] >= limit)
