"""Pages of the team that receives (hours, who is there, a visitor without conditions), and absences."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from app.core import clock
from app.core.db import Db
from app.core.forms import Bound, Submitted, bind, blank
from app.core.i18n import _
from app.core.templating import redirect, render
from app.visits import absences, confirming, hosting, showing
from app.visits.errors import HoursDoNotFit, HoursNotInOrder, NotOfTheTeam, TutorBusy
from app.visits.guards import Entered, Participant, Receiving, Taking
from app.visits.hosting import Hours
from app.visits.lifecycle import refusal
from app.visits.rules import PART_HOURS, part_labels
from app.visits.schemas import AnswerForm, HoursForm, TutorForm, WaiverForm
from app.visits.tables import ChangeKind

router = APIRouter()


@router.get("/visits/{visit_id}/hours", response_class=HTMLResponse)
def ask_hours(request: Request, session: Db, entered: Receiving) -> Response:
    """How much of the day, from when to when."""
    return _show_hours(request, session, entered, None)


@router.post("/visits/{visit_id}/hours")
def set_hours(request: Request, session: Db, entered: Receiving, sent: Submitted) -> Response:
    """Say how long the visit lasts."""
    form = bind(HoursForm, sent)
    if form.value is None:
        return _show_hours(request, session, entered, form, status=422)
    before, value = entered.situation(session, clock.today()), form.value
    own = (before.visit.starts_at, before.visit.ends_at)
    # Another part with the times that the page had filled in: nobody chose them for it.
    kept = value.part != before.visit.part and (value.starts_at, value.ends_at) == own
    hours = Hours(value.part) if kept else Hours(value.part, value.starts_at, value.ends_at)
    try:
        with entered.once(session, *([ChangeKind.HOURS] if hosting.lasts(before.visit, hours) else [])):
            hosting.set_hours(session, before, hours, entered.hand(), revision=value.revision)
    except (HoursNotInOrder, HoursDoNotFit) as refused:
        form.refuse("ends_at", refused.message())
        return _show_hours(request, session, entered, form, status=422)
    return redirect(f"/visits/{before.visit.id}", say=_("Les heures sont notées, les agendas suivent."))


def _show_hours(
    request: Request, session: Session, entered: Entered, form: Bound[Any] | None, status: int = 200
) -> Response:
    visit = entered.seen.visit
    away = _refused(session, entered, ChangeKind.HOURS)
    own = (visit.starts_at, visit.ends_at)
    is_usual = own == PART_HOURS[visit.part]  # left empty, so that another part brings its own hours
    starts, ends = ("", "") if is_usual else (one.strftime("%H:%M") for one in own)
    shown = form or blank(part=visit.part.value, starts_at=starts, ends_at=ends)
    return away or render(
        request,
        "visits/hours.html",
        status=status,
        seen=entered.seen,
        parts=part_labels(),
        usual=PART_HOURS,
        form=shown,
    )


@router.get("/visits/{visit_id}/tutor", response_class=HTMLResponse)
def ask_tutor(request: Request, session: Db, entered: Receiving) -> Response:
    """Which colleague of the team receives in the host's place."""
    return _show_tutor(request, session, entered, None)


@router.post("/visits/{visit_id}/tutor")
def set_tutor(request: Request, session: Db, entered: Receiving, sent: Submitted) -> Response:
    """Name who receives, or the host in person again."""
    form = bind(TutorForm, sent)
    if form.value is None:
        return _show_tutor(request, session, entered, form, status=422)
    before = entered.situation(session, clock.today())
    try:
        chosen = form.value.tutor_id
        kind = ChangeKind.RELEASED if chosen is None else ChangeKind.TUTOR
        with entered.once(session, kind, **({} if chosen is None else {"other_id": chosen})):
            hosting.set_tutor(session, before, chosen, entered.hand(), revision=form.value.revision)
    except (TutorBusy, NotOfTheTeam) as refused:
        form.refuse("tutor_id", refused.message())
        return _show_tutor(request, session, entered, form, status=422)
    say = _("C’est noté : les personnes concernées sont prévenues.")
    return redirect("/visits" if entered.by.value == "tutor" else f"/visits/{before.visit.id}", say=say)


def _show_tutor(
    request: Request, session: Session, entered: Entered, form: Bound[Any] | None, status: int = 200
) -> Response:
    seen = entered.seen
    away = _refused(session, entered, ChangeKind.TUTOR)
    return away or render(
        request,
        "visits/tutor.html",
        status=status,
        seen=seen,
        is_tutor=entered.by.value == "tutor",
        host_off=hosting.is_off(session, seen, seen.host),
        colleagues=hosting.tutors_for(session, seen),
        form=form or blank(tutor_id=seen.visit.tutor_id or ""),
    )


