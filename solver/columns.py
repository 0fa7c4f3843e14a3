"""The linear relaxation over every choice of some pairs, without listing the choices.

A relaxation over a few choices of each pair gives every row a price; by these prices the best choice of each
pair is found day by day, and those that are worth more than their rows cost join. Once none is, the bound
holds for all choices. A pair has hundreds of choices, and hardly any of them ever joins.

    worth of a choice = what the pair is worth whatever the days
                      + what its first day is worth, less the prices of two people and two teams on that day
                      + in a swap, the same for its second day
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from solver.choices import Choices, choices_on, distinct, joined
from solver.edges import Edges
from solver.instance import Bools, Instance, Ints, Words
from solver.limits import Clock
from solver.mip import Floats, priced
from solver.model import AWAY, DAY, GRANTED, MATCHED, VISITORS, Model, build, leg_worth, weighted
from solver.room import Room
from solver.simplex import Basis, Names, moved, relax

EACH, MORE = 3, 32
"""Choices of each pair that the relaxation starts with; so many of a pair join where one is wanted."""
BLOCK, AT_ONCE = 20_000, 200_000
"""So many pairs are looked at together; of a million pairs so many are held at once."""
JOINING = 15_000
"""At least so many of the most wanted choices join at once, where so many are wanted."""
MOST = 80_000
"""No more choices take part: each costs a kilobyte."""
MANY = 1_000
"""Rounds of a relaxation that shall go on until no choice is wanted."""
JITTER = 0.5
"""Among a pair's choices of nearly the same worth any may join: all would crowd into the same days."""
_PLACES = 1 << 48


@dataclass(frozen=True)
class Upper:
    """A bound on every plan of some pairs, and the row prices that give it."""

    bound: float
    value: float
    """What the choices that the relaxation looked at give: the bound, once none is missing."""
    prices: _Prices
    best: Floats
    """What the best choice of each pair is worth beyond the prices."""
    choices: Choices
    """Those that the relaxation looked at,"""
    short: Floats
    """by how much each falls short of the prices,"""
    taken: Bools
    """and which it takes, wholly or in part."""


