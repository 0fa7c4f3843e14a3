"""The page of journeys: minutes between sites, estimated or told."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData
from starlette.responses import Response

from app.accounts.audit import audit
from app.accounts.guards import Hr
from app.core import clock
from app.core.db import Db
from app.core.forms import Submitted
from app.core.i18n import _, ngettext
from app.core.templating import redirect, render
from app.people import queries, travel
from app.people.tables import Site, TravelTime

router = APIRouter()

MATRIX = 16
"""Sites up to which the whole table is shown."""


@router.get("/people/travel", response_class=HTMLResponse)
def show_matrix(request: Request, session: Db, actor: Hr) -> Response:
    """Minutes between all sites when they are few, else a choice of one."""
    sites = queries.sites_by_id(session)
    few = len(sites) <= MATRIX
    return render(
        request,
        "people/travel.html",
        sites=list(sites.values()),
        times=_by_pair(queries.travel_times(session)) if few else {},
        few=few,
        **_formula(),
    )


@router.get("/people/travel/{site_id}", response_class=HTMLResponse)
def show_from(request: Request, session: Db, actor: Hr, site_id: int) -> Response:
    """Minutes from one site, to change them."""
    return _from(request, session, queries.site(session, site_id), {}, {})


@router.post("/people/travel/{site_id}")
def change_from(request: Request, session: Db, actor: Hr, site_id: int, sent: Submitted) -> Response:
    """Write what is known of the journeys of one site; an emptied field is estimated again."""
    site = queries.site(session, site_id)
    others = [id_ for id_ in queries.sites_by_id(session) if id_ != site_id]
    errors: dict[str, str] = {}
    wanted, shown = _minutes(sent, "minutes", others, errors), _minutes(sent, "shown", others, errors)
    if errors:
        return _from(request, session, site, dict(sent), errors, status=422)
    changed = travel.change_from_site(session, site_id, wanted, shown)
    if changed:
        audit(
            session, actor.account_id, "travel.changed", f"site:{site_id}", now=clock.now(), changed=changed
        )
    said = ngettext("%(n)s trajet modifié.", "%(n)s trajets modifiés.", changed) % {"n": changed}
    return redirect(f"/people/travel/{site_id}", say=said)


def _minutes(sent: FormData, prefix: str, others: list[int], errors: dict[str, str]) -> dict[int, int | None]:
    """Fields `prefix-ID` by site; those not sent are left out."""
    found: dict[int, int | None] = {}
    for id_ in others:
        written = sent.get(f"{prefix}-{id_}")
        if not isinstance(written, str):
            continue
        text = written.strip()
        if text and not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= travel.LONGEST):
            errors[f"minutes-{id_}"] = _("Écrivez un nombre de minutes entre 0 et %(max)s.") % {
                "max": travel.LONGEST
            }
        else:
            found[id_] = int(text) if text else None
    return found


def _from(
    request: Request,
    session: Db,
    site: Site,
    typed: dict[str, Any],
    errors: dict[str, str],
    *,
    status: int = 200,
) -> Response:
    times = _by_pair(queries.travel_times(session, site.id))
    rows = [
        {"site": other, "time": times.get((site.id or 0, id_))}
        for id_, other in queries.sites_by_id(session).items()
        if id_ != site.id
    ]
    return render(
        request,
        "people/travel_from.html",
        status=status,
        site=site,
        rows=rows,
        typed=typed,
        errors=errors,
        **_formula(),
    )


def _by_pair(times: Any) -> dict[tuple[int, int], TravelTime]:
    found: dict[tuple[int, int], TravelTime] = {}
    for row in times:
        found[row.from_site_id, row.to_site_id] = found[row.to_site_id, row.from_site_id] = row
    return found


def _formula() -> dict[str, Any]:
    (near, slow), (far, middle), (_rest, fast) = travel.LEGS
    return {
        "formula": {
            "detour": travel.DETOUR,
            "fixed": travel.FIXED_MINUTES,
            "near": int(near),
            "slow": int(slow),
            "far": int(far),
            "middle": int(middle),
            "fast": int(fast),
        }
    }
