"""Who is invited: the one statement of it. Taking part is always voluntary.

A person is invited when they are active, when any group of the campaign holds them, unless their contract is
temporary (and the campaign leaves temporary staff out) or ends before the first day.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, or_
from sqlmodel import Session, col, select

from app.campaigns.tables import Campaign, InvitedGroup, InvitedKind, Status
from app.people.tables import ContractKind, Person, Side, Site, Team


@dataclass(frozen=True)
class InvitedTeam:
    """How many people of one team are invited."""

    team: Team
    site: Site
    people: int


@dataclass(frozen=True)
class Invited:
    """How many people are invited, team by team."""

    teams: Sequence[InvitedTeam]

    @property
    def total(self) -> int:
        """Everybody invited."""
        return sum(row.people for row in self.teams)

    def of_side(self, side: Side) -> int:
        """Invited people of one side."""
        return sum(row.people for row in self.teams if row.team.side == side)

    @property
    def sites(self) -> list[tuple[Site, int]]:
        """Invited people of each site, by the site's name."""
        found: dict[int | None, tuple[Site, int]] = {}
        for row in self.teams:
            found[row.site.id] = (row.site, found.get(row.site.id, (row.site, 0))[1] + row.people)
        return sorted(found.values(), key=lambda pair: pair[0].name)


def invited_people(session: Session, campaign: Campaign) -> list[Person]:
    """Everybody invited, by family name."""
    query = (
        select(Person)
        .join(Team, col(Team.id) == col(Person.team_id))
        .join(Campaign, col(Campaign.id) == campaign.id)
        .where(_may_take_part(), _in_a_group())
        .order_by(col(Person.last_name), col(Person.first_name), col(Person.id))
    )
    return list(session.exec(query))


def is_invited(session: Session, campaign: Campaign, person: Person) -> bool:
    """Whether one person is invited."""
    return bool(campaigns_inviting(session, person, statuses=list(Status), campaign_id=campaign.id))


def invited_among(session: Session, campaign: Campaign, person_ids: Collection[int]) -> set[int]:
    """Those of these people who are invited. One query, or none."""
    if not person_ids:
        return set()
    query = (
        select(col(Person.id))
        .join(Team, col(Team.id) == col(Person.team_id))
        .join(Campaign, col(Campaign.id) == campaign.id)
        .where(col(Person.id).in_(person_ids), invitation())
    )
    return {one for one in session.exec(query) if one is not None}


def invited_ids(session: Session, campaign: Campaign) -> set[int]:
    """Ids of everybody invited. One query."""
    query = (
        select(col(Person.id))
        .join(Team, col(Team.id) == col(Person.team_id))
        .join(Campaign, col(Campaign.id) == campaign.id)
        .where(invitation())
    )
    return {one for one in session.exec(query) if one is not None}


def campaigns_inviting(
    session: Session, person: Person, *, statuses: Collection[Status], campaign_id: int | None = None
) -> list[Campaign]:
    """The campaigns in these states that invite a person, by first day (only `campaign_id` when given)."""
    query = (
        select(Campaign)
        .join(Person, col(Person.id) == person.id)
        .join(Team, col(Team.id) == col(Person.team_id))
        .where(col(Campaign.status).in_(statuses), _may_take_part(), _in_a_group())
        .order_by(col(Campaign.first_day), col(Campaign.id))
    )
    if campaign_id is not None:
        query = query.where(Campaign.id == campaign_id)
    return list(session.exec(query))


def invited_counts(session: Session, campaign: Campaign) -> Invited:
    """How many people of each team are invited; teams without anybody invited are left out."""
    query = (
        select(Team, Site, func.count(col(Person.id)))
        .join(Site, col(Site.id) == col(Team.site_id))
        .join(Person, col(Person.team_id) == col(Team.id))
        .join(Campaign, col(Campaign.id) == campaign.id)
        .where(_may_take_part(), _in_a_group())
        .group_by(col(Team.id), col(Site.id))
        .order_by(col(Site.name), col(Team.name))
    )
    return Invited([InvitedTeam(team, site, people) for team, site, people in session.exec(query)])


def invited_without_email(session: Session, campaign: Campaign) -> int:
    """How many of the people invited can be told on paper only."""
    query = (
        select(func.count(col(Person.id)))
        .join(Team, col(Team.id) == col(Person.team_id))
        .join(Campaign, col(Campaign.id) == campaign.id)
        .where(invitation(), or_(col(Person.email).is_(None), col(Person.email) == ""))
    )
    return session.exec(query).one()


def invited_totals(session: Session, campaign_ids: Collection[int]) -> dict[int, int]:
    """How many people each of these campaigns invites, in one query; a campaign without anybody is absent."""
    query: Any = (
        select(Campaign.id, func.count(col(Person.id)))
        .select_from(Person)
        .join(Team, col(Team.id) == col(Person.team_id))
        .join(Campaign, col(Campaign.id).in_(campaign_ids))
        .where(_may_take_part(), _in_a_group())
        .group_by(col(Campaign.id))
    )
    return dict(session.exec(query).all())


def _may_take_part() -> ColumnElement[bool]:
    ends = col(Person.contract_ends_on)
    return and_(
        col(Person.active),
        or_(col(Campaign.include_temporary), col(Person.contract) != ContractKind.TEMPORARY),
        or_(ends.is_(None), ends >= col(Campaign.first_day)),
    )


def _in_a_group() -> ColumnElement[bool]:
    kind, ref = col(InvitedGroup.kind), col(InvitedGroup.ref)
    return exists().where(
        col(InvitedGroup.campaign_id) == col(Campaign.id),
        or_(
            kind == InvitedKind.EVERYBODY,
            *(and_(kind == InvitedKind.SIDE, ref == side.value, col(Team.side) == side) for side in Side),
            and_(kind == InvitedKind.SITE, ref == cast(col(Team.site_id), String)),
            and_(kind == InvitedKind.TEAM, ref == cast(col(Team.id), String)),
        ),
    )


def invitation() -> ColumnElement[bool]:
    """The whole condition, for a query that joins Campaign, Person and Team."""
    return and_(_may_take_part(), _in_a_group())
