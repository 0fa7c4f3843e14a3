"""A plan as the compiled search holds it: what is fixed, what changes, and the two changes there are.

A *node* is a person in a role: in a swap the person, in a shadow campaign the visitor (person p) and the host
(people + p). A *place* is one kind of limit (away, received) of one team on one day.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from solver.kernels.bits import ONE, ZERO, first_from, has, index, kernel

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]


class Field(NamedTuple):
    """What a search does not change. E edges, N nodes, P people, T teams, D days, W words of days."""

    left: Int32  # (E) node
    right: Int32  # (E) node
    person: Int32  # (N)
    team: Int32  # (P)
    cap: Int32  # (N) matches a node may have
    gain: Floats  # (N) worth of its first match
    adjacent: Int32  # edges of each node, the most worth first
    adjacent_from: Int64  # (N + 1)
    worth: Floats  # (E) whatever the days
    wish_there: Floats  # (E) granted once to the left person for the right one's team
    wish_home: Floats  # (E)
    there: Words  # (E, W) days on which the left person can visit the right one
    home: Words  # (E, W) the other way; not read in a shadow campaign
    kept_there: Words  # (E, W) days on which that visit was planned before; (1, W) when there are none
    kept_home: Words
    good: Words  # (T, W)
    partners: Words  # (D, W) days on which the other visit may be
    most: Int32  # (2 T D) limit of each place
    slot_from: Int64  # (2 T D + 1)
    mine_from: Int64  # (N + 1)
    scale: Floats  # worth of a kept visit, of a good day
    sizes: Int64  # teams, days, swap?, any kept?, any good?


class State(NamedTuple):
    """What a search changes. Matches are numbered; a free number waits on a stack."""

    busy: Words  # (P, W)
    open: Words  # (2 T, W) days with room left, away then received
    used: Int32  # (2 T D)
    slots: Int32  # matches that hold each place
    held: Int32  # (N) matches of each node
    mine: Int32  # which they are
    edge: Int32  # of each match
    day: Int32
    other: Int32
    stack: Int32  # free match numbers
    idle: Int32  # nodes with room left
    idle_at: Int32  # (N) where in `idle`, -1 for none
    tops: Int64  # height of the stack, number of idle nodes
    days: Words  # scratch (2, W)
    names: Int32  # scratch (4, 256)
    log: Int32  # scratch (256, 4)


@kernel
def day_worth(field, edge, day, other):  # type: ignore[no-untyped-def]
    """What these days add: visits kept, good days."""
    total = 0.0
    if field.sizes[3]:
        if has(field.kept_there, edge, day):
            total += field.scale[0]
        if other >= 0 and has(field.kept_home, edge, other):
            total += field.scale[0]
    if field.sizes[4]:
        if has(field.good, field.team[field.person[field.right[edge]]], day):
            total += field.scale[1]
        if other >= 0 and has(field.good, field.team[field.person[field.left[edge]]], other):
            total += field.scale[1]
    return total


@kernel
def free_days(field, state, edge, start, there, home):  # type: ignore[no-untyped-def]
    """The best days on which a match can be added as things stand: (day, other), day -1 for none."""
    teams = field.sizes[0]
    a, b = field.person[field.left[edge]], field.person[field.right[edge]]
    ta, tb = field.team[a], field.team[b]
    words = len(there)
    some = ZERO
    for w in range(words):
        free = ~(state.busy[a, w] | state.busy[b, w])
        there[w] = field.there[edge, w] & free & state.open[ta, w] & state.open[teams + tb, w]
        some |= there[w]
        if field.sizes[2]:
            home[w] = field.home[edge, w] & free & state.open[tb, w] & state.open[teams + ta, w]
    if some == ZERO:
        return -1, -1
    choosy = field.sizes[3] or field.sizes[4]
    best_day, best_other, best = -1, -1, -1.0
    day = first_from(there, start)
    while day >= 0:
        there[day >> 6] &= ~(ONE << np.uint64(day & 63))
        other = -1
        if field.sizes[2]:
            other = partner_day(field, edge, day, start, home)
        if other >= 0 or not field.sizes[2]:
            if not choosy:
                return day, other
            worth = day_worth(field, edge, day, other)
            if worth > best:
                best_day, best_other, best = day, other, worth
        day = first_from(there, start)
    return best_day, best_other


@kernel
def partner_day(field, edge, day, start, home):  # type: ignore[no-untyped-def]
    """The best day for the other visit among ``home``, -1 for none: kept, then good, then any."""
    words = len(home)
    some = ZERO
    for w in range(words):
        some |= home[w] & field.partners[day, w]
    if some == ZERO:
        return -1
    at = start >> 6
    if field.sizes[3]:
        for w in range(words):
            wanted = home[w] & field.partners[day, w] & field.kept_home[edge, w]
            if wanted != ZERO:
                return w * 64 + index(wanted & (~wanted + ONE))
    if field.sizes[4]:
        ta = field.team[field.person[field.left[edge]]]
        for w in range(words):
            wanted = home[w] & field.partners[day, w] & field.good[ta, w]
            if wanted != ZERO:
                return w * 64 + index(wanted & (~wanted + ONE))
    late = home[at] & field.partners[day, at] & ~((ONE << np.uint64(start & 63)) - ONE)
    if late != ZERO:
        return at * 64 + index(late & (~late + ONE))
    for k in range(1, words + 1):
        w = (at + k) % words
        wanted = home[w] & field.partners[day, w]
        if wanted != ZERO:
            return w * 64 + index(wanted & (~wanted + ONE))
    return -1


@kernel
def _granted(field, state, node, team, spared):  # type: ignore[no-untyped-def]
    """Whether another match than ``spared`` takes a node's person to a team."""
    base = field.mine_from[node]
    for k in range(state.held[node]):
        match = state.mine[base + k]
        if match == spared:
            continue
        edge = state.edge[match]
        host = field.right[edge] if field.left[edge] == node else field.left[edge]
        if field.team[field.person[host]] == team:
            return True
    return False