@router.get("/visits/{visit_id}/waiver", response_class=HTMLResponse)
def ask_waiver(request: Request, session: Db, entered: Receiving) -> Response:
    """Before somebody comes without what the team asks."""
    entered = entered.leading()
    now = entered.situation(session, clock.today())
    away = _refused(session, entered, ChangeKind.WAIVED)
    return away or render(
        request,
        "visits/waiver.html",
        seen=entered.seen,
        asks=now.asks,
        for_age=now.asked.too_young,
        form=blank(),
    )


@router.post("/visits/{visit_id}/waiver")
def waive(session: Db, entered: Receiving, sent: Submitted) -> Response:
    """The team asks nothing of this visitor: recorded."""
    value, entered = bind(WaiverForm, sent).required(), entered.leading()
    before = entered.situation(session, clock.today())
    with entered.once(session, ChangeKind.WAIVED):
        confirming.waive_conditions(session, before, entered.hand(value.words), revision=value.revision)
    return redirect(f"/visits/{before.visit.id}", say=_("C’est noté dans l’historique de la journée."))


@router.get("/visits/{visit_id}/absence", response_class=HTMLResponse)
def ask_absence(request: Request, session: Db, entered: Taking) -> Response:
    """Before saying that the other one did not come."""
    now = entered.situation(session, clock.today())
    away = _refused(session, entered, ChangeKind.ABSENT)
    return away or render(
        request, "visits/absence.html", seen=now.seen, colleague=showing.colleague(now), form=blank()
    )


@router.post("/visits/{visit_id}/absence")
def report(session: Db, entered: Taking, sent: Submitted) -> Response:
    """Say that the other one did not come."""
    words = bind(AnswerForm, sent).required().words
    before = entered.situation(session, clock.today())
    with entered.once(session, ChangeKind.ABSENT):
        absences.report(session, before, entered.hand(words))
    return redirect(f"/visits/{before.visit.id}", say=_("C’est noté. Votre collègue peut répondre."))


@router.get("/visits/{visit_id}/absence/contestation", response_class=HTMLResponse)
def ask_contestation(request: Request, session: Db, entered: Taking) -> Response:
    """Before saying that one was there."""
    now = entered.situation(session, clock.today())
    away = _refused(session, entered, ChangeKind.CONTESTED)
    if now.visit.not_held_by is not None:
        return redirect(f"/visits/{now.visit.id}")  # one tap there says so
    return away or render(
        request, "visits/contestation.html", seen=now.seen, colleague=showing.colleague(now), form=blank()
    )


@router.post("/visits/{visit_id}/absence/contestation")
def contest(session: Db, entered: Taking, sent: Submitted) -> Response:
    """Say that one was there after all."""
    words = bind(AnswerForm, sent).required().words
    before = entered.situation(session, clock.today())
    with entered.once(session, ChangeKind.CONTESTED):
        absences.contest(session, before, entered.hand(words))
    return redirect(f"/visits/{before.visit.id}", say=_("C’est noté : vos RH lisent les deux versions."))


@router.post("/visits/{visit_id}/not-held")
def say_not_held(session: Db, entered: Participant) -> Response:
    """Say that the day did not take place since its agreement was missing."""
    before = entered.situation(session, clock.today())
    with entered.once(session, ChangeKind.NOT_HELD):
        absences.say_not_held(session, before, entered.hand())
    say = (
        _("C’est noté. Quelqu’un dit que la journée a eu lieu : vos RH lisent les deux versions.")
        if before.visit.disputed_at is not None
        else _("C’est noté : cette journée n’a pas eu lieu. Personne n’est en cause.")
    )
    return redirect(f"/visits/{before.visit.id}", say=say)


@router.post("/visits/{visit_id}/held")
def say_held(session: Db, entered: Taking) -> Response:
    """Say that the day took place though its agreement was missing, on the way to one's debrief."""
    before = entered.situation(session, clock.today())
    absences.say_held(session, before, entered.hand())
    return redirect(f"/debriefs/{before.visit.id}", say=_("C’est noté : elle a eu lieu."))


@router.post("/visits/{visit_id}/absence/withdrawal")
def take_back(session: Db, entered: Participant) -> Response:
    """Take back what one said of the day."""
    before = entered.situation(session, clock.today())
    with entered.once(session, ChangeKind.TAKEN_BACK):
        absences.take_back(session, before, entered.hand())
    after = entered.situation(session, clock.today())
    if after.reports:
        say = _("C’est retiré, et dit à l’autre personne. Ce qu’elle a dit de la journée reste.")
    else:
        say = _("C’est retiré, et dit à l’autre personne. La journée compte de nouveau comme passée.")
    return redirect(f"/visits/{before.visit.id}", say=say)


def _refused(session: Session, entered: Entered, kind: ChangeKind) -> Response | None:
    """Back to the visit with the reason, where the page would offer what cannot be done."""
    now = entered.situation(session, clock.today())
    why = refusal(kind, now.asked)
    if why is None:
        return None
    return redirect(f"/visits/{now.visit.id}", say=why.message(), kind="warn")
