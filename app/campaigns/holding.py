"""A campaign held while visits are made, or while people are taken out of it: the two never pass each other.

Whoever makes visits reads who takes part, then writes; whoever takes somebody out looks for visits to cancel,
then writes. At the same moment each would miss what the other does. So both hold the campaign first, and read
after. SQLite needs none of it: there whoever writes holds everything.
"""

from sqlmodel import Session, col, select

from app.campaigns.tables import Campaign, Status

MAKES_VISITS = (Status.OPEN, Status.PLANNING, Status.PUBLISHED, Status.RUNNING)


def hold(session: Session, campaign: Campaign) -> None:
    """Until our commit nobody changes the campaign or holds it alone; what was read of it is read anew."""
    session.flush()
    session.refresh(campaign, with_for_update={"read": True})


def hold_alone(session: Session, campaign: Campaign) -> None:
    """Wait for whoever holds the campaign, then keep it alone until our commit; it is read anew."""
    session.flush()
    session.refresh(campaign, with_for_update={"key_share": True})


def hold_every_one_alone(session: Session) -> None:
    """Hold all campaigns that may get visits: for what concerns a person in all of them."""
    which = col(Campaign.status).in_(MAKES_VISITS)
    query = select(Campaign.id).where(which).order_by(col(Campaign.id))
    session.exec(query.with_for_update(key_share=True)).all()
