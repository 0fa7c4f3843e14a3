"""Pages of people: the list, its export, one person."""

from math import ceil
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import QueryParams
from starlette.responses import Response

from app.accounts.guards import Hr
from app.core.db import Db
from app.core.spreadsheets import download
from app.core.templating import render
from app.people import exports, pages_audit, pages_company, pages_import, pages_travel, queries, words
from app.people.queries import PAGE, Wanted
from app.people.tables import ContractKind, Side

router = APIRouter(include_in_schema=False)
router.include_router(pages_audit.router)
router.include_router(pages_import.router)
router.include_router(pages_company.router)
router.include_router(pages_travel.router)

STATES = {"active": True, "left": False, "all": None}


@router.get("/people", response_class=HTMLResponse)
def show_list(request: Request, session: Db, actor: Hr) -> Response:
    """Everybody, searched and filtered."""
    sent = request.query_params
    wanted = wanted_of(sent)
    total = queries.count_people(session, wanted)
    pages = max(1, ceil(total / PAGE))
    page = min(pages, max(1, number_of(sent.get("page")) or 1))
    sites, teams = queries.sites_by_id(session), queries.teams_by_id(session)
    export = request.url.include_query_params().remove_query_params("page").query
    return render(
        request,
        "people/list.html",
        people=queries.list_people(session, wanted, offset=(page - 1) * PAGE),
        total=total,
        everybody=queries.counts(session),
        page=page,
        pages=pages,
        wanted=wanted,
        state=state_of(sent),
        filtered=bool(export),
        export=f"?{export}" if export else "",
        site_options=[(id_, site.name) for id_, site in sites.items()],
        team_options=[(id_, queries.team_label(team, sites[team.site_id])) for id_, team in teams.items()],
        side_options=[(side.value, words.side_name(side)) for side in Side],
        contract_options=contract_options(),
        contract_name=words.contract_name,
    )


@router.get("/people/export.{kind}")
def export_list(request: Request, session: Db, actor: Hr, kind: Literal["csv", "xlsx"]) -> Response:
    """The same list as a file."""
    people = queries.list_people(session, wanted_of(request.query_params), limit=None)
    return download("people", kind, exports.people_header(), exports.people_rows(people))


@router.get("/people/{person_id}", response_class=HTMLResponse)
def show_person(request: Request, session: Db, actor: Hr, person_id: int) -> Response:
    """One person: facts, team, manager, reports."""
    return render(
        request,
        "people/show.html",
        one=queries.person(session, person_id),
        reports=queries.reports_of(session, person_id),
        words=words,
    )


def wanted_of(sent: QueryParams) -> Wanted:
    """Filters from an address; nobody matches what makes no sense, rather than everybody."""
    side, contract = sent.get("side", ""), sent.get("contract", "")
    unknown = (
        sent.get("site") and number_of(sent.get("site")) is None,
        sent.get("team") and number_of(sent.get("team")) is None,
        side and side not in set(Side),
        contract and contract not in set(ContractKind),
        sent.get("state") and sent.get("state") not in STATES,
    )
    return Wanted(
        text=" ".join(sent.get("q", "").replace("\0", " ").split()),
        site_id=number_of(sent.get("site")),
        team_id=number_of(sent.get("team")),
        side=Side(side) if side in set(Side) else None,
        contract=ContractKind(contract) if contract in set(ContractKind) else None,
        active=STATES[state_of(sent)],
        nobody=any(unknown),
    )


def state_of(sent: QueryParams) -> str:
    """Who is listed: those who work here, those who left, or all."""
    state = sent.get("state", "active")
    return state if state in STATES else "active"


def number_of(text: str | None) -> int | None:
    """A database id or a page number."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def contract_options() -> list[tuple[Any, str]]:
    """Kinds of contract to choose from."""
    return [(kind.value, words.contract_name(kind)) for kind in ContractKind]
