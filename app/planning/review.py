"""A finished plan as HR reads it: swaps and why they are good, people without a match and why. No query."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import Any

from app.core.templating import long_day
from app.planning.problem import Leg, row_id
from app.planning.queries import Participant
from app.planning.tables import Pin
from app.planning.words import spoken
from app.visits.rules import in_pairs
from solver import Plan, Problem
from solver.plan import Text
from solver.problem import MUTUAL_POINTS, ordered


@dataclass(frozen=True)
class PlannedVisit:
    """One day of the plan, and what speaks for it."""

    visitor_id: int
    host_id: int
    day: date
    wish: int | None
    """Rank of the visitor's wish it fulfils."""
    mutual: bool
    """Both named the other."""
    linked: bool
    """One of the two teams serves the other."""
    minutes: int
    pinned: bool

    @property
    def leg(self) -> Leg:
        """As rows know it."""
        return (self.visitor_id, self.host_id, self.day)

    @property
    def wish_points(self) -> int:
        """3, 2, 1 for a first, second, third wish; as much as a third for a colleague who named them too."""
        if self.wish:
            return 4 - self.wish
        return MUTUAL_POINTS if self.mutual else 0


@dataclass(frozen=True)
class PlannedSwap:
    """Two reciprocal days, or a single one."""

    there: PlannedVisit
    back: PlannedVisit | None
    one: Participant
    other: Participant
    first_in_line: Sequence[Participant] = ()
    """Those of the two whom the last campaign left out."""

    @property
    def legs(self) -> list[PlannedVisit]:
        """Its one or two days."""
        return [self.there] if self.back is None else [self.there, self.back]

    @property
    def pinned(self) -> bool:
        """Whether HR keeps it."""
        return all(leg.pinned for leg in self.legs)

    @property
    def mutual(self) -> bool:
        """Whether the two named each other."""
        return self.there.mutual

    @property
    def linked(self) -> bool:
        """Whether it follows a service link."""
        return self.there.linked

    @property
    def minutes(self) -> int:
        """One-way minutes between the two sites."""
        return self.there.minutes

    @property
    def pair(self) -> tuple[int, int]:
        """The two people, smaller id first."""
        a, b = self.there.visitor_id, self.there.host_id
        return (a, b) if a < b else (b, a)

    @property
    def wishes(self) -> list[tuple[Participant, int]]:
        """Whose wish of which rank is fulfilled."""
        who = {self.there.visitor_id: self.one, self.there.host_id: self.other}
        return [(who[leg.visitor_id], leg.wish) for leg in self.legs if leg.wish]

    @property
    def wish_points(self) -> int:
        """What its days are worth by wishes."""
        return sum(leg.wish_points for leg in self.legs)


@dataclass(frozen=True)
class Waiting:
    """Somebody without a match."""

    who: Participant
    reason: str
    text: str
    remedy: str
    change: Mapping[str, Any] | None
    """That remedy as `solver.changes` reads it."""
    helped_by: str
    """The kind of that remedy, see `remedy_kind`; empty where none is known."""
    sought: bool
    """Whether a remedy was looked for."""
    teams: tuple[int, ...]
    """Teams that stand in the way."""
    first_in_line: bool
    """Counted twice: the last campaign had nobody for them either."""


@dataclass(frozen=True)
class Review:
    """All of a finished plan."""

    swaps: Sequence[PlannedSwap]
    waiting: Sequence[Waiting]
    matched: int
    people: int
    proven: bool
    """No plan matches more, priorities counted."""
    wishes_met: int
    wishes_possible: int
    minutes: int
    first_in_line: frozenset[int] = frozenset()
    visits: frozenset[Leg] = field(default_factory=frozenset)

    @property
    def days(self) -> list[date]:
        """Days on which somebody visits."""
        return sorted({leg[2] for leg in self.visits})


def review(problem: Problem, plan: Plan, people: dict[int, Participant], pins: Iterable[Pin] = ()) -> Review:
    """Put names and reasons on a plan. People unknown here (erased since) leave it with their swaps."""
    kept = {(pin.visitor_id, pin.host_id, pin.day) for pin in pins}
    planned = {}
    for visit in plan.visits:
        leg = (row_id(visit.visitor), row_id(visit.host), problem.campaign.days[visit.day])
        planned[leg] = _visit(problem, leg, leg in kept)
    singles = [(leg, None) for leg in sorted(planned, key=itemgetter(2, 0, 1))]
    pairs = in_pairs(planned) if problem.campaign.is_swap else singles
    first = frozenset(row_id(person.id) for person in problem.people if person.priority > 1)
    swaps = [
        PlannedSwap(
            planned[there],
            planned[back] if back else None,
            people[there[0]],
            people[there[1]],
            [people[one] for one in there[:2] if one in first],
        )
        for there, back in pairs
        if there[0] in people and there[1] in people
    ]
    value, bound = plan.values.get("priority", 0), plan.bounds.get("priority")
    return Review(
        swaps=swaps,
        waiting=_waiting(plan, people, first),
        matched=plan.values.get("people", 0),
        people=len(problem.people),
        proven=bound is not None and bound <= value,
        wishes_met=sum(1 for visit in planned.values() if visit.wish == 1),
        wishes_possible=sum(1 for person in problem.people if person.wishes),
        minutes=plan.values.get("travel_minutes", 0),
        first_in_line=first,
        visits=frozenset(planned),
    )


