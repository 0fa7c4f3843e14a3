"""The preview of a roster, and its confirmation: what it would change, and which days to come it would
contradict."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from app.campaigns.holding import hold_every_one_alone
from app.core import clock
from app.core.db import Db
from app.core.errors import NotFound
from app.core.forms import Submitted, bind
from app.core.i18n import ngettext
from app.core.templating import redirect, render
from app.people.importing.door import SHOWN
from app.people.importing.run import fingerprint
from app.people.queries import teams_by_id
from app.teams import rosters
from app.teams.errors import RosterChanged, RosterGone
from app.teams.guards import MaySendRosters
from app.teams.importing.preview import calendars_of
from app.teams.schemas import RosterConfirmation
from app.visits.previews import preview_roster

router = APIRouter(include_in_schema=False)


@router.get("/team/rosters/{roster_file_id}", response_class=HTMLResponse)
def show_preview(request: Request, session: Db, sender: MaySendRosters, roster_file_id: int) -> Response:
    """What confirming would do."""
    file = rosters.kept_file(session, sender, roster_file_id)
    plan = rosters.preview(session, sender, file.content, today=clock.today())
    found = preview_roster(session, plan, clock.today())
    return render(
        request,
        "teams/roster_preview.html",
        kept=file,
        plan=plan,
        report=plan.report,
        contradicted=found.contradicted,
        kept_ending=found.kept_ending,
        asked_ending=found.asked_ending,
        provisional=found.provisional,
        calendars=calendars_of(plan, teams_by_id(session)),
        shown=SHOWN,
        fingerprint=found.fingerprint,
    )


@router.post("/team/rosters/{roster_file_id}/confirmation")
def confirm(session: Db, sender: MaySendRosters, roster_file_id: int, sent: Submitted) -> Response:
    """Do what was shown, then look at the visits it contradicts."""
    form, today = bind(RosterConfirmation, sent), clock.today()
    try:
        kept = rosters.kept_file(session, sender, roster_file_id)
        hold_every_one_alone(session)  # a day that is made or changed just now is waited for, and shown
        rosters.hold_file(session, kept)
        looked_at = rosters.preview(session, sender, kept.content, today=today)
        if form.value is None or preview_roster(session, looked_at, today).fingerprint != form.value.shown:
            raise RosterChanged
        shown = fingerprint(looked_at.report)
        plan = rosters.confirm_file(session, sender, kept, shown=shown, now=clock.now(), today=today)
    except RosterChanged as refused:
        session.rollback()
        return redirect(f"/team/rosters/{roster_file_id}", say=refused.message(), kind="warn")
    except (NotFound, RosterGone):
        again = rosters.days_confirmed(session, sender, roster_file_id)
        if again is None:
            raise
        done = again
    else:
        done = len(plan.added) + len(plan.changed)
    said = ngettext(
        "Le planning est enregistré : %(n)s jour change.",
        "Le planning est enregistré : %(n)s jours changent.",
        done,
    ) % {"n": done}
    return redirect("/team/conflicts", say=said)
