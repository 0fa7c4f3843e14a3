"""Pages of planning that explain: how good the plan is, what holds it back, what changed."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.campaigns.guards import HrCampaign
from app.core.db import Db
from app.core.errors import NotFound
from app.core.paging import page_of
from app.planning import queries, runs, showing, why, words
from app.planning.comparing import compare, measures
from app.planning.review import review
from app.planning.schemas import ComparisonLook, WhyLook
from app.planning.showing import PAGE, RUNS, found_in, plan_page
from app.planning.tables import PlanningRun

router = APIRouter()


@router.get("/campaigns/{campaign_id}/planning/why", response_class=HTMLResponse)
def explain(
    request: Request, session: Db, campaign: HrCampaign, look: Annotated[WhyLook, Query()]
) -> Response:
    """How good the plan is on each level, who is left by group, which teams stand in the way."""
    plan = showing.plan_of(session, campaign)
    found = found_in(plan)
    assert plan.run is not None
    problem, solved = runs.load(session, plan.run)
    sides = why.sides(problem)
    return plan_page(
        request,
        "why",
        plan,
        "/why",
        look=look,
        shares=showing.shares(found, plan.run.at_most, sides.surplus if sides else 0),
        levels=why.levels(problem, solved),
        level_names=words.level_names(),
        sides=sides,
        groups=why.groups(found, look.by),
        labels=words.reason_labels(),
        bottlenecks=why.bottlenecks(problem, found),
    )


@router.get("/campaigns/{campaign_id}/planning/comparison", response_class=HTMLResponse)
def comparison(
    request: Request, session: Db, campaign: HrCampaign, look: Annotated[ComparisonLook, Query()]
) -> Response:
    """Two plans side by side: the one shown and the one before, or any two."""
    assert campaign.id is not None
    plan = showing.plan_of(session, campaign)
    found_in(plan)
    finished = queries.finished_runs(session, campaign.id, limit=RUNS)
    if len(finished) < 2:
        return plan_page(request, "comparison", plan, "/comparison", finished=[], change=None)
    by_id = {run.id: run for run in finished}
    older = by_id.get(look.before or finished[1].id)
    newer = by_id.get(look.after or finished[0].id)
    if older is None or newer is None:
        raise NotFound
    before, after = runs.load(session, older), runs.load(session, newer)
    old, new = review(*before, plan.people), review(*after, plan.people)
    told = compare(old, new, plan.people)
    of_page, pages = page_of(told.changes, look.page, PAGE)
    return plan_page(
        request,
        "comparison",
        plan,
        "/comparison",
        look=look,
        finished=finished,
        places=_places(finished, queries.count_finished(session, campaign.id)),
        older=older,
        newer=newer,
        measures=measures(why.levels(*before), why.levels(*after)),
        level_names=words.level_names(),
        rules_changed=words.rules_changed(before[0], after[0]),
        first_wishes=(old.wishes_met, new.wishes_met),
        change=told,
        changes=of_page,
        **pages,
    )


def _places(finished: list[PlanningRun], count: int) -> dict[int, int]:
    """The first plan is 1; the published one comes first in the list, whichever it is."""
    newest = sorted((run.id or 0 for run in finished), reverse=True)
    return {run_id: count - n for n, run_id in enumerate(newest)}
