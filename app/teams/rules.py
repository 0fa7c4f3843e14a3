"""Pure decisions about a team's days.

1. Who works when      `RosterWeek`: a roster's day counts where there is one, else the usual week.
2. Who is there        `Presence`: members at work, by team and day.
3. Hours               `hours_of`, `meets`, `touches`: whether a roster's day leaves room for a visit's hours.
4. Who leads           `leading`: whom a team has, of the managers that its people have.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from fractions import Fraction
from typing import Generic, NamedTuple, Protocol, TypeVar

from app.teams.tables import Shift

NOON, HALF_PAST_ONE = time(12, 30), time(13, 30)
DAY_BEGINS, DAY_ENDS = time(0, 0), time(23, 59, 59)
ENOUGH = Fraction(3, 5)
"""Of a visit's hours; an afternoon from 12:30 on is just three fifths of 9:30 to 17:00."""


class Shifted(Protocol):
    """What a roster says of a day: a row, a line of a file, a `Part`."""

    @property
    def shift(self) -> Shift: ...
    @property
    def starts_at(self) -> time | None: ...
    @property
    def ends_at(self) -> time | None: ...


class Part(NamedTuple):
    """A day of which somebody works a part."""

    shift: Shift
    starts_at: time | None = None
    ends_at: time | None = None


@dataclass(frozen=True, slots=True)
class During:
    """A visit's hours, and whether it takes the whole day."""

    starts_at: time
    ends_at: time
    whole_day: bool = False


WHOLE_DAY = During(time(9, 0), time(17, 0), whole_day=True)
"""A visit as plans make it."""


@dataclass(slots=True, eq=False)
class RosterWeek:
    """The days of one person that rosters cover: at work, off, or at work for a part of the day."""

    works: set[date] = field(default_factory=set)
    off: set[date] = field(default_factory=set)
    partly: Mapping[date, Part] = field(default_factory=dict)

    def at(self, during: During) -> "RosterWeek":
        """As it counts for a visit at these hours: a part of a day that does not meet it is off."""
        if not self.partly:
            return self
        met = {day for day, part in self.partly.items() if meets(part, during)}
        return RosterWeek(self.works | met, self.off | (self.partly.keys() - met), self.partly)


NO_ROSTER = RosterWeek()


def marked(weekdays: str, day: date) -> bool:
    """Whether the 0/1 string, one per weekday from Monday, marks the day."""
    return weekdays[day.weekday() :][:1] == "1"


def usually_works(worked_weekdays: str, school_weekdays: str, day: date) -> bool:
    """The usual week, less an apprentice's school days."""
    return marked(worked_weekdays, day) and not marked(school_weekdays, day)


class Presence:
    """Members at work by team and day, put together from groups of people."""

    def __init__(self) -> None:
        self._weekly: defaultdict[int, list[int]] = defaultdict(lambda: [0] * 7)
        self._told: defaultdict[tuple[int, date], int] = defaultdict(int)

    def add_week(self, team_id: int, worked: str, school: str, people: int) -> None:
        """So many members share this usual week."""
        for weekday in range(7):
            if worked[weekday : weekday + 1] == "1" and school[weekday : weekday + 1] != "1":
                self._weekly[team_id][weekday] += people

    def add_told(
        self, team_id: int, day: date, worked: str, school: str, people: int, *, works: bool
    ) -> None:
        """So many members of that usual week have this day in a roster."""
        self._told[team_id, day] += people * (works - usually_works(worked, school, day))

    def on(self, team_id: int, day: date) -> int:
        """Members at work."""
        return self._weekly[team_id][day.weekday()] + self._told.get((team_id, day), 0)


def hours_of(row: Shifted) -> tuple[time, time] | None:
    """From when to when a roster's day goes; None when the person is off."""
    if row.shift == Shift.HOURS and row.starts_at is not None and row.ends_at is not None:
        return row.starts_at, row.ends_at
    return {
        Shift.FULL: (DAY_BEGINS, DAY_ENDS),
        Shift.MORNING: (DAY_BEGINS, HALF_PAST_ONE),
        Shift.AFTERNOON: (NOON, DAY_ENDS),
    }.get(row.shift)


def meets(row: Shifted, during: During) -> bool:
    """Whether somebody is at work during a visit's hours, or more than three fifths of them (`ENOUGH`); the
    two then agree on the rest. Planning, moving and booking offer what this allows, and a day that stands
    contradicts a roster where it does not.

    A morning or an afternoon at work is no whole day, told as a half or in hours (13 to 17 of 9:30 to 17 is
    53 %): a visit of one needs other hours, or somebody else.
    """
    if during.whole_day and row.shift in {Shift.MORNING, Shift.AFTERNOON}:
        return False
    lasts = _minutes(during.ends_at) - _minutes(during.starts_at)
    return _shared_minutes(row, during) > ENOUGH * lasts


def touches(row: Shifted, during: During) -> bool:
    """Whether somebody is at work at some time of a visit's hours: other hours mend what `meets` refuses."""
    return _shared_minutes(row, during) > 0


def _shared_minutes(row: Shifted, during: During) -> int:
    if (hours := hours_of(row)) is None:
        return 0
    first, last = max(hours[0], during.starts_at), min(hours[1], during.ends_at)
    return max(0, _minutes(last) - _minutes(first))


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


Key = TypeVar("Key", bound=Hashable)


class Tally(NamedTuple, Generic[Key]):
    """Of how many people of a team somebody is the manager."""

    team_id: int
    manager: Key
    people: int
    inside: bool
    """The manager works in the team."""


def leading(tallies: Iterable[Tally[Key]]) -> dict[int, set[Key]]:
    """Who leads each team: whoever works in it and manages somebody there; and of those who work elsewhere,
    who manages the most of its people, and more than anybody in it. A file that still names the former
    manager of somebody who changed team, or the manager of a team's head, gives nobody the whole team."""
    teams: dict[int, list[Tally[Key]]] = defaultdict(list)
    for one in tallies:
        teams[one.team_id].append(one)
    found = {}
    for team_id, managing in teams.items():
        most = max(one.people for one in managing)
        within = max((one.people for one in managing if one.inside), default=0)
        found[team_id] = {one.manager for one in managing if one.inside or one.people == most > within}
    return found
