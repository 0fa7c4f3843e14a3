"""Naming one or two colleagues whom one would like to meet."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from app.availability import colleagues, enrolment_page
from app.availability.enrolment_page import is_script, save
from app.availability.guards import OwnEnrolment
from app.availability.schemas import ColleagueSearchForm, PickForm
from app.availability.service import When
from app.availability.views import Typed
from app.core import clock
from app.core.db import Db
from app.core.forms import Submitted, bind
from app.core.templating import render

router = APIRouter(include_in_schema=False)


@router.post("/campaigns/{campaign_id}/enrolment/named/search", response_class=HTMLResponse)
def search(request: Request, session: Db, mine: OwnEnrolment, sent: Submitted) -> Response:
    """Find somebody to name. Changes nothing; a POST because addresses are logged and names must not be."""
    form = bind(ColleagueSearchForm, sent)
    text = form.value.colleague if form.value else ""
    if not is_script(request):
        return enrolment_page.show(request, session, mine, Typed(named=text))
    found = colleagues.found(session, mine, text)
    return render(request, "availability/_nameable.html", mine=mine, found=found, text=text, autosave=True)


@router.post("/campaigns/{campaign_id}/enrolment/named")
def named(request: Request, session: Db, mine: OwnEnrolment, sent: Submitted) -> Response:
    """One colleague named, or no longer. Confidential."""
    form = bind(PickForm, sent)
    if form.value is None:
        problem = next(iter(form.errors.values()))
        return enrolment_page.show(request, session, mine, status=422, problem=problem)
    given = form.value
    people = [person.id for person, _team in colleagues.named(session, mine.enrolment)]
    wanted = [one for one in (*people, given.add) if one is not None and one != given.remove]
    when = When(clock.today(), clock.now())
    return save(
        request,
        session,
        mine,
        lambda: colleagues.choose(session, mine, wanted, version=given.version, when=when),
        "named",
    )
