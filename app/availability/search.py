"""Finding a team to wish for, or a colleague, by any part of a word; accents and capitals do not matter."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from app.availability.queries import Enrolling
from app.core.searching import folded, matches
from app.people.tables import Person, Side, Site, Team

SHORTEST = 2
"""Letters before a search begins."""
MOST = 12
"""Results shown; the rest is found by a longer word."""


@dataclass(frozen=True)
class FoundTeam:
    """A team that could be wished for."""

    team_id: int
    name: str
    side: Side
    site: str
    minutes: int
    """One way."""
    jobs: tuple[str, ...]
    hosts: int
    """Members who could receive the reader."""


@dataclass(frozen=True)
class FoundPerson:
    """A colleague, as any colleague knows them."""

    person_id: int
    name: str
    job: str
    team: str
    site: str
    side: Side


def wishable_teams(
    session: Session, enrolling: Enrolling, minutes: Mapping[int, int], hosts: Mapping[int, int]
) -> list[FoundTeam]:
    """Every team the reader may wish for, those with the most possible hosts first, in two queries."""
    own = enrolling.team
    other_side = Side.FRONT if own.side == Side.BACK else Side.BACK
    there: Any = select(Team, Site.name).join(Site, col(Site.id) == col(Team.site_id))
    teams = session.exec(there.where(Team.side == other_side, col(Team.site_id).in_(minutes))).all()
    doing: Any = select(Person.team_id, Person.job).join(Team, col(Team.id) == col(Person.team_id))
    jobs: dict[int, set[str]] = {}
    for team_id, job in session.exec(
        doing.where(Team.side == other_side, col(Person.active), Person.job != "").distinct()
    ):
        jobs.setdefault(team_id, set()).add(job)
    found = [
        FoundTeam(
            team_id=team.id,
            name=team.name,
            side=team.side,
            site=site,
            minutes=minutes[team.site_id],
            jobs=tuple(sorted(jobs.get(team.id, ()), key=folded)),
            hosts=hosts.get(team.id, 0),
        )
        for team, site in teams
        if not team.department or team.department != own.department
    ]
    return sorted(found, key=lambda team: (-team.hosts, folded(team.name)))


def search_teams(teams: Collection[FoundTeam], text: str) -> list[FoundTeam]:
    """Those whose name, site or jobs hold every word; without words the first of them."""
    return [team for team in teams if matches(text, team.name, team.site, *team.jobs)][:MOST]


def search_people(session: Session, enrolling: Enrolling, text: str) -> list[FoundPerson]:
    """Colleagues of the other side by name, job or whole employee number; nobody before two letters."""
    if len(text.strip()) < SHORTEST:
        return []
    other_side = Side.FRONT if enrolling.team.side == Side.BACK else Side.BACK
    columns: tuple[Any, ...] = (
        Person.id,
        Person.first_name,
        Person.last_name,
        Person.job,
        Person.employee_number,
        col(Team.name).label("team"),
        col(Site.name).label("site"),
        Team.side,
    )
    chosen: Any = select(*columns)
    query = (
        chosen.select_from(Person)
        .join(Team, col(Team.id) == col(Person.team_id))
        .join(Site, col(Site.id) == col(Team.site_id))
        .where(col(Person.active), Team.side == other_side)
        .order_by(col(Person.last_name), col(Person.first_name), col(Person.id))
    )
    found = []
    for row in session.exec(query):
        name = f"{row.first_name} {row.last_name}".strip()
        if matches(text, name, row.job) or folded(text.strip()) == folded(row.employee_number):
            found.append(FoundPerson(row.id, name, row.job, row.team, row.site, row.side))
            if len(found) == MOST:
                break
    return found
