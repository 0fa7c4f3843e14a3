"""JSON door of planning."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse

from app.accounts.guards import Asking
from app.campaigns.guards import HrCampaign
from app.campaigns.tables import Campaign
from app.core import clock
from app.core.db import Db
from app.core.errors import NotFound
from app.planning import publishing, queries, runs
from app.planning.repairs import api as repairs_api
from app.planning.schemas import PublicationForm, PublicationOut, RunForm, RunOut, RunsOut, run_out
from app.planning.tables import PlanningRun

router = APIRouter(prefix="/api/v1", tags=["planning"])
router.include_router(repairs_api.router)

RUNS = "/campaigns/{campaign_id}/planning/runs"


def _run(session: Db, campaign: Campaign, run_id: int) -> PlanningRun:
    run = queries.find_run(session, run_id)
    if run.campaign_id != campaign.id:
        raise NotFound
    return run


@router.get(RUNS)
def list_runs(session: Db, campaign: HrCampaign) -> RunsOut:
    """Every computation of a campaign, newest first."""
    assert campaign.id is not None
    return RunsOut(runs=[run_out(run) for run in queries.runs_of(session, campaign.id)])


@router.post(RUNS, status_code=202)
def request_run(session: Db, actor: Asking, campaign: HrCampaign, sent: RunForm) -> RunOut:
    """Ask for a plan; poll the run until it is finished."""
    run = runs.request_run(
        session, campaign, actor, clock.now(), today=clock.today(), time_limit=sent.seconds
    )
    return run_out(run)


@router.get(RUNS + "/{run_id}")
def show_run(session: Db, campaign: HrCampaign, run_id: int) -> RunOut:
    """How far a computation is."""
    return run_out(_run(session, campaign, run_id))


@router.post(RUNS + "/{run_id}/cancellation")
def cancel_run(session: Db, actor: Asking, campaign: HrCampaign, run_id: int) -> RunOut:
    """Stop a computation."""
    return run_out(runs.cancel_run(session, _run(session, campaign, run_id), actor, clock.now()))


@router.post(RUNS + "/{run_id}/conclusion")
def conclude_run(session: Db, actor: Asking, campaign: HrCampaign, run_id: int) -> RunOut:
    """End a computation now and keep the best plan it has."""
    return run_out(runs.conclude_run(session, _run(session, campaign, run_id), actor, clock.now()))


@router.get(RUNS + "/{run_id}/plan", response_class=JSONResponse)
def show_plan(session: Db, campaign: HrCampaign, run_id: int) -> dict[str, Any]:
    """The plan as a `vis-ma-vie/solution/1` document; its ids are those of the problem."""
    run = _run(session, campaign, run_id)
    assert run.id is not None
    return runs.unpack(queries.result_of(session, run.id).plan)


@router.get(RUNS + "/{run_id}/problem", response_class=JSONResponse)
def show_problem(session: Db, campaign: HrCampaign, run_id: int) -> dict[str, Any]:
    """The problem as a `vis-ma-vie/problem/1` document, without avoided people and impossible places."""
    run = _run(session, campaign, run_id)
    assert run.id is not None
    return runs.unpack(queries.result_of(session, run.id).problem)


@router.post("/campaigns/{campaign_id}/planning/publication")
def publish(session: Db, actor: Asking, campaign: HrCampaign, sent: PublicationForm) -> PublicationOut:
    """Publish a plan, once; asking again answers the same."""
    assert campaign.id is not None
    run = _run(session, campaign, sent.run)
    now = clock.now()
    done = publishing.publish(
        session, campaign, run, actor, version=sent.version, now=now, today=clock.today()
    )
    session.refresh(run)
    assert run.id is not None
    assert run.published_at is not None
    return PublicationOut(
        campaign_id=campaign.id, run_id=run.id, published_at=run.published_at, already=not done
    )
