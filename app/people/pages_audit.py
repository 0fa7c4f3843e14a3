"""The administrator's audit trail: who did what, when, and in whose place."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.accounts import queries as accounts
from app.accounts import words
from app.accounts.guards import Admin
from app.accounts.tables import AuditEntry
from app.core.db import Db
from app.core.templating import render
from app.people import queries

router = APIRouter()


@router.get("/admin/audit", response_class=HTMLResponse)
def audit_trail(
    request: Request,
    session: Db,
    actor: Admin,
    action: Annotated[str, Query(max_length=60)] = "",
    account: Annotated[int | None, Query()] = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Who did what, newest first."""
    present = [(code, words.action_label(code)) for code in accounts.audited_actions(session)]
    found = accounts.audit_trail(session, action=action, account_id=account, page=page)
    for_whom = {entry.id: in_place_of(entry) for entry, _name in found.rows}
    names = queries.names_of(session, {one for ids in for_whom.values() for one in ids})
    return render(
        request,
        "people/audit.html",
        found=found,
        present=sorted(present, key=lambda one: one[1]),
        action=action,
        account=account,
        action_label=words.action_label,
        for_whom={entry: [names[one] for one in ids if one in names] for entry, ids in for_whom.items()},
    )


def in_place_of(entry: AuditEntry) -> list[int]:
    """The managers for whom a delegate decided, by id."""
    said = entry.details.get("for_manager")
    return [one for one in (said if isinstance(said, list) else [said]) if isinstance(one, int)]
