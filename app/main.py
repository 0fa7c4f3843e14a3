"""Assembles the service: features' doors, middleware, error pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import DataError, OperationalError
from starlette.exceptions import HTTPException
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app import __version__
from app.accounts import api as accounts_api
from app.accounts import pages as accounts_pages
from app.availability import api as availability_api
from app.availability import pages as availability_pages
from app.booking import api as booking_api
from app.booking import pages as booking_pages
from app.calendars import api as calendars_api
from app.calendars import pages as calendars_pages
from app.campaigns import api as campaigns_api
from app.campaigns import pages as campaigns_pages
from app.core import i18n
from app.core.collisions import DoneAgain, done_again
from app.core.db import make_engine
from app.core.errors import NotFound, Refusal, SignInNeeded
from app.core.forms import sentence
from app.core.i18n import _
from app.core.openapi import complete_description, operation_id
from app.core.security import GuardHeaders
from app.core.settings import settings
from app.core.templating import STATIC, environment, problem, redirect, render
from app.core.turns import AT_ONCE
from app.core.ways_back import page_of_form
from app.debriefs import api as debriefs_api
from app.debriefs import pages as debriefs_pages
from app.documents import pages as documents_pages
from app.home import api as home_api
from app.home import pages as home_pages
from app.home.chrome import chrome
from app.messages import api as messages_api
from app.messages import pages as messages_pages
from app.people import api as people_api
from app.people import pages as people_pages
from app.planning import api as planning_api
from app.planning import pages as planning_pages
from app.teams import api as teams_api
from app.teams import pages as teams_pages
from app.visits import api as visits_api
from app.visits import pages as visits_pages

DOORS = (
    accounts_pages,
    accounts_api,
    people_pages,
    people_api,
    teams_pages,  # before visits: /team/rosters is not the team "rosters"
    teams_api,
    campaigns_pages,
    campaigns_api,
    messages_pages,
    messages_api,
    availability_pages,
    availability_api,
    calendars_pages,  # before visits: /visits/7.ics is not the visit "7.ics"
    booking_pages,  # before visits: /team/requests is not the team "requests"
    visits_pages,
    visits_api,
    planning_pages,
    planning_api,
    debriefs_pages,
    debriefs_api,
    calendars_api,
    booking_api,
    documents_pages,
    home_pages,
    home_api,
)


class Static(StaticFiles):
    """Our own files; an address that carries the content's hash may be kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Add the caching header."""
        response = await super().get_response(path, scope)
        kept = b"v=" in scope.get("query_string", b"") or path.startswith("vendor/fonts")
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
        return response


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Requests run in no more threads than the pool has connections: waiting in line beats starving."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = AT_ONCE
    yield


def create_app(engine: Engine | None = None) -> FastAPI:
    """The whole service on a database (default: the one of the settings)."""
    app = FastAPI(
        title="Vis ma vie",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        generate_unique_id_function=operation_id,
        lifespan=lifespan,
    )
    complete_description(app)
    app.state.engine = engine or make_engine(settings().database)
    app.state.chrome = chrome
    for door in DOORS:
        app.include_router(door.router)
    app.mount("/static", Static(directory=STATIC), name="static")
    app.add_middleware(DoneAgain)
    app.add_middleware(BaseHTTPMiddleware, dispatch=choose_language)
    app.add_middleware(GuardHeaders, cross_site=cross_site)
    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(HTTPException, not_served)
    app.add_exception_handler(RequestValidationError, unreadable)
    app.add_exception_handler(OperationalError, database_away)
    app.add_exception_handler(DataError, impossible)
    app.add_exception_handler(OverflowError, impossible)
    app.add_exception_handler(Exception, broken)
    return app


QUOTED = 60
"""Characters of a wrong value that a page repeats."""


def _language(request: Request) -> str:
    """The reader's cookie decides, else the browser."""
    chosen = request.cookies.get("vmv_language", "")
    return chosen if chosen in i18n.LANGUAGES else i18n.negotiate(request.headers.get("accept-language", ""))


def cross_site(request: Request) -> Response:
    """A change that a page of another site asked for, or that does not say where it comes from. Who asks is
    not looked up."""
    with i18n.speaking(_language(request)):
        message = _(
            "Rien n’a été changé : cette demande ne vient pas d’une page de Vis ma vie. Ouvrez la page ici, "
            "et recommencez."
        )
        page = environment().get_template("errors/403.html").render(message=message)
    return HTMLResponse(page, 403)


