"""Improves a plan piece by piece: free some people, match them anew exactly, keep what is better.

Where to look comes from the prices of the assignment (`solver.assignment`): the distance of a plan from its
bound is the sum of what single matches and unmatched people fall short of their prices. Those are the
culprits; a plan without culprits is optimal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from solver.assignment import Network, Prices, units
from solver.choices import Choices, choices_on, distinct, joined
from solver.days import AWAY, VISITORS, Board, Days
from solver.instance import Instance, Ints, Words, sorted_set, words_of
from solver.limits import Clock
from solver.mip import solve_integer
from solver.model import build, leg_worth, weighted
from solver.problem import days_of
from solver.room import Room

COLUMNS = 4_000
"""A piece of up to 400 people has about so many choices at most; more are thinned out, those in use stay."""
PAIRS = 400
"""A piece of up to 130 people has at most so many pairs, the best by price; larger ones three a person."""


@dataclass(frozen=True)
class Target:
    """Edges by left and by right person, and what each falls short of the prices (0: could be optimal)."""

    net: Network
    weights: Mapping[str, int]
    prices: Prices
    short: Ints
    by_left: Ints
    by_right: Ints
    left_start: Ints
    right_start: Ints

    @classmethod
    def of(cls, net: Network, weights: Mapping[str, int], prices: Prices) -> Target:
        edges, n = net.edges, net.instance.n
        short = -net.beyond(weights, prices)
        by_left = np.lexsort((short, edges.left))
        by_right = np.lexsort((short, edges.right))
        people = np.arange(n + 1)
        return cls(
            net,
            weights,
            prices,
            short,
            by_left,
            by_right,
            np.searchsorted(edges.left[by_left], people),
            np.searchsorted(edges.right[by_right], people),
        )

    def edges_of(self, person: int, most: int) -> Ints:
        """The best edges of a person, at most so many as left and as right."""
        low, high = self.left_start[person], self.left_start[person + 1]
        mine = self.by_left[low : min(high, low + most)]
        low, high = self.right_start[person], self.right_start[person + 1]
        return np.concatenate([mine, self.by_right[low : min(high, low + most)]])

    def best(self, each: int) -> Ints:
        """Everybody's best edges, so many as left and as right."""
        chosen = np.zeros(len(self.short), dtype=bool)
        for order, start, who in (
            (self.by_left, self.left_start, self.net.edges.left),
            (self.by_right, self.right_start, self.net.edges.right),
        ):
            chosen[order[np.arange(len(order)) - start[who[order]] < each]] = True
        return np.flatnonzero(chosen)

    def among(self, people: Ints, slack: int) -> Ints:
        """The edges between these people that fall short by at most ``slack``."""
        inside = np.zeros(self.net.instance.n, dtype=bool)
        inside[people] = True
        rows = [self.by_left[self.left_start[p] : self.left_start[p + 1]] for p in people.tolist()]
        edges = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
        good = inside[self.net.edges.right[edges]] & (self.short[edges] <= slack)
        edges = edges[good]
        return np.asarray(edges[np.argsort(self.short[edges], kind="stable")])

    def price_of(self, people: Ints, room: Room) -> int:
        """The bound's share of these people within this room: no matching among them is worth more."""
        weight, net = self.weights.get("people", 0), self.net
        gain = np.where(room.matched, 0, net.instance.priority) * weight
        sides = [(room.left, gain, self.prices.left), (room.right, gain, self.prices.right)]
        if net.instance.swap:
            front = net.instance.front[people]
            parts = [(people[~front], *sides[0]), (people[front], *sides[1])]
        else:
            parts = [(people, *sides[0]), (people, room.right, np.zeros_like(gain), self.prices.right)]
        return sum(units(left[who], worth[who], price[who]) for who, left, worth, price in parts)


def culprits(board: Board, target: Target) -> list[tuple[int, ...]]:
    """Matches and unmatched people that fall short of the prices, the worst first."""
    net, weight = target.net, target.weights.get("people", 0)
    choices = board.choices()
    room = board.room()
    fixed = [board.fixed[m] for m in board.live()]
    total = np.zeros(len(choices), dtype=np.int64)
    for level, values in leg_worth(board.instance, choices).items():
        total += target.weights.get(level, 0) * values
    short = -(total + target.prices.left[choices.a] + target.prices.right[choices.b])
    found: list[tuple[int, tuple[int, ...]]] = [
        (int(s), (int(a), int(b)))
        for s, a, b, pinned in zip(short, choices.a, choices.b, fixed, strict=True)
        if s > 0 and not pinned
    ]
    idle_left = (room.left > 0) & (room.left == net.left_room) & (net.left_room > 0)
    idle_right = (room.right > 0) & (room.right == net.right_room) & (net.right_room > 0)
    for idle, gain, price in (
        (idle_left, net.left_gain, target.prices.left),
        (idle_right, net.right_gain, target.prices.right),
    ):
        lost = np.maximum(0, weight * gain - price)
        found += [(int(lost[p]), (int(p),)) for p in np.flatnonzero(idle & (lost > 0))]
    return [who for _, who in sorted(found, key=lambda item: (-item[0], item[1]))]


