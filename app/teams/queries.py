"""Who leads a team, delegates, what is asked of visitors, files of rosters; `days.py` reads the days."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlmodel import Session, col

from app.core.db import another
from app.people.tables import Person, Site, Team
from app.teams.errors import RosterGone
from app.teams.rules import Tally, leading
from app.teams.tables import Delegation, RosterFile, TeamConditions

Manager, Delegate, Managed = another(Person), another(Person), another(Person)


# -- who leads a team --


@dataclass(frozen=True)
class Lead:
    """Who may decide for a team, or one of its members, today: who leads it, or is their own manager, or the
    delegate of such a one."""

    manager: Person
    acting: Person
    """The manager, or the delegate."""

    @property
    def by_delegation(self) -> bool:
        """Whether somebody acts for the manager."""
        return self.manager.id != self.acting.id


def acting_for(session: Session, person: Person, today: date) -> list[Person]:
    """Managers for whom a person decides today: themselves first when they lead a team, then those whose
    delegate they are."""
    return leading_among(session, managing(session, person, today))


def leading_among(session: Session, managers: Collection[Person]) -> list[Person]:
    """Those of these managers who lead a team. One query."""
    pairs = led_by(session, [one.id or 0 for one in managers])
    return [one for one in managers if one.id in pairs]


def managing(session: Session, person: Person, today: date) -> list[Person]:
    """The same as `acting_for` of whoever manages somebody, also where others lead. One query."""
    lent = select(col(Delegation.manager_id)).where(
        col(Delegation.delegate_id) == person.id,
        col(Delegation.first_day) <= today,
        *_to_end(today),
    )
    found = session.scalars(
        select(Person)
        .where(
            or_(col(Person.id) == person.id, col(Person.id).in_(lent)),
            col(Person.active),
            _manages_somebody(),
        )
        .order_by(col(Person.last_name), col(Person.first_name))
    )
    return sorted(found, key=lambda manager: manager.id != person.id)


def _manages_somebody() -> ColumnElement[bool]:
    manages = select(col(Managed.id)).where(col(Managed.manager_id) == col(Person.id), col(Managed.active))
    return manages.exists()


def managed_by(session: Session, managers: Collection[Person]) -> list[tuple[Person, Team]]:
    """The people whose manager one of these is, by name, with their teams."""
    found = session.execute(
        select(Person, Team)
        .join(Team, col(Team.id) == col(Person.team_id))
        .where(col(Person.manager_id).in_([one.id for one in managers]), col(Person.active))
        .order_by(col(Person.last_name), col(Person.first_name), col(Person.id))
    )
    return [(row[0], row[1]) for row in found]


def led_teams(session: Session, managers: Collection[Person]) -> list[tuple[Team, Site]]:
    """Teams that one of these people leads, by name."""
    led = led_by(session, [one.id or 0 for one in managers])
    found = session.execute(
        select(Team, Site)
        .join(Site, col(Site.id) == col(Team.site_id))
        .where(col(Team.id).in_(set().union(*led.values())))
        .order_by(col(Team.name), col(Team.id))
    )
    return [(row[0], row[1]) for row in found]


def led_by(session: Session, manager_ids: Collection[int]) -> dict[int, set[int]]:
    """The teams that each of these managers leads; not those who lead none. One query."""
    if not manager_ids:
        return {}
    theirs = select(col(Managed.team_id)).where(col(Managed.manager_id).in_(manager_ids), col(Managed.active))
    found: dict[int, set[int]] = defaultdict(set)
    for team_id, leads in leading(_tallies(session, col(Person.team_id).in_(theirs))).items():
        for one in leads & set(manager_ids):
            found[one].add(team_id)
    return found


def managers_of(session: Session, team_ids: Collection[int]) -> dict[int, set[int]]:
    """Who leads each of these teams, delegates aside. One query."""
    return {one: set() for one in team_ids} | leading(_tallies(session, col(Person.team_id).in_(team_ids)))


def _tallies(session: Session, which: ColumnElement[bool]) -> list[Tally[int]]:
    inside = col(Manager.team_id) == col(Person.team_id)
    rows = session.execute(
        select(col(Person.team_id), col(Manager.id), func.count(), inside)
        .join(Manager, col(Person.manager_id) == col(Manager.id))
        .where(which, col(Person.active), col(Manager.active))
        .group_by(col(Person.team_id), col(Manager.id), inside)
    )
    return [Tally(team_id, manager_id, people, bool(here)) for team_id, manager_id, people, here in rows]


def ids_of_led_teams(session: Session, person: Person, today: date) -> set[int]:
    """Teams that a person leads today, for themselves or for others."""
    return {team.id for team, _site in led_teams(session, acting_for(session, person, today)) if team.id}


def find_lead(session: Session, person: Person, team_id: int, today: date) -> Lead | None:
    """How a person leads a team today: as its manager rather than as a delegate; None when they do not."""
    managers = managing(session, person, today)
    leads = managers_of(session, [team_id])[team_id]
    manager = next((one for one in managers if one.id in leads), None)
    return None if manager is None else Lead(manager, person)


def find_lead_of(session: Session, person: Person, member: Person, today: date) -> Lead | None:
    """How a person leads another one today: as their manager or as that manager's delegate."""
    managers = managing(session, person, today)
    manager = next((one for one in managers if one.id == member.manager_id), None)
    return None if manager is None else Lead(manager, person)


