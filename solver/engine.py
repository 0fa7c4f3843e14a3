"""What every search of a large problem shares: assign people, give them days, anneal, measure the distance
left.

1. A min-cost flow assigns people to each other as if days did not matter; its prices bound every plan.
2. Bit masks find days for the assigned matches, moving others where needed.

What comes next depends on how many choices there are: `solver.whole`, `solver.stepwise`, `solver.scarce`,
`solver.ample`. The plan on the board is valid at every moment, so the search can stop at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.assignment import Network, Prices, assign, bound, level_weights, network, overlooked, rounded
from solver.choices import Choices, choices_of, count_choices
from solver.days import Board, schedule
from solver.edges import Edges, first_edges
from solver.improve import Target
from solver.instance import Bools, Instance, Ints, sorted_set, words_of
from solver.limits import Clock, Stopped
from solver.mip import Floats
from solver.model import build
from solver.room import Room

if TYPE_CHECKING:
    from solver.anneal import Search

WHOLE, EACH = 20_000, 60
"""Up to so many choices, and so many for each person, integer programs look at all of them."""
NEARLY = 0.99
"""Where the assignment fits into the days so well, its prices say what is left to do."""
LISTED, FEW, SEEN = 6_000_000, 5, 20_000
"""Up to so many choices in all, and so many for each pair, are listed one by one; up to so many people every
pair that is no edge can be looked at."""
MOVES = 1_000_000
"""A search makes at least so many moves."""
TELLING = 0.2
"""Seconds between two words to whoever watches."""
RATES = {"people": (), "wishes": (2, 4), "changes": (1, 2), "travel": (150, 600), "days": (1,)}
"""What one point of the next higher level may be worth in each level's own unit, for bounds below a gap."""
SWEEPS, LOOK = 10, {True: 0.15, False: 0.7}
"""Bounds look at every pair; where so many looks take longer than there is time, they wait for the end. For
swaps, and for single visits, one takes about such a share of a flow's seconds."""
HASTY = 0.05
"""Looks that take so small a part of all the seconds so far are worth theirs even when time is up."""
EARLY = 4
"""The first level's bound does not wait for the end where there is time for so many looks."""
ROUNDS = 6
"""At most so many times edges that the prices ask for are added and the assignment is solved again."""


