"""Days of which the two say opposite things: HR are asked to rule, in one mail for all of a campaign."""

from datetime import timedelta

from sqlalchemy import Engine

from app.core import clock
from app.core.db import open_session
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.visits import reading
from app.visits.queries import SeenVisit

RESTS = timedelta(days=1)
"""So long after such a mail there is no other one of that campaign."""


def ask_hr(engine: Engine) -> None:
    """Job of `clock.tick`: HR of a campaign read which days wait for their ruling, when one more does and at
    most once a day. Safe to run twice."""
    now = clock.now()
    with open_session(engine) as session:
        waiting: dict[int, list[SeenVisit]] = {}
        for seen in reading.disputed(session):
            waiting.setdefault(seen.visit.campaign_id, []).append(seen)
        for campaign_id, found in waiting.items():
            latest = max(one.visit.disputed_at for one in found if one.visit.disputed_at is not None)
            last = mails.last_written(session, Kind.RULINGS_DUE, campaign_id)
            if last is not None and (latest <= last or now < last + RESTS):
                continue
            for reader in mails.hr_readers(session, found[0].campaign):
                outbox.send(
                    session,
                    Kind.RULINGS_DUE,
                    reader,
                    key=f"{Kind.RULINGS_DUE}:{campaign_id}:{latest.isoformat()}:{reader.account_id}",
                    now=now,
                    context={"days": [one.visit.day for one in found]},
                    campaign=found[0].campaign,
                )
