"""Every SELECT of repairs."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlmodel import Session, col, or_

from app.availability.tables import Enrolment
from app.campaigns.tables import Booking, Campaign, Status
from app.core.db import another
from app.core.errors import NotFound
from app.people.tables import Person, Site, Team
from app.planning.queries import Participant
from app.planning.tables import (
    PENDING,
    UNDECIDED,
    Repair,
    RepairCause,
    RepairProposal,
    RepairRules,
    RepairStatus,
    RepairVisit,
)
from app.visits.bookings import booked_among
from app.visits.queries import SeenVisit, visits_with_ids
from app.visits.rosters import Conflict, conflicts, conflicts_among
from app.visits.rules import is_past, stands
from app.visits.tables import By, ChangeKind, Swap, Visit, VisitChange, VisitStatus

REPAIRED = (Status.PUBLISHED, Status.RUNNING)
"""A campaign's plan is repaired from its publication to its last day."""
Successor, Left, Later = another(Visit), another(Visit), another(RepairVisit)


def is_repaired(campaign: Campaign) -> bool:
    """Whether the campaign has a plan that is being lived. Booked days have waiting lists instead."""
    return campaign.status in REPAIRED and campaign.booking != Booking.OPEN


def repaired_ids(session: Session) -> set[int]:
    """Ids of the campaigns that have a plan that is being lived."""
    lived = and_(col(Campaign.status).in_(REPAIRED), col(Campaign.booking) != Booking.OPEN)
    return set(session.scalars(select(col(Campaign.id)).where(lived)))


def of_plans(session: Session, seen: Collection[SeenVisit]) -> list[SeenVisit]:
    """Those of these visits that a repair can be about: booked days, also those booked beside a plan, fall at
    once and another place is held for their visitor."""
    booked = booked_among(session, seen)
    return [one for one in seen if is_repaired(one.campaign) and one.visit.id not in booked]


def find(session: Session, campaign_id: int, repair_id: int) -> Repair:
    """One repair of a campaign. Raises NotFound."""
    repair = session.get(Repair, repair_id)
    if repair is None or repair.campaign_id != campaign_id:
        raise NotFound
    return repair


def repairs_of(session: Session, campaign_id: int, limit: int = 100) -> list[Repair]:
    """The latest repairs of a campaign, newest first."""
    query = select(Repair).where(col(Repair.campaign_id) == campaign_id)
    return list(session.scalars(query.order_by(col(Repair.id).desc()).limit(limit)))


def rules_of(session: Session, campaign_id: int) -> RepairRules:
    """Who accepts; a row not yet written (version 0) when nobody said: HR does."""
    return session.get(RepairRules, campaign_id) or RepairRules(campaign_id=campaign_id, version=0)


def proposals_of(session: Session, repair_ids: Collection[int]) -> list[RepairProposal]:
    """What was found for some repairs."""
    query = select(RepairProposal).where(col(RepairProposal.repair_id).in_(repair_ids))
    return list(session.scalars(query.order_by(col(RepairProposal.repair_id))))


def with_solutions(session: Session, repair_ids: Collection[int]) -> set[int]:
    """Those of these repairs that wait for a choice between solutions: something was found."""
    query = select(col(RepairProposal.repair_id)).join(
        Repair, col(Repair.id) == col(RepairProposal.repair_id)
    )
    which = col(Repair.id).in_(repair_ids), col(Repair.status) == RepairStatus.READY
    return set(session.scalars(query.where(*which))) if repair_ids else set()


def visit_ids(session: Session, repair_id: int) -> list[int]:
    """The visits a repair is about, but those that gave way."""
    return visits_by_repair(session, [repair_id]).get(repair_id, [])


