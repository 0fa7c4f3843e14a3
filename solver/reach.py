"""How many people the best plan of a problem matches: at least and at most, in little time.

1. Least   what of a plan at hand still holds, then everybody whom a chain of matches brings in.
2. Most    the prices of the assignment, days aside.
3. Between, where choices are few: the linear relaxation bounds better, and a plan is looked for among what it
   likes and what the plan at hand has.

It stops as soon as the two meet, or when time is up. Where there is no time at all, see `solver.glance`.

A plan counts priorities, not heads. Where everybody counts the same, that is the same. Else everybody is
worth ``scale`` times their priority and one more: whoever comes first comes first, and heads decide among
equals. How many heads the best plan then has lies between two further bounds: the most, and the fewest, that
go with its priorities (`_heads`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field

import numpy as np

from solver.chains import Chains, Leave
from solver.choices import Choices, choices_of
from solver.edges import Edges
from solver.engine import WHOLE, Engine
from solver.expecting import Expected, assigned, is_listed, model_of, opened, relaxation, scale_of
from solver.heads import by_twos, flow_bound, most_of
from solver.instance import Bools, Instance, Ints
from solver.limits import Clock
from solver.mip import priced, solve_integer
from solver.model import build
from solver.problem import Problem, Visit, ordered
from solver.simplex import relax
from solver.solving import visits_of
from solver.standing import AWAY, VISITORS, Standing

NAMED = 5
STEPS = 150
RATES = ((0, 1), (1, -1), (2, -1), (1, 1))
"""Points of priority for a head, as long as the priorities are not proven: those that bound heads best."""


@dataclass
class Reach:
    """What can be matched at least and at most, the plan that shows the least, and who could visit whom.

    ``least`` and ``most`` count as `worth_of` does, ``heads`` people.
    """

    least: int
    most: int
    visits: Sequence[Visit]
    engine: Engine
    pins: Sequence[Visit]
    scale: int
    expected: Expected
    heads: tuple[int, int] = (0, 0)
    limits: dict[tuple[int, int], int] = field(default_factory=dict)
    """Bounds on what any plan is worth, by rate and sign (see `_limit`)."""
    stands: bool = False
    """Whether everything of the plan at hand holds."""

    @property
    def instance(self) -> Instance:
        return self.engine.instance

    @property
    def edges(self) -> Edges:
        assert self.engine.net is not None
        return self.engine.net.edges

    @property
    def exact(self) -> bool:
        return self.least >= self.most

    def worth(self, visits: Sequence[Visit]) -> int:
        """What a plan counts."""
        people, priority = self.instance.index, self.instance.priority
        return int(sum(priority[people[who]] for who in {visit.visitor for visit in visits}))

    def bottlenecks(self) -> list[tuple[str, int]]:
        """The teams that most of the people without a match could visit, and how many of them."""
        instance, edges = self.instance, self.edges
        matched = np.zeros(instance.n, dtype=bool)
        matched[[instance.index[visit.visitor] for visit in self.visits]] = True
        visitor = np.concatenate([edges.left, edges.right]) if instance.swap else edges.left
        host = np.concatenate([edges.right, edges.left]) if instance.swap else edges.right
        waiting = ~matched[visitor]
        keys = np.sort(visitor[waiting] * instance.T + instance.team[host[waiting]])
        keys = keys[np.diff(keys, prepend=-1) > 0]
        count: Counter[int] = Counter((keys % max(1, instance.T)).tolist())
        return [(instance.problem.teams[t].id, n) for t, n in count.most_common(NAMED)]


def reach(
    problem: Problem,
    visits: Sequence[Visit],
    clock: Clock,
    known: Reach | None = None,
    like: Expected | None = None,
) -> Reach | None:
    """The range of a problem; ``visits`` may break its rules. None where its pins clash.

    ``known`` is what is known of the same problem, to be made better; ``like`` of one much like it.
    """
    if known is not None:
        return _closed_in(known, clock)
    begun = opened(problem, clock)
    if begun is None:
        return None
    engine, chosen = begun
    instance, scale = engine.instance, scale_of(problem)
    pins = visits_of(instance, engine.board.choices())
    most = engine.bounds(engine.values(), ["people"])["people"]
    standing = _kept(instance, pins, visits)
    kept = standing.visits()
    found = Reach(0, most, kept, engine, pins, scale, assigned(engine, chosen))
    found.least, found.most = found.worth(kept), _even(found, most)
    found.stands = set(kept) == set(visits)
    if not found.exact:
        engine.schedule(chosen)
        _better(found, visits_of(instance, engine.board.choices()))
    return _closed_in(found, clock, like)


def _even(found: Reach, most: int) -> int:
    return most - most % 2 if not found.scale and by_twos(found.instance) else most


def _kept(instance: Instance, pins: Sequence[Visit], visits: Sequence[Visit]) -> Standing:
    """The pins, and what of a plan still holds beside them."""
    standing = Standing(instance.problem, pins)
    taken = {ordered(visit.visitor, visit.host) if instance.swap else visit[:2] for visit in pins}
    known = [v for v in visits if v.visitor in instance.index and v.host in instance.index]
    matches = [match for match, _ in standing.read(known, set())]
    one, two = (np.array([match[k] for match in matches], dtype=np.int64) for k in (0, 1))
    allowed = instance.allowed(one, two).tolist() if len(matches) else []
    shut = set(instance.shut.tolist())
    for match, ok in zip(matches, allowed, strict=True):
        a, b, day, other = match
        pair = instance.problem.people[a].id, instance.problem.people[b].id
        if not ok or (ordered(*pair) if instance.swap else pair) in taken or not 0 <= day < instance.D:
            continue
        if instance.swap and not (0 <= other < instance.D and instance.partners[day] >> other & 1):
            continue
        legs = [(a, b, day), (b, a, other)] if instance.swap else [(a, b, day)]
        fits = all(
            instance.leave[v] & instance.host[h] & ~standing.busy[v] & ~standing.busy[h] & 1 << d
            and v * instance.S + int(instance.team_site[instance.team[h]]) not in shut
            and standing.open(AWAY, standing.team[v]) >> d & 1
            and standing.open(VISITORS, standing.team[h]) >> d & 1
            for v, h, d in legs
        )
        if fits and len(standing.made[a]) < standing.cap[a] and standing.idle(b):
            standing.put(match)
    return standing


def _closed_in(found: Reach, clock: Clock, like: Expected | None = None) -> Reach:
    """Bound and plan closer to each other, as long as time lasts."""
    if not found.exact and is_listed(found.engine, clock):
        with clock.within(0.85):
            _relaxed(found, clock, like)
    if not found.exact and not clock.over:
        _chained(found, clock)
    found.heads = _heads(found, clock) if found.scale else (found.least, found.most)
    return found


def _heads(found: Reach, clock: Clock) -> tuple[int, int]:
    """The fewest and the most people whom a plan of the best priorities matches.

    Any plan of at least so many points has, for any rate, at least ``rate x points - most(rate x priority -
    1)`` people, and at most ``most(rate x priority + 1) - rate x points``.
    """
    scale, instance = found.scale, found.instance
    priority = (instance.priority - 1) // scale
    points, last = found.least // scale, found.most // scale
    ranked = np.sort(priority)
    fewest = int(np.searchsorted(np.cumsum(ranked[::-1]), points))
    fewest += points > 0
    most = most_of(priority, last)
    if points == last:  # the priorities are proven: what is above them are heads
        most = min(most, found.most - scale * points)
        _limit(found, [(scale, -1)], clock)
    _limit(found, RATES, clock)
    for (rate, sign), limit in found.limits.items():
        if sign > 0:
            most = min(most, limit - rate * points)
        else:
            fewest = max(fewest, rate * points - limit)
    if by_twos(instance):
        return fewest + fewest % 2, most - most % 2
    return fewest, most


def _limit(found: Reach, rates: Sequence[tuple[int, int]], clock: Clock) -> None:
    """Bound what any plan is worth where everybody matched is worth rate x priority and one more, or less."""
    priority = (found.instance.priority - 1) // found.scale
    for rate, sign in rates:
        if (rate, sign) not in found.limits and not clock.over:
            found.limits[rate, sign] = _most(found, rate * priority + sign, clock)


def _most(found: Reach, gain: Ints, clock: Clock) -> int:
    """A bound on what any plan is worth where everybody matched is worth their gain."""
    engine, net = found.engine, found.engine.net
    assert net is not None
    instance = copy(found.instance)
    instance.priority = gain
    settled = sum(int(gain[found.instance.index[who]]) for who in {visit.visitor for visit in found.pins})
    most = flow_bound(engine, gain)
    if not clock.over and is_listed(engine, clock):
        choices = choices_of(instance, net.edges.left, net.edges.right, engine.busy)
        model = build(instance, choices, engine.room)
        objective = model.worth["people"]
        relaxed = relax(model, objective, clock)
        if relaxed is not None:
            most = min(most, math.floor(priced(model, objective, relaxed.prices)[0] + 1e-4))
    return settled + most


def _chained(found: Reach, clock: Clock) -> None:
    """Bring in whom chains can, as long as time lasts and somebody can still be brought in."""
    standing = Standing(found.instance.problem, found.visits)
    chains = Chains(standing)
    for i in range(len(standing.team)):
        if clock.over or (not found.scale and standing.heads >= found.most):
            break
        if standing.cap[i] and not standing.made[i]:
            chains.keep(i, Leave(), steps=STEPS)
    _better(found, standing.visits())


def _better(found: Reach, visits: Sequence[Visit]) -> None:
    """Another plan, where it is worth more."""
    worth = found.worth(visits)
    if worth > found.least:
        found.least, found.visits = worth, visits


def _relaxed(found: Reach, clock: Clock, like: Expected | None) -> None:
    """A bound by the linear relaxation, and a plan among what it likes and what the plan at hand has."""
    instance, engine, pinned = found.instance, found.engine, found.engine.base["people"]
    choices, model = model_of(engine)
    objective = model.worth["people"]
    with clock.within(0.7):
        solved = relaxation(engine, choices, model, clock, found.expected, like)
    if solved is None:
        return
    relaxed, found.expected = solved
    limit, reduced = priced(model, objective, relaxed.prices)
    found.most = max(found.least, min(found.most, _even(found, pinned + math.floor(limit + 1e-4))))
    if found.scale:
        _limit(found, RATES, clock)
    if found.exact or clock.over:
        return
    liked = (relaxed.columns[: len(choices)] > 1e-6) | _planned(instance, choices, found.visits)
    _matched_anew(found, choices.take(liked), clock, seconds=clock.left / (3 if found.scale else 1))
    useful = reduced[: len(choices)] >= found.least - pinned - limit - 1e-6
    if found.most > found.least and int(useful.sum()) <= WHOLE:
        bound = _matched_anew(
            found, choices.take(useful), clock, seconds=clock.left / (3 if found.scale else 1)
        )
        found.most = max(found.least, min(found.most, _even(found, bound)))


def _matched_anew(found: Reach, choices: Choices, clock: Clock, *, seconds: float) -> int:
    """The best plan of these choices, kept where it is better; returns a bound on all plans of them."""
    model = build(found.instance, choices, found.engine.room)
    solved = solve_integer(model, model.worth["people"], clock, seconds=seconds)
    if solved.chosen is not None:
        chosen = visits_of(found.instance, choices.take(solved.chosen[: len(choices)]))
        _better(found, [*found.pins, *chosen])
    if solved.proven or solved.infeasible:
        return found.least
    return found.engine.base["people"] + math.floor(min(solved.bound, 1e15) + 1e-4)


def _planned(instance: Instance, choices: Choices, visits: Sequence[Visit]) -> Bools:
    """Which of the choices a plan has."""
    index = instance.index
    there = {(index[v.visitor], index[v.host], v.day) for v in visits}
    return np.array(
        [
            (a, b, day) in there and (other < 0 or (b, a, other) in there)
            for a, b, day, other in choices.rows()
        ],
        dtype=bool,
    )
