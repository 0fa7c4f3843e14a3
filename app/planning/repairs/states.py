"""A repair passes from one state to the next by a conditional UPDATE: of two who do it at once, one does.

One that waits for nobody any more lets its days go: until then the database gives them to no other
(`RepairVisit.waits`).
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, update

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.core import jobs
from app.planning.repairs import chain
from app.planning.repairs.words import NO_DAY
from app.planning.tables import PENDING, UNDECIDED, Repair, RepairStatus, RepairVisit


def change(session: Session, repair_id: int | None, before: Collection[RepairStatus], **values: Any) -> bool:
    """Write these values if the repair is in one of these states; says whether it was."""
    changed = session.exec(
        update(Repair)
        .where(col(Repair.id) == repair_id, col(Repair.status).in_(before))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    done = changed.rowcount == 1
    if done and values.get("status", RepairStatus.QUEUED) not in PENDING:
        session.exec(
            update(RepairVisit)
            .where(col(RepairVisit.repair_id) == repair_id, col(RepairVisit.waits))
            .values(waits=False)
        )
    row = session.get(Repair, repair_id)
    if row is not None:
        session.refresh(row)
    return done


def end(
    session: Session,
    repair_id: int | None,
    before: Collection[RepairStatus],
    status: RepairStatus,
    now: datetime,
    **values: Any,
) -> bool:
    """`change` to a state in which nobody waits for it."""
    return change(session, repair_id, before, status=status, decided_at=now, **values)


def close(session: Session, repair: Repair, now: datetime, *, why: str = "") -> None:
    """Nothing is left to repair: it waits for nobody any more. `why`: unless the people settled it. One that
    a later repair took over stays told so: how its days ended is that one's to say. HR read of days for
    which no other is left."""
    if chain.taken_over(session, [repair]):
        return
    said = {"message": why} if why else {}
    if end(session, repair.id, (*PENDING, *UNDECIDED), RepairStatus.SETTLED, now, **said):
        note(session, repair, None, "repair.settled", now)
        if why == NO_DAY:
            jobs.record(session, "repair.ready", repair_id=repair.id)


def note(
    session: Session, repair: Repair, actor: Actor | None, action: str, now: datetime, **said: Any
) -> None:
    """The audit trail's line."""
    subject = f"campaign:{repair.campaign_id}"
    audit(session, actor.account_id if actor else None, action, subject, now=now, repair_id=repair.id, **said)