def decided_among(session: Session, ids: Collection[int]) -> set[int]:
    """Those of these visits that a decided repair already dealt with: that they fell is its doing, or it was
    about their fall."""
    query = (
        select(col(Visit.id))
        .join(RepairVisit, col(RepairVisit.visit_id) == col(Visit.id))
        .join(Repair, col(Repair.id) == col(RepairVisit.repair_id))
        .where(
            col(Visit.id).in_(ids),
            col(Repair.status).in_((RepairStatus.ACCEPTED, RepairStatus.DISMISSED)),
            col(Repair.decided_at) >= col(Visit.changed_at),
        )
    )
    return set(session.scalars(query))


def waiting(session: Session, campaign_id: int, *statuses: RepairStatus) -> list[Repair]:
    """Repairs of a campaign that are not decided, oldest first."""
    query = select(Repair).where(
        col(Repair.campaign_id) == campaign_id, col(Repair.status).in_(statuses or PENDING)
    )
    return list(session.scalars(query.order_by(col(Repair.id))))


def repaired_with(session: Session, person_id: int) -> list[Campaign]:
    """Campaigns that somebody answered and that have solutions waiting for a decision, by id."""
    answered = select(col(Enrolment.campaign_id)).where(col(Enrolment.person_id) == person_id)
    waits = select(col(Repair.campaign_id)).where(col(Repair.status) == RepairStatus.READY)
    query = select(Campaign).where(col(Campaign.id).in_(answered), col(Campaign.id).in_(waits))
    return list(session.scalars(query.order_by(col(Campaign.id))))


def old(session: Session, before: datetime) -> list[Repair]:
    """Repairs whose proposals nobody decided on since."""
    undecided = and_(col(Repair.status) == RepairStatus.READY, col(Repair.computed_at) < before)
    return list(session.scalars(select(Repair).where(undecided)))


def is_settled() -> ColumnElement[bool]:
    """A visit fell, and another of the same two took its place, or both left it at the one that stands."""
    return and_(
        col(Visit.status) != VisitStatus.PLANNED,
        or_(
            exists().where(
                col(Successor.swap_id) == col(Visit.swap_id),
                col(Successor.visitor_id) == col(Visit.visitor_id),
                col(Successor.id) > col(Visit.id),
                col(Successor.status) == VisitStatus.PLANNED,
            ),
            exists().where(
                col(Swap.id) == col(Visit.swap_id),
                col(Swap.one_way_at).is_not(None),
                col(Left.swap_id) == col(Visit.swap_id),
                col(Left.status) == VisitStatus.PLANNED,
            ),
        ),
    )


def settled_among(session: Session, ids: Collection[int]) -> set[int]:
    """Those of these visits that fell and for which nothing is to be found: the two settled it."""
    return set(session.scalars(select(col(Visit.id)).where(col(Visit.id).in_(ids), is_settled())))


def undecided_about(session: Session, visit_ids: Collection[int]) -> list[Repair]:
    """Repairs about these visits, or others of their swaps, on which nobody decided, oldest first."""
    swaps = select(col(Visit.swap_id)).where(col(Visit.id).in_(visit_ids), col(Visit.swap_id).is_not(None))
    query = (
        select(Repair)
        .distinct()
        .join(RepairVisit, col(RepairVisit.repair_id) == col(Repair.id))
        .join(Visit, col(Visit.id) == col(RepairVisit.visit_id))
        .where(
            or_(col(Visit.id).in_(visit_ids), col(Visit.swap_id).in_(swaps)),
            col(RepairVisit.gave_way).is_(False),
            col(Repair.status).in_((*PENDING, *UNDECIDED)),
        )
    )
    return list(session.scalars(query.order_by(col(Repair.id))))


def passed_among(session: Session, ids: Collection[int], today: date) -> set[int]:
    """Those of these visits that nobody decided on before their day was over: their people are asked what
    became of them."""
    seen = visits_with_ids(session, ids)
    return {one.visit.id or 0 for one in seen if stands(one.visit) and is_past(one.visit, today)}


