"""Pages of the teams that receive: requests to answer. Places to offer: `pages_places`."""

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from app.booking import deciding, queries, unled, views
from app.booking.errors import ImpossibleAnswer, Unbookable
from app.booking.guards import (
    AsDecider,
    AsReceiver,
    Deciding,
    deciding_on,
    is_left_to_the_team,
)
from app.booking.lifecycle import once
from app.booking.pages_places import team_ids_of
from app.booking.schemas import (
    ApprovalForm,
    BulkForm,
    RefusalForm,
)
from app.booking.stands import stands_of
from app.booking.tables import BookingRequest, RefusalReason, RequestStatus
from app.booking.words import refusal_labels
from app.core import clock
from app.core.db import Db
from app.core.errors import Forbidden, NotFound, Refusal
from app.core.forms import Submitted, bind
from app.core.i18n import _, ngettext
from app.core.templating import redirect, render
from app.people.tables import Person
from app.visits.tables import Visit

router = APIRouter(include_in_schema=False)

LATELY = timedelta(days=14)
TOLD = 4
"""So many of the requests that could not be answered are told by name."""


@router.get("/team/requests", response_class=HTMLResponse)
def requests(request: Request, session: Db, who: AsReceiver) -> Response:
    """Requests that wait for an answer, each with its effect on the two teams that day."""
    found = queries.requests_to_answer(session, team_ids_of(session, who))
    own = [one for one in found if who.person is not None and is_left_to_the_team(session, who.person, one)]
    found = [one for one in found if one not in own]
    lately = queries.answered_lately(session, team_ids_of(session, who), clock.now() - LATELY)
    return render(
        request,
        "booking/answers.html",
        to_answer=[one for one in found if who.actor.is_hr or one.place.team_id in who.team_ids],
        leaving=[one for one in found if not who.actor.is_hr and one.place.team_id not in who.team_ids],
        own=own,
        everybody=who.actor.is_hr,
        effects=views.effects(session, found),
        unled=unled.teams_left_to_hr(session, {one.place.team_id for one in found}),
        lately=lately,
        stands=stands_of(session, lately),
        reasons=refusal_labels(),
        hours=views.hours_words,
    )


@router.post("/team/requests/answers")
def answer_many(session: Db, who: AsReceiver, sent: Submitted) -> Response:
    """One answer to several requests. What cannot be said yes to stays, and is counted."""
    form = bind(BulkForm, sent)
    if form.value is None:
        return redirect("/team/requests", say=_("Cochez au moins une demande."), kind="warn")
    done, known, waiting, failed = 0, 0, list[str](), list[str]()
    chosen = [tuple(int(part) for part in one.split(":")) for one in form.value.request]
    for request_id, revision in sorted(chosen):  # who asked first is answered first
        try:
            seen = queries.find_request(session, request_id)
            allowed = deciding_on(session, who.actor, who.person, seen)
        except NotFound as no:  # who asked, and whether anybody did, is not the reader's to know
            failed.append(no.message())
            continue
        except Refusal as no:
            failed.append(f"{seen.person.name} : {no.message()}")
            continue
        name = seen.person.name
        # The same form sent again is answered as the first time; any other changes nothing, and says so.
        is_stale = seen.request.status != RequestStatus.REQUESTED and seen.request.revision != revision + 1
        try:
            _answer(session, allowed, form.value.answer, revision)
        except Refusal as no:
            # Each answer stands by itself: what was answered before must not wait for the rest.
            session.rollback()
            if allowed.receives and _leave_without(session, request_id):
                waiting.append(name)
                continue
            # Its words name the asker where the day is the trouble; else the name goes before.
            failed.append(no.message() if isinstance(no, Unbookable) else f"{name} : {no.message()}")
        else:
            session.commit()
            known, done = known + is_stale, done + (not is_stale)
    say = list[str]()
    if done:
        said = ngettext("%(n)s demande a sa réponse.", "%(n)s demandes ont leur réponse.", done)
        say.append(said % {"n": done})
    if known:
        said = ngettext(
            "%(n)s demande avait déjà votre réponse : rien ne change.",
            "%(n)s demandes avaient déjà votre réponse : rien ne change.",
            known,
        )
        say.append(said % {"n": known})
    if waiting:
        said = ngettext(
            "Sans place, %(names)s passe en liste d’attente.",
            "Sans place, %(n)s personnes passent en liste d’attente : %(names)s.",
            len(waiting),
        )
        more = len(waiting) - TOLD
        rest = [ngettext("et %(n)s autre", "et %(n)s autres", more) % {"n": more}] if more > 0 else []
        names = " ".join([", ".join(waiting[:TOLD]), *rest])
        say.append(said % {"n": len(waiting), "names": names})
    more = len(failed) - TOLD
    if more > 0:
        failed[TOLD:] = [ngettext("Et %(n)s autre.", "Et %(n)s autres.", more) % {"n": more}]
    kind = "warn" if failed or waiting else "good"
    return redirect("/team/requests", say=" ".join([*say, *failed]), kind=kind)


