"""HR read that a repair waits for them: which one, its days and the one it goes on with; it names nobody."""

from collections.abc import Collection

from sqlalchemy import Engine
from sqlmodel import Session

from app.campaigns.tables import Campaign
from app.core import clock
from app.core.db import open_session
from app.core.i18n import speaking
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.people import queries as people_queries
from app.planning.repairs import chain, queries, states, words
from app.planning.repairs.errors import NoDayLeft
from app.planning.tables import Repair, RepairStatus
from app.visits import queries as visits_queries
from app.visits.rules import leaves_days, stands, why_not

TOLD = (RepairStatus.READY, RepairStatus.FAILED, RepairStatus.EXPIRED)
"""What HR hears of."""


def tell_hr(engine: Engine, repair_id: int) -> None:
    """Job of `repair.ready`: HR reads that a repair waits for their decision, that none was found, or that
    nobody decided in time; not of one that a later one took over meanwhile."""
    with open_session(engine) as session:
        repair = session.get(Repair, repair_id)
        undone = repair is not None and _is_undone(repair)
        if repair is None or (repair.status not in TOLD and not undone):
            return
        ids = queries.visit_ids(session, repair_id)
        left = set(ids) - queries.settled_among(session, ids)
        if not left:
            states.close(session, repair, clock.now())
            return
        campaign = session.get_one(Campaign, repair.campaign_id)
        site = people_queries.site(session, repair.site_id).name if repair.site_id is not None else ""
        rows = queries.proposals_of(session, [repair_id])
        lost = [one.visit for one in visits_queries.visits_with_ids(session, left)]
        late = repair.status is RepairStatus.EXPIRED
        if chain.taken_over(session, [repair]):
            return  # the later one says so
        if not late and not undone and _says_nothing_new(session, repair, ids, bool(rows)):
            return
        former = chain.former_of(session, repair)
        kept = 0 if leaves_days(campaign, clock.today()) else sum(stands(one) for one in lost)
        for reader in mails.hr_readers(session, campaign):
            with speaking(reader.language):
                failed = words.why_failed(repair.message) if repair.status is RepairStatus.FAILED else ""
                no_day = NoDayLeft(kept).message() if kept else ""
                reasons = [why_not(one) for one in lost]
                said = {"cause": words.cause_words(repair, site, reasons), "failed": failed, "no_day": no_day}
                said |= {"days": words.days_words({one.day for one in lost})}
                said |= {"former": words.goes_on_words(*former) if former else ""}
            outbox.send(
                session,
                Kind.REPAIR_READY,
                reader,
                key=f"{Kind.REPAIR_READY}:{repair_id}:{reader.account_id}"
                + (":late" if late else ":undone" if undone else ""),
                now=clock.now(),
                context={
                    **said,
                    "repair": repair,
                    "late": late,
                    "undone": undone,
                    "visits": len(lost),
                    "solutions": len(rows),
                },
                campaign=campaign,
            )


def _is_undone(repair: Repair) -> bool:
    """It closed since no day is left for what fell."""
    return repair.status is RepairStatus.SETTLED and repair.message == words.NO_DAY


def _says_nothing_new(session: Session, repair: Repair, ids: Collection[int], solved: bool) -> bool:
    """It was looked for again without anybody asking, for days that HR had read of with the same answer."""
    if repair.requested_by is not None:
        return False
    days = queries.visits_by_repair(session, chain.followed_by(session, repair))
    before = [one for one, about in days.items() if set(ids) <= set(about)]
    return any(bool(queries.proposals_of(session, [one])) is solved for one in before)
