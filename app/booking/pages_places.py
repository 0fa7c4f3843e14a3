"""Pages of the teams that receive: places to offer, to change, to take back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from app.booking import lines, offering, queries, twins, views
from app.booking.errors import KeyReused, PlaceRefused
from app.booking.guards import (
    AsReceiver,
    Keeper,
    KeptPlace,
    Receiver,
    acting,
)
from app.booking.hosts_off import hosts_off
from app.booking.queries import SeenPlace
from app.booking.schemas import (
    OfferForm,
    PlaceChangeForm,
    PlaceForm,
    WithdrawalForm,
)
from app.booking.words import taken_back_words
from app.campaigns import queries as campaigns
from app.campaigns.calendar import campaign_days, closed_reason
from app.campaigns.tables import Booking, Campaign, Status
from app.core import clock
from app.core.db import Db
from app.core.errors import NotFound
from app.core.forms import Bound, Submitted, bind, blank
from app.core.i18n import _, ngettext
from app.core.templating import redirect, render
from app.people.tables import Person, Site, Team
from app.teams.days import marks_between
from app.visits.rules import PART_HOURS, part_labels
from app.visits.tables import DayPart

router = APIRouter(include_in_schema=False)


@router.get("/team/places", response_class=HTMLResponse)
def places(request: Request, session: Db, who: AsReceiver) -> Response:
    """What my teams offer."""
    found = queries.places_of_teams(session, team_ids_of(session, who))
    today = clock.today()
    known = {one.id: one for one in _campaigns(session)}
    closed = views.closed_days(session, found, known, today)
    return render(
        request,
        "booking/places.html",
        places=found,
        everybody=who.actor.is_hr,
        campaigns=known,
        closed=closed,
        full=views.full_days(session, found, known, closed, today),
        off=hosts_off(session, found, known, today) - closed,
        hours=views.hours_words,
        today=today,
    )


@router.get("/team/places/new", response_class=HTMLResponse)
def new_place(
    request: Request,
    session: Db,
    who: AsReceiver,
    campaign: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    team: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    """A new place: for which campaign, which team, then the rest."""
    form = blank(campaign_id=campaign, team_id=team, per_day=1, part=DayPart.FULL)
    return _page(request, _writing(session, who, campaign, team), form)


@router.post("/team/places")
def offer(request: Request, session: Db, who: AsReceiver, sent: Submitted) -> Response:
    """Offer it."""
    form = bind(OfferForm, sent)
    chosen = form.value
    writing = _writing(session, who, _number(form.get("campaign_id")), _number(form.get("team_id")))
    if chosen is None:
        return _page(request, writing, form, status=422)
    if writing.campaign is None or writing.team is None:
        raise NotFound
    twice = twins.offered_already(
        session, writing.campaign.id or 0, writing.team.id or 0, chosen.job, chosen.days, chosen.key
    )
    sure = "-".join(f"{seen.place.id}.{len(both)}" for seen, both in twice)
    if twice and chosen.sure != sure:
        return _page(request, writing, form, status=422, twice=twice, sure=sure)
    try:
        offering.offer_place(
            session,
            writing.campaign,
            writing.team,
            chosen.days,
            actor=acting(session, who.actor, who.person, writing.team.id or 0),
            now=clock.now(),
            today=clock.today(),
            key=chosen.key,
            **place_values_of(chosen),
        )
    except PlaceRefused as refused:
        return _page(request, writing, _told(form, refused), status=422)
    except KeyReused:
        form.raw["key"] = uuid4().hex
        form.refuse(
            "", _("Ce formulaire vient de proposer une place. Pour une deuxième, envoyez-le de nouveau.")
        )
        return _page(request, writing, form, status=422)
    return redirect("/team/places", say=_("La place est proposée : elle apparaît tout de suite."))


@router.get("/team/places/{place_id}/edit", response_class=HTMLResponse)
def edit_place(request: Request, session: Db, seen: KeptPlace) -> Response:
    """A place as it stands."""
    place = seen.place
    names = ("campaign_id", "team_id", "host_id", "job", "seen", "bring", "part", "per_day", "version")
    form = blank(
        **{name: getattr(place, name) for name in names},
        starts_at=f"{place.starts_at:%H:%M}",
        ends_at=f"{place.ends_at:%H:%M}",
        days=[one.day.isoformat() for one in seen.offered],
    )
    return _page(request, _editing(session, seen), form)


@router.post("/team/places/{place_id}")
def change_place(request: Request, session: Db, seen: KeptPlace, actor: Keeper, sent: Submitted) -> Response:
    """Change it; days already booked stand. Who takes days back reads first what that ends."""
    form = bind(PlaceChangeForm, sent)
    writing = _editing(session, seen)
    if form.value is None:
        return _page(request, writing, form, status=422)
    today = clock.today()
    dropped = {one.day for one in seen.offered if one.day >= today} - set(form.value.days)
    ends = lines.standing(session, today, place_id=seen.place.id, days=dropped)
    if (ends.booked or ends.pending) and form.value.sure != ends.stamp:
        moving = twins.moving_from(session, seen.place, dropped)
        said = taken_back_words(twins.remaining(ends, moving), len(moving))
        return _page(request, writing, form, status=422, ends=said, sure=ends.stamp)
    try:
        told = offering.change_place(
            session,
            seen,
            form.value.days,
            version=form.value.version,
            actor=actor,
            now=clock.now(),
            today=clock.today(),
            **place_values_of(form.value),
        )
    except PlaceRefused as refused:
        return _page(request, writing, _told(form, refused), status=422)
    say = _("C’est enregistré.")
    if told:
        say += " " + ngettext(
            "%(n)s journée réservée le dit aussi : les personnes concernées reçoivent un message.",
            "%(n)s journées réservées le disent aussi : les personnes concernées reçoivent un message.",
            told,
        ) % {"n": told}
    over = sum(
        one.taken > form.value.per_day for one in seen.days if one.day >= today and one.day in form.value.days
    )
    if over:
        say += " " + ngettext(
            "%(n)s jour a plus de réservations que de places : elles restent.",
            "%(n)s jours ont plus de réservations que de places : elles restent.",
            over,
        ) % {"n": over}
    return redirect("/team/places", say=say)


@router.get("/team/places/{place_id}/withdrawal", response_class=HTMLResponse)
def ask_withdrawal(request: Request, session: Db, seen: KeptPlace) -> Response:
    """What taking a place back does, before it is done."""
    found = lines.standing(session, clock.today(), place_id=seen.place.id)
    moving = twins.moving_from(session, seen.place)
    ends = taken_back_words(twins.remaining(found, moving), len(moving))
    return render(request, "booking/withdrawal.html", seen=seen, ends=ends)


@router.post("/team/places/{place_id}/withdrawal")
def withdraw_place(session: Db, seen: KeptPlace, actor: Keeper, sent: Submitted) -> Response:
    """Take it back."""
    form = bind(WithdrawalForm, sent).required()
    offering.withdraw_place(session, seen, version=form.version, actor=actor, now=clock.now())
    return redirect("/team/places", say=_("La place n’est plus proposée. Les journées réservées restent."))


@dataclass(frozen=True)
class Writing:
    """What the form of a place offers to choose from."""

    campaigns: list[Campaign]
    teams: list[tuple[Team, Site]]
    campaign: Campaign | None
    team: Team | None
    site: Site | None
    members: list[Person]
    place: SeenPlace | None = None
    no_visitors: Collection[date] = ()
    """Days on which the team said that nobody comes."""
    booked: int = 0
    """Booked days to come, which keep their hours and their host whatever becomes of the place."""


def _writing(session: Db, who: Receiver, campaign_id: int | None, team_id: int | None) -> Writing:
    open_ones = _campaigns(session)
    teams = [
        (team, site)
        for team, site in campaigns.teams_by_site(session)
        if who.actor.is_hr or team.id in who.team_ids
    ]
    campaign = next((one for one in open_ones if one.id == campaign_id), None)
    if campaign is None and campaign_id is None and len(open_ones) == 1:
        campaign = open_ones[0]
    chosen = next((pair for pair in teams if pair[0].id == team_id), None)
    if chosen is None and team_id is None and len(teams) == 1:
        chosen = teams[0]
    team, site = chosen or (None, None)
    found = queries.members(session, [team.id]) if team is not None and team.id is not None else []
    closed = _no_visitors(session, campaign, team)
    return Writing(open_ones, teams, campaign, team, site, found, None, closed)


def _editing(session: Db, seen: SeenPlace) -> Writing:
    campaign = session.get_one(Campaign, seen.place.campaign_id)
    found = queries.members(session, [seen.place.team_id])
    closed = _no_visitors(session, campaign, seen.team)
    booked = lines.standing(session, clock.today(), place_id=seen.place.id).booked
    teams = [(seen.team, seen.site)]
    return Writing([campaign], teams, campaign, seen.team, seen.site, found, seen, closed, booked)


def _no_visitors(session: Db, campaign: Campaign | None, team: Team | None) -> Collection[date]:
    if campaign is None or team is None or team.id is None:
        return ()
    marks = marks_between(session, campaign.first_day, campaign.last_day, [team.id])
    return marks.no_visitors.get(team.id, ())


def _page(
    request: Request,
    writing: Writing,
    form: Bound[Any],
    *,
    status: int = 200,
    ends: Collection[str] = (),
    sure: str = "",
    twice: Collection[tuple[SeenPlace, list[date]]] = (),
) -> Response:
    chosen = {str(day) for day in form.get("days", [])}
    return render(
        request,
        "booking/place_form.html",
        status=status,
        writing=writing,
        form=form,
        days=_days(writing, chosen, clock.today()),
        parts=part_labels(),
        ends=ends,
        sure=sure,
        twice=twice,
        key=form.get("key") or uuid4().hex,
    )


def _days(writing: Writing, chosen: set[str], today: date) -> list[dict[str, Any]]:
    if writing.campaign is None or writing.team is None or writing.site is None:
        return []
    days = []
    for day in campaign_days(writing.campaign):
        closed = closed_reason(writing.campaign, writing.team, writing.site, day)
        state = "past" if day < today else "free" if closed is None else "closed"
        note = "" if closed is None else closed.words
        if closed is None and day in writing.no_visitors:
            note = _("l’équipe ne reçoit pas ce jour-là")
            state = state if day.isoformat() in chosen or state == "past" else "closed"
        days.append({"date": day, "state": state, "note": note, "chosen": day.isoformat() in chosen})
    return days


def _campaigns(session: Db) -> list[Campaign]:
    alive = (Status.DRAFT, Status.OPEN, Status.PLANNING, Status.PUBLISHED, Status.RUNNING)
    found, _total = campaigns.campaigns(session, statuses=alive, size=100)
    return [one for one in found if one.booking != Booking.NONE]


def team_ids_of(session: Db, who: Receiver) -> set[int]:
    """The teams somebody answers for; HR answers for all."""
    if not who.actor.is_hr:
        return set(who.team_ids)
    return {team.id for team, _site in campaigns.teams_by_site(session) if team.id is not None}


def place_values_of(form: PlaceForm) -> dict[str, Any]:
    """The columns of a place that a form fills; hours left open are the usual ones."""
    starts, ends = PART_HOURS[form.part]
    names = ("host_id", "job", "seen", "bring", "part", "per_day")
    return {
        **{name: getattr(form, name) for name in names},
        "starts_at": form.starts_at or starts,
        "ends_at": form.ends_at or ends,
    }


def _told(form: Bound[Any], refused: PlaceRefused) -> Bound[Any]:
    for name, sentence in refused.faults.items():
        form.refuse(name, sentence)
    return form


def _number(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
