"""Every SELECT of debriefs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case, func
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, or_, select

from app.campaigns.tables import Campaign
from app.core.db import another
from app.debriefs.rules import KEPT_FOR
from app.debriefs.tables import (
    Answer,
    Debrief,
    Draft,
    MobilityInterest,
    Released,
    Role,
    SealedDebrief,
    Thanks,
)
from app.people.tables import Person, Site, Team
from app.visits.rules import LIVED
from app.visits.tables import Visit, VisitStatus

Host, HostTeam, Manager, Other = another(Person), another(Team), another(Person), another(Person)


def find_debrief(session: Session, visit_id: int, role: Role) -> Debrief | None:
    """The ledger's line of a form; None before it opens."""
    return session.get(Debrief, (visit_id, role))


def lock_debrief(session: Session, visit_id: int, role: Role) -> Debrief:
    """The ledger's line as it is now; nobody else changes it before this transaction ends."""
    line = select(Debrief).where(Debrief.visit_id == visit_id, Debrief.role == role)
    return session.exec(line.with_for_update().execution_options(populate_existing=True)).one()


def ledger_of(session: Session, visit_ids: Collection[int]) -> dict[tuple[int, Role], bool]:
    """Which forms of these visits are open, and whether each was sent."""
    rows = session.exec(select(Debrief).where(col(Debrief.visit_id).in_(visit_ids)))
    return {(row.visit_id, row.role): row.sent for row in rows}


def has_sent_another(session: Session, campaign_id: int, person_id: int, but: tuple[int, Role]) -> bool:
    """Whether somebody has sent another form of the campaign than `but` (visit's id, role)."""
    own = or_(
        and_(col(Debrief.role) == Role.VISITOR, col(Visit.visitor_id) == person_id),
        and_(col(Debrief.role) == Role.HOST, col(Visit.host_id) == person_id),
    )
    visit_id, role = but
    other = or_(col(Debrief.visit_id) != visit_id, col(Debrief.role) != role)
    found = session.exec(
        select(Debrief.visit_id)
        .join(Visit, col(Visit.id) == col(Debrief.visit_id))
        .where(Visit.campaign_id == campaign_id, col(Debrief.sent), own, other)
    )
    return found.first() is not None


def find_draft(session: Session, visit_id: int, role: Role) -> Draft | None:
    """What the author has begun to write."""
    return session.get(Draft, (visit_id, role), populate_existing=True)


def find_thanks(session: Session, visit_id: int) -> Thanks | None:
    """The host's thanks."""
    return session.get(Thanks, visit_id)


def find_interest(session: Session, visit_id: int) -> MobilityInterest | None:
    """The visitor's interest in the host's job."""
    return session.get(MobilityInterest, visit_id)


def sealed_pool(session: Session, campaign_id: int, role: Role) -> list[SealedDebrief]:
    """Sent forms that wait for others."""
    return list(
        session.exec(
            select(SealedDebrief).where(SealedDebrief.campaign_id == campaign_id, SealedDebrief.role == role)
        )
    )


def answers_of(session: Session, campaign_id: int, role: Role) -> list[Answer]:
    """Every released answer of a campaign and role."""
    return list(session.exec(select(Answer).where(Answer.campaign_id == campaign_id, Answer.role == role)))


def pools(session: Session, at_least: int) -> list[tuple[int, Role]]:
    """Campaigns and roles whose pool holds enough sent forms."""
    found = session.exec(
        select(SealedDebrief.campaign_id, SealedDebrief.role)
        .group_by(col(SealedDebrief.campaign_id), col(SealedDebrief.role))
        .having(func.count() >= at_least)
        .order_by(col(SealedDebrief.campaign_id), col(SealedDebrief.role))
    )
    return [(campaign_id, Role(role)) for campaign_id, role in found]


def released(session: Session, campaign_id: int) -> dict[Role, Released]:
    """How many forms were released, by role."""
    found = session.exec(select(Released).where(Released.campaign_id == campaign_id))
    return {row.role: row for row in found}


