"""HR's pages about visits: agreements between companies, a day moved at once."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from app.accounts.guards import Asking
from app.campaigns.guards import HrCampaign
from app.core import clock
from app.core.db import Db
from app.core.forms import Bound, Submitted, bind, blank
from app.core.i18n import _, ngettext
from app.core.templating import redirect, render
from app.messages import queries as mails
from app.visits import agreements as stored
from app.visits import confirming, moving, showing
from app.visits.errors import AgreementChanged, AgreementOfOthers, DayNotPossible
from app.visits.guards import Entered, ForHr
from app.visits.history import Hand
from app.visits.lifecycle import refusal
from app.visits.rules import WARNED, Settled
from app.visits.schemas import MoveForm
from app.visits.schemas_agreements import AgreementsForm, AgreementWithdrawalForm
from app.visits.tables import By, ChangeKind

router = APIRouter()


@router.get("/campaigns/{campaign_id}/agreements", response_class=HTMLResponse)
def agreements(request: Request, session: Db, campaign: HrCampaign) -> Response:
    """Visits of two companies that wait for their agreement, and those lived without one."""
    return _show_agreements(request, session, campaign, None)


@router.get("/campaigns/{campaign_id}/agreements/summary", response_class=HTMLResponse)
def agreements_summary(request: Request, session: Db, campaign: HrCampaign) -> Response:
    """How many wait, or were lived without, embedded in the campaign's page; nothing when none does."""
    assert campaign.id is not None
    due = len(stored.waiting(session, campaign.id, clock.today()))
    passed = stored.lived_without(session, campaign.id, clock.today())
    lived = sum(seen.visit.left_without_at is None for seen in passed)
    return render(request, "visits/_agreements_summary.html", campaign=campaign, due=due, lived=lived)


@router.post("/campaigns/{campaign_id}/agreements")
def record_agreements(
    request: Request, session: Db, campaign: HrCampaign, actor: Asking, sent: Submitted
) -> Response:
    """The companies agreed on the chosen visits."""
    form, today = bind(AgreementsForm, sent), clock.today()
    if form.value is None:
        if not form.get("visit_ids"):
            form.errors["visit_ids"] = _("Cochez au moins une journée.")
        return _show_agreements(request, session, campaign, form, status=422)
    value = form.value
    if value.signed_on is not None and value.signed_on > today:
        form.refuse("signed_on", _("Cette date est à venir : une convention s’enregistre une fois signée."))
        return _show_agreements(request, session, campaign, form, status=422)
    assert campaign.id is not None
    hand = Hand(
        by=By.HR,
        actor=actor,
        now=clock.now(),
        words=showing.agreement_words(value.reference, value.signed_on),
    )
    try:
        done = confirming.settle_days(
            session, campaign.id, value.visit_ids, value.what, hand, today, value.companies
        )
    except AgreementOfOthers as changed:
        form.refuse("", changed.message())
        return _show_agreements(request, session, campaign, form, status=changed.status)
    say = _settled(value.what, done)
    here = f"/campaigns/{campaign.id}/agreements"
    if not done:
        nothing = ngettext(
            "Rien de nouveau n’est enregistré : cette journée n’attendait plus de convention.",
            "Rien de nouveau n’est enregistré : ces journées n’attendaient plus de convention.",
            len(set(value.visit_ids)),
        )
        return redirect(here, say=nothing, kind="warn")
    if late := len(set(value.visit_ids)) - done:
        late_words = ngettext(
            "%(n)s journée n’attendait plus de convention : elle a changé entre-temps.",
            "%(n)s journées n’attendaient plus de convention : elles ont changé entre-temps.",
            late,
        ) % {"n": late}
        return redirect(here, say=f"{say} {late_words}", kind="warn")
    return redirect(here, say=say)


def _settled(what: Settled, done: int) -> str:
    if what is Settled.NOT_HELD:
        say = ngettext(
            "Une journée n’a pas eu lieu, faute de convention : les deux personnes sont prévenues.",
            "%(n)s journées n’ont pas eu lieu, faute de convention : les personnes sont prévenues.",
            done,
        )
    elif what is Settled.LEFT:
        say = ngettext(
            "Une journée reste sans convention : l’historique le dit, et rien ne vous est plus demandé.",
            "%(n)s journées restent sans convention : l’historique le dit, et rien ne vous est plus demandé.",
            done,
        )
    else:
        say = ngettext(
            "La convention est enregistrée pour une journée : les deux personnes sont prévenues.",
            "La convention est enregistrée pour %(n)s journées : les personnes sont prévenues.",
            done,
        )
    return say % {"n": done}


