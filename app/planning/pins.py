"""What HR decides beside the solver: pairs kept whatever is recomputed."""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, delete, or_, select

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.availability import service as availability
from app.availability.tables import ForbiddenPair
from app.campaigns.holding import hold
from app.campaigns.tables import Campaign
from app.people.tables import Person
from app.planning.errors import NotPlannable, NotThisPair, PairIsForbidden, PairIsPinned
from app.planning.problem import Leg
from app.planning.runs import PLANNABLE
from app.planning.tables import Pin


def check_plannable(session: Session, campaign: Campaign) -> None:
    """Pairs are decided until the plan is published; it is not while this transaction lasts."""
    hold(session, campaign)
    if campaign.status not in PLANNABLE:
        raise NotPlannable


def pin_pair(session: Session, campaign: Campaign, legs: list[Leg], actor: Actor, now: datetime) -> None:
    """Keep two people together on these days (the plan's); pinning twice changes nothing. Audited.

    Raises `PairIsForbidden` when HR keeps them apart: the two decisions never stand together.
    """
    assert campaign.id is not None
    check_plannable(session, campaign)
    if not legs:
        raise NotThisPair
    one, other, _day = legs[0]
    if session.get(ForbiddenPair, (campaign.id, *sorted((one, other)))) is not None:
        raise PairIsForbidden
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
    check_plannable(session, campaign)
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


def forbid_pair(
    session: Session, campaign: Campaign, one: int, other: int, actor: Actor, now: datetime
) -> None:
    """Keep two people apart. Raises `PairIsPinned`: a pin goes only when somebody takes it away."""
    assert campaign.id is not None
    check_plannable(session, campaign)
    pinned = select(Pin).where(Pin.campaign_id == campaign.id, _between(one, other))
    if session.exec(pinned).first() is not None:
        raise PairIsPinned
    availability.forbid_pair(session, campaign, one, other, actor=actor, now=now)


def erase(session: Session, person: Person) -> None:
    """Forget the pairs pinned with a person. Plans hold ids only: they lead to nobody afterwards."""
    named = or_(col(Pin.visitor_id) == person.id, col(Pin.host_id) == person.id)
    session.exec(delete(Pin).where(named))


def _remove(session: Session, campaign_id: int, one: int, other: int) -> int:
    removed = session.exec(delete(Pin).where(col(Pin.campaign_id) == campaign_id, _between(one, other)))
    return int(removed.rowcount)


def _between(one: int, other: int) -> ColumnElement[bool]:
    return or_(
        (col(Pin.visitor_id) == one) & (col(Pin.host_id) == other),
        (col(Pin.visitor_id) == other) & (col(Pin.host_id) == one),
    )
