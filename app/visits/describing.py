"""A team says something else of the days that were booked with it: what one will see, what to bring.

Hours and who receives were agreed for each day, and stay as they are: whoever wants them otherwise changes
the visit. What is shown and what to bring are the team's word, and days to come follow it.
"""

from collections.abc import Collection
from datetime import date

from sqlmodel import Session, col, or_, select, update

from app.core import jobs
from app.visits.changing import hold_all
from app.visits.history import Hand, remember
from app.visits.tables import ChangeKind, Visit, VisitStatus


def describe_days(
    session: Session, visit_ids: Collection[int], shows: str, bring: str, hand: Hand, today: date
) -> int:
    """Days to come that say something else say this now; how many there were. Each change stands in the
    visit's history, and those concerned are told once."""
    hold_all(session, visit_ids)
    concerned = list(
        session.exec(
            select(Visit)
            .where(
                col(Visit.id).in_(visit_ids),
                col(Visit.day) >= today,
                col(Visit.status) == VisitStatus.PLANNED,
                or_(col(Visit.shows) != shows, col(Visit.bring) != bring),
            )
            .order_by(col(Visit.id))
        )
    )
    if not concerned:
        return 0
    before = [(one, one.shows, one.bring) for one in concerned]
    session.exec(
        update(Visit)
        .where(col(Visit.id).in_([one.id for one in concerned]))
        .values(shows=shows, bring=bring, revision=col(Visit.revision) + 1, changed_at=hand.now)
        .execution_options(synchronize_session="fetch")
    )
    lines = []
    for visit, shown, brought in before:
        if shown != shows:
            lines.append(_remember(session, visit, ChangeKind.SHOWS, hand, shows))
        if brought != bring:
            lines.append(_remember(session, visit, ChangeKind.BRING, hand, bring))
    jobs.record(session, "visits.described", change_ids=lines)
    return len(concerned)


def _remember(session: Session, visit: Visit, kind: ChangeKind, hand: Hand, says: str) -> int:
    line = remember(session, visit, kind, Hand(hand.by, hand.actor, hand.now, says), event=None)
    assert line.id is not None
    return line.id
