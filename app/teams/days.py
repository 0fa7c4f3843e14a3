"""What a team's days are: marked, worked by roster or by usual week. A campaign's worth takes few queries."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, false, func, select, true, union_all
from sqlmodel import Session, col

from app.people.tables import Person, Team
from app.teams.rules import Part, Presence, RosterWeek
from app.teams.tables import BlackoutDay, ClosedDay, GoodDay, Roster, RosterDay, Shift, TeamPractice

# -- marked days --


def practice_of(session: Session, team_id: int) -> TeamPractice:
    """How a team goes about its days; a row not yet written when nobody said anything (version 0)."""
    return session.get(TeamPractice, team_id) or TeamPractice(team_id=team_id, version=0)


@dataclass
class Marks:
    """The marked days of some teams, by team id."""

    no_visitors: dict[int, set[date]] = field(default_factory=dict)
    """Nobody comes: the team says so, or its site is closed."""
    no_leaving: dict[int, set[date]] = field(default_factory=dict)
    good: dict[int, set[date]] = field(default_factory=dict)
    own_no_visitors: dict[int, set[date]] = field(default_factory=dict)
    """Those of `no_visitors` of which the team itself says so."""
    site_closed: dict[int, set[date]] = field(default_factory=dict)
    """Those on which HR closed the team's site."""


def marks_between(
    session: Session, first: date, last: date, team_ids: Collection[int] | None = None
) -> Marks:
    """Marked days between two days, both included, of these teams (of all when None): two queries."""
    marks = Marks()
    black = select(
        col(BlackoutDay.team_id),
        col(BlackoutDay.day),
        col(BlackoutDay.no_visitors),
        col(BlackoutDay.no_leaving),
        false().label("closed"),
    ).where(col(BlackoutDay.day).between(first, last))
    good = select(col(GoodDay.team_id), col(GoodDay.day)).where(col(GoodDay.day).between(first, last))
    closed = (
        select(col(Team.id), col(ClosedDay.day), true(), false(), true())
        .join(ClosedDay, col(ClosedDay.site_id) == col(Team.site_id))
        .where(col(ClosedDay.day).between(first, last))
    )
    if team_ids is not None:
        closed = closed.where(col(Team.id).in_(team_ids))
        black = black.where(col(BlackoutDay.team_id).in_(team_ids))
        good = good.where(col(GoodDay.team_id).in_(team_ids))
    for team_id, day, no_visitors, no_leaving, site in session.execute(union_all(black, closed)):
        if no_visitors:
            marks.no_visitors.setdefault(team_id, set()).add(day)
            layer = marks.site_closed if site else marks.own_no_visitors
            layer.setdefault(team_id, set()).add(day)
        if no_leaving:
            marks.no_leaving.setdefault(team_id, set()).add(day)
    for team_id, day in session.execute(good):
        marks.good.setdefault(team_id, set()).add(day)
    return marks


def closed_sites(session: Session, pairs: Iterable[tuple[int, date]]) -> set[tuple[int, date]]:
    """Those of these teams' days, (team id, day), on which HR closed their site; one query."""
    wanted = set(pairs)
    if not wanted:
        return set()
    query = (
        select(col(Team.id), col(ClosedDay.day))
        .join(ClosedDay, col(ClosedDay.site_id) == col(Team.site_id))
        .where(
            col(Team.id).in_({team for team, _day in wanted}),
            col(ClosedDay.day).in_({day for _team, day in wanted}),
        )
    )
    return {(row[0], row[1]) for row in session.execute(query)} & wanted


def closed_days(session: Session, site_id: int) -> set[date]:
    """The days on which HR closed a site."""
    return set(session.scalars(select(col(ClosedDay.day)).where(col(ClosedDay.site_id) == site_id)))


def closed_from(session: Session, today: date) -> dict[int, list[date]]:
    """The days from today on, in order, on which HR closed sites, by site id; one query."""
    query = select(col(ClosedDay.site_id), col(ClosedDay.day)).where(col(ClosedDay.day) >= today)
    found: dict[int, list[date]] = {}
    for site_id, day in session.execute(query.order_by(col(ClosedDay.day))):
        found.setdefault(site_id, []).append(day)
    return found


# -- rosters --


def roster_days(
    session: Session, first: date, last: date, *conditions: ColumnElement[bool]
) -> dict[int, RosterWeek]:
    """By person id, which days between two days a roster covers, and on which of them the person works, and
    when where it is not all day.

    `conditions` are about `Person`. People whom no roster names are absent. One query, without row objects:
    a campaign of 10,000 people has hundreds of thousands of days.
    """
    query = (
        select(
            col(RosterDay.person_id),
            col(RosterDay.day),
            col(RosterDay.shift),
            col(RosterDay.starts_at),
            col(RosterDay.ends_at),
        )
        .join(Person, col(Person.id) == col(RosterDay.person_id))
        .where(col(RosterDay.day).between(first, last), *conditions)
    )
    found: dict[int, RosterWeek] = {}
    parts: dict[int, dict[date, Part]] = {}
    for person_id, day, shift, starts_at, ends_at in session.execute(query):
        week = found.get(person_id)
        if week is None:
            parts[person_id] = {}
            week = found[person_id] = RosterWeek(partly=parts[person_id])
        if shift is Shift.FULL:
            week.works.add(day)
        elif shift is Shift.OFF:
            week.off.add(day)
        else:
            parts[person_id][day] = Part(shift, starts_at, ends_at)
    return found


