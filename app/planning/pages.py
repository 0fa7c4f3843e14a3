"""Pages of planning that read: the plan as a list, a calendar, what is missing, what changed."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.availability.guards import OwnEnrolment
from app.campaigns.guards import HrCampaign
from app.core import clock
from app.core.db import Db
from app.core.paging import page_of
from app.core.spreadsheets import download
from app.core.templating import render
from app.planning import changing, pages_asking, pages_why, queries, showing, steps, words
from app.planning.export import sheet
from app.planning.repairs import pages as repair_pages
from app.planning.repairs import pages_closures
from app.planning.schemas import PlanLook
from app.planning.showing import PAGE, found_in, plan_page
from app.visits import queries as visits_queries

router = APIRouter(include_in_schema=False)
router.include_router(changing.router)
router.include_router(pages_why.router)
router.include_router(pages_asking.router)
router.include_router(pages_closures.router)
router.include_router(repair_pages.router)

Look = Annotated[PlanLook, Query()]


@router.get("/campaigns/{campaign_id}/planning", response_class=HTMLResponse)
def show(request: Request, session: Db, campaign: HrCampaign, look: Look) -> Response:
    """The plan: swaps, each with why it is good."""
    plan = showing.plan_of(session, campaign)
    if plan.review is None:
        return plan_page(request, "none", plan, "")
    swaps = showing.chosen_swaps(plan.review, look)
    of_page, pages = page_of(swaps, look.page, PAGE)
    return plan_page(
        request,
        "swaps",
        plan,
        "",
        look=look,
        swaps=of_page,
        shown=len(swaps),
        **pages,
        sites=showing.sites_of(plan.people.values()),
    )


@router.get("/campaigns/{campaign_id}/planning/progress", response_class=HTMLResponse)
def progress(request: Request, session: Db, campaign: HrCampaign) -> Response:
    """How far the computation is; once it is over, the page is asked for anew."""
    assert campaign.id is not None
    here = f"/campaigns/{campaign.id}/planning"
    run = queries.active_run(session, campaign.id)
    if run is None:
        return Response(status_code=204, headers={"HX-Redirect": here})
    return render(
        request,
        "planning/_progress.html",
        campaign=campaign,
        run=run,
        progress=showing.progress_of(run, clock.now()),
    )


@router.get("/campaigns/{campaign_id}/planning/calendar", response_class=HTMLResponse)
def calendar(request: Request, session: Db, campaign: HrCampaign, look: Look) -> Response:
    """The plan day by day."""
    plan = showing.plan_of(session, campaign)
    found = found_in(plan)
    day = look.day or (found.days[0] if found.days else None)
    of_day = showing.chosen_swaps(found, PlanLook(day=day)) if day else []
    days = showing.calendar(plan)
    return plan_page(request, "calendar", plan, "/calendar", days=days, day=day, swaps=of_day)


@router.get("/campaigns/{campaign_id}/planning/unmatched", response_class=HTMLResponse)
def unmatched(request: Request, session: Db, campaign: HrCampaign, look: Look) -> Response:
    """Everybody without a match, grouped by reason."""
    plan = showing.plan_of(session, campaign)
    found = found_in(plan)
    labels = words.reason_labels()
    rows = showing.chosen_waiting(found, look)
    of_page, pages = page_of(rows, look.page, PAGE)
    names = {person_id: who.person.name for person_id, who in plan.people.items()}
    return plan_page(
        request,
        "unmatched",
        plan,
        "/unmatched",
        look=look,
        rows=of_page,
        shown=len(rows),
        **pages,
        labels=labels,
        sites=showing.sites_of(row.who for row in found.waiting),
        steps_of=partial(steps.steps_of, campaign, names=names, more=plan.more),
    )


@router.get("/campaigns/{campaign_id}/planning/pairs", response_class=HTMLResponse)
def pairs(request: Request, session: Db, campaign: HrCampaign) -> Response:
    """What HR decided: pairs kept, pairs kept apart, people who take part once more."""
    assert campaign.id is not None
    plan = showing.plan_of(session, campaign)
    people = plan.people or queries.participants(session, campaign.id)
    pinned = showing.pinned_together(plan)
    return plan_page(request, "pairs", plan, "/pairs", people=people, pinned=pinned)


@router.get("/campaigns/{campaign_id}/enrolment/priority", response_class=HTMLResponse)
def priority(request: Request, session: Db, mine: OwnEnrolment) -> Response:
    """Embedded in one's own enrolment: that nobody was found last time, and what follows from it."""
    assert mine.campaign.id is not None
    left_out = visits_queries.left_out_last_time(session, mine.campaign.id)
    return render(request, "planning/_priority.html", first_in_line=mine.person.id in left_out)


@router.get("/campaigns/{campaign_id}/planning/export.xlsx")
def export(session: Db, campaign: HrCampaign) -> Response:
    """The plan as a spreadsheet: one line a visit, then everybody without a match."""
    found = found_in(showing.plan_of(session, campaign))
    header, rows = sheet(found)
    return download(f"plan-{campaign.id}", "xlsx", header, rows)


@router.get("/campaigns/{campaign_id}/planning/summary", response_class=HTMLResponse)
def summary(request: Request, session: Db, campaign: HrCampaign) -> Response:
    """The plan in two lines, embedded in the campaign's page."""
    return plan_page(request, "_summary", showing.plan_of(session, campaign), "")
