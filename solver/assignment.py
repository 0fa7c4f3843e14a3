"""Assigns people to each other by a min-cost flow, and bounds every plan from above by the flow's prices.

Days are left out here: an edge is worth what it could be worth on its best days. That makes the flow's
optimum a bound on every real plan, and a good target for the day stage (`solver.days`).

The bound needs no trust in the flow: for *any* prices u (left people) and v (right people)

    sum over left  max(0 or more units) of what the person is worth - u
  + sum over right max(0 or more units) of what the person is worth - v
  + sum over edges max(0, worth + u + v)

is at least the value of every plan (Lagrange). Prices that come out of an optimal flow make it tight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from solver.edges import Edges, edge_worth, merged, possible
from solver.flowing import Arcs, cheapest_flow
from solver.instance import COMPILED, Bools, Instance, Ints
from solver.limits import Clock
from solver.matching import Matching, Pairs
from solver.room import Room
from solver.sums import FITS

FLOW = 100_000
"""Up to so many edges a flow is quick enough; above, where everybody has one match at most, a matching is
quicker.
"""
_LARGEST_UNIT = 10**10
_HUGE = np.int64(1) << np.int64(60)


@dataclass(frozen=True)
class Network:
    """Edges with their worth, and how many matches each person may still have on either side."""

    instance: Instance
    edges: Edges
    settled: Ints
    worth: dict[str, Ints]
    left_room: Ints
    right_room: Ints
    left_gain: Ints
    right_gain: Ints

    def combined(self, weights: Mapping[str, int]) -> Ints:
        """Worth of each edge under one weight per level (``people`` is in the gains)."""
        total = np.zeros(len(self.edges), dtype=np.int64)
        for level, worth in self.worth.items():
            if weights.get(level):
                total += weights[level] * worth
        return total

    def beyond(self, weights: Mapping[str, int], prices: Prices) -> Ints:
        """What each edge is worth beyond the prices of its people: below zero where it falls short."""
        return self.combined(weights) + prices.left[self.edges.left] + prices.right[self.edges.right]

    def span(self, level: str) -> int:
        """The most that one edge adds to a level."""
        worth = self.worth.get(level)
        if worth is None:
            return 2 * int(self.instance.priority.max(initial=0))
        return int(np.abs(worth).max(initial=0))

    def most(self, level: str) -> int:
        """What no plan adds to a level, whatever the prices."""
        if level == "travel":
            return 0
        if level == "people":
            return int(self.left_gain[self.left_room > 0].sum() + self.right_gain[self.right_room > 0].sum())
        return min(int(self.left_room.sum()), int(self.right_room.sum())) * self.span(level)


@dataclass(frozen=True)
class Prices:
    """One price for each person as left and as right (see the module's formula)."""

    left: Ints
    right: Ints


def network(instance: Instance, edges: Edges, room: Room, settled: Ints) -> Network:
    """The network of an instance within what room there is.

    ``settled`` are the sorted keys (left x people + right) of the matches that took the rest: no pair meets
    twice.
    """
    keep = (room.left[edges.left] > 0) & (room.right[edges.right] > 0)
    if len(settled):
        keep &= ~np.isin(edges.left * instance.n + edges.right, settled)
    edges = Edges(edges.left[keep], edges.right[keep], edges.complete)
    worth = edge_worth(instance, edges.left, edges.right)
    gain = np.where(room.matched, 0, instance.priority)
    left, right = room.left, room.right
    if instance.swap:
        left, right = np.where(instance.front, 0, left), np.where(instance.front, right, 0)
        return Network(instance, edges, settled, worth, left, right, gain, gain)
    return Network(instance, edges, settled, worth, left, right, gain, np.zeros_like(gain))


def assign(
    net: Network, weights: Mapping[str, int], clock: Clock | None = None, near: Prices | None = None
) -> tuple[Bools, Prices]:
    """The edges of a best assignment, and optimal prices, the sooner the nearer other prices (``near``) are.

    Raises `Stopped` where the clock says so.
    """
    n, edges = net.instance.n, net.edges
    worth = net.combined(weights)
    people = weights.get("people", 0)
    who = np.arange(n, dtype=np.int64)
    left, right = who[net.left_room > 0], who[net.right_room > 0]
    more_left, more_right = who[net.left_room > 1], who[net.right_room > 1]
    source, sink = 2 * n, 2 * n + 1
    supply = int(net.left_room.sum())
    tail = np.concatenate(
        [edges.left, np.full(len(left) + len(more_left), source), right + n, more_right + n, [source]]
    )
    head = np.concatenate(
        [edges.right + n, left, more_left, np.full(len(right) + len(more_right), sink), [sink]]
    )
    room = np.concatenate(
        [
            np.ones(len(edges), dtype=np.int64),
            np.ones(len(left), dtype=np.int64),
            net.left_room[more_left] - 1,
            np.ones(len(right), dtype=np.int64),
            net.right_room[more_right] - 1,
            [supply],
        ]
    )
    cost = np.concatenate(
        [
            -worth,
            -people * net.left_gain[left],
            np.zeros(len(more_left), dtype=np.int64),
            -people * net.right_gain[right],
            np.zeros(len(more_right), dtype=np.int64),
            [0],
        ]
    )
    if len(edges) > FLOW and not len(more_left) and not len(more_right):
        met = matching(net, weights, clock, near).met
        goes, comes = (np.isin(who, side[met]) for who, side in ((left, edges.left), (right, edges.right)))
        used = np.concatenate([met, goes, comes, [supply - met.sum()]])
    else:
        used = cheapest_flow(Arcs(tail, head, room, cost, np.array([source, sink, supply])), clock)
    distance = _distances(2 * n + 2, source, tail, head, cost, used, room)
    price_left = np.where(distance[:n] < _HUGE, -distance[:n], people * net.left_gain)
    # a right person nobody wants costs nothing: the lowest price that its own gain allows
    idle = np.zeros(n, dtype=bool)
    idle[right] = True
    idle[edges.right[used[: len(edges)] > 0]] = False
    price_right = np.where(
        idle | (distance[n : 2 * n] >= _HUGE), people * net.right_gain, distance[n : 2 * n]
    )
    return used[: len(edges)] > 0, Prices(price_left, price_right)


def matching(
    net: Network, weights: Mapping[str, int], clock: Clock | None = None, near: Prices | None = None
) -> Matching:
    """The best assignment where nobody may have more than one match, as a matching of the network's edges.

    Raises `Stopped` where the clock says so.
    """
    edges, people = net.edges, weights.get("people", 0)
    left, right = np.flatnonzero(net.left_room > 0), np.flatnonzero(net.right_room > 0)
    pairs = Pairs(
        np.searchsorted(left, edges.left),
        np.searchsorted(right, edges.right),
        net.combined(weights) + people * (net.left_gain[edges.left] + net.right_gain[edges.right]),
        (len(left), len(right)),
    )
    price = None if near is None else np.maximum(0, people * net.right_gain - near.right)[right]
    return Matching(pairs, clock, price)


def _distances(nodes: int, source: int, tail: Ints, head: Ints, cost: Ints, used: Ints, room: Ints) -> Ints:
    """Shortest distances from the source over what the flow leaves open (Bellman-Ford on arrays)."""
    forward, backward = used < room, used > 0
    a = np.concatenate([tail[forward], head[backward]])
    b = np.concatenate([head[forward], tail[backward]])
    c = np.concatenate([cost[forward], -cost[backward]])
    order = np.argsort(b, kind="stable")
    a, b, c = a[order], b[order], c[order]
    start = (
        np.flatnonzero(np.concatenate([[True], b[1:] != b[:-1]])) if len(b) else np.zeros(0, dtype=np.int64)
    )
    target = b[start]
    distance = np.full(nodes, _HUGE, dtype=np.int64)
    distance[source] = 0
    for _ in range(nodes):
        best = np.minimum.reduceat(distance[a] + c, start) if len(start) else np.zeros(0, dtype=np.int64)
        best = np.where(best > _HUGE // 2, _HUGE, best)
        closer = best < distance[target]
        if not closer.any():
            break
        distance[target[closer]] = best[closer]
    return distance


# -- bounds --


def bound(net: Network, weights: Mapping[str, int], prices: Prices) -> int:
    """An upper bound on ``sum of weight x level`` over every plan, from any prices."""
    people = weights.get("people", 0)
    total = int(units(net.left_room, people * net.left_gain, prices.left))
    total += int(units(net.right_room, people * net.right_gain, prices.right))
    total += int(np.maximum(0, net.beyond(weights, prices)).sum())
    if not net.edges.complete:
        total += sum(excess for _, _, excess in _missing(net, weights, prices))
    return total


def units(room: Ints, gain: Ints, price: Ints) -> int:
    """Best of taking no, one, or all units of each person, summed; only the first unit gains."""
    some = room > 0
    first = gain[some] - price[some]
    more = (room[some] - 1) * np.maximum(0, -price[some])
    return int(np.maximum(0, first + more).sum())


def overlooked(
    net: Network, weights: Mapping[str, int], prices: Prices, clock: Clock | None = None, *, each: int = 6
) -> Edges:
    """The network's edges and those missing ones that the prices say could improve the assignment.

    Raises `Stopped` where the clock says so.
    """
    left, right = [net.edges.left], [net.edges.right]
    for a, b, _ in _missing(net, weights, prices, clock, each=each):
        left.append(a)
        right.append(b)
    if len(left) == 1:
        return net.edges
    return merged(net.instance, np.concatenate(left), np.concatenate(right))


def _missing(
    net: Network,
    weights: Mapping[str, int],
    prices: Prices,
    clock: Clock | None = None,
    *,
    each: int | None = None,
) -> list[tuple[Ints, Ints, int]]:
    """Feasible pairs that are no edges and have worth + u + v > 0, and by how much they may lift the bound.

    People of one site are compared with everybody in reach; only pairs whose prices cannot pay the journey
    are looked at closely.
    """
    instance, n = net.instance, net.instance.n
    known = np.sort(np.concatenate([net.edges.left * n + net.edges.right, net.settled]))
    found = []
    left_at, right_at = _by_site(instance, net.left_room > 0), _by_site(instance, net.right_room > 0)
    per_visit = weights.get("travel", 0) * (2 if instance.swap else 1)
    extra = weights.get("days", 0) * (2 if instance.swap else 1) if any(instance.good) else 0
    for s, here in enumerate(left_at):
        reach = [right_at[t] for t in np.flatnonzero(instance.near[s])]
        rights = np.concatenate(reach) if reach else np.zeros(0, dtype=np.int64)
        if not len(here) or not len(rights):
            continue
        if clock is not None:
            clock.go_on()
        cost = per_visit * instance.minutes[s, instance.team_site[instance.team[rights]]] - extra
        spare = prices.right[rights] - cost
        lefts = here[prices.left[here] + spare.max() > 0]
        if not len(lefts):
            continue
        useful = spare > -prices.left[lefts].max()
        rights, spare = rights[useful], spare[useful]
        step = max(1, 4_000_000 // max(1, len(rights)))
        for k in range(0, len(lefts), step):
            block = lefts[k : k + step]
            a, b = _wanted(instance, prices.left[block], block, spare, rights)
            part = _violating(net, weights, prices, known, a, b, each)
            if part is not None:
                found.append(part)
    return found


def _wanted(instance: Instance, price: Ints, lefts: Ints, spare: Ints, rights: Ints) -> tuple[Ints, Ints]:
    """Pairs of left and right people whose prices pay the journey, and who may have days in common."""
    if instance.n <= COMPILED:
        row, column = np.nonzero(price[:, None] > -spare[None, :])
        return lefts[row], rights[column]
    from solver.kernels.pairs import BOTH, THERE, wanted  # here: loading the compiler takes half a second

    falls = np.argsort(-spare, kind="stable")
    rights, found = rights[falls], np.empty((len(lefts) * len(rights), 2), dtype=np.int32)
    days, way = (instance.leave_words, instance.host_words, instance.front), BOTH if instance.swap else THERE
    count = wanted(price, lefts, spare[falls], rights, *days, way, found)
    row, column = found[:count].T
    return lefts[row], rights[column]


def _violating(
    net: Network, weights: Mapping[str, int], prices: Prices, known: Ints, a: Ints, b: Ints, each: int | None
) -> tuple[Ints, Ints, int] | None:
    instance = net.instance
    if not len(a):
        return None
    keys = a * instance.n + b
    at = np.searchsorted(known, keys)
    at[at == len(known)] = 0
    fresh = known[at] != keys if len(known) else np.ones(len(keys), dtype=bool)
    a, b = a[fresh], b[fresh]
    ok = possible(instance, a, b)
    a, b = a[ok], b[ok]
    worth = edge_worth(instance, a, b)
    over = prices.left[a] + prices.right[b]
    for level, values in worth.items():
        if weights.get(level):
            over = over + weights[level] * values
    wrong = over > 0
    a, b, over = a[wrong], b[wrong], over[wrong]
    if not len(a):
        return None
    if each is not None:
        chosen = np.zeros(len(a), dtype=bool)
        for who in (a, b):
            order = np.lexsort((-over, who))
            rank = np.arange(len(order)) - np.searchsorted(who[order], who[order])
            chosen[order[rank < each]] = True
        return a[chosen], b[chosen], int(over.sum())
    # a person's edges carry at most as many units as the person has room: the best of them bounds all
    order = np.lexsort((-over, a))
    first = np.concatenate([[True], a[order][1:] != a[order][:-1]])
    lifted = int((over[order][first] * net.left_room[a[order][first]]).sum())
    return a, b, min(lifted, int(over.sum()))


def _by_site(instance: Instance, wanted: Bools) -> list[Ints]:
    who = np.flatnonzero(wanted)
    sites = instance.team_site[instance.team[who]]
    order = np.argsort(sites, kind="stable")
    cuts = np.searchsorted(sites[order], np.arange(instance.S + 1))
    return [who[order[cuts[s] : cuts[s + 1]]] for s in range(instance.S)]


def rounded(prices: Prices, unit: int) -> Prices:
    """Prices in units of a higher level: what is left of them when the lower levels do not count."""
    half = unit // 2
    return Prices((prices.left + half) // unit, (prices.right + half) // unit)


def level_weights(net: Network, order: Sequence[str]) -> tuple[dict[str, int], set[str]]:
    """Weights, and the levels whose weight is strict.

    They put each level of the order above everything the later ones could add up to.

    The first level only gets a good margin over one exchange, and so does any level whose strict weight
    would be too large to compute with: bounds hold with any weights, and values are measured, so that costs
    no truth.
    """
    weights, strictly, one = _weights(net, order, _LARGEST_UNIT)
    if one * (net.instance.n + 2) >= FITS:
        weights, strictly, one = _weights(net, order, 0)
    return weights, strictly


def _weights(net: Network, order: Sequence[str], largest: int) -> tuple[dict[str, int], set[str], int]:
    """The weights, those that are strict, none above ``largest``, and the most that one edge is worth."""
    units = max(1, min(int(net.left_room.sum()), int(net.right_room.sum())))
    weights: dict[str, int] = {}
    strictly = set(order)
    unit, one, exact = 1, 0, True  # one: what one edge can add on the levels so far
    for place, level in reversed(list(enumerate(order))):
        span = net.span(level)
        weights[level] = unit if span else 0
        if not exact:
            strictly.discard(level)
        if not span:
            continue
        one += unit * span
        strict = one * units + 1
        exact = place > 1 and strict < largest
        unit = strict if exact else 8 * one + 1
    return weights, strictly, one
