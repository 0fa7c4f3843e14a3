"""The preview of a roster: what it would change, and which days to come it would contradict."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from app.core import clock
from app.core.db import Db
from app.core.templating import render
from app.people.importing.door import SHOWN
from app.people.importing.run import fingerprint
from app.people.queries import teams_by_id
from app.teams import rosters
from app.teams.guards import MaySendRosters
from app.teams.importing.preview import calendars_of
from app.visits import kept
from app.visits.provisional import becoming_provisional
from app.visits.rosters import contradicted

router = APIRouter(include_in_schema=False)


@router.get("/team/rosters/{roster_file_id}", response_class=HTMLResponse)
def show_preview(request: Request, session: Db, sender: MaySendRosters, roster_file_id: int) -> Response:
    """What confirming would do."""
    file = rosters.kept_file(session, sender, roster_file_id)
    plan = rosters.preview(session, sender, file.content, today=clock.today())
    return render(
        request,
        "teams/roster_preview.html",
        kept=file,
        plan=plan,
        report=plan.report,
        contradicted=contradicted(session, plan, clock.today()),
        kept_ending=kept.ended_by(session, plan),
        asked_ending=kept.asked_ended_by(session, plan),
        provisional=becoming_provisional(session, plan, clock.today()),
        calendars=calendars_of(plan, teams_by_id(session)),
        shown=SHOWN,
        fingerprint=fingerprint(plan.report),
    )
