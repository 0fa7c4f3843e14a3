"""Waiting lists and the clock: who is next, whose time is over, what follows a visit that falls or moves."""

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, update

from app.booking import barred, closed_days, holding, lines, queries
from app.booking.deciding import approve, queue
from app.booking.ending import SHUT, expire
from app.booking.errors import PlaceFull
from app.booking.lifecycle import By, take_step
from app.booking.looking import look
from app.booking.rules import kept_until
from app.booking.tables import BookingRequest, RequestStatus, Silence
from app.campaigns.bookable import takes_bookings
from app.campaigns.holding import hold
from app.campaigns.tables import Campaign
from app.core import jobs
from app.core.errors import Refusal, Stale
from app.people.tables import Person
from app.visits.rules import stands
from app.visits.tables import Visit


def promote(session: Session, place_id: int, day: date, *, now: datetime, today: date) -> int:
    """Offer each free place of a day to the next in line whom the rules still allow; how many were offered.

    An offer holds the place, the two people's day and their teams' until it is accepted, declined, or over.
    There is one order of arrival: a place that somebody asked for earlier, and whom the team has not answered
    yet, is not offered to whoever came later.
    """
    line = lines.in_line(session, place_id, day)
    if not any(one.status == RequestStatus.WAITING for one in line):
        return 0
    seen = queries.find_place(session, place_id)
    campaign = session.get_one(Campaign, seen.place.campaign_id)
    hold(session, campaign)
    terms = queries.rules_of(session, seen.place.campaign_id)
    if not takes_bookings(campaign) or seen.place.withdrawn_at is not None:
        return 0
    free = seen.place.per_day - holding.lock_day(session, place_id, day).taken
    offered = 0
    for request in line:
        if offered >= free:
            break
        if request.status == RequestStatus.REQUESTED:
            free -= 1  # asked before: the team's answer comes first
            continue
        person = session.get_one(Person, request.person_id)
        [found] = look(session, campaign, person, [seen], terms.notice_days, today, ahead=0)
        if (why := barred.reason_of(session, campaign, found, person)) is not None:
            expire(session, request, now=now, why=why)
            continue
        option = found.of_day(day)
        if option is None or not option.is_free or option.was_refused or not person.active:
            continue
        until = kept_until(day, now, terms.accept_hours)
        try:
            with session.begin_nested():
                holding.hold(session, seen.place, day)
                holding.count_up(session, request, terms)
                if not holding.hold_people(session, campaign, request, option.hosts):
                    raise PlaceFull(day)
                step = RequestStatus.OFFERED
                take_step(session, request, step, by=By.CLOCK, now=now, due_at=until, holds=True)
        except Refusal:
            # Somebody was faster, or this one has enough days: the next in line may have it.
            session.refresh(request)
            continue
        jobs.record(session, "booking.offered", request_id=request.id)
        jobs.record(session, "booking.taken", request_id=request.id)
        offered += 1
    return offered


def settle(session: Session, request: BookingRequest, *, now: datetime, today: date) -> None:
    """What silence means for a request or an offer whose time is over. Asked twice, it does nothing more. Who
    could have answered a request reads what their silence decided (`silent_at`). Where silence approves, and
    another had the last place in the same breath, it is no silence that decides: the asker waits in line,
    where the day is not too near for it. Nor does it where the team receives nobody that day by now: nobody
    could say yes, and the asker reads that."""
    if request.due_at is None or request.due_at > now:
        return
    terms = queries.rules_of(session, request.campaign_id)
    silent = request.status == RequestStatus.REQUESTED
    if silent and closed_days.is_closed(session, request):
        expire(session, request, now=now, why=SHUT)
        return
    if silent and terms.silence == Silence.APPROVE:
        try:
            approve(session, request, actor=None, now=now, today=today)
        except Stale:
            return
        except Refusal:
            queue(session, request, now=now, today=today, silent=True)
            silent = request.status == RequestStatus.REQUESTED
            if silent:
                expire(session, request, now=now)
    else:
        expire(session, request, now=now)
    if silent:
        request.silent_at = now
        session.add(request)


def leave_late_lines(session: Session, *, now: datetime, today: date) -> None:
    """Whoever waits for a day that can no longer be booked in time waits no longer."""
    for place_id, day in lines.waited_for(session):
        line = lines.in_line(session, place_id, day)
        terms = queries.rules_of(session, line[0].campaign_id) if line else None
        if terms is not None and day < today + timedelta(days=terms.notice_days):
            for request in line:
                if request.status != RequestStatus.WAITING:
                    continue
                expire(session, request, now=now)


def follow_visit(session: Session, visit: Visit, *, now: datetime) -> bool:
    """A booked visit was cancelled or moved: its place is free again. False when nothing had to follow."""
    request = queries.request_of_visit(session, visit.id or 0)
    if request is None or request.status != RequestStatus.BOOKED:
        return False
    if not stands(visit):
        held = request.holds
        holding.lock_held(session, request)
        take_step(session, request, RequestStatus.CANCELLED, by=By.VISIT, now=now, holds=False)
        holding.count_down(session, request)
        if held:
            holding.release(session, request)
        return True
    if visit.day == request.day or not request.holds:
        return False
    holding.lock_held(session, request)
    done = session.exec(
        update(BookingRequest)
        .where(col(BookingRequest.id) == request.id, col(BookingRequest.holds))
        .values(holds=False, revision=request.revision + 1)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:
        return False
    holding.release(session, request)
    session.refresh(request)
    return True
