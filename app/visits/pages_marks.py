"""A team's days set by a tap, for who leads it, and its limits set by HR: what stands on days that it refuses
is said."""

from datetime import date, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.accounts.guards import Hr
from app.core import clock
from app.core.db import Db
from app.core.forms import Submitted, bind
from app.core.i18n import _, ngettext
from app.core.templating import long_day, redirect
from app.people import queries as people_queries
from app.people import service as people
from app.people.pages_company import team_page
from app.people.schemas import TeamForm
from app.teams import days as team_days
from app.teams import service
from app.teams.errors import DaysOutOfReach
from app.teams.guards import OfTeam
from app.teams.schemas import MarkPageForm
from app.teams.service import Mark
from app.teams.words import mark_words
from app.visits.marks import Staying, against_limits, against_marks, staying_words
from app.visits.team_view import WEEKS

router = APIRouter(include_in_schema=False)


@router.post("/team/{team_id}/days")
def mark_days(session: Db, led: OfTeam, sent: Submitted) -> Response:
    """Say the same of some days; a single day that already says so becomes ordinary again."""
    form = bind(MarkPageForm, sent)
    back = f"/team/{led.id}"
    if form.value is None:
        return redirect(back, say=next(iter(form.errors.values())), kind="bad")
    given = form.value
    wanted, mark = given.wanted, Mark(given.mark)
    if given.day and len(wanted) == 1 and _says(session, led.id, wanted[0], mark):
        mark = Mark.ORDINARY
    try:
        service.mark_days(
            session, led.id, wanted, mark, version=given.version, by=led.by, now=clock.now(),
            today=clock.today(),
        )  # fmt: skip
    except DaysOutOfReach as refused:
        return redirect(back, say=refused.message(), kind="bad")
    staying = against_marks(session, led.id, dict.fromkeys(wanted, mark.value))
    tapped = f"&mark={given.mark}" if given.day and not given.first_day else ""
    back += f"?start={_start(given, staying).isoformat()}{tapped}#days"
    said = {"mark": mark_words()[mark.value], "day": long_day(wanted[0]), "n": len(wanted)}
    sentence = ngettext("%(n)s jour : %(mark)s.", "%(n)s jours : %(mark)s.", len(wanted))
    say = [(_("%(day)s : %(mark)s.") if len(wanted) == 1 else sentence) % said]
    if staying:
        say.append(staying_words(staying))
    if team_days.closed_sites(session, [(led.id, day) for day in wanted]):
        say.append(
            _("Les RH ont fermé le site sur cette période : personne n’y vient, quoi que l’équipe en dise.")
        )
    return redirect(back, say=" ".join(say), kind="warn" if say[1:] else "good")


@router.post("/people/teams/{team_id}")
def change_team(request: Request, session: Db, actor: Hr, team_id: int, sent: Submitted) -> Response:
    """Change a team's limits; where something stands against them, its calendar lists it."""
    form = bind(TeamForm, sent)
    if form.value is None:
        return team_page(request, session, *people_queries.team(session, team_id), form, status=422)
    team = people.change_team(session, team_id, form.value, by=actor.account_id, now=clock.now())
    say = _("L’équipe %(name)s est à jour.") % {"name": team.name}
    staying = against_limits(session, team, clock.today())
    if not staying:
        return redirect("/people/teams", say=say)
    there = f"/team/{team_id}?start={staying[0].day.isoformat()}#days"
    return redirect(there, say=f"{say} {staying_words(staying)}", kind="warn")


def _start(given: MarkPageForm, staying: list[Staying]) -> date:
    """The weeks that were shown, unless what stays lies elsewhere."""
    start = given.start or clock.today()
    days = [one.day for one in staying]
    if not days or any(start <= day < start + timedelta(weeks=WEEKS) for day in days):
        return start
    return days[0]


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
