"""The page of one's own enrolment, which every door of it shows."""

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from app.availability import views
from app.availability.queries import Enrolling, find
from app.availability.views import Typed
from app.core import clock
from app.core.errors import NotFound
from app.core.templating import render


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
