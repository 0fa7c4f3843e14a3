"""The search itself: a move forces one match into a valid plan, and is taken back where that is no good.

Somebody with room, one of their possible colleagues, two days; whatever stands in the way is lifted; who was
lifted takes the best match that is free. Better plans stay, slightly worse ones sometimes do (simulated
annealing). The plan is valid after every move.
"""

from __future__ import annotations

import numpy as np

from solver.kernels.bits import first_from, has, kernel
from solver.kernels.plan import free_days, lift, partner_day, put, worth_of

LOOK = 8
"""Who was lifted looks at so many of their best colleagues."""
FORCED = 3
"""A move that finds no free days weighs so many blocked ones."""


@kernel
def _on_day(field, state, person, day):  # type: ignore[no-untyped-def]
    """The match that takes a person's day; -1 when something settled before does."""
    people = len(field.team)
    for role in range(1 if field.sizes[2] else 2):
        node = person + role * people
        base = field.mine_from[node]
        for k in range(state.held[node]):
            match = state.mine[base + k]
            if state.day[match] == day or state.other[match] == day:
                return match
    return -1


@kernel
def _add(found, size, match):  # type: ignore[no-untyped-def]
    for k in range(size):
        if found[k] == match:
            return size
    found[size] = match
    return size + 1


@kernel
def _blockers(  # type: ignore[no-untyped-def]  # noqa: C901
    field, state, edge, day, other, found, size
):
    """Adds the matches that stand in the way of days to ``found``; returns how many then, -1 if hopeless."""
    teams, days = field.sizes[0], field.sizes[1]
    a, b = field.person[field.left[edge]], field.person[field.right[edge]]
    ta, tb = field.team[a], field.team[b]
    for turn in range(2):
        when = day if turn == 0 else other
        if when < 0:
            continue
        for person in (a, b):
            if has(state.busy, person, when):
                match = _on_day(field, state, person, when)
                if match < 0:
                    return -1
                size = _add(found, size, match)
        for kind in range(2):
            team = ta if kind == turn else tb  # the visitor's team is away, the host's team receives
            place = (kind * teams + team) * days + when
            if state.used[place] >= field.most[place]:
                if field.most[place] == 0:
                    return -1
                base = field.slot_from[place]
                blocked = True
                for k in range(state.used[place]):  # perhaps one that leaves anyway holds a place
                    for g in range(size):
                        if found[g] == state.slots[base + k]:
                            blocked = False
                if blocked:
                    size = _add(found, size, state.slots[base + np.random.randint(state.used[place])])
    return size


@kernel
def paired(field, state, edge):  # type: ignore[no-untyped-def]
    """Whether the two are matched already."""
    base = field.mine_from[field.left[edge]]
    for k in range(state.held[field.left[edge]]):  # noqa: SIM110 - a generator cannot be compiled
        if state.edge[state.mine[base + k]] == edge:
            return True
    return False


@kernel
def _note(field, state, match, freed, gone, log, logged):  # type: ignore[no-untyped-def]
    """Remember a match that is about to be lifted, and whom that frees."""
    edge = state.edge[match]
    log[logged, 0], log[logged, 1] = -1, edge
    log[logged, 2], log[logged, 3] = state.day[match], state.other[match]
    freed[gone], freed[gone + 1] = field.left[edge], field.right[edge]
    return gone + 2, logged + 1


@kernel
def run(field, state, moves, seed, heat, matched_share):  # type: ignore[no-untyped-def]  # noqa: C901 - one kernel: calls would cost more than they tell
    """Run some moves at a temperature; returns by how much the plan's worth changed."""
    np.random.seed(seed)
    nodes, days = len(field.cap), field.sizes[1]
    there, home = state.days[0], state.days[1]
    found, trial, best_found, freed = state.names[0], state.names[1], state.names[2], state.names[3]
    log = state.log
    change = 0.0
    for _ in range(moves):
        if state.tops[1] > 0 and np.random.random() >= matched_share:
            node = state.idle[np.random.randint(state.tops[1])]
        else:
            node = np.int32(np.random.randint(nodes))
        low, high = field.adjacent_from[node], field.adjacent_from[node + 1]
        if low == high or field.cap[node] == 0:
            continue
        # the better of two colleagues
        edge = field.adjacent[low + min(np.random.randint(high - low), np.random.randint(high - low))]
        if paired(field, state, edge):
            continue
        start = np.random.randint(days)
        # who has no room left gives up a match
        size = 0
        for side in (field.left[edge], field.right[edge]):
            if state.held[side] >= field.cap[side]:
                if state.held[side] == 0:
                    size = -1
                    break
                match = state.mine[field.mine_from[side] + np.random.randint(state.held[side])]
                size = _add(found, size, match)
        if size < 0:
            continue
        delta, logged, gone = 0.0, 0, 0
        for k in range(size):
            match = found[k]
            delta -= worth_of(field, state, match)
            gone, logged = _note(field, state, match, freed, gone, log, logged)
            lift(field, state, match)
        day, other = free_days(field, state, edge, start, there, home)
        if day < 0:
            cheapest, best_size = 1e18, -1
            for _turn in range(FORCED):
                one = first_from(field.there[edge], np.random.randint(days))
                if one < 0:
                    break
                two = np.int64(-1)
                if field.sizes[2]:
                    two = partner_day(field, edge, one, np.random.randint(days), field.home[edge])
                    if two < 0:
                        continue
                blocking = _blockers(field, state, edge, one, two, trial, 0)
                if blocking < 0:
                    continue
                cost = 0.0
                for k in range(blocking):
                    cost += worth_of(field, state, trial[k])
                if cost < cheapest:
                    cheapest, best_size, day, other = cost, blocking, one, two
                    for k in range(blocking):
                        best_found[k] = trial[k]
            for k in range(best_size):
                match = best_found[k]
                delta -= worth_of(field, state, match)
                gone, logged = _note(field, state, match, freed, gone, log, logged)
                lift(field, state, match)
        if day >= 0:
            delta += worth_of(field, state, put(field, state, edge, day, other))
            log[logged, 0], log[logged, 1] = 1, edge
            logged += 1
            # whoever was lifted takes the best match that is free
            for g in range(gone):
                who = freed[g]
                if state.held[who] >= field.cap[who]:
                    continue
                first = field.adjacent_from[who]
                for k in range(first, min(first + LOOK, field.adjacent_from[who + 1])):
                    option = field.adjacent[k]
                    partner = field.right[option] if field.left[option] == who else field.left[option]
                    if state.held[partner] >= field.cap[partner] or paired(field, state, option):
                        continue
                    when, then = free_days(field, state, option, start, there, home)
                    if when >= 0:
                        delta += worth_of(field, state, put(field, state, option, when, then))
                        log[logged, 0], log[logged, 1] = 1, option
                        logged += 1
                        break
        if day >= 0 and (delta >= 0 or np.random.random() < np.exp(delta / heat)):
            change += delta
            continue
        for k in range(logged - 1, -1, -1):
            option = log[k, 1]
            if log[k, 0] > 0:
                base = field.mine_from[field.left[option]]
                for m in range(state.held[field.left[option]]):
                    if state.edge[state.mine[base + m]] == option:
                        lift(field, state, state.mine[base + m])
                        break
            else:
                put(field, state, option, log[k, 2], log[k, 3])
    return change