def roster_of(session: Session, person_id: int, first: date, last: date) -> list[RosterDay]:
    """What rosters say of one person between two days, in order."""
    return list(
        session.scalars(
            select(RosterDay)
            .where(col(RosterDay.person_id) == person_id, col(RosterDay.day).between(first, last))
            .order_by(col(RosterDay.day))
        )
    )


def roster_of_team(session: Session, team_id: int, first: date, last: date) -> list[RosterDay]:
    """What rosters say of a team's active members between two days, by day."""
    return list(
        session.scalars(
            select(RosterDay)
            .join(Person, col(Person.id) == col(RosterDay.person_id))
            .where(
                col(Person.team_id) == team_id, col(Person.active), col(RosterDay.day).between(first, last)
            )
            .order_by(col(RosterDay.day), col(RosterDay.person_id))
        )
    )


def shifts_on(session: Session, pairs: Iterable[tuple[int, date]]) -> dict[tuple[int, date], RosterDay]:
    """What rosters say of these people's days, by (person id, day); one query for whatever number."""
    wanted = set(pairs)
    if not wanted:
        return {}
    people, days = {person for person, _day in wanted}, {day for _person, day in wanted}
    rows = session.scalars(
        select(RosterDay).where(
            col(RosterDay.person_id).in_(people), col(RosterDay.day).between(min(days), max(days))
        )
    )
    return {(row.person_id, row.day): row for row in rows if (row.person_id, row.day) in wanted}


def presence_between(
    session: Session, first: date, last: date, team_ids: Collection[int] | None = None
) -> Presence:
    """How many members of each team are at work on each day between two days: two queries, grouped.

    A roster's day counts where there is one (a half-day is a presence), else the usual week.
    """
    usual = select(
        col(Person.team_id), col(Person.worked_weekdays), col(Person.school_weekdays), func.count()
    ).where(col(Person.active))
    works = col(RosterDay.shift) != Shift.OFF
    told = (
        select(
            col(Person.team_id),
            col(Person.worked_weekdays),
            col(Person.school_weekdays),
            col(RosterDay.day),
            works,
            func.count(),
        )
        .join(RosterDay, col(RosterDay.person_id) == col(Person.id))
        .where(col(Person.active), col(RosterDay.day).between(first, last))
    )
    if team_ids is not None:
        usual = usual.where(col(Person.team_id).in_(team_ids))
        told = told.where(col(Person.team_id).in_(team_ids))
    week = (col(Person.team_id), col(Person.worked_weekdays), col(Person.school_weekdays))
    presence = Presence()
    for team_id, worked, school, people in session.execute(usual.group_by(*week)):
        presence.add_week(team_id, worked, school, people)
    for team_id, worked, school, day, is_at_work, people in session.execute(
        told.group_by(*week, col(RosterDay.day), works)
    ):
        presence.add_told(team_id, day, worked, school, people, works=bool(is_at_work))
    return presence


def teams_by_roster(session: Session) -> set[int]:
    """Ids of teams whose days are provisional until a roster covers them."""
    return set(session.scalars(select(col(TeamPractice.team_id)).where(col(TeamPractice.by_roster))))


def awaiting_since(session: Session) -> dict[int, date | None]:
    """Of each team that works by roster, the first day that any of its rosters covers; None before the first
    one arrives. One query."""
    query = (
        select(col(TeamPractice.team_id), func.min(Roster.first_day))
        .outerjoin(Roster, col(Roster.team_id) == col(TeamPractice.team_id))
        .where(col(TeamPractice.by_roster))
        .group_by(col(TeamPractice.team_id))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def rosters_of(session: Session, team_ids: Collection[int], limit: int = 20) -> list[Roster]:
    """The rosters that arrived for these teams, newest first."""
    return list(
        session.scalars(
            select(Roster)
            .where(col(Roster.team_id).in_(team_ids))
            .order_by(col(Roster.received_at).desc(), col(Roster.id).desc())
            .limit(limit)
        )
    )


def rosters_with_ids(session: Session, roster_ids: Collection[int]) -> list[Roster]:
    """These rosters."""
    return list(session.scalars(select(Roster).where(col(Roster.id).in_(roster_ids))))


def covered_until(session: Session, team_ids: Collection[int]) -> dict[int, date]:
    """The last day that a roster of each team covers; teams without any are absent."""
    found = session.execute(
        select(col(Roster.team_id), func.max(Roster.last_day))
        .where(col(Roster.team_id).in_(team_ids))
        .group_by(col(Roster.team_id))
    )
    return {row[0]: row[1] for row in found}


def stamp(session: Session) -> tuple[Any, ...]:
    """Differs when a roster arrived, a team marked days or a site closed: what a plan rests on."""
    rosters = session.execute(select(func.count(), func.max(Roster.id)).select_from(Roster)).one()
    marks = session.execute(
        select(func.count(), func.coalesce(func.sum(TeamPractice.version), 0)).select_from(TeamPractice)
    ).one()
    closed = session.execute(select(func.count(), func.max(ClosedDay.day)).select_from(ClosedDay)).one()
    return (*rosters, *marks, *closed)
