"""The life of a request: one table of its steps.

Each line reads aloud: from `before` to `after`, by whom. What is not `LIVE` is over. A step is taken by
`take_step`, which names the state and the revision it starts from: of two who answer at once, one wins and
the other gets `Stale`.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, update

from app.booking.errors import ImpossibleAnswer
from app.booking.tables import BookingRequest, RequestStatus
from app.core import again
from app.core.errors import Refusal, Stale
from app.messages import service as outbox
from app.messages.catalogue import Kind


class By(StrEnum):
    """Who takes a step."""

    ASKER = "asker"
    MANAGER = "manager"
    CLOCK = "clock"
    VISIT = "visit"
    """What happens to the visit that was booked."""


@dataclass(frozen=True)
class Step:
    """One line of the table."""

    before: RequestStatus
    after: RequestStatus
    by: frozenset[By]


ASKER, MANAGER, CLOCK = frozenset({By.ASKER}), frozenset({By.MANAGER}), frozenset({By.CLOCK})

STEPS: tuple[Step, ...] = (
    Step(RequestStatus.REQUESTED, RequestStatus.BOOKED, MANAGER | CLOCK),
    Step(RequestStatus.REQUESTED, RequestStatus.REFUSED, MANAGER),
    Step(RequestStatus.REQUESTED, RequestStatus.EXPIRED, CLOCK),
    Step(RequestStatus.REQUESTED, RequestStatus.WITHDRAWN, ASKER),
    Step(RequestStatus.REQUESTED, RequestStatus.WAITING, CLOCK),
    Step(RequestStatus.WAITING, RequestStatus.OFFERED, CLOCK),
    Step(RequestStatus.WAITING, RequestStatus.WITHDRAWN, ASKER),
    Step(RequestStatus.WAITING, RequestStatus.EXPIRED, CLOCK),
    Step(RequestStatus.OFFERED, RequestStatus.BOOKED, ASKER),
    Step(RequestStatus.OFFERED, RequestStatus.WITHDRAWN, ASKER),
    Step(RequestStatus.OFFERED, RequestStatus.EXPIRED, CLOCK),
    Step(RequestStatus.BOOKED, RequestStatus.CANCELLED, frozenset({By.VISIT})),
)

_TABLE = {(step.before, step.after): step for step in STEPS}

LIVE = frozenset(step.before for step in STEPS)
PENDING = (RequestStatus.REQUESTED, RequestStatus.WAITING, RequestStatus.OFFERED)
"""No visit yet, and not over."""
COUNTED = frozenset({RequestStatus.REQUESTED, RequestStatus.OFFERED, RequestStatus.BOOKED})
"""What counts against the limit of a person."""


def may(request: BookingRequest, to: RequestStatus, by: By) -> bool:
    """Whether the table has this step."""
    step = _TABLE.get((request.status, to))
    return step is not None and by in step.by


def take_step(
    session: Session,
    request: BookingRequest,
    to: RequestStatus,
    *,
    by: By,
    now: datetime,
    account_id: int | None = None,
    revision: int | None = None,
    **changes: Any,
) -> None:
    """Take a step of the table; `changes` are columns that change with it.

    Raises `ImpossibleAnswer` when the table has no such step, `Stale` when somebody was faster.
    """
    if not may(request, to, by):
        raise ImpossibleAnswer(request.status, request.reason)
    seen = request.revision if revision is None else revision
    values: dict[str, Any] = {
        "status": to,
        "revision": seen + 1,
        "decided_at": now,
        "decided_by": account_id,
        "due_at": None,
        "live": True if to in LIVE else None,
        **changes,
    }
    session.flush()
    done = session.exec(
        update(BookingRequest)
        .where(
            col(BookingRequest.id) == request.id,
            col(BookingRequest.status) == request.status,
            col(BookingRequest.revision) == seen,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:
        raise Stale
    outbox.drop_letters_named(session, _letters(request, seen), today=now.date())
    session.refresh(request)


def touch(session: Session, request: BookingRequest, today: date) -> None:
    """What it waits for is no longer what was read of it: a step asked for on that is refused, and an offer
    still to be handed over on paper is not."""
    if request.status == RequestStatus.OFFERED:
        outbox.drop_letters_named(session, _letters(request, request.revision), today=today)
    request.revision += 1
    session.add(request)
    session.flush()


def _letters(request: BookingRequest, revision: int) -> list[str]:
    """The keys of what its asker may still read on paper of the state that it leaves."""
    who = f"{request.id}:{request.person_id}"
    told = [f"{kind}:{who}:{revision}" for kind in (Kind.BOOKING_OFFER, Kind.BOOKING_QUEUED)]
    return [*told, f"{Kind.BOOKING_ASKED}:{who}"]


def once(
    session: Session, request: BookingRequest, to: RequestStatus, account_id: int, **changes: Any
) -> AbstractContextManager[None]:
    """Around a step: a second tap of whoever took it is no refusal while the request stands where it led."""

    def done() -> bool:
        session.refresh(request)
        own = request.status == to and request.decided_by == account_id
        return own and all(getattr(request, name) == value for name, value in changes.items())

    return again.once(done)


@contextmanager
def all_or_nothing(session: Session, request: BookingRequest) -> Iterator[None]:
    """A step with all that belongs to it; refused, neither the database nor `request` has changed."""
    try:
        with session.begin_nested():
            yield
    except Refusal:
        session.refresh(request)
        raise
