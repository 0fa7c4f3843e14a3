"""Problems of few choices: all of them are listed, and integer programs look at all of them.

Where everybody visits once at most and the relaxation says how many can, the first two levels are one program
of small numbers, which is mostly proven in half a second; the other levels follow among the plans that have
as much on these two. Else all levels are one program.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from solver import guided
from solver.choices import Choices, among
from solver.diving import dived
from solver.engine import Engine
from solver.hard import solve_by_clauses, solve_levels
from solver.instance import Bools, Ints
from solver.limits import Clock
from solver.mip import at_least, held, priced, solve_integer, suits_clauses, values_of
from solver.model import Model, build, compact, narrowed, unbound, weighted
from solver.prove import prove
from solver.simplex import BASIC, Basis, relax

SMALL = 300
"""Above so many people a search comes before: whoever stops the integer programs has its plan."""
LEADING, MOSTLY = 0.4, 0.93
"""The first two levels have so much of the time, then all together so much of what is left: nothing else
comes near, and their bounds take a second."""
LEAST = 300
"""Parts of fewer choices are solved together: each program needs a moment to begin."""
READY = 1.0
"""A search that has not begun before needs so many seconds until it is loaded."""
FRACTION = 1e-2
"""A relaxation that exceeds a whole number by more than this is cut off."""
MOVES, HOT, WARM = 100, 0.01, 0.1
"""Moves of a search for each person, and its first temperature before the programs and after them."""


@dataclass
class Part:
    """Choices that share no limit with the others, and what is known of them alone.

    ``model`` is over ``columns`` of the whole; ``most``: no plan has more on the first level, None where
    nobody knows; ``basis``: where the simplex method stood.
    """

    columns: Ints
    model: Model
    most: int | None = None
    basis: Basis | None = None


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
    parts = parts_of(model)
    _limited(engine, parts)
    led = _leading(engine, choices, parts)
    known = _relaxed(engine, parts, led=led)  # before the programs, which leave no time
    _together(engine, choices, parts)
    if not led and not engine.combined_proven:
        engine.offer(dived(engine, choices, model, guided.rates_of(engine, _levels(engine)[:2])))
    if clock.left > READY and not engine.combined_proven:
        engine.anneal(engine.wide(), moves=MOVES, seconds=clock.left / 4, hot=WARM)
    return prove(engine, bounded(engine, known), whole=choices)


def parts_of(model: Model) -> list[Part]:
    """A program for each part: two of half the size are proven sooner by far than one."""
    return [
        Part(columns, compact(narrowed(model, columns), model.right)) for columns in unbound(model, LEAST)
    ]


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


def _limited(engine: Engine, parts: Sequence[Part]) -> None:
    """Bound the first level by its relaxation, and tell whoever watches: they see how much is possible long
    before the programs end. What no plan exceeds is a row of each part.

    How many matches there are comes first: where the relaxation has half a match more than any plan, a level
    that counts two for most of them is off by one, and no program proves that soon.
    """
    level = _levels(engine)[0]
    for part in parts:
        matches = (np.arange(part.model.columns) < part.model.choices).astype(np.int64)
        part.model, _, part.basis = rounded(part.model, matches, engine.clock)
        wanted = weighted(part.model, {level: 1})
        part.model, part.most, part.basis = rounded(part.model, wanted, engine.clock, part.basis)
    _limit(engine, level, [part.most for part in parts])
    engine.tell(now=True)


def _limit(engine: Engine, level: str, most: Sequence[int | None]) -> None:
    """No plan has more on a level than all parts together, as far as that is known of each."""
    known = [one for one in most if one is not None]
    if engine.weights[level] and len(known) == len(most):
        engine.limit_to(level, {level: sum(known)})


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


def _leading(engine: Engine, choices: Choices, parts: Sequence[Part]) -> bool:
    """Prove the first two levels, with that plan on the board; each part is then the program of the plans
    that have as much. False where that was not proven.
    """
    levels, ends = _levels(engine)[:2], LEADING * engine.clock.left + engine.clock.seconds
    helped = any(part.model.columns > part.model.choices for part in parts)
    if engine.instance.swap or helped or len(levels) < 2 or any(part.most is None for part in parts):
        return False
    held_parts = []
    for part, share in _shared(parts):
        objective = weighted(part.model, guided.rates_of(engine, levels))
        seconds = share * (ends - engine.clock.seconds)
        solved = solve_integer(part.model, objective, engine.clock, seconds=seconds, solver="CP_SAT")
        if solved.chosen is None:
            return False
        _offer(engine, choices, part, solved.chosen)
        found, model = values_of(part.model, solved.chosen), part.model
        if not solved.proven or part.most is None or found[levels[0]] < part.most:
            return False
        for level in levels:
            model = held(model, level, found[level])
        held_parts.append((part, model, found))
    for level in levels:
        engine.limit_to(level, {name: sum(found[name] for *_, found in held_parts) for name in levels})
    for part, model, _ in held_parts:
        part.model, part.basis = model, None
    return True


def _together(engine: Engine, choices: Choices, parts: Sequence[Part]) -> None:
    """All levels, the easiest part first; the plan is on the board, proven where `Engine.combined_proven`."""
    clock, weights, level = engine.clock, engine.weights, _levels(engine)[0]
    ends, proven = clock.seconds + MOSTLY * clock.left, True
    for part, share in _shared(sorted(parts, key=lambda part: _hardness(engine, part))):
        objective, seconds = weighted(part.model, weights), share * (ends - clock.seconds)
        if engine.instance.swap and suits_clauses(part.model):
            solved, first = solve_by_clauses(part.model, weights, level, clock, seconds=seconds)
        else:
            solved, first = solve_levels(part.model, objective, level, clock, seconds=seconds)
        if solved.chosen is not None:
            _offer(engine, choices, part, solved.chosen)
        if solved.proven and solved.chosen is not None:
            first = values_of(part.model, solved.chosen)[level]
        proven &= solved.proven
        if first is not None:
            part.most = first
        _limit(engine, level, [part.most for part in parts])
    engine.combined_proven = proven


def _shared(parts: Sequence[Part]) -> Iterator[tuple[Part, float]]:
    """Each part and its share of the time that is left when its turn comes."""
    return zip(parts, (1 / left for left in range(len(parts), 0, -1)), strict=True)


def _hardness(engine: Engine, part: Part) -> int:
    """Of how many choices the relaxation of all levels takes a fraction."""
    told = relax(part.model, weighted(part.model, engine.weights), engine.clock, part.basis)
    return (
        part.model.columns if told is None else int((abs(told.columns - told.columns.round()) > 1e-6).sum())
    )


def _offer(engine: Engine, choices: Choices, part: Part, chosen: Bools) -> None:
    """Put the plan of one part on the board, beside what is there of the others."""
    plan = among(engine.instance, choices, engine.loose_choices())
    plan[part.columns[: part.model.choices]] = chosen[: part.model.choices]
    engine.offer(choices.take(plan))


def _relaxed(engine: Engine, parts: Sequence[Part], *, led: bool) -> list[tuple[Mapping[str, int], int]]:
    """Rates for each level and those before it, and what no plan exceeds at these: as far as time allows.
    ``led``: of the levels after the first two, among the plans that have as much on them.

    Each begins where the one before ended, which takes a third of the time.
    """
    known: list[tuple[Mapping[str, int], int]] = []
    levels = _levels(engine)[2 if led else 0 :]
    for place in range(len(levels)):
        rates, most = guided.rates_of(engine, levels[: place + 1]), 0
        for part in parts:
            objective = weighted(part.model, rates)
            told = relax(part.model, objective, engine.clock, part.basis)
            if told is None:
                return known
            part.basis = told.basis
            most += math.floor(priced(part.model, objective, told.prices)[0] + 1e-4)
        known.append((rates, most))
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
