"""What a manager, HR or the clock decides about a request."""

from datetime import date, datetime

from sqlmodel import Session

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.booking import holding, queries
from app.booking.asking import make_held_visit, make_visit
from app.booking.errors import NotForYou, OwnDayTaken, PlaceFull
from app.booking.lifecycle import COUNTED, By, all_or_nothing, take_step
from app.booking.looking import look
from app.booking.queries import SeenPlace
from app.booking.tables import BookingRequest, RefusalReason, RequestStatus
from app.booking.words import why_words
from app.campaigns.holding import hold
from app.campaigns.tables import Campaign
from app.core import jobs
from app.people.tables import Person
from app.visits.tables import Visit
from solver import rules


def approve(
    session: Session,
    request: BookingRequest,
    *,
    actor: Actor | None,
    now: datetime,
    today: date,
    revision: int | None = None,
) -> Visit:
    """Say yes: the visit exists from now on, its people are told. `actor` None is the clock.

    Raises `PlaceFull`, `OwnDayTaken`, `NotForYou` when the day no longer holds, `ImpossibleAnswer`, `Stale`
    when the request was answered meanwhile; then nothing changes.
    """
    campaign = session.get_one(Campaign, request.campaign_id)
    hold(session, campaign)
    person = session.get_one(Person, request.person_id)
    seen = queries.find_place(session, request.place_id)
    with all_or_nothing(session, request):
        held = request.holds
        holding.lock_day(session, request.place_id, request.day)
        take_step(
            session,
            request,
            RequestStatus.BOOKED,
            by=By.MANAGER if actor else By.CLOCK,
            now=now,
            account_id=actor.account_id if actor else None,
            revision=revision,
            holds=True,
        )
        if not held:
            holding.hold(session, seen.place, request.day)
        visit = make_held_visit(session, campaign, seen, request, actor=actor, now=now, today=today)
        if visit is None:
            visit = _made(session, campaign, person, seen, request, actor, now, today)
        request.visit_id = visit.id
        session.add(request)
        session.flush()
    by = actor.account_id if actor else None
    audit(session, by, "booking.approved", f"booking:{request.id}", now=now)
    return visit


def _made(
    session: Session,
    campaign: Campaign,
    person: Person,
    seen: SeenPlace,
    request: BookingRequest,
    actor: Actor | None,
    now: datetime,
    today: date,
) -> Visit:
    """The visit of a request that held nothing. The notice was the asker's to respect: a late yes counts."""
    [found] = look(session, campaign, person, [seen], 0, today, ahead=0)
    option = found.of_day(request.day)
    if option is None or not person.active or not (option.is_free or option.may_wait):
        why = option.why if option else rules.CLOSED
        raise OwnDayTaken(request.day) if why == rules.VISITOR_BUSY else NotForYou(why_words(why))
    if not option.hosts:
        raise PlaceFull(request.day)
    return make_visit(session, campaign, seen, request, option.hosts, actor=actor, now=now)


def refuse(
    session: Session,
    request: BookingRequest,
    reason: RefusalReason,
    *,
    actor: Actor,
    now: datetime,
    revision: int | None = None,
) -> None:
    """Say no, with a coded reason; the asker is told."""
    held = request.holds
    take_step(
        session,
        request,
        RequestStatus.REFUSED,
        by=By.MANAGER,
        now=now,
        account_id=actor.account_id,
        revision=revision,
        reason=reason,
        holds=False,
    )
    holding.count_down(session, request)
    if held:
        holding.release(session, request)
        jobs.record(session, "booking.freed", day=request.day.isoformat())
    audit(session, actor.account_id, "booking.refused", f"booking:{request.id}", now=now, reason=reason.value)
    jobs.record(session, "booking.refused", request_id=request.id)


def expire(session: Session, request: BookingRequest, *, now: datetime) -> None:
    """Time decides: the request, the offer or the place in line is over; the asker is told."""
    before, held = request.status, request.holds
    take_step(session, request, RequestStatus.EXPIRED, by=By.CLOCK, now=now, holds=False)
    if before in COUNTED:
        holding.count_down(session, request)
    if held:
        holding.release(session, request)
    audit(session, None, "booking.expired", f"booking:{request.id}", now=now, before=before.value)
    jobs.record(session, "booking.expired", request_id=request.id, before=before.value)
    jobs.record(session, "booking.freed", day=request.day.isoformat())
