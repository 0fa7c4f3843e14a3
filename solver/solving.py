"""`solve`: from a problem to a plan."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from solver.check import measure
from solver.choices import Choices, all_choices, count_choices
from solver.exact import maximise
from solver.instance import Instance, Ints
from solver.limits import Clock, Limits, OnProgress, ShouldStop
from solver.model import build
from solver.pins import contradictions, pin_rows, pinned_choices
from solver.plan import FEASIBLE, INFEASIBLE, MEASURE, OPTIMAL, Plan, Text, Unmatched
from solver.problem import Problem, Visit
from solver.reasons import explain

EXACT = 200_000
"""Up to this many choices the model over all of them is solved as it is."""


def solve(
    problem: Problem,
    *,
    limits: Limits | None = None,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> Plan:
    """The best plan found within the limits, with proven bounds and a reason for everybody without a match.

    ``on_progress`` is called now and then from this thread or a solver's; ``should_stop`` is asked often, and once
    it says yes the best plan so far is returned (pinned visits are always in it).
    """
    clock = Clock(limits or Limits(), should_stop, on_progress)
    said = contradictions(problem)
    if said:
        return _infeasible(problem, said, clock)
    instance = Instance(problem)
    pinned = pinned_choices(instance)
    back, front = instance.pairs()
    total = count_choices(instance, back, front, enough=EXACT)
    if total > EXACT:
        back, front = _sample(instance, back, front)
    choices = all_choices(instance, back, front)
    complete = total <= EXACT
    if len(choices) > EXACT:
        rng = np.random.default_rng(clock.limits.seed)
        choices = choices.take(np.sort(rng.choice(len(choices), EXACT, replace=False)))
    choices = _with(choices, pinned)
    model = build(instance, choices)
    order = problem.campaign.objective_order
    outcome = maximise(
        model, order, clock, pins=[np.flatnonzero(rows) for rows in pin_rows(instance, choices)]
    )
    if outcome is None:
        return _infeasible(
            problem,
            [
                Text(
                    "les visites épinglées sont possibles une à une, mais pas toutes ensemble",
                    "the pinned visits are possible one by one, but not all together",
                )
            ],
            clock,
        )
    visits = visits_of(instance, choices.take(outcome.chosen[: len(choices)]))
    bounds: dict[str, float] = {}
    if complete:
        for level in order:
            if level in outcome.bounds:
                bounds[MEASURE[level]] = _outward(level, outcome.bounds[level], model.kept_total)
    return finish(instance, visits, bounds, clock)


def _sample(instance: Instance, back: Ints, front: Ints) -> tuple[Ints, Ints]:
    """Every wished pair and a dozen others for each person."""
    points = instance.points(back, front) + instance.points(front, back)
    rng = np.random.default_rng(0)
    rank = rng.random(len(back)) - points
    keep = points > 0
    for who in (back, front):
        order = np.lexsort((rank, who))
        start = np.searchsorted(who[order], who[order])
        keep[order[np.arange(len(order)) - start < 12]] = True
    return back[keep], front[keep]


def _with(choices: Choices, extra: Choices) -> Choices:
    rows = np.stack(
        [np.concatenate([getattr(c, k) for c in (choices, extra)]) for k in ("a", "b", "day", "other")]
    )
    rows = np.unique(rows, axis=1)
    return Choices(*rows)


def _outward(level: str, bound: int, kept_total: int) -> float:
    if level == "changes":
        return float(kept_total - bound)
    return float(-bound if level == "travel" else bound)


def visits_of(instance: Instance, choices: Choices) -> list[Visit]:
    """The visits of chosen choices, by day."""
    people = instance.problem.people
    visits = []
    for a, b, day, other in zip(
        *(c.tolist() for c in (choices.a, choices.b, choices.day, choices.other)), strict=True
    ):
        visits.append(Visit(people[a].id, people[b].id, day))
        if other >= 0:
            visits.append(Visit(people[b].id, people[a].id, other))
    return sorted(visits, key=lambda v: (v.day, v.visitor))


def finish(instance: Instance, visits: Iterable[Visit], bounds: dict[str, float], clock: Clock) -> Plan:
    """The plan as handed out: values measured anew, status from the bounds, reasons for the unmatched."""
    problem, planned = instance.problem, tuple(visits)
    values = measure(problem, planned)
    proven = all(bounds.get(name) == values[name] for name in MEASURE.values())
    if bounds.get("priority") == values["priority"] and all(p.priority == 1 for p in problem.people):
        bounds = {**bounds, "people": float(values["people"])}
    unmatched: tuple[Unmatched, ...] = explain(instance, planned)
    return Plan(
        status=OPTIMAL if proven else FEASIBLE,
        visits=planned,
        values=values,
        bounds=bounds,
        unmatched=unmatched,
        seconds=clock.seconds,
        seed=clock.limits.seed,
    )


def _infeasible(problem: Problem, said: list[Text], clock: Clock) -> Plan:
    return Plan(
        status=INFEASIBLE,
        values=measure(problem, ()),
        contradictions=tuple(said),
        seconds=clock.seconds,
        seed=clock.limits.seed,
    )