def tallies(session: Session, campaign_id: int) -> dict[str, dict[int, int]]:
    """Released figures: question → point of the scale → how many answers."""
    found: dict[str, dict[int, int]] = {}
    rows = session.exec(
        select(Answer.question, Answer.value, func.count())
        .where(Answer.campaign_id == campaign_id, col(Answer.value).is_not(None))
        .group_by(col(Answer.question), col(Answer.value))
    )
    for question, value, count in rows:
        if value is not None:
            found.setdefault(question, {})[value] = count
    return found


def _takes_place() -> tuple[ColumnElement[bool], ...]:
    """As `visits.rules.takes_place`, of rows: nothing is expected of any other day."""
    return col(Visit.status) == VisitStatus.PLANNED, col(Visit.missed_at).is_(None)


@dataclass(frozen=True)
class Answered:
    """How many forms of a role are in, of how many that are expected."""

    sent: int = 0
    opened: int = 0


def answered(session: Session, campaign_id: int) -> dict[Role, Answered]:
    """How many are in of how many, by role; never who.

    Days that did not take place are not expected. Forms sent are counted whatever their day became, up to
    what is expected: otherwise, saying of one day that it was not held would tell who had answered of it."""
    expected = func.sum(case((and_(*_takes_place()), 1), else_=0))
    rows = session.exec(
        select(Debrief.role, func.sum(case((col(Debrief.sent), 1), else_=0)), expected)
        .join(Visit, col(Visit.id) == col(Debrief.visit_id))
        .where(Visit.campaign_id == campaign_id)
        .group_by(col(Debrief.role))
    )
    found = {role: Answered() for role in Role}
    for role, sent, opened in rows:
        found[Role(role)] = Answered(min(int(sent), int(opened)), int(opened))
    return found


def silent(session: Session, campaign_id: int) -> list[tuple[int, Role]]:
    """Forms that are open and were not sent: (visit's id, role). Those of days that did not take place too:
    without them, the length of this list would tell who had answered. Nobody is written to about them."""
    rows = session.exec(
        select(Debrief.visit_id, Debrief.role)
        .join(Visit, col(Visit.id) == col(Debrief.visit_id))
        .where(Visit.campaign_id == campaign_id, ~col(Debrief.sent))
        .order_by(col(Debrief.visit_id), col(Debrief.role))
    )
    return [(visit_id, Role(role)) for visit_id, role in rows]


def visits_to_open(session: Session, today: date) -> list[tuple[Visit, Campaign, Role]]:
    """Visits whose day came and whose form of a role is not open yet, with their campaign, for people still
    in the company, by visit."""
    found: list[tuple[Visit, Campaign, Role]] = []
    for role, person_id in ((Role.VISITOR, Visit.visitor_id), (Role.HOST, Visit.host_id)):
        rows = session.exec(
            select(Visit, Campaign)
            .join(Campaign, col(Campaign.id) == col(Visit.campaign_id))
            .join(Person, and_(col(Person.id) == col(person_id), col(Person.active)))
            .outerjoin(Debrief, and_(col(Debrief.visit_id) == col(Visit.id), col(Debrief.role) == role))
            .where(
                col(Visit.day) <= today,
                *_takes_place(),
                col(Campaign.status).in_(LIVED),
                col(Campaign.debrief_until) >= today,
                col(Debrief.visit_id).is_(None),
            )
        )
        found += [(visit, campaign, role) for visit, campaign in rows]
    return sorted(found, key=lambda one: (one[0].id or 0, one[2]))


@dataclass(frozen=True)
class OwnDebrief:
    """One of a person's forms: the visit, its campaign, the other person, and where it stands."""

    visit: Visit
    campaign: Campaign
    role: Role
    other: Person
    sent: bool


