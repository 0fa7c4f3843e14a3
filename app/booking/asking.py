"""What an asker does: book or ask for a day, stand in line, withdraw, accept a place that became free."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.booking import holding, lines, queries, replacing
from app.booking.ending import NOBODY, OFF, expire
from app.booking.errors import (
    AlreadyAsked,
    BookingClosed,
    KeyReused,
    NotForYou,
    OfferOver,
    OwnDayTaken,
    PlaceFull,
    PlaceGone,
)
from app.booking.giving_up import give_up
from app.booking.lifecycle import By, all_or_nothing, take_step
from app.booking.looking import NO_HOST, REFUSED, DayOption, look
from app.booking.making import make_held_visit, make_visit
from app.booking.queries import SeenPlace
from app.booking.rules import is_overdue, until
from app.booking.tables import Approval, BookingRequest, BookingRules, RefusalReason, RequestStatus
from app.booking.words import why_words
from app.campaigns.bookable import takes_bookings
from app.campaigns.holding import hold
from app.campaigns.invited import is_invited
from app.campaigns.tables import Campaign
from app.core import jobs
from app.core.errors import Refusal
from app.people.tables import Person
from app.visits.conditions import conditions_of, unread
from app.visits.tables import Visit
from solver import rules

UNINVITED = RefusalReason.UNINVITED.value
ENDS = {NO_HOST: NOBODY, rules.NOT_AVAILABLE: OFF, UNINVITED: UNINVITED}
"""What ends an offer that its asker takes too late, by what the look says."""


class Dead(NotForYou):
    """What was offered cannot be any more."""


def ask(
    session: Session,
    person: Person,
    seen: SeenPlace,
    day: date,
    key: str,
    *,
    wait: bool,
    conditions_id: int | None = None,
    in_their_place: bool = False,
    actor: Actor,
    now: datetime,
    today: date,
) -> BookingRequest:
    """Book a day of a place, ask for it, or (`wait`) stand in line for it when it is full. Whoever was
    refused for the day may ask again while it is free, and stands in no line for it.

    `in_their_place`: HR books at the person's wish; what the team asks of visitors waits for the person's own
    word. `key` is the client's name for this asking: sent again it answers with the same request and changes
    nothing. Raises `BookingClosed`, `ConditionsFirst` or `ConditionsChanged`, `NotForYou`, `PlaceFull`,
    `OwnDayTaken`, `EnoughBooked`, `AlreadyAsked`, `KeyReused`; then nothing is kept.
    """
    assert person.id is not None
    assert seen.place.id is not None
    if (before := _again(session, person.id, seen, day, key)) is not None:
        return before
    campaign = session.get_one(Campaign, seen.place.campaign_id)
    hold(session, campaign)
    if not takes_bookings(campaign) or not is_invited(session, campaign, person):
        raise BookingClosed
    if seen.place.withdrawn_at is not None:
        raise PlaceGone
    asks = conditions_of(session, seen.team)
    if not in_their_place and (refused := unread(asks, conditions_id)) is not None:
        raise refused
    terms = queries.rules_of(session, seen.place.campaign_id)
    request = BookingRequest(
        campaign_id=seen.place.campaign_id,
        place_id=seen.place.id,
        person_id=person.id,
        day=day,
        starts_at=seen.place.starts_at,
        ends_at=seen.place.ends_at,
        key=key,
        status=RequestStatus.WAITING,
        asked_at=now,
        conditions_id=conditions_id,
    )
    try:
        with session.begin_nested():
            session.add(request)
            session.flush()
            ahead = lines.ahead_of(session, request)
            option = _option(session, campaign, person, seen, day, terms.notice_days, today, ahead=ahead)
            if option.is_free:
                try:
                    with session.begin_nested():
                        _begin(session, campaign, seen, request, terms, option.hosts, actor=actor, now=now)
                except PlaceFull:  # somebody was faster since the look
                    if option.was_refused:
                        raise NotForYou(why_words(REFUSED)) from None
                    if not wait:
                        raise
                    session.refresh(request)
            elif not (option.may_wait and wait):
                raise _refusal(option)
    except IntegrityError:
        # Somebody sent the same at the same time, or asks twice for one day.
        if (before := _again(session, person.id, seen, day, key)) is not None:
            return before
        raise AlreadyAsked from None
    _note(session, request, actor, now, in_their_place=in_their_place)
    return request


def _note(
    session: Session, request: BookingRequest, actor: Actor, now: datetime, *, in_their_place: bool
) -> None:
    """Who asked is kept; in whose name somebody else asks is told."""
    if in_their_place and request.status != RequestStatus.BOOKED:
        jobs.record(session, "booking.asked_for", request_id=request.id)
    audit(session, actor.account_id, f"booking.{request.status.value}", f"booking:{request.id}", now=now)


def _again(session: Session, person_id: int, seen: SeenPlace, day: date, key: str) -> BookingRequest | None:
    before = queries.request_with_key(session, person_id, key)
    if before is not None and (before.place_id, before.day) != (seen.place.id, day):
        raise KeyReused
    return before


def _option(
    session: Session,
    campaign: Campaign,
    person: Person,
    seen: SeenPlace,
    day: date,
    notice_days: int,
    today: date,
    *,
    ahead: int,
) -> DayOption:
    [found] = look(session, campaign, person, [seen], notice_days, today, ahead=ahead)
    option = found.of_day(day)
    if option is None:
        raise PlaceGone
    return option


def _refusal(option: DayOption) -> NotForYou | PlaceFull | OwnDayTaken:
    if option.may_wait:
        return PlaceFull(option.day)
    return OwnDayTaken(option.day) if option.why == rules.VISITOR_BUSY else NotForYou(why_words(option.why))


def _begin(
    session: Session,
    campaign: Campaign,
    seen: SeenPlace,
    request: BookingRequest,
    terms: BookingRules,
    hosts: Iterable[int],
    *,
    actor: Actor | None,
    now: datetime,
) -> None:
    """A free day: booked at once, or asked of the team, as the campaign says."""
    if terms.approval == Approval.AT_ONCE:
        holding.hold(session, seen.place, request.day)
        holding.count_up(session, request, terms)
        visit = make_visit(session, campaign, seen, request, hosts, actor=actor, now=now)
        request.status, request.visit_id, request.holds = RequestStatus.BOOKED, visit.id, True
        request.decided_at = now
        jobs.record(session, "booking.taken", request_id=request.id)
    else:
        holding.count_up(session, request, terms)
        request.status, request.due_at = RequestStatus.REQUESTED, until(request.day, now, terms.answer_days)
        jobs.record(session, "booking.requested", request_id=request.id)
    session.add(request)
    session.flush()


def withdraw(
    session: Session,
    request: BookingRequest,
    *,
    actor: Actor,
    now: datetime,
    today: date,
    revision: int,
    another: bool = False,
) -> BookingRequest | None:
    """The asker no longer wants it, as long as it is no visit (a visit is cancelled as such).

    `another`: of what was offered in place of a day that fell, something else, if there is any: returned.
    """
    if another:
        hold(session, session.get_one(Campaign, request.campaign_id))  # before the rows of what is given up
    give_up(session, request, actor=actor, now=now, revision=revision)
    if not another or request.instead_of_id is None:
        return None
    fell = session.get_one(Visit, request.instead_of_id)
    return replacing.offer(session, fell, now, today, before_line=False)


def accept(
    session: Session,
    request: BookingRequest,
    person: Person,
    *,
    actor: Actor,
    now: datetime,
    today: date,
    revision: int,
) -> Refusal | None:
    """Take the place that is offered: it is booked. All of it was held; nobody else has to say yes.

    An offer whose time is over, or that died meanwhile, since nobody can receive, or the asker does not work
    then or is invited no more, ends here: why is returned, and what is written stands.
    """
    campaign = session.get_one(Campaign, request.campaign_id)
    hold(session, campaign)
    if not takes_bookings(campaign):
        raise BookingClosed
    if request.due_at is not None and is_overdue(request, now):
        over = OfferOver(request.due_at)
        expire(session, request, now=now)  # the next in line does not wait for the clock
        return over
    seen = queries.find_place(session, request.place_id)
    try:
        _take(session, campaign, request, person, seen, actor=actor, now=now, today=today, revision=revision)
    except Dead as dead:
        expire(session, request, now=now, why=ENDS[dead.why])
        return NotForYou(why_words(dead.why))
    audit(session, actor.account_id, "booking.accepted", f"booking:{request.id}", now=now)
    return None


def _take(
    session: Session,
    campaign: Campaign,
    request: BookingRequest,
    person: Person,
    seen: SeenPlace,
    *,
    actor: Actor,
    now: datetime,
    today: date,
    revision: int,
) -> None:
    with all_or_nothing(session, request):
        holding.lock_day(session, request.place_id, request.day)
        take_step(
            session,
            request,
            RequestStatus.BOOKED,
            by=By.ASKER,
            now=now,
            account_id=actor.account_id,
            revision=revision,
        )
        if not is_invited(session, campaign, person):
            raise Dead(UNINVITED)
        visit = make_held_visit(
            session, campaign, seen, request, actor=actor, now=now, today=today, accepted=now
        )
        if visit is None:
            option = _option(session, campaign, person, seen, request.day, 0, today, ahead=0)
            if option.why in ENDS:
                raise Dead(option.why)
            if not (option.is_free or option.is_full):
                raise _refusal(option)
            visit = make_visit(
                session, campaign, seen, request, option.hosts, actor=actor, now=now, accepted=now
            )
        request.visit_id = visit.id
        session.add(request)
        session.flush()
