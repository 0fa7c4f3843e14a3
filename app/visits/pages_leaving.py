"""Pages for pausing or leaving a campaign: what falls is shown first."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from app.accounts.guards import Asking
from app.availability import leaving as participation
from app.availability.errors import PauseImpossible
from app.availability.going import pause_kept
from app.availability.guards import OwnEnrolment
from app.availability.queries import Enrolling, is_changeable
from app.availability.service import When
from app.campaigns.bookable import takes_bookings
from app.core import clock
from app.core.again import once
from app.core.db import Db
from app.core.forms import Bound, Submitted, bind, blank
from app.core.i18n import _, ngettext
from app.core.templating import redirect, render
from app.visits import leaving
from app.visits.errors import FallsOtherwise
from app.visits.schemas_leaving import LeaveForm, PauseForm, ResumeForm

router = APIRouter()


@router.get("/campaigns/{campaign_id}/departure", response_class=HTMLResponse)
def ask_departure(request: Request, session: Db, enrolling: OwnEnrolment) -> Response:
    """What falls when I take part no more, and who is told."""
    return _show_departure(request, session, enrolling)


def _show_departure(
    request: Request, session: Session, enrolling: Enrolling, changed: FallsOtherwise | None = None
) -> Response:
    today = clock.today()
    found = leaving.consequences(session, enrolling.person, enrolling.campaign.id, today)
    return render(
        request,
        "visits/departure.html",
        status=changed.status if changed else 200,
        changed=changed,
        enrolling=enrolling,
        campaign=enrolling.campaign,
        takes_part=participation.may_pause(enrolling) or bool(found.falling or found.requests),
        may_come_back=participation.may_come_back(enrolling, today),
        pause=pause_kept(enrolling, today),
        is_reversible=participation.is_reversible(enrolling, today),
        is_changeable=is_changeable(enrolling.campaign, today),
        found=found,
        today=today,
        form=blank(),
    )


@router.post("/campaigns/{campaign_id}/departure")
def leave(request: Request, session: Db, actor: Asking, enrolling: OwnEnrolment, sent: Submitted) -> Response:
    """Take part no more."""
    value = bind(LeaveForm, sent).required()
    when = When(clock.today(), clock.now())
    try:
        fell = leaving.leave_campaign(
            session,
            enrolling,
            actor,
            version=value.version,
            when=when,
            words=value.words,
            shown=value.shown,
        )
    except FallsOtherwise as changed:
        return _show_departure(request, session, enrolling, changed)
    return redirect("/visits", say=_gone(fell, _("Vous ne participez plus.")))


@router.post("/campaigns/{campaign_id}/participation")
def come_back(session: Db, actor: Asking, enrolling: OwnEnrolment, sent: Submitted) -> Response:
    """Who left takes part again: on their own days, or where places can be booked."""
    version, when = bind(ResumeForm, sent).required().version, When(clock.today(), clock.now())
    with once(lambda: participation.is_back(session, enrolling, version)):
        participation.come_back(session, enrolling, actor, version=version, when=when)
    to, say = (
        "/visits",
        _(
            "Vous participez de nouveau, avec vos jours à venir et vos vœux. Les journées annulées le "
            "restent : vos RH peuvent en chercher d’autres."
        ),
    )
    if takes_bookings(enrolling.campaign):
        to = f"/booking?campaign={enrolling.campaign.id}"
        say = _("Vous participez de nouveau : choisissez une place.")
    return redirect(to, say=f"{say} {pause_kept(enrolling, when.today)}".rstrip())


@router.get("/campaigns/{campaign_id}/pause", response_class=HTMLResponse)
def ask_pause(
    request: Request,
    session: Db,
    enrolling: OwnEnrolment,
    first: Annotated[str, Query()] = "",
    last: Annotated[str, Query()] = "",
) -> Response:
    """From when to when, then what falls in between, before anything is done."""
    return _show_pause(request, session, enrolling, blank(first=first, last=last))


@router.post("/campaigns/{campaign_id}/pause")
def pause(request: Request, session: Db, actor: Asking, enrolling: OwnEnrolment, sent: Submitted) -> Response:
    """Nothing between two days."""
    form = bind(PauseForm, sent)
    if form.value is None:
        return _show_pause(request, session, enrolling, form, status=422)
    value, when, fell = form.value, When(clock.today(), clock.now()), 0
    span = (value.first, value.last)
    try:
        with once(lambda: participation.is_paused(session, enrolling, span, value.version)):
            fell = leaving.pause_campaign(
                session,
                enrolling,
                value.first,
                value.last,
                actor,
                version=value.version,
                when=when,
                words=value.words,
                shown=value.shown,
            )
    except FallsOtherwise as changed:
        return _show_pause(request, session, enrolling, form, status=changed.status, changed=changed)
    except PauseImpossible as refused:
        form.refuse("last", refused.message())
        return _show_pause(request, session, enrolling, form, status=422)
    return redirect("/visits", say=_gone(fell, _("Votre pause est notée.")))


@router.post("/campaigns/{campaign_id}/resumption")
def resume(session: Db, enrolling: OwnEnrolment, sent: Submitted) -> Response:
    """The pause is over."""
    version = bind(ResumeForm, sent).required().version
    with once(lambda: participation.is_paused(session, enrolling, (None, None), version)):
        participation.resume(session, enrolling, version=version)
    say = _(
        "Votre pause est terminée : vous pouvez de nouveau être planifié. Les journées annulées pour elle le "
        "restent."
    )
    return redirect(f"/campaigns/{enrolling.campaign.id}/pause", say=say)


def _show_pause(
    request: Request,
    session: Session,
    enrolling: Enrolling,
    form: Bound[Any],
    status: int = 200,
    changed: FallsOtherwise | None = None,
) -> Response:
    first, last = _day(form.get("first")), _day(form.get("last"))
    found = None
    try:
        if first is not None and last is not None:
            participation.check_pause(first, last, clock.today())
            found = leaving.consequences(session, enrolling.person, enrolling.campaign.id, first, last)
        elif first or last:
            raise PauseImpossible
    except PauseImpossible as refused:
        if not form.errors:
            form.refuse("last", refused.message())
    return render(
        request,
        "visits/pause.html",
        status=status,
        enrolling=enrolling,
        campaign=enrolling.campaign,
        takes_part=participation.may_pause(enrolling),
        may_come_back=participation.may_come_back(enrolling, clock.today()),
        pause=pause_kept(enrolling, clock.today()),
        first=first,
        last=last,
        found=found,
        changed=changed,
        today=clock.today(),
        form=form,
    )


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _gone(fell: int, lead: str) -> str:
    if not fell:
        return lead
    told = ngettext(
        "%(n)s journée est annulée, les personnes concernées sont prévenues.",
        "%(n)s journées sont annulées, les personnes concernées sont prévenues.",
        fell,
    ) % {"n": fell}
    return f"{lead} {told}"
