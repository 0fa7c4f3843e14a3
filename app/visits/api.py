"""JSON door of visits."""

from fastapi import APIRouter

from app.accounts.guards import Hr
from app.campaigns.guards import HrCampaign
from app.core import clock
from app.core.db import Db
from app.teams.guards import MaySendRosters
from app.teams.rosters import teams_of
from app.visits import queries, rosters, service
from app.visits.guards import Me, Participant
from app.visits.schemas import CancellationForm, ConflictOut, ConflictsOut, VisitOut, VisitsOut, visit_out

router = APIRouter(prefix="/api/v1", tags=["visits"])


@router.get("/visits")
def my_visits(session: Db, person: Me) -> VisitsOut:
    """My visits, as visitor and as host."""
    found = queries.visits_of(session, person) if person else []
    return VisitsOut(visits=[visit_out(seen) for seen in found])


@router.get("/visits/conflicts")
def conflicts(session: Db, sender: MaySendRosters) -> ConflictsOut:
    """Visits to come whose visitor or host does not work then: all of them for HR, of one's teams else."""
    found = rosters.conflicts(session, clock.today(), team_ids=teams_of(session, sender))
    return ConflictsOut(
        conflicts=[
            ConflictOut(visit=visit_out(one.seen), absent=[person.id for person in one.absent if person.id])
            for one in found
        ]
    )


@router.get("/visits/{visit_id}")
def show(entered: Participant) -> VisitOut:
    """One visit, for its two people, their managers and HR."""
    return visit_out(entered.seen)


@router.post("/visits/{visit_id}/cancellation")
def cancel(session: Db, actor: Hr, visit_id: int, sent: CancellationForm) -> VisitOut:
    """Cancel one visit; the other one of its swap stands."""
    service.cancel_visit(
        session,
        queries.visit(session, visit_id).visit,
        sent.reason,
        actor,
        clock.now(),
        today=clock.today(),
        revision=sent.revision,
    )
    return visit_out(queries.visit(session, visit_id))


@router.get("/campaigns/{campaign_id}/visits")
def of_campaign(session: Db, campaign: HrCampaign) -> VisitsOut:
    """Every visit of a campaign, cancelled ones included."""
    assert campaign.id is not None
    found = queries.visits_of_campaign(session, campaign.id)
    return VisitsOut(visits=[visit_out(seen) for seen in found])
