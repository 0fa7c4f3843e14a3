"""`solve`: from a problem to a plan.

Pins first, then the assignment and its days (`solver.engine`), repairs, and proofs (`solver.prove`). Small
problems are solved exactly at once. Whatever happens (time, cancellation), the board holds a valid plan
with every pin.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from solver import ample, scarce, stepwise, whole
from solver.check import measure
from solver.choices import Choices
from solver.clash import clash
from solver.days import Board
from solver.engine import Engine
from solver.halves import is_searched, settle
from solver.hasty import place_hastily
from solver.heads import heads_at_most
from solver.instance import Instance, sorted_set
from solver.limits import LARGE, Clock, Limits, OnProgress, Progress, ShouldStop, Stopped
from solver.mip import Row, solve_integer
from solver.model import build
from solver.pins import contradictions, pin_rows, pinned_choices
from solver.plan import FEASIBLE, INFEASIBLE, MEASURE, OPTIMAL, Plan, Text
from solver.problem import Problem, Visit
from solver.prove import prove
from solver.reasons import explain

MEDIUM, LARGISH = 1_500, 3_000
"""Up to so many people who swap are proven first; up to so many people after the search."""
FEW_PAIRS = 10_000
"""Single visits, and those who may have several matches, are proven at once only where pairs are so few."""
HURRIED = 5_000
"""So many people without a match are explained to whoever asks to stop a large company: it takes seconds."""
PINNING = 30.0
"""So many seconds are looked for days of pinned swaps that leave some open."""

_TOGETHER = Text(
    "les visites épinglées sont possibles une à une, mais pas toutes ensemble",
    "the pinned visits are possible one by one, but not all together",
)


def solve(
    problem: Problem,
    *,
    limits: Limits | None = None,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> Plan:
    """The best plan found within the limits, with proven bounds and a reason for everybody without a match.

    ``on_progress`` is called now and then; ``should_stop`` is asked often, and once it says yes the best
    plan so far is returned (pinned visits are always in it).
    """
    unit = math.gcd(*(person.priority for person in problem.people))
    if unit > 1:
        return _in_units(problem, unit, limits, on_progress, should_stop)
    clock = Clock(limits or Limits(), should_stop, on_progress, large=len(problem.people) > LARGE)
    said = contradictions(problem)
    if said:
        return _infeasible(problem, said, clock)
    instance = Instance(problem)
    clock.reserve = 0.1 + instance.n * 6.5e-5
    board = Board(instance)
    if not place_pins(instance, board, clock):
        return _infeasible(problem, clash(instance) or [_TOGETHER], clock)
    engine = Engine(instance, board, clock, problem.campaign.objective_order)
    try:
        if pins_leave_a_choice(instance):
            with clock.within(0.6 if is_searched(instance) else 1.0):
                search(engine)
            bounds = settle(engine, search)
        else:
            bounds = search(engine)
    except Stopped:
        bounds = _in_a_hurry(engine)
    return finish(engine, bounds)


def _in_units(
    problem: Problem,
    unit: int,
    limits: Limits | None,
    on_progress: OnProgress | None,
    should_stop: ShouldStop | None,
) -> Plan:
    """The same problem in a larger unit of priority: only how priorities compare matters, and the programs
    are quicker with small numbers.
    """

    def tell(progress: Progress) -> None:
        if on_progress is not None and progress.level == "people":
            bound = None if progress.bound is None else progress.bound * unit
            progress = replace(progress, value=progress.value * unit, bound=bound)
        if on_progress is not None:
            on_progress(progress)

    people = tuple(replace(person, priority=person.priority // unit) for person in problem.people)
    plan = solve(replace(problem, people=people), limits=limits, on_progress=tell, should_stop=should_stop)
    values = {name: value * (unit if name == "priority" else 1) for name, value in plan.values.items()}
    bounds = {name: bound * (unit if name == "priority" else 1) for name, bound in plan.bounds.items()}
    return replace(plan, values=values, bounds=bounds)


def search(engine: Engine) -> dict[str, int]:
    """Fill the engine's board as well as time allows; returns proven bounds on every level (maximised)."""
    engine.schedule(engine.assign())
    assert engine.net is not None
    engine.clock.go_on()
    engine.tell(now=True)
    if (choices := engine.whole()) is not None:
        bounds = whole.search(engine, choices)
    elif not (few_pairs := len(engine.net.edges) <= FEW_PAIRS) and (choices := engine.few_choices()):
        small = engine.net.edges.complete and engine.instance.n <= stepwise.SMALL
        bounds = (stepwise if small else scarce).search(engine, choices)
    else:
        n, bounds = engine.instance.n, engine.bounds(engine.values())
        once = engine.instance.cap.max(initial=0) <= 1
        swap_once = engine.instance.swap and once
        if few_pairs and not once:  # programs seldom end: whatever becomes of them, there is a good plan
            ample.improve(engine)
        if n <= MEDIUM and (swap_once or few_pairs):
            with engine.clock.within(0.9):
                bounds = prove(engine, bounds, search=lambda: ample.improve(engine))
        if ample.unproven(engine, bounds) and not engine.clock.is_asked_to_stop:
            before, found = engine.values(), ample.search(engine)
            for level, value in engine.values().items():
                found[level] = min(found[level], bounds[level])
                if value != before[level]:
                    break  # bounds on later levels were given the other value
            bounds = prove(engine, found) if n <= LARGISH else found
    engine.tell(now=True)
    return bounds


