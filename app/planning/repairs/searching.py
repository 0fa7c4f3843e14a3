"""The ways to repair, each a problem of its own for the solver.

same    every visit that stands is pinned; only people who lost each other may meet: another day for them.
still   every visit that stands is pinned; whoever is free may step in.
best    nothing is pinned but what is kept of half-lost swaps: as many people as possible, then as few
        changes as possible.
worked  as `same`, on days that both work, though not both gave them, beside what was found on the days that
        they gave: looked for where what moves nobody leaves somebody without a day. It is theirs to confirm,
        and no rule of a campaign accepts it.
"""

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

import structlog

from app.availability.matching import person_key
from app.planning.problem import Leg, row_id
from app.planning.repairs.errors import PresentContradicts
from app.planning.repairs.scene import Scene
from app.planning.tables import RepairKind
from solver import Limits, Plan, Problem, Progress, solve
from solver.pins import contradictions
from solver.plan import INFEASIBLE
from solver.problem import Person, Visit, ordered

log = structlog.get_logger()

GIVEN = (RepairKind.SAME, RepairKind.STILL, RepairKind.BEST)
"""On the days that people gave, from the one that disturbs least."""
ORDER = (*GIVEN, RepairKind.WORKED)
THREADS = 2
Search = Callable[[RepairKind, Progress | None], bool]
"""Hears how far a search is; says whether to go on."""


@dataclass(frozen=True)
class Beside:
    """What was found already, on the days that people gave."""

    legs: frozenset[Leg] = frozenset()
    is_kept: bool = False
    """As it is; else its people may meet, on these days or others."""

    @property
    def kept(self) -> frozenset[Leg]:
        """What of it is pinned."""
        return self.legs if self.is_kept else frozenset()


ALONE = Beside()


def problem_for(scene: Scene, kind: RepairKind, beside: Beside = ALONE) -> Problem:
    """What the solver is given for one way to repair."""
    pins = scene.planned((*scene.halves, *scene.movable, *beside.kept))
    if kind is RepairKind.BEST:
        return dataclasses.replace(scene.problem, pinned=scene.planned(scene.halves))
    if kind is RepairKind.STILL:
        return dataclasses.replace(scene.problem, pinned=pins)
    return dataclasses.replace(_among_themselves(scene, beside.legs), pinned=pins)


def _among_themselves(scene: Scene, found: Collection[Leg]) -> Problem:
    """Only pairs that lost a visit may meet anew, and those that were found for one another already."""
    days: dict[str, tuple[int, int]] = {}
    for visit in scene.planned((*scene.halves, *scene.movable, *found)):
        for who, leaves in ((visit.visitor, True), (visit.host, False)):
            away, here = days.get(who, (0, 0))
            bit = 1 << visit.day
            days[who] = (away | bit, here) if leaves else (away, here | bit)

    def person(one: Person) -> Person:
        if row_id(one.id) in scene.affected:
            return one
        away, here = days.get(one.id, (0, 0))
        return dataclasses.replace(one, available=away, can_host=here)

    people = tuple(person(one) for one in scene.problem.people)
    theirs = {ordered(person_key(one.visitor_id), person_key(one.host_id)) for one in scene.lost.values()}
    affected = sorted(person_key(one) for one in scene.affected)
    known = (*scene.movable, *scene.halves, *found)
    standing = {ordered(person_key(leg[0]), person_key(leg[1])) for leg in known}
    apart = {
        ordered(a, b)
        for position, a in enumerate(affected)
        for b in affected[position + 1 :]
        if ordered(a, b) not in theirs | standing
    }
    return dataclasses.replace(scene.problem, people=people, forbidden=scene.problem.forbidden | apart)


def search(
    scene: Scene, kinds: Iterable[RepairKind], *, seconds: float, hears: Search, beside: Beside = ALONE
) -> Mapping[RepairKind, set[Leg]]:
    """The visits of each way to repair, by kind; one that has no plan is absent."""
    found = {}
    for kind in kinds:
        if not hears(kind, None):
            break
        plan = _solved(problem_for(scene, kind, beside), kind, seconds, hears)
        if plan.status != INFEASIBLE:
            found[kind] = scene.legs(plan.visits)
    return found


def _solved(problem: Problem, kind: RepairKind, seconds: float, hears: Search) -> Plan:
    stopped = False

    def progress(told: Progress) -> None:
        nonlocal stopped
        stopped = not hears(kind, told) or stopped

    def should_stop() -> bool:
        nonlocal stopped
        stopped = stopped or not hears(kind, None)
        return stopped

    limits = Limits(seconds=seconds, threads=THREADS)
    return solve(problem, limits=limits, on_progress=progress, should_stop=should_stop)


def without_return(scene: Scene, beside: Collection[Leg] = ()) -> list[int]:
    """Standing parts of swaps, by id, for whose other part no day is left; empty when all can be completed.

    Tried one after the other, each kept with those before it. `beside`: new visits that are kept as well.
    """
    pinned = scene.planned((*scene.movable, *beside))
    if _possible(scene.problem, (*scene.planned(scene.halves), *pinned)):
        return []
    kept: list[Leg] = []
    given_up = []
    for leg, visit in sorted(scene.halves.items()):
        if _possible(scene.problem, (*scene.planned([*kept, leg]), *pinned)):
            kept.append(leg)
        else:
            given_up.append(visit.id or 0)
    return given_up


def refuse_contradictions(scene: Scene) -> None:
    """An impossible present must not read as “nobody is free”. Raises `PresentContradicts`."""
    pins = scene.planned(scene.movable)
    wrong = contradictions(dataclasses.replace(scene.problem, pinned=pins))
    if wrong:
        log.warning("repair.present_contradicts", rules=len(wrong))
        raise PresentContradicts


def _possible(problem: Problem, pins: tuple[Visit, ...]) -> bool:
    pinned = dataclasses.replace(problem, pinned=pins)
    if contradictions(pinned):
        return False
    return solve(pinned, limits=Limits(threads=THREADS), should_stop=lambda: True).status != INFEASIBLE
