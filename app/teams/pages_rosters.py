"""Rosters in the browser: choose a file, or drop it. Visits show what it would change, and do it."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from app.core import clock
from app.core.db import Db
from app.core.forms import Bound, Submitted, bind, blank
from app.core.i18n import _
from app.core.templating import redirect, render
from app.people.errors import Unreadable
from app.people.importing.door import rejected_cells, sent_file
from app.people.queries import sites_by_id, teams_by_id
from app.teams import days as team_days
from app.teams import rosters
from app.teams.guards import MaySendRosters, RosterSender
from app.teams.importing.columns import usual_header
from app.teams.schemas import RosterUpload

router = APIRouter()


@router.get("/team/rosters", response_class=HTMLResponse)
def choose(request: Request, session: Db, sender: MaySendRosters) -> Response:
    """The rosters that arrived, and a form to send the next one."""
    return _choose(request, session, sender, blank())


@router.post("/team/rosters")
def upload(request: Request, session: Db, sender: MaySendRosters, sent: Submitted) -> Response:
    """Keep the file and show what it would change; a file that cannot be read is refused on the spot."""
    form = bind(RosterUpload, sent)
    if file := sent_file(form, sent):
        try:
            kept = rosters.receive_file(session, sender, *file, now=clock.now(), today=clock.today())
            return redirect(f"/team/rosters/{kept.id}")
        except Unreadable as refused:
            form.refuse("file", refused.message())
    return _choose(request, session, sender, form, status=422)


def _choose(
    request: Request,
    session: Session,
    sender: RosterSender,
    form: Bound[RosterUpload],
    *,
    status: int = 200,
) -> Response:
    teams, sites = teams_by_id(session), sites_by_id(session)
    own = rosters.teams_of(session, sender)
    arrived = team_days.rosters_of(session, teams if own is None else own)
    return render(
        request,
        "teams/rosters.html",
        status=status,
        form=form,
        columns=[usual_header(name) for name in ("employee_number", "day", "hours", "start", "end")],
        arrived=[(one, teams[one.team_id], sites[teams[one.team_id].site_id]) for one in arrived],
        everybody=sender.everybody,
    )


@router.get("/team/rosters/{roster_file_id}/rejected.xlsx")
def export_rejected(session: Db, sender: MaySendRosters, roster_file_id: int) -> Response:
    """The rejected cells, to hand to whoever can correct them."""
    kept = rosters.kept_file(session, sender, roster_file_id)
    report = rosters.preview(session, sender, kept.content, today=clock.today()).report
    return rejected_cells(report)


@router.post("/team/rosters/{roster_file_id}/deletion")
def drop(session: Db, sender: MaySendRosters, roster_file_id: int) -> Response:
    """Forget the file."""
    rosters.drop_file(session, rosters.kept_file(session, sender, roster_file_id))
    return redirect("/team/rosters", say=_("L’import est abandonné : rien n’a changé."))
