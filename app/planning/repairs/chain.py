"""Repairs that go on with others: a search takes over the days of those before it."""

from collections.abc import Collection
from typing import Any

from sqlmodel import Session, col, func, or_, select

from app.core.db import another
from app.planning.tables import Repair, RepairStatus, RepairVisit

Later, Mine = another(RepairVisit), another(RepairVisit)


def taken_over(session: Session, repairs: Collection[Repair]) -> dict[int, int]:
    """Those of these repairs that ended because a later one took their days over, with the one that has most
    of them; of several, the latest."""
    ended = [one.id or 0 for one in repairs if one.status is RepairStatus.EXPIRED]
    return _later(session, ended, func.count(), col(Later.repair_id)) if ended else {}


def later_than(session: Session, repair_ids: Collection[int]) -> dict[int, int]:
    """Those of these repairs about some of whose days a later one began, with the latest."""
    return _later(session, repair_ids, col(Later.repair_id))


def _later(session: Session, repair_ids: Collection[int], *order: Any) -> dict[int, int]:
    """By repair, the last in this order of those that began later for some of its days. One query."""
    rows = session.execute(
        select(col(RepairVisit.repair_id), col(Later.repair_id))
        .where(
            col(Later.visit_id) == col(RepairVisit.visit_id),
            col(RepairVisit.repair_id).in_(repair_ids),
            col(RepairVisit.gave_way).is_(False),
            col(Later.gave_way).is_(False),
            col(Later.repair_id) > col(RepairVisit.repair_id),
        )
        .group_by(col(RepairVisit.repair_id), col(Later.repair_id))
        .order_by(*order)
    )
    return {row[0]: row[1] for row in rows}


def followed_by(session: Session, repair: Repair) -> list[int]:
    """The repairs, found out already, that ended as this one began for some of their days, or as one did that
    it took over before anything was found; by id."""
    query = (
        select(Repair)
        .distinct()
        .join(RepairVisit, col(RepairVisit.repair_id) == col(Repair.id))
        .join(Mine, col(Mine.visit_id) == col(RepairVisit.visit_id))
        .where(
            col(Mine.repair_id) == repair.id,
            col(Repair.id) < repair.id,
            col(Repair.status) == RepairStatus.EXPIRED,
        )
    )
    before = list(session.exec(query))
    found, begun = set[int](), [repair]
    while begun:
        later = begun.pop()
        ended = [one for one in before if one.decided_at == later.requested_at]
        before = [one for one in before if one not in ended]
        found |= {one.id or 0 for one in ended if one.computed_at is not None}
        begun += [one for one in ended if one.computed_at is None]
    return sorted(found)


def former_of(session: Session, repair: Repair) -> tuple[Repair, int] | None:
    """The latest repair before this one, of those that HR could read of, that is about some of its days, and
    about how many."""
    query = (
        select(Repair, func.count())
        .join(RepairVisit, col(RepairVisit.repair_id) == col(Repair.id))
        .join(Mine, col(Mine.visit_id) == col(RepairVisit.visit_id))
        .where(
            col(Mine.repair_id) == repair.id,
            col(Mine.gave_way).is_(False),
            col(RepairVisit.gave_way).is_(False),
            col(Repair.id) < repair.id,
            or_(col(Repair.status) != RepairStatus.EXPIRED, col(Repair.computed_at).is_not(None)),
        )
        .group_by(col(Repair.id))
        .order_by(col(Repair.id).desc())
    )
    row = session.exec(query).first()
    return None if row is None else (row[0], row[1])