def _show_agreements(
    request: Request, session: Session, campaign: Any, form: Bound[Any] | None, status: int = 200
) -> Response:
    waiting = stored.waiting(session, campaign.id, clock.today())
    passed = stored.lived_without(session, campaign.id, clock.today())
    lived = [seen for seen in passed if seen.visit.left_without_at is None]
    return render(
        request,
        "visits/agreements.html",
        status=status,
        campaign=campaign,
        visits=waiting,
        pairs=showing.by_companies(waiting),
        signed=showing.by_recording(stored.recorded(session, campaign.id, clock.today())),
        lived=showing.by_companies(lived),
        to_tell=next(iter(mails.urgent_letters(session, clock.today(), campaign.id)), None),
        left=[seen for seen in passed if seen.visit.left_without_at is not None],
        form=form or blank(),
        sent_for={int(one) for one in form.get("visit_ids", []) if str(one).isdigit()} if form else set(),
        today=clock.today(),
    )


@router.get("/campaigns/{campaign_id}/agreements/withdrawal/{visit_id}", response_class=HTMLResponse)
def ask_withdrawal(request: Request, session: Db, campaign: HrCampaign, visit_id: int) -> Response:
    """What taking back the agreement recorded with this visit changes."""
    assert campaign.id is not None
    found = showing.by_recording(stored.recorded(session, campaign.id, clock.today()))
    one = next((one for one in found if visit_id in {seen.visit.id for seen in one[1]}), None)
    if one is None:
        return redirect(
            f"/campaigns/{campaign.id}/agreements",
            say=_("Aucune convention n’est enregistrée pour cette journée."),
            kind="warn",
        )
    near = clock.today() + WARNED
    return render(
        request,
        "visits/agreement_withdrawal.html",
        campaign=campaign,
        pair=one[0],
        days=one[1],
        near=[seen for seen in one[1] if seen.visit.day <= near],
    )


@router.post("/campaigns/{campaign_id}/agreements/withdrawal")
def withdraw_agreement(
    request: Request, session: Db, campaign: HrCampaign, actor: Asking, sent: Submitted
) -> Response:
    """Take back the agreement that was shown, of the days that were."""
    assert campaign.id is not None
    value = bind(AgreementWithdrawalForm, sent).required()
    hand = Hand(by=By.HR, actor=actor, now=clock.now(), words=value.words)
    try:
        done = confirming.take_agreements_back(
            session, campaign.id, value.visit_ids, value.recorded_at, hand, clock.today()
        )
    except AgreementChanged as changed:
        form: Bound[Any] = blank()
        form.refuse("", changed.message())
        return _show_agreements(request, session, campaign, form, status=changed.status)
    say = ngettext(
        "La convention est retirée pour une journée : les personnes le lisent.",
        "La convention est retirée pour %(n)s journées : les personnes le lisent.",
        done,
    ) % {"n": done}
    kept = _("Rien n’a changé : aucune convention n’est enregistrée pour ces journées.")
    return redirect(f"/campaigns/{campaign.id}/agreements", say=say if done else kept)


@router.get("/visits/{visit_id}/move", response_class=HTMLResponse)
def ask_move(request: Request, session: Db, entered: ForHr) -> Response:
    """Good days for a visit, for HR to move it at once."""
    return _show_move(request, session, entered, None)


@router.post("/visits/{visit_id}/move")
def move(request: Request, session: Db, entered: ForHr, sent: Submitted) -> Response:
    """Move a visit; both are told and asked to confirm anew."""
    form = bind(MoveForm, sent)
    if form.value is None:
        return _show_move(request, session, entered, form, status=422)
    before, value = entered.situation(session, clock.today()), form.value
    try:
        with entered.once(session, ChangeKind.MOVED, day_after=value.day):
            moving.move(session, before, value.day, entered.hand(value.words), revision=value.revision)
    except DayNotPossible as refused:
        form.refuse("day", refused.message())
        return _show_move(request, session, entered, form, status=422)
    say = _("La journée est déplacée. Les deux personnes sont prévenues et confirment à nouveau.")
    return redirect(f"/visits/{before.visit.id}", say=say)


def _show_move(
    request: Request, session: Session, entered: Entered, form: Bound[Any] | None, status: int = 200
) -> Response:
    now = entered.situation(session, clock.today())
    why = refusal(ChangeKind.MOVED, now.asked)
    if why is not None:
        return redirect(f"/visits/{now.visit.id}", say=why.message(), kind="warn")
    days = moving.days_of(session, now)
    return render(
        request,
        "visits/move.html",
        status=status,
        seen=now.seen,
        other=now.other,
        days=days.possible(12, near=now.visit.day),
        first=days.first,
        possible=days,
        form=form or blank(),
    )
