"""The neighbourhood of one person: a small problem of its own, everything else staying as planned.

Whom the person could meet, whom those are with now, and who is free for these: some dozens of people. What
the rest of the plan uses lowers the teams' limits, busy people's days and what remains to them. Solving such
a problem takes a fraction of a second whatever the size of the company, and what it finds can be put back
into the plan as it is: its gain is real, though solving everything anew may gain more.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from solver import rules
from solver.limits import Limits
from solver.plan import Plan
from solver.problem import REPAIR_LEVELS, Limit, Person, Problem, Team, Visit, days_of, ordered
from solver.solving import solve

COLLEAGUES, OTHERS, FREE = 16, 6, 3
"""So many possible colleagues, others whom only days keep apart, and free people for each partner."""
SECONDS = 0.6
"""For one neighbourhood."""
HEADS = 1_000
"""What matching anybody is worth; the person asked about is worth one more, to be preferred among equals."""


def counted(small: Problem, visits: Iterable[Visit]) -> int:
    """How many people of a neighbourhood these visits match, those aside who are matched without it."""
    worth = {person.id for person in small.people if person.priority}
    return len(worth & {visit.visitor for visit in visits})


@dataclass(frozen=True)
class Found:
    """The best plan of a neighbourhood: how many are matched, the person among them, all proven."""

    people: int
    helped: bool
    proven: bool
    visits: tuple[Visit, ...]


class Near:
    """A plan and whom everybody could meet; made once, asked about many people."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem, self.plan = problem, plan
        self.frame = rules.frame_of(problem)
        self.visits_of: defaultdict[str, list[Visit]] = defaultdict(list)
        for visit in plan.visits:
            self.visits_of[visit.visitor].append(visit)
            self.visits_of[visit.host].append(visit)
        self.matched = {visit.visitor for visit in plan.visits}
        self._any_day: dict[str, list[rules.Party]] = {}
        self.pinned = {name for visit in problem.pinned for name in visit[:2]}
        made = Counter(visit.visitor for visit in plan.visits) if problem.campaign.is_swap else Counter[str]()
        hosted = Counter(visit.host for visit in plan.visits)
        self.free = [
            party
            for party, person in zip(self.parties, problem.people, strict=True)
            if max(made.get(party.id, 0), hosted.get(party.id, 0)) < problem.may_swap(person)
        ]

    @cached_property
    def parties(self) -> list[rules.Party]:
        return rules.parties_of(self.problem)

    @cached_property
    def _party(self) -> dict[str, rules.Party]:
        return {party.id: party for party in self.parties}

    def _always(self, me: rules.Party) -> list[rules.Party]:
        """The other side within reach as if every day were free."""
        every = (1 << len(self.problem.campaign.days)) - 1
        reach, most = {me.site}, self.frame.max_travel
        reach |= {b for (a, b), minutes in self.frame.minutes.items() if a == me.site and minutes <= most}
        return [
            replace(party, can_leave=every, can_host=every)
            for party in self.parties
            if party.side != me.side and party.site in reach
        ]

    def people_near(self, person: str, with_whom: Iterable[str] = ()) -> list[str]:
        """The person, colleagues, their partners, and who is free for those."""
        me = self._party[person]
        free_now = rules.hosts_for(self.frame, me, self.free)
        met = rules.hosts_for(self.frame, me, self.parties)
        would = self.colleagues_on_any_day(me)
        first = [party.id for party in (*_some(free_now, OTHERS), *_some(met, COLLEAGUES))]
        first += [party.id for party in _some(would, OTHERS)]
        free_ids = {party.id for party in self.free}
        first += [party.id for party in _some([p for p in would if p.id in free_ids], OTHERS)]
        found = dict.fromkeys([person, *with_whom, *first])
        for one in list(found):
            for partner in self.partners(one):
                found.setdefault(partner)
                for other in _some(rules.hosts_for(self.frame, self._party[partner], self.free), FREE):
                    found.setdefault(other.id)
        return list(found)

    def colleagues_on_any_day(self, me: rules.Party) -> list[rules.Party]:
        """Whom somebody could meet if days were no matter, with the days that those really have."""
        if me.id not in self._any_day:
            every = (1 << len(self.problem.campaign.days)) - 1
            found = rules.hosts_for(
                self.frame, replace(me, can_leave=every, can_host=every), self._always(me)
            )
            self._any_day[me.id] = [self._party[party.id] for party in found]
        return self._any_day[me.id]

    def party(self, person: str) -> rules.Party:
        return self._party[person]

    def partners(self, person: str) -> list[str]:
        """Whom somebody is with."""
        return list(
            dict.fromkeys(v.host if v.visitor == person else v.visitor for v in self.visits_of[person])
        )

    # -- a problem of its own --

    def small(self, people: Sequence[str], person: str) -> Problem:
        """The problem of these people; what the rest of the plan takes is taken."""
        problem, inside = self.problem, set(people)
        ours = {v for one in people for v in self.visits_of[one] if v.visitor in inside and v.host in inside}
        theirs = [v for v in self.plan.visits if v not in ours]
        away: defaultdict[str, Counter[int]] = defaultdict(Counter)
        received: defaultdict[str, Counter[int]] = defaultdict(Counter)
        for visit in theirs:
            away[problem.person_by_id[visit.visitor].team][visit.day] += 1
            received[problem.person_by_id[visit.host].team][visit.day] += 1
        rows = tuple(self._person(problem.person_by_id[one], inside, one == person) for one in people)
        kept = tuple(v for v in self.plan.visits if v in ours)
        crews = {row.team for row in rows}
        teams = tuple(
            _less(team, away[team.id], received[team.id]) for team in problem.teams if team.id in crews
        )
        sites = {team.site for team in teams}
        near = {
            (a, b): minutes
            for a in sites
            for b in sites
            if (minutes := problem.minutes.get((a, b))) is not None
        }
        apart = {pair for a in people for b in people if (pair := ordered(a, b)) in problem.forbidden}
        met = {ordered(v.visitor, v.host) for v in theirs if v.visitor in inside and v.host in inside}
        return Problem(
            campaign=replace(problem.campaign, link_points=0, objective_order=REPAIR_LEVELS),
            sites=problem.sites,
            teams=teams,
            people=rows,
            minutes=near,
            pinned=tuple(v for v in problem.pinned if v in ours),
            previous=kept,
            forbidden=frozenset(apart | met),
        )

    def _person(self, person: Person, inside: set[str], shown: bool) -> Person:
        """Somebody without their wishes, and without what visits outside the neighbourhood take."""
        outside = [v for v in self.visits_of[person.id] if not (v.visitor in inside and v.host in inside)]
        busy = sum(1 << day for day in {v.day for v in outside})
        made = sum(v.visitor == person.id for v in outside)
        hosted = sum(v.host == person.id for v in outside)
        may, left = self.problem.may_swap(person), person.max_swaps
        go, come = person.available & ~busy, person.can_host & ~busy
        if self.problem.campaign.is_swap:
            left = max(0, may - made) if made else left
        else:  # visits made and hosted are counted apart
            go, come = go if made < may else 0, come if hosted < may else 0
            open_ = [may - used for used in (made, hosted) if used < may]
            left = min(open_, default=0) if outside else left
        return replace(
            person,
            available=go,
            can_host=come,
            priority=0 if made else HEADS + shown,
            wishes=(),
            max_swaps=left,
        )

    def solved(self, small: Problem, person: str, *, seconds: float = SECONDS) -> Found:
        """The best of a neighbourhood: as many people as possible, the person among them where possible."""
        plan = solve(without_minutes(small), limits=Limits(seconds=seconds, threads=1))
        matched = {v.visitor for v in plan.visits}
        return Found(
            people=counted(small, plan.visits),
            helped=person in matched,
            proven=plan.bounds.get("priority") == plan.values.get("priority"),
            visits=plan.visits,
        )

    def together(self, small: Problem, one: str, other: str) -> tuple[Visit, ...] | None:
        """The best of a neighbourhood in which these two meet; None where they cannot.

        Nobody loses a match for somebody who has none.
        """
        small = _keeping(small, one)
        if not self.problem.campaign.is_swap:
            return self._visiting(small, one, other)
        apart = set(small.forbidden)
        for person in small.people:
            if person.id not in (one, other):
                apart |= {ordered(one, person.id), ordered(other, person.id)}
        people = tuple(
            replace(p, max_swaps=min(1, small.may_swap(p))) if p.id == one else p for p in small.people
        )
        small = replace(small, people=people, forbidden=frozenset(apart), pinned=_apart(small, one, other))
        plan = solve(without_minutes(small), limits=Limits(seconds=SECONDS, threads=1))
        return plan.visits if one in {v.visitor for v in plan.visits} else None

    def _visiting(self, small: Problem, one: str, other: str) -> tuple[Visit, ...] | None:
        """The best of the days that the two share; looked for until nobody loses a match by it."""
        had = {visit.visitor for visit in small.previous} - {one}
        best: tuple[int, tuple[Visit, ...]] | None = None
        ends = time.monotonic() + SECONDS
        for day in days_of(rules.visit_days(self._party[one], self._party[other])):
            pinned = (*small.pinned, Visit(one, other, day))
            plan = solve(
                without_minutes(replace(small, pinned=pinned)), limits=Limits(seconds=SECONDS, threads=1)
            )
            lost = len(had - {visit.visitor for visit in plan.visits})
            if plan.visits and (best is None or lost < best[0]):
                best = (lost, plan.visits)
            if best is not None and (best[0] == 0 or time.monotonic() > ends):
                break
        return None if best is None else best[1]


