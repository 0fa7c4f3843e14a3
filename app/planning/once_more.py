"""Who takes part once more than the campaign asks of everybody: HR asked them, and says so here."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, select

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.campaigns.tables import Campaign
from app.core.errors import NotFound
from app.people.tables import Person
from app.planning import queries
from app.planning.pins import check_plannable
from app.planning.tables import OnceMore


def allow(
    session: Session, campaign: Campaign, person_id: int, most: int, actor: Actor, now: datetime
) -> str:
    """From now on plans may give somebody so many exchanges; twice is once. Audited. Returns their name.

    Raises `NotFound` for whoever did not say yes.
    """
    assert campaign.id is not None
    check_plannable(session, campaign)
    name = queries.name_of_participant(session, campaign.id, person_id)
    if not name:
        raise NotFound
    row = session.get(OnceMore, (campaign.id, person_id))
    if row is not None and row.most == most:
        return name
    if row is None:
        row = OnceMore(campaign_id=campaign.id, person_id=person_id, most=most, created_at=now)
        session.add(row)
    row.most, row.account_id, row.created_at = most, actor.account_id, now
    session.flush()
    _note(session, campaign, actor, "once_more.allowed", now, person=person_id, most=most)
    return name


def withdraw(session: Session, campaign: Campaign, person_id: int, actor: Actor, now: datetime) -> None:
    """The campaign's number counts for them again. Audited where it did not before."""
    assert campaign.id is not None
    check_plannable(session, campaign)
    row = session.get(OnceMore, (campaign.id, person_id))
    if row is not None:
        session.delete(row)
        session.flush()
        _note(session, campaign, actor, "once_more.withdrawn", now, person=person_id)


def _note(
    session: Session, campaign: Campaign, actor: Actor, action: str, now: datetime, **details: Any
) -> None:
    audit(session, actor.account_id, action, f"campaign:{campaign.id}", now=now, **details)


def export(session: Session, person: Person) -> list[dict[str, Any]]:
    """In which campaigns somebody may take part more often than others."""
    rows = session.exec(
        select(Campaign.name, OnceMore.most)
        .join(OnceMore, col(OnceMore.campaign_id) == col(Campaign.id))
        .where(OnceMore.person_id == person.id)
        .order_by(col(Campaign.first_day))
    )
    return [{"campaign": name, "at_most": most} for name, most in rows]


def erase(session: Session, person: Person) -> None:
    """Forget it."""
    session.exec(delete(OnceMore).where(col(OnceMore.person_id) == person.id))
