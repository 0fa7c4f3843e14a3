"""What follows bookings: mails, reminders, promotions, and what silence decides."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar

from sqlalchemy import Engine
from sqlmodel import Session, col, update

from app.booking import offering, queries, waiting
from app.booking.deciding import expire
from app.booking.queries import SeenRequest
from app.booking.tables import BookingRequest, RequestStatus, Silence
from app.booking.words import reason_labels
from app.core import clock
from app.core.db import open_session
from app.core.errors import NotFound
from app.core.i18n import speaking
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.messages.jobs import invite_everybody
from app.visits.tables import Visit

Item = TypeVar("Item")


def ask_managers(engine: Engine, request_id: int) -> None:
    """Job of `booking.requested`: those who manage the receiving team are asked to answer."""
    _ask(engine, request_id, again=False)


def invite_when_offered(engine: Engine, campaign_id: int) -> None:
    """Job of `booking.opened`: everybody is invited if there is something to book; else HR asks later."""
    with open_session(engine, reads_only=True) as session:
        offered = queries.days_offered(session, campaign_id, clock.today())
    if offered:
        invite_everybody(engine, campaign_id)


def _ask(engine: Engine, request_id: int, *, again: bool) -> None:
    with open_session(engine) as session:
        seen = _seen(session, request_id)
        if seen is None or seen.request.status != RequestStatus.REQUESTED or seen.request.due_at is None:
            return
        terms = queries.rules_of(session, seen.request.campaign_id)
        managers = queries.managers_of(session, [seen.place.team_id])[seen.place.team_id]
        context = {"seen": seen, "again": again, "approves": terms.silence == Silence.APPROVE}
        word = "again" if again else "asked"
        _tell(session, Kind.BOOKING_REQUEST, seen, managers, f"{word}:{seen.request.revision}", context)


def tell_refused(engine: Engine, request_id: int) -> None:
    """Job of `booking.refused`: the asker reads why, and what to do next."""
    with open_session(engine) as session:
        seen = _seen(session, request_id)
        if seen is not None and seen.request.status == RequestStatus.REFUSED:
            _tell(session, Kind.BOOKING_REFUSED, seen, [seen.request.person_id], "", {"seen": seen})


def tell_expired(engine: Engine, request_id: int, before: str) -> None:
    """Job of `booking.expired`: the asker hears that time decided."""
    with open_session(engine) as session:
        seen = _seen(session, request_id)
        if seen is not None and seen.request.status == RequestStatus.EXPIRED:
            context = {"seen": seen, "before": before}
            _tell(session, Kind.BOOKING_EXPIRED, seen, [seen.request.person_id], "", context)


def tell_offered(engine: Engine, request_id: int) -> None:
    """Job of `booking.offered`: a place became free for the first in line, for a while."""
    with open_session(engine) as session:
        seen = _seen(session, request_id)
        if seen is not None and seen.request.status == RequestStatus.OFFERED:
            word = str(seen.request.revision)
            _tell(session, Kind.BOOKING_OFFER, seen, [seen.request.person_id], word, {"seen": seen})


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
) -> None:
    reply_to = mails.reply_address(session, seen.campaign)
    for person_id, reader in mails.readers_of(session, list(person_ids)).items():
        with speaking(reader.language):
            reason = reason_labels()[seen.request.reason] if seen.request.reason else ""
        outbox.send(
            session,
            kind,
            reader,
            key=f"{kind}:{seen.request.id}:{person_id}:{word}",
            now=clock.now(),
            context={**context, "reason": reason},
            campaign=seen.campaign,
            reply_to=reply_to,
        )


def follow_visit(engine: Engine, visit_id: int, revision: int, change_id: int | None = None) -> None:
    """Job of `visit.cancelled` and `visit.moved`: a booked place is free again, for the next in line."""
    now = clock.now()
    with open_session(engine) as session:
        visit = session.get(Visit, visit_id)
        if visit is not None:
            waiting.follow_visit(session, visit, now=now)
            days = {visit.day}
            request = queries.request_of_visit(session, visit_id)
            if request is not None:
                days.add(request.day)
    if visit is not None:
        for day in sorted(days):
            promote_day(engine, day.isoformat())


def promote_day(engine: Engine, day: str) -> None:
    """Job of `booking.freed`: whoever waits for a place of that day is offered one, if one is free."""
    asked = date.fromisoformat(day)
    with open_session(engine, reads_only=True) as session:
        lines = queries.lines(session, asked)
    _each(engine, lines, _promote)


def _promote(session: Session, line: tuple[int, date]) -> None:
    waiting.promote(session, *line, now=clock.now(), today=clock.today())


def promote_everybody(engine: Engine) -> None:
    """Job of `clock.tick`: the same for every day, whatever made the place free."""
    with open_session(engine, reads_only=True) as session:
        lines = queries.lines(session)
    _each(engine, lines, _promote)


def settle_due(engine: Engine) -> None:
    """Job of `clock.tick`: silence decides, one transaction each; nobody waits for a day too near."""
    now, today = clock.now(), clock.today()
    with open_session(engine, reads_only=True) as session:
        ids = queries.due(session, now)
        gone = queries.of_leavers(session)

    def decide(session: Session, request_id: int) -> None:
        request = session.get(BookingRequest, request_id)
        if request is not None:
            waiting.settle(session, request, now=now, today=today)

    def leave(session: Session, request_id: int) -> None:
        request = session.get(BookingRequest, request_id)
        if request is not None and request.status in offering.PENDING:
            expire(session, request, now=now)

    _each(engine, ids, decide)
    _each(engine, gone, leave)
    with open_session(engine) as session:
        waiting.leave_late_lines(session, now=now, today=today)


def remind_managers(engine: Engine) -> None:
    """Job of `clock.tick`: half-way to the moment when silence decides, managers are asked once more."""
    now = clock.now()
    with open_session(engine, reads_only=True) as session:
        late = [
            request.id
            for request in queries.unanswered(session)
            if request.due_at is not None
            and now >= request.asked_at + (request.due_at - request.asked_at) / 2
        ]
    for request_id in late:
        assert request_id is not None
        with open_session(engine) as session:
            done = session.exec(
                update(BookingRequest)
                .where(col(BookingRequest.id) == request_id, col(BookingRequest.reminded_at).is_(None))
                .values(reminded_at=now)
            )
        if done.rowcount == 1:
            _ask(engine, request_id, again=True)


def copy_rules(engine: Engine, source_id: int, campaign_id: int) -> None:
    """Job of `campaign.copied`: the copy books as its source does, unless HR said otherwise meanwhile."""
    with open_session(engine) as session:
        offering.copy_rules(session, source_id, campaign_id)


def close_campaign(engine: Engine, campaign_id: int) -> None:
    """Job of `campaign.cancelled` and `campaign.debriefing`: nothing waits any more."""
    with open_session(engine) as session:
        offering.end_campaign(session, campaign_id, clock.now())


def _each(engine: Engine, items: Iterable[Item], act: Callable[[Session, Item], object]) -> None:
    for item in items:
        with open_session(engine) as session:
            act(session, item)
