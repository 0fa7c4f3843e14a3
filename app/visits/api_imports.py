"""JSON door of imports: what a file changes, and what it would make of days to come."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.accounts.guards import Hr
from app.campaigns.holding import hold_every_one_alone
from app.core import clock
from app.core.db import Db
from app.core.forms import Submitted
from app.core.openapi import FILE_BODY
from app.people.errors import ImportChanged
from app.people.importing.door import posted_file
from app.people.importing.run import run_import
from app.people.service import note_import
from app.people.tables import ImportKind
from app.visits.previews import preview_file
from app.visits.schemas_imports import ImportShape, day_shape, ended_shape

router = APIRouter(prefix="/api/v1", tags=["people"])

Shown = Annotated[str, Query(max_length=64)]
"""What a `dry_run` named its answer: that is done, or nothing."""


@router.post("/imports/{kind}", openapi_extra=FILE_BODY)
async def import_file(
    session: Db, actor: Hr, kind: ImportKind, sent: Submitted, dry_run: bool = False, shown: Shown = ""
) -> ImportShape:
    """Import the multipart field `file`, CSV or XLSX; with `dry_run=true` only say what would happen, also to
    days to come (`days`) and to what was asked for (`ending`). With the `shown` of that answer, that happens,
    or nothing where it changed since (409).

    Rejected rows are in the answer and keep nobody else out. People missing from the file stay.
    """
    content = await posted_file(sent)
    return await run_in_threadpool(_run, session, actor.account_id, kind, content, dry_run, shown)


def _run(
    session: Session, by: int, kind: ImportKind, content: bytes, dry_run: bool, shown: str
) -> ImportShape:
    now = clock.now()
    if dry_run or shown:
        if shown:
            hold_every_one_alone(session)  # a day that is made or changed just now is waited for
        report = run_import(session, kind, content, now=now, apply=False, by=by)
        found = preview_file(session, report, clock.today())
        if shown and found.fingerprint != shown:
            raise ImportChanged
        if dry_run:
            return ImportShape(
                kind=kind,
                dry_run=True,
                **report.as_json(),
                days=[day_shape(one) for one in found.days],
                ending=[ended_shape(one) for one in found.ending],
                shown=found.fingerprint,
            )
    report = run_import(session, kind, content, now=now, apply=True, by=by)
    note_import(session, kind, report, by=by, leavers_go=False, now=now)
    return ImportShape(kind=kind, dry_run=False, **report.as_json())
