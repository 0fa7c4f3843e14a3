"""What HR decides beside the solver: pairs kept whatever is recomputed."""

from datetime import datetime

from sqlmodel import Session, col, delete, or_

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.campaigns.tables import Campaign
from app.people.tables import Person
from app.planning.errors import NotPlannable, NotThisPair
from app.planning.problem import Leg
from app.planning.runs import PLANNABLE
from app.planning.tables import Pin


def check_plannable(campaign: Campaign) -> None:
    """Pairs are decided until the plan is published."""
    if campaign.status not in PLANNABLE:
        raise NotPlannable


def pin_pair(session: Session, campaign: Campaign, legs: list[Leg], actor: Actor, now: datetime) -> None:
    """Keep two people together on these days (the plan's); pinning twice changes nothing. Audited."""
    assert campaign.id is not None
    check_plannable(campaign)
    if not legs:
        raise NotThisPair
    one, other, _day = legs[0]
    _remove(session, campaign.id, one, other)
    session.add_all(
        Pin(
            campaign_id=campaign.id,
            visitor_id=visitor,
            host_id=host,
            day=day,
            account_id=actor.account_id,
            created_at=now,
        )
        for visitor, host, day in legs
    )
    session.flush()
    audit(session, actor.account_id, "pair.pinned", f"campaign:{campaign.id}", now=now, one=one, other=other)


def unpin_pair(
    session: Session, campaign: Campaign, one: int, other: int, actor: Actor, now: datetime
) -> None:
    """Let the solver decide again about two people. Audited when they were pinned."""
    assert campaign.id is not None
    check_plannable(campaign)
    if _remove(session, campaign.id, one, other):
        audit(
            session,
            actor.account_id,
            "pair.unpinned",
            f"campaign:{campaign.id}",
            now=now,
            one=one,
            other=other,
        )


def erase(session: Session, person: Person) -> None:
    """Forget the pairs pinned with a person. Plans hold ids only: they lead to nobody afterwards."""
    named = or_(col(Pin.visitor_id) == person.id, col(Pin.host_id) == person.id)
    session.exec(delete(Pin).where(named))


def _remove(session: Session, campaign_id: int, one: int, other: int) -> int:
    between = or_(
        (col(Pin.visitor_id) == one) & (col(Pin.host_id) == other),
        (col(Pin.visitor_id) == other) & (col(Pin.host_id) == one),
    )
    removed = session.exec(delete(Pin).where(col(Pin.campaign_id) == campaign_id, between))
    return int(removed.rowcount)
