"""Every reading of sites, teams, people, links and journeys."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.accounts.tables import ERASED
from app.core.db import another
from app.core.errors import NotFound
from app.core.searching import found_in
from app.people.errors import ImportGone
from app.people.tables import ContractKind, ImportFile, Person, ServiceLink, Side, Site, Team, TravelTime

Boss = another(Person)
PAGE = 50
LONGEST_SEARCH = 100
"""Letters of a search; nobody is found by more."""


@dataclass(frozen=True)
class Wanted:
    """Filters of the list of people; None or empty means any."""

    text: str = ""
    site_id: int | None = None
    team_id: int | None = None
    side: Side | None = None
    contract: ContractKind | None = None
    active: bool | None = True
    nobody: bool = False
    """A filter that nobody can match was asked for."""


@dataclass(frozen=True)
class Listed:
    """A person as a list shows them."""

    person: Person
    team: Team
    site: Site
    manager: Person | None


def active_people(session: Session) -> Sequence[Person]:
    """Everybody who works here today, by family name."""
    return session.exec(
        select(Person).where(col(Person.active)).order_by(Person.last_name, Person.first_name, col(Person.id))
    ).all()


def teams_by_id(session: Session) -> dict[int, Team]:
    """Every team."""
    return {team.id: team for team in session.exec(select(Team).order_by(Team.name)) if team.id is not None}


def sites_by_id(session: Session) -> dict[int, Site]:
    """Every site."""
    return {site.id: site for site in session.exec(select(Site).order_by(Site.name)) if site.id is not None}


def travel_minutes(session: Session, sites: Iterable[int] | None = None) -> dict[tuple[int, int], int]:
    """One-way minutes by (site, site), both ways; a missing pair is unreachable, within a site it is 0.

    `sites`: every site's id, where the caller knows them.
    """
    if sites is None:
        sites = [site_id for site_id in session.exec(select(Site.id)) if site_id is not None]
    found = {(site_id, site_id): 0 for site_id in sites}
    pairs = session.exec(select(TravelTime.from_site_id, TravelTime.to_site_id, TravelTime.minutes))
    for here, there, minutes in pairs:
        found[here, there] = found[there, here] = minutes
    return found


def sites_of(session: Session, person_ids: Collection[int]) -> dict[int, int]:
    """At which site these people work, by person. One query."""
    query = select(Person.id, Team.site_id).join(Team, col(Team.id) == col(Person.team_id))
    found = session.exec(query.where(col(Person.id).in_(person_ids)))
    return {person_id: site_id for person_id, site_id in found if person_id is not None}


def travel_times(session: Session, site_id: int | None = None) -> Sequence[TravelTime]:
    """The journeys as written, of one site or all."""
    chosen = select(TravelTime)
    if site_id is not None:
        chosen = chosen.where(
            or_(col(TravelTime.from_site_id) == site_id, col(TravelTime.to_site_id) == site_id)
        )
    return session.exec(chosen).all()


def service_links(session: Session) -> list[tuple[int, int]]:
    """(back-office team, front-office team it serves), by id."""
    rows = session.exec(select(ServiceLink.back_team_id, ServiceLink.front_team_id)).all()
    return sorted((back, front) for back, front in rows)


def team_label(team: Team, site: Site) -> str:
    """`Paie · Lyon Part-Dieu`; the site once when the team's name already ends with it."""
    return team.name if team.name.casefold().endswith(site.name.casefold()) else f"{team.name} · {site.name}"


def site(session: Session, site_id: int) -> Site:
    """One site. Raises NotFound."""
    found = session.get(Site, site_id)
    if found is None:
        raise NotFound
    return found


def team(session: Session, team_id: int) -> tuple[Team, Site]:
    """One team and where it works. Raises NotFound."""
    row = session.exec(
        select(Team, Site).join(Site, col(Site.id) == col(Team.site_id)).where(Team.id == team_id)
    ).first()
    if row is None:
        raise NotFound
    return row


def person(session: Session, person_id: int) -> Listed:
    """One person. Raises NotFound."""
    row = session.exec(_joined().where(Person.id == person_id)).first()
    if row is None:
        raise NotFound
    return Listed(*row)


def names_of(session: Session, ids: Collection[int]) -> dict[int, str]:
    """People's names by id, of those here and gone."""
    if not ids:
        return {}
    return {one.id: one.name for one in session.exec(select(Person).where(col(Person.id).in_(ids))) if one.id}


