"""HR's pages: how a campaign books, and what is booked."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from app.booking import at_once, fallen, inviting, offering, queries, views
from app.booking.errors import BookingsStand
from app.booking.guards import ForRequest
from app.booking.schemas import OpeningForm, RequestsFilter, TermsForm
from app.booking.stands import stands_of
from app.booking.tables import Approval, RequestStatus, Silence
from app.booking.words import booking_labels, status_words, terms_in_words
from app.campaigns.bookable import takes_bookings
from app.campaigns.errors import ImpossibleStep, NotReady, TermsRefused
from app.campaigns.guards import Asking, HrCampaign
from app.campaigns.invited import invited_counts, invited_without_email
from app.campaigns.lifecycle import is_booked_openly, refusals
from app.campaigns.schemas import Section
from app.campaigns.service import take_step as take_campaign_step
from app.campaigns.showing import BOOKING, progress
from app.campaigns.tables import Campaign, Status
from app.core import clock
from app.core.db import Db
from app.core.errors import Stale
from app.core.forms import Bound, Submitted, bind, blank
from app.core.i18n import _
from app.core.templating import redirect, render
from app.visits.rules import reason_labels as reason_labels_of_visits

router = APIRouter(include_in_schema=False)

TERMS = ("approval", "max_per_person", "notice_days", "answer_days", "silence", "accept_hours")


PAGE = 20
"""Requests of one page."""


@router.get("/campaigns/{campaign_id}/booking", response_class=HTMLResponse)
def show(
    request: Request, session: Db, campaign: HrCampaign, asked: Annotated[RequestsFilter, Query()]
) -> Response:
    """How the campaign books, what teams offer, who asked for what."""
    context = _context(session, campaign)
    found = views.requests_matching(context["requests"], asked)
    shown = found[(asked.page - 1) * PAGE : asked.page * PAGE]
    instead = [one.instead for one in context["fallen"] if one.instead is not None]
    return render(
        request,
        "booking/campaign.html",
        **context,
        found=shown,
        stands=stands_of(session, [*shown, *instead]),
        found_total=len(found),
        pages=-(-len(found) // PAGE) or 1,
        asked=asked,
        statuses=[(one.value, status_words(one)) for one in RequestStatus],
    )


@router.get("/people/{person_id}/booking/requests/{request_id}", response_class=HTMLResponse)
def show_request(request: Request, session: Db, opened: ForRequest) -> Response:
    """A request as HR reads it: who, where, since when, what became of it."""
    return render(
        request,
        "booking/request_hr.html",
        seen=opened.seen,
        asked=opened.seen.request,
        hours=views.hours_words,
        stands=stands_of(session, [opened.seen])[opened.seen.request.id or 0],
    )


@router.get("/campaigns/{campaign_id}/booking/summary", response_class=HTMLResponse)
def summary(request: Request, session: Db, campaign: HrCampaign) -> Response:
    """The same in a few lines, embedded in the campaign's page."""
    return render(request, "booking/_summary.html", **_context(session, campaign))


@router.get("/campaigns/{campaign_id}/booking/terms", response_class=HTMLResponse)
def terms(request: Request, session: Db, campaign: HrCampaign) -> Response:
    """How the campaign books, embedded where it is read again before it opens."""
    found = terms_in_words(campaign.booking, queries.rules_of(session, campaign.id or 0))
    return render(request, "booking/_terms.html", campaign=campaign, terms=found)


def _context(session: Db, campaign: Campaign) -> dict[str, Any]:
    assert campaign.id is not None
    requests = queries.requests_of_campaign(session, campaign.id)
    places = queries.places_of_campaign(session, campaign.id)
    return {
        "campaign": campaign,
        "terms": terms_in_words(campaign.booking, queries.rules_of(session, campaign.id)),
        "requests": requests,
        "counts": views.summary(requests),
        "places": places,
        "offered": sum(one.place.per_day * len(one.offered) for one in places),
        "fallen": fallen.fallen_of(session, campaign.id),
        "without": {
            visit_id
            for _campaign, visit_id in fallen.without_another(
                session, today=clock.today(), campaign_id=campaign.id
            )
        },
        "cancel_reasons": reason_labels_of_visits(),
        "taken": sum(day.taken for one in places for day in one.days),
        "hours": views.hours_words,
        "open_now": takes_bookings(campaign),
        "today": clock.today(),
        "uninvited": inviting.nobody_invited(session, campaign),
    }


@router.get("/campaigns/{campaign_id}/booking/edit", response_class=HTMLResponse)
def edit(request: Request, session: Db, campaign: HrCampaign) -> Response:
    """The rules of booking as they stand."""
    terms = queries.rules_of(session, campaign.id or 0)
    form = blank(
        booking=campaign.booking, version=campaign.version, **{name: getattr(terms, name) for name in TERMS}
    )
    return _page(request, session, campaign, form)


