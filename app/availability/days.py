"""Which days of a campaign a person can offer, and why the others are closed.

A person leaves on the campaign's days that they work: not on their site's public holidays, the company's
closing days, weekdays they do not work, school days, nor outside their contract. They receive on the same
days, unless their team receives nobody that weekday. Where a roster covers a day, it counts instead of the
usual week; and the team's own black-out days close, for leaving, for receiving, or for both.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from app.campaigns.calendar import Closed, ClosedKind, campaign_days, closed_reason
from app.campaigns.tables import Campaign, Exchange
from app.people.tables import Holidays, Person, Site, Team
from app.teams.rules import NO_ROSTER, RosterWeek, marked
from solver.rules import Frame


class Why(StrEnum):
    """Why a day cannot be chosen."""

    HOLIDAY = "holiday"
    CLOSING = "closing"
    NOT_WORKED = "not_worked"
    SCHOOL = "school"
    CONTRACT = "contract"
    """Before the person enters, or after their contract ends."""
    TEAM_CLOSED = "team_closed"
    """The team receives nobody that weekday, or that day."""
    TEAM_NEEDED = "team_needed"
    """The team lets nobody go that day."""
    ROSTER_OFF = "roster_off"
    """The roster has them off."""
    ROSTER_PART = "roster_part"
    """The roster has them at work, but not at these hours."""


class Rhythm(Protocol):
    """What the days need to know of somebody; `Person` and the rows of the queries have it."""

    @property
    def worked_weekdays(self) -> str: ...
    @property
    def school_weekdays(self) -> str: ...
    @property
    def entered_on(self) -> date | None: ...
    @property
    def contract_ends_on(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Told:
    """What rosters say of one person's days, for a visit at given hours, and their team of everybody's."""

    roster: RosterWeek = NO_ROSTER
    no_leaving: Collection[date] = frozenset()
    no_visitors: Collection[date] = frozenset()


NOTHING_TOLD = Told()


@dataclass(frozen=True, slots=True)
class DayState:
    """A day on the calendar: free when `why` is None. `name` is the public holiday's."""

    date: date
    why: Why | None = None
    name: str = ""


