"""HR's pages of closed sites: what closing one would do, which are closed, and opening one again."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from app.accounts.guards import Asking, Hr
from app.campaigns.guards import HrCampaign
from app.campaigns.queries import campaigns
from app.campaigns.tables import Campaign, Status
from app.core import clock
from app.core.db import Db
from app.core.forms import Bound, Submitted, bind, blank
from app.core.i18n import _, ngettext
from app.core.templating import redirect, render
from app.people import queries as people_queries
from app.planning.repairs import closing, reopening
from app.planning.repairs.errors import ClosureOutOfReach
from app.planning.repairs.schemas import ClosureForm, ClosureLook

router = APIRouter()

REPAIRS = "/campaigns/{campaign_id}/repairs"


@router.get(REPAIRS + "/closure", response_class=HTMLResponse)
def ask_closure(
    request: Request, session: Db, campaign: HrCampaign, look: Annotated[ClosureLook, Query()]
) -> Response:
    """Choose a site and days; then which visits that concerns, before anything is done."""
    form = blank(site_id=look.site_id, first=look.first, last=look.last)
    what = None
    if look.site_id is not None and look.first is not None and look.last is not None:
        try:
            people_queries.site(session, look.site_id)
            what = closing.closure_of(session, look.site_id, look.first, look.last, clock.today())
        except ClosureOutOfReach as refused:
            form.refuse("last", refused.message())
    return _closure_page(request, session, campaign, form, what)


@router.post("/campaigns/{campaign_id}/closures")
def close_site(
    request: Request, session: Db, actor: Asking, campaign: HrCampaign, sent: Submitted
) -> Response:
    """Close the site: its days are marked, one repair is looked for."""
    form = bind(ClosureForm, sent)
    if form.value is None:
        return _closure_page(request, session, campaign, form, None, status=422)
    value = form.value
    people_queries.site(session, value.site_id)
    try:
        made = closing.close_site(
            session, value.site_id, value.first, value.last, actor, clock.now(), clock.today()
        )
    except ClosureOutOfReach as refused:
        form.refuse("last", refused.message())
        return _closure_page(request, session, campaign, form, None, status=422)
    own = next((one for one in made if one.campaign_id == campaign.id), None)
    if own is None:
        say = _("Le site est fermé ces jours-là, pour toutes les campagnes.")
        return redirect(f"/campaigns/{campaign.id}/repairs", say=say)
    say = _("Le site est fermé ces jours-là. Nous cherchons d’autres jours.")
    return redirect(f"/campaigns/{campaign.id}/repairs/{own.id}", say=say)


def _closure_page(
    request: Request,
    session: Session,
    campaign: Campaign,
    form: Bound[Any],
    what: closing.Closure | None,
    status: int = 200,
) -> Response:
    sites = people_queries.sites_by_id(session)
    return render(
        request,
        "repairs/closure.html",
        status=status,
        campaign=campaign,
        form=form,
        what=what,
        sites=sorted(((one.id, one.name) for one in sites.values()), key=lambda one: one[1]),
        first_possible=clock.today(),
        last_possible=clock.today() + timedelta(days=365),
        closed=reopening.closed_spans(session, clock.today()),
    )


@router.get("/closures", response_class=HTMLResponse)
def closed_sites(request: Request, session: Db, _hr: Hr) -> Response:
    """Which sites are closed, whatever the campaign, and the way to open one again."""
    return render(request, "repairs/closures.html", **_closed(session))


@router.get("/closures/summary", response_class=HTMLResponse)
def closed_summary(request: Request, session: Db, _hr: Hr) -> Response:
    """The same, embedded among the company's sites."""
    return render(request, "repairs/_closures.html", **_closed(session))


def _closed(session: Session) -> dict[str, Any]:
    """Sites are opened again from within a campaign, for all of them: from the latest here."""
    found, _total = campaigns(session, statuses=tuple(Status), size=1)
    closed = reopening.closed_spans(session, clock.today())
    return {"closed": closed, "campaign": found[0] if found else None}


@router.get(REPAIRS + "/reopening", response_class=HTMLResponse)
def ask_reopening(
    request: Request, session: Db, campaign: HrCampaign, look: Annotated[ClosureForm, Query()]
) -> Response:
    """Which days can take place again and who hears it, before the site is opened."""
    today = clock.today()
    return render(
        request,
        "repairs/reopening.html",
        campaign=campaign,
        site=people_queries.site(session, look.site_id),
        look=look,
        today=today,
        what=reopening.reopening_of(session, look.site_id, look.first, look.last, today),
    )


@router.post("/campaigns/{campaign_id}/reopenings")
def reopen_site(session: Db, actor: Asking, campaign: HrCampaign, sent: Submitted) -> Response:
    """The site receives again on these days."""
    form = bind(ClosureForm, sent).required()
    done = reopening.reopen_site(
        session, form.site_id, form.first, form.last, actor, clock.now(), clock.today()
    )
    n = len(done.told)
    told = ngettext(
        "%(n)s personne lit que sa journée peut avoir lieu.",
        "%(n)s personnes lisent que leur journée peut avoir lieu.",
        n,
    ) % {"n": n}
    say = _("Le site est rouvert, pour toutes les campagnes.")
    lost = len(done.losers)
    open_again = ngettext(
        "%(n)s personne qui avait réservé ou demandé une place lit que le site est ouvert.",
        "%(n)s personnes qui avaient réservé ou demandé une place lisent que le site est ouvert.",
        lost,
    ) % {"n": lost}
    said = [say, *([told] if n else []), *([open_again] if lost else [])]
    return redirect(f"/campaigns/{campaign.id}/repairs/closure", say=" ".join(said))
