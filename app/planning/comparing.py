"""Two plans of one campaign side by side: who gains, who loses, what changes for whom. No query."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.planning.queries import Participant
from app.planning.review import PlannedVisit, Review
from app.planning.why import Level


@dataclass(frozen=True)
class Measure:
    """One level of the objective in both plans; None where it meant nothing for one of them."""

    name: str
    """The solver's."""
    before: Level | None
    after: Level | None


def measures(before: Iterable[Level], after: Iterable[Level]) -> list[Measure]:
    """The levels of two plans side by side, in the order of the later one. Not what each changed: that was
    counted against another plan than the one beside it.
    """
    old, new = {one.name: one for one in before}, {one.name: one for one in after}
    return [Measure(name, old.get(name), new.get(name)) for name in {**new, **old} if name != "changes"]


@dataclass(frozen=True)
class Change:
    """What a person has in the plan before and in the plan after: whom they visit and when, by day."""

    who: Participant
    before: Sequence[tuple[Participant, date]]
    after: Sequence[tuple[Participant, date]]


@dataclass(frozen=True)
class Comparison:
    """What changes from one plan to another."""

    kept: int
    """Swaps on the same days."""
    moved: int
    """Same two people, other days."""
    made: int
    undone: int
    gained: Sequence[Participant]
    """People matched now who were not."""
    lost: Sequence[Participant]
    better: Sequence[Participant]
    """People matched in both who get more of what they wished."""
    worse: Sequence[Participant]
    changes: Sequence[Change]
    """Everybody who visits somebody else, or on another day."""

    @property
    def same(self) -> bool:
        """Whether both plans say the same to everybody."""
        return not (self.changes or self.moved or self.made or self.undone)


def compare(old: Review, new: Review, people: dict[int, Participant]) -> Comparison:
    """Two plans of one campaign side by side."""
    before = {swap.pair: {leg.leg for leg in swap.legs} for swap in old.swaps}
    after = {swap.pair: {leg.leg for leg in swap.legs} for swap in new.swaps}
    same = [pair for pair in after if pair in before]
    had, has = _by_visitor(old), _by_visitor(new)
    both = had.keys() & has.keys()
    worth = {one: _points(has[one]) - _points(had[one]) for one in both}
    return Comparison(
        kept=sum(1 for pair in same if before[pair] == after[pair]),
        moved=sum(1 for pair in same if before[pair] != after[pair]),
        made=len(after) - len(same),
        undone=len(before) - len(same),
        gained=_named(has.keys() - had.keys(), people),
        lost=_named(had.keys() - has.keys(), people),
        better=_named((one for one in both if worth[one] > 0), people),
        worse=_named((one for one in both if worth[one] < 0), people),
        changes=[
            Change(who, _met(had.get(_id(who), []), people), _met(has.get(_id(who), []), people))
            for who in _named(had.keys() | has.keys(), people)
            if {leg.leg for leg in had.get(_id(who), [])} != {leg.leg for leg in has.get(_id(who), [])}
        ],
    )


def _by_visitor(found: Review) -> dict[int, list[PlannedVisit]]:
    made: defaultdict[int, list[PlannedVisit]] = defaultdict(list)
    for swap in found.swaps:
        for leg in swap.legs:
            made[leg.visitor_id].append(leg)
    return dict(made)


def _points(legs: Iterable[PlannedVisit]) -> int:
    return sum(leg.wish_points for leg in legs)


def _met(legs: Iterable[PlannedVisit], people: dict[int, Participant]) -> list[tuple[Participant, date]]:
    return sorted(
        ((people[leg.host_id], leg.day) for leg in legs if leg.host_id in people), key=lambda met: met[1]
    )


def _named(ids: Iterable[int], people: dict[int, Participant]) -> list[Participant]:
    found = [people[one] for one in ids if one in people]
    return sorted(found, key=lambda one: (one.person.last_name, one.person.first_name))


def _id(who: Participant) -> int:
    assert who.person.id is not None
    return who.person.id
