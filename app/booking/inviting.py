"""Where there is something to book; inviting to it once there is, and nobody twice."""

from collections.abc import Collection
from datetime import date, datetime

from sqlmodel import Session, col, select

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.booking import queries
from app.booking.tables import Place, PlaceDay
from app.campaigns.lifecycle import is_booked_openly
from app.campaigns.tables import Campaign, Status
from app.core import jobs
from app.messages.catalogue import Kind
from app.messages.tables import Mail

INVITING = frozenset({Status.OPEN, Status.RUNNING})


def nobody_invited(session: Session, campaign: Campaign) -> bool:
    """Whether an open campaign has invited nobody so far."""
    if not (is_booked_openly(campaign) and campaign.status in INVITING):
        return False
    sent = select(Mail.id).where(
        col(Mail.campaign_id) == campaign.id, col(Mail.kind) == Kind.CAMPAIGN_INVITATION
    )
    return session.exec(sent.limit(1)).first() is None


def ask_for(session: Session, campaign: Campaign, *, actor: Actor, now: datetime, today: date) -> bool:
    """HR invites those whom the opening could not; False, and nothing, without a place to book."""
    assert campaign.id is not None
    if not nobody_invited(session, campaign) or not queries.days_offered(session, campaign.id, today):
        return False
    audit(session, actor.account_id, "campaign.invited", f"campaign:{campaign.id}", now=now)
    jobs.record(session, "campaign.opened", campaign_id=campaign.id)
    return True


def offering_days(session: Session, campaign_ids: Collection[int], today: date) -> set[int]:
    """Those of some campaigns that offer a day of a place from today on."""
    query = (
        select(col(Place.campaign_id))
        .join(PlaceDay, col(PlaceDay.place_id) == col(Place.id))
        .where(
            col(Place.campaign_id).in_(campaign_ids),
            col(Place.withdrawn_at).is_(None),
            col(PlaceDay.offered).is_(True),
            col(PlaceDay.day) >= today,
        )
        .distinct()
    )
    return set(session.exec(query))
