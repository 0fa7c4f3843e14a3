"""Import in the browser: choose a file, or drop it. Visits show what it would change, and do it: people who
left take days with them."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.accounts.guards import Hr
from app.core import clock
from app.core.db import Db
from app.core.forms import Bound, Submitted, bind, blank
from app.core.i18n import _
from app.core.templating import redirect, render
from app.people import queries, service, words
from app.people.errors import Unreadable
from app.people.importing.door import rejected_cells, sent_file
from app.people.importing.headers import usual_header
from app.people.importing.vocabulary import EXAMPLES
from app.people.queries import import_file
from app.people.schemas import UploadForm
from app.people.tables import ImportFile, ImportKind

router = APIRouter()

FIRST = (ImportKind.SITES, ImportKind.TEAMS, ImportKind.PEOPLE, ImportKind.LINKS)
"""What a company needs, in order; journeys can be estimated."""


@router.get("/people/import", response_class=HTMLResponse)
def choose(request: Request, session: Db, actor: Hr) -> Response:
    """What to import next."""
    there = queries.counts(session)
    first_missing = next((kind for kind in FIRST if not there[kind.value]), ImportKind.PEOPLE)
    asked = request.query_params.get("kind", "")
    return _choose(request, there, blank(kind=asked if asked in set(ImportKind) else first_missing.value))


@router.post("/people/import")
def upload(request: Request, session: Db, actor: Hr, sent: Submitted) -> Response:
    """Keep the file and show what it would change; a file that cannot be read is refused on the spot."""
    form = bind(UploadForm, sent)
    if form.value is not None and (file := sent_file(form, sent)):
        try:
            kept = service.receive_file(
                session,
                form.value.kind,
                *file,
                by=actor.account_id,
                full=form.value.full,
                now=clock.now(),
            )
            return redirect(f"/people/import/{kept.id}")
        except Unreadable as refused:
            form.refuse("file", refused.message())
    return _choose(request, queries.counts(session), form, status=422)


def _choose(request: Request, there: dict[str, int], form: Bound[Any], *, status: int = 200) -> Response:
    kinds = [
        {
            "kind": kind,
            "name": words.kind_name(kind),
            "hint": words.kind_hint(kind),
            "count": there[kind.value],
            "columns": [usual_header(kind, field) for field in EXAMPLES[kind]],
        }
        for kind in ImportKind
    ]
    return render(request, "people/import.html", status=status, form=form, kinds=kinds)


@router.get("/people/import/{file_id}/rejected.xlsx")
def export_rejected(session: Db, actor: Hr, file_id: int) -> Response:
    """The rejected cells, to hand to whoever can correct them."""
    report = service.preview(session, kept_file(session, actor, file_id), now=clock.now())
    return rejected_cells(report)


@router.post("/people/import/{file_id}/deletion")
def drop(session: Db, actor: Hr, file_id: int) -> Response:
    """Forget the file."""
    kept = kept_file(session, actor, file_id)
    kind = kept.kind
    service.drop_file(session, kept)
    return redirect(f"/people/import?kind={kind.value}", say=_("L’import est abandonné : rien n’a changé."))


def kept_file(session: Db, actor: Hr, file_id: int) -> ImportFile:
    return import_file(session, file_id, account_id=actor.account_id, since=clock.now() - service.KEPT)
