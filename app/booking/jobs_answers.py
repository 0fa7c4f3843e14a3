"""Who may answer a request is asked, and once more half-way to the moment when silence decides; in whose name
somebody else asked has a receipt."""

from sqlalchemy import Engine
from sqlmodel import Session, col, update

from app.booking import queries, views
from app.booking.guards import is_left_to_the_team
from app.booking.queries import SeenRequest
from app.booking.tables import BookingRequest, RequestStatus, Silence
from app.booking.unled import deciders
from app.core import clock
from app.core.db import each, open_session
from app.core.errors import NotFound
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.messages.readers import Reader
from app.teams import queries as teams


def ask_managers(engine: Engine, request_id: int) -> None:
    """Job of `booking.requested`: those who lead the receiving team today are asked to answer, HR where
    nobody does."""
    with open_session(engine) as session:
        seen = _seen(session, request_id)
        if seen is not None:
            _ask(session, seen, _readers(session, seen), again=False)


def tell_asked_for(engine: Engine, request_id: int) -> None:
    """Job of `booking.asked_for`: HR, or a program of theirs, asked in somebody's name. That person has a
    receipt; of a day booked at once they have the invitation."""
    with open_session(engine) as session:
        found = queries.requests_where(
            session,
            col(BookingRequest.id) == request_id,
            col(BookingRequest.status).in_([RequestStatus.REQUESTED, RequestStatus.WAITING]),
        )
        for seen in found:
            person_id = seen.request.person_id
            for reader in mails.readers_of(session, [person_id]).values():
                outbox.send(
                    session,
                    Kind.BOOKING_ASKED,
                    reader,
                    key=f"{Kind.BOOKING_ASKED}:{request_id}:{person_id}",
                    now=clock.now(),
                    context={"seen": seen},
                    campaign=seen.campaign,
                    reply_to=mails.reply_address(session, seen.campaign),
                    until=seen.request.day,
                )


def remind_managers(engine: Engine) -> None:
    """Job of `clock.tick`: half-way to the moment when silence decides, they are asked once more. That they
    were, and the mail that does it, are one commit; nothing is noted while there is nobody to ask."""
    now = clock.now()
    with open_session(engine, reads_only=True) as session:
        late = [
            request.id or 0
            for request in queries.unanswered(session)
            if request.due_at is not None
            and now >= request.asked_at + (request.due_at - request.asked_at) / 2
        ]

    def remind(session: Session, request_id: int) -> None:
        seen = _seen(session, request_id)
        readers = _readers(session, seen) if seen is not None else []
        if seen is None or not readers:
            return
        done = session.exec(
            update(BookingRequest)
            .where(col(BookingRequest.id) == request_id, col(BookingRequest.reminded_at).is_(None))
            .values(reminded_at=now)
        )
        if done.rowcount == 1:
            _ask(session, seen, readers, again=True)

    each(engine, late, remind)


def _seen(session: Session, request_id: int) -> SeenRequest | None:
    """A request that waits for an answer; None once it has one, or is erased."""
    try:
        seen = queries.find_request(session, request_id)
    except NotFound:
        return None
    waits = seen.request.status == RequestStatus.REQUESTED and seen.request.due_at is not None
    return seen if waits else None


def _readers(session: Session, seen: SeenRequest) -> list[Reader]:
    left = [seen.person.id or 0] if is_left_to_the_team(session, seen.person, seen) else []
    return deciders(session, seen.place.team_id, seen.campaign, clock.today(), but=left)


def _ask(session: Session, seen: SeenRequest, readers: list[Reader], *, again: bool) -> None:
    terms = queries.rules_of(session, seen.request.campaign_id)
    context = {
        "seen": seen,
        "again": again,
        "approves": terms.silence == Silence.APPROVE,
        "closed": views.closed_words(session, seen),
        "unled": not teams.leaders_of(session, seen.place.team_id, clock.today()),
    }
    word = f"{'again' if again else 'asked'}:{seen.request.revision}"
    for reader in readers:
        who = reader.person_id or f"account-{reader.account_id}"
        outbox.send(
            session,
            Kind.BOOKING_REQUEST,
            reader,
            key=f"{Kind.BOOKING_REQUEST}:{seen.request.id}:{who}:{word}",
            now=clock.now(),
            context=context,
            campaign=seen.campaign,
            reply_to=mails.reply_address(session, seen.campaign),
            until=seen.request.day,
        )
