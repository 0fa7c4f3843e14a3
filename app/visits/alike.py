"""Days to come that no longer show another job: somebody changed team since, or a team changed side or
department. Nothing is cancelled for it: HR read which, before a file is imported and after."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, and_, col, or_

from app.campaigns.tables import Campaign
from app.core.i18n import _
from app.people.queries import teams_by_id
from app.people.tables import Team
from app.visits.queries import Host, HostTeam, SeenVisit, Visitor, VisitorTeam, read_visits, to_come
from app.visits.tables import Visit


def why_alike(one: Team, other: Team) -> str:
    """What two teams share that the rules of the game keep apart, in words; empty where nothing is."""
    if one.id == other.id:
        return _("même équipe")
    if one.department and one.department == other.department:
        return _("même direction")
    return _("même côté") if one.side == other.side else ""


def made_alike(session: Session, moved: Mapping[int, int], today: date) -> list[tuple[SeenVisit, str]]:
    """Days to come that would be so, and are not yet, once people work in other teams (`moved`: team by
    person), by day, with what the two would share. Two queries."""
    if not moved:
        return []
    theirs = or_(col(Visit.visitor_id).in_(moved), col(Visit.host_id).in_(moved))
    teams, found = teams_by_id(session), []
    for seen in read_visits(session, theirs, *to_come(today)):
        there = teams[moved.get(seen.host.id or 0, seen.host.team_id)]
        why = why_alike(teams[moved.get(seen.visitor.id or 0, seen.visitor.team_id)], there)
        if why and not why_alike(seen.visitor_team, seen.host_team):
            found.append((seen, why))
    return found


def alike_due(session: Session, today: date) -> list[tuple[Campaign, int]]:
    """Campaigns with such days, and how many. As `why_alike`."""
    same_department = and_(
        col(VisitorTeam.department) == col(HostTeam.department), col(VisitorTeam.department) != ""
    )
    query: Any = (
        select(Campaign, func.count())
        .join(Visit, col(Visit.campaign_id) == col(Campaign.id))
        .join(Visitor, col(Visitor.id) == col(Visit.visitor_id))
        .join(Host, col(Host.id) == col(Visit.host_id))
        .join(VisitorTeam, col(VisitorTeam.id) == col(Visitor.team_id))
        .join(HostTeam, col(HostTeam.id) == col(Host.team_id))
        .where(*to_come(today), or_(col(VisitorTeam.side) == col(HostTeam.side), same_department))
        .group_by(col(Campaign.id))
        .order_by(col(Campaign.id))
    )
    return [(row[0], row[1]) for row in session.execute(query)]
