"""A matching of most worth, compiled: an auction guesses prices, shortest paths make them exact.

People of two sides, named here by who bids (``a``) and who is bid for (``b``). Pairs are rows by ``a``:
those of ``a`` are ``start[a]`` to ``start[a + 1]``, with ``other`` (b) and ``worth``. A gain and a price for
each person, both never negative, with gain + price at least the worth of every pair, bound every matching;
where both are equal for matched pairs, and nought for whoever has no partner (-1), no matching is better.
"""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np

from solver.kernels.bits import kernel, kernel_with_lists

FAR = np.int64(1) << np.int64(62)


@kernel
def bid(  # type: ignore[no-untyped-def]
    start, other, worth, price, partner, taken, waiting, count, step, most
):
    """An auction (Bertsekas): whoever waits bids for their best, a step above their second best, and lifts
    the one who was there. ``most`` bids at most; returns how many wait then.
    """
    bids = 0
    while count > 0 and bids < most:
        bids += 1
        count -= 1
        a = waiting[count]
        best, first, second = -1, np.int64(0), np.int64(0)  # to stay alone is worth nothing
        for pair in range(start[a], start[a + 1]):
            left_over = worth[pair] - price[other[pair]]
            if left_over > first:
                best, first, second = other[pair], left_over, first
            elif left_over > second:
                second = left_over
        if best < 0:
            continue
        price[best] += first - second + step
        lifted = taken[best]
        partner[a], taken[best] = best, a
        if lifted >= 0:
            partner[lifted] = -1
            waiting[count] = lifted
            count += 1
    return count


@kernel
def gain_most(start, other, worth, gain, price):  # type: ignore[no-untyped-def]
    """The gains that these prices leave."""
    for a in range(len(gain)):
        gain[a] = 0
        for pair in range(start[a], start[a + 1]):
            gain[a] = max(gain[a], worth[pair] - price[other[pair]])


@kernel_with_lists
def settle(  # type: ignore[no-untyped-def]  # noqa: C901
    start, other, worth, gain, price, partner, taken, asking, distance, via, touched
):
    """Whoever of ``asking`` gains something without a partner gets one, gains nothing, or lifts somebody who
    then gains nothing: along the cheapest path (Dijkstra), so that gains and prices still bound every pair.

    Scratch: ``distance`` (all `FAR`) and ``via``, one for each b, and ``touched``, two for each.
    """
    heap = [(np.int64(0), np.int64(0))]
    for root in asking:
        if partner[root] >= 0 or gain[root] <= 0:
            continue
        heap.clear()
        nearest, end, alone = gain[root], np.int64(-1), root  # a path ends at a free b, or leaves an a alone
        a, along, reached, passed = root, np.int64(0), 0, 0
        while a >= 0:
            for pair in range(start[a], start[a + 1]):
                b = np.int64(other[pair])
                cost = along + gain[a] + price[b] - worth[pair]
                if cost >= nearest or cost >= distance[b]:
                    continue
                if distance[b] == FAR:
                    touched[len(touched) - 1 - reached] = b
                    reached += 1
                distance[b], via[b] = cost, a
                if taken[b] < 0:
                    nearest, end, alone = cost, b, np.int64(-1)
                else:
                    heappush(heap, (cost, b))
            a = np.int64(-1)
            while len(heap):
                along, b = heappop(heap)
                if along >= nearest:
                    break
                if along == distance[b] and taken[b] >= 0:
                    a = taken[b]
                    touched[passed] = b
                    passed += 1
                    if along + gain[a] < nearest:
                        nearest, end, alone = along + gain[a], np.int64(-1), a
                    break
        gain[root] -= nearest
        for k in range(passed):
            b = touched[k]
            gain[taken[b]] -= nearest - distance[b]
            price[b] += nearest - distance[b]
        b = end
        if alone >= 0:
            b, partner[alone] = partner[alone], -1
        while b >= 0:
            a = via[b]
            former = partner[a]
            partner[a], taken[b] = b, a
            b = former
        for k in range(reached):
            distance[touched[len(touched) - 1 - k]] = FAR
