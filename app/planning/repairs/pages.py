"""HR's pages of repairs: what fell, the proposals side by side, one button to accept."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from app.accounts.guards import Asking
from app.campaigns.guards import HrCampaign
from app.campaigns.tables import Booking, Campaign
from app.core import clock
from app.core.again import once
from app.core.db import Db
from app.core.forms import Submitted, bind
from app.core.i18n import _, ngettext
from app.core.templating import redirect, render
from app.planning.repairs import due, needs, opening, queries, ruling, service, showing, words
from app.planning.repairs.errors import NoDayLeft
from app.planning.repairs.schemas import AcceptanceForm, DismissalForm, RulesForm
from app.planning.tables import COMPUTING, PENDING, RepairStatus
from app.visits.rules import leaves_days

router = APIRouter()

REPAIRS = "/campaigns/{campaign_id}/repairs"
ONE = REPAIRS + "/{repair_id}"


@router.get(REPAIRS, response_class=HTMLResponse)
def show_list(request: Request, session: Db, campaign: HrCampaign) -> Response:
    """What waits for a decision, what was repaired, who accepts. Booked days are followed among bookings."""
    if campaign.booking == Booking.OPEN:
        return redirect(f"/campaigns/{campaign.id}/booking")
    return render(request, "repairs/list.html", **_context(session, campaign))


@router.get(REPAIRS + "/summary", response_class=HTMLResponse)
def summary(request: Request, session: Db, campaign: HrCampaign) -> Response:
    """The same in two lines, embedded in the campaign's page."""
    return render(request, "repairs/_summary.html", **_context(session, campaign))


def _context(session: Session, campaign: Campaign) -> dict[str, Any]:
    assert campaign.id is not None
    today = clock.today()
    late = due.late(session, today, campaign.id)
    late_ids = {one.id for one in late}
    known = needs.by_the_clock(session, queries.repairs_of(session, campaign.id), today)
    shown = {one.id for one in known}
    missing = [one for one in late if one.id not in shown]
    left: dict[int, list[int]] = {}
    for one, visit in due.left_open(session, today, campaign.id):
        left.setdefault(one.id or 0, []).append(visit.id or 0)
    rows = showing.listed(session, [*known, *missing], late_ids, left)
    contrary = queries.in_conflict(session, campaign.id, today)
    over = [one for one in rows if one.repair.status not in PENDING and one.repair.id not in late_ids]
    return {
        "campaign": campaign,
        "waiting": [one for one in rows if one.repair.status in PENDING or one.repair.id in late_ids],
        "done": [one for one in over if not one.newer],
        "taken": [one for one in over if one.newer],
        "left": sum(len(ids) for ids in left.values()),
        "unreplaced": sum(
            one.visits
            for one in over
            if not one.newer
            and one.repair.message == words.NO_DAY
            and one.repair.status is RepairStatus.SETTLED
        ),
        "contrary": contrary,
        "rules": queries.rules_of(session, campaign.id),
        "repaired_now": (repaired := queries.is_repaired(campaign)),
        "no_day": NoDayLeft(len(contrary)).message() if repaired and not leaves_days(campaign, today) else "",
    }


@router.post(REPAIRS)
def repair_conflicts(session: Db, actor: Asking, campaign: HrCampaign) -> Response:
    """Look for other days for what rosters contradict and no repair is about."""
    made = opening.repair_conflicts(session, campaign, actor, clock.now(), clock.today())
    return redirect(f"/campaigns/{campaign.id}/repairs/{made.id}")


@router.post(REPAIRS + "/rules")
def set_rules(session: Db, actor: Asking, campaign: HrCampaign, sent: Submitted) -> Response:
    """Say who accepts repairs."""
    form = bind(RulesForm, sent).required()
    ruling.set_rules(session, campaign, actor, clock.now(), automatic=form.automatic, version=form.version)
    return redirect(f"/campaigns/{campaign.id}/repairs", say=_("C’est enregistré."))


@router.get(ONE, response_class=HTMLResponse)
def show(request: Request, session: Db, campaign: HrCampaign, repair_id: int) -> Response:
    """What fell and the proposals, or how far the search is."""
    repair = queries.find(session, campaign.id or 0, repair_id)
    [repair] = needs.by_the_clock(session, [repair], clock.today())
    return render(request, "repairs/show.html", **showing.page_of(session, campaign, repair))


