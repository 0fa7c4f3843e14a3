"""What follows bookings: mails, promotions, and what silence decides; `jobs_answers` asks whoever answers."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col

from app.accounts.sessions import Actor, hand_of
from app.booking import (
    absent,
    closures,
    colleagues,
    deciding,
    ending,
    fallen,
    holding,
    lines,
    nobody,
    offering,
    queries,
    replacing,
    turns,
    twins,
    waiting,
)
from app.booking.ending import expire
from app.booking.lifecycle import PENDING
from app.booking.queries import SeenRequest
from app.booking.tables import BookingRequest, RequestStatus
from app.booking.words import reason_labels
from app.campaigns.holding import hold
from app.campaigns.tables import Campaign
from app.core import clock, jobs
from app.core.db import each, open_session
from app.core.errors import NotFound
from app.core.i18n import speaking
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.messages.jobs import invite_everybody
from app.visits import service as visits
from app.visits.bookings import booked_among
from app.visits.queries import visits_received_at, visits_with_ids
from app.visits.rosters import conflicts_among, falls, waits
from app.visits.rules import is_ahead, stands
from app.visits.tables import By as Role
from app.visits.tables import CancelReason, Visit, VisitChange


def invite_when_offered(engine: Engine, campaign_id: int) -> None:
    """Job of `booking.opened`: everybody is invited if there is something to book; else HR asks later."""
    with open_session(engine, reads_only=True) as session:
        offered = queries.days_offered(session, campaign_id, clock.today())
    if offered:
        invite_everybody(engine, campaign_id)


def tell_refused(engine: Engine, request_id: int) -> None:
    """Job of `booking.refused`: the asker reads why, and what to do next."""
    with open_session(engine) as session:
        seen = _seen(session, request_id)
        if seen is not None and seen.request.status == RequestStatus.REFUSED:
            _tell(session, Kind.BOOKING_REFUSED, seen, [seen.request.person_id], "", {"seen": seen})


def tell_expired(engine: Engine, request_id: int, before: str, *, kept: bool = False) -> None:
    """Job of `booking.expired`: the asker hears that time decided, or what else did; `kept`: of a place that
    was kept for them, which they need not have asked for. Where something is kept for them instead, they read
    both in one message. Safe to run twice."""
    with open_session(engine) as session:
        seen = _seen(session, request_id)
        if seen is None or seen.request.status != RequestStatus.EXPIRED:
            return
        other = twins.still_offering(session, [seen], clock.today()).get(request_id)
        free = before == RequestStatus.OFFERED and lines.is_free(session, seen.request, clock.today())
        awaited = before == RequestStatus.OFFERED and lines.is_awaited(session, seen.request)
        awaited = awaited and not lines.is_late_then(session, seen.request)
        said: dict[str, object] = {"before": before, "other": other, "free": free, "awaited": awaited}
        said["was_kept"] = kept
        if before == ending.OFF:
            said["off"] = absent.why_off(session, request_id)
        said["mine"] = turns.in_the_way(session, [seen]).get(request_id)
        if before == RequestStatus.WAITING:
            said["places"] = turns.since_asked(session, seen.request)
        if before == ending.LATE:
            said["earlier"] = turns.went_earlier(session, seen.request)
        if (instead := _look_again(session, seen.request, before)) is not None:
            _tell_kept(session, instead, {"lost": seen, **said})
        else:
            _tell(session, Kind.BOOKING_EXPIRED, seen, [seen.request.person_id], "", {"seen": seen, **said})


def tell_closed(engine: Engine, request_ids: list[int]) -> None:
    """Job of `booking.closed`: what somebody waited for in a campaign is over since a site closed, in one
    message. Safe to run twice."""
    with open_session(engine) as session:
        over = col(BookingRequest.status) == RequestStatus.EXPIRED
        ended = queries.requests_where(session, col(BookingRequest.id).in_(request_ids), over)
        if ended:
            said: dict[str, object] = {
                "seen": ended[0],
                "ended": ended,
                "before": ending.CLOSED,
                "other": None,
            }
            person_id = ended[0].request.person_id
            _tell(session, Kind.BOOKING_EXPIRED, ended[0], [person_id], "", said, about=ended)


def _look_again(session: Session, request: BookingRequest, before: str) -> SeenRequest | None:
    """What had been offered in place of a day that fell is lost, since its team took it back or cannot
    receive, its site closed, or a roster has the visitor off, who had not answered. They had that day first:
    another is looked for, before the line is served. What is kept for them now, if anything is."""
    if before not in ending.LOST or request.instead_of_id is None:
        return None
    fell = session.get_one(Visit, request.instead_of_id)
    replacing.offer(session, fell, clock.now(), clock.today(), before_line=True, told=True)
    latest = fallen.offered_instead(session, request.instead_of_id)[-1]
    is_kept = latest.id != request.id and latest.status == RequestStatus.OFFERED
    return _seen(session, latest.id or 0) if is_kept else None


def tell_offered(engine: Engine, request_id: int) -> None:
    """Job of `booking.offered`: a place is held for somebody for a while."""
    with open_session(engine) as session:
        seen = _seen(session, request_id)
        if seen is not None and seen.request.status == RequestStatus.OFFERED:
            _tell_kept(session, seen, {})


def _tell_kept(session: Session, seen: SeenRequest, lost: dict[str, object]) -> None:
    """`lost`: what was kept for them before, and how it ended."""
    word, instead_of = str(seen.request.revision), seen.request.instead_of_id
    fell = session.get(Visit, instead_of) if instead_of is not None else None
    awaited = lines.is_awaited(session, seen.request)
    late = lines.is_late_then(session, seen.request)
    context: dict[str, object] = {"seen": seen, "fell": fell, "awaited": awaited, "late": late, **lost}
    _tell(session, Kind.BOOKING_OFFER, seen, [seen.request.person_id], word, context)


def tell_queued(engine: Engine, request_id: int, because: str = "") -> None:
    """Job of `booking.queued`: no place is left for a request; the asker waits in line, and reads why."""
    with open_session(engine) as session:
        seen = _seen(session, request_id)
        if seen is not None and seen.request.status == RequestStatus.WAITING:
            ahead = lines.ahead_of(session, seen.request, asked=True)
            context = {"seen": seen, "ahead": ahead, "overtaken": because == deciding.FELL}
            word = str(seen.request.revision)
            _tell(session, Kind.BOOKING_QUEUED, seen, [seen.request.person_id], word, context)


def queue_losers(engine: Engine, request_id: int) -> None:
    """Job of `booking.taken`: requests that a day booked or held leaves without wait in line, or are over."""
    with open_session(engine, reads_only=True) as session:
        seen = _seen(session, request_id)
        if seen is None or not seen.request.holds:
            return
        host_id = holding.host_of(session, seen.request)
        people = {seen.request.person_id} | ({host_id} if host_id is not None else set())
        teams = {seen.place.team_id, seen.person.team_id}
        ids = lines.rivals(session, seen.request.day, teams, people)
        because = deciding.FELL if seen.request.instead_of_id is not None else ""
        silent = seen.request.status == RequestStatus.BOOKED and seen.request.decided_by is None

    def queue(session: Session, request_id: int) -> None:
        request = session.get(BookingRequest, request_id)
        if request is not None:
            now, today = clock.now(), clock.today()
            deciding.queue(session, request, now=now, today=today, because=because, silent=silent)

    each(engine, ids, queue)


def follow_conflicts(engine: Engine, visit_ids: list[int], by: int | None = None, program: str = "") -> None:
    """Job of `visits.in_conflict`: a booked day on which one of the two does not work, or at a closed site,
    falls, unless a colleague receives; one that other hours would mend waits, and those concerned are told.
    `by`: whose account sent the roster. Safe to run twice."""
    with open_session(engine, reads_only=True) as session:
        found = visits_with_ids(session, visit_ids)
        ids = sorted(booked_among(session, found))
    each(engine, ids, lambda session, one: _follow_conflict(session, one, hand_of(session, by, program)))


def _follow_conflict(session: Session, visit_id: int, sender: Actor | None) -> None:
    now, today = clock.now(), clock.today()
    visit = session.get(Visit, visit_id)
    if visit is None:
        return
    hold(session, session.get_one(Campaign, visit.campaign_id))
    session.refresh(visit)  # whoever moved it meanwhile came first
    for seen in visits_with_ids(session, [visit_id]):
        ahead = [seen] if is_ahead(seen.visit, today) else []
        for one in conflicts_among(session, ahead):
            if waits(one):
                jobs.record(session, "visit.suspended", visit_id=visit_id, over=False)
            elif falls(one) and not colleagues.receive_instead(session, one, sender, now, today):
                why = CancelReason.CLOSED if one.closed else CancelReason(one.cause)
                visits.cancel_visit(session, seen.visit, why, sender, now, today=today, by=Role.SERVICE)


def follow_closure(engine: Engine, site_id: int, first: str, last: str) -> None:
    """Job of `site.closed`: what waits for a day there is over, what was booked meanwhile falls. Safe to run
    twice."""
    now, today = clock.now(), clock.today()
    span = date.fromisoformat(first), date.fromisoformat(last)
    with open_session(engine) as session:
        closures.end_pending(session, queries.pending_at(session, site_id, *span), now=now)
        received = visits_received_at(session, site_id, *span)
        booked = booked_among(session, received)
        for one in received:
            if one.visit.id in booked and is_ahead(one.visit, today):
                visits.cancel_visit(session, one.visit, CancelReason.CLOSED, None, now, today=today)


def follow_rosters(engine: Engine, roster_ids: list[int], **_payload: object) -> None:
    """Job of `roster.imported`: what is held or waited for on a day on which its asker does not work, or
    nobody can receive any more, is over. Safe to run twice."""
    with open_session(engine, reads_only=True) as session:
        off = absent.under_rosters(session, roster_ids, clock.today())
        ids = nobody.under_rosters(session, roster_ids, clock.today())
    each(engine, off, lambda session, one: absent.end(session, one, now=clock.now()))
    end_where_nobody_receives(engine, ids, ending.ROSTER)


def end_of_leavers(engine: Engine, person_id: int | None = None) -> None:
    """What somebody who left (None: anybody) had asked for is over, one transaction each."""
    with open_session(engine, reads_only=True) as session:
        ids = queries.of_leavers(session, person_id)

    def leave(session: Session, request_id: int) -> None:
        request = session.get(BookingRequest, request_id)
        if request is not None and request.status in PENDING:
            expire(session, request, now=clock.now())

    each(engine, ids, leave)


def end_where_nobody_receives(engine: Engine, ids: Iterable[int], why: str) -> None:
    """End those of these requests whose asker nobody can receive that day, one transaction each."""

    def end(session: Session, request_id: int) -> None:
        nobody.end(session, request_id, why, now=clock.now(), today=clock.today())

    each(engine, ids, end)


def _seen(session: Session, request_id: int) -> SeenRequest | None:
    try:
        return queries.find_request(session, request_id)
    except NotFound:  # erased meanwhile
        return None


def _tell(
    session: Session,
    kind: Kind,
    seen: SeenRequest,
    person_ids: Iterable[int],
    word: str,
    context: dict[str, object],
    about: Sequence[SeenRequest] = (),
) -> None:
    """`about`: what the message is about, where that is more than `seen`."""
    reply_to = mails.reply_address(session, seen.campaign)
    named = "-".join(str(one.request.id) for one in about or [seen])
    for person_id, reader in mails.readers_of(session, list(person_ids)).items():
        with speaking(reader.language):
            reason = reason_labels()[seen.request.reason] if seen.request.reason else ""
        outbox.send(
            session,
            kind,
            reader,
            key=f"{kind}:{named}:{person_id}:{word}",
            now=clock.now(),
            context={**context, "reason": reason},
            campaign=seen.campaign,
            reply_to=reply_to,
            until=max(one.request.day for one in about or [seen]),
        )


def follow_visit(
    engine: Engine, visit_id: int, revision: int, change_id: int | None = None, **_payload: object
) -> None:
    """Job of `visit.cancelled` and `visit.moved`: a booked place is free again where it was, for the next in
    line; where it moved to, it is taken (`moving`)."""
    now = clock.now()
    with open_session(engine) as session:
        visit = session.get(Visit, visit_id)
        if visit is not None:
            hold(session, session.get_one(Campaign, visit.campaign_id))
            if waiting.follow_visit(session, visit, now=now) and not stands(visit):
                # Before the line is served: the visitor had their day already.
                replacing.offer(session, visit, now, clock.today(), before_line=True, told=True)
            days = {visit.day}
            request = queries.request_of_visit(session, visit_id)
            line = session.get(VisitChange, change_id) if change_id is not None else None
            if request is not None:
                days.add(request.day)
            if line is not None and line.day_before is not None:
                days.add(line.day_before)
    if visit is not None:
        for day in sorted(days):
            promote_day(engine, day.isoformat())


def free_fallen(engine: Engine) -> None:
    """Job of `clock.tick`: the place of a booked day that fell an hour ago and that nothing freed, since its
    own job failed, is free. What is found instead is then told by itself."""
    with open_session(engine, reads_only=True) as session:
        ids = fallen.still_booked(session, clock.now() - timedelta(hours=1))

    def free(session: Session, visit_id: int) -> None:
        waiting.follow_visit(session, session.get_one(Visit, visit_id), now=clock.now())

    each(engine, ids, free)


def promote_day(engine: Engine, day: str) -> None:
    """Job of `booking.freed`: whoever waits for a place of that day is offered one, if one is free."""
    asked = date.fromisoformat(day)
    with open_session(engine, reads_only=True) as session:
        waited = lines.waited_for(session, asked, asked)
    each(engine, waited, promote_line)


def follow_reopening(engine: Engine, days: list[str], site_id: int | None = None) -> None:
    """Job of `site.reopened`: the same for each day on which a closed site receives again; whoever lost
    something by the closing reads that it does. Safe to run twice."""
    for day in days:
        promote_day(engine, day)
    if site_id is not None:
        with open_session(engine) as session:
            closures.tell_reopened(session, site_id, [date.fromisoformat(day) for day in days])


def promote_line(session: Session, line: tuple[int, date]) -> None:
    """Offer what is free of a day of a place to whoever waits for it."""
    waiting.promote(session, *line, now=clock.now(), today=clock.today())


def promote_everybody(engine: Engine, **_payload: object) -> None:
    """Job of `clock.tick`, `booking.rules_changed` and `roster.imported`: the same for every day, whatever
    made the place free; then for those who lost a booked day and for whom nothing was found yet."""
    with open_session(engine, reads_only=True) as session:
        waited = lines.waited_for(session)
        lost = [visit_id for _campaign, visit_id in fallen.without_another(session, today=clock.today())]
    each(engine, waited, promote_line)
    each(engine, lost, _offer_instead)


def _offer_instead(session: Session, visit_id: int) -> None:
    fell = session.get(Visit, visit_id)
    if fell is not None:
        replacing.offer(session, fell, clock.now(), clock.today(), before_line=False)


def settle_due(engine: Engine) -> None:
    """Job of `clock.tick`: silence decides, one transaction each; nobody waits for a day too near."""
    now, today = clock.now(), clock.today()
    with open_session(engine, reads_only=True) as session:
        ids = queries.due(session, now)

    def decide(session: Session, request_id: int) -> None:
        request = session.get(BookingRequest, request_id)
        if request is not None:
            waiting.settle(session, request, now=now, today=today)

    each(engine, ids, decide)
    end_of_leavers(engine)
    with open_session(engine) as session:
        waiting.leave_late_lines(session, now=now, today=today)


def copy_rules(engine: Engine, source_id: int, campaign_id: int) -> None:
    """Job of `campaign.copied`: the copy books as its source does, unless HR said otherwise meanwhile."""
    with open_session(engine) as session:
        offering.copy_rules(session, source_id, campaign_id)


def close_campaign(engine: Engine, campaign_id: int) -> None:
    """Job of `campaign.cancelled` and `campaign.debriefing`: nothing waits any more."""
    with open_session(engine) as session:
        offering.end_campaign(session, campaign_id, clock.now())
