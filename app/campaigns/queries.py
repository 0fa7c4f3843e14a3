"""Every SELECT of campaigns (who is invited stands in `invited.py`)."""

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, func, select

from app.accounts.tables import Account
from app.campaigns.lifecycle import STEPS, By
from app.campaigns.tables import Campaign, InvitedGroup, Status, StatusChange
from app.people.tables import Person, Site, Team

PAGE = 20

UNDER_WAY = (Status.DRAFT, Status.OPEN, Status.PLANNING, Status.PUBLISHED, Status.RUNNING, Status.DEBRIEFING)
PAST = (Status.CLOSED, Status.CANCELLED)


def campaigns(
    session: Session, *, statuses: Collection[Status], page: int = 1, size: int = PAGE
) -> tuple[Sequence[Campaign], int]:
    """One page of the campaigns in these states, latest first, and how many there are in all."""
    wanted = col(Campaign.status).in_(statuses)
    total = session.exec(select(func.count()).select_from(Campaign).where(wanted)).one()
    found = session.exec(
        select(Campaign)
        .where(wanted)
        .order_by(col(Campaign.first_day).desc(), col(Campaign.id).desc())
        .offset((page - 1) * size)
        .limit(size)
    ).all()
    return found, total


def campaign_of_code(session: Session, code: str) -> Campaign | None:
    """The campaign of a poster's address; None when unknown."""
    return session.exec(select(Campaign).where(Campaign.code == code.strip().lower())).first()


def code_taken(session: Session, code: str) -> bool:
    """Whether a poster already bears this code."""
    return campaign_of_code(session, code) is not None


def campaigns_moved_by_the_clock(session: Session) -> list[int]:
    """Ids of the campaigns in a state that the clock can end."""
    states = {step.before for step in STEPS if By.CLOCK in step.by}
    found = session.exec(
        select(Campaign.id).where(col(Campaign.status).in_(states)).order_by(col(Campaign.id))
    )
    return [campaign_id for campaign_id in found if campaign_id is not None]


def groups_of(session: Session, campaign_id: int) -> Sequence[InvitedGroup]:
    """The invited groups of a campaign, in the order they were chosen."""
    query = select(InvitedGroup).where(InvitedGroup.campaign_id == campaign_id)
    return session.exec(query.order_by(col(InvitedGroup.id))).all()


def history_of(session: Session, campaign_id: int) -> Sequence[tuple[StatusChange, str | None]]:
    """The steps of a campaign's life, latest first, with the name of who took each (None: the clock)."""
    return session.exec(
        select(StatusChange, Account.name)
        .join(Account, col(Account.id) == col(StatusChange.account_id), isouter=True)
        .where(StatusChange.campaign_id == campaign_id)
        .order_by(col(StatusChange.at).desc(), col(StatusChange.id).desc())
    ).all()


def last_changes(session: Session, campaign_ids: Collection[int]) -> dict[int, StatusChange]:
    """The latest step of each of these campaigns' lives."""
    found = session.exec(
        select(StatusChange)
        .where(col(StatusChange.campaign_id).in_(campaign_ids))
        .order_by(col(StatusChange.id))
    )
    return {change.campaign_id: change for change in found}


def known_ids(session: Session, sites: Collection[int], teams: Collection[int]) -> tuple[set[int], set[int]]:
    """Those of these sites and teams that exist."""
    found_sites = session.exec(select(Site.id).where(col(Site.id).in_(sites)))
    found_teams = session.exec(select(Team.id).where(col(Team.id).in_(teams)))
    return {one for one in found_sites if one is not None}, {one for one in found_teams if one is not None}


def sites(session: Session) -> Sequence[Site]:
    """Every site, by name."""
    return session.exec(select(Site).order_by(col(Site.name))).all()


def teams_by_site(session: Session) -> Sequence[tuple[Team, Site]]:
    """Every team with its site, by site then name."""
    return session.exec(
        select(Team, Site)
        .join(Site, col(Site.id) == col(Team.site_id))
        .order_by(col(Site.name), col(Team.name))
    ).all()


def sites_working_on_saturday(session: Session) -> set[int]:
    """Ids of the sites where some team is open, and somebody works, on Saturdays."""
    return set(
        session.exec(
            select(Team.site_id)
            .join(Person, col(Person.team_id) == col(Team.id))
            .where(
                col(Person.active),
                func.substr(col(Person.worked_weekdays), 6, 1) == "1",
                func.substr(col(Team.closed_weekdays), 6, 1) == "0",
            )
            .distinct()
        )
    )
