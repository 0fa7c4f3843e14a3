"""Pages of one's own enrolment; HR's pages stand in `answer_pages.py`."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import RedirectResponse, Response

from app.accounts.guards import Someone
from app.availability import answer_pages, enrolment_page, named_pages, queries, service, views
from app.availability.busy import pages as busy_pages
from app.availability.colleagues import named as named_by
from app.availability.enrolment_page import address, is_script, refuse, save
from app.availability.guards import OwnEnrolment
from app.availability.queries import find, is_changeable
from app.availability.schemas import (
    AnswerForm,
    ColleagueSearchForm,
    DaysForm,
    LanguagesForm,
    PickForm,
    PlacesForm,
)
from app.availability.service import When
from app.availability.tables import Answer
from app.availability.views import Typed
from app.campaigns.bookable import takes_bookings
from app.campaigns.lifecycle import is_booked_openly
from app.campaigns.queries import campaign_of_code
from app.campaigns.tables import Status
from app.core import clock
from app.core.db import Db
from app.core.errors import NotFound, Refusal
from app.core.forms import Submitted, bind
from app.core.i18n import _
from app.core.security import everyone
from app.core.templating import redirect, render
from app.people.guards import find_person

router = APIRouter(include_in_schema=False)
router.include_router(answer_pages.router)
router.include_router(busy_pages.router)
router.include_router(named_pages.router)

Words = Annotated[str, Query(max_length=80)]


@router.get("/join/{code}", response_class=HTMLResponse, dependencies=[Depends(everyone)])
def join(request: Request, session: Db, actor: Someone, code: str) -> Response:
    """Where a poster's QR code leads: what the campaign is, then signing in, then the enrolment."""
    campaign = campaign_of_code(session, code)
    if campaign is None or campaign.status == Status.DRAFT:
        raise NotFound
    person = find_person(actor, session) if actor is not None else None
    booked = is_booked_openly(campaign)
    where = f"/booking?campaign={campaign.id}" if booked else address(campaign.id)
    if person is not None and find(session, campaign, person) is not None:
        return RedirectResponse(where, 303)
    return render(
        request,
        "availability/join.html",
        campaign=campaign,
        open_now=takes_bookings(campaign) if booked else is_changeable(campaign, clock.today()),
        signed_in=actor is not None,
        booked=booked,
        next=quote(where, safe="/"),
    )


@router.get("/campaigns/{campaign_id}/enrolment", response_class=HTMLResponse)
def show(request: Request, session: Db, mine: OwnEnrolment, team: Words = "") -> Response:
    """One's own enrolment; `team` is a search that works without a script. Where one books, nobody enrols."""
    if is_booked_openly(mine.campaign):
        here = f"/booking?campaign={mine.campaign.id}"
        return redirect(here if takes_bookings(mine.campaign) else "/booking/requests")
    return enrolment_page.show(request, session, mine, Typed(team=team))


@router.get("/campaigns/{campaign_id}/enrolment/teams", response_class=HTMLResponse)
def teams(request: Request, session: Db, mine: OwnEnrolment, team: Words = "") -> Response:
    """The teams found, as one types."""
    view = views.enrolment_view(session, mine, clock.today(), Typed(team=team))
    return render(request, "availability/_teams.html", view=view, autosave=True)


@router.post("/campaigns/{campaign_id}/enrolment/answer")
def answer(request: Request, session: Db, mine: OwnEnrolment, sent: Submitted) -> Response:
    """Yes or no, in one tap."""
    form = bind(AnswerForm, sent)
    if form.value is None:
        return enrolment_page.show(request, session, mine, status=422, problem=_first(form.errors))
    try:
        service.answer(session, mine, form.value.answer, version=form.value.version, when=_when())
    except Refusal as refused:
        return refuse(request, session, mine, refused)
    if form.value.answer == Answer.YES:
        return redirect(address(mine.campaign.id), say=_("Vous participez. Reste à choisir vos jours."))
    return redirect(address(mine.campaign.id), say=_("C’est noté : vous ne participez pas cette fois."))


@router.post("/campaigns/{campaign_id}/enrolment/days")
def days(request: Request, session: Db, mine: OwnEnrolment, sent: Submitted) -> Response:
    """Days to leave, and days to receive when they are apart."""
    form = bind(DaysForm, sent)
    typed = Typed(
        visit_days=[str(day) for day in sent.getlist("visit_days")],
        host_days=[str(day) for day in sent.getlist("host_days")],
        apart="apart" in sent,
    )
    if form.value is None:
        return enrolment_page.show(request, session, mine, typed, status=422, problem=_first(form.errors))
    given = form.value
    return save(
        request,
        session,
        mine,
        lambda: service.choose_days(
            session,
            mine,
            given.visit_days,
            given.host_days if given.apart else None,
            version=given.version,
            when=_when(),
        ),
        "days",
        typed,
    )