@kernel
def worth_of(field, state, match):  # type: ignore[no-untyped-def]
    """What a plan would lose without a match."""
    edge = state.edge[match]
    left, right = field.left[edge], field.right[edge]
    total = field.worth[edge] + day_worth(field, edge, state.day[match], state.other[match])
    if state.held[left] == 1:
        total += field.gain[left]
    if state.held[right] == 1:
        total += field.gain[right]
    if field.wish_there[edge] != 0.0 and not (
        state.held[left] > 1 and _granted(field, state, left, field.team[field.person[right]], match)
    ):
        total += field.wish_there[edge]
    if field.wish_home[edge] != 0.0 and not (
        state.held[right] > 1 and _granted(field, state, right, field.team[field.person[left]], match)
    ):
        total += field.wish_home[edge]
    return total


@kernel
def _occupy(field, state, match, kind, team, day):  # type: ignore[no-untyped-def]
    place = (kind * field.sizes[0] + team) * field.sizes[1] + day
    state.slots[field.slot_from[place] + state.used[place]] = match
    state.used[place] += 1
    if state.used[place] >= field.most[place]:
        state.open[kind * field.sizes[0] + team, day >> 6] &= ~(ONE << np.uint64(day & 63))


@kernel
def _vacate(field, state, match, kind, team, day):  # type: ignore[no-untyped-def]
    place = (kind * field.sizes[0] + team) * field.sizes[1] + day
    base = field.slot_from[place]
    for k in range(state.used[place]):
        if state.slots[base + k] == match:
            state.slots[base + k] = state.slots[base + state.used[place] - 1]
            break
    state.used[place] -= 1
    state.open[kind * field.sizes[0] + team, day >> 6] |= ONE << np.uint64(day & 63)


