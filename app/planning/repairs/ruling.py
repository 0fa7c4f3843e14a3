"""Who accepts the repairs of a campaign: HR, or the product where nobody else moves."""

from datetime import date, datetime

from sqlmodel import Session, col, update

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.campaigns.tables import Campaign
from app.core.errors import Stale
from app.planning.repairs.queries import visit_ids
from app.planning.tables import Repair, RepairRules
from app.visits.queries import swaps_with_ids, visits_with_ids


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


def is_for_the_two(session: Session, campaign: Campaign, repair: Repair, today: date) -> bool:
    """Whether one of its days is a fallen day of a swap whose other day stands: its two people have read that
    they may choose another one, or leave it at one. Three queries."""
    ids = visit_ids(session, repair.id or 0)
    swaps = {one.visit.swap_id for one in visits_with_ids(session, ids)} - {None}
    fallen = [swap.fallen for swap in swaps_with_ids(session, {one for one in swaps if one is not None})]
    return any(one is not None and one.visit.id in ids and one.may_be_made_up(today) for one in fallen)


def copy_rules(session: Session, source_id: int, campaign_id: int) -> None:
    """A copied campaign has its repairs accepted as its source does, unless somebody said so before."""
    source = session.get(RepairRules, source_id)
    if source is None or session.get(Campaign, campaign_id) is None:
        return
    if session.get(RepairRules, campaign_id) is None:
        session.add(RepairRules(campaign_id=campaign_id, automatic=source.automatic))