async def choose_language(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Answer in the reader's language."""
    i18n.set_language(_language(request))
    response = await call_next(request)
    response.headers.setdefault("content-language", i18n.current_language())
    return response


def _answer(request: Request, status: int, code: str, message: str) -> Response:
    if request.url.path.startswith("/api/"):
        return problem(status, code, _to_programs().get(code, message))
    page = status if status in {403, 404, 409, 422, 500, 503} else 422
    again = page_of_form(request.app, request.url.path) if request.method == "POST" else None
    return render(request, f"errors/{page}.html", status=status, message=message, again=again)


def _to_programs() -> dict[str, str]:
    """By code, what a program reads where a page speaks of itself."""
    return {
        "Forbidden": _("Votre compte n’y a pas accès."),
        "NotFound": _("Introuvable, ou pas pour vous."),
    }


def refused(request: Request, error: Any) -> Response:
    """A rule said no."""
    assert isinstance(error, Refusal)
    if isinstance(error, SignInNeeded) and not request.url.path.startswith("/api/"):
        return RedirectResponse(f"/sign-in?next={request.url.path}", 303)
    return _answer(request, error.status, error.code, error.message())


def not_served(request: Request, error: Any) -> Response:
    """No such page; or a form's address, read: its page is shown; or what was sent cannot be read."""
    assert isinstance(error, HTTPException)
    status, path = error.status_code, request.url.path
    if status == 400:
        return _answer(request, 400, "Unreadable", _("Ce qui a été envoyé n’a pas pu être lu."))
    if status != 405:
        return _answer(request, status, "NotFound", NotFound().message())
    if path.startswith("/api/"):
        return _answer(request, 405, "MethodNotAllowed", _("Cette adresse ne répond pas à cette méthode."))
    page = page_of_form(request.app, path) if request.method in {"GET", "HEAD"} else None
    if page is None:
        return _answer(request, 404, "NotFound", NotFound().message())
    return redirect(page, say=_("Rien n’a été envoyé : voici la page d’où part ce formulaire."), kind="warn")


def unreadable(request: Request, error: Any) -> Response:
    """The request is not of the form that the route takes."""
    assert isinstance(error, RequestValidationError)
    is_api = request.url.path.startswith("/api/")
    if not is_api and any(fault["loc"][0] == "path" for fault in error.errors()):
        return _answer(request, 404, "NotFound", NotFound().message())
    values = [fault.get("input") for fault in error.errors() if fault["loc"][0] == "query"]
    if not is_api and request.method == "GET" and values and isinstance(values[0], str):
        message = _("Une valeur de l’adresse n’est pas possible ici : « %(value)s ».") % {
            "value": values[0][:QUOTED]
        }
        return _answer(request, 422, "Unreadable", message)
    if not is_api and request.method == "GET" and error.errors()[0]["type"] == "missing":
        message = _("Cette adresse est incomplète : revenez en arrière, et suivez le lien de la page.")
        return _answer(request, 422, "Unreadable", message)
    named = [(".".join(str(part) for part in fault["loc"]), sentence(fault)) for fault in error.errors()[:5]]
    if is_api:
        said = [_("%(field)s : %(said)s") % {"field": field, "said": said} for field, said in named]
        return _answer(
            request, 422, "Unreadable", " ".join([_("La demande n’a pas la forme attendue."), *said])
        )
    where = ", ".join(field for field, _said in named)
    message = _("La demande n’a pas la forme attendue (%(where)s).") % {"where": where}
    return _answer(request, 422, "Unreadable", message)


def impossible(request: Request, error: Any) -> Response:
    """A value that no column can hold: an id beyond all numbers, a text with a zero byte."""
    return _answer(request, 422, "Impossible", _("Cette valeur n’est pas possible ici."))


def database_away(request: Request, error: Any) -> Response:
    """The database does not answer, or two changes met in it too often: nothing was changed."""
    if done_again(error):
        raise error
    message = _("Le service est momentanément indisponible. Rien n’a été perdu : réessayez dans un instant.")
    return _answer(request, 503, "Unavailable", message)


def broken(request: Request, error: Any) -> Response:
    """Our fault."""
    message = _("Une erreur est survenue de notre côté. Rien n’a été enregistré à moitié.")
    return _answer(request, 500, "Broken", message)
