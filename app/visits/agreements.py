"""SELECTs of days between two companies: those that wait for their agreement, those lived without one."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, and_, col, not_, or_

from app.campaigns.tables import Campaign
from app.core import clock
from app.core.searching import folded, same
from app.visits.queries import Host, SeenVisit, Visitor, read_visits, to_come
from app.visits.tables import ChangeKind, Visit, VisitChange, VisitStatus


def waiting(session: Session, campaign_id: int, today: date) -> list[SeenVisit]:
    """Standing visits to come of two companies that have not agreed yet, by day."""
    return read_visits(session, col(Visit.campaign_id) == campaign_id, *to_come(today), *_unsigned())


def recorded(session: Session, campaign_id: int, today: date) -> list[SeenVisit]:
    """Standing visits to come of two companies whose agreement is recorded, by day."""
    known = (col(Visit.agreement_at).is_not(None), *_two_companies())
    return read_visits(session, col(Visit.campaign_id) == campaign_id, *to_come(today), *known)


def is_another_recorded(session: Session, visit_ids: Collection[int], at: datetime) -> bool:
    """Whether one of these visits has an agreement recorded at another moment than `at`. One query."""
    other = (col(Visit.agreement_at).is_not(None), col(Visit.agreement_at) != at)
    return (
        session.execute(select(col(Visit.id)).where(col(Visit.id).in_(visit_ids), *other)).first() is not None
    )


def are_others_waiting(session: Session, visit_ids: Collection[int], companies: Collection[str]) -> bool:
    """Whether one of these visits waits for an agreement of two other companies than these. One query."""
    found = read_visits(session, col(Visit.id).in_(visit_ids), *_unsigned())
    named = set(map(folded, companies))
    return any({folded(one.visitor.legal_entity), folded(one.host.legal_entity)} != named for one in found)


def waiting_until(session: Session, last: date, today: date) -> list[SeenVisit]:
    """The same in every campaign, up to a day."""
    return read_visits(session, *to_come(today), col(Visit.day) <= last, *_unsigned())


def no_longer_needed(session: Session, today: date, visit_id: int | None = None) -> list[SeenVisit]:
    """Standing visits to come whose people were last told that an agreement is missing, and that
    need none any more: their companies changed, or whoever receives. By day;
    of one visit where it is told."""
    waits = (ChangeKind.WARNED, ChangeKind.UNSIGNED)
    said = (*waits, ChangeKind.AGREED, ChangeKind.NOT_NEEDED, ChangeKind.MOVED)
    last: Any = (
        select(col(VisitChange.kind))
        .where(col(VisitChange.visit_id) == col(Visit.id), col(VisitChange.kind).in_(said))
        .order_by(col(VisitChange.id).desc())
        .limit(1)
        .correlate(Visit)
        .scalar_subquery()
    )
    own = [col(Visit.id) == visit_id] if visit_id is not None else []
    found = read_visits(session, *to_come(today), col(Visit.agreement_at).is_(None), last.in_(waits), *own)
    return [seen for seen in found if not seen.crosses]


def signed_for_others(session: Session, today: date, *which: ColumnElement[bool]) -> list[SeenVisit]:
    """Visits to come, not begun, whose agreement was recorded for two other companies than those of the two
    people now, by day. Each in the other's place is the same pair."""
    there, here = same(Visit.signed_visitor), same(Visit.signed_host)
    visits, receives = same(Visitor.legal_entity), same(Host.legal_entity)
    pair = or_(and_(there == visits, here == receives), and_(there == receives, here == visits))
    signed = (col(Visit.signed_visitor).is_not(None), col(Visit.signed_host).is_not(None))
    known = (col(Visit.agreement_at).is_not(None), *signed)
    found = read_visits(session, *to_come(today), *known, not_(pair), *_two_companies(), *which)
    return [seen for seen in found if not seen.goes_on]


def made_unsigned(session: Session, companies: Mapping[int, str], today: date) -> list[SeenVisit]:
    """Visits to come whose agreement would be of two other companies than those of the two, once people work
    for others (company by person), by day. One query."""
    if not companies:
        return []
    theirs = or_(col(Visit.visitor_id).in_(companies), col(Visit.host_id).in_(companies))
    found = read_visits(session, *to_come(today), theirs, col(Visit.agreement_at).is_not(None))
    return [one for one in found if not one.goes_on and _is_for_others(one, companies)]


def _is_for_others(seen: SeenVisit, companies: Mapping[int, str]) -> bool:
    visit = seen.visit
    then = {folded(companies.get(one.id or 0, one.legal_entity)) for one in (seen.visitor, seen.host)}
    signed = {folded(one or "") for one in (visit.signed_visitor, visit.signed_host)}
    return "" not in signed | then and len(then) == len(signed) == 2 and then != signed


def times_settled(session: Session, visit_ids: Collection[int]) -> dict[int, int]:
    """How often each of these visits came to need no agreement, or another one than was recorded; the others
    are absent. One query."""
    settled = (ChangeKind.NOT_NEEDED, ChangeKind.UNSIGNED)
    query: Any = (
        select(col(VisitChange.visit_id), func.count())
        .where(col(VisitChange.visit_id).in_(visit_ids), col(VisitChange.kind).in_(settled))
        .group_by(col(VisitChange.visit_id))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def unsigned_by(session: Session, visit_ids: Collection[int]) -> dict[int, int]:
    """Which line of each of these visits' histories last says that its agreement holds no more. One query."""
    query: Any = (
        select(col(VisitChange.visit_id), func.max(col(VisitChange.id)))
        .where(col(VisitChange.visit_id).in_(visit_ids), col(VisitChange.kind) == ChangeKind.UNSIGNED)
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
    """With no agreement recorded, though one is needed."""
    return [col(Visit.agreement_at).is_(None), *_two_companies()]


def _two_companies() -> list[ColumnElement[bool]]:
    """As `rules.crosses_companies`."""
    return [
        same(Visitor.legal_entity) != same(Host.legal_entity),
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