def pins_leave_a_choice(instance: Instance) -> bool:
    """Whether some pinned visit leaves it open when the other one of its swap takes place."""
    if not instance.problem.pinned:
        return False
    choices = pinned_choices(instance)
    return len(choices) > len(sorted_set(choices.a * instance.n + choices.b))


def _in_a_hurry(engine: Engine) -> dict[str, int]:
    """The bounds that are known; where the board has nothing but pins yet, what can be placed at once is."""
    if not len(engine.loose_choices()):
        place_hastily(engine)
    if engine.net is None or pins_leave_a_choice(engine.instance):
        return {}
    known = [level for level in engine.order if level in engine.limit or not engine.weights[level]]
    return engine.bounds(engine.values(), known)


def place_pins(instance: Instance, board: Board, clock: Clock) -> bool:
    """Put the pinned visits, and the best return visits where only one is pinned, on the board for good."""
    if not instance.problem.pinned:
        return True
    choices = pinned_choices(instance)
    pairs = sorted_set(choices.a * instance.n + choices.b)
    holds = pin_rows(instance, choices)
    if not all(rows.any() for rows in holds):
        return False
    model = build(instance, choices)
    sure = len(pairs) == len(choices) and not np.any(
        np.bincount(model.row, minlength=1) > model.right.max(initial=0)
    )
    if sure:
        chosen = np.ones(len(choices), dtype=bool)
        sums = np.zeros(len(model.right), dtype=np.int64)
        np.add.at(sums, model.row, model.entry)
        sure = bool((sums <= model.right).all())
    if not sure:
        rows = [
            Row(np.flatnonzero(r), np.ones(int(r.sum()), dtype=np.int64), 1.0, float("inf")) for r in holds
        ]
        patient = Clock(Limits(seconds=PINNING))
        wanted = model.worth["wishes"] * 4 + model.worth["changes"] * 2 + model.worth["days"]
        solved = solve_integer(model, wanted, patient, seconds=PINNING / 3, rows=rows)
        if solved.chosen is None and not solved.infeasible:  # any days will do
            solved = solve_integer(model, 0 * wanted, patient, seconds=PINNING, rows=rows)
        if solved.chosen is None:
            return False
        chosen = solved.chosen[: len(choices)]
        keep = np.zeros(len(choices), dtype=bool)
        for rows_of_pin in holds:
            keep |= rows_of_pin
        chosen &= keep
    for a, b, day, other in choices.take(chosen).rows():
        board.put(board.add(a, b, fixed=True), (day, other))
    return True


def visits_of(instance: Instance, choices: Choices) -> list[Visit]:
    """The visits of chosen choices, by day."""
    people = instance.problem.people
    visits = []
    for a, b, day, other in choices.rows():
        visits.append(Visit(people[a].id, people[b].id, day))
        if other >= 0:
            visits.append(Visit(people[b].id, people[a].id, other))
    return sorted(visits, key=lambda visit: (visit.day, visit.visitor))


def outward(level: str, bound: int, previous: int) -> float:
    """A bound as written in a plan: changes and travel are minimised there."""
    if level == "changes":
        return float(previous - bound)
    return float(-bound if level == "travel" else bound)


def finish(engine: Engine, bounds: Mapping[str, int]) -> Plan:
    """The plan as handed out: values measured anew, status from the bounds, reasons for the unmatched."""
    instance = engine.instance
    problem = instance.problem
    visits = tuple(visits_of(instance, engine.board.choices()))
    values = measure(problem, visits)
    previous = len(problem.previous)
    said = {MEASURE[level]: outward(level, bound, previous) for level, bound in bounds.items()}
    said["changes"] = max(0.0, said.get("changes", 0.0))
    if "good_days" in said:  # no more than visits
        said["good_days"] = min(said["good_days"], float(instance.cap.sum()))
    if said.get("travel_minutes", 0.0) < 0 or (
        values["travel_minutes"] > 0 and not said.get("travel_minutes")
    ):
        said.pop("travel_minutes", None)  # such a bound says nothing
    proven = all(said.get(name) == values[name] for name in MEASURE.values())
    if "priority" in said:
        said["people"] = float(heads_at_most(engine, int(said["priority"])))
    return Plan(
        status=OPTIMAL if proven else FEASIBLE,
        visits=visits,
        values=values,
        bounds=said,
        unmatched=explain(
            instance,
            visits,
            None if engine.net is None else engine.net.edges,
            most=HURRIED if engine.clock.is_abandoned else None,
        ),
        seconds=engine.clock.seconds,
        seed=engine.clock.limits.seed,
    )


def _infeasible(problem: Problem, said: Iterable[Text], clock: Clock) -> Plan:
    return Plan(
        status=INFEASIBLE,
        values=measure(problem, ()),
        contradictions=tuple(said),
        seconds=clock.seconds,
        seed=clock.limits.seed,
    )
