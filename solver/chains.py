"""Chains of matches: one more person with a match, nobody without one, the rest of the plan as it is.

Somebody takes a colleague from a partner, who takes another colleague from theirs, and so on to a colleague
who is free (an augmenting path); where a place or a day is missing, the match that holds it moves to other
days or looks for other colleagues. What a chain shows is true of the whole plan: it ends in a valid plan.

A chain may be allowed a *leave*: things that the rules do not give and that a change would give, such as one
day that the person does not offer or one more place in a team. It says which it used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from solver.problem import Visit, days_of
from solver.standing import AWAY, VISITORS, Match, Place, Standing

STEPS = 2_000
"""So many (person, colleague) are looked at before a chain is given up."""
MOVED, TRIED = 6, 60
"""Matches that are asked to move for one place, and days that are tried for one pair."""
PRUNED = 3_000
"""Up to so many people it is worth knowing who could be at the end of a chain."""


@dataclass(frozen=True, slots=True)
class Leave:
    """What a chain may use beyond the rules: so many days of the person's own, places, second matches."""

    days: int = 0
    places: int = 0
    seconds: int = 0
    opening: bool = False
    """Whether a place may be on a day on which the team is closed."""
    sites: tuple[str, ...] = ()
    """Sites beyond the journey allowed where the person may look for a colleague."""


@dataclass(frozen=True, slots=True)
class Used:
    """What a chain used of its leave, and how many more people have a match."""

    gain: int
    days: tuple[int, ...] = ()
    places: tuple[Place, ...] = ()
    second: int | None = None
    visits: tuple[Visit, ...] = ()
    """The whole plan then."""


@dataclass
class _Trial:
    guest: int
    leave: Leave
    steps: int
    seen: set[int] = field(default_factory=set)
    days: list[int] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    seconds: list[int] = field(default_factory=list)

    @property
    def mark(self) -> tuple[int, int, int]:
        return len(self.days), len(self.places), len(self.seconds)


