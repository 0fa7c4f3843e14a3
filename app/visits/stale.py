"""Proposals that nobody answered in time, or that something made meaningless, in one query."""

from collections import defaultdict
from datetime import date

from sqlalchemy import and_, exists, false, func, select
from sqlmodel import Session, col, or_

from app.campaigns.tables import Campaign
from app.teams.tables import BlackoutDay, ClosedDay
from app.visits.queries import Host, HostTeam, Visitor, parted
from app.visits.rules import first_day_to_plan
from app.visits.tables import CancelReason, Proposal, ProposalKind, ProposalStatus, Visit, VisitStatus


def stale_proposals(session: Session, today: date) -> list[tuple[Proposal, Visit, CancelReason | None]]:
    """Proposals whose day is here, or whose visit's day is past, without an answer, or about a day that fell
    when no yes is in time any more; and, with why, those whose day a team closed since, or HR at the site
    that receives, or to make up for a day when one left."""
    marked = exists().where(
        col(BlackoutDay.day) == col(Proposal.day),
        or_(
            and_(col(BlackoutDay.team_id) == col(Host.team_id), col(BlackoutDay.no_visitors)),
            and_(col(BlackoutDay.team_id) == col(Visitor.team_id), col(BlackoutDay.no_leaving)),
        ),
    )
    shut = exists().where(
        col(ClosedDay.day) == col(Proposal.day), col(ClosedDay.site_id) == col(HostTeam.site_id)
    )
    closed = or_(marked, shut)
    makes_up = col(Proposal.kind) != ProposalKind.MOVE
    left = and_(makes_up, or_(parted(), ~col(Visitor.active), ~col(Host.active)))
    asked = select(col(Visit.campaign_id)).join(Proposal).where(col(Proposal.status) == ProposalStatus.OPEN)
    in_time: dict[date, list[int | None]] = defaultdict(list)
    for one in session.scalars(
        select(Campaign).where(col(Campaign.last_day) >= today, col(Campaign.id).in_(asked))
    ):
        in_time[first_day_to_plan(one, today)].append(one.id)
    late = [
        col(Campaign.id).in_(of) & (func.coalesce(col(Proposal.day), col(Campaign.last_day)) < first)
        for first, of in in_time.items()
    ]

    return [
        (row[0], row[1], CancelReason.LEFT if row[3] else CancelReason.CLOSED if row[2] else None)
        for row in session.execute(
            select(Proposal, Visit, closed, left)
            .join(Visit, col(Visit.id) == col(Proposal.visit_id))
            .join(Host, col(Host.id) == col(Visit.host_id))
            .join(HostTeam, col(HostTeam.id) == col(Host.team_id))
            .join(Visitor, col(Visitor.id) == col(Visit.visitor_id))
            .join(Campaign, col(Campaign.id) == col(Visit.campaign_id))
            .where(
                col(Proposal.status) == ProposalStatus.OPEN,
                or_(
                    col(Proposal.day) <= today,
                    closed,
                    left,
                    and_(makes_up, or_(false(), *late)),
                    (col(Visit.status) == VisitStatus.PLANNED) & (col(Visit.day) < today),
                    col(Campaign.last_day) < today,
                ),
            )
            .order_by(col(Proposal.id))
        )
    ]
