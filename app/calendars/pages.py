"""Pages of calendars: my address, the feed behind it, one visit as a file."""

import hashlib

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from app.calendars import ics, queries, service
from app.calendars.guards import TokenHolder
from app.core import clock
from app.core.db import Db
from app.core.i18n import _, speaking
from app.core.settings import settings
from app.core.templating import redirect, render
from app.people.guards import Employee
from app.visits import queries as visits
from app.visits.guards import Participant
from app.visits.standing import standing_of, standings

router = APIRouter(include_in_schema=False)

CALENDAR = "text/calendar; charset=utf-8"


@router.get("/calendar", response_class=HTMLResponse)
def show(request: Request, session: Db, person: Employee) -> Response:
    """My private address: whether I have one, and how to put it into a calendar program."""
    return render(request, "calendars/show.html", feed=queries.find_feed(session, person), address=None)


@router.post("/calendar/address", response_class=HTMLResponse)
def renew(request: Request, session: Db, person: Employee) -> Response:
    """Make an address, or replace it. It is shown on this answer and never again: only its hash is kept."""
    token = service.renew_address(session, person, now=clock.now())
    address = f"{settings().public_url}/feeds/{token}.ics"
    feed = queries.find_feed(session, person)
    return render(request, "calendars/show.html", status=201, feed=feed, address=address)


@router.get("/calendar/revocation", response_class=HTMLResponse)
def ask_revocation(request: Request, session: Db, person: Employee) -> Response:
    """What revoking will do."""
    return render(request, "calendars/revocation.html")


@router.post("/calendar/revocation")
def revoke(session: Db, person: Employee) -> Response:
    """Shut the address."""
    service.revoke_address(session, person)
    return redirect("/calendar", say=_("L’adresse ne marche plus. Votre agenda ne recevra plus rien."))


@router.api_route("/feeds/{token}.ics", methods=["GET", "HEAD"])
def feed(request: Request, session: Db, holder: TokenHolder) -> Response:
    """Everything the holder lives, for a calendar program; unchanged since its last reading → 304."""
    with speaking(holder.language):
        mine = visits.visits_of(session, holder.person)
        content = ics.feed(mine, holder.person, standings(session, mine))
    etag = f'"{hashlib.sha256(content.encode()).hexdigest()[:32]}"'
    headers = {
        "etag": etag,
        "cache-control": "private, no-cache",
        "content-language": holder.language,
        "referrer-policy": "no-referrer",
    }
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    response = Response(content, media_type=CALENDAR, headers=headers)
    if request.method == "HEAD":  # the length of what GET would give, and none of it
        response.body = b""
    return response


@router.get("/visits/{visit_id}.ics")
def download(session: Db, visit: Participant) -> Response:
    """One visit, to open in a calendar program."""
    content = ics.download(visit.seen, visit.person, standing_of(session, visit.seen))
    name = f"vis-ma-vie-{visit.seen.visit.id}.ics"
    return Response(
        content, media_type=CALENDAR, headers={"content-disposition": f'attachment; filename="{name}"'}
    )
