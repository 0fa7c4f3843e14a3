"""How many colleagues could receive somebody: rows turned into the values of `solver.rules`, which decides.

The figure rests on what the company knows of everybody (jobs, places, languages, usual week, their team's
black-out days), never on what colleagues answered or keep confidential, nor on rosters, which tell where one
colleague is: it moves with the reader's own choices only. Otherwise a page that counts the hosts of a team of
one would tell who declined, and who avoids whom.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import String, case, cast, func, or_
from sqlmodel import Session, col, select

from app.availability.days import DayBook, Told, frame_of
from app.availability.queries import Enrolling
from app.campaigns.invited import invitation
from app.campaigns.tables import Campaign
from app.people.tables import Person, Side, Site, Team, TravelTime
from app.teams.days import Marks, marks_between
from solver.rules import Party, hosts_for


@dataclass(frozen=True)
class Choice:
    """What the reader chose so far, as day masks and ids."""

    visit_days: int
    host_days: int
    languages: frozenset[str]
    avoid: frozenset[int] = frozenset()
    excluded_sites: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Hosts:
    """Colleagues who could receive the reader: in all, and by team id."""

    total: int = 0
    by_team: dict[int, int] = field(default_factory=dict)
    too_far: int | None = None
    """The travel limit in minutes, when no invited colleague of the other side works within it: no choice of
    the reader changes that."""


class Week(NamedTuple):
    """The rhythm of a group; the dates only where they fall within the campaign."""

    worked_weekdays: str
    school_weekdays: str
    entered_on: date | None
    contract_ends_on: date | None


def person_key(person_id: int) -> str:
    """A person's id in the solver's values."""
    return f"p{person_id}"


def team_key(team_id: int) -> str:
    """A team's id in the solver's values."""
    return f"t{team_id}"


def site_key(site_id: int) -> str:
    """A site's id in the solver's values."""
    return f"s{site_id}"


def department_key(department: str, team_id: int) -> str:
    """A department in the solver's values; a team whose department nobody told shares it with no other."""
    return department or team_key(team_id)


def minutes_from(session: Session, site_id: int, limit: int) -> dict[int, int]:
    """One-way minutes to each site within the limit, the site itself included, in one query."""
    query = select(TravelTime).where(
        or_(col(TravelTime.from_site_id) == site_id, col(TravelTime.to_site_id) == site_id),
        TravelTime.minutes <= limit,
    )
    found = {site_id: 0}
    for row in session.exec(query):
        found[row.to_site_id if row.from_site_id == site_id else row.from_site_id] = row.minutes
    return found


def could_host(
    session: Session, enrolling: Enrolling, choice: Choice, book: DayBook, minutes: dict[int, int]
) -> Hosts:
    """Invited colleagues who could receive the reader on the chosen days (in a swap, and visit back)."""
    site_id, team_id, person_id = enrolling.site.id, enrolling.team.id, enrolling.person.id
    assert site_id is not None
    assert team_id is not None
    assert person_id is not None
    here = site_key(site_id)
    campaign = enrolling.campaign
    frame = frame_of(campaign, book, {(here, site_key(there)): m for there, m in minutes.items()})
    manager = enrolling.person.manager_id
    reader = Party(
        id=person_key(person_id),
        team=team_key(team_id),
        side=enrolling.team.side,
        department=department_key(enrolling.team.department, team_id),
        site=here,
        can_leave=choice.visit_days if _may(enrolling.team.max_away, campaign.max_away_per_team) else 0,
        can_host=choice.host_days if _may(enrolling.team.max_visitors, campaign.max_visitors_per_team) else 0,
        languages=choice.languages,
        manager=person_key(manager) if manager is not None else None,
        avoid=frozenset(person_key(one) for one in choice.avoid),
        excluded_sites=frozenset(site_key(one) for one in choice.excluded_sites),
    )
    sites = {site.id: site for site in session.exec(select(Site).where(col(Site.id).in_(minutes)))}
    groups = {
        f"group{number}" if row.named is None else person_key(row.named): row
        for number, row in enumerate(session.exec(_colleagues(enrolling, minutes, choice.avoid)))
    }
    marks = marks_between(session, campaign.first_day, campaign.last_day)
    found = hosts_for(frame, reader, _parties(groups, sites, book, campaign, marks))
    teams: Counter[int] = Counter()
    for party in found:
        teams[groups[party.id].team_id] += groups[party.id].people
    own = enrolling.team.department
    is_near = any(not own or row.department != own for row in groups.values())
    return Hosts(teams.total(), dict(teams), None if is_near else campaign.max_travel_minutes)


