"""What if: changes to a problem, as plain rows that can be stored, shown and applied.

    {"kind": "available",    "id": person, "day": day}   one more day to visit and to receive
    {"kind": "max_visitors", "id": team, "value": more, "day": day}
                                                         so many more visitors a day, or on that day alone
                                                         (every team without an id)
    {"kind": "max_away",     "id": team, "value": more, "day": day}
                                                         so many more members away (likewise)
    {"kind": "open_day",     "id": team, "day": day}     the team is open that day
    {"kind": "max_travel",   "value": minutes}           the travel limit becomes this
    {"kind": "max_gap",      "value": days}              the two visits may be so far apart
    {"kind": "max_swaps",    "id": person, "value": number}
                                                         exchanges of a person (of everybody without an id)
    {"kind": "all",          "changes": [...]}           several of these at once

Days are ISO days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from solver.fields import ProblemError
from solver.problem import Campaign, Limit, Person, Problem, Team

Change = Mapping[str, Any]


def _campaign(campaign: Campaign, kind: object, value: int) -> Campaign | None:
    """The campaign with one of its limits changed; None for another kind of change."""
    if kind == "max_travel":
        return replace(campaign, max_travel_minutes=value)
    if kind == "max_gap":
        return replace(campaign, max_gap_days=value)
    if kind == "max_swaps":
        return replace(campaign, max_swaps_per_person=value)
    return None


def apply(problem: Problem, changes: Iterable[Change]) -> Problem:
    """The problem after these changes; raises `ProblemError` for one that cannot be read."""
    for n, change in enumerate(changes):
        problem = _apply(problem, change, f"changes[{n}]")
    return problem


def _apply(problem: Problem, change: Change, place: str) -> Problem:
    kind = change.get("kind")
    if kind == "all":
        several = change.get("changes")
        if not isinstance(several, Sequence) or not all(isinstance(one, Mapping) for one in several):
            raise ProblemError(f"{place}.changes: no list of changes")
        for n, one in enumerate(several):
            problem = _apply(problem, one, f"{place}.changes[{n}]")
        return problem
    if kind in ("max_travel", "max_gap", "max_swaps"):
        value = _whole(change, place)
        if value < 0:
            raise ProblemError(f"{place}.value: {value} is negative")
        if kind == "max_swaps" and change.get("id") is not None:
            return replace(
                problem,
                people=tuple(
                    replace(p, max_swaps=value) if p.id == change["id"] else p
                    for p in _known(problem, change, place)
                ),
            )
        campaign = _campaign(problem.campaign, kind, value)
        return problem if campaign is None else replace(problem, campaign=campaign)
    if kind == "available":
        bit = 1 << _day(problem, change, place)
        return replace(
            problem, people=tuple(_with_day(p, change, bit) for p in _known(problem, change, place))
        )
    if kind in ("max_visitors", "max_away"):
        more, wanted = _whole(change, place), change.get("id")
        if wanted is not None and wanted not in problem.team_by_id:
            raise ProblemError(f"{place}.id: there is no team {wanted!r}")
        day = None if change.get("day") is None else _day(problem, change, place)
        teams = tuple(
            _with_limit(team, str(kind), more, day) if wanted in (None, team.id) else team
            for team in problem.teams
        )
        return replace(problem, teams=teams)
    if kind == "open_day":
        if change.get("id") not in problem.team_by_id:
            raise ProblemError(f"{place}.id: there is no team {change.get('id')!r}")
        bit = 1 << _day(problem, change, place)
        return replace(
            problem,
            teams=tuple(
                replace(team, closed=team.closed & ~bit) if team.id == change["id"] else team
                for team in problem.teams
            ),
        )
    raise ProblemError(f"{place}.kind: {kind!r} is not a change")


def _whole(change: Change, place: str) -> int:
    value = change.get("value")
    if isinstance(value, bool) or not isinstance(value, int):
        raise ProblemError(f"{place}.value: {value!r} is not a whole number")
    return value


def _day(problem: Problem, change: Change, place: str) -> int:
    for index, day in enumerate(problem.campaign.days):
        if day.isoformat() == change.get("day"):
            return index
    raise ProblemError(f"{place}.day: {change.get('day')!r} is not a campaign day")


def _known(problem: Problem, change: Change, place: str) -> tuple[Person, ...]:
    if change.get("id") not in problem.person_by_id:
        raise ProblemError(f"{place}.id: there is nobody {change.get('id')!r}")
    return problem.people


def _with_day(person: Person, change: Change, bit: int) -> Person:
    if person.id != change["id"]:
        return person
    return replace(person, available=person.available | bit, can_host=person.can_host | bit)


def _with_limit(team: Team, name: str, more: int, day: int | None) -> Team:
    def raised(limit: Limit) -> Limit:
        return replace(limit, **{name: max(0, getattr(limit, name) + more)})

    if day is not None:
        return replace(team, limits_by_day={**team.limits_by_day, day: raised(team.limit(day))})
    whole = raised(Limit(team.max_away, team.max_visitors))
    return replace(
        team,
        max_away=whole.max_away,
        max_visitors=whole.max_visitors,
        limits_by_day={day: raised(limit) for day, limit in team.limits_by_day.items()},
    )