def lock_person(session: Session, person_id: int) -> Person | None:
    """The row as it is now, held until the commit; None when it is gone."""
    return session.exec(
        select(Person)
        .where(Person.id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def lock_people(session: Session) -> Sequence[Person]:
    """Everybody as they are now, held until the commit; rows that name them are written all the same."""
    return session.exec(
        select(Person)
        .order_by(col(Person.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def hold_file(session: Session, table: Any, file_id: int | None) -> bool:
    """Whether a file still waits for its confirmation, once whoever confirms or drops it just now is done."""
    return session.scalar(select(table.id).where(table.id == file_id).with_for_update()) is not None


def is_newest(session: Session, person: Person) -> bool:
    """Whether nobody was added after a person."""
    return session.exec(select(func.max(Person.id))).one() == person.id


def reports_of(session: Session, person_id: int) -> Sequence[Person]:
    """The active people whom somebody manages."""
    return session.exec(
        select(Person)
        .where(Person.manager_id == person_id, col(Person.active))
        .order_by(Person.last_name, Person.first_name)
    ).all()


def count_people(session: Session, wanted: Wanted) -> int:
    """How many people the filters leave."""
    return session.exec(
        select(func.count())
        .select_from(Person)
        .join(Team, col(Team.id) == col(Person.team_id))
        .where(*_filters(wanted))
    ).one()


def list_people(
    session: Session, wanted: Wanted, *, offset: int = 0, limit: int | None = PAGE
) -> list[Listed]:
    """The people whom the filters leave, by family name, a page at a time (`limit=None`: all)."""
    chosen = (
        _joined()
        .where(*_filters(wanted))
        .order_by(Person.last_name, Person.first_name, col(Person.id))
        .offset(offset)
        .limit(limit)
    )
    return [Listed(*row) for row in session.exec(chosen)]


def _joined() -> Any:
    return (
        select(Person, Team, Site, Boss)
        .join(Team, col(Team.id) == col(Person.team_id))
        .join(Site, col(Site.id) == col(Team.site_id))
        .outerjoin(Boss, col(Boss.id) == col(Person.manager_id))
    )


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [~col(Person.employee_number).startswith(ERASED)]
    if wanted.nobody or len(wanted.text) > LONGEST_SEARCH:
        return [false()]
    if wanted.text:
        columns = (
            Person.first_name,
            Person.last_name,
            Person.employee_number,
            Person.email,
            Person.job,
            Team.name,
        )
        found.append(found_in(wanted.text, *columns))
    if wanted.site_id is not None:
        found.append(col(Team.site_id) == wanted.site_id)
    if wanted.team_id is not None:
        found.append(col(Person.team_id) == wanted.team_id)
    if wanted.side is not None:
        found.append(col(Team.side) == wanted.side)
    if wanted.contract is not None:
        found.append(col(Person.contract) == wanted.contract)
    if wanted.active is not None:
        found.append(col(Person.active).is_(wanted.active))
    return found


def people_per_team(session: Session) -> dict[int, int]:
    """Active people by team id."""
    rows = session.exec(
        select(Person.team_id, func.count()).where(col(Person.active)).group_by(col(Person.team_id))
    ).all()
    return dict(rows)


def counts(session: Session) -> dict[str, int]:
    """How many of each thing are known: sites, teams, people (active), links, travel (told by somebody)."""

    def number(chosen: SelectOfScalar[int]) -> int:
        return session.exec(chosen).one()

    return {
        "sites": number(select(func.count()).select_from(Site)),
        "teams": number(select(func.count()).select_from(Team)),
        "people": number(select(func.count()).select_from(Person).where(col(Person.active))),
        "links": number(select(func.count()).select_from(ServiceLink)),
        "travel": number(
            select(func.count()).select_from(TravelTime).where(col(TravelTime.estimated).is_(False))
        ),
    }


def import_file(session: Session, file_id: int, *, account_id: int, since: datetime) -> ImportFile:
    """A file waiting for its confirmation by the account that sent it. Raises ImportGone."""
    found = session.exec(
        select(ImportFile).where(
            ImportFile.id == file_id, ImportFile.account_id == account_id, ImportFile.created_at >= since
        )
    ).first()
    if found is None:
        raise ImportGone
    return found
