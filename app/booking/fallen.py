"""Booked days that fell: why, what was offered instead, who still has nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlmodel import Session, col

from app.booking.queries import SeenRequest, requests_where
from app.booking.tables import BookingRequest, Place, RequestStatus
from app.campaigns.bookable import taking_bookings
from app.campaigns.invited import invitation
from app.campaigns.tables import Campaign
from app.core.db import another
from app.people.tables import Person, Team
from app.visits.tables import By, CancelReason, ChangeKind, Visit, VisitChange, VisitStatus

Instead, Since = another(BookingRequest), another(BookingRequest)

FELL = (ChangeKind.DECLINED, ChangeKind.CANCELLED)
SETTLED = (
    CancelReason.CAMPAIGN,
    CancelReason.REPLACED,
    CancelReason.MISTAKE,
    CancelReason.VISITOR_AWAY,
    CancelReason.VISITOR_LEFT,
)
"""Reasons after which nobody waits for another day."""


def fall_of(session: Session, visit_id: int) -> VisitChange | None:
    """The line of a visit's history that says how it fell."""
    query = select(VisitChange).where(col(VisitChange.visit_id) == visit_id, col(VisitChange.kind).in_(FELL))
    return session.scalars(query.order_by(col(VisitChange.id).desc())).first()


def offered_instead(session: Session, visit_id: int) -> list[BookingRequest]:
    """What was offered in place of a day that fell, oldest first."""
    query = select(BookingRequest).where(col(BookingRequest.instead_of_id) == visit_id)
    return list(session.scalars(query.order_by(col(BookingRequest.id))))


@dataclass(frozen=True)
class Fallen:
    """A booked day that its visitor lost, and what is offered, or was taken, instead."""

    seen: SeenRequest
    visit: Visit
    instead: SeenRequest | None


def fallen_of(session: Session, campaign_id: int) -> list[Fallen]:
    """Booked days of a campaign that fell and that their visitor had not given up, the latest day first."""
    which = (
        select(col(BookingRequest.id))
        .join(Visit, col(Visit.id) == col(BookingRequest.visit_id))
        .where(*_lost(), col(BookingRequest.campaign_id) == campaign_id)
    )
    lost = requests_where(session, col(BookingRequest.id).in_(which))
    ids = {one.request.visit_id for one in lost}
    visits = {one.id: one for one in session.scalars(select(Visit).where(col(Visit.id).in_(ids)))}
    instead: dict[int | None, SeenRequest] = {}
    offered = requests_where(session, col(BookingRequest.instead_of_id).in_(ids))
    for one in sorted(offered, key=lambda one: one.request.id or 0):
        instead[one.request.instead_of_id] = one
    found = [
        Fallen(one, visits[one.request.visit_id], instead.get(one.request.visit_id))
        for one in lost
        if one.request.visit_id in visits
    ]
    return sorted(found, key=lambda one: one.visit.day, reverse=True)


def without_another(
    session: Session, *, today: date, campaign_id: int | None = None
) -> list[tuple[Campaign, int]]:
    """Campaign and visit's id of each booked day to come that fell, for whose visitor nothing was found yet
    and who chose nothing else since."""
    query = (
        select(Campaign, col(Visit.id))
        .join(Visit, col(Visit.campaign_id) == col(Campaign.id))
        .join(BookingRequest, col(BookingRequest.visit_id) == col(Visit.id))
        .join(Person, col(Person.id) == col(Visit.visitor_id))
        .join(Team, col(Team.id) == col(Person.team_id))
        .where(
            *_lost(),
            taking_bookings(),
            col(Visit.day) >= today,
            invitation(),
            ~exists().where(col(Instead.instead_of_id) == col(Visit.id), col(Instead.taken_back).is_(False)),
            ~exists().where(
                col(Since.person_id) == col(Visit.visitor_id),
                col(Since.campaign_id) == col(Visit.campaign_id),
                col(Since.asked_at) > col(Visit.changed_at),
                or_(col(Since.instead_of_id).is_(None), col(Since.instead_of_id) != col(Visit.id)),
            ),
        )
        .order_by(col(Campaign.id), col(Visit.id))
    )
    if campaign_id is not None:
        query = query.where(col(Campaign.id) == campaign_id)
    return [(row[0], row[1]) for row in session.execute(query)]


def still_booked(session: Session, before: datetime) -> list[int]:
    """Ids of visits that fell before then, and whose place is still taken by them."""
    query = (
        select(col(Visit.id))
        .join(BookingRequest, col(BookingRequest.visit_id) == col(Visit.id))
        .where(
            col(BookingRequest.status) == RequestStatus.BOOKED,
            col(Visit.status) == VisitStatus.CANCELLED,
            col(Visit.changed_at) < before,
        )
    )
    return list(session.scalars(query.order_by(col(Visit.id))))


def booked_among(session: Session, visit_ids: Collection[int]) -> set[int]:
    """Those of these visits that come from places."""
    query = select(col(BookingRequest.visit_id)).where(col(BookingRequest.visit_id).in_(visit_ids))
    return {one for one in session.scalars(query) if one is not None}


def booked_with_teams(session: Session, visit_ids: Collection[int]) -> set[int]:
    """Those of these visits that come from places for which nobody is named."""
    query = (
        select(col(BookingRequest.visit_id))
        .join(Place, col(Place.id) == col(BookingRequest.place_id))
        .where(col(BookingRequest.visit_id).in_(visit_ids), col(Place.host_id).is_(None))
    )
    return {one for one in session.scalars(query) if one is not None}


def _lost() -> tuple[ColumnElement[bool], ...]:
    """Booked days that fell, and that their visitor had not given up; joined with their visit."""
    given_up = exists().where(
        col(VisitChange.visit_id) == col(Visit.id),
        col(VisitChange.kind).in_(FELL),
        col(VisitChange.by) == By.VISITOR,
    )
    return (
        col(BookingRequest.status) == RequestStatus.CANCELLED,
        col(Visit.status) == VisitStatus.CANCELLED,
        col(Visit.cancel_reason).not_in(SETTLED),
        ~given_up,
    )