@router.get(ONE + "/progress", response_class=HTMLResponse)
def progress(request: Request, session: Db, campaign: HrCampaign, repair_id: int) -> Response:
    """How far the search is; once it is over, the page is asked for anew."""
    repair = queries.find(session, campaign.id or 0, repair_id)
    if repair.status not in COMPUTING:
        here = f"/campaigns/{campaign.id}/repairs/{repair.id}"
        return Response(status_code=204, headers={"HX-Redirect": here})
    return render(
        request,
        "repairs/_progress.html",
        campaign=campaign,
        repair=repair,
        progress=showing.progress_of(repair),
    )


@router.post(ONE + "/acceptance")
def accept(session: Db, actor: Asking, campaign: HrCampaign, repair_id: int, sent: Submitted) -> Response:
    """Do what a proposal says; those concerned are asked to confirm. Where it holds no more, look again."""
    repair = queries.find(session, campaign.id or 0, repair_id)
    form = bind(AcceptanceForm, sent).required()
    here = f"/campaigns/{campaign.id}/repairs/{repair.id}"
    now, today, done = clock.now(), clock.today(), repair
    with once(lambda: service.is_own(repair, RepairStatus.ACCEPTED, actor, form.kind)):
        done = service.accept_or_search(
            session, campaign, repair, form.kind, actor, now, today, computed_at=form.computed_at
        )
    if done.status is not RepairStatus.ACCEPTED:
        say = _("Quelque chose a changé depuis : rien n’a été modifié. Nous cherchons de nouveau.")
        if done.status is RepairStatus.READY:
            say = _(
                "Quelque chose a changé depuis : rien n’a été modifié. Voici ce qui a été trouvé ensuite."
            )
        return redirect(f"/campaigns/{campaign.id}/repairs/{done.id}", say=say)
    return redirect(here, say=_("C’est fait. Les personnes concernées reçoivent un message et confirment."))


@router.get(ONE + "/dismissal", response_class=HTMLResponse)
def ask_dismissal(request: Request, session: Db, campaign: HrCampaign, repair_id: int) -> Response:
    """What cancelling without another day would do, counted, before it is done."""
    repair = queries.find(session, campaign.id or 0, repair_id)
    standing = queries.impossible_visits(session, repair)
    if repair.status not in service.DISMISSIBLE or not standing:
        return redirect(f"/campaigns/{campaign.id}/repairs/{repair.id}")
    people = {one for visit in standing for one in (visit.visitor_id, visit.host_id)}
    return render(
        request,
        "repairs/dismissal.html",
        campaign=campaign,
        repair=repair,
        visits=len(standing),
        people=len(people),
    )


@router.post(ONE + "/dismissal")
def dismiss(session: Db, actor: Asking, campaign: HrCampaign, repair_id: int, sent: Submitted) -> Response:
    """Take none of the proposals."""
    repair = queries.find(session, campaign.id or 0, repair_id)
    form = bind(DismissalForm, sent).required()

    def is_again() -> bool:
        same = form.cancel_visits is (service.ended_with(session, repair) > 0)
        return same and service.is_own(repair, RepairStatus.DISMISSED, actor)

    with once(is_again):
        service.dismiss(session, repair, actor, clock.now(), clock.today(), cancel_visits=form.cancel_visits)
    done = service.ended_with(session, repair)
    say = ngettext(
        "%(n)s journée est annulée, les personnes sont prévenues.",
        "%(n)s journées sont annulées, les personnes sont prévenues.",
        done,
    ) % {"n": done}
    here = f"/campaigns/{campaign.id}/repairs"
    if done:
        return redirect(here, say=say)
    stays = words.stays_words(repair, len(queries.impossible_visits(session, repair)))
    say = _("Rien n’a changé : la réparation est écartée.")
    return redirect(here, say=f"{say} {stays}".strip(), kind="warn" if stays else "good")


@router.post(ONE + "/cancellation")
def stop(session: Db, actor: Asking, campaign: HrCampaign, repair_id: int) -> Response:
    """Stop looking."""
    repair = queries.find(session, campaign.id or 0, repair_id)
    service.stop(session, repair, actor, clock.now())
    here = f"/campaigns/{campaign.id}/repairs/{repair.id}"
    stopped = repair.status is RepairStatus.CANCELLED
    return redirect(here, say=_("La recherche est arrêtée.") if stopped else _("La recherche s’arrête."))


@router.post(ONE + "/repetition")
def search_again(session: Db, actor: Asking, campaign: HrCampaign, repair_id: int) -> Response:
    """Look for new proposals for the same visits."""
    repair = queries.find(session, campaign.id or 0, repair_id)
    made = opening.search_again(session, campaign, repair, actor, clock.now(), clock.today())
    here = f"/campaigns/{campaign.id}/repairs/{made.id}"
    if made.status is not RepairStatus.SETTLED:
        return redirect(here)
    return redirect(here, say=_("Rien n’est plus à chercher ici."), kind="warn")