class Chains:
    """Looks for chains in a plan; what it tries is undone."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        self.opening = False
        self.every = (1 << len(standing.problem.campaign.days)) - 1
        ordinals = [day.toordinal() for day in standing.problem.campaign.days]
        campaign = standing.problem.campaign
        self.partners = [
            sum(
                1 << other
                for other, there in enumerate(ordinals)
                if there != here and campaign.min_gap_days <= abs(here - there) <= campaign.max_gap_days
            )
            for here in ordinals
        ]

    def find(self, guest: int, leave: Leave, *, steps: int = STEPS) -> Used | None:
        """The shortest chain found that gives somebody a match; the plan stands as before afterwards."""
        mark, heads = len(self.standing.journal), self.standing.heads
        self.opening = leave.opening
        for depth in range(4):
            trial = _Trial(guest, leave, steps)
            if self._match(trial, guest, depth):
                second = trial.seconds[0] if trial.seconds else None
                days, places = tuple(trial.days), tuple(trial.places)
                used = Used(self.standing.heads - heads, days, places, second, self.standing.visits())
                self._give_back(trial, (0, 0, 0), mark)
                return used if used.gain > 0 else None
            self._give_back(trial, (0, 0, 0), mark)
            if trial.steps <= 0:
                break
        return None

    def have_days(self, visitor: int, host: int, there: int, home: int) -> bool:
        """Whether these days, as far as both teams allow any visit on them, hold a match of two people."""
        there &= self.standing.ever(AWAY, self.standing.team[visitor])
        there &= self.standing.ever(VISITORS, self.standing.team[host])
        if not self.standing.swap:
            return there != 0
        home &= self.standing.ever(AWAY, self.standing.team[host])
        home &= self.standing.ever(VISITORS, self.standing.team[visitor])
        return any(home & self.partners[day] for day in days_of(there))

    def keep(self, guest: int, leave: Leave, *, steps: int = STEPS) -> bool:
        """As `find`, and the plan stands changed afterwards."""
        mark, heads = len(self.standing.journal), self.standing.heads
        self.opening = leave.opening
        for depth in range(4):
            trial = _Trial(guest, leave, steps)
            if self._match(trial, guest, depth) and self.standing.heads > heads:
                return True
            self._give_back(trial, (0, 0, 0), mark)
        return False

    def _give_back(self, trial: _Trial, taken: tuple[int, int, int], mark: int) -> None:
        self.standing.back_to(mark)
        days, places, seconds = taken
        for place in trial.places[places:]:
            self.standing.add_place(place, -1)
        for person in trial.seconds[seconds:]:
            self.standing.allow(person, -1)
        del trial.days[days:], trial.places[places:], trial.seconds[seconds:]

    # -- one match --

    def _match(self, trial: _Trial, who: int, depth: int) -> bool:
        """Give somebody a match, at most so many others changed one after the other."""
        standing = self.standing
        beyond = self._beyond(trial) if who == trial.guest and trial.leave.sites else None
        if self._free_colleague(trial, who, beyond, depth):
            return True
        everybody = standing.colleagues(who) if beyond is None else beyond
        if trial.leave.seconds > len(trial.seconds):
            for j in everybody:
                if not standing.idle(j) and standing.cap[j] and self._second(trial, who, j, depth):
                    return True
        return depth > 0 and self._taken_colleague(trial, who, everybody, depth)

    def _free_colleague(self, trial: _Trial, who: int, beyond: list[int] | None, depth: int) -> bool:
        standing = self.standing
        free = standing.idle_colleagues(who) if beyond is None else beyond
        for moving in range(min(depth, 1) + 1):
            for j in free:
                trial.steps -= 1
                if trial.steps < 0:
                    return False
                if standing.idle(j) and self._seat(trial, who, j, moving=bool(moving), depth=depth):
                    return True
        return False

    def _taken_colleague(self, trial: _Trial, who: int, everybody: list[int], depth: int) -> bool:
        good = self.good_ends(who)
        for j in everybody:
            if self.standing.idle(j) or j in trial.seen or (good is not None and j not in good):
                continue
            if trial.steps < 0:
                return False
            if self._take(trial, who, j, depth):
                return True
        return False

    def _beyond(self, trial: _Trial) -> list[int]:
        return self.standing.at(trial.leave.sites, trial.guest)

    def _second(self, trial: _Trial, who: int, j: int, depth: int) -> bool:
        """A colleague who takes part once more than the rules let them."""
        trial.steps -= 1
        mark, taken = len(self.standing.journal), trial.mark
        if any(j in self.standing.matches[number][:2] for number in self.standing.made[who]):
            return False
        self.standing.allow(j, 1)
        trial.seconds.append(j)
        if self._seat(trial, who, j, moving=depth > 0, depth=depth):
            return True
        self._give_back(trial, taken, mark)
        return False

    def _take(self, trial: _Trial, who: int, j: int, depth: int) -> bool:
        """Take a colleague from a partner, who looks for another one."""
        standing = self.standing
        for number in list(standing.held[j]):
            if number in standing.pinned:
                continue
            match = standing.matches[number]
            partner = match.two if match.one == j else match.one
            if partner == who:
                continue
            mark, taken = len(standing.journal), trial.mark
            trial.seen.add(j)
            trial.steps -= 1
            standing.lift(number)
            if self._seat(trial, who, j, moving=depth > 1, depth=depth - 1) and (
                standing.made[partner] or self._match(trial, partner, depth - 1)
            ):
                return True
            self._give_back(trial, taken, mark)
        return False

    # -- days of one pair --

    def _seat(self, trial: _Trial, one: int, two: int, *, moving: bool, depth: int) -> bool:
        """Give two people their days; ``moving``: another match may have to move for it."""
        standing = self.standing
        if standing.swap and any(two in standing.matches[number][:2] for number in standing.made[one]):
            return False
        if not standing.swap and any(standing.matches[n].two == two for n in standing.made[one]):
            return False
        for days, own, places in self._days(trial, one, two):
            trial.days += own
            for place in places:
                trial.places.append(place)
                standing.add_place(place, 1)
            standing.put(Match(one, two, *days))
            return True
        return moving and self._make_room(trial, one, two, depth)

    def _days(
        self, trial: _Trial, one: int, two: int
    ) -> Iterator[tuple[tuple[int, int], list[int], list[Place]]]:
        """Days for a pair with as little leave as possible, what of it they use."""
        own = trial.leave.days - len(trial.days) if trial.guest == one else 0
        places = trial.leave.places - len(trial.places)
        there = self._leg(one, two, trial.guest, own, places)
        if not self.standing.swap:
            for (more, short), mask in sorted(there.items()):
                if mask and more <= own and short <= places:
                    day = days_of(mask)[0]
                    yield (day, -1), [day] * more, self._short(one, two, day) if short else []
            return
        if not any(there.values()):
            return
        home = self._leg(two, one, trial.guest, own, places)
        for (m1, s1), out in sorted(there.items()):
            for (m2, s2), back in sorted(home.items()):
                if not (out and back) or m1 + m2 > own or s1 + s2 > places:
                    continue
                for day in days_of(out):
                    hit = back & self.partners[day]
                    if hit:
                        other = days_of(hit)[0]
                        used = self._short(one, two, day) if s1 else []
                        used += self._short(two, one, other) if s2 else []
                        yield (day, other), [day] * m1 + [other] * m2, used
                        break

    def _leg(self, visitor: int, host: int, guest: int, own: int, places: int) -> dict[tuple[int, int], int]:
        """Masks of days by what is missing: (days that the guest does not offer, places)."""
        standing = self.standing
        people = standing.problem.people
        go, come = people[visitor].available, people[host].can_host
        free = ~(standing.busy[visitor] | standing.busy[host]) & self.every
        offered = go & come & free
        leave = standing.open(AWAY, standing.team[visitor])
        receive = standing.open(VISITORS, standing.team[host])
        found = {(0, 0): offered & leave & receive}
        if places:
            full = ~receive
            if not self.opening:
                full &= ~standing.problem.teams[standing.team[host]].closed
            short = (leave & full) | (receive & ~leave)
            found[0, 1] = offered & short
        if own:
            extra = free & (come & ~go if visitor == guest else go & ~come)
            found[1, 0] = extra & leave & receive
            if places:
                found[1, 1] = extra & short
        return found

    def _short(self, visitor: int, host: int, day: int) -> list[Place]:
        """The places that a visit misses."""
        standing = self.standing
        both = ((AWAY, standing.team[visitor]), (VISITORS, standing.team[host]))
        return [(kind, team, day) for kind, team in both if not standing.open(kind, team) >> day & 1]

    # -- room --

    def _make_room(self, trial: _Trial, one: int, two: int, depth: int) -> bool:
        """Days on which one other match stands in the way, which moves or lets its people look elsewhere."""
        standing, tried = self.standing, 0
        people = standing.problem.people
        own = trial.guest == one and trial.leave.days > len(trial.days)
        there = (self.every if own else people[one].available) & people[two].can_host
        home = people[two].available & (self.every if own else people[one].can_host)
        for day in days_of(there):
            for other in days_of(home & self.partners[day]) if standing.swap else (-1,):
                extra = [day] if not people[one].available >> day & 1 else []
                if other >= 0 and not people[one].can_host >> other & 1:
                    extra.append(other)
                if len(extra) > (trial.leave.days - len(trial.days) if one == trial.guest else 0):
                    continue
                tried += 1
                trial.steps -= 1
                if tried > TRIED or trial.steps < 0:
                    return False
                match = Match(one, two, day, other)
                for number in self._in_the_way(match):
                    if self._moved(trial, match, number, extra, depth):
                        return True
        return False

    def _in_the_way(self, match: Match) -> list[int]:
        """Matches any one of which would have to go, as far as one alone can be enough."""
        standing = self.standing
        days = 1 << match.day | (1 << match.other if match.other >= 0 else 0)
        busy = {
            number
            for person in (match.one, match.two)
            if standing.busy[person] & days
            for number in {*standing.made[person], *standing.held[person]}
            if (1 << standing.matches[number].day) & days
            or (standing.matches[number].other >= 0 and (1 << standing.matches[number].other) & days)
        }
        full = [
            place for place in standing.places(match) if not standing.open(place[0], place[1]) >> place[2] & 1
        ]
        if len(busy) > 1 or not (busy or full):
            return []
        holders = [standing.holders.get(place, set()) for place in full]
        common = set.intersection(*holders) if holders else busy
        if busy:
            common &= busy
        return sorted(number for number in common if number not in standing.pinned)[:MOVED]

    def _moved(self, trial: _Trial, match: Match, number: int, extra: list[int], depth: int) -> bool:
        standing = self.standing
        mark, taken = len(standing.journal), trial.mark
        other = standing.matches[number]
        if {other.one, other.two} & {match.one}:
            return False
        standing.lift(number)
        if self._fits(match):
            trial.days += extra
            standing.put(match)
            if self._seat(trial, other.one, other.two, moving=False, depth=0):
                return True
            if depth > 1 and self._both_elsewhere(trial, other, depth):
                return True
        self._give_back(trial, taken, mark)
        return False

    def _both_elsewhere(self, trial: _Trial, match: Match, depth: int) -> bool:
        standing = self.standing
        for person in (match.one, match.two) if standing.swap else (match.one,):
            if not standing.made[person] and not self._match(trial, person, depth - 2):
                return False
        return True

    def _fits(self, match: Match) -> bool:
        standing = self.standing
        days = 1 << match.day | (1 << match.other if match.other >= 0 else 0)
        if (standing.busy[match.one] | standing.busy[match.two]) & days:
            return False
        return all(standing.open(kind, team) >> day & 1 for kind, team, day in standing.places(match))

    # -- where chains can end --

    def good_ends(self, who: int) -> set[int] | None:
        """Colleagues from whom a chain can reach a free one, days aside; None where that is not known."""
        if len(self.standing.team) > PRUNED:
            return None
        side = self.standing.problem.teams[self.standing.team[who]].side
        return self._ends[side]

    @cached_property
    def _ends(self) -> dict[str, set[int]]:
        standing = self.standing
        found: dict[str, set[int]] = {"back": set(), "front": set()}
        for side in found:
            good = found[side]
            waiting = [
                i
                for i, team in enumerate(standing.team)
                if standing.idle(i) and standing.problem.teams[team].side != side
            ]
            good.update(waiting)
            asked = set[int]()
            while waiting:
                for k in standing.guests(waiting.pop()):
                    if k in asked:
                        continue
                    asked.add(k)
                    for number in standing.made[k]:
                        match = standing.matches[number]
                        j = match.two if match.one == k else match.one
                        if j not in good:
                            good.add(j)
                            waiting.append(j)
        return found