def _visit(problem: Problem, leg: Leg, pinned: bool) -> PlannedVisit:
    visitor, host = f"p{leg[0]}", f"p{leg[1]}"
    here, there = problem.team_of(visitor), problem.team_of(host)
    wishes = problem.person_by_id[visitor].wishes
    return PlannedVisit(
        *leg,
        wish=wishes.index(there.id) + 1 if there.id in wishes else None,
        mutual=ordered(visitor, host) in problem.mutual,
        linked=(here.id, there.id) in problem.links or (there.id, here.id) in problem.links,
        minutes=problem.travel(here.site, there.site) or 0,
        pinned=pinned,
    )


def contradictions_named(
    problem: Problem, told: Iterable[Text], people: Mapping[int, Participant]
) -> list[str]:
    """Why pinned pairs do not hold, in the reader's language and with names."""
    return [_named(spoken(text.fr, text.en), problem, people) for text in told]


def _named(sentence: str, problem: Problem, people: Mapping[int, Participant]) -> str:
    """A contradiction with names and days as people write them instead of the solver's ids."""
    crews = {team.id: team.name for team in problem.teams}

    def name(found: re.Match[str]) -> str:
        key = found[0]
        if key in crews:
            return crews[key]
        return people[row_id(key)].person.name if key[0] == "p" and row_id(key) in people else key

    said = re.sub(r"\b[pt][0-9]+\b", name, sentence)
    said = re.sub(r"\b\d{4}-\d{2}-\d{2}\b", lambda day: long_day(date.fromisoformat(day[0])), said)
    return said[:1].upper() + said[1:]


def _waiting(plan: Plan, people: dict[int, Participant], first: frozenset[int]) -> list[Waiting]:
    found = [
        Waiting(
            who=people[row_id(row.person)],
            reason=row.reason,
            text=spoken(row.text.fr, row.text.en),
            remedy=spoken(row.remedy.text.fr, row.remedy.text.en) if row.remedy else "",
            change=row.remedy.change if row.remedy else None,
            helped_by=remedy_kind(row.remedy.change) if row.remedy else "",
            sought=row.sought,
            teams=tuple(dict.fromkeys(row_id(item.id) for item in row.blocking if item.kind == "team")),
            first_in_line=row_id(row.person) in first,
        )
        for row in plan.unmatched
        if row_id(row.person) in people
    ]
    # Those for whom there was nobody last time either come first: HR speak to them before a mail does.
    return sorted(
        found,
        key=lambda row: (
            not row.first_in_line, row.reason, row.who.person.last_name, row.who.person.first_name,
        ),
    )  # fmt: skip


def remedy_kind(change: Mapping[str, Any]) -> str:
    """What sort of change a remedy is: own_day, own_days, place, colleague, opening, two, journey, longer."""
    if change["kind"] != "all":
        return {
            "available": "own_day",
            "max_visitors": "place",
            "max_away": "place",
            "max_swaps": "colleague",
            "open_day": "opening",
            "max_travel": "journey",
        }.get(change["kind"], "two")
    kinds = {remedy_kind(one) for one in change["changes"]}
    if not kinds:
        return "longer"
    if "journey" in kinds:
        return "journey"
    return "own_days" if kinds == {"own_day"} else "two"


def helped(waiting: Iterable[Waiting], reason: str) -> Counter[str]:
    """For how many people of a reason each kind of remedy would be enough."""
    return Counter(row.helped_by for row in waiting if row.reason == reason and row.helped_by)


def untried(waiting: Iterable[Waiting], reason: str) -> int:
    """For how many people of a reason no remedy was looked for yet."""
    return sum(1 for row in waiting if row.reason == reason and not row.sought)


def reasons_counted(waiting: Iterable[Waiting]) -> list[tuple[str, int]]:
    """How many people per reason, most first."""
    return Counter(row.reason for row in waiting).most_common()
