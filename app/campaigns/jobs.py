"""What the clock does to campaigns."""

from sqlalchemy import Engine

from app.campaigns import queries
from app.campaigns.lifecycle import due_step, transition
from app.campaigns.tables import Campaign
from app.core import clock
from app.core.db import open_session
from app.core.errors import Stale


def take_due_steps(engine: Engine) -> None:
    """Job of `clock.tick`: every campaign takes the steps that its dates call for, one transaction each.

    A service that slept for a month takes them one after the other, each with its event. Run twice, the
    second run finds nothing due.
    """
    with open_session(engine, reads_only=True) as session:
        waiting = queries.campaigns_moved_by_the_clock(session)
    for campaign_id in waiting:
        while _take_one(engine, campaign_id):
            pass


def _take_one(engine: Engine, campaign_id: int) -> bool:
    today = clock.today()
    try:
        with open_session(engine) as session:
            campaign = session.get(Campaign, campaign_id)
            step = due_step(campaign, today) if campaign else None
            if campaign is None or step is None:
                return False
            transition(session, campaign, step.after, actor=None, now=clock.now(), today=today)
    except Stale:
        return False
    return True
