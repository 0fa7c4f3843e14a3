"""Pages of planning that change something: compute, stop, pin, forbid, publish."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData
from starlette.responses import Response

from app.accounts.guards import Asking
from app.availability import service as availability
from app.campaigns.guards import HrCampaign
from app.campaigns.tables import Campaign
from app.core import clock
from app.core.db import Db
from app.core.errors import NotFound
from app.core.forms import Submitted, bind
from app.core.i18n import _
from app.core.security import local_path
from app.core.templating import redirect, render
from app.planning import clashes, once_more, pins, publishing, queries, runs
from app.planning.errors import NoLongerHolds, NothingToPublish, NotThisPair, RunUnderWay
from app.planning.schemas import OnceMoreForm, PairForm, PinCheckForm, PublicationForm, RunForm

router = APIRouter()


@router.post("/campaigns/{campaign_id}/planning/runs")
def request_run(session: Db, actor: Asking, campaign: HrCampaign, sent: Submitted) -> Response:
    """Compute a plan; asked twice, the one under way is shown."""
    seconds = bind(RunForm, sent).required().seconds
    here = f"/campaigns/{campaign.id}/planning"
    try:
        runs.request_run(session, campaign, actor, clock.now(), today=clock.today(), time_limit=seconds)
    except RunUnderWay:
        return redirect(here, say=_("Ce calcul est déjà en cours : le voici."))
    return redirect(here)


@router.post("/campaigns/{campaign_id}/planning/runs/{run_id}/cancellation")
def cancel_run(session: Db, actor: Asking, campaign: HrCampaign, run_id: int) -> Response:
    """Stop the computation; the plan shown before stays."""
    run = queries.find_run(session, run_id)
    if run.campaign_id != campaign.id:
        raise NotFound
    runs.cancel_run(session, run, actor, clock.now())
    return redirect(f"/campaigns/{campaign.id}/planning", say=_("Le calcul s’arrête."))


@router.post("/campaigns/{campaign_id}/planning/runs/{run_id}/conclusion")
def conclude_run(session: Db, actor: Asking, campaign: HrCampaign, run_id: int) -> Response:
    """End the computation now and keep the best plan it has."""
    run = queries.find_run(session, run_id)
    if run.campaign_id != campaign.id:
        raise NotFound
    runs.conclude_run(session, run, actor, clock.now())
    return redirect(f"/campaigns/{campaign.id}/planning", say=_("Le calcul s’arrête et garde ce plan."))


@router.get("/campaigns/{campaign_id}/planning/pins/check", response_class=HTMLResponse)
def check_pins(
    request: Request, session: Db, campaign: HrCampaign, asked: Annotated[PinCheckForm, Query()]
) -> Response:
    """Embedded where rules are typed: which pinned pairs they would contradict."""
    told = clashes.with_rules(session, campaign, asked.model_dump(exclude_none=True), clock.today())
    return render(request, "planning/_clashes.html", campaign_id=campaign.id, clashes=told)


@router.post("/campaigns/{campaign_id}/planning/pins")
def pin(session: Db, actor: Asking, campaign: HrCampaign, sent: Submitted) -> Response:
    """Keep a pair of the plan shown."""
    assert campaign.id is not None
    pair = _pair(sent)
    found = queries.finished_runs(session, campaign.id, limit=1)
    if not found:
        raise NothingToPublish
    both = {pair.one, pair.other}
    legs = [leg for leg in runs.legs_of(*runs.load(session, found[0])) if {leg[0], leg[1]} == both]
    pins.pin_pair(session, campaign, legs, actor, clock.now())
    return redirect(
        _back(campaign, pair), say=_("Cette paire est épinglée : chaque nouveau calcul la garde.")
    )


@router.post("/campaigns/{campaign_id}/planning/pins/removal")
def unpin(session: Db, actor: Asking, campaign: HrCampaign, sent: Submitted) -> Response:
    """Let the solver decide again about a pair."""
    pair = _pair(sent)
    pins.unpin_pair(session, campaign, pair.one, pair.other, actor, clock.now())
    return redirect(_back(campaign, pair), say=_("Cette paire n’est plus épinglée."))


@router.post("/campaigns/{campaign_id}/planning/forbidden-pairs")
def forbid(session: Db, actor: Asking, campaign: HrCampaign, sent: Submitted) -> Response:
    """Keep two people apart."""
    pair = _pair(sent)
    pins.forbid_pair(session, campaign, pair.one, pair.other, actor, clock.now())
    return redirect(
        _back(campaign, pair), say=_("Ces deux personnes ne seront plus mises ensemble. Recalculez le plan.")
    )


@router.post("/campaigns/{campaign_id}/planning/forbidden-pairs/removal")
def allow(session: Db, actor: Asking, campaign: HrCampaign, sent: Submitted) -> Response:
    """Let two people be put together again."""
    pair = _pair(sent)
    pins.check_plannable(session, campaign)
    availability.allow_pair(session, campaign, pair.one, pair.other, actor=actor, now=clock.now())
    return redirect(
        _back(campaign, pair), say=_("Ces deux personnes peuvent de nouveau être mises ensemble.")
    )


@router.post("/campaigns/{campaign_id}/planning/once-more")
def allow_once_more(session: Db, actor: Asking, campaign: HrCampaign, sent: Submitted) -> Response:
    """Somebody whom HR asked may take part once more than the others."""
    asked = bind(OnceMoreForm, sent).required()
    name = once_more.allow(session, campaign, asked.person, asked.most, actor, clock.now())
    words = _("%(name)s peut maintenant participer %(n)s fois. Recalculez le plan.")
    return redirect(_back(campaign, asked), say=words % {"name": name, "n": asked.most})


@router.post("/campaigns/{campaign_id}/planning/once-more/removal")
def withdraw_once_more(session: Db, actor: Asking, campaign: HrCampaign, sent: Submitted) -> Response:
    """The campaign's number counts for somebody again."""
    asked = bind(OnceMoreForm, sent).required()
    once_more.withdraw(session, campaign, asked.person, actor, clock.now())
    return redirect(_back(campaign, asked), say=_("C’est retiré. Recalculez le plan."))


