"""Who is not to spend a day with whom. It is confidential: where it decides, it looks like something else."""

from sqlalchemy import select
from sqlmodel import Session, col, or_

from app.availability.tables import Avoidance, Enrolment, ForbiddenPair
from app.visits.tables import CancelReason, Visit


def kept_apart(session: Session, campaign_id: int, person_id: int) -> set[int]:
    """People whom a person avoids, who avoid them, whom HR keeps apart from them, or with whom one of the two
    preferred not to spend a day."""
    avoided = session.execute(
        select(col(Enrolment.person_id), col(Avoidance.person_id))
        .join(Enrolment, col(Enrolment.id) == col(Avoidance.enrolment_id))
        .where(
            col(Enrolment.campaign_id) == campaign_id,
            or_(col(Enrolment.person_id) == person_id, col(Avoidance.person_id) == person_id),
        )
    )
    apart = session.execute(
        select(col(ForbiddenPair.a_id), col(ForbiddenPair.b_id)).where(
            col(ForbiddenPair.campaign_id) == campaign_id,
            or_(col(ForbiddenPair.a_id) == person_id, col(ForbiddenPair.b_id) == person_id),
        )
    )
    refused = session.execute(
        select(col(Visit.visitor_id), col(Visit.host_id)).where(
            col(Visit.campaign_id) == campaign_id,
            col(Visit.cancel_reason) == CancelReason.NOT_FOR_ME,
            or_(col(Visit.visitor_id) == person_id, col(Visit.host_id) == person_id),
        )
    )
    return {one for pair in [*avoided, *apart, *refused] for one in pair} - {person_id}
