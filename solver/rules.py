"""The rules of the game, stated once, in plain values and the standard library only.

1. Who may meet whom     `pair_refusals`: sides, departments, managers, avoidance, language, travel.
2. Who may go where      `leg_refusals`: places that the visitor cannot go to.
3. When                  `visit_days` for one visit, `swap_days` for the two visits of a swap.
4. Within which limits   `limit_refusals`: busy people, members away, visitors received.

Whoever counts, books or plans asks here, so that a page never promises what the solver could not plan. Build
a `Frame` from the campaign and a `Party` for each person (or take both from a problem with `frame_of` and
`parties_of`); `hosts_for` compares one person with thousands in milliseconds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from solver.problem import NO_LIMIT, Limit, Person, Problem, Team, days_of, ordered

SAME_PERSON = "same_person"
SAME_SIDE = "same_side"
SAME_DEPARTMENT = "same_department"
MANAGER = "manager"
AVOID = "avoid"
FORBIDDEN = "forbidden"
LANGUAGE = "language"
NO_ROUTE = "no_route"
TOO_FAR = "too_far"
EXCLUDED_SITE = "excluded_site"
NOT_AVAILABLE = "not_available"
CANNOT_HOST = "cannot_host"
CLOSED = "closed"
NO_COMMON_DAY = "no_common_day"
NO_GAP = "no_gap"
VISITOR_BUSY = "visitor_busy"
HOST_BUSY = "host_busy"
TEAM_AWAY = "team_away"
TEAM_FULL = "team_full"


@dataclass(frozen=True, slots=True)
class Party:
    """What the rules must know of a person. Day masks: bit ``i`` is the frame's day ``i``.

    ``can_leave`` are the days on which the person can visit and the team may release somebody; ``can_host``
    those on which the person can receive, the team is open and may receive somebody.
    """

    id: str
    team: str
    side: str
    department: str
    site: str
    can_leave: int
    can_host: int
    languages: frozenset[str]
    manager: str | None = None
    avoid: frozenset[str] = frozenset()
    excluded_sites: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Frame:
    """What the rules must know of the campaign. ``ordinals``: calendar number of each day, ascending."""

    ordinals: tuple[int, ...]
    is_swap: bool = True
    min_gap: int = 0
    max_gap: int = NO_LIMIT
    max_travel: int = NO_LIMIT
    minutes: Mapping[tuple[str, str], int] = field(default_factory=dict)
    forbidden: Collection[tuple[str, str]] = frozenset()

    @cached_property
    def partners(self) -> tuple[int, ...]:
        """For each day, the days on which the other visit may be: another day, the gap in bounds."""
        masks = []
        for here in self.ordinals:
            mask = 0
            for index, there in enumerate(self.ordinals):
                gap = abs(here - there)
                if gap and self.min_gap <= gap <= self.max_gap:
                    mask |= 1 << index
            masks.append(mask)
        return tuple(masks)

    def travel(self, here: str, there: str) -> int | None:
        """Minutes between two sites, None when one cannot get there."""
        return 0 if here == there else self.minutes.get((here, there))


# -- 1. who may meet whom --


def pair_refusals(frame: Frame, a: Party, b: Party) -> list[str]:
    """Every reason, as a code, why two people may never meet, whatever the day; empty when they may."""
    if a.id == b.id:
        return [SAME_PERSON]
    refusals = []
    if a.side == b.side:
        refusals.append(SAME_SIDE)
    if a.department == b.department:
        refusals.append(SAME_DEPARTMENT)
    if a.manager == b.id or b.manager == a.id:
        refusals.append(MANAGER)
    if b.id in a.avoid or a.id in b.avoid:
        refusals.append(AVOID)
    if ordered(a.id, b.id) in frame.forbidden:
        refusals.append(FORBIDDEN)
    if a.languages.isdisjoint(b.languages):
        refusals.append(LANGUAGE)
    minutes = frame.travel(a.site, b.site)
    if minutes is None:
        refusals.append(NO_ROUTE)
    elif minutes > frame.max_travel:
        refusals.append(TOO_FAR)
    return refusals


# -- 2. who may go where --


def leg_refusals(frame: Frame, visitor: Party, host: Party) -> list[str]:
    """Reasons, as codes, why this visitor may never go to this host (the pair's own reasons included)."""
    refusals = pair_refusals(frame, visitor, host)
    if host.site in visitor.excluded_sites:
        refusals.append(EXCLUDED_SITE)
    return refusals


# -- 3. when --


def visit_days(visitor: Party, host: Party) -> int:
    """Mask of the days on which one can go to the other, limits shared with colleagues aside."""
    return 0 if host.site in visitor.excluded_sites else visitor.can_leave & host.can_host


def swap_days(frame: Frame, a: Party, b: Party) -> Iterator[tuple[int, int]]:
    """Every (day a visits b, day b visits a) a swap of the two could take, earliest first."""
    there, back = visit_days(a, b), visit_days(b, a)
    if back:
        for day in days_of(there):
            for other in days_of(back & frame.partners[day]):
                yield day, other


def have_days(frame: Frame, a: Party, b: Party) -> bool:
    """Whether days exist: two in the right distance for a swap; for a shadow day one, in either direction."""
    there, back = visit_days(a, b), visit_days(b, a)
    if not frame.is_swap:
        return bool(there or back)
    if not (there and back):
        return False
    partners = frame.partners
    while there:
        low = there & -there
        if back & partners[low.bit_length() - 1]:
            return True
        there ^= low
    return False


def may_meet(frame: Frame, a: Party, b: Party) -> bool:
    """Whether the two could be planned together if nobody else wanted a place."""
    return not pair_refusals(frame, a, b) and have_days(frame, a, b)


def hosts_for(frame: Frame, visitor: Party, others: Iterable[Party]) -> list[Party]:
    """Everybody who could receive the visitor (and, in a swap, visit them back); quick for thousands."""
    reach = {visitor.site}
    reach |= {
        b for (a, b), minutes in frame.minutes.items() if a == visitor.site and minutes <= frame.max_travel
    }
    refused = {b for a, b in frame.forbidden if a == visitor.id} | {
        a for a, b in frame.forbidden if b == visitor.id
    }
    refused |= visitor.avoid | {visitor.id}
    if visitor.manager is not None:
        refused.add(visitor.manager)
    me, side, department, languages = visitor.id, visitor.side, visitor.department, visitor.languages
    leave, swap, excluded = visitor.can_leave, frame.is_swap, visitor.excluded_sites
    found = []
    for other in others:
        if (
            other.side == side
            or other.department == department
            or other.site not in reach
            or other.id in refused
            or other.manager == me
            or me in other.avoid
            or languages.isdisjoint(other.languages)
        ):
            continue
        direct = leave & other.can_host and other.site not in excluded
        if direct and (not swap or have_days(frame, visitor, other)):
            found.append(other)
    return found


# -- 4. within which limits --


def limit_refusals(
    *,
    visitor_visits_that_day: int,
    host_visits_that_day: int,
    visitor_team_away: int,
    host_team_visitors: int,
    visitor_team_limit: Limit,
    host_team_limit: Limit,
) -> list[str]:
    """Reasons why one more visit does not fit into a day, given what that day already holds."""
    refusals = []
    if visitor_visits_that_day:
        refusals.append(VISITOR_BUSY)
    if host_visits_that_day:
        refusals.append(HOST_BUSY)
    if visitor_team_away >= visitor_team_limit.max_away:
        refusals.append(TEAM_AWAY)
    if host_team_visitors >= host_team_limit.max_visitors:
        refusals.append(TEAM_FULL)
    return refusals


# -- from a problem --


def days_to_leave(team: Team, count: int) -> int:
    """Mask of the days on which a team may let at least one member go."""
    mask = (1 << count) - 1 if team.max_away > 0 else 0
    for day, limit in team.limits_by_day.items():
        mask = mask | 1 << day if limit.max_away > 0 else mask & ~(1 << day)
    return mask


def days_to_receive(team: Team, count: int) -> int:
    """Mask of the days on which a team is open and may receive at least one visitor."""
    mask = (1 << count) - 1 if team.max_visitors > 0 else 0
    for day, limit in team.limits_by_day.items():
        mask = mask | 1 << day if limit.max_visitors > 0 else mask & ~(1 << day)
    return mask & ~team.closed


def party_of(person: Person, team: Team, count: int) -> Party:
    """A person of a problem as the rules see them; ``count`` is the number of campaign days."""
    return _party(person, team, days_to_leave(team, count), days_to_receive(team, count))


def _party(person: Person, team: Team, leave: int, receive: int) -> Party:
    return Party(
        id=person.id,
        team=team.id,
        side=team.side,
        department=team.department,
        site=team.site,
        can_leave=person.available & leave,
        can_host=person.can_host & receive,
        languages=frozenset(person.languages),
        manager=person.manager,
        avoid=frozenset(person.avoid),
        excluded_sites=frozenset(person.excluded_sites),
    )


def parties_of(problem: Problem) -> list[Party]:
    """Everybody of a problem, in its order."""
    count = len(problem.campaign.days)
    teams = {
        team.id: (team, days_to_leave(team, count), days_to_receive(team, count)) for team in problem.teams
    }
    return [_party(person, *teams[person.team]) for person in problem.people]


def frame_of(problem: Problem) -> Frame:
    """The campaign of a problem as the rules see it."""
    campaign = problem.campaign
    return Frame(
        ordinals=tuple(day.toordinal() for day in campaign.days),
        is_swap=campaign.is_swap,
        min_gap=campaign.min_gap_days,
        max_gap=campaign.max_gap_days,
        max_travel=campaign.max_travel_minutes,
        minutes=problem.minutes,
        forbidden=problem.forbidden,
    )
