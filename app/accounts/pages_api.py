"""The API's documentation, for administrators: what a program may do, operation by operation."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.accounts import describing, words
from app.accounts.guards import Admin
from app.core.errors import NotFound
from app.core.settings import settings
from app.core.templating import render

router = APIRouter(prefix="/admin/api")


@router.get("", response_class=HTMLResponse)
def overview(request: Request, actor: Admin, q: Annotated[str, Query(max_length=100)] = "") -> Response:
    """Every operation by part, or those in whose name, address or description every word stands."""
    everything = describing.operations(request.app.openapi())
    found = [one for one in everything if one.holds(q.casefold().split())]
    parts, labels = describing.by_part(found), words.api_parts()
    return render(
        request,
        "accounts/api.html",
        q=q.strip(),
        total=len(everything),
        found=found,
        parts=[(part, label, parts[part]) for part, label in labels.items() if part in parts],
        who_may=words.who_may(),
        roles=words.token_roles(),
        base=settings().public_url,
    )


@router.get("/{operation_id}", response_class=HTMLResponse)
def show(request: Request, actor: Admin, operation_id: str) -> Response:
    """One operation: what to send, what comes back, what may be refused."""
    described = request.app.openapi()
    found = next((one for one in describing.operations(described) if one.id == operation_id), None)
    if found is None:
        raise NotFound
    enters, keys = words.who_may()[found.policy]
    return render(
        request,
        "accounts/api_operation.html",
        one=found,
        part=words.api_parts()[found.part],
        enters=enters,
        keys=[label for role, label in words.token_roles().items() if role in keys],
        shapes=describing.shapes_of(described, found),
        base=settings().public_url,
    )
