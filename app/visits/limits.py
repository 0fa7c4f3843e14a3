"""What a team may send and receive on a day: one statement, for planning, booking and moving alike.

1. Ceilings    the stricter of the team's own limits and the campaign's (`campaigns.rules.team_limits`).
2. Presence    whoever leaves is counted against the people at work that day: the roster's count where there
               is one, else the members whose usual week has that weekday; a day at school is none at work.
3. Open        the campaign's days on which site and team receive.
4. Decisions   what the team itself decided about its days: rosters, black-out days, good days.
5. Taken       the visits that stand, whatever their campaign, as `team_day` counts them.

A handful of queries, whatever the number of teams and days.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlmodel import Session, col, select

from app.campaigns.calendar import open_days
from app.campaigns.rules import team_limits
from app.campaigns.tables import Campaign
from app.people.tables import Site, Team
from app.teams import days as team_days
from app.visits.tables import PersonDay, TeamDay
from solver.problem import Limit

At = tuple[int, date]
"""A team's day: the team's id and the day."""
Way = tuple[int, date, bool]
"""The same, and whether it is of those who leave (or come)."""


@dataclass(frozen=True)
class Decisions:
    """What teams decided about their days, beside their standing limits."""

    present: Mapping[At, int] = field(default_factory=dict)
    """People at work that day: by the roster where there is one, else by their usual week."""
    no_visitors: Collection[At] = frozenset()
    """Days on which the team receives nobody."""
    nobody_leaves: Collection[At] = frozenset()
    """Days on which the team needs everybody."""
    good: Collection[At] = frozenset()
    """Days on which the team gladly receives."""


def decisions(session: Session, team_ids: Collection[int], days: Collection[date]) -> Decisions:
    """What these teams decided about these days: four queries, whatever the number of teams and days."""
    if not team_ids or not days:
        return Decisions()
    first, last = min(days), max(days)
    presence = team_days.presence_between(session, first, last, team_ids)
    marks = team_days.marks_between(session, first, last, team_ids)
    return Decisions(
        present={(team_id, day): presence.on(team_id, day) for team_id in team_ids for day in days},
        no_visitors=_at(marks.no_visitors),
        nobody_leaves=_at(marks.no_leaving),
        good=_at(marks.good),
    )


def _at(days_of: Mapping[int, Collection[date]]) -> set[At]:
    return {(team_id, day) for team_id, days in days_of.items() for day in days}


@dataclass(frozen=True, slots=True)
class TeamRoom:
    """One day of one team. The most that may leave and come, whatever already does; and what already does."""

    max_away: int
    max_visitors: int
    is_open: bool = True
    """The team receives that day."""
    is_good: bool = False
    away: int = 0
    received: int = 0

    @property
    def ceiling(self) -> Limit:
        """The most that may leave and come in all."""
        return Limit(self.max_away, self.max_visitors)

    @property
    def left(self) -> Limit:
        """How many more may leave and come."""
        return Limit(max(0, self.max_away - self.away), max(0, self.max_visitors - self.received))


def team_rooms(
    session: Session,
    campaign: Campaign,
    teams: Iterable[Team],
    sites: Mapping[int, Site],
    days: Iterable[date],
) -> dict[At, TeamRoom]:
    """Every day of every team of a campaign."""
    teams, days = list(teams), list(days)
    ids = {team.id for team in teams if team.id is not None}
    decided = decisions(session, ids, days)
    taken = taken_days(session, ids, days)
    rooms = {}
    for team in teams:
        assert team.id is not None
        opened = set(open_days(campaign, sites[team.site_id], team))
        for day in days:
            at = (team.id, day)
            rooms[at] = _room(campaign, team, at, decided, taken.get(at, (0, 0)), is_open=day in opened)
    return rooms


def _room(
    campaign: Campaign, team: Team, at: At, decided: Decisions, taken: tuple[int, int], *, is_open: bool
) -> TeamRoom:
    limits = team_limits(campaign, team)
    spare = decided.present.get(at, 0) - limits.min_presence
    return TeamRoom(
        max_away=0 if at in decided.nobody_leaves else max(0, min(limits.max_away, spare)),
        max_visitors=limits.max_visitors,
        is_open=is_open and at not in decided.no_visitors,
        is_good=at in decided.good,
        away=taken[0],
        received=taken[1],
    )


def beyond(
    session: Session,
    coming: Sequence[tuple[Campaign, Team, Site, date, bool]],
    more: Mapping[Way, int],
    joining: Mapping[At, int],
) -> list[bool]:
    """Of each of these (the campaign whose limits count, the team and its site, the day, whether somebody
    leaves or comes): whether the team has more of them then than it allows, with `more` than now, and
    `joining` people more at work. The queries of `decisions`, and one."""
    ids, days = {team.id or 0 for _campaign, team, *_ in coming}, {day for *_, day, _leaves in coming}
    decided, taken = decisions(session, ids, days), taken_days(session, ids, days)
    present = {at: there + joining.get(at, 0) for at, there in decided.present.items()}
    decided, found = replace(decided, present=present), []
    for campaign, team, site, day, leaves in coming:
        at = (team.id or 0, day)
        opened = day in open_days(campaign, site, team)
        room = _room(campaign, team, at, decided, taken.get(at, (0, 0)), is_open=opened)
        most = room.max_away if leaves else room.max_visitors if room.is_open else 0
        found.append((room.away if leaves else room.received) + more.get((*at, leaves), 0) > most)
    return found


def taken_days(
    session: Session, team_ids: Collection[int], days: Collection[date]
) -> dict[At, tuple[int, int]]:
    """How many leave and how many come, by team's day; a day without an entry has none."""
    if not days or not team_ids:
        return {}
    rows = session.exec(
        select(TeamDay).where(
            col(TeamDay.team_id).in_(team_ids), col(TeamDay.day).between(min(days), max(days))
        )
    )
    return {(row.team_id, row.day): (row.away, row.received) for row in rows}


def taken_people(session: Session, first: date, last: date, *, but: Collection[int]) -> dict[int, list[date]]:
    """By person, the days between two that a visit takes (`but` some visits'), or that are held for one that
    is offered: the rows that whatever is planned will have to take."""
    found: dict[int, list[date]] = {}
    query = select(col(PersonDay.person_id), col(PersonDay.day), col(PersonDay.visit_id))
    for person_id, day, visit_id in session.execute(query.where(col(PersonDay.day).between(first, last))):
        if visit_id not in but:
            found.setdefault(person_id, []).append(day)
    return found