@router.get("/campaigns/{campaign_id}/planning/publication", response_class=HTMLResponse)
def ask_publication(request: Request, session: Db, campaign: HrCampaign) -> Response:
    """What publishing does, before it is done."""
    assert campaign.id is not None
    found = queries.finished_runs(session, campaign.id, limit=1)
    if not found:
        raise NothingToPublish
    if found[0].published_at is not None:
        return redirect(f"/campaigns/{campaign.id}/visits")
    publishing.check_enrolment_closed(campaign)
    told = publishing.announcement(session, campaign, found[0], clock.today())
    return render(request, "planning/publication.html", campaign=campaign, run=found[0], told=told)


@router.post("/campaigns/{campaign_id}/planning/publication")
def publish(request: Request, session: Db, actor: Asking, campaign: HrCampaign, sent: Submitted) -> Response:
    """Turn the plan into visits and tell everybody."""
    form = bind(PublicationForm, sent)
    if form.value is None:
        raise NothingToPublish
    run = queries.find_run(session, form.value.run)
    now, today = clock.now(), clock.today()
    try:
        done = publishing.publish(
            session, campaign, run, actor, version=form.value.version, now=now, today=today
        )
    except NoLongerHolds:
        told = publishing.announcement(session, campaign, run, today)
        return render(request, "planning/publication.html", status=409, campaign=campaign, run=run, told=told)
    say = _("Le plan est publié. Chaque personne va recevoir son message.")
    return redirect(f"/campaigns/{campaign.id}/visits", say=say if done else _("Ce plan était déjà publié."))


def _pair(sent: FormData) -> PairForm:
    form = bind(PairForm, sent)
    if form.value is None:
        raise NotThisPair
    return form.value


def _back(campaign: Campaign, form: PairForm | OnceMoreForm) -> str:
    """The page and the place on it from which the form was sent; else that of HR's choices."""
    here = f"/campaigns/{campaign.id}/planning"
    back = local_path(form.back, f"{here}/pairs")
    return back if back.startswith(here) else f"{here}/pairs"