@kernel
def _enter(field, state, node, match):  # type: ignore[no-untyped-def]
    state.mine[field.mine_from[node] + state.held[node]] = match
    state.held[node] += 1
    if state.held[node] >= field.cap[node]:
        at, last = state.idle_at[node], state.tops[1] - 1
        moved = state.idle[last]
        state.idle[at] = moved
        state.idle_at[moved] = at
        state.idle_at[node] = -1
        state.tops[1] = last


@kernel
def _leave(field, state, node, match):  # type: ignore[no-untyped-def]
    base = field.mine_from[node]
    for k in range(state.held[node]):
        if state.mine[base + k] == match:
            state.mine[base + k] = state.mine[base + state.held[node] - 1]
            break
    state.held[node] -= 1
    if state.idle_at[node] < 0:
        state.idle_at[node] = state.tops[1]
        state.idle[state.tops[1]] = node
        state.tops[1] += 1


@kernel
def put(field, state, edge, day, other):  # type: ignore[no-untyped-def]
    """Add a match on free days; returns its number."""
    state.tops[0] -= 1
    match = state.stack[state.tops[0]]
    state.edge[match], state.day[match], state.other[match] = edge, day, other
    a, b = field.person[field.left[edge]], field.person[field.right[edge]]
    bit = ONE << np.uint64(day & 63)
    state.busy[a, day >> 6] |= bit
    state.busy[b, day >> 6] |= bit
    _occupy(field, state, match, 0, field.team[a], day)
    _occupy(field, state, match, 1, field.team[b], day)
    if other >= 0:
        bit = ONE << np.uint64(other & 63)
        state.busy[a, other >> 6] |= bit
        state.busy[b, other >> 6] |= bit
        _occupy(field, state, match, 0, field.team[b], other)
        _occupy(field, state, match, 1, field.team[a], other)
    _enter(field, state, field.left[edge], match)
    _enter(field, state, field.right[edge], match)
    return match


@kernel
def lift(field, state, match):  # type: ignore[no-untyped-def]
    """Take a match away."""
    edge, day, other = state.edge[match], state.day[match], state.other[match]
    a, b = field.person[field.left[edge]], field.person[field.right[edge]]
    bit = ONE << np.uint64(day & 63)
    state.busy[a, day >> 6] &= ~bit
    state.busy[b, day >> 6] &= ~bit
    _vacate(field, state, match, 0, field.team[a], day)
    _vacate(field, state, match, 1, field.team[b], day)
    if other >= 0:
        bit = ONE << np.uint64(other & 63)
        state.busy[a, other >> 6] &= ~bit
        state.busy[b, other >> 6] &= ~bit
        _vacate(field, state, match, 0, field.team[b], other)
        _vacate(field, state, match, 1, field.team[a], other)
    _leave(field, state, field.left[edge], match)
    _leave(field, state, field.right[edge], match)
    state.stack[state.tops[0]] = match
    state.tops[0] += 1


@kernel
def total_worth(field, state):  # type: ignore[no-untyped-def]
    """Worth of the whole plan; where somebody has several matches a wish still counts once."""
    total = 0.0
    for node in range(len(field.cap)):
        if state.held[node]:
            total += field.gain[node]
        base = field.mine_from[node]
        for k in range(state.held[node]):
            match = state.mine[base + k]
            edge = state.edge[match]
            is_left = field.left[edge] == node
            if is_left:
                total += field.worth[edge] + day_worth(field, edge, state.day[match], state.other[match])
            wish = field.wish_there[edge] if is_left else field.wish_home[edge]
            if wish != 0.0:
                host = field.right[edge] if is_left else field.left[edge]
                again = False
                for m in range(k):
                    before = state.edge[state.mine[base + m]]
                    there = field.right[before] if is_left else field.left[before]
                    again |= field.team[field.person[there]] == field.team[field.person[host]]
                if not again:
                    total += wish
    return total