class Columns:
    """Pairs (``left``, ``right``) within what room there is, each level counting by its weight."""

    def __init__(
        self,
        instance: Instance,
        left: Ints,
        right: Ints,
        room: Room,
        busy: Words,
        weights: Mapping[str, int],
        plan: Choices | None = None,
        before: Columns | None = None,
    ) -> None:
        self.instance, self.room, self.busy, self.weights = instance, room, busy, weights
        self.left, self.right = left, right
        self.plan = joined([]) if plan is None else plan
        """A plan that the relaxation starts with: prices are then near the right ones from the beginning."""
        free = ~(busy[left] | busy[right])
        self.there = instance.leg_days(left, right) & free
        self.home = instance.leg_days(right, left) & free if instance.swap else self.there
        none = np.zeros(len(left), dtype=np.int64)
        pairs = Choices(left, right, none, none if instance.swap else none - 1)
        model = build(instance, pairs, room, pairs_only=True)
        worth = weighted(model, weights)
        worth[: len(left)] -= self._by_days(leg_worth(instance, pairs))
        self.worth = worth[: len(left)].astype(np.float64)
        by_pair = model.column < len(left)
        self.column, self.entry = model.column[by_pair], model.entry[by_pair]
        self.code = _code(model)[model.row[by_pair]]
        helper = ((model.kind == MATCHED) | (model.kind == GRANTED))[model.row] & ~by_pair
        self.helper_code = _code(model)[model.row[helper]]
        """The row of each helper, and what the helper is worth."""
        self.helper_worth = worth[model.column[helper]].astype(np.float64)
        self.last: Upper | None = None
        # What was looked at for other weights is near what these need.
        self.choices: Choices = before.choices if before else joined([])
        self.stood: tuple[Names, Basis] | None = before.stood if before else None
        """Where the simplex method stood."""
        self.rng = np.random.default_rng(0)

    def relax(
        self, clock: Clock, first: int, enough: int, rounds: int = MANY, known: float = math.inf
    ) -> Upper | None:
        """The relaxation over the first so many pairs; None where time runs out before there is a bound.

        It goes on from what it did before, and ends early once the bound is below ``enough`` + 1, or once its
        value shows that it will not be below a ``known`` bound.
        """
        pairs = np.arange(first)
        best: Upper | None = None
        if self.last is None and self.stood is None:
            self.choices = self._candidates(pairs, _Prices.none(self), -np.inf, EACH * first)[1]
        else:
            wanted = self.left[:first] * self.instance.n + self.right[:first]
            keys = self.choices.a * self.instance.n + self.choices.b
            self.choices = self.choices.take(np.isin(keys, wanted))
        more = self.plan if self.last is None else self._candidates(pairs, self.last.prices, 1e-6, JOINING)[1]
        self._join(more)
        for _ in range(rounds):
            if clock.over or len(self.choices) > MOST:
                break
            model = build(self.instance, self.choices, self.room)
            objective = weighted(model, self.weights)
            names = names_of(self.instance, self.choices, model)
            solved = relax(model, objective, clock, self.stood and moved(*self.stood, names))
            if solved is None:
                break
            self.stood = names, solved.basis
            prices = _Prices.of(self, model, solved.prices)
            over, more = self._candidates(pairs, prices, 1e-6, max(JOINING, len(self.choices) // 4))
            bound = float(solved.prices @ model.right) + self._left_open(prices, over)
            value = float(objective @ solved.columns)
            if best is None or bound < best.bound or value > known - 1e-4:
                size = len(self.choices)
                short = priced(model, objective, solved.prices)[1][:size]
                best = Upper(bound, value, prices, over, self.choices, -short, solved.columns[:size] > 1e-6)
            self.last = best
            if best.bound < enough + 1 - 1e-4 or value > known - 1e-4 or not self._join(more):
                break
        return best

    def _join(self, more: Choices) -> bool:
        """Let choices take part; whether any is new."""
        size = len(self.choices)
        self.choices = distinct(joined([self.choices, more]))
        return len(self.choices) > size

    def near(self, upper: Upper, gap: float, most: int) -> Choices | None:
        """Every choice that falls short of the prices by at most ``gap``; None for more than ``most``."""
        pairs = np.flatnonzero(upper.best >= -gap)
        constant = self._constant(upper.prices)
        found, size = [], 0
        for k in range(0, len(pairs), BLOCK // 10):
            block = pairs[k : k + BLOCK // 10]
            left, right = self.left[block], self.right[block]
            first, second = self._days(block, upper.prices)
            choices = choices_on(self.instance, left, right, self.there[block], self.home[block])
            keys = left * self.instance.n + right
            order = np.argsort(keys)
            row = order[np.searchsorted(keys[order], choices.a * self.instance.n + choices.b)]
            over = constant[block][row] + first[row, choices.day]
            if self.instance.swap:
                over += second[row, choices.other]
            found.append(choices.take(over >= -gap))
            size += len(found[-1])
            if size > most:
                return None
        return joined(found)

    # -- what a choice is worth beyond the prices --

    def _candidates(self, pairs: Ints, prices: _Prices, above: float, most: int) -> tuple[Floats, Choices]:
        """What the best choice of each pair is worth beyond the prices, and where that is more than ``above``
        choices of the pair, the ``most`` wanted.
        """
        instance = self.instance
        best, parts, wanted = np.full(len(pairs), -np.inf), [], []
        constant = self._constant(prices)
        for k in range(0, len(pairs), BLOCK):
            block = pairs[k : k + BLOCK]
            total, second = self._days(block, prices)
            if instance.swap:
                total = total + _best_partner(second, instance.partners)
            total += constant[block, None]
            best[k : k + BLOCK] = total.max(axis=1, initial=-np.inf)
            some = min(EACH if above < 0 else MORE, total.shape[1])
            liked = total + JITTER * self.rng.random(total.shape)
            day = np.argpartition(-liked, some - 1, axis=1)[:, :some]
            wide = total.max(axis=1, initial=-np.inf) > above
            row, rank = np.nonzero((np.take_along_axis(total, day, axis=1) > above - JITTER) & wide[:, None])
            day = day[row, rank]
            other = np.full(len(row), -1)
            if instance.swap:
                open_ = np.where(_table(instance.partner_words, instance.D)[day], second[row], -np.inf)
                other = (open_ + JITTER * self.rng.random(open_.shape)).argmax(axis=1)
            parts.append(Choices(self.left[block][row], self.right[block][row], day, other))
            wanted.append(total[row, day])
        found = joined(parts)
        if len(found) > most:
            found = found.take(np.argsort(-np.concatenate(wanted), kind="stable")[:most])
        return best, found

    def _days(self, pairs: Ints, prices: _Prices) -> tuple[Floats, Floats]:
        """(pairs, days): what the first and the second visit add on each day; -infinity where impossible."""
        left, right = self.left[pairs], self.right[pairs]
        first = self._leg(left, right, self.there[pairs], prices)
        return first, self._leg(right, left, self.home[pairs], prices) if self.instance.swap else first

    def _leg(self, visitor: Ints, host: Ints, days: Words, prices: _Prices) -> Floats:
        instance, team = self.instance, self.instance.team
        cost = (
            prices.day[visitor] + prices.day[host] + prices.away[team[visitor]] + prices.visitors[team[host]]
        )
        worth = -cost
        if (instance.kept and self.weights.get("changes")) or any(instance.good):
            row = np.repeat(np.arange(len(visitor)), instance.D)
            day = np.tile(np.arange(instance.D), len(visitor))
            choices = Choices(visitor[row], host[row], day, np.full(len(day), -1))
            worth += self._by_days(leg_worth(instance, choices, first_only=True)).reshape(worth.shape)
        return np.where(_table(days, instance.D), worth, -np.inf)

    def _by_days(self, worth: Mapping[str, Ints]) -> Ints:
        """The part of choices' worth that depends on their days."""
        changes, days = (self.weights.get(level, 0) * worth[level] for level in ("changes", "days"))
        return changes + days

    def _constant(self, prices: _Prices) -> Floats:
        """What each pair is worth whatever the days, less the prices of its people."""
        paid = np.bincount(self.column, weights=prices.at(self.code) * self.entry, minlength=len(self.left))
        return self.worth - paid

    def _left_open(self, prices: _Prices, over: Floats) -> float:
        """What all choices and helpers together may add to the bound beyond the prices of the rows."""
        helpers = np.maximum(0.0, self.helper_worth - prices.at(self.helper_code)).sum()
        return _open(self.room, self.left[: len(over)], over) + float(helpers)


def names_of(instance: Instance, choices: Choices, model: Model) -> Names:
    """Columns are named by choice, helpers (below zero) and rows by what they limit."""
    columns, rows = np.zeros(model.columns, dtype=np.int64), _code(model)
    columns[: model.choices] = choices.names(instance.n, instance.D)
    helper = model.column >= model.choices
    columns[model.column[helper]] = -1 - rows[model.row[helper]]
    return Names(columns, rows)


def judged(
    instance: Instance,
    pairs: Edges,
    room: Room,
    busy: Words,
    weights: Mapping[str, int],
    model: Model,
    prices: Floats,
    clock: Clock,
    most: int = 0,
) -> tuple[float, Choices]:
    """What the row prices of a model over some choices say about every choice of these pairs: a bound on all
    plans, infinite where time runs out, and about so many of the choices that are worth more than the prices.
    """
    over, wanted, helpers = np.zeros(len(pairs)), list[Choices](), dict[int, float]()
    for k in range(0, len(pairs), AT_ONCE):
        if clock.over:
            return math.inf, joined(wanted)
        left, right = pairs.left[k : k + AT_ONCE], pairs.right[k : k + AT_ONCE]
        columns = Columns(instance, left, right, room, busy, weights)
        known = _Prices.of(columns, model, prices)
        share = most * len(left) // len(pairs)
        over[k : k + AT_ONCE], more = columns._candidates(np.arange(len(left)), known, 1e-6, share)
        wanted.append(more)
        beyond = np.maximum(0.0, columns.helper_worth - known.at(columns.helper_code))
        helpers |= dict(zip(columns.helper_code.tolist(), beyond.tolist(), strict=True))
    bound = float(prices @ model.right) + _open(room, pairs.left, over) + sum(helpers.values())
    return bound, joined(wanted)


def _open(room: Room, left: Ints, over: Floats) -> float:
    """What the best choices of pairs may add together, each person as often as there is room."""
    over, most = np.maximum(0.0, over), np.zeros(len(room.left))
    np.maximum.at(most, left, over)
    together = np.bincount(left, weights=over, minlength=len(most))
    return float(np.minimum(most * room.left, together).sum())


@dataclass(frozen=True)
class _Prices:
    """Prices of rows, by what they limit: people and teams by day, all others by a code."""

    day: Floats
    away: Floats
    visitors: Floats
    codes: Ints
    prices: Floats

    @classmethod
    def of(cls, columns: Columns, model: Model, prices: Floats) -> _Prices:
        """Those of a relaxation. A helper that is not in it is worth its row's price."""
        instance = columns.instance
        tables: list[Floats] = []
        for kind, size in ((DAY, instance.n), (AWAY, instance.T), (VISITORS, instance.T)):
            table = np.zeros(size * max(1, instance.D))
            table[model.key[model.kind == kind]] = prices[model.kind == kind]
            tables.append(table.reshape(size, -1))
        codes = np.concatenate([_code(model), columns.helper_code])
        codes, first = np.unique(codes, return_index=True)
        day, away, visitors = tables
        return cls(day, away, visitors, codes, np.concatenate([prices, columns.helper_worth])[first])

    @classmethod
    def none(cls, columns: Columns) -> _Prices:
        """Nothing costs anything."""
        people, teams = (
            np.zeros((size, columns.instance.D)) for size in (columns.instance.n, columns.instance.T)
        )
        return cls(people, teams, teams, np.zeros(0, dtype=np.int64), np.zeros(0))

    def at(self, codes: Ints) -> Floats:
        """The price of each row, 0 for those that are not limited."""
        if not len(self.codes):
            return np.zeros(len(codes))
        at = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
        return np.where(self.codes[at] == codes, self.prices[at], 0.0)


def _code(model: Model) -> Ints:
    return model.kind * _PLACES + model.key


def _table(words: Words, days: int) -> Bools:
    """(rows, days) from rows of words."""
    flags = np.unpackbits(np.ascontiguousarray(words.astype("<u8")).view(np.uint8), axis=1, bitorder="little")
    return flags[:, :days].astype(bool)


def _best_partner(second: Floats, partners: list[int]) -> Floats:
    """(pairs, days): what the best second visit adds where the first is on that day."""
    best = np.full(second.shape, -np.inf)
    for day, mask in enumerate(partners):
        others = [other for other in range(len(partners)) if mask >> other & 1]
        if others:
            best[:, day] = second[:, others].max(axis=1)
    return best
