"""The pairs that the assignment works on: who could be with whom, and what a pair is worth at best.

A network has left and right people. In a swap left is back and right is front, and an edge is a swap. In a
shadow campaign everybody is on the left as visitor and on the right as host, and an edge is one visit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solver.instance import COMPILED, Bools, Instance, Ints, Words, sorted_set
from solver.limits import Clock
from solver.room import Room

ALL_PAIRS = 150_000
"""Up to this many feasible pairs all of them are edges; above, wished ones and `OTHERS` for each person."""
SPARSE_PAIRS, SPARSE_EACH, FEW_CHOICES = 1_000_000, 40, 6_000_000
"""All pairs are edges as well where there are at most so many, or so many for each person, and at most so
many choices of days in all."""
OTHERS = 12
"""So many other colleagues for each person; who has fewer after some draws looks at everybody."""
LOOKS = 60_000_000
"""All of those together look at so many colleagues at most."""
MANY, RARE = 30_000, 4
"""Among more people than the first, only those look at everybody who have fewer than the second."""
_TRIES = 3 * OTHERS


@dataclass(frozen=True)
class Edges:
    """``left`` meets ``right`` (numbers of people); ``complete`` when no feasible pair is missing."""

    left: Ints
    right: Ints
    complete: bool

    def __len__(self) -> int:
        return len(self.left)

    def take(self, rows: Ints) -> Edges:
        """Some of the edges."""
        return Edges(self.left[rows], self.right[rows], complete=False)


def possible(instance: Instance, left: Ints, right: Ints) -> Bools:
    """Which edges could be planned if nobody else wanted a place."""
    if instance.swap:
        ok = instance.feasible(left, right)
    else:
        ok = instance.allowed(left, right)
        at = np.flatnonzero(ok)
        ok[at] = instance.leg_days(left[at], right[at]).any(axis=1)
    return ok & (instance.cap[left] > 0) & (instance.cap[right] > 0)


def edge_worth(instance: Instance, left: Ints, right: Ints) -> dict[str, Ints]:
    """What an edge adds at best to every level but ``people``, each to be maximised, whatever the days."""
    there = instance.leg_days(left, right)
    wishes = instance.points(left, right)
    travel = -instance.travel(left, right)
    kept = _kept(instance, left, right, there)
    good = _good(instance, right, there)
    if instance.swap:
        home = instance.leg_days(right, left)
        wishes = wishes + instance.points(right, left)
        travel = 2 * travel
        kept = kept + _kept(instance, right, left, home)
        good = good + _good(instance, left, home)
    return {"wishes": wishes, "changes": kept, "travel": travel, "days": good}


def _kept(instance: Instance, visitor: Ints, host: Ints, days: Words) -> Ints:
    kept = np.zeros(len(visitor), dtype=np.int64)
    if not instance.kept:
        return kept
    keys = np.array(sorted(v * instance.n + h for v, h in instance.kept), dtype=np.int64)
    wanted = visitor * instance.n + host
    at = np.searchsorted(keys, wanted)
    at[at == len(keys)] = 0
    for row in np.flatnonzero(keys[at] == wanted).tolist():
        v, h = int(visitor[row]), int(host[row])
        kept[row] = bool(instance.kept[v, h] & instance.leave[v] & instance.host[h])
    return kept


def _good(instance: Instance, host: Ints, days: Words) -> Ints:
    if not any(instance.good):
        return np.zeros(len(host), dtype=np.int64)
    good = np.asarray((days & instance.good_words[instance.team[host]]).any(axis=1))
    return good.astype(np.int64)


def first_edges(instance: Instance, rng: np.random.Generator, clock: Clock | None = None) -> Edges:
    """All edges when they are few, else those with points or history and some others for everybody.

    Raises `Stopped` where the clock says so.
    """
    size = sum(
        len(here) * sum(len(instance.fronts_at[s]) for s in np.flatnonzero(instance.near[site]))
        for site, here in enumerate(instance.backs_at)
        if len(here)
    )
    # of few people no sample is needed
    pairs, choices = (0.0, 0.0) if 2 * size <= ALL_PAIRS else _estimate(instance, rng)
    sparse = max(SPARSE_PAIRS, SPARSE_EACH * instance.n)
    if size * pairs <= ALL_PAIRS or (size * choices <= FEW_CHOICES and size * pairs <= sparse):
        back, front = instance.pairs()
        left, right = (back, front) if instance.swap else _both_ways(back, front)
        if len(left) <= sparse:
            keep = possible(instance, left, right)
            return Edges(left[keep], right[keep], complete=True)
    wanted = [_wished(instance), _named(instance), _linked(instance), _previous(instance)]
    first = merged(instance, np.concatenate([p[0] for p in wanted]), np.concatenate([p[1] for p in wanted]))
    others = _others(instance, rng, clock)
    keys = sorted_set(
        np.concatenate([e[0] * instance.n + e[1] for e in ((first.left, first.right), *others)])
    )
    left, right = np.divmod(keys, instance.n)
    return Edges(left, right, complete=False)


def wished_edges(instance: Instance, *, most: int) -> Edges:
    """Edges in which a wish comes true, at most so many are looked at."""
    left, right = _wished(instance)
    step = max(1, len(left) // most)
    return merged(instance, left[::step], right[::step])


def every_edge(instance: Instance, room: Room, settled: Ints) -> Edges:
    """Every possible edge within what room there is, but for settled ones (sorted keys)."""
    back, front = instance.pairs()
    left, right = (back, front) if instance.swap else _both_ways(back, front)
    keep = possible(instance, left, right) & (room.left[left] > 0) & (room.right[right] > 0)
    keep &= ~np.isin(left * instance.n + right, settled)
    return Edges(left[keep], right[keep], complete=True)


def _estimate(instance: Instance, rng: np.random.Generator) -> tuple[float, float]:
    """Possible pairs, and choices of days, for each pair within reach: from a sample."""
    if not len(instance.backs) or not len(instance.fronts):
        return 0.0, 0.0
    back, front = rng.choice(instance.backs, 100_000), rng.choice(instance.fronts, 100_000)
    sites = instance.team_site[instance.team]
    near = instance.near[sites[back], sites[front]]
    if not near.any():
        return 0.0, 0.0
    back, front = back[near], front[near]
    fits = instance.feasible(back, front)
    back, front = back[fits], front[fits]
    left, right = (back, front) if instance.swap else _both_ways(back, front)
    return len(left) / len(fits), instance.ways(left, right) / len(fits)


def merged(instance: Instance, left: Ints, right: Ints) -> Edges:
    """Distinct possible edges of these."""
    keys = sorted_set(left * instance.n + right)
    left, right = np.divmod(keys, instance.n)
    keep = possible(instance, left, right)
    return Edges(left[keep], right[keep], complete=False)


def _both_ways(back: Ints, front: Ints) -> tuple[Ints, Ints]:
    return np.concatenate([back, front]), np.concatenate([front, back])


def _oriented(instance: Instance, visitor: Ints, host: Ints) -> tuple[Ints, Ints]:
    """Visits as edges: in a swap the back person stands left."""
    if not instance.swap:
        return visitor, host
    turn = instance.front[visitor]
    return np.where(turn, host, visitor), np.where(turn, visitor, host)


def _members(instance: Instance, person: Ints, team: Ints) -> tuple[Ints, Ints]:
    """Each person with every member of the team beside it."""
    order = np.argsort(instance.team, kind="stable")
    start = np.searchsorted(instance.team[order], team)
    stop = np.searchsorted(instance.team[order], team, side="right")
    size = stop - start
    rows = np.repeat(np.arange(len(person)), size)
    offset = np.arange(len(rows)) - np.repeat(np.cumsum(size) - size, size)
    return person[rows], order[start[rows] + offset]


def _wished(instance: Instance) -> tuple[Ints, Ints]:
    visitor, team = np.divmod(instance.wish_keys, max(1, instance.T))
    return _oriented(instance, *_members(instance, visitor, team))


def _named(instance: Instance) -> tuple[Ints, Ints]:
    return _oriented(instance, *np.divmod(instance.mutual_keys, max(1, instance.n)))


def _linked(instance: Instance) -> tuple[Ints, Ints]:
    a, b = np.divmod(instance.link_keys, max(1, instance.T))
    order = np.argsort(instance.team, kind="stable")
    start, stop = (np.searchsorted(instance.team[order], a, side=side) for side in ("left", "right"))
    size = stop - start
    rows = np.repeat(np.arange(len(a)), size)
    offset = np.arange(len(rows)) - np.repeat(np.cumsum(size) - size, size)
    person = order[start[rows] + offset]
    return _oriented(instance, *_members(instance, person, b[rows]))


def _previous(instance: Instance) -> tuple[Ints, Ints]:
    pairs = np.array(sorted(instance.kept), dtype=np.int64).reshape(-1, 2)
    return _oriented(instance, pairs[:, 0], pairs[:, 1])


def _others(instance: Instance, rng: np.random.Generator, clock: Clock | None) -> list[tuple[Ints, Ints]]:
    """For each person some colleagues drawn from the nearest places, and some from anywhere within reach."""
    parts = []
    for mine, theirs in ((instance.backs_at, instance.fronts_at), (instance.fronts_at, instance.backs_at)):
        for site, here in enumerate(mine):
            near = np.flatnonzero(instance.near[site])
            near = near[np.argsort(instance.minutes[site, near], kind="stable")]
            pool = np.concatenate([theirs[s] for s in near]) if len(near) else np.zeros(0, dtype=np.int64)
            if not len(here) or not len(pool):
                continue
            if clock is not None:
                clock.go_on()
            draw = rng.random((len(here), _TRIES))
            draw[:, ::2] **= 3  # every other draw leans towards the nearest
            me = np.repeat(here, _TRIES)
            them = pool[(draw * len(pool)).astype(np.int64).reshape(-1)]
            keys = sorted_set(me * instance.n + them)
            found, few = _some(instance, rng, *np.divmod(keys, instance.n), here)
            parts += found
            if not len(few):
                continue
            # whom hardly anybody suits looks at everybody, or at as many as there is time for
            looks = min(len(pool), LOOKS * len(here) // (instance.n * len(few)))
            step = max(1, 1_000_000 // max(1, looks))
            for k in range(0, len(few), step):
                block = few[k : k + step]
                seen = pool if looks == len(pool) else rng.choice(pool, looks, replace=False)
                found, _ = _some(instance, rng, *_with_days(instance, block, seen), block)
                parts += found
    return parts


def _with_days(instance: Instance, people: Ints, others: Ints) -> tuple[Ints, Ints]:
    """Each of these people with each of the others with whom they may have a day in common."""
    if instance.n <= COMPILED:
        return np.repeat(people, len(others)), np.tile(others, len(people))
    from solver.kernels.pairs import BOTH, EITHER, wanted  # here: loading the compiler takes half a second

    same, found = np.ones(len(people), dtype=np.int64), np.empty((len(people) * len(others), 2), np.int32)
    days, way = (instance.leave_words, instance.host_words, instance.front), BOTH if instance.swap else EITHER
    count = wanted(same, people, np.zeros(len(others), dtype=np.int64), others, *days, way, found)
    row, column = found[:count].T
    return people[row], others[column]


def _some(
    instance: Instance, rng: np.random.Generator, me: Ints, them: Ints, here: Ints
) -> tuple[list[tuple[Ints, Ints]], Ints]:
    """Up to `OTHERS` possible edges of each person among these, and who has too few."""
    parts = []
    few = np.zeros(len(here), dtype=bool)
    enough = OTHERS if instance.n <= MANY else RARE
    for visitor, host in [(me, them)] if instance.swap else [(me, them), (them, me)]:
        left, right = _oriented(instance, visitor, host)
        ok = possible(instance, left, right)
        left, right, who = left[ok], right[ok], me[ok]
        order = np.argsort(who + rng.random(len(who)))  # by person, everybody's in any order
        rank = np.arange(len(order)) - np.searchsorted(who[order], who[order])
        some = order[rank < OTHERS]
        parts.append((left[some], right[some]))
        few |= np.bincount(who, minlength=instance.n)[here] < enough
    return parts, here[few]
