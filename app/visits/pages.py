"""Pages of visits: mine, one, a team's, a campaign's."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from app.accounts.guards import Hr
from app.campaigns.guards import HrCampaign
from app.core import clock
from app.core.db import Db
from app.core.forms import Submitted, bind, blank
from app.core.i18n import _
from app.core.templating import redirect, render
from app.visits import pages_team, queries, service, views
from app.visits.guards import Me, Participant
from app.visits.rules import can_be_cancelled, offered_reasons, reason_labels
from app.visits.schemas import CancellationForm
from app.visits.tables import By

router = APIRouter(include_in_schema=False)
router.include_router(pages_team.router)


@router.get("/visits", response_class=HTMLResponse)
def mine(request: Request, session: Db, person: Me) -> Response:
    """What I live as visitor and as host, and the reason where there is nobody for me."""
    today = clock.today()
    swaps = queries.as_swaps(queries.visits_of(session, person)) if person else []
    missed = queries.unmatched_of(session, person) if person else []
    return render(
        request,
        "visits/mine.html",
        person=person,
        coming=[swap for swap in swaps if swap.last_day >= today],
        past=[swap for swap in swaps if swap.last_day < today],
        face_of=views.face_of,
        missed=[views.missed(row, campaign) for row, campaign in missed],
        ahead=sum(can_be_cancelled(leg.visit, today) for swap in swaps for leg in swap.legs),
        today=today,
    )


@router.get("/visits/{visit_id}", response_class=HTMLResponse)
def show(request: Request, session: Db, entered: Participant) -> Response:
    """One visit, with the other one of its swap."""
    seen = entered.seen
    return render(
        request,
        "visits/show.html",
        seen=seen,
        legs=queries.swap_of(session, seen).legs,
        takes_part=entered.takes_part,
        hosts=entered.takes_part and entered.person is not None and seen.host.id == entered.person.id,
        may_cancel=entered.actor.is_hr and can_be_cancelled(seen.visit, clock.today()),
        reasons=reason_labels(),
        face_of=views.face_of,
    )


@router.get("/visits/{visit_id}/cancellation", response_class=HTMLResponse)
def ask_cancellation(request: Request, session: Db, actor: Hr, visit_id: int) -> Response:
    """What a cancellation will do, before it is done."""
    seen = queries.visit(session, visit_id)
    return _ask(request, session, seen, blank(revision=seen.visit.revision))


@router.post("/visits/{visit_id}/cancellation")
def cancel(request: Request, session: Db, actor: Hr, visit_id: int, sent: Submitted) -> Response:
    """Cancel one visit, with a coded reason."""
    seen = queries.visit(session, visit_id)
    form = bind(CancellationForm, sent)
    if form.value is None:
        return _ask(request, session, seen, form, status=422)
    service.cancel_visit(
        session,
        seen.visit,
        form.value.reason,
        actor,
        clock.now(),
        today=clock.today(),
        revision=form.value.revision,
    )
    return redirect(
        f"/visits/{visit_id}", say=_("La journée est annulée. Les deux personnes vont être prévenues.")
    )


def _ask(request: Request, session: Db, seen: queries.SeenVisit, form: object, status: int = 200) -> Response:
    legs = queries.swap_of(session, seen).legs
    return render(
        request,
        "visits/cancellation.html",
        status=status,
        seen=seen,
        other=next((leg for leg in legs if leg.visit.id != seen.visit.id), None),
        form=form,
        reasons=offered_reasons(By.HR),
    )


@router.get("/campaigns/{campaign_id}/visits", response_class=HTMLResponse)
def of_campaign(
    request: Request,
    session: Db,
    campaign: HrCampaign,
    look: Annotated[views.VisitsLook, Query()],
) -> Response:
    """Every visit of a campaign, as a list or as a calendar."""
    assert campaign.id is not None
    swaps = queries.as_swaps(queries.visits_of_campaign(session, campaign.id))
    shown = views.filtered(swaps, look)
    return render(
        request,
        "visits/campaign.html",
        campaign=campaign,
        look=look,
        sites=views.sites_in(swaps),
        swaps=shown[(look.page - 1) * views.PAGE : look.page * views.PAGE],
        shown=len(shown),
        pages=-(-len(shown) // views.PAGE),
        total=len(swaps),
        people=views.people_count(swaps),
        days=views.calendar(shown) if look.view == "calendar" else [],
        unmatched=len(queries.unmatched_of_campaign(session, campaign.id)),
        face_of=views.face_of,
    )
