"""Whether a proposal still holds: judged by the rules on today's rows."""

from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session

from app.campaigns.tables import Campaign
from app.core.db import open_session
from app.planning.errors import NobodyEnrolled, NoDaysLeft
from app.planning.problem import Leg
from app.planning.repairs import queries
from app.planning.repairs.proposals import Proposal, broken_by, covers
from app.planning.repairs.scene import Look, Scene, scene_of
from app.planning.tables import Repair
from app.visits import queries as visits_queries
from app.visits.rules import stands
from app.visits.tables import Visit


def holds(session: Session, campaign: Campaign, repair: Repair, today: date) -> bool:
    """Whether each proposal of a repair could still be accepted."""
    rows = queries.proposals_of(session, [repair.id or 0])
    return not any(against(session, campaign, repair, Proposal.from_json(row.content), today) for row in rows)


def against(
    session: Session, campaign: Campaign, repair: Repair, proposal: Proposal, today: date
) -> list[str]:
    """What stands against a proposal on today's rows; empty when it still holds."""
    ids = queries.visit_ids(session, repair.id or 0)
    if queries.possible_among(session, ids) | queries.passed_among(session, ids, today):
        return ["a visit that can be on its day"]
    try:
        scene = scene_today(session, campaign, repair, today, proposal.look)
    except (NoDaysLeft, NobodyEnrolled) as refused:
        return [refused.code]
    visits = visits_of(session, proposal)
    for visit_id, revision in proposal.revisions.items():
        visit = visits.get(visit_id)
        if visit is None or not stands(visit) or visit.revision != revision:
            return [f"visit {visit_id} changed"]
    movable = {visit.id for visit in scene.movable.values()}
    if not proposal.visit_ids <= movable | set(scene.lost):
        return ["a visit that may not be moved any more"]
    if not covers(proposal, [one for one, visit in scene.lost.items() if stands(visit)]):
        return ["a visit that cannot be stands still"]
    return broken_by(scene, proposal, visits)


def scene_today(
    session: Session,
    campaign: Campaign,
    repair: Repair,
    today: date,
    look: Look,
) -> Scene:
    """What the repair is about, read anew."""
    ids = queries.visit_ids(session, repair.id or 0)
    return scene_of(session, campaign, ids, repair.cause, today, look)


def visits_of(session: Session, proposal: Proposal) -> dict[int, Visit]:
    """The standing visits that a proposal changes, by id."""
    rows = visits_queries.visits_with_ids(session, proposal.visit_ids)
    return {seen.visit.id or 0: seen.visit for seen in rows}


def new_legs(engine: Engine, proposal: Proposal) -> set[Leg]:
    """The visits of a proposal that take place on a new day, or with somebody new."""
    with open_session(engine, reads_only=True) as session:
        visits = visits_of(session, proposal)
    moved = {(*_two(visits[one.visit_id]), one.day) for one in proposal.moves}
    return moved | {(one.visitor_id, one.host_id, one.day) for one in proposal.fresh}


def _two(visit: Visit) -> tuple[int, int]:
    return visit.visitor_id, visit.host_id