def _keeping(small: Problem, one: str) -> Problem:
    """A neighbourhood in which whoever has a match counts more than all together who have none.

    One person counts more than everybody.
    """
    has, more = {visit.visitor for visit in small.previous}, len(small.people) + 1

    def rank(person: Person) -> int:
        if person.id == one:
            return more * more
        return min(1, person.priority) * (more if person.id in has else 1)

    return replace(small, people=tuple(replace(p, priority=rank(p)) for p in small.people))


def _apart(small: Problem, one: str, other: str) -> tuple[Visit, ...]:
    return tuple(v for v in small.pinned if not {one, other} & {v.visitor, v.host})


def without_minutes(problem: Problem) -> Problem:
    """Journeys within the limit take no time, longer ones stay impossible: only who is matched counts."""
    limit = problem.campaign.max_travel_minutes
    minutes: Mapping[tuple[str, str], int] = {
        pair: 0 for pair, took in problem.minutes.items() if took <= limit
    }
    return replace(problem, minutes=minutes, teams=tuple(replace(team, good=0) for team in problem.teams))


def _less(team: Team, away: Mapping[int, int], received: Mapping[int, int]) -> Team:
    """A team on whose days some places are taken."""
    limits = dict(team.limits_by_day)
    for day in {*away, *received}:
        limit = team.limit(day)
        limits[day] = Limit(
            max(0, limit.max_away - away.get(day, 0)), max(0, limit.max_visitors - received.get(day, 0))
        )
    return replace(team, limits_by_day=limits)


def _some(parties: Sequence[rules.Party], most: int) -> Sequence[rules.Party]:
    """At most so many, spread over all."""
    return parties if len(parties) <= most else parties[:: -(-len(parties) // most)]
