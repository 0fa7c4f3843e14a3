"""Pages of those who book: places to find, a day to take, requests to follow."""

from datetime import date
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from app.accounts.guards import Asking as Actor
from app.availability.busy.queries import calendar_read, given_elsewhere
from app.availability.busy.taken import is_taken
from app.availability.going import pause_kept
from app.availability.leaving import may_come_back
from app.availability.queries import Enrolling, find_enrolling
from app.booking import asking, fallen, lines, pages_campaign, pages_places, pages_team, queries, twins, views
from app.booking.errors import EnoughBooked, NotForYou, OwnDayTaken, PlaceFull, PlaceGone
from app.booking.guards import AsAsker, AsVisitor
from app.booking.inviting import offering_days
from app.booking.lifecycle import once
from app.booking.looking import DayOption, Look, look
from app.booking.rules import is_overdue, until
from app.booking.schemas import AskForm, GivingUpForm, SearchForm, StepForm
from app.booking.stands import stands_of, still_missing
from app.booking.tables import RequestStatus
from app.booking.words import language_names, terms_in_words, why_words
from app.campaigns.bookable import takes_bookings
from app.campaigns.tables import Campaign
from app.core import clock
from app.core.db import Db
from app.core.errors import Refusal
from app.core.forms import Submitted, bind
from app.core.i18n import _
from app.core.templating import long_day, redirect, render
from app.people.guards import Employee
from app.people.tables import Person
from app.visits.errors import ConditionsFirst
from app.visits.tables import Visit

router = APIRouter(include_in_schema=False)
router.include_router(pages_team.router)
router.include_router(pages_places.router)
router.include_router(pages_campaign.router)


@router.get("/booking", response_class=HTMLResponse)
def find(request: Request, session: Db, person: Employee, asked: Annotated[SearchForm, Query()]) -> Response:
    """Places to visit: bookable first, then full, then closed with the reason."""
    today = clock.today()
    campaigns = queries.bookable_campaigns(session, person)
    offering = offering_days(session, [one.id or 0 for one in campaigns], today)
    campaigns.sort(key=lambda one: one.id not in offering)  # those with something to find first
    chosen = next((one for one in campaigns if one.id == asked.campaign), campaigns[0] if campaigns else None)
    found = views.search(session, chosen, person, asked, today) if chosen else None
    assert person.id is not None
    mine = [one for one in queries.requests_of(session, person.id) if one.request.live]
    left = _left(session, chosen, person) if chosen else None
    return render(
        request,
        "booking/find.html",
        campaigns=campaigns,
        campaign=chosen,
        asked=asked,
        found=found,
        limit=views.own_limit(session, chosen, person, mine, today) if chosen else None,
        terms=terms_in_words(chosen.booking, queries.rules_of(session, chosen.id or 0)) if chosen else [],
        left=left,
        pause=pause_kept(left, today),
        mine=mine,
        stands=stands_of(session, mine, to_asker=True),
        filtered=asked.narrows,
        calendar=calendar_read(session, chosen.id or 0, person.id) if chosen else None,
        elsewhere=given_elsewhere(session, chosen, person.id) if chosen else [],
        hours=views.hours_words,
        why=why_words,
        language_names=language_names,
    )