@router.post("/campaigns/{campaign_id}/enrolment/wishes")
def wishes(request: Request, session: Db, mine: OwnEnrolment, sent: Submitted) -> Response:
    """One wish more, one less, or one higher."""
    form = bind(PickForm, sent)
    if form.value is None:
        return enrolment_page.show(request, session, mine, status=422, problem=_first(form.errors))
    given = form.value
    wished = [wish.team_id for wish in views.enrolment_view(session, mine, clock.today()).wishes]
    wanted = [one for one in wished if one != given.remove]
    if given.add is not None:
        wanted.append(given.add)
    if given.up in wanted[1:]:
        at = wanted.index(given.up)
        wanted[at - 1], wanted[at] = wanted[at], wanted[at - 1]
    return save(
        request,
        session,
        mine,
        lambda: service.choose_wishes(session, mine, wanted, version=given.version, when=_when()),
        "wishes",
    )


@router.post("/campaigns/{campaign_id}/enrolment/languages")
def languages(request: Request, session: Db, mine: OwnEnrolment, sent: Submitted) -> Response:
    """Languages spoken during the day."""
    form = bind(LanguagesForm, sent)
    typed = Typed(languages=[str(code) for code in sent.getlist("languages")])
    if form.value is None:
        return enrolment_page.show(request, session, mine, typed, status=422, problem=_first(form.errors))
    given = form.value
    return save(
        request,
        session,
        mine,
        lambda: service.choose_languages(session, mine, given.languages, version=given.version, when=_when()),
        "languages",
        typed,
    )


@router.post("/campaigns/{campaign_id}/enrolment/colleagues", response_class=HTMLResponse)
def colleagues(request: Request, session: Db, mine: OwnEnrolment, sent: Submitted) -> Response:
    """Find somebody to avoid. Changes nothing; a POST because addresses are logged and names must not be."""
    form = bind(ColleagueSearchForm, sent)
    text = form.value.colleague if form.value else ""
    if is_script(request):
        found = views.found_colleagues(session, mine, text)
        return render(
            request, "availability/_colleagues.html", mine=mine, found=found, text=text, autosave=True
        )
    return enrolment_page.show(request, session, mine, Typed(colleague=text))


@router.post("/campaigns/{campaign_id}/enrolment/avoided")
def avoided(request: Request, session: Db, mine: OwnEnrolment, sent: Submitted) -> Response:
    """Somebody to avoid more, or less. Confidential."""
    form = bind(PickForm, sent)
    if form.value is None:
        return enrolment_page.show(request, session, mine, status=422, problem=_first(form.errors))
    given = form.value
    people = {person.id for person, _team in queries.avoided_people(session, mine.enrolment)}
    people = {one for one in people if one is not None and one != given.remove}
    if given.add is not None:
        people.add(given.add)
    places = queries.excluded_site_ids(session, mine.enrolment)
    wanted = {one for one in people if one is not None}
    named = {person.id for person, _team in named_by(session, mine.enrolment)}
    return save(
        request,
        session,
        mine,
        lambda: service.choose_limits(session, mine, wanted, places, version=given.version, when=_when()),
        "avoided",
        also=_("Cette personne n’est donc plus parmi les collègues que vous nommez.")
        if given.add in named
        else "",
    )


@router.post("/campaigns/{campaign_id}/enrolment/places")
def places(request: Request, session: Db, mine: OwnEnrolment, sent: Submitted) -> Response:
    """Places that are impossible. Confidential."""
    form = bind(PlacesForm, sent)
    if form.value is None:
        return enrolment_page.show(request, session, mine, status=422, problem=_first(form.errors))
    given = form.value
    people = [person.id for person, _team in queries.avoided_people(session, mine.enrolment)]
    avoided_ids = [one for one in people if one is not None]
    return save(
        request,
        session,
        mine,
        lambda: service.choose_limits(
            session, mine, avoided_ids, given.excluded_sites, version=given.version, when=_when()
        ),
        "places",
        Typed(excluded_sites=given.excluded_sites),
    )


def _first(errors: dict[str, str]) -> str:
    return next(iter(errors.values()))


def _when() -> When:
    return When(clock.today(), clock.now())
