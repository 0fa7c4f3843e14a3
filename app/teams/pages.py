"""Pages of teams: days set by a tap, delegates. The calendar and the conditions of visits are in `visits`."""

from datetime import date, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from app.core import clock
from app.core.db import Db
from app.core.forms import Bound, Submitted, bind, blank
from app.core.i18n import _, ngettext
from app.core.templating import day_range, long_day, redirect, render
from app.people.tables import Person
from app.teams import days as team_days
from app.teams import pages_rosters, queries, service
from app.teams.errors import DaysOutOfReach, DelegateNotPossible, DelegationOverlaps, DelegationTooLong
from app.teams.guards import Managing, OfTeam
from app.teams.schemas import ByRosterForm, DelegationForm, MarkForm, MarkPageForm
from app.teams.service import Mark
from app.teams.words import mark_words

router = APIRouter(include_in_schema=False)
router.include_router(pages_rosters.router)

SUNDAY = 6


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
    service.end_delegation(session, managing.person, delegation_id, actor=managing.actor, now=clock.now())
    return redirect("/team/delegations", say=_("La délégation est retirée."))


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


@router.post("/team/{team_id}/days")
def mark_days(session: Db, led: OfTeam, sent: Submitted) -> Response:
    """Say the same of some days; a single day that already says so becomes ordinary again."""
    form = bind(MarkPageForm, sent)
    back = f"/team/{led.id}"
    if form.value is None:
        return redirect(back, say=next(iter(form.errors.values())), kind="bad")
    given = form.value
    wanted, mark = days_of(given), Mark(given.mark)
    if given.day and len(wanted) == 1 and _says(session, led.id, wanted[0], mark):
        mark = Mark.ORDINARY
    tapped = "" if given.first_day else f"&mark={given.mark}"
    back += f"?start={(given.start or clock.today()).isoformat()}{tapped if given.day else ''}#days"
    try:
        service.mark_days(
            session,
            led.id,
            wanted,
            mark,
            version=given.version,
            by=led.by,
            now=clock.now(),
            today=clock.today(),
        )
    except DaysOutOfReach as refused:
        return redirect(back, say=refused.message(), kind="bad")
    said = {"mark": mark_words()[mark.value], "day": long_day(wanted[0]), "n": len(wanted)}
    sentence = ngettext("%(n)s jour : %(mark)s.", "%(n)s jours : %(mark)s.", len(wanted))
    say = (_("%(day)s : %(mark)s.") if len(wanted) == 1 else sentence) % said
    if not team_days.closed_sites(session, [(led.id, day) for day in wanted]):
        return redirect(back, say=say)
    shut = _("Les RH ont fermé le site sur cette période : personne n’y vient, quoi que l’équipe en dise.")
    return redirect(back, say=f"{say} {shut}", kind="warn")


def days_of(given: MarkForm) -> list[date]:
    """The days a form names, or those between its two days, Sundays left out."""
    if given.day:
        return given.day
    assert given.first_day is not None
    assert given.last_day is not None
    length = min((given.last_day - given.first_day).days, 400) + 1
    span = [given.first_day + timedelta(days=offset) for offset in range(length)]
    return [day for day in span if day.weekday() != SUNDAY] or span


def _says(session: Session, team_id: int, day: date, mark: Mark) -> bool:
    marks = team_days.marks_between(session, day, day, [team_id])
    comes, goes = team_id in marks.own_no_visitors, team_id in marks.no_leaving
    return {
        Mark.CLOSED: comes and goes,
        Mark.NO_VISITORS: comes and not goes,
        Mark.NO_LEAVING: goes and not comes,
        Mark.GOOD: team_id in marks.good,
        Mark.ORDINARY: False,
    }[mark]


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
