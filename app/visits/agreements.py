"""SELECTs of days between two companies: those that wait for their agreement, those lived without one."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, and_, col, or_

from app.campaigns.tables import Campaign
from app.core import clock
from app.visits.queries import Host, SeenVisit, Visitor, read_visits, to_come
from app.visits.tables import ChangeKind, Visit, VisitChange, VisitStatus


def waiting(session: Session, campaign_id: int, today: date) -> list[SeenVisit]:
    """Standing visits to come of two companies that have not agreed yet, by day."""
    return read_visits(session, col(Visit.campaign_id) == campaign_id, *to_come(today), *_unsigned())


def waiting_until(session: Session, last: date, today: date) -> list[SeenVisit]:
    """The same in every campaign, up to a day."""
    return read_visits(session, *to_come(today), col(Visit.day) <= last, *_unsigned())


def no_longer_needed(session: Session, today: date, visit_id: int | None = None) -> list[SeenVisit]:
    """Standing visits to come whose people were last told not to travel for want of an agreement, and that
    need none any more: their companies changed, or whoever receives. By day;
    of one visit where it is told."""
    said = (ChangeKind.WARNED, ChangeKind.AGREED, ChangeKind.NOT_NEEDED, ChangeKind.MOVED)
    last: Any = (
        select(col(VisitChange.kind))
        .where(col(VisitChange.visit_id) == col(Visit.id), col(VisitChange.kind).in_(said))
        .order_by(col(VisitChange.id).desc())
        .limit(1)
        .correlate(Visit)
        .scalar_subquery()
    )
    own = [col(Visit.id) == visit_id] if visit_id is not None else []
    found = read_visits(
        session, *to_come(today), col(Visit.agreement_at).is_(None), last == ChangeKind.WARNED, *own
    )
    return [seen for seen in found if not seen.crosses]


def times_not_needed(session: Session, visit_ids: Collection[int]) -> dict[int, int]:
    """How often each of these visits came to need no agreement; the others are absent. One query."""
    query: Any = (
        select(col(VisitChange.visit_id), func.count())
        .where(col(VisitChange.visit_id).in_(visit_ids), col(VisitChange.kind) == ChangeKind.NOT_NEEDED)
        .group_by(col(VisitChange.visit_id))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def lived_without(session: Session, campaign_id: int, today: date) -> list[SeenVisit]:
    """Visits whose last hour passed without an agreement, by day; also those that HR left at that."""
    return read_visits(session, col(Visit.campaign_id) == campaign_id, *_lived(today), *_unsigned())


def due(session: Session, today: date) -> list[tuple[Campaign, int]]:
    """Campaigns with visits that wait for an agreement, and how many."""
    return _counted(session, *to_come(today))


def lived_due(session: Session, today: date) -> list[tuple[Campaign, int]]:
    """Campaigns with visits that passed without an agreement and that HR have not settled, and how many: also
    closed ones, whose people read the same."""
    return _counted(session, *_lived(today), col(Visit.left_without_at).is_(None))


def _counted(session: Session, *conditions: ColumnElement[bool]) -> list[tuple[Campaign, int]]:
    query: Any = (
        select(Campaign, func.count())
        .join(Visit, col(Visit.campaign_id) == col(Campaign.id))
        .join(Visitor, col(Visitor.id) == col(Visit.visitor_id))
        .join(Host, col(Host.id) == col(Visit.host_id))
        .where(*conditions, *_unsigned())
        .group_by(col(Campaign.id))
        .order_by(col(Campaign.id))
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def _unsigned() -> list[ColumnElement[bool]]:
    """As `rules.crosses_companies`, with no agreement recorded."""
    return [
        col(Visit.agreement_at).is_(None),
        col(Visitor.legal_entity) != col(Host.legal_entity),
        col(Visitor.legal_entity) != "",
        col(Host.legal_entity) != "",
    ]


def _lived(today: date) -> list[ColumnElement[bool]]:
    """As `rules.without_agreement`."""
    over = col(Visit.ends_at) <= clock.hour_on(today)
    return [
        col(Visit.status) == VisitStatus.PLANNED,
        or_(col(Visit.day) < today, and_(col(Visit.day) == today, over)),
        col(Visit.missed_at).is_(None),
        col(Visit.disputed_at).is_(None),
    ]
