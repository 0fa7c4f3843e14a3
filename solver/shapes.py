"""What a problem is made of: campaign, sites, teams, people, visits. Days are masks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

LEVELS = ("people", "wishes", "changes", "travel", "days")
MUTUAL_POINTS = 1
"""What a visit to a colleague is worth when both named the other: like a third wish, see `Problem.mutual`."""
REPAIR_LEVELS = ("people", "changes", "wishes", "travel", "days")
NO_LIMIT = 10**9


class Visit(NamedTuple):
    """One day: who goes to whom. ``day`` is an index into ``campaign.days``; negative outside it."""

    visitor: str
    host: str
    day: int


@dataclass(frozen=True, slots=True)
class Campaign:
    """The rules of the game. Gaps: calendar days between the visits of a swap; travel: minutes."""

    days: tuple[date, ...]
    exchange: str = "swap"
    max_swaps_per_person: int = 1
    min_gap_days: int = 0
    max_gap_days: int = NO_LIMIT
    max_travel_minutes: int = NO_LIMIT
    link_points: int = 0
    objective_order: tuple[str, ...] = LEVELS

    @property
    def is_swap(self) -> bool:
        return self.exchange == "swap"


@dataclass(frozen=True, slots=True)
class Site:
    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """Members away and visitors received, at most, on one day."""

    max_away: int
    max_visitors: int


@dataclass(frozen=True, slots=True)
class Team:
    """A team; ``closed`` and ``good`` are day masks, ``limits_by_day`` is keyed by day index."""

    id: str
    side: str
    department: str
    site: str
    max_away: int
    max_visitors: int
    name: str = ""
    closed: int = 0
    good: int = 0
    limits_by_day: Mapping[int, Limit] = field(default_factory=dict)

    def limit(self, day: int) -> Limit:
        """What holds on a day: the day's own limit where there is one."""
        own = self.limits_by_day.get(day)
        return own if own is not None else Limit(self.max_away, self.max_visitors)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody taking part; ``available`` (can visit) and ``can_host`` are day masks."""

    id: str
    team: str
    available: int
    can_host: int
    manager: str | None = None
    wishes: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    priority: int = 1
    excluded_sites: tuple[str, ...] = ()
    max_swaps: int | None = None


def ordered(a: str, b: str) -> tuple[str, str]:
    """The two ids of a pair in the one order in which pairs are stored."""
    return (a, b) if a <= b else (b, a)


def days_of(mask: int) -> list[int]:
    """The day indices of a mask, ascending."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