class DayBook:
    """The days of one campaign, with what was already worked out kept: thousands of people share few rhythms.

    A mask is an integer whose bit `i` stands for `days[i]`, as in `solver.rules`.
    """

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self.days = tuple(campaign_days(campaign))
        self.by_iso = {day.isoformat(): index for index, day in enumerate(self.days)}
        self._by_day = {day: index for index, day in enumerate(self.days)}
        self._closed: dict[Holidays, dict[date, Closed]] = {}
        self._masks: dict[tuple[object, ...], int] = {}

    @property
    def every_day(self) -> int:
        """The mask of all days."""
        return (1 << len(self.days)) - 1

    def state(self, day: date, rhythm: Rhythm, site: Site, roster: RosterWeek = NO_ROSTER) -> DayState:
        """Whether somebody of a site is at work on a day."""
        closed = self._closed_days(site).get(day)
        if closed is not None:
            is_holiday = closed.kind == ClosedKind.HOLIDAY
            return DayState(day, Why.HOLIDAY if is_holiday else Why.CLOSING, closed.name)
        if day in roster.off:
            return DayState(day, Why.ROSTER_PART if day in roster.partly else Why.ROSTER_OFF)
        if day not in roster.works:
            if not marked(rhythm.worked_weekdays, day):
                return DayState(day, Why.NOT_WORKED)
            if marked(rhythm.school_weekdays, day):
                return DayState(day, Why.SCHOOL)
        before = rhythm.entered_on is not None and day < rhythm.entered_on
        after = rhythm.contract_ends_on is not None and day > rhythm.contract_ends_on
        return DayState(day, Why.CONTRACT if before or after else None)

    def states(self, rhythm: Rhythm, site: Site, told: Told = NOTHING_TOLD) -> list[DayState]:
        """Every day with its state, for leaving."""
        found = [self.state(day, rhythm, site, told.roster) for day in self.days]
        return [
            DayState(one.date, Why.TEAM_NEEDED) if one.why is None and one.date in told.no_leaving else one
            for one in found
        ]

    def receiving_states(
        self, rhythm: Rhythm, site: Site, closed_weekdays: str, told: Told = NOTHING_TOLD
    ) -> list[DayState]:
        """Every day with its state, for receiving."""
        found = [self.state(day, rhythm, site, told.roster) for day in self.days]
        return [
            DayState(one.date, Why.TEAM_CLOSED)
            if one.why is None and (marked(closed_weekdays, one.date) or one.date in told.no_visitors)
            else one
            for one in found
        ]

    def leaving(self, rhythm: Rhythm, site: Site, told: Told = NOTHING_TOLD) -> int:
        """The free days of `states` as a mask."""
        return self._worked(rhythm, site, "", told.roster) & ~self._mask(told.no_leaving)

    def receiving(self, rhythm: Rhythm, site: Site, closed_weekdays: str, told: Told = NOTHING_TOLD) -> int:
        """The free days of `receiving_states` as a mask."""
        return self._worked(rhythm, site, closed_weekdays, told.roster) & ~self._mask(told.no_visitors)

    def _worked(self, rhythm: Rhythm, site: Site, closed_weekdays: str, roster: RosterWeek) -> int:
        usual = self._usual(rhythm, site, closed_weekdays)
        if not (roster.works or roster.off):
            return usual
        works, off = self._mask(roster.works), self._mask(roster.off)
        always = _EveryDay(rhythm.entered_on, rhythm.contract_ends_on)
        return usual & ~off | self._usual(always, site, closed_weekdays) & works

    def _mask(self, days: Iterable[date]) -> int:
        mask = 0
        for day in days:
            if (index := self._by_day.get(day)) is not None:
                mask |= 1 << index
        return mask

    def _usual(self, rhythm: Rhythm, site: Site, closed_weekdays: str) -> int:
        entered, ends = rhythm.entered_on, rhythm.contract_ends_on
        if entered is not None and (not self.days or entered <= self.days[0]):
            entered = None
        if ends is not None and (not self.days or ends >= self.days[-1]):
            ends = None
        rhythm_key = (rhythm.worked_weekdays, rhythm.school_weekdays, entered, ends)
        key = (site.holidays, rhythm_key, closed_weekdays)
        if key not in self._masks:
            states = self.receiving_states(rhythm, site, closed_weekdays)
            self._masks[key] = sum(1 << index for index, state in enumerate(states) if state.why is None)
        return self._masks[key]

    def mask_of(self, chosen: Iterable[str]) -> int:
        """ISO days as a mask; those that are no day of the campaign (any more) are dropped."""
        mask = 0
        for iso in chosen:
            if (index := self.by_iso.get(iso)) is not None:
                mask |= 1 << index
        return mask

    def mask_between(self, first: date | None, last: date | None) -> int:
        """The campaign's days from `first` to `last`, both included; none when either is missing."""
        if first is None or last is None:
            return 0
        return sum(1 << index for index, day in enumerate(self.days) if first <= day <= last)

    def dates(self, mask: int) -> tuple[date, ...]:
        """A mask as days, in order."""
        return tuple(day for index, day in enumerate(self.days) if mask >> index & 1)

    def _closed_days(self, site: Site) -> dict[date, Closed]:
        zone = site.holidays
        if zone not in self._closed:
            reasons = ((day, closed_reason(self.campaign, None, site, day)) for day in self.days)
            self._closed[zone] = {day: reason for day, reason in reasons if reason is not None}
        return self._closed[zone]


@dataclass(frozen=True, slots=True)
class _EveryDay:
    """Whoever a roster has at work, whatever their usual week."""

    entered_on: date | None
    contract_ends_on: date | None
    worked_weekdays: str = "1111111"
    school_weekdays: str = "0000000"


def frame_of(campaign: Campaign, book: DayBook, minutes: dict[tuple[str, str], int]) -> Frame:
    """The campaign as the rules see it."""
    return Frame(
        ordinals=tuple(day.toordinal() for day in book.days),
        is_swap=campaign.exchange == Exchange.SWAP,
        min_gap=campaign.min_gap_days,
        max_gap=campaign.max_gap_days,
        max_travel=campaign.max_travel_minutes,
        minutes=minutes,
    )


def possible_days(campaign: Campaign, person: Person, site: Site, told: Told = NOTHING_TOLD) -> list[date]:
    """The days of a campaign on which the person could visit somebody."""
    book = DayBook(campaign)
    return list(book.dates(book.leaving(person, site, told)))


def receiving_days(
    campaign: Campaign, person: Person, team: Team, site: Site, told: Told = NOTHING_TOLD
) -> list[date]:
    """The days of a campaign on which the person could receive somebody."""
    book = DayBook(campaign)
    return list(book.dates(book.receiving(person, site, team.closed_weekdays, told)))