def rematch(
    board: Board, target: Target, people: Ints, clock: Clock, *, seconds: float, slack: int | None = None
) -> int:
    """Match these people anew as well as possible among themselves; returns by how much the plan got better.

    An edge that falls short of the prices by more than the people do now cannot be part of anything better.
    """
    instance = board.instance
    inside = set(people.tolist())
    lifted: list[tuple[int, int, Days]] = []
    for match in sorted({m for p in inside for m in board.of_person[p]}):
        days = board.days[match]
        if days is None or board.fixed[match]:
            continue
        a, b = board.left[match], board.right[match]
        if a in inside and b in inside:
            lifted.append((a, b, days))
            board.remove(match)
    room = board.room()
    current = _table(lifted)
    before = value_of(instance, current, room, target.weights)
    most = target.price_of(people, room) - before
    edges = target.among(people, most if slack is None else min(slack, most))
    left, right = target.net.edges.left[edges], target.net.edges.right[edges]
    fits = (room.left[left] > 0) & (room.right[right] > 0)
    left, right = left[fits], right[fits]
    if board.has_repeats and len(left):
        taken = np.array([board.left[m] * instance.n + board.right[m] for m in board.live()], dtype=np.int64)
        fresh = ~np.isin(left * instance.n + right, taken)
        left, right = left[fresh], right[fresh]
    chosen, gain = current, 0
    if most > 0 and len(left):
        choices = _thinned(board, left, right, current, len(people))
        model = build(instance, choices, room)
        objective = weighted(model, target.weights)
        solved = solve_integer(model, objective, clock, seconds=seconds)
        if solved.chosen is not None:
            after = int(objective[solved.chosen].sum())
            if after > before:
                chosen, gain = choices.take(solved.chosen[: len(choices)]), after - before
    for a, b, day, other in zip(
        *(c.tolist() for c in (chosen.a, chosen.b, chosen.day, chosen.other)), strict=True
    ):
        board.put(board.add(a, b), (day, other))
    return gain


def _table(rows: Iterable[tuple[int, int, Days]]) -> Choices:
    table = np.array([(a, b, d[0], d[1]) for a, b, d in rows], dtype=np.int64).reshape(-1, 4)
    return Choices(table[:, 0], table[:, 1], table[:, 2], table[:, 3])


def value_of(instance: Instance, choices: Choices, room: Room, weights: Mapping[str, int]) -> int:
    """What these choices together add, all levels by weight."""
    return int(weighted(build(instance, choices, room), weights).sum())


def open_days(board: Board, visitor: Ints, host: Ints) -> Words:
    """Day masks of visits that could be added to the board now."""
    instance = board.instance
    days = instance.leg_days(visitor, host)
    people = sorted_set(np.concatenate([visitor, host]))
    busy = np.zeros((instance.n, days.shape[1]), dtype=np.uint64)
    busy[people] = words_of([board.busy[p] for p in people.tolist()], instance.D)
    away = words_of(board.open[AWAY], instance.D)
    visitors = words_of(board.open[VISITORS], instance.D)
    free = ~(busy[visitor] | busy[host]) & away[instance.team[visitor]] & visitors[instance.team[host]]
    return np.asarray(days & free)


def _thinned(board: Board, left: Ints, right: Ints, current: Choices, size: int) -> Choices:
    """The choices of these pairs (best pairs first) that are free now, thinned out, and the current ones."""
    instance = board.instance
    pairs, columns = max(PAIRS, 3 * size), max(COLUMNS, 10 * size)
    left, right = left[:pairs], right[:pairs]
    there = open_days(board, left, right)
    home = open_days(board, right, left) if instance.swap else there
    choices = choices_on(instance, left, right, there, home)
    if len(choices) > columns:
        keys = choices.a * instance.n + choices.b
        mixed = (
            choices.day * 7919 + choices.other * 104_729 + keys
        ) % 65_537  # days spread, the same each time
        order = np.lexsort((mixed, keys))
        rank = np.arange(len(order)) - np.searchsorted(keys[order], keys[order])
        choices = choices.take(np.sort(order[rank < max(2, columns // max(1, len(left)))]))
    return distinct(joined([current, choices]))


def piece_around(board: Board, target: Target, seeds: Iterable[int], *, size: int) -> Ints:
    """People around some: their best partners, whom those are with now, and who holds their teams' places."""
    people: dict[int, None] = dict.fromkeys(seeds)
    edges = target.net.edges

    def add(person: int) -> None:
        people.setdefault(person)
        for match in board.of_person[person]:
            if board.days[match] is not None and not board.fixed[match]:
                people.setdefault(board.left[match])
                people.setdefault(board.right[match])

    first = list(people)
    for person in first:
        add(person)
    for person in first:
        for match in _neighbours(board, person)[: size // 2]:
            people.setdefault(board.left[match])
            people.setdefault(board.right[match])
    reach = 0
    while len(people) < size and reach < len(people):
        person = list(people)[reach]
        for edge in target.edges_of(person, 4).tolist():
            add(int(edges.left[edge]))
            add(int(edges.right[edge]))
        reach += 1
    return np.array(list(people)[: size + size // 2], dtype=np.int64)


def _neighbours(board: Board, person: int) -> list[int]:
    """Matches that hold a place of the person's team on a day the person offers."""
    team = board.team[person]
    found: dict[int, None] = {}
    for kind, mask in ((AWAY, board.instance.leave[person]), (VISITORS, board.instance.host[person])):
        full = mask & ~board.open[kind][team]
        for day in days_of(full):
            for match in sorted(board.holders.get((kind, team, day), ())):
                if not board.fixed[match]:
                    found.setdefault(match)
    return list(found)
