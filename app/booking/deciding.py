"""What a manager, HR or the clock decides about a request."""

from datetime import date, datetime, timedelta

from sqlmodel import Session

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.booking import absent, holding, queries
from app.booking.barred import reason_of
from app.booking.ending import LATE, OFF, expire
from app.booking.errors import HostNotFree, ImpossibleAnswer, NotForYou, OwnDayTaken, PlaceFull, Unbookable
from app.booking.lifecycle import By, all_or_nothing, take_step
from app.booking.looking import REFUSED, DayOption, Look, look
from app.booking.making import make_visit
from app.booking.queries import SeenPlace, SeenRequest
from app.booking.tables import BookingRequest, RefusalReason, RequestStatus
from app.booking.words import why_words
from app.campaigns.holding import hold
from app.campaigns.invited import is_invited
from app.campaigns.tables import Campaign
from app.core import jobs
from app.people.tables import Person
from app.visits.tables import Visit
from solver import rules

FELL = "fell"
"""Why a request waits: the place is held for somebody whose booked day fell."""


def approve(
    session: Session,
    request: BookingRequest,
    *,
    actor: Actor | None,
    now: datetime,
    today: date,
    revision: int | None = None,
    host_id: int | None = None,
    unasked: bool = False,
) -> Visit:
    """Say yes: the visit exists from now on, its people are told. `actor` None is the clock.

    `host_id`: who receives, among those who can; else the least busy. Others who asked, and for whom no place
    is left, are moved to the waiting list by a job. `unasked`: a new rule says yes, and those concerned read
    that the team did not.

    Raises `PlaceFull`, `HostNotFree`, `OwnDayTaken`, `NotForYou` when the day no longer holds,
    `ImpossibleAnswer`, `Stale` when the request was answered meanwhile; then nothing changes.
    """
    campaign = session.get_one(Campaign, request.campaign_id)
    hold(session, campaign)
    person = session.get_one(Person, request.person_id)
    seen = queries.find_place(session, request.place_id)
    by = actor.account_id if actor else None
    try:
        with all_or_nothing(session, request):
            holding.lock_day(session, request.place_id, request.day)
            take_step(
                session,
                request,
                RequestStatus.BOOKED,
                by=By.MANAGER if actor else By.CLOCK,
                now=now,
                account_id=by,
                revision=revision,
                holds=True,
            )
            holding.hold(session, seen.place, request.day)
            visit = _made(session, campaign, person, seen, request, actor, now, today, host_id, unasked)
            request.visit_id = visit.id
            session.add(request)
            session.flush()
    except Unbookable as refused:
        refused.to_answerer(person.name)
        raise
    said = actor.on_behalf if actor else {}
    audit(session, by, "booking.approved", f"booking:{request.id}", now=now, **said)
    jobs.record(session, "booking.taken", request_id=request.id)
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
    host_id: int | None,
    unasked: bool,
) -> Visit:
    """The visit of a request. The notice was the asker's to respect: a late yes counts."""
    if not is_invited(session, campaign, person):
        raise NotForYou(why_words(RefusalReason.UNINVITED))
    [found] = look(session, campaign, person, [seen], 0, today, ahead=0)
    option = found.of_day(request.day)
    if option is None or not person.active or not (option.is_free or option.is_full):
        why = option.why if option else rules.CLOSED
        raise OwnDayTaken(request.day) if why == rules.VISITOR_BUSY else NotForYou(why_words(why))
    hosts = option.hosts if host_id is None else tuple(one for one in option.hosts if one == host_id)
    if not hosts:
        raise HostNotFree if option.hosts else PlaceFull(request.day)
    told = {"unasked": True} if unasked else None
    return make_visit(session, campaign, seen, request, hosts, actor=actor, now=now, approved=True, told=told)


