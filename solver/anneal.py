"""Simulated annealing over pairs and days: `solver.kernels` with a problem's numbers, a clock, a temperature.

The search sees the levels through one weight each, large steps apart; whether what it found is better is
judged afterwards on the levels themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from solver.choices import Choices
from solver.edges import Edges, edge_worth
from solver.instance import Instance, Ints, Words
from solver.kernels.moves import run
from solver.kernels.plan import Field, Floats, Int32, State, put, total_worth
from solver.limits import Clock
from solver.room import Room

STEPS = (1.0, 0.1, 0.006, 0.0006, 0.00006)
"""What a point of each level is worth to the search, in the levels' order."""
MINUTE = 0.0001
"""What a minute of travel is worth at most: there are many."""
SLICE, LEAST = 100_000, 4
"""Moves between two looks at the clock, and how often as many are made though time is up: half a second that
turns an assignment into a good plan."""
SLOWER = 4
"""So many times longer a move takes where people may have several matches."""
COLD = 0.03
"""Below such a temperature, in points of the first level, a plan may be left as it is."""


def weights_of(order: Sequence[str]) -> dict[str, float]:
    """One weight a level."""
    weights = dict(zip(order, STEPS, strict=True))
    weights["travel"] = min(weights["travel"], MINUTE)
    return weights