def _answer(
    session: Db,
    allowed: Deciding,
    answer: str | RefusalReason,
    revision: int,
    host_id: int | None = None,
) -> Visit | None:
    asked, by = allowed.seen.request, allowed.actor.account_id
    if isinstance(answer, RefusalReason):
        with once(session, asked, RequestStatus.REFUSED, by, reason=answer):
            deciding.refuse(session, asked, answer, actor=allowed.actor, now=clock.now(), revision=revision)
        return None
    if not allowed.receives:
        raise Forbidden
    with once(session, asked, RequestStatus.BOOKED, by):
        deciding.approve(
            session,
            asked,
            actor=allowed.actor,
            now=clock.now(),
            today=clock.today(),
            revision=revision,
            host_id=host_id,
        )
    return session.get_one(Visit, asked.visit_id)


def _leave_without(session: Session, request_id: int) -> bool:
    """What a yes is no longer possible for does not wait for an answer: the line, or the end, at once.
    Whoever answers it in the same moment was faster: their answer stands, and the reader's tally goes on.
    Whether it went to the line just now."""
    request = session.get(BookingRequest, request_id)
    if request is None:
        return False
    in_line = request.status == RequestStatus.WAITING  # what refused it says so already
    try:
        deciding.queue(session, request, now=clock.now(), today=clock.today())
        session.commit()
    except Refusal:
        session.rollback()
        return False
    return request.status == RequestStatus.WAITING and not in_line


@router.get("/booking/requests/{request_id}/approval", response_class=HTMLResponse)
def choose_host(request: Request, session: Db, allowed: AsDecider) -> Response:
    """Say yes, and who receives: those who can that day, the least busy first."""
    asked = allowed.seen.request
    if not allowed.receives or asked.status != RequestStatus.REQUESTED:
        over = ImpossibleAnswer(asked.status, asked.reason).message()
        say = over if allowed.receives else _("L’équipe qui reçoit répond à cette demande.")
        return redirect("/team/requests", say=say, kind="warn")
    hosts = deciding.hosts_for(session, allowed.seen, clock.today())
    effect = views.effects(session, [allowed.seen])[asked.id or 0]
    return render(
        request, "booking/approval.html", seen=allowed.seen, asked=asked, hosts=hosts, effect=effect
    )


@router.post("/booking/requests/{request_id}/approval")
def approve(session: Db, allowed: AsDecider, sent: Submitted) -> Response:
    """Say yes in one tap, or with the host that was chosen."""
    form = bind(ApprovalForm, sent).required()
    try:
        visit = _answer(session, allowed, "approve", form.revision, form.host_id)
    except Unbookable as refused:
        _leave_without(session, allowed.seen.request.id or 0)
        return redirect("/team/requests", say=refused.message(), kind="warn")
    host = session.get(Person, visit.host_id) if visit is not None else None
    say = _("C’est oui, %(name)s reçoit : les deux personnes ont l’invitation.") % {
        "name": host.name if host else ""
    }
    return redirect("/team/requests", say=say)


@router.post("/booking/requests/{request_id}/refusal")
def refuse(session: Db, allowed: AsDecider, sent: Submitted) -> Response:
    """Say no, with a coded reason."""
    form = bind(RefusalForm, sent).required()
    _answer(session, allowed, form.reason, form.revision)
    return redirect("/team/requests", say=_("C’est non, avec sa raison : la personne est prévenue."))