class Engine:
    """One search over one instance; ``board`` starts with the pinned matches only."""

    def __init__(self, instance: Instance, board: Board, clock: Clock, order: Sequence[str]) -> None:
        self.instance, self.board, self.clock, self.order = instance, board, clock, order
        self.rng = np.random.default_rng(clock.limits.seed)
        self.room = board.room()
        self.busy = words_of(self.room.busy, instance.D)
        self.base = self.values(Room.whole(instance))
        self.settled = sorted_set(
            np.array([board.left[m] * instance.n + board.right[m] for m in board.live()], dtype=np.int64)
        )
        self.net: Network | None = None
        self.weights: dict[str, int] = {}
        self.strict: set[str] = set()
        self.combined_proven = False
        self.limit: dict[str, int] = {}
        self.soft: dict[tuple[object, ...], int] = {}
        self.prices: Prices | None = None
        self.flow_seconds, self.sweep_seconds, self.soft_seconds = 0.0, 0.0, 0.0
        self.chosen: Ints = np.zeros(0, dtype=np.int64)
        """The edges that the assignment chose."""
        self.assigned = 0
        """What the assignment, which knows no days, has on the first level."""
        self.sweeps = True
        """Whether bounds look at every pair at once, or wait for `sweep`."""
        self.last_told, self.telling, self.searched = -1.0, 0.0, False

    # -- values --

    def values(self, room: Room | None = None, plan: Choices | None = None) -> dict[str, int]:
        """What a plan, by default the board's, is worth on each level (every level to be maximised)."""
        model = build(
            self.instance, self.board.choices() if plan is None else plan, room or Room.whole(self.instance)
        )
        return {level: int(model.worth[level].sum()) for level in self.order}

    # -- 1. assign --

    def assign(self) -> Ints:
        """Solve the assignment; returns the chosen edges and keeps network, weights and prices."""
        edges = first_edges(self.instance, self.rng, self.clock)
        begun = self.clock.seconds
        chosen, prices = self._solve(edges)
        assert self.net is not None
        for _ in range(ROUNDS):
            took, begun = self.clock.seconds - begun, self.clock.seconds
            if edges.complete or took > 0.4 * self.clock.left:
                break
            try:
                more = overlooked(self.net, self.weights, prices, self.clock)
                self.sweep_seconds = self.clock.seconds - begun
                few = self.instance.n // 1000 if self.clock.large else 0
                if len(more) - len(self.net.edges) <= few:
                    break  # where a round takes long, a handful is left to the bounds, which count them
                edges = more
                chosen, prices = self._solve(edges)
            except Stopped:
                break
        self.chosen = chosen
        if not (self.sweep_seconds or edges.complete):
            self.sweep_seconds = LOOK[self.instance.swap] * self.flow_seconds
            if self.counted() and self.sweep_seconds < max(self.clock.left, 0.1 * self.clock.seconds):
                self.sweep_seconds = self._look(self.counted()[0])
        self.sweeps = edges.complete or SWEEPS * self.sweep_seconds < self.clock.left
        first = self.counted()[:1]
        if not (self.sweeps or self.limit) and first and EARLY * self.sweep_seconds < self.clock.left:
            self._look(first[0])  # the search leaves no time
        left, right = (np.unique(side[chosen]) for side in (self.net.edges.left, self.net.edges.right))
        self.assigned = int(self.net.left_gain[left].sum() + self.net.right_gain[right].sum())
        return chosen

    def _solve(self, edges: Edges) -> tuple[Ints, Prices]:
        net = network(self.instance, edges, self.room, self.settled)
        self.weights, self.strict = level_weights(net, self.order)
        begun = self.clock.seconds
        chosen, prices = assign(net, self.weights, self.clock, self.prices)
        self.flow_seconds = self.clock.seconds - begun
        self.net, self.prices, self.limit, self.soft = net, prices, {}, {}
        return np.flatnonzero(chosen), prices

    # -- 2. days --

    def schedule(self, chosen: Ints) -> None:
        """Give the assigned matches their days; those that find none are dropped."""
        assert self.net is not None
        edges = self.net.edges
        for match in schedule(self.board, edges.left[chosen], edges.right[chosen], clock=self.clock):
            self.board.remove(match)
        self.board.prefer_good_days()

    def whole(self) -> Choices | None:
        """Every choice of a problem that has few; else None."""
        assert self.net is not None
        edges, most = self.net.edges, min(WHOLE, EACH * self.instance.n)
        if not edges.complete or count_choices(self.instance, edges, enough=most) > most:
            return None
        return choices_of(self.instance, edges.left, edges.right, self.busy)

    def fits(self, share: float) -> bool:
        """Whether the plan on the board matches more than this share of whom the assignment matches."""
        values = self.values()
        if not self.sweeps:
            return values["people"] - self.base["people"] > share * self.assigned
        return values["people"] > share * self.bounds(values, ["people"])["people"]

    def few_choices(self) -> Choices | None:
        """Every choice of the edges, where each has few and the assignment did not fit; else None.

        Where not all pairs are edges only as long as all can be looked at.
        """
        assert self.net is not None
        edges = self.net.edges
        if self.fits(NEARLY) or not (edges.complete or self.instance.n <= SEEN):
            return None
        most = min(LISTED, FEW * len(edges))
        if count_choices(self.instance, edges, enough=most) > most:
            return None
        return choices_of(self.instance, edges.left, edges.right, self.busy)

    def guided(self, *, each: int) -> Search:
        """A search over everybody's best edges by the prices of the assignment."""
        assert self.net is not None
        assert self.prices is not None
        target = Target.of(self.net, self.weights, self.prices)
        best = target.best(each)
        return self.search(self.net.edges.take(best), -target.short[best].astype(np.float64))

    def narrow(self) -> Search:
        """A search for the days of the assigned matches, and for no others."""
        assert self.net is not None
        edges = self.net.edges.take(self.chosen)
        return self.search(edges, np.zeros(len(edges)))

    def wide(self) -> Search:
        """A search over every edge, those worth most first."""
        from solver.anneal import weights_of

        assert self.net is not None
        weights = weights_of(self.order)
        total = np.zeros(len(self.net.edges))
        for level, worth in self.net.worth.items():
            total += weights[level] * worth
        return self.search(self.net.edges, total)

    def search(self, edges: Edges, attraction: Floats) -> Search:
        """A search over some edges, those of the most attraction tried first."""
        from solver.anneal import Search, weights_of  # here: loading the compiler takes half a second

        return Search(self.instance, edges, self.room, weights_of(self.order), attraction)

    def anneal(
        self,
        search: Search,
        *,
        moves: int,
        seconds: float,
        hot: float,
        plan: Choices | None = None,
        until: Callable[[], bool] = lambda: False,
    ) -> None:
        """Improve the plan on the board, or another one, by the compiled search; what is worse than the one
        on the board is not kept.

        ``moves`` for each person, as far as they fit into ``seconds`` and before ``until`` says so.
        """
        if self.searched and self.clock.over:
            return
        again, self.searched = self.searched, True
        search.begin_with(self.loose_choices() if plan is None else plan)
        moves = max(MOVES, moves * self.instance.n)
        settled = self.board.choices().take(self._fixed())

        def found(choices: Choices) -> None:
            self.tell(plan=settled.and_those(choices))

        self.offer(
            search.anneal(
                self.clock, moves=moves, seconds=seconds, hot=hot, again=again, found=found, until=until
            )
        )

    def offer(self, choices: Choices | None) -> None:
        """Put a plan on the board (pinned matches apart) unless it is worse than the one that is there."""
        if choices is not None:
            before, kept = self.in_order(), self.loose_choices()
            self.replace(choices)
            if self.in_order() < before:
                self.replace(kept)
            self.tell(now=True)

    def in_order(self) -> list[int]:
        """What the plan on the board is worth on each level, the first counting most."""
        values = self.values()
        return [values[level] for level in self.order]

    def combined(self, values: Mapping[str, int]) -> int:
        """Level values as one number."""
        return sum(weight * values[level] for level, weight in self.weights.items())

    def tell(self, *, now: bool = False, plan: Choices | None = None) -> None:
        """Tell whoever watches about the first level that is not proven, at most every `TELLING` seconds."""
        if self.clock.on_progress is None or self.net is None or self.clock.is_abandoned:
            return
        begun = self.clock.seconds
        if not now and begun - self.last_told < max(TELLING, 10 * self.telling):
            return
        plan = self.board.choices() if plan is None else plan
        values = self.values(plan=plan)
        bounds = self.bounds(values)
        level = next((name for name in self.order if bounds[name] > values[name]), self.order[-1])
        total = len(set(self.instance.problem.previous)) if level == "changes" else 0
        value, bound = abs(total - values[level]), float(abs(total - bounds[level]))
        says = level != "travel" or bounds[level] < 0 or not value
        matched = np.union1d(plan.a, plan.b) if self.instance.swap else np.unique(plan.a)
        self.clock.tell(level, value, bound if says else None, len(matched))
        self.last_told, self.telling = self.clock.seconds, self.clock.seconds - begun

    def leading(self) -> dict[str, int]:
        """Values on the first two levels that count."""
        values = self.values()
        return {level: values[level] for level in self.counted()[:2]}

    def counted(self) -> list[str]:
        """The levels on which plans can differ at all, the first counting most."""
        return [level for level in self.order if self.weights[level]]

    def leading_proven(self) -> bool:
        """Whether the first two levels that count are at their bounds: the rest hardly repays more."""
        leading = self.leading()
        bounds = self.bounds(self.values(), list(leading))
        return all(bounds[level] <= value for level, value in leading.items())

    def loose_choices(self) -> Choices:
        """The matches on the board that are not pinned."""
        return self.board.choices().take(~self._fixed())

    def _fixed(self) -> Bools:
        return np.array([self.board.fixed[match] for match in self.board.live()], dtype=bool)

    def replace(self, choices: Choices) -> None:
        """Put these matches on the board instead of all but the pinned ones."""
        for match in self.board.live():
            if not self.board.fixed[match]:
                self.board.remove(match)
        for a, b, day, other in choices.rows():
            self.board.put(self.board.add(a, b), (day, other))

    # -- bounds --

    def softened(self, values: Mapping[str, int], bounds: Mapping[str, int]) -> dict[str, int]:
        """Better bounds below a level that is not at its own, from a few exchange rates.

        With strict weights one point missing above would excuse everything below; any rate gives a bound.
        """
        assert self.net is not None
        better = dict(bounds)
        first = self.flow_seconds + (0 if self.sweeps else self.sweep_seconds)
        self.soft_seconds = self.soft_seconds or first
        used = self.counted()
        for place, level in enumerate(used):
            loose = [name for name in used[:place] if bounds[name] > values[name]]
            if not loose:
                continue
            for rate in RATES[level]:
                weights, one, dear = dict.fromkeys(self.order, 0), 0, rate
                for name in reversed(used[: place + 1]):
                    weights[name] = 1 if name == level else dear if name in loose else 16 * one + 1
                    dear *= 4 if name in loose else 1
                    one += weights[name] * self.net.span(name)
                known = (level, rate, *loose)
                if known not in self.soft:
                    if self.clock.left < 1.3 * self.soft_seconds:
                        continue
                    begun = self.clock.seconds
                    _, prices = assign(self.net, weights, self.clock)
                    self.soft[known] = bound(self.net, weights, prices)
                    self.soft_seconds = self.clock.seconds - begun
                spent = sum(weights[name] * (values[name] - self.base[name]) for name in used[:place])
                limit = self.soft[known] - spent + self.base[level]
                better[level] = max(values[level], min(better[level], limit))
        return better

    def bounds(self, values: Mapping[str, int], levels: Sequence[str] | None = None) -> dict[str, int]:
        """Upper bounds on every level, each given that the levels before it keep these values."""
        assert self.net is not None
        assert self.prices is not None
        found: dict[str, int] = {}
        for place, level in enumerate(self.order):
            if levels is not None and level not in levels:
                continue
            unit = self.weights[level]
            if not unit:
                found[level] = self.base[level]
                continue
            whole = self._whole(level)
            if level not in self.limit:
                if not self.sweeps:
                    found[level] = self.base[level] + self.net.most(level)
                    continue
                self._look(level)
            spent = sum(whole[name] * (values[name] - self.base[name]) for name in self.order[:place])
            found[level] = self.limit[level] - spent + self.base[level]
        return found

    def limit_to(self, level: str, most: Mapping[str, int]) -> None:
        """No plan has more on a level and those before it than this one, of which pins are no part."""
        self.bounds(self.values(), [level])
        total = sum(weight * most.get(name, 0) for name, weight in self._whole(level).items())
        self.limit[level] = min(self.limit.get(level, total), total)

    @property
    def owed(self) -> float:
        """Seconds that the bounds left for the end will take."""
        if self.sweeps:
            return 0.0
        return self.sweep_seconds * sum(level not in self.limit for level in self.counted())

    def sweep(self) -> None:
        """Find the bounds that were left for the end, as far as time allows: those of pairs beyond number."""
        for level in [level for level in self.counted() if level not in self.limit]:
            if max(self.clock.left, HASTY * self.clock.seconds) < self.sweep_seconds:
                return
            self._look(level)

    def _look(self, level: str) -> float:
        """Bound a level and those before it by the prices, over every pair; returns the seconds it took."""
        begun = self.clock.seconds
        assert self.net is not None
        assert self.prices is not None
        self.limit[level] = bound(self.net, self._whole(level), rounded(self.prices, self.weights[level]))
        return self.clock.seconds - begun

    def _whole(self, level: str) -> dict[str, int]:
        """The weights of a level and those before it, in units of the level."""
        upto, unit = self.order[: self.order.index(level) + 1], self.weights[level]
        return {name: self.weights[name] // unit if name in upto else 0 for name in self.order}