def _may(team_limit: int, campaign_limit: int | None) -> bool:
    return min(team_limit, team_limit if campaign_limit is None else campaign_limit) > 0


def _colleagues(enrolling: Enrolling, within: Collection[int], avoid: Collection[int]) -> Any:
    """The other side, in groups of people whom the rules cannot tell apart, with how many each holds.

    Those whom a rule names (avoided, the reader's manager, people the reader manages) stand alone.
    """
    campaign, reader = enrolling.campaign, enrolling.person
    own = col(Person.id)
    is_named = or_(own.in_(avoid), own == reader.manager_id, col(Person.manager_id) == reader.id)
    entered, ends = col(Person.entered_on), col(Person.contract_ends_on)
    columns: tuple[Any, ...] = (
        func.count().label("people"),
        case((is_named, own), else_=None).label("named"),
        case((is_named, col(Person.manager_id)), else_=None).label("their_manager"),
        case((entered > campaign.first_day, entered), else_=None).label("starts_on"),
        case((ends < campaign.last_day, ends), else_=None).label("ends_on"),
        cast(col(Person.languages), String).label("spoken"),
        Person.worked_weekdays,
        Person.school_weekdays,
        col(Team.id).label("team_id"),
        Team.side,
        Team.department,
        Team.site_id,
        Team.closed_weekdays,
        Team.max_away,
        Team.max_visitors,
    )
    other_side = Side.FRONT if enrolling.team.side == Side.BACK else Side.BACK
    chosen: Any = select(*columns)
    return (
        chosen.select_from(Person)
        .join(Team, col(Team.id) == col(Person.team_id))
        .join(Campaign, col(Campaign.id) == campaign.id)
        .where(col(Team.side) == other_side, col(Team.site_id).in_(within), invitation())
        .group_by("named", "their_manager", "starts_on", "ends_on", "spoken")
        .group_by(col(Person.worked_weekdays), col(Person.school_weekdays), col(Team.id))
    )


def _parties(
    groups: Mapping[str, Any],
    sites: dict[int | None, Site],
    book: DayBook,
    campaign: Campaign,
    marks: Marks,
) -> Iterable[Party]:
    spoken: dict[str, frozenset[str]] = {}
    for key, row in groups.items():
        site = sites[row.site_id]
        week = Week(row.worked_weekdays, row.school_weekdays, row.starts_on, row.ends_on)
        own = Told(
            no_leaving=marks.no_leaving.get(row.team_id, ()),
            no_visitors=marks.no_visitors.get(row.team_id, ()),
        )
        leave = book.leaving(week, site, own) if _may(row.max_away, campaign.max_away_per_team) else 0
        receive = (
            book.receiving(week, site, row.closed_weekdays, own)
            if _may(row.max_visitors, campaign.max_visitors_per_team)
            else 0
        )
        if row.spoken not in spoken:
            spoken[row.spoken] = frozenset(json.loads(row.spoken))
        yield Party(
            id=key,
            team=team_key(row.team_id),
            side=row.side,
            department=department_key(row.department, row.team_id),
            site=site_key(row.site_id),
            can_leave=leave,
            can_host=receive,
            languages=spoken[row.spoken],
            manager=None if row.their_manager is None else person_key(row.their_manager),
        )
