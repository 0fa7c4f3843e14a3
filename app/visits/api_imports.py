"""JSON door of imports: what a file changes, and what it would make of days to come."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.accounts.guards import Hr
from app.core import clock
from app.core.db import Db
from app.core.forms import Submitted
from app.core.openapi import FILE_BODY
from app.people.importing.door import posted_file
from app.people.importing.run import run_import
from app.people.service import note_import
from app.people.tables import ImportKind
from app.visits import bookings
from app.visits.foreseen import foreseen
from app.visits.schemas_imports import ImportShape, day_shape, ended_shape

router = APIRouter(prefix="/api/v1", tags=["people"])


@router.post("/imports/{kind}", openapi_extra=FILE_BODY)
async def import_file(
    session: Db, actor: Hr, kind: ImportKind, sent: Submitted, dry_run: bool = False
) -> ImportShape:
    """Import the multipart field `file`, CSV or XLSX; with `dry_run=true` only say what would happen, also to
    days to come (`days`) and to what was asked for (`ending`).

    Rejected rows are in the answer and keep nobody else out. People missing from the file stay.
    """
    content = await posted_file(sent)
    return await run_in_threadpool(_run, session, actor.account_id, kind, content, dry_run)


def _run(session: Session, by: int, kind: ImportKind, content: bytes, dry_run: bool) -> ImportShape:
    now = clock.now()
    report = run_import(session, kind, content, now=now, apply=not dry_run, by=by)
    if not dry_run:
        note_import(session, kind, report, by=by, leavers_go=False, now=now)
    days = ending = None
    if dry_run:
        today = clock.today()
        days = [day_shape(one) for one in foreseen(session, report, today)]
        ending = [ended_shape(one) for one in bookings.ending_with_moves(session, report.moved, today)]
    return ImportShape(kind=kind, dry_run=dry_run, **report.as_json(), days=days, ending=ending)
