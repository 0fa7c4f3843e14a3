"""JSON door of a team's days: its calendar, its marks, and rosters with the visits that they contradict."""

from datetime import timedelta

from fastapi import APIRouter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.campaigns.holding import hold_every_one_alone
from app.core import clock
from app.core.db import Db
from app.core.forms import Submitted
from app.core.openapi import FILE_BODY
from app.people.importing.door import posted_file
from app.teams import rosters as arriving
from app.teams import service
from app.teams.api import Day, marked, span
from app.teams.errors import RosterChanged
from app.teams.guards import MaySendRosters, OfTeam, RosterSender
from app.teams.schemas import MarkForm
from app.teams.service import Mark
from app.visits import rosters
from app.visits.api_imports import Shown
from app.visits.marks import against_marks
from app.visits.previews import preview_roster
from app.visits.schemas_team import (
    DaysMarkedOut,
    RosterReport,
    TeamCalendarOut,
    calendar_out,
    days_marked_out,
    roster_report,
)
from app.visits.team_view import WEEKS, team_ahead

router = APIRouter(prefix="/api/v1", tags=["teams"])


@router.get("/teams/{team_id}/calendar")
def calendar(session: Db, led: OfTeam, first: Day = None, last: Day = None) -> TeamCalendarOut:
    """Who leaves and who comes, day by day, against what the team bears (from today, for six weeks, unless
    told otherwise; a year at most)."""
    today = clock.today()
    first, last = span(first, last, timedelta(weeks=WEEKS, days=-1))
    ahead = team_ahead(session, led.team, led.site, first, last, today)
    against = rosters.conflicts(session, today, team_ids=[led.id], last=last)
    return calendar_out(ahead, {one.seen.visit.day for one in against})


@router.put("/teams/{team_id}/days")
def mark_days(session: Db, led: OfTeam, sent: MarkForm) -> DaysMarkedOut:
    """Say the same of some days, or of all between two but Sundays; what was said before is replaced. What
    was planned or held before stays, and is named."""
    wanted, mark = sent.wanted, Mark(sent.mark)
    service.mark_days(
        session, led.id, wanted, mark, version=sent.version, by=led.by, now=clock.now(), today=clock.today()
    )
    staying = against_marks(session, led.id, dict.fromkeys(wanted, mark.value))
    return days_marked_out(marked(session, led.id, min(wanted), max(wanted)), staying)


@router.post("/rosters", openapi_extra=FILE_BODY)
async def import_roster(
    session: Db, sender: MaySendRosters, sent: Submitted, dry_run: bool = False, shown: Shown = ""
) -> RosterReport:
    """Import the multipart field `file`, CSV or XLSX; with `dry_run=true` only say what would happen. With
    the `shown` of that answer, that happens, or nothing where it changed since (409)."""
    content = await posted_file(sent)
    return await run_in_threadpool(_import, session, sender, content, dry_run, shown)


def _import(
    session: Session, sender: RosterSender, content: bytes, dry_run: bool, shown: str
) -> RosterReport:
    today = clock.today()
    if shown:
        hold_every_one_alone(session)  # a day that is made or changed just now is waited for
    plan = arriving.preview(session, sender, content, today=today)
    found = preview_roster(session, plan, today)
    if shown and found.fingerprint != shown:
        raise RosterChanged
    ids = [] if dry_run else arriving.take_in(session, sender, plan, now=clock.now())
    return roster_report(found, ids, today, dry_run=dry_run)