@router.post("/campaigns/{campaign_id}/booking")
def save(request: Request, session: Db, campaign: HrCampaign, actor: Asking, sent: Submitted) -> Response:
    """Save them, on the version that was read."""
    form = bind(TermsForm, sent)
    if form.value is None:
        return _page(request, session, campaign, form, status=422)
    value = form.value
    try:
        offering.set_terms(
            session,
            campaign,
            value.booking,
            {name: getattr(value, name) for name in TERMS},
            version=value.version,
            actor=actor,
            now=clock.now(),
            today=clock.today(),
        )
    except BookingsStand as stands:
        form.refuse("booking", stands.message())
        return _page(request, session, campaign, form, status=409)
    except TermsRefused as refused:
        for name, sentence in refused.faults.items():
            form.refuse(name, sentence)
        return _page(request, session, campaign, form, status=422)
    except Stale as stale:
        session.refresh(campaign)
        form.refuse("", stale.message())
        form.raw["version"] = campaign.version
        return _page(request, session, campaign, form, status=409)
    if campaign.status == Status.DRAFT and is_booked_openly(campaign) and value.then == "next":
        return redirect(f"/campaigns/{campaign.id}/edit/{Section.CHECKLIST}")
    return redirect(f"/campaigns/{campaign.id}/booking", say=_("C’est enregistré."))


@router.get("/campaigns/{campaign_id}/booking/opening", response_class=HTMLResponse)
def ask_opening(request: Request, session: Db, campaign: HrCampaign) -> Response:
    """Say what opening will do: with no place offered, that nobody is invited yet."""
    if not (is_booked_openly(campaign) and campaign.status == Status.DRAFT):
        raise ImpossibleStep(campaign.status, Status.OPEN)
    missing = refusals(session, campaign, Status.OPEN, clock.today())
    return _opening_page(request, session, campaign, missing)


@router.post("/campaigns/{campaign_id}/booking/opening")
def open_booking(
    request: Request, session: Db, campaign: HrCampaign, actor: Asking, sent: Submitted
) -> Response:
    """Open on the version that was read; invitations leave when places are offered."""
    form = bind(OpeningForm, sent)
    if form.value is None or not is_booked_openly(campaign):
        raise Stale
    offered = queries.days_offered(session, campaign.id or 0, clock.today())
    try:
        take_campaign_step(
            session,
            campaign,
            Status.OPEN,
            version=form.value.version,
            actor=actor,
            now=clock.now(),
            today=clock.today(),
        )
    except NotReady as refused:
        return _opening_page(request, session, campaign, refused.reasons, status=422)
    if offered:
        return redirect(
            f"/campaigns/{campaign.id}", say=_("Les réservations sont ouvertes. Les invitations partent.")
        )
    say = _("Les réservations sont ouvertes. Personne n’est encore invité : aucune place n’est proposée.")
    return redirect(f"/campaigns/{campaign.id}/booking", say=say, kind="warn")


@router.post("/campaigns/{campaign_id}/booking/invitations")
def invite(session: Db, campaign: HrCampaign, actor: Asking) -> Response:
    """Invite those whom the opening could not invite yet; nobody twice."""
    asked = inviting.ask_for(session, campaign, actor=actor, now=clock.now(), today=clock.today())
    say = (
        _("Les invitations partent.") if asked else _("Aucune place n’est proposée : personne n’est invité.")
    )
    return redirect(f"/campaigns/{campaign.id}/booking", say=say, kind="good" if asked else "warn")


def _opening_page(
    request: Request, session: Db, campaign: Campaign, missing: list[str], *, status: int = 200
) -> Response:
    on_paper = invited_without_email(session, campaign)
    return render(
        request,
        "booking/opening.html",
        status=status,
        campaign=campaign,
        missing=missing,
        offered=queries.days_offered(session, campaign.id or 0, clock.today()),
        on_paper=on_paper,
        by_mail=invited_counts(session, campaign).total - on_paper,
    )


def _page(
    request: Request, session: Db, campaign: Campaign, form: Bound[Any], *, status: int = 200
) -> Response:
    return render(
        request,
        "booking/terms.html",
        status=status,
        campaign=campaign,
        form=form,
        bookings=booking_labels(),
        approvals=Approval,
        silences=Silence,
        guided=campaign.status == Status.DRAFT and is_booked_openly(campaign),
        waiting=len(at_once.unanswered(session, campaign.id or 0)),
        progress=progress(campaign, BOOKING) if is_booked_openly(campaign) else [],
    )
