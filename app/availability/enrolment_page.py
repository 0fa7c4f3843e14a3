"""The page of one's own enrolment, which every door of it shows."""

from typing import Any

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from app.availability import views
from app.availability.leaving import may_come_back
from app.availability.queries import Enrolling, find
from app.availability.tables import Enrolment
from app.availability.views import Typed
from app.core import clock
from app.core.errors import NotFound, Refusal
from app.core.i18n import _
from app.core.templating import redirect, render


def show(
    request: Request,
    session: Session,
    mine: Enrolling,
    typed: Typed | None = None,
    *,
    status: int = 200,
    problem: str = "",
    at: str = "",
) -> Response:
    """The whole page; `problem` is said at the part `at`, by default at the top."""
    view = views.enrolment_view(session, mine, clock.today(), typed)
    shared = bool(request.state.actor and request.state.actor.shared_screen)
    return render(
        request,
        "availability/enrolment.html",
        status=status,
        view=view,
        may_come_back=may_come_back(mine, clock.today()),
        problem=problem,
        problem_at=at,
        autosave=not shared,
        shared=shared,
    )


def again(session: Session, mine: Enrolling) -> Enrolling:
    """The same person and campaign as they are now."""
    found = find(session, mine.campaign, mine.person)
    if found is None:
        raise NotFound
    return found


def save(
    request: Request,
    session: Session,
    mine: Enrolling,
    change: Any,
    part: str,
    typed: Typed | None = None,
    also: str = "",
) -> Response:
    """Make the change; answer a script with what changed on the page, anybody else with the page again.

    `also`: what else the change did.
    """
    try:
        enrolment: Enrolment = change()
    except Refusal as refused:
        return refuse(request, session, mine, refused, typed)
    if not is_script(request):
        return redirect(f"{address(mine.campaign.id)}#{part}", say=" ".join([_("Enregistré."), also]).strip())
    fresh = again(session, mine)
    assert fresh.enrolment is enrolment or fresh.version == enrolment.version
    if part in {"wishes", "named", "avoided"}:
        view = views.enrolment_view(session, fresh, clock.today())
        return render(
            request,
            f"availability/_{part}.html",
            view=view,
            hosts=view.hosts,
            autosave=True,
            saved=True,
            also=also,
        )
    hosts = views.possible_hosts(session, fresh)
    return render(request, "availability/_saved.html", mine=fresh, hosts=hosts)


def refuse(
    request: Request, session: Session, mine: Enrolling, refused: Refusal, typed: Typed | None = None
) -> Response:
    """Nothing was changed: say why, keep what was typed."""
    session.rollback()
    if is_script(request):
        return render(
            request,
            "availability/_not_saved.html",
            status=422,
            headers={"hx-retarget": "#not-saved", "hx-reswap": "innerHTML"},
            message=refused.message(),
            address=address(mine.campaign.id),
        )
    return show(
        request, session, again(session, mine), typed, status=refused.status, problem=refused.message()
    )


def is_script(request: Request) -> bool:
    """Whether the page itself asks, for a part of it."""
    return request.headers.get("hx-request") == "true"


def address(campaign_id: int | None) -> str:
    """Where the page is."""
    return f"/campaigns/{campaign_id}/enrolment"
