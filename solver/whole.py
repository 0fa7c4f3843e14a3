"""Problems of few choices: all of them are listed, and integer programs look at all of them.

Where everybody visits once at most and the relaxation says how many can, the first two levels are one program
of small numbers, which is mostly proven in half a second; the other levels follow among the plans that have
as much on these two. Else all levels are one program.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from solver import guided
from solver.choices import Choices, among
from solver.diving import dived
from solver.engine import Engine
from solver.hard import solve_by_clauses, solve_levels
from solver.instance import Bools, Ints
from solver.limits import Clock
from solver.mip import at_least, held, priced, solve_integer, suits_clauses, values_of
from solver.model import Model, build, weighted
from solver.prove import prove
from solver.simplex import BASIC, Basis, relax

SMALL = 300
"""Above so many people a search comes before: whoever stops the integer programs has its plan."""
LEADING, MOSTLY = 0.4, 0.93
"""The first two levels have so much of the time, then all together so much of what is left: nothing else
comes near, and their bounds take a second."""
READY = 1.0
"""A search that has not begun before needs so many seconds until it is loaded."""
FRACTION = 1e-2
"""A relaxation that exceeds a whole number by more than this is cut off."""
MOVES, HOT, WARM = 100, 0.01, 0.1
"""Moves of a search for each person, and its first temperature before the programs and after them."""


def search(engine: Engine, choices: Choices) -> dict[str, int]:
    """Solve a problem of these choices, in all; returns proven bounds on every level (maximised)."""
    clock = engine.clock
    if engine.instance.n > SMALL:
        engine.anneal(engine.wide(), moves=MOVES, seconds=clock.left / 10, hot=HOT)
    model = build(engine.instance, choices, engine.room)
    if engine.instance.n <= SMALL:  # what stands where time is up before the first program ends
        for plan in (
            among(engine.instance, choices, engine.loose_choices()),
            np.zeros(len(choices), dtype=bool),
        ):
            engine.offer(choices.take(_filled(model, weighted(model, engine.weights), plan)))
    model, most, basis = _limited(engine, model)
    rest = _leading(engine, choices, model, most)
    known = _relaxed(engine, model, rest, basis)  # before the programs, which leave no time
    _together(engine, choices, model, rest)
    if rest is None and not engine.combined_proven:
        engine.offer(dived(engine, choices, model, guided.rates_of(engine, _levels(engine)[:2])))
    if clock.left > READY and not engine.combined_proven:
        engine.anneal(engine.wide(), moves=MOVES, seconds=clock.left / 4, hot=WARM)
    return prove(engine, bounded(engine, known), whole=choices)


def _filled(model: Model, objective: Ints, plan: Bools) -> Bools:
    """A plan and whatever still fits beside it, worth most first."""
    plan = plan.copy()
    of_choice = model.column < model.choices
    column, row, entry = (one[of_choice] for one in (model.column, model.row, model.entry))
    room = model.right - np.bincount(row, weights=plan[column] * entry, minlength=len(model.right))
    order = np.argsort(column, kind="stable")
    rows, entries, left = row[order].tolist(), entry[order].tolist(), room.tolist()
    first = np.concatenate([[0], np.cumsum(np.bincount(column, minlength=model.choices))]).tolist()
    for choice in np.argsort(-objective[: model.choices], kind="stable").tolist():
        needs = range(first[choice], first[choice + 1])
        if not plan[choice] and all(entries[k] <= left[rows[k]] for k in needs):
            plan[choice] = True
            for k in needs:
                left[rows[k]] -= entries[k]
    return plan


def _limited(engine: Engine, model: Model) -> tuple[Model, int | None, Basis | None]:
    """Bound the first level by its relaxation, and tell whoever watches: they see how much is possible long
    before the programs end. Returns the model with what no plan exceeds as rows, the bound, and where the
    simplex method stood; None for these where time is up.

    How many matches there are comes first: where the relaxation has half a match more than any plan, a level
    that counts two for most of them is off by one, and no program proves that soon.
    """
    level = _levels(engine)[0]
    matches = (np.arange(model.columns) < model.choices).astype(np.int64)
    model, _, basis = rounded(model, matches, engine.clock)
    model, most, basis = rounded(model, weighted(model, {level: 1}), engine.clock, basis)
    if most is not None and engine.weights[level]:
        engine.limit_to(level, {level: most})
        engine.tell(now=True)
    return model, most, basis


def rounded(
    model: Model, objective: Ints, clock: Clock, basis: Basis | None = None
) -> tuple[Model, int | None, Basis | None]:
    """The whole number that no plan exceeds on an objective, by the relaxation, and the model with a row that
    says so where its fractional plans exceed it. (Chvátal's cut: Edmonds polytopes and a hierarchy of
    combinatorial problems, 1973.)
    """
    told = relax(model, objective, clock, basis)
    if told is None:
        return model, None, None
    possible = priced(model, objective, told.prices)[0] + 1e-4
    most, basis = math.floor(possible), told.basis
    if possible - most > FRACTION:
        used = np.flatnonzero(objective)
        model = at_least(model, used, -objective[used], -most)
        basis = Basis(basis.columns, np.append(basis.rows, BASIC))
    return model, most, basis


def _leading(engine: Engine, choices: Choices, model: Model, most: int | None) -> Model | None:
    """Prove the first two levels, with that plan on the board; returns the program of the plans that have as
    much, None where that was not proven.
    """
    levels = _levels(engine)[:2]
    if engine.instance.swap or model.columns > model.choices or len(levels) < 2 or most is None:
        return None
    objective, seconds = weighted(model, guided.rates_of(engine, levels)), LEADING * engine.clock.left
    solved = solve_integer(model, objective, engine.clock, seconds=seconds, solver="CP_SAT")
    if solved.chosen is None:
        return None
    engine.offer(choices.take(solved.chosen))
    found = values_of(model, solved.chosen)
    if not solved.proven or found[levels[0]] < most:
        return None
    for level in levels:
        engine.limit_to(level, found)
        model = held(model, level, found[level])
    return model


def _together(engine: Engine, choices: Choices, model: Model, rest: Model | None) -> None:
    """All levels, where the first two are proven among the plans that have as much; the plan is on the board,
    and proven where `Engine.combined_proven`.
    """
    clock, weights, level = engine.clock, engine.weights, _levels(engine)[0]
    objective, seconds = weighted(model, weights), MOSTLY * clock.left
    if engine.instance.swap and suits_clauses(model):
        solved, most = solve_by_clauses(model, weights, level, clock, seconds=seconds)
    else:
        solved, most = solve_levels(rest or model, objective, level, clock, seconds=seconds)
    if solved.chosen is not None:
        before = engine.combined(engine.values()) - engine.combined(engine.base)
        if solved.proven or int(objective[solved.chosen].sum()) > before:
            engine.replace(choices.take(solved.chosen[: len(choices)]))
        engine.combined_proven = solved.proven
    if most is not None and weights[level]:
        engine.limit_to(level, {level: most})


def _relaxed(
    engine: Engine, model: Model, rest: Model | None, basis: Basis | None = None
) -> list[tuple[Mapping[str, int], int]]:
    """The relaxations of all levels, or of those after the first two among the plans that have as much."""
    levels = _levels(engine)
    if rest is not None:
        return relaxations(engine, rest, levels[2:])
    return relaxations(engine, model, levels, basis)


def relaxations(
    engine: Engine, model: Model, levels: list[str], basis: Basis | None = None
) -> list[tuple[Mapping[str, int], int]]:
    """Rates for each level and those before it, and what no plan exceeds at these: as far as time allows.
    Each begins where the one before ended, which takes a third of the time.
    """
    known: list[tuple[Mapping[str, int], int]] = []
    for place in range(len(levels)):
        rates = guided.rates_of(engine, levels[: place + 1])
        objective = weighted(model, rates)
        told = relax(model, objective, engine.clock, basis)
        if told is None:
            break
        basis = told.basis
        known.append((rates, math.floor(priced(model, objective, told.prices)[0] + 1e-4)))
    return known


def bounded(engine: Engine, known: Sequence[tuple[Mapping[str, int], int]]) -> dict[str, int]:
    """The bounds that follow for the plan on the board."""
    values = engine.values()
    bounds = engine.bounds(values)
    for rates, most in known:
        *before, level = rates
        spent = sum(rates[name] * (values[name] - engine.base[name]) for name in before)
        bounds[level] = max(values[level], min(bounds[level], most - spent + engine.base[level]))
    return bounds


def _levels(engine: Engine) -> list[str]:
    """The levels that count, the first one where none does."""
    return engine.counted() or list(engine.order[:1])