def hosts_for(session: Session, asked: SeenRequest, today: date) -> list[Person]:
    """Who could receive the asker that day, the least busy first: for the manager to choose from.

    Raises `ImpossibleAnswer` once the request is answered.
    """
    if asked.request.status != RequestStatus.REQUESTED:
        raise ImpossibleAnswer(asked.request.status, asked.request.reason)
    _campaign, _person, found = _look(session, asked.request, today)
    option = found.of_day(asked.request.day)
    if option is None or not (option.is_free or option.is_full):
        return []
    people = {one.id: one for one in queries.members(session, [asked.place.team_id])}
    return [people[one] for one in option.hosts if one in people]


def _look(session: Session, request: BookingRequest, today: date) -> tuple[Campaign, Person, Look]:
    """The place as its asker finds it."""
    campaign = session.get_one(Campaign, request.campaign_id)
    person = session.get_one(Person, request.person_id)
    seen = queries.find_place(session, request.place_id)
    [found] = look(session, campaign, person, [seen], 0, today, ahead=0)
    return campaign, person, found


def queue(
    session: Session,
    request: BookingRequest,
    *,
    now: datetime,
    today: date,
    because: str = "",
    silent: bool = False,
) -> None:
    """A request that can no longer be accepted waits in line from when it was asked; one whose asker has
    something else that day, does not work then, may stand in no line for it, or is barred, is over, and so is
    one for a day too near to wait for. The asker is told, with `because` if there is more to say than that no
    place is left. While a place is left, it stays as it is. `silent`: nobody said the yes that leaves it
    without a place, so that whoever could have answered reads that it ended."""
    if request.status != RequestStatus.REQUESTED:
        return
    campaign, person, found = _look(session, request, today)
    option = found.of_day(request.day)
    if (barred := reason_of(session, campaign, found, person)) is not None:
        expire(session, request, now=now, why=barred)
    elif absent.why_off(session, request.id or 0) is not None:
        expire(session, request, now=now, why=OFF)
    elif option is not None and option.why == rules.VISITOR_BUSY:
        expire(session, request, now=now, why="busy")
    elif option is not None and option.why == REFUSED:
        expire(session, request, now=now, why="full")
    elif option is not None and option.may_wait and _is_late(session, request, today):
        expire(session, request, now=now, why=LATE, reason=_why_late(option))
        request.silent_at = now if silent else None
        session.add(request)
    elif option is not None and option.may_wait:
        take_step(session, request, RequestStatus.WAITING, by=By.CLOCK, now=now)
        holding.count_down(session, request)
        audit(session, None, "booking.queued", f"booking:{request.id}", now=now)
        jobs.record(session, "booking.queued", request_id=request.id, because=because)
    elif option is not None and not option.is_free and not option.left:
        expire(session, request, now=now, why="full")


def _is_late(session: Session, request: BookingRequest, today: date) -> bool:
    """Nobody could be given a place of that day any more."""
    return request.day < today + timedelta(days=queries.rules_of(session, request.campaign_id).notice_days)


def _why_late(option: DayOption) -> RefusalReason:
    """Why a day that is too near to wait for cannot be had."""
    of_others = {rules.HOST_BUSY: RefusalReason.NO_HOST, rules.TEAM_AWAY: RefusalReason.SERVICE}
    return of_others.get(option.why, RefusalReason.ALREADY) if option.left else RefusalReason.ALREADY


def refuse(
    session: Session,
    request: BookingRequest,
    reason: RefusalReason,
    *,
    actor: Actor,
    now: datetime,
    revision: int | None = None,
) -> None:
    """Say no, with a coded reason; the asker is told, and whoever stands in line is next."""
    take_step(
        session,
        request,
        RequestStatus.REFUSED,
        by=By.MANAGER,
        now=now,
        account_id=actor.account_id,
        revision=revision,
        reason=reason,
    )
    holding.count_down(session, request)
    jobs.record(session, "booking.freed", day=request.day.isoformat())
    said = {"reason": reason.value, **actor.on_behalf}
    audit(session, actor.account_id, "booking.refused", f"booking:{request.id}", now=now, **said)
    jobs.record(session, "booking.refused", request_id=request.id)
