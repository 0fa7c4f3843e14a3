"""Pages of teams: delegates, whether they work by roster. The calendar, marked days and the conditions of
visits are in `visits`."""

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from app.core import clock
from app.core.db import Db
from app.core.forms import Bound, Submitted, bind, blank
from app.core.i18n import _
from app.core.templating import day_range, redirect, render
from app.people.tables import Person
from app.teams import pages_rosters, queries, service
from app.teams.errors import DelegateNotPossible, DelegationOverlaps, DelegationTooLong
from app.teams.guards import Managing, OfTeam
from app.teams.schemas import ByRosterForm, DelegationForm

router = APIRouter(include_in_schema=False)
router.include_router(pages_rosters.router)


@router.get("/team/delegations", response_class=HTMLResponse)
def delegations(request: Request, session: Db, managing: Managing) -> Response:
    """Who acts for the reader, for whom the reader acts, and a form to lend one's place."""
    today = clock.today()
    form = blank(first_day=today.isoformat(), last_day=(today + timedelta(days=14)).isoformat())
    return _delegations(request, session, managing.person, form)


@router.post("/team/delegations")
def delegate(request: Request, session: Db, managing: Managing, sent: Submitted) -> Response:
    """Lend one's place between two days."""
    form = bind(DelegationForm, sent)
    if form.value is None:
        return _delegations(request, session, managing.person, form, status=422)
    given = form.value
    try:
        made = service.delegate(
            session,
            managing.person,
            given.delegate_id,
            given.first_day,
            given.last_day,
            actor=managing.actor,
            now=clock.now(),
            today=clock.today(),
        )
    except DelegateNotPossible as refused:
        form.refuse("delegate_id", refused.message())
        return _delegations(request, session, managing.person, form, status=422)
    except (DelegationTooLong, DelegationOverlaps) as refused:
        form.refuse("last_day", refused.message())
        return _delegations(request, session, managing.person, form, status=422)
    said = {"days": day_range(made.first_day, made.last_day)}
    return redirect("/team/delegations", say=_("La délégation est donnée : %(days)s.") % said)


@router.post("/team/delegations/{delegation_id}/deletion")
def end_delegation(session: Db, managing: Managing, delegation_id: int) -> Response:
    """Take a delegation back."""
    name = service.end_delegation(
        session, managing.person, delegation_id, actor=managing.actor, now=clock.now()
    )
    say = _("La délégation est retirée : %(name)s ne décide plus à votre place.") % {"name": name}
    return redirect("/team/delegations", say=say)


def _delegations(
    request: Request, session: Session, manager: Person, form: Bound[DelegationForm], *, status: int = 200
) -> Response:
    members, others = queries.possible_delegates(session, manager)
    return render(
        request,
        "teams/delegations.html",
        status=status,
        form=form,
        person=manager,
        found=queries.delegations_of(session, manager, clock.today()),
        members=[(one.id, one.name) for one in members],
        others=[(one.id, one.name) for one in others],
        today=clock.today(),
    )


@router.post("/team/{team_id}/by-roster")
def work_by_roster(session: Db, led: OfTeam, sent: Submitted) -> Response:
    """Say whether the team works by roster."""
    given = bind(ByRosterForm, sent).required()
    service.work_by_roster(
        session, led.id, by_roster=given.by_roster, version=given.version, by=led.by, now=clock.now()
    )
    said = (
        _("L’équipe travaille au planning : ses journées sont provisoires jusqu’à ce qu’il arrive.")
        if given.by_roster
        else _("L’équipe travaille en semaine habituelle.")
    )
    return redirect(f"/team/{led.id}", say=said)