def debriefs_of(session: Session, person_id: int, *, unsent_only: bool = False) -> list[OwnDebrief]:
    """A person's forms that were opened, earliest day first."""
    visits = and_(col(Debrief.role) == Role.VISITOR, col(Visit.visitor_id) == person_id)
    hosts = and_(col(Debrief.role) == Role.HOST, col(Visit.host_id) == person_id)
    other_id = case((col(Debrief.role) == Role.VISITOR, col(Visit.host_id)), else_=col(Visit.visitor_id))
    query = (
        select_rows(Visit, Campaign, col(Debrief.role), Other, col(Debrief.sent))
        .join(Debrief, col(Debrief.visit_id) == col(Visit.id))
        .join(Campaign, col(Campaign.id) == col(Visit.campaign_id))
        .join(Other, col(Other.id) == other_id)
        .where(or_(visits, hosts))
        .order_by(col(Visit.day), col(Visit.id))
    )
    if unsent_only:
        query = query.where(~col(Debrief.sent))
    rows = session.execute(query)
    return [OwnDebrief(visit, campaign, Role(role), one, sent) for visit, campaign, role, one, sent in rows]


@dataclass(frozen=True)
class Interested:
    """Somebody who would like to hear about a job, with their consent."""

    person: Person
    team: Team
    """Where they work."""
    host_team: Team
    """Whose job they saw."""


def interested(session: Session, campaign_id: int, *, reader_account_id: int) -> list[Interested]:
    """Who declared an interest, by name; the reader never sees those they manage themselves."""
    rows = session.execute(
        select_rows(Person, Team, HostTeam)
        .join(MobilityInterest, col(MobilityInterest.person_id) == col(Person.id))
        .join(Visit, col(Visit.id) == col(MobilityInterest.visit_id))
        .join(Team, col(Team.id) == col(Person.team_id))
        .join(Host, col(Host.id) == col(Visit.host_id))
        .join(HostTeam, col(HostTeam.id) == col(Host.team_id))
        .outerjoin(Manager, col(Manager.id) == col(Person.manager_id))
        .where(
            col(Visit.campaign_id) == campaign_id,
            or_(col(Manager.account_id).is_(None), col(Manager.account_id) != reader_account_id),
        )
        .order_by(col(Person.last_name), col(Person.first_name))
    )
    return [Interested(*row) for row in rows]


def interests_of(session: Session, person_id: int) -> list[MobilityInterest]:
    """A person's declared interests."""
    return list(session.exec(select(MobilityInterest).where(MobilityInterest.person_id == person_id)))


def teams_by_site(session: Session) -> list[tuple[str, list[tuple[int, str]]]]:
    """Teams one may name, grouped by site: (site, [(id, team)])."""
    rows = session.exec(
        select(Site.name, Team.id, Team.name)
        .join(Site, col(Site.id) == col(Team.site_id))
        .order_by(col(Site.name), col(Team.name))
    )
    groups: dict[str, list[tuple[int, str]]] = {}
    for site, team_id, name in rows:
        if team_id is not None:
            groups.setdefault(site, []).append((team_id, name))
    return list(groups.items())


def known_team(session: Session, team_id: int) -> bool:
    """Whether a team exists."""
    return session.exec(select(Team.id).where(Team.id == team_id)).first() is not None


def drafts_of_campaign(session: Session, campaign_id: int) -> list[Draft]:
    """Drafts still lying in a campaign."""
    return list(
        session.exec(
            select(Draft)
            .join(Visit, col(Visit.id) == col(Draft.visit_id))
            .where(Visit.campaign_id == campaign_id)
        )
    )


def visit_ids(session: Session, campaign_ids: Collection[int]) -> list[int]:
    """The visits of campaigns."""
    found = session.exec(select(Visit.id).where(col(Visit.campaign_id).in_(campaign_ids)))
    return [one for one in found if one is not None]


def expired_campaigns(session: Session, today: date) -> list[int]:
    """Campaigns whose debriefs have been kept long enough and still hold something."""
    holds = or_(
        col(Campaign.id).in_(select(SealedDebrief.campaign_id)),
        col(Campaign.id).in_(select(Visit.campaign_id).join(Debrief, col(Debrief.visit_id) == col(Visit.id))),
        col(Campaign.id).in_(select(Visit.campaign_id).join(Thanks, col(Thanks.visit_id) == col(Visit.id))),
        col(Campaign.id).in_(
            select(Visit.campaign_id).join(MobilityInterest, col(MobilityInterest.visit_id) == col(Visit.id))
        ),
    )
    found = session.exec(select(Campaign.id).where(col(Campaign.debrief_until) < today - KEPT_FOR, holds))
    return [one for one in found if one is not None]
