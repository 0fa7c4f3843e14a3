"""What waits for HR once no search runs: proposals, repairs that ended without a decision, and days that an
accepted repair left without another."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlmodel import Session, col, or_

from app.availability.queries import taking_part
from app.campaigns.tables import Campaign
from app.planning.repairs.needs import by_the_clock, deserted_among, undone_among
from app.planning.repairs.proposals import Proposal
from app.planning.repairs.queries import REPAIRED, Later, is_settled, is_to_repair
from app.planning.tables import UNDECIDED, Repair, RepairProposal, RepairStatus, RepairVisit
from app.visits.rosters import conflicts
from app.visits.rules import is_sought_again
from app.visits.tables import Visit, VisitStatus


def to_decide(session: Session, today: date) -> list[tuple[Campaign, list[int]]]:
    """Campaigns whose repairs wait for HR's decision, late ones included; with the repairs’ ids, by age."""
    overdue = [one.id for one in late(session, today)]
    rows = session.execute(
        select(Campaign, Repair)
        .join(Repair, col(Repair.campaign_id) == col(Campaign.id))
        .where(or_(col(Repair.status) == RepairStatus.READY, col(Repair.id).in_(overdue)))
        .order_by(col(Repair.id))
    )
    campaigns: dict[int, Campaign] = {}
    repairs: list[Repair] = []
    for campaign, repair in rows:
        campaigns[campaign.id or 0] = campaign
        repairs.append(repair)
    found: dict[int, tuple[Campaign, list[int]]] = {}
    for one in by_the_clock(session, repairs, today):
        if one.status is not RepairStatus.SETTLED:
            found.setdefault(one.campaign_id, (campaigns[one.campaign_id], []))[1].append(one.id or 0)
    return list(found.values())


def late(session: Session, today: date, campaign_id: int | None = None) -> list[Repair]:
    """Repairs that are over while something is still to be repaired, oldest first: nobody decided in time,
    the search found nothing or was stopped, or what was accepted left somebody without a day (`left_open`);
    and no later repair took over.

    Of one campaign, or of all that are repaired. Eleven queries.
    """
    query = (
        select(Repair, Visit)
        .join(RepairVisit, col(RepairVisit.repair_id) == col(Repair.id))
        .join(Visit, col(Visit.id) == col(RepairVisit.visit_id))
        .join(Campaign, col(Campaign.id) == col(Repair.campaign_id))
        .where(
            col(Repair.status).in_(UNDECIDED),
            col(Campaign.status).in_(REPAIRED),
            col(Visit.day) >= today,
            ~_taken_over(),
            ~is_settled(),
        )
        .order_by(col(Repair.id))
    )
    if campaign_id is not None:
        query = query.where(col(Repair.campaign_id) == campaign_id)
    rows = [(row[0], row[1]) for row in session.execute(query)]
    contrary = {one.seen.visit.id for one in conflicts(session, today)} if rows else set()
    ids = {visit.id or 0 for _one, visit in rows}
    needless = deserted_among(session, ids) | undone_among(session, ids, today)
    found = {one.id: one for one, visit in rows if is_to_repair(visit, contrary) and visit.id not in needless}
    found |= {one.id: one for one, _visit in left_open(session, today, campaign_id)}
    return sorted(found.values(), key=lambda one: one.id or 0)


def left_open(session: Session, today: date, campaign_id: int | None = None) -> list[tuple[Repair, Visit]]:
    """Fallen days for which an accepted repair had nothing, with it: somebody who lost one still takes part,
    has got no other day since, and no later repair is about it. Three queries."""
    query = (
        select(Repair, RepairProposal, Visit, Campaign)
        .join(
            RepairProposal,
            and_(
                col(RepairProposal.repair_id) == col(Repair.id),
                col(RepairProposal.kind) == col(Repair.accepted),
            ),
        )
        .join(RepairVisit, col(RepairVisit.repair_id) == col(Repair.id))
        .join(Visit, col(Visit.id) == col(RepairVisit.visit_id))
        .join(Campaign, col(Campaign.id) == col(Repair.campaign_id))
        .where(
            col(Repair.status) == RepairStatus.ACCEPTED,
            col(RepairProposal.left) > 0,
            col(RepairVisit.gave_way).is_(False),
            col(Visit.status) != VisitStatus.PLANNED,
            col(Campaign.status).in_(REPAIRED),
            ~_taken_over(),
            ~is_settled(),
        )
        .order_by(col(Repair.id), col(Visit.id))
    )
    if campaign_id is not None:
        query = query.where(col(Repair.campaign_id) == campaign_id)
    rows = [tuple(row) for row in session.execute(query)]
    rows = [row for row in rows if is_sought_again(row[2], row[3], today)]
    if not rows:
        return []
    campaigns = {one.campaign_id for one, *_rest in rows}
    left = {row.repair_id: set(Proposal.from_json(row.content).left) for _one, row, *_rest in rows}
    people = set().union(*left.values())
    wait = taking_part(session, campaigns, people)
    since = _made_since(session, campaigns, people)

    def waits(repair: Repair, person_id: int) -> bool:
        key = repair.campaign_id, person_id
        made = since.get(key)
        had = made is not None and repair.decided_at is not None and made >= repair.decided_at
        return person_id in left[repair.id or 0] and key in wait and not had

    return [
        (repair, visit)
        for repair, _row, visit, _campaign in rows
        if waits(repair, visit.visitor_id) or (visit.swap_id is not None and waits(repair, visit.host_id))
    ]


def left_by(session: Session, repair: Repair, today: date) -> list[int]:
    """The days that this repair, accepted, left without another, by id."""
    if repair.status is not RepairStatus.ACCEPTED:
        return []
    found = left_open(session, today, repair.campaign_id)
    return [visit.id or 0 for one, visit in found if one.id == repair.id]


def _made_since(
    session: Session, campaign_ids: Collection[int], person_ids: Collection[int]
) -> dict[tuple[int, int], datetime]:
    """When the latest standing visit that each of these people make was made, by campaign and person."""
    query = (
        select(col(Visit.campaign_id), col(Visit.visitor_id), func.max(col(Visit.created_at)))
        .where(
            col(Visit.campaign_id).in_(campaign_ids),
            col(Visit.visitor_id).in_(person_ids),
            col(Visit.status) == VisitStatus.PLANNED,
        )
        .group_by(col(Visit.campaign_id), col(Visit.visitor_id))
    )
    return {(row[0], row[1]): row[2] for row in session.execute(query)}


def _taken_over() -> ColumnElement[bool]:
    """A later repair is about the same visit."""
    return exists().where(
        col(Later.visit_id) == col(Visit.id), col(Later.repair_id) > col(RepairVisit.repair_id)
    )