# -- delegates --


@dataclass(frozen=True)
class SeenDelegation:
    """A delegation with its two people."""

    delegation: Delegation
    manager: Person
    delegate: Person


@dataclass(frozen=True)
class EndingDelegation(SeenDelegation):
    """One that ends since one of the two leaves."""

    still_here: Person
    """The one who stays, and reads it."""


def delegations_of(session: Session, person: Person, today: date) -> list[SeenDelegation]:
    """Delegations a person gave or received that are not over, by first day."""
    concerned = or_(col(Delegation.manager_id) == person.id, col(Delegation.delegate_id) == person.id)
    return _delegations(session, concerned, *_to_end(today))


def _began(delegation: Delegation) -> bool:
    """Not taken back before its first day."""
    return delegation.ended_at is None or delegation.first_day <= delegation.ended_at.date()


def _to_end(today: date) -> tuple[ColumnElement[bool], ...]:
    """Neither over nor taken back."""
    return col(Delegation.last_day) >= today, col(Delegation.ended_at).is_(None)


def delegations_over(session: Session, since: date, today: date) -> list[SeenDelegation]:
    """Delegations whose last day lies between two days: `since` included, today not."""
    days = col(Delegation.last_day) >= since, col(Delegation.last_day) < today
    return _delegations(session, *days, col(Delegation.ended_at).is_(None))


def decided_once_for(session: Session, person: Person, today: date) -> list[Person]:
    """The managers whose delegate a person was and is no more, as far as that is kept: latest first."""
    past = or_(col(Delegation.last_day) < today, col(Delegation.ended_at).is_not(None))
    over = _delegations(session, col(Delegation.delegate_id) == person.id, past)
    begun = [one for one in over if _began(one.delegation)]
    latest = sorted(begun, key=lambda one: one.delegation.last_day, reverse=True)
    return list({one.manager.id: one.manager for one in latest if one.manager.active}.values())


def all_delegations_of(session: Session, person: Person) -> list[SeenDelegation]:
    """Delegations a person gave or received, over or not."""
    return _delegations(
        session, or_(col(Delegation.manager_id) == person.id, col(Delegation.delegate_id) == person.id)
    )


def seen_delegation(session: Session, delegation_id: int) -> SeenDelegation | None:
    """One delegation with its two people; None once it is taken back."""
    found = _delegations(session, col(Delegation.id) == delegation_id, col(Delegation.ended_at).is_(None))
    return next(iter(found), None)


def _delegations(session: Session, *conditions: ColumnElement[bool]) -> list[SeenDelegation]:
    found = session.execute(
        select(Delegation, Manager, Delegate)
        .join(Manager, col(Manager.id) == col(Delegation.manager_id))
        .join(Delegate, col(Delegate.id) == col(Delegation.delegate_id))
        .where(*conditions)
        .order_by(col(Delegation.first_day), col(Delegation.id))
    )
    return [SeenDelegation(*row) for row in found]


def delegations_ending(session: Session, gone: Collection[int], today: date) -> list[EndingDelegation]:
    """Delegations not over that end when these people leave, where one of the two stays. One query."""
    manager, delegate = col(Delegation.manager_id), col(Delegation.delegate_id)
    one_stays = or_(
        and_(manager.in_(gone), delegate.not_in(gone)), and_(manager.not_in(gone), delegate.in_(gone))
    )
    return [
        EndingDelegation(
            one.delegation, one.manager, one.delegate, one.delegate if one.manager.id in gone else one.manager
        )
        for one in _delegations(session, one_stays, *_to_end(today))
    ]


def delegates_of(session: Session, manager_ids: Collection[int], today: date) -> dict[int, list[int]]:
    """Who decides today for each of these managers, beside them: for nobody who left."""
    found: dict[int, list[int]] = {}
    for manager_id, delegate_id in session.execute(
        select(col(Delegation.manager_id), col(Delegation.delegate_id))
        .join(Manager, col(Manager.id) == col(Delegation.manager_id))
        .where(
            col(Manager.active),
            col(Delegation.manager_id).in_(manager_ids),
            col(Delegation.first_day) <= today,
            *_to_end(today),
        )
    ):
        found.setdefault(manager_id, []).append(delegate_id)
    return found


def leaders_of(session: Session, team_id: int, today: date) -> set[int]:
    """Who decides for a team today: whoever leads it (`rules.leading`), and their delegates."""
    return leaders_of_teams(session, {team_id}, today)[team_id]


