"""What the rules must know of an asker and of possible hosts. Confidential: read for a look, never shown."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session, col

from app.availability.tables import Answer, Enrolment, ExcludedSite
from app.booking.not_held import given_back, is_given_back
from app.booking.tables import MOST, Booker, BookingRules
from app.core.db import another
from app.people.tables import Person, TravelTime
from app.visits.tables import By, CancelReason, ChangeKind, PersonDay, Visit, VisitChange, VisitStatus

OtherDay = another(PersonDay)
OF_HOST = (CancelReason.UNAVAILABLE, CancelReason.LEFT)
"""What HR says of whoever receives: that they cannot, or take part no more."""


@dataclass(frozen=True)
class Answered:
    """What somebody answered to the campaign's enrolment."""

    answer: Answer | None
    host_days: tuple[str, ...]
    languages: tuple[str, ...]
    paused_from: date | None = None
    paused_until: date | None = None


def answers(session: Session, campaign_id: int, person_ids: Collection[int]) -> dict[int, Answered]:
    """The enrolments of some people."""
    rows = session.scalars(
        select(Enrolment).where(
            col(Enrolment.campaign_id) == campaign_id, col(Enrolment.person_id).in_(person_ids)
        )
    )
    return {
        row.person_id: Answered(
            row.answer,
            tuple(row.visit_days if row.host_days is None else row.host_days),
            tuple(row.languages),
            row.paused_from,
            row.paused_until,
        )
        for row in rows
    }


def at_limit(session: Session, person_id: int, campaign_ids: Collection[int]) -> set[int]:
    """Those of these campaigns in which somebody has as many days as one may. One query."""
    query = (
        select(col(Booker.campaign_id))
        .outerjoin(BookingRules, col(BookingRules.campaign_id) == col(Booker.campaign_id))
        .where(
            col(Booker.person_id) == person_id,
            col(Booker.campaign_id).in_(campaign_ids),
            col(Booker.held) - given_back() >= func.coalesce(col(BookingRules.max_per_person), MOST),
        )
    )
    return set(session.scalars(query))


def days_held(session: Session, campaign_id: int, person_id: int) -> int:
    """How many days a person has booked, or asked for, in a campaign; not those that did not take place."""
    query = select(col(Booker.held) - given_back()).where(
        col(Booker.campaign_id) == campaign_id, col(Booker.person_id) == person_id
    )
    return session.scalars(query).first() or 0


def excluded_sites(session: Session, campaign_id: int, person_id: int) -> set[int]:
    """Places impossible for a person."""
    found = session.scalars(
        select(col(ExcludedSite.site_id))
        .join(Enrolment, col(Enrolment.id) == col(ExcludedSite.enrolment_id))
        .where(col(Enrolment.campaign_id) == campaign_id, col(Enrolment.person_id) == person_id)
    )
    return set(found)


def said_no(session: Session, person_ids: Collection[int], first: date) -> dict[int, set[date]]:
    """Days from `first` on for which people declined or cancelled a visit they were to receive, or HR said
    for them that they cannot."""
    rows = session.execute(
        select(col(Visit.host_id), col(Visit.day))
        .join(VisitChange, col(VisitChange.visit_id) == col(Visit.id))
        .join(Person, col(Person.id) == col(Visit.visitor_id))
        .where(
            col(Visit.host_id).in_(person_ids),
            col(Visit.day) >= first,
            col(Visit.status) == VisitStatus.CANCELLED,
            col(VisitChange.kind).in_((ChangeKind.DECLINED, ChangeKind.CANCELLED)),
            or_(
                col(VisitChange.by) == By.HOST,
                and_(
                    col(VisitChange.by) == By.HR,
                    col(VisitChange.reason).in_(OF_HOST),
                    col(Person.active),  # a visitor who is forgotten leaves too
                ),
            ),
        )
    )
    found: defaultdict[int, set[date]] = defaultdict(set)
    for person_id, day in rows:
        found[person_id].add(day)
    return found


def met(session: Session, person_id: int, campaign_id: int | None) -> set[int]:
    """Whom a person met, is to meet (in whatever campaign, or in that one only) or has an offer to meet."""
    query = select(col(Visit.visitor_id), col(Visit.host_id)).where(
        col(Visit.status) == VisitStatus.PLANNED,
        or_(col(Visit.visitor_id) == person_id, col(Visit.host_id) == person_id),
        ~is_given_back(),
    )
    if campaign_id is not None:
        query = query.where(col(Visit.campaign_id) == campaign_id)
    offered = (
        select(col(OtherDay.person_id))
        .join(PersonDay, col(PersonDay.held_for) == col(OtherDay.held_for))
        .where(col(PersonDay.person_id) == person_id)
    )
    found = {one for pair in session.execute(query) for one in pair} | set(session.scalars(offered))
    return found - {person_id}


def busy_days(session: Session, person_ids: Collection[int], first: date) -> dict[int, set[date]]:
    """Days taken by visits, from a day on."""
    found: defaultdict[int, set[date]] = defaultdict(set)
    rows = session.execute(
        select(col(PersonDay.person_id), col(PersonDay.day)).where(
            col(PersonDay.person_id).in_(person_ids), col(PersonDay.day) >= first
        )
    )
    for person_id, day in rows:
        found[person_id].add(day)
    return found


def hosted(session: Session, campaign_id: int, person_ids: Collection[int]) -> dict[int, int]:
    """How many visits some people receive in a campaign."""
    rows = session.execute(
        select(col(Visit.host_id), func.count())
        .where(
            col(Visit.campaign_id) == campaign_id,
            col(Visit.status) == VisitStatus.PLANNED,
            col(Visit.host_id).in_(person_ids),
        )
        .group_by(col(Visit.host_id))
    )
    return {row[0]: row[1] for row in rows}


def minutes_from(session: Session, site_id: int) -> dict[int, int]:
    """One-way minutes from a site to each site one can reach, itself included."""
    rows = session.scalars(
        select(TravelTime).where(
            or_(col(TravelTime.from_site_id) == site_id, col(TravelTime.to_site_id) == site_id)
        )
    )
    found = {row.to_site_id if row.from_site_id == site_id else row.from_site_id: row.minutes for row in rows}
    return {**found, site_id: 0}