class Search:
    """A plan under search: over these edges, within what settled matches leave (``room``).

    ``attraction``: the edges that a person tries first, by what is known of the best plans.
    """

    def __init__(
        self, instance: Instance, edges: Edges, room: Room, weights: Mapping[str, float], attraction: Floats
    ) -> None:
        self.instance, self.edges, self.room = instance, edges, room
        self.field = _field(instance, edges, room, weights, attraction)
        keys = edges.left * instance.n + edges.right
        self.by_key = np.argsort(keys, kind="stable")
        self.keys = keys[self.by_key]
        self.turn = 0
        self.slice = SLICE if instance.cap.max(initial=0) <= 1 else SLICE // SLOWER
        self.begin_with(Choices(*(np.zeros(0, dtype=np.int64),) * 4))

    def begin_with(self, plan: Choices) -> None:
        """Go on from a plan; matches that are no edges of the search are left out of it."""
        self.state = _state(self.instance, self.field, self.room)
        wanted = plan.a * self.instance.n + plan.b
        at = np.minimum(np.searchsorted(self.keys, wanted), max(0, len(self.keys) - 1))
        known = self.keys[at] == wanted if len(self.keys) else np.zeros(len(wanted), dtype=bool)
        columns = (self.by_key[at[known]], plan.day[known], plan.other[known])
        for edge, day, other in zip(*(column.tolist() for column in columns), strict=True):
            put(self.field, self.state, edge, day, other)
        self.value = float(total_worth(self.field, self.state))

    def anneal(
        self,
        clock: Clock,
        *,
        moves: int,
        seconds: float,
        hot: float,
        again: bool = False,
        matched_share: float = 0.5,
        found: Callable[[Choices], None] = lambda _: None,
        until: Callable[[], bool] = lambda: False,
    ) -> Choices:
        """So many moves, fewer where they would not fit into ``seconds`` or ``until`` says so, cooling from
        ``hot`` (in points of the first level); the best plan, each better one being ``found``. Where the
        moves fit, the clock plays no part in it. Who asks to stop while it is hot, or has not begun, waits
        half a second until it is cold: a hot plan is worth little. ``again``: the plan is one that a search
        found, and time that is up is up.
        """
        least = 1 if again else LEAST
        best, plan, begun = self.value, self.choices(), clock.seconds
        slices, done, heat = max(least, -(-moves // self.slice)), 0, hot

        def go(heat: float) -> None:
            nonlocal best, plan
            seed = (clock.limits.seed * 1_000_003 + self.turn) % 2**31
            self.value += run(self.field, self.state, self.slice, seed, heat, matched_share)
            self.turn += 1
            if self.value > best + 1e-9:
                best, plan = self.value, self.choices()
                found(plan)

        while done < slices and not (until() or (clock.over and (clock.is_asked_to_stop or done >= least))):
            heat = max(hot * (1 - done / slices) ** 2, 1e-3 * hot)
            go(heat)
            done += 1
            fits = done * seconds / max(1e-6, clock.seconds - begun)
            slices = max(least, min(slices, int(fits)))
        is_left_hot = heat > COLD and (done or not self.turn)
        if is_left_hot and clock.is_asked_to_stop and not clock.is_abandoned:
            for part in range(LEAST):
                go(heat * (1 - part / LEAST) ** 2)
        return plan

    def choices(self) -> Choices:
        """The plan as it stands."""
        state = self.state
        gone = np.zeros(len(state.edge), dtype=bool)
        gone[state.stack[: state.tops[0]]] = True
        live = np.flatnonzero(~gone)
        edge = state.edge[live]
        return Choices(
            self.edges.left[edge],
            self.edges.right[edge],
            state.day[live].astype(np.int64),
            state.other[live].astype(np.int64),
        )


def _field(
    instance: Instance, edges: Edges, room: Room, weights: Mapping[str, float], attraction: Floats
) -> Field:
    n, swap = instance.n, instance.swap
    left, right = edges.left, edges.right if swap else edges.right + n
    nodes = n if swap else 2 * n
    worth = edge_worth(instance, edges.left, edges.right)
    zero = np.zeros(len(edges))
    links = instance.linked(edges.left, edges.right) * (2 if swap else 1)
    links = links + instance.named(edges.left, edges.right)
    if swap:
        links = links + instance.named(edges.right, edges.left)
    there, home = instance.leg_days(edges.left, edges.right), instance.leg_days(edges.right, edges.left)
    wish_there = weights["wishes"] * _ungranted(instance, room, edges.left, edges.right)
    wish_home = weights["wishes"] * _ungranted(instance, room, edges.right, edges.left) if swap else zero
    base = weights["travel"] * worth["travel"] + weights["wishes"] * links
    who, edge = np.concatenate([left, right]), np.tile(np.arange(len(edges)), 2)
    order = np.lexsort((-attraction[edge], who))
    some_kept = bool(instance.kept)
    gain = np.where(room.matched, 0, instance.priority) * weights["people"]
    most = np.concatenate([room.away.reshape(-1), room.visitors.reshape(-1)])
    members = np.bincount(instance.team, minlength=instance.T)
    most = np.clip(most, 0, np.tile(np.repeat(members, instance.D), 2))
    cap = room.left if swap else np.concatenate([room.left, room.right])
    cap = np.minimum(cap, np.bincount(who, minlength=nodes))
    return Field(
        left=left.astype(np.int32),
        right=right.astype(np.int32),
        person=np.tile(np.arange(n, dtype=np.int32), 1 if swap else 2),
        team=instance.team.astype(np.int32),
        cap=cap.astype(np.int32),
        gain=gain if swap else np.concatenate([gain, np.zeros(n)]),
        adjacent=edge[order].astype(np.int32),
        adjacent_from=_starts(np.bincount(who, minlength=nodes)),
        worth=base,
        wish_there=wish_there,
        wish_home=wish_home,
        there=there,
        home=home,
        kept_there=_kept(instance, edges.left, edges.right) if some_kept else there[:1],
        kept_home=_kept(instance, edges.right, edges.left) if some_kept and swap else there[:1],
        good=instance.good_words,
        partners=instance.partner_words,
        most=most.astype(np.int32),
        slot_from=_starts(most),
        mine_from=_starts(cap),
        scale=np.array([weights["changes"], weights["days"]]),
        sizes=np.array([instance.T, instance.D, swap, some_kept, any(instance.good)], dtype=np.int64),
    )


def _state(instance: Instance, field: Field, room: Room) -> State:
    words = field.there.shape[1]
    busy = np.array(
        [[mask >> 64 * k & (1 << 64) - 1 for k in range(words)] for mask in room.busy], dtype=np.uint64
    ).reshape(-1, words)
    bits = np.zeros((2 * instance.T, 64 * words), dtype=np.uint8)
    bits[:, : instance.D] = field.most.reshape(2 * instance.T, instance.D) > 0
    matches = int(field.cap[: instance.n].sum()) + 1
    nodes = len(field.cap)
    idle = np.flatnonzero(field.cap > 0)
    idle_at = np.full(nodes, -1, dtype=np.int32)
    idle_at[idle] = np.arange(len(idle))
    waiting = np.zeros(nodes, dtype=np.int32)
    waiting[: len(idle)] = idle
    return State(
        busy=busy,
        open=np.packbits(bits, axis=1, bitorder="little").view(np.uint64),
        used=np.zeros(len(field.most), dtype=np.int32),
        slots=_blank(int(field.slot_from[-1])),
        held=np.zeros(nodes, dtype=np.int32),
        mine=_blank(int(field.mine_from[-1])),
        edge=_blank(matches),
        day=_blank(matches),
        other=_blank(matches),
        stack=np.arange(matches, dtype=np.int32)[::-1].copy(),
        idle=waiting,
        idle_at=idle_at,
        tops=np.array([matches, len(idle)], dtype=np.int64),
        days=np.zeros((2, words), dtype=np.uint64),
        names=np.zeros((4, 256), dtype=np.int32),
        log=np.zeros((256, 4), dtype=np.int32),
    )


def _blank(size: int) -> Int32:
    return np.zeros(max(1, size), dtype=np.int32)


def _starts(sizes: Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _ungranted(instance: Instance, room: Room, visitor: Ints, host: Ints) -> Floats:
    """Wish points of each visit, none for a wish that a settled visit grants already."""
    points = instance.wished(visitor, host)
    if len(room.granted):
        points = np.where(np.isin(visitor * instance.T + instance.team[host], room.granted), 0, points)
    return points.astype(np.float64)


def _kept(instance: Instance, visitor: Ints, host: Ints) -> Words:
    """Days on which each visit was planned before."""
    kept = np.zeros((len(visitor), instance.leave_words.shape[1]), dtype=np.uint64)
    keys = {v * instance.n + h: mask for (v, h), mask in instance.kept.items()}
    for row in np.flatnonzero(np.isin(visitor * instance.n + host, np.array(sorted(keys)))).tolist():
        mask = keys[int(visitor[row]) * instance.n + int(host[row])]
        for k in range(kept.shape[1]):
            kept[row, k] = mask >> 64 * k & (1 << 64) - 1
    return kept