def leaders_of_teams(session: Session, team_ids: Collection[int], today: date) -> dict[int, set[int]]:
    """Who decides today for each of these teams. Two queries."""
    leads = managers_of(session, team_ids)
    lent = delegates_of(session, set().union(*leads.values()), today)
    return {
        team_id: {who for one in managing for who in (one, *lent.get(one, []))}
        for team_id, managing in leads.items()
    }


def readers_about(session: Session, people: Iterable[Person], today: date) -> dict[int, set[int]]:
    """Who reads what becomes of each of these people at work, by person: whoever leads their team, their own
    manager, and who decides today in the place of either. Two queries."""
    people = list(people)
    leads = managers_of(session, {one.team_id for one in people})
    managing = {
        one.id or 0: leads[one.team_id] | ({one.manager_id} if one.manager_id else set()) for one in people
    }
    lent = delegates_of(session, set().union(*managing.values()), today)
    return {
        person_id: {who for one in managers for who in (one, *lent.get(one, ()))}
        for person_id, managers in managing.items()
    }


def find_delegation(session: Session, delegation_id: int, manager: Person) -> Delegation | None:
    """A delegation that a manager gave; None when it is none of theirs."""
    return session.scalars(
        select(Delegation).where(
            col(Delegation.id) == delegation_id,
            col(Delegation.manager_id) == manager.id,
            col(Delegation.ended_at).is_(None),
        )
    ).first()


# -- what is asked of visitors --


def conditions_of(session: Session, team_id: int) -> TeamConditions | None:
    """What a team asks of its visitors now; None when it asks nothing."""
    return conditions_of_teams(session, [team_id]).get(team_id)


def conditions_of_teams(session: Session, team_ids: Collection[int]) -> dict[int, TeamConditions]:
    """What each of these teams asks now, by team id; teams that ask nothing are absent. One query."""
    return {row.team_id: row for row in latest_conditions(session, team_ids) if row.asks}


def latest_conditions(session: Session, team_ids: Collection[int]) -> list[TeamConditions]:
    """The last version of these teams' conditions, also where it asks nothing any more."""
    newest = (
        select(col(TeamConditions.team_id), func.max(TeamConditions.version).label("version"))
        .where(col(TeamConditions.team_id).in_(team_ids))
        .group_by(col(TeamConditions.team_id))
        .subquery()
    )
    query = select(TeamConditions).join(
        newest,
        (newest.c.team_id == col(TeamConditions.team_id)) & (newest.c.version == col(TeamConditions.version)),
    )
    return list(session.scalars(query))


def possible_delegates(session: Session, manager: Person) -> tuple[list[Person], list[Person]]:
    """To whom a manager may lend their place, by name: members of their teams, then their own manager and the
    other managers of those sites. To nobody else: whoever stands in reads what the manager reads."""
    teams = [team.id for team, _site in led_teams(session, [manager])]
    own_site = select(col(Team.site_id)).where(or_(col(Team.id).in_(teams), col(Team.id) == manager.team_id))
    near = select(col(Team.id)).where(col(Team.site_id).in_(own_site))
    found = session.scalars(
        select(Person)
        .where(
            col(Person.active),
            col(Person.id) != manager.id,
            or_(
                col(Person.team_id).in_(teams),
                col(Person.id) == manager.manager_id,
                _manages_somebody() & col(Person.team_id).in_(near),
            ),
        )
        .order_by(col(Person.last_name), col(Person.first_name))
    )
    members: list[Person] = []
    others: list[Person] = []
    for person in found:
        (members if person.team_id in teams else others).append(person)
    return members, others


# -- files of rosters --


def roster_file(session: Session, file_id: int, *, account_id: int, since: datetime) -> RosterFile:
    """A roster waiting for its confirmation by the account that sent it. Raises RosterGone."""
    found = session.scalars(
        select(RosterFile).where(
            col(RosterFile.id) == file_id,
            col(RosterFile.account_id) == account_id,
            col(RosterFile.created_at) >= since,
        )
    ).first()
    if found is None:
        raise RosterGone
    return found


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody whom a roster may name."""

    id: int
    number: str
    email: str
    first_name: str
    last_name: str
    team_id: int
    team: str

    @property
    def name(self) -> str:
        """As on pages."""
        return f"{self.first_name} {self.last_name}".strip()


def people_for_rosters(session: Session, team_ids: Collection[int] | None) -> list[Member]:
    """Active people, of these teams or of all."""
    query: Select[*tuple[Any, ...]] = (
        select(
            col(Person.id),
            col(Person.employee_number),
            col(Person.email),
            col(Person.first_name),
            col(Person.last_name),
            col(Person.team_id),
            col(Team.name),
        )
        .join(Team, col(Team.id) == col(Person.team_id))
        .where(col(Person.active))
    )
    if team_ids is not None:
        query = query.where(col(Person.team_id).in_(team_ids))
    return [Member(row[0], row[1], row[2] or "", *row[3:]) for row in session.execute(query)]
