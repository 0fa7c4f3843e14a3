"""Who accepts the repairs of a campaign: HR, or the product where nobody else moves."""

from datetime import datetime

from sqlmodel import Session, col, update

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.campaigns.tables import Campaign
from app.core.errors import Stale
from app.planning.tables import RepairRules


def set_rules(
    session: Session, campaign: Campaign, actor: Actor, now: datetime, *, automatic: bool, version: int
) -> None:
    """Say who accepts repairs, on the version that was read. Raises Stale."""
    assert campaign.id is not None
    if version == 0 and session.get(RepairRules, campaign.id) is None:
        session.add(RepairRules(campaign_id=campaign.id, automatic=automatic, version=1))
        session.flush()
    else:
        done = session.exec(
            update(RepairRules)
            .where(col(RepairRules.campaign_id) == campaign.id, col(RepairRules.version) == version)
            .values(automatic=automatic, version=version + 1)
        )
        if done.rowcount != 1:
            raise Stale
    audit(session, actor.account_id, "repair.rules", f"campaign:{campaign.id}", now=now, automatic=automatic)


def copy_rules(session: Session, source_id: int, campaign_id: int) -> None:
    """A copied campaign has its repairs accepted as its source does, unless somebody said so before."""
    source = session.get(RepairRules, source_id)
    if source is None or session.get(Campaign, campaign_id) is None:
        return
    if session.get(RepairRules, campaign_id) is None:
        session.add(RepairRules(campaign_id=campaign_id, automatic=source.automatic))