@router.get("/booking/places/{place_id}", response_class=HTMLResponse)
def show_place(
    request: Request,
    session: Db,
    visiting: AsVisitor,
    day: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """One place, with the day to confirm: the second tap."""
    return _place_page(request, session, visiting, day)


@router.post("/booking/places/{place_id}/requests")
def ask(request: Request, session: Db, visiting: AsVisitor, actor: Actor, sent: Submitted) -> Response:
    """Book the day, ask for it, or stand in line; the same form sent twice counts once."""
    form = bind(AskForm, sent)
    if form.value is None:
        return _place_page(request, session, visiting, str(form.get("day")), status=422)
    value = form.value
    try:
        made = asking.ask(
            session,
            visiting.person,
            visiting.seen,
            value.day,
            value.key,
            wait=value.wait,
            conditions_id=value.conditions,
            actor=actor,
            now=clock.now(),
            today=clock.today(),
        )
    except PlaceGone:
        return _place_page(request, session, visiting, value.day.isoformat(), status=409)
    except (PlaceFull, NotForYou, OwnDayTaken, EnoughBooked, ConditionsFirst) as refused:
        return _place_page(request, session, visiting, value.day.isoformat(), status=409, refused=refused)
    say = {
        RequestStatus.BOOKED: _("La place est à vous. L’invitation arrive dans votre agenda."),
        RequestStatus.REQUESTED: _("Votre demande est partie : l’équipe va vous répondre."),
        RequestStatus.WAITING: _(
            "Vous êtes en liste d’attente : un message vous prévient d’une place libre."
        ),
    }.get(made.status)
    return redirect(f"/booking/requests/{made.id}", say=say)


def _place_page(
    request: Request,
    session: Db,
    visiting: AsVisitor,
    day: str,
    *,
    status: int = 200,
    refused: Refusal | None = None,
) -> Response:
    campaign, seen = visiting.campaign, visiting.seen
    terms = queries.rules_of(session, campaign.id or 0)
    today = clock.today()
    [found] = look(
        session, campaign, visiting.person, [seen], terms.notice_days, today, most=terms.max_per_person
    )
    chosen = _chosen(found, day)
    mine = [one for one in queries.requests_of(session, visiting.person.id or 0) if one.request.live]
    left = _left(session, campaign, visiting.person)
    return render(
        request,
        "booking/place.html",
        status=status,
        campaign=campaign,
        terms=terms,
        look=found,
        calendar=calendar_read(session, campaign.id or 0, visiting.person.id or 0),
        elsewhere=given_elsewhere(session, campaign, visiting.person.id),
        days=[one for one in found.days if one.day >= today],
        chosen=chosen,
        due=until(chosen.day, clock.now(), terms.answer_days) if chosen else None,
        stands=stands_of(session, mine, to_asker=True),
        limit=views.own_limit(session, campaign, visiting.person, mine, today),
        waits=still_missing(session, visiting.person, chosen, seen.place.team_id),
        missing="" if chosen is not None or not day else _missing(day),
        key=uuid4().hex,
        refused=refused.message() if refused else None,
        left=left,
        pause=pause_kept(left, today),
        gone=seen.place.withdrawn_at is not None,
        open_now=takes_bookings(campaign) and seen.place.withdrawn_at is None,
        hours=views.hours_words,
        why=why_words,
    )


def _left(session: Session, campaign: Campaign, person: Person) -> Enrolling | None:
    """Somebody who takes no part, and may come back."""
    found = find_enrolling(session, campaign.id or 0, person.id or 0)
    return found if found is not None and may_come_back(found, clock.today()) else None


def _chosen(found: Look, day: str) -> DayOption | None:
    return next((one for one in found.days if one.day.isoformat() == day), None)


def _missing(day: str) -> str:
    """What to say of a day that the place does not offer (any more)."""
    try:
        named = long_day(date.fromisoformat(day))
    except ValueError:
        return _("Ce jour n’existe pas : choisissez-en un ci-dessous.")
    return _(
        "L’équipe ne propose pas le %(day)s (ou ne le propose plus) : choisissez un jour ci-dessous."
    ) % {"day": named}


@router.get("/booking/requests", response_class=HTMLResponse)
def mine(request: Request, session: Db, person: Employee) -> Response:
    """What I asked for, and where it stands."""
    assert person.id is not None
    found = queries.requests_of(session, person.id)
    where = stands_of(session, found, to_asker=True)
    return render(
        request,
        "booking/mine.html",
        live=[one for one in found if one.request.live and not where[one.request.id or 0].is_over],
        stands=where,
        over=[one for one in reversed(found) if not one.request.live or where[one.request.id or 0].is_over],
        elsewhere=twins.still_offering(session, found, clock.today()),
        hours=views.hours_words,
    )


@router.get("/booking/requests/{request_id}", response_class=HTMLResponse)
def show(request: Request, session: Db, mine: AsAsker) -> Response:
    """One request: what was asked, where it stands, what I can do."""
    asked = mine.seen.request
    offered = asked.status == RequestStatus.OFFERED
    return render(
        request,
        "booking/request.html",
        seen=mine.seen,
        stands=stands_of(session, [mine.seen], to_asker=True)[asked.id or 0],
        asked=asked,
        taken=offered and is_taken(session, mine.person.id, mine.seen.day),
        fell=session.get(Visit, asked.instead_of_id) if asked.instead_of_id is not None else None,
        ahead=lines.ahead_of(session, asked, asked=True) if asked.status == RequestStatus.WAITING else 0,
        overdue=is_overdue(asked, clock.now()),
        awaited=offered and lines.is_awaited(session, asked),
        late=offered and lines.is_late_then(session, asked),
        elsewhere=twins.still_offering(session, [mine.seen], clock.today()).get(asked.id or 0),
        hours=views.hours_words,
    )


@router.post("/booking/requests/{request_id}/acceptance")
def accept(session: Db, mine: AsAsker, actor: Actor, sent: Submitted) -> Response:
    """Take the place that is offered."""
    form = bind(StepForm, sent).required()
    asked = mine.seen.request
    over: Refusal | None = None
    with once(session, asked, RequestStatus.BOOKED, actor.account_id):
        over = asking.accept(
            session,
            asked,
            mine.person,
            actor=actor,
            now=clock.now(),
            today=clock.today(),
            revision=form.revision,
        )
    if over is not None:
        return redirect(f"/booking/requests/{asked.id}", say=over.message(), kind="warn")
    say = _("La place est à vous. L’invitation arrive dans votre agenda.")
    return redirect(f"/booking/requests/{asked.id}", say=say)


@router.post("/booking/requests/{request_id}/withdrawal")
def withdraw(session: Db, mine: AsAsker, actor: Actor, sent: Submitted) -> Response:
    """Give up a request, a place in line, or an offer; or, in place of a day that fell, ask for another."""
    form = bind(GivingUpForm, sent).required()
    other = None
    with once(session, mine.seen.request, RequestStatus.WITHDRAWN, actor.account_id):
        other = asking.withdraw(
            session,
            mine.seen.request,
            actor=actor,
            now=clock.now(),
            today=clock.today(),
            revision=form.revision,
            another=form.another,
        )
    if other is None and form.another:
        instead = fallen.offered_instead(session, mine.seen.request.instead_of_id or 0)
        other = next((one for one in instead if one.live), None)
    if other is not None:
        return redirect(f"/booking/requests/{other.id}", say=_("Voici une autre place, gardée pour vous."))
    if form.another:
        here = f"/booking?campaign={mine.seen.request.campaign_id}"
        return redirect(here, say=_("Rien d’autre ne convient pour l’instant : cherchez ici."), kind="warn")
    return redirect("/booking/requests", say=_("C’est retiré."))
