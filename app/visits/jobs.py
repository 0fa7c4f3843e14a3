"""What follows for visits from what happens to their campaign."""

from sqlalchemy import Engine

from app.core import clock
from app.core.db import open_session
from app.visits import places, queries, service
from app.visits.tables import CancelReason


def cancel_all(engine: Engine, campaign_id: int) -> None:
    """Job of `campaign.cancelled`: its visits to come are cancelled, everybody told. Safe to run twice."""
    now, today = clock.now(), clock.today()
    with open_session(engine) as session:
        for visit in queries.coming_visits(session, campaign_id, today):
            service.cancel_visit(session, visit, CancelReason.CAMPAIGN, None, now, today=today)


def follow_moves(engine: Engine) -> None:
    """Job of `clock.tick`: the days of whoever changed team count in the new one."""
    with open_session(engine) as session:
        places.follow_moves(session, clock.today())
