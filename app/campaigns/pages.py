"""Pages of campaigns: the list, one campaign, its calendar, its copy."""

from functools import partial
from typing import Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.accounts.guards import Hr
from app.campaigns import pages_editing, pages_steps, queries, service, words
from app.campaigns.calendar import campaign_days, closed_reason, open_days
from app.campaigns.guards import Asking, HrCampaign
from app.campaigns.invited import invited_counts, invited_totals
from app.campaigns.lifecycle import By, refusals, steps_from
from app.campaigns.schemas import Section
from app.campaigns.service import CHANGEABLE
from app.campaigns.showing import life_steps, next_action
from app.campaigns.tables import Booking, Campaign, Status, StatusChange
from app.core import clock
from app.core.db import Db
from app.core.i18n import _
from app.core.settings import settings
from app.core.templating import redirect, render
from app.people.tables import Side, Site

router = APIRouter(include_in_schema=False)
router.include_router(pages_editing.router)  # first: `/campaigns/new` is no campaign's id
router.include_router(pages_steps.router)

ENROLLED = (Status.OPEN, Status.PLANNING, Status.PUBLISHED, Status.RUNNING, Status.DEBRIEFING, Status.CLOSED)
PLANNED = ENROLLED[1:]
LIVED = (Status.RUNNING, Status.DEBRIEFING, Status.CLOSED)


@router.get("/campaigns", response_class=HTMLResponse)
def show_list(
    request: Request,
    session: Db,
    actor: Hr,
    view: Literal["now", "past"] = "now",
    page: int = Query(1, ge=1, le=10_000),
) -> Response:
    """The news of each campaign."""
    today = clock.today()
    statuses = queries.UNDER_WAY if view == "now" else queries.PAST
    found, total = queries.campaigns(session, statuses=statuses, page=page)
    ids = [campaign.id for campaign in found if campaign.id is not None]
    invited = invited_totals(session, ids)
    last = queries.last_changes(session, ids)
    entries = [
        {
            "campaign": campaign,
            "news": words.news(
                campaign, today, invited.get(campaign.id or 0, 0), _reason(last.get(campaign.id or 0))
            ),
            "steps": life_steps(campaign, last.get(campaign.id or 0)),
            "action": next_action(campaign, None, today),
        }
        for campaign in found
    ]
    pages = -(-total // queries.PAGE) or 1
    return render(
        request, "campaigns/list.html", entries=entries, view=view, total=total, page=page, pages=pages
    )


@router.get("/campaigns/{campaign_id}", response_class=HTMLResponse)
def show(request: Request, session: Db, campaign: HrCampaign) -> Response:
    """Where the campaign stands, what to do next, then the detail."""
    assert campaign.id is not None
    today = clock.today()
    history = queries.history_of(session, campaign.id)
    invited = invited_counts(session, campaign)
    missing = refusals(session, campaign, Status.OPEN, today) if campaign.status == Status.DRAFT else []
    last = history[0][0] if history else None
    return render(
        request,
        "campaigns/show.html",
        campaign=campaign,
        news=words.news(campaign, today, invited.total, _reason(last)),
        steps_of_life=life_steps(campaign, last),
        action=next_action(campaign, missing, today),
        missing=missing,
        offered={step.after.value for step in steps_from(campaign, By.HR) if step.offered},
        changeable={section.value for section in Section if campaign.status in CHANGEABLE[section]},
        invited=invited,
        sides=[(side, words.side_name(side), invited.of_side(side)) for side in Side],
        embeds=_embeds(campaign),
        history=history,
        in_words=_in_words(session, campaign),
        side_names={side: words.side_name(side) for side in Side},
        status_name=partial(words.status_name, booked=campaign.booking == Booking.OPEN),
        join_url=f"{settings().public_url}/join/{campaign.code}",
    )


@router.get("/campaigns/{campaign_id}/calendar", response_class=HTMLResponse)
def show_calendar(request: Request, session: Db, campaign: HrCampaign, site: int | None = None) -> Response:
    """The working days of the campaign, site by site."""
    places = queries.sites(session)
    chosen = next((place for place in places if place.id == site), places[0] if places else None)
    saturday_sites = queries.sites_working_on_saturday(session) if campaign.saturdays else set()
    return render(
        request,
        "campaigns/calendar.html",
        campaign=campaign,
        sites=places,
        chosen=chosen,
        days=_days(campaign, chosen, saturdays=chosen is not None and chosen.id in saturday_sites),
        rows=[_site_row(campaign, place, saturday_sites) for place in places],
        in_words=words.calendar_in_words(campaign),
    )


@router.post("/campaigns/{campaign_id}/copies")
def copy(session: Db, campaign: HrCampaign, actor: Asking) -> Response:
    """A new draft like this one."""
    made = service.copy_campaign(session, campaign, actor=actor, now=clock.now(), today=clock.today())
    say = _("La copie est prête : les dates ont été avancées, la liste de lancement est à refaire.")
    return redirect(f"/campaigns/{made.id}/edit/story", say=say)


def _embeds(campaign: Campaign) -> list[tuple[str, str, str]]:
    here = f"/campaigns/{campaign.id}"
    planned = campaign.booking != Booking.OPEN
    return [
        (title, f"{here}/{place}", f"{here}/{place}/summary")
        for title, place, statuses, fits in (
            (_("Les réponses"), "answers", ENROLLED, planned),
            (_("Le plan"), "planning", PLANNED, planned),
            (_("Les réparations"), "repairs", (Status.PUBLISHED, Status.RUNNING), planned),
            (_("Les conventions"), "agreements", (Status.OPEN, Status.PUBLISHED, Status.RUNNING), True),
            (_("Les réservations"), "booking", (Status.DRAFT, *ENROLLED), True),
            (_("Les résultats"), "results", LIVED, True),
        )
        if campaign.status in statuses and fits
    ]


def _in_words(session: Db, campaign: Campaign) -> dict[str, Any]:
    assert campaign.id is not None
    groups = queries.groups_of(session, campaign.id)
    sites, teams = queries.sites(session), queries.teams_by_site(session)
    return {
        "dates": words.dates_in_words(campaign),
        "calendar": words.calendar_in_words(campaign),
        "people": words.people_in_words(campaign, groups, sites, teams),
        "rules": words.rules_in_words(campaign),
        "checklist": words.checklist_in_words(campaign),
    }


def _reason(change: StatusChange | None) -> str:
    return change.reason if change and change.after == Status.CANCELLED else ""


def _days(campaign: Campaign, site: Site | None, *, saturdays: bool) -> list[dict[str, Any]]:
    if site is None:
        return []
    days = []
    for day in campaign_days(campaign):
        closed = closed_reason(campaign, None, site, day)
        state, note = ("free", "") if closed is None else (_state(closed.kind.value), closed.words)
        if closed is None and day.weekday() == 5 and not saturdays:
            state, note = "off", _("personne n’y travaille le samedi")
        days.append({"date": day, "state": state, "note": note, "entries": []})
    return days


def _state(kind: str) -> str:
    return "holiday" if kind == "holiday" else "closed"


def _site_row(campaign: Campaign, site: Site, saturday_sites: set[int]) -> dict[str, Any]:
    works_on_saturday = site.id in saturday_sites
    days = [day for day in open_days(campaign, site) if day.weekday() < 5 or works_on_saturday]
    closed = [
        (day, reason)
        for day in campaign_days(campaign)
        if (reason := closed_reason(campaign, None, site, day)) is not None
    ]
    return {"site": site, "open": len(days), "closed": closed, "saturdays": works_on_saturday}
