"""Every SELECT of what fell in campaigns no day of which leaves its notice any more."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import and_, exists, or_, select
from sqlmodel import Session, col

from app.campaigns.tables import Booking, Campaign
from app.core import clock
from app.planning.repairs import queries
from app.planning.tables import PENDING, UNDECIDED, Repair, RepairVisit
from app.visits.queries import SeenVisit, read_visits
from app.visits.tables import CancelReason, ChangeKind, Visit, VisitChange, VisitStatus


def lived_plans(session: Session, today: date) -> list[Campaign]:
    """Campaigns with days to come, or today's, whose plan is being lived."""
    query = select(Campaign).where(
        col(Campaign.status).in_(queries.REPAIRED),
        col(Campaign.booking) != Booking.OPEN,
        col(Campaign.last_day) >= today,
    )
    return list(session.scalars(query.order_by(col(Campaign.id))))


def fell_without_word(session: Session, campaign_id: int) -> list[SeenVisit]:
    """Visits of a campaign that fell, or were missed, and neither the two nor a repair settled, whose history
    does not say that it is too late for another day; by day."""
    said = exists().where(
        col(VisitChange.visit_id) == col(Visit.id), col(VisitChange.kind) == ChangeKind.TOO_LATE
    )
    settled = (CancelReason.CAMPAIGN, CancelReason.REPLACED)
    seen = read_visits(
        session,
        col(Visit.campaign_id) == campaign_id,
        or_(
            col(Visit.status) != VisitStatus.PLANNED,
            and_(col(Visit.missed_at).is_not(None), col(Visit.disputed_at).is_(None)),
        ),
        or_(col(Visit.cancel_reason).is_(None), col(Visit.cancel_reason).not_in(settled)),
        ~said,
        ~queries.is_settled(),
    )
    return queries.of_plans(session, seen)


def known_among(session: Session, ids: Collection[int], why: str) -> set[int]:
    """Those of these visits that a repair is about on which nobody decided, or which closed for this code."""
    query = (
        select(col(RepairVisit.visit_id))
        .join(Repair, col(Repair.id) == col(RepairVisit.repair_id))
        .where(
            col(RepairVisit.visit_id).in_(ids),
            col(RepairVisit.gave_way).is_(False),
            or_(col(Repair.status).in_((*PENDING, *UNDECIDED)), col(Repair.message) == why),
        )
    )
    return set(session.scalars(query))


def lapsed_since(session: Session, visit_ids: Collection[int], day: date) -> set[int]:
    """Those of these visits about which a proposal lapsed after that day."""
    query = select(VisitChange).where(
        col(VisitChange.visit_id).in_(visit_ids), col(VisitChange.kind) == ChangeKind.LAPSED
    )
    return {line.visit_id for line in session.scalars(query) if clock.day_of(line.at) > day}