def passed_in_repairs(session: Session, today: date) -> set[int]:
    """The same of all repairs on which nobody decided, and that none took over."""
    query = _undecided_visits().where(col(Visit.status) == VisitStatus.PLANNED, col(Visit.day) <= today)
    return {one.id or 0 for one in session.scalars(query) if is_past(one, today)}


def fallen_in_repairs(session: Session) -> set[int]:
    """Visits that fell, of all repairs of lived plans on which nobody decided, and that none took over."""
    query = (
        _undecided_visits()
        .join(Campaign, col(Campaign.id) == col(Repair.campaign_id))
        .where(col(Visit.status) != VisitStatus.PLANNED, col(Campaign.status).in_(REPAIRED))
    )
    return {one.id or 0 for one in session.scalars(query)}


def _undecided_visits() -> Select[Visit]:
    return (
        select(Visit)
        .join(RepairVisit, col(RepairVisit.visit_id) == col(Visit.id))
        .join(Repair, col(Repair.id) == col(RepairVisit.repair_id))
        .where(
            col(Repair.status).in_((*PENDING, *UNDECIDED)),
            col(RepairVisit.gave_way).is_(False),
            ~exists().where(
                col(Later.visit_id) == col(Visit.id), col(Later.repair_id) > col(RepairVisit.repair_id)
            ),
        )
    )


def possible_among(session: Session, ids: Collection[int]) -> set[int]:
    """Those of these visits that stand on a day on which they can take place: they moved, their site opened
    again, or a later roster lets them. Three queries."""
    seen = visits_with_ids(session, ids)
    contrary = {one.seen.visit.id for one in conflicts_among(session, seen)}
    return {one.visit.id or 0 for one in seen if not is_to_repair(one.visit, contrary)}


def standing_in_repairs(session: Session) -> set[int]:
    """Visits that stand and wait in a repair."""
    query = (
        select(col(Visit.id))
        .join(RepairVisit, col(RepairVisit.visit_id) == col(Visit.id))
        .where(col(RepairVisit.waits), col(Visit.status) == VisitStatus.PLANNED)
    )
    return set(session.scalars(query))


def is_to_repair(visit: Visit, contrary: Collection[int | None]) -> bool:
    """It fell, or still cannot be on its day."""
    return not stands(visit) or visit.id in contrary


def impossible_visits(session: Session, repair: Repair) -> list[Visit]:
    """The visits of a repair that stand on a day on which they still cannot take place. Four queries."""
    seen = [one for one in visits_with_ids(session, visit_ids(session, repair.id or 0)) if stands(one.visit)]
    return [one.seen.visit for one in conflicts_among(session, seen)]


def in_conflict(session: Session, campaign_id: int, today: date) -> list[Conflict]:
    """Visits of a campaign that a roster contradicts and that no repair is about which waits for HR, late or
    not."""
    found = [one for one in conflicts(session, today) if one.seen.campaign.id == campaign_id]
    found = [one for one in found if not one.booked]
    ids = [one.seen.visit.id for one in found]
    known = {one.id for one in session.scalars(_undecided_visits().where(col(Visit.id).in_(ids)))}
    return [one for one in found if one.seen.visit.id not in known]


