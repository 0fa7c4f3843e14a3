"""JSON door of booking: the same services as the pages."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response

from app.accounts.guards import Asking as Actor
from app.booking import api_for, asking, deciding, inviting, offering, queries, views
from app.booking.closed_days import closed_among
from app.booking.guards import AsAsker, AsDecider, AsReceiver, AsVisitor, Keeper, KeptPlace, acting
from app.booking.looking import look
from app.booking.pages_campaign import TERMS
from app.booking.pages_places import place_values_of, team_ids_of
from app.booking.queries import SeenPlace
from app.booking.schemas import (
    ApprovalForm,
    AskInput,
    EffectOut,
    GivingUpForm,
    HostOut,
    HostsOut,
    InvitingOut,
    KeptPlaceOut,
    KeptPlacesOut,
    Key,
    LookOut,
    LooksOut,
    PlaceForm,
    RefusalForm,
    RequestOut,
    RequestsOut,
    RequestsToAnswerOut,
    RequestToAnswerOut,
    SearchForm,
    StepForm,
    TermsForm,
    TermsOut,
    WithdrawalForm,
    kept_place_out,
    look_out,
)
from app.booking.told import request_out
from app.campaigns.guards import HrCampaign
from app.campaigns.tables import Campaign
from app.core import clock
from app.core.db import Db
from app.core.errors import Forbidden, NotFound
from app.core.templating import problem
from app.people.guards import Employee
from app.people.tables import Team

own = APIRouter(prefix="/api/v1", tags=["booking"])


@own.get("/booking/places")
def find(session: Db, person: Employee, asked: Annotated[SearchForm, Query()]) -> LooksOut:
    """Places of a campaign (by default the first that takes bookings) as I find them, bookable ones first."""
    return api_for.places_for(session, person, asked)


@own.get("/booking/places/{place_id}")
def show_place(session: Db, visiting: AsVisitor) -> LookOut:
    """One place, with each day: free, full or closed, and why."""
    terms = queries.rules_of(session, visiting.seen.place.campaign_id)
    today = clock.today()
    [found] = look(
        session,
        visiting.campaign,
        visiting.person,
        [visiting.seen],
        terms.notice_days,
        today,
        most=terms.max_per_person,
    )
    return look_out(found)


@own.post("/booking/places/{place_id}/requests", status_code=201)
def ask(
    session: Db,
    visiting: AsVisitor,
    actor: Actor,
    sent: AskInput,
    idempotency_key: Annotated[Key, Header()],
) -> RequestOut:
    """Book a day, ask for it, or stand in line. Sent again with the same key it answers the same, once."""
    made = asking.ask(
        session,
        visiting.person,
        visiting.seen,
        sent.day,
        idempotency_key,
        wait=sent.wait,
        conditions_id=sent.conditions,
        actor=actor,
        now=clock.now(),
        today=clock.today(),
    )
    return api_for.shown(session, made.id)


@own.get("/booking/requests")
def mine(session: Db, person: Employee) -> RequestsOut:
    """Everything I asked for."""
    return api_for.all_of(session, person)


@own.get("/booking/requests/{request_id}")
def show(session: Db, mine: AsAsker) -> RequestOut:
    """One request of mine."""
    return api_for.as_it_is(session, mine.seen)


@own.post("/booking/requests/{request_id}/acceptance", response_model=RequestOut)
def accept(session: Db, mine: AsAsker, actor: Actor, sent: StepForm) -> RequestOut | Response:
    """Take the place that became free. One that cannot be any more is over: 409 says why."""
    over = asking.accept(
        session,
        mine.seen.request,
        mine.person,
        actor=actor,
        now=clock.now(),
        today=clock.today(),
        revision=sent.revision,
    )
    if over is not None:
        return problem(over.status, over.code, over.message())
    return api_for.shown(session, mine.seen.request.id)


@own.post("/booking/requests/{request_id}/withdrawal")
def withdraw(session: Db, mine: AsAsker, actor: Actor, sent: GivingUpForm) -> RequestOut:
    """Give up a request, a place in line, or an offer."""
    return api_for.given_up(session, mine, actor, sent)


@own.get("/team/requests")
def to_answer(session: Db, who: AsReceiver) -> RequestsToAnswerOut:
    """Requests that wait for an answer and concern my teams, each with its effect on both teams that day."""
    found = queries.requests_to_answer(session, team_ids_of(session, who))
    effects, closed = views.effects(session, found), closed_among(session, found)
    return RequestsToAnswerOut(
        requests=[
            RequestToAnswerOut(
                **request_out(one, {}, closed).model_dump(),
                may_accept=who.actor.is_hr or one.place.team_id in who.team_ids,
                effect=EffectOut(**asdict(effects[one.request.id or 0])),
            )
            for one in found
        ]
    )


@own.get("/booking/requests/{request_id}/hosts")
def hosts(session: Db, allowed: AsDecider) -> HostsOut:
    """Who can receive the asker that day, for the team that receives: whom to name in the approval."""
    if not allowed.receives:
        raise Forbidden
    able = deciding.hosts_for(session, allowed.seen, clock.today())
    effect = views.effects(session, [allowed.seen])[allowed.seen.request.id or 0]
    found = able if effect.fits else []
    return HostsOut(hosts=[HostOut(id=one.id or 0, name=one.name, job=one.job) for one in found])


@own.post("/booking/requests/{request_id}/approval")
def approve(session: Db, allowed: AsDecider, sent: ApprovalForm) -> RequestOut:
    """Say yes, for the receiving team; `host_id`: who receives, else whoever is least busy."""
    if not allowed.receives:
        raise Forbidden
    asked = allowed.seen.request
    deciding.approve(
        session,
        asked,
        actor=allowed.actor,
        now=clock.now(),
        today=clock.today(),
        revision=sent.revision,
        host_id=sent.host_id,
    )
    return api_for.shown(session, asked.id)


@own.post("/booking/requests/{request_id}/refusal")
def refuse(session: Db, allowed: AsDecider, sent: RefusalForm) -> RequestOut:
    """Say no, with a coded reason."""
    asked = allowed.seen.request
    deciding.refuse(session, asked, sent.reason, actor=allowed.actor, now=clock.now(), revision=sent.revision)
    return api_for.shown(session, asked.id)


@own.get("/team/places")
def places(session: Db, who: AsReceiver) -> KeptPlacesOut:
    """What my teams offer."""
    found = queries.places_of_teams(session, team_ids_of(session, who))
    return KeptPlacesOut(places=[kept_place_out(one) for one in found])


@own.post("/team/places", status_code=201)
def offer(
    session: Db,
    who: AsReceiver,
    sent: PlaceForm,
    idempotency_key: Annotated[Key | None, Header()] = None,
) -> KeptPlaceOut:
    """Offer a place for one of my teams. Sent again with the same key it answers the same, once."""
    campaign, team = session.get(Campaign, sent.campaign_id), session.get(Team, sent.team_id)
    if campaign is None or team is None or not (who.actor.is_hr or team.id in who.team_ids):
        raise NotFound
    made = offering.offer_place(
        session,
        campaign,
        team,
        sent.days,
        actor=acting(session, who.actor, who.person, sent.team_id),
        now=clock.now(),
        today=clock.today(),
        key=idempotency_key,
        **place_values_of(sent),
    )
    return _place(session, made.id)


@own.put("/team/places/{place_id}")
def change(session: Db, seen: KeptPlace, actor: Keeper, sent: PlaceForm) -> KeptPlaceOut:
    """Change a place; its campaign and team stay."""
    offering.change_place(
        session,
        seen,
        sent.days,
        version=sent.version,
        actor=actor,
        now=clock.now(),
        today=clock.today(),
        **place_values_of(sent),
    )
    return _place(session, seen.place.id)


@own.post("/team/places/{place_id}/withdrawal", status_code=204, response_class=Response)
def withdraw_place(session: Db, seen: KeptPlace, actor: Keeper, sent: WithdrawalForm) -> None:
    """No longer offer it; days already booked stand."""
    offering.withdraw_place(session, seen, version=sent.version, actor=actor, now=clock.now())


@own.get("/campaigns/{campaign_id}/booking")
def terms(session: Db, campaign: HrCampaign) -> TermsOut:
    """How a campaign books."""
    return _terms(session, campaign)


@own.put("/campaigns/{campaign_id}/booking")
def set_terms(session: Db, campaign: HrCampaign, actor: Actor, sent: TermsForm) -> TermsOut:
    """Change it, on the version of the campaign that was read."""
    values = {name: getattr(sent, name) for name in TERMS}
    offering.set_terms(
        session,
        campaign,
        sent.booking,
        values,
        version=sent.version,
        actor=actor,
        now=clock.now(),
        today=clock.today(),
    )
    return _terms(session, campaign)


@own.post("/campaigns/{campaign_id}/booking/invitations", status_code=202)
def invite(session: Db, campaign: HrCampaign, actor: Actor) -> InvitingOut:
    """Invite those whom the opening could not invite for want of places; nobody twice."""
    asked = inviting.ask_for(session, campaign, actor=actor, now=clock.now(), today=clock.today())
    return InvitingOut(leaving=asked)


@own.get("/campaigns/{campaign_id}/booking/requests")
def of_campaign(session: Db, campaign: HrCampaign) -> RequestsOut:
    """Every request of a campaign."""
    assert campaign.id is not None
    found = queries.requests_of_campaign(session, campaign.id)
    return api_for.listed(session, found)


def _terms(session: Db, campaign: Campaign) -> TermsOut:
    assert campaign.id is not None
    found = queries.rules_of(session, campaign.id)
    values: dict[str, Any] = {name: getattr(found, name) for name in TERMS}
    return TermsOut(booking=campaign.booking, version=campaign.version, **values)


def _place(session: Db, place_id: int | None) -> KeptPlaceOut:
    found: SeenPlace = queries.find_place(session, place_id or 0)
    session.refresh(found.place)
    return kept_place_out(found)


router = APIRouter()
router.include_router(own)
router.include_router(api_for.router)
