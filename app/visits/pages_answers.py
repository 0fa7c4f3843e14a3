"""Pages for the two people of a visit: yes, no, another day. A link in a mail opens one, its button acts."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from app.availability.busy.taken import is_taken
from app.core import clock
from app.core.db import Db
from app.core.errors import Refusal, Stale
from app.core.forms import Bound, Submitted, bind, blank
from app.core.i18n import _
from app.core.templating import redirect, render
from app.visits import closing, confirming, moving, queries, rosters, showing, standing
from app.visits.errors import (
    AlreadyCancelled,
    ConditionsFirst,
    DayNotPossible,
    NothingProposed,
    RosterSaysOtherwise,
)
from app.visits.guards import Entered, Participant, Taking
from app.visits.lifecycle import allows, refusal
from app.visits.marks import closed_words, is_closed
from app.visits.rules import absence_stands, leaves_days, offered_reasons, stands
from app.visits.schemas import AnswerForm, CancellationForm, ChoiceForm, ConfirmationForm
from app.visits.tables import By, ChangeKind

router = APIRouter()
OVERTAKEN = (AlreadyCancelled, NothingProposed, Stale)
"""What a choice sent from an old page is answered, where another day took the place of the one that fell."""


@router.get("/visits/{visit_id}/confirmation", response_class=HTMLResponse)
def ask_confirmation(request: Request, session: Db, entered: Taking) -> Response:
    """The day in full, what the team asks of a visitor, one button to say yes."""
    now = entered.situation(session, clock.today())
    why = refusal(ChangeKind.CONFIRMED, now.asked)
    if why is not None and not isinstance(why, ConditionsFirst | RosterSaysOtherwise):
        return redirect(f"/visits/{now.visit.id}", say=why.message(), kind="warn")
    return _show_confirmation(request, session, entered, blank(revision=now.visit.revision))


@router.post("/visits/{visit_id}/confirmation")
def confirm(request: Request, session: Db, entered: Taking, sent: Submitted) -> Response:
    """Say yes to the day."""
    form = bind(ConfirmationForm, sent)
    value = form.required()
    before = entered.situation(session, clock.today())
    try:
        with entered.once(session, ChangeKind.CONFIRMED):
            confirming.confirm(
                session,
                before,
                entered.hand(),
                revision=value.revision,
                conditions_id=value.conditions,
            )
    except ConditionsFirst as refused:
        form.refuse("conditions", refused.message())
        return _show_confirmation(request, session, entered, form, status=refused.status)
    missing = standing.standing_of(session, queries.visit(session, before.visit.id or 0)).missing
    say = _("C’est confirmé. Merci !")
    if missing:
        still = standing.words(missing[0], to_visitor=entered.by is By.VISITOR)
        say = _("Votre oui est noté, merci ! Ce n’est pas encore certain. %(what)s") % {"what": still}
    return redirect(f"/visits/{before.visit.id}", say=say, kind="good")


def _show_confirmation(
    request: Request, session: Session, entered: Entered, form: Bound[Any], status: int = 200
) -> Response:
    now = entered.situation(session, clock.today())
    return render(
        request,
        "visits/confirmation.html",
        status=status,
        seen=now.seen,
        role=entered.by.value,
        off_then=now.asked.off_then,
        contradicted=now.asked.contradicted,
        no_day=now.asked.contradicted and not moving.finds_day(session, now.seen, now.today),
        taken=is_taken(session, entered.own_id, now.visit.day),
        roster_says=rosters.says(
            session, now.seen, now.today, receives=entered.receives, reader_id=entered.own_id
        ),
        first_step=now.against.first_step(receives=entered.receives) if now.against is not None else "",
        closed_since=closed_words(receives=entered.receives) if is_closed(session, now.seen) else "",
        asks=now.asks if now.asked.conditions_open and entered.by.value == "visitor" else None,
        form=form,
    )


@router.get("/visits/{visit_id}/refusal", response_class=HTMLResponse)
def ask_refusal(request: Request, session: Db, entered: Taking) -> Response:
    """Why not, in one tap; another day may do."""
    return _show_giving_up(request, session, entered, None, declined=True)


@router.post("/visits/{visit_id}/refusal")
def decline(request: Request, session: Db, entered: Taking, sent: Submitted) -> Response:
    """Say no to a day not confirmed yet."""
    return _give_up(request, session, entered, sent, declined=True)


@router.get("/visits/{visit_id}/cancellation", response_class=HTMLResponse)
def ask_cancellation(request: Request, session: Db, entered: Participant) -> Response:
    """What a cancellation will do, before it is done."""
    return _show_giving_up(request, session, entered, None, declined=False)


@router.post("/visits/{visit_id}/cancellation")
def cancel(request: Request, session: Db, entered: Participant, sent: Submitted) -> Response:
    """Cancel one visit, with a coded reason."""
    return _give_up(request, session, entered, sent, declined=False)


def _give_up(request: Request, session: Session, entered: Entered, sent: Any, *, declined: bool) -> Response:
    form = bind(CancellationForm, sent)
    if form.value is None:
        return _show_giving_up(request, session, entered, form, declined=declined, status=422)
    before = entered.situation(session, clock.today())
    kind = ChangeKind.DECLINED if declined else ChangeKind.CANCELLED
    with entered.once(session, kind, reason=form.value.reason):
        confirming.give_up(
            session,
            before,
            form.value.reason,
            entered.hand(form.value.words),
            revision=form.value.revision,
            declined=declined,
            leads_host=entered.leads_host,
        )
    shut = closing.closing_of(before.seen, form.value.reason, entered.by, leads_host=entered.leads_host)
    closed = closing.words_after(session, before.seen, shut) if shut is not None else ""
    after = entered.situation(session, clock.today())
    if after.fallen and entered.takes_part:
        say = _(
            "La journée est annulée, votre collègue est prévenu. Choisissez un autre jour si vous voulez."
        )
        return redirect(f"/visits/{before.visit.id}/days", say=f"{say} {closed}".rstrip())
    say = _("La journée est annulée. Les personnes concernées vont être prévenues.")
    return redirect(f"/visits/{before.visit.id}", say=f"{say} {closed}".rstrip())


def _show_giving_up(
    request: Request,
    session: Session,
    entered: Entered,
    form: Bound[Any] | None,
    *,
    declined: bool,
    status: int = 200,
) -> Response:
    now = entered.situation(session, clock.today())
    kind = ChangeKind.DECLINED if declined else ChangeKind.CANCELLED
    why = refusal(kind, now.asked)
    if why is not None:
        return redirect(f"/visits/{now.visit.id}", say=why.message(), kind="warn")
    other = now.other
    return render(
        request,
        "visits/giving_up.html",
        status=status,
        seen=now.seen,
        role=entered.by.value,
        other=other if other is not None and stands(other.visit) else None,
        other_off=now.other_off,
        declined=declined,
        today=now.today,
        in_time=leaves_days(now.seen.campaign, now.today),
        may_propose=allows(ChangeKind.PROPOSED, now.asked),
        form=form or blank(revision=now.visit.revision),
        reasons=offered_reasons(entered.by),
        closes=_closes(session, entered),
    )


def _closes(session: Session, entered: Entered) -> str:
    """Which reasons close the day, and where; empty where none does."""
    shut = {
        label: found
        for reason, label in offered_reasons(entered.by).items()
        if (found := closing.closing_of(entered.seen, reason, entered.by, leads_host=entered.leads_host))
    }
    if not shut:
        return ""
    return closing.words_before(session, entered.seen, next(iter(shut.values())), list(shut))


@router.get("/visits/{visit_id}/days", response_class=HTMLResponse)
def ask_day(request: Request, session: Db, entered: Taking) -> Response:
    """A handful of good days to propose to the other one."""
    return _show_days(request, session, entered, None)


@router.post("/visits/{visit_id}/proposals")
def propose(request: Request, session: Db, entered: Taking, sent: Submitted) -> Response:
    """Propose a day (or to leave it at one) to the other one."""
    form = bind(ChoiceForm, sent)
    if form.value is not None and not form.value.is_complete:
        form.refuse("other", _("Choisissez un jour."))
    if form.value is None:
        return _show_days(request, session, entered, form, status=422)
    before = entered.situation(session, clock.today())
    value = form.value
    try:
        with entered.once(session, ChangeKind.PROPOSED, day_after=value.day):
            moving.propose(session, before, value.day, entered.hand(value.words), revision=value.revision)
    except DayNotPossible as refused:
        form.refuse("other" if value.choice == "other" else "choice", refused.message())
        return _show_days(request, session, entered, form, status=422)
    except OVERTAKEN as refused:
        return _to_successor(session, entered, refused)
    say = _("Votre proposition est partie. Rien ne change tant que votre collègue n’a pas répondu.")
    return redirect(f"/visits/{before.visit.id}", say=say)


def _show_days(
    request: Request, session: Session, entered: Entered, form: Bound[Any] | None, status: int = 200
) -> Response:
    now = entered.situation(session, clock.today())
    why: Refusal | None = refusal(ChangeKind.PROPOSED, now.asked)
    if why is not None and now.is_replaced:
        return _to_successor(session, entered, why)
    if why is not None:
        to = "answer" if now.proposal is not None else ""
        return redirect(f"/visits/{now.visit.id}/{to}".rstrip("/"), say=why.message(), kind="warn")
    days = moving.days_of(session, now)
    return render(
        request,
        "visits/days.html",
        status=status,
        seen=now.seen,
        colleague=showing.colleague(now),
        fallen=now.fallen,
        ruled_missing=absence_stands(now.visit, now.today),
        other=now.other,
        other_off=now.other_off,
        cannot_be=now.against is not None,
        days=days.possible(near=now.visit.day),
        first=days.first,
        possible=days,
        closed=now.asked.closed_then,
        today=now.today,
        last=now.seen.campaign.last_day,
        form=form or blank(revision=now.visit.revision),
    )


def _to_successor(session: Session, entered: Entered, refused: Refusal) -> Response:
    """The day that took the place of one that fell; where there is none, what was refused."""
    now = entered.situation(session, clock.today())
    if now.successor is None or not now.is_replaced:
        raise refused
    say = _("Une autre journée remplace déjà celle qui a été annulée : la voici.")
    return redirect(f"/visits/{now.successor.visit.id}", say=say)


@router.get("/visits/{visit_id}/answer", response_class=HTMLResponse)
def ask_answer(request: Request, session: Db, entered: Taking) -> Response:
    """What waits for an answer, with a button for each."""
    now = entered.situation(session, clock.today())
    if now.proposal is None and now.is_replaced:
        return _to_successor(session, entered, NothingProposed())
    if now.proposal is None:
        say = _("Plus aucune proposition n’attend de réponse pour cette journée.")
        return redirect(f"/visits/{now.visit.id}", say=say, kind="warn")
    day = now.proposal.day
    days = moving.days_of(session, now) if day is not None else None
    against = days.why_not(day) if days is not None and day is not None else None
    return render(
        request,
        "visits/answer.html",
        seen=now.seen,
        proposal=now.proposal,
        is_own=now.asked.is_own,
        colleague=showing.colleague(now),
        other=now.other,
        other_off=now.other_off,
        cannot_be=now.against is not None,
        against=against,
        taken=day is not None and is_taken(session, entered.own_id, day),
        closed=now.asked.closed_then,
        today=now.today,
        form=blank(),
    )


@router.post("/visits/{visit_id}/proposals/{proposal_id}/acceptance")
def accept(session: Db, entered: Taking, proposal_id: int, sent: Submitted) -> Response:
    """Say yes: it is done at once."""
    words = bind(AnswerForm, sent).required().words
    before = entered.situation(session, clock.today())
    agreed = (ChangeKind.MOVED, ChangeKind.MADE_UP, ChangeKind.ONE_WAY)
    visit = before.successor.visit if before.successor is not None else before.visit
    try:
        with entered.once(session, *agreed, day_after=moving.day_proposed(session, before, proposal_id)):
            visit = moving.accept(session, before, proposal_id, entered.hand(words))
    except OVERTAKEN as refused:
        return _to_successor(session, entered, refused)
    say = _("C’est entendu. Vous recevez tous les deux un message, et vos agendas suivent.")
    return redirect(f"/visits/{visit.id}", say=say)


@router.post("/visits/{visit_id}/proposals/{proposal_id}/refusal")
def refuse(session: Db, entered: Taking, proposal_id: int, sent: Submitted) -> Response:
    """Say no: the visit stays as it is."""
    words = bind(AnswerForm, sent).required().words
    before = entered.situation(session, clock.today())
    day = moving.day_proposed(session, before, proposal_id)
    try:
        with entered.once(session, ChangeKind.REFUSED, day_after=day):
            moving.refuse(session, before, proposal_id, entered.hand(words))
    except OVERTAKEN as refused:
        return _to_successor(session, entered, refused)
    return redirect(
        f"/visits/{before.visit.id}", say=_("Votre réponse est partie. La journée n’a pas changé.")
    )


@router.post("/visits/{visit_id}/proposals/{proposal_id}/withdrawal")
def withdraw(session: Db, entered: Taking, proposal_id: int) -> Response:
    """Take one's own proposal back."""
    before = entered.situation(session, clock.today())
    day = moving.day_proposed(session, before, proposal_id)
    with entered.once(session, ChangeKind.WITHDRAWN, day_after=day):
        moving.withdraw(session, before, proposal_id, entered.hand())
    return redirect(f"/visits/{before.visit.id}", say=_("Votre proposition est retirée."))