def why_lost(session: Session, visit_ids: Collection[int]) -> dict[int, By]:
    """In which role each of these visits was cancelled or declined."""
    query = (
        select(col(VisitChange.visit_id), col(VisitChange.by))
        .where(
            col(VisitChange.visit_id).in_(visit_ids),
            col(VisitChange.kind).in_((ChangeKind.CANCELLED, ChangeKind.DECLINED)),
        )
        .order_by(col(VisitChange.id))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def one_way_swaps(session: Session, campaign_id: int) -> set[int]:
    """Swaps whose two people agreed to leave it at one visit."""
    query = select(col(Swap.id)).where(
        col(Swap.campaign_id) == campaign_id, col(Swap.one_way_at).is_not(None)
    )
    return set(session.scalars(query))


def in_open_repairs(session: Session, ids: Collection[int], cause: RepairCause | None = None) -> set[int]:
    """Those of these visits that an undecided repair (of that cause) is about."""
    query = (
        select(col(RepairVisit.visit_id))
        .join(Repair, col(Repair.id) == col(RepairVisit.repair_id))
        .where(col(RepairVisit.visit_id).in_(ids), col(Repair.status).in_(PENDING))
    )
    if cause is not None:
        query = query.where(col(Repair.cause) == cause)
    return set(session.scalars(query))


def waiting_with(session: Session, ids: Collection[int]) -> dict[int, Repair]:
    """Those of these visits that a repair waits with, with that repair (the latest)."""
    query = (
        select(col(RepairVisit.visit_id), Repair)
        .join(Repair, col(Repair.id) == col(RepairVisit.repair_id))
        .where(
            col(RepairVisit.visit_id).in_(ids),
            col(RepairVisit.gave_way).is_(False),
            col(Repair.status).in_(PENDING),
        )
    )
    return {row[0]: row[1] for row in session.execute(query.order_by(col(Repair.id)))}


def repairs_with(session: Session, ids: Collection[int]) -> list[int]:
    """Ids of repairs about any of these visits on which nobody decided."""
    query = (
        select(col(RepairVisit.repair_id))
        .distinct()
        .join(Repair, col(Repair.id) == col(RepairVisit.repair_id))
        .where(col(RepairVisit.visit_id).in_(ids), col(Repair.status).in_((*PENDING, *UNDECIDED)))
    )
    return list(session.scalars(query))


def closures_open(session: Session, ids: Collection[int]) -> list[tuple[int, Repair]]:
    """Those of these visits that the undecided repair of a closed site is about, with that repair."""
    query = (
        select(col(RepairVisit.visit_id), Repair)
        .join(Repair, col(Repair.id) == col(RepairVisit.repair_id))
        .where(
            col(RepairVisit.visit_id).in_(ids),
            col(Repair.cause) == RepairCause.CLOSURE,
            col(Repair.status).in_(PENDING),
        )
    )
    return [(row[0], row[1]) for row in session.execute(query.order_by(col(Repair.id)))]


def undecided_closures(session: Session, site_id: int) -> list[Repair]:
    """Repairs of a closed site on which nobody decided."""
    query = select(Repair).where(
        col(Repair.site_id) == site_id,
        col(Repair.cause) == RepairCause.CLOSURE,
        col(Repair.status).in_((*PENDING, *UNDECIDED)),
    )
    return list(session.scalars(query.order_by(col(Repair.id))))


def already_open(session: Session, visit_id: int) -> bool:
    """Whether a repair that is not decided yet began from this visit's fall."""
    return bool(in_open_repairs(session, [visit_id], RepairCause.FALLEN))


def visits_by_repair(session: Session, repair_ids: Collection[int]) -> dict[int, list[int]]:
    """The visits that each of these repairs is about, by its id."""
    found: dict[int, list[int]] = {}
    rows = session.execute(
        select(col(RepairVisit.repair_id), col(RepairVisit.visit_id))
        .where(col(RepairVisit.repair_id).in_(repair_ids), col(RepairVisit.gave_way).is_(False))
        .order_by(col(RepairVisit.visit_id))
    )
    for repair_id, visit_id in rows:
        found.setdefault(repair_id, []).append(visit_id)
    return found


def people_with_ids(session: Session, ids: Collection[int]) -> dict[int, Participant]:
    """People with their team and site, by id."""
    found = session.execute(
        select(Person, Team, Site)
        .join(Team, col(Team.id) == col(Person.team_id))
        .join(Site, col(Site.id) == col(Team.site_id))
        .where(col(Person.id).in_(ids))
    )
    return {row[0].id: Participant(*row) for row in found}
