"""Every change of somebody's busy days. A day newly busy is unticked; one may tick it again on purpose.

Between two readings only the difference counts: a day that stays busy and was ticked again stays ticked, and
a day that becomes free is left as it is, for it may have been unticked for another reason.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, delete, or_, select, update

from app.availability.busy.errors import AddressesOff, CalendarNotRead
from app.availability.busy.queries import PLANNED, busy_calendar, helps_to_move
from app.availability.busy.reading import Reading
from app.availability.busy.sealing import seal, unseal
from app.availability.days import possible_days
from app.availability.given import DaysGiven
from app.availability.queries import Enrolling, told_of
from app.availability.service import When, check_takes_part, write
from app.availability.tables import BusyCalendar, Enrolment
from app.campaigns.bookable import takes_bookings, taking_bookings
from app.campaigns.calendar import campaign_days
from app.campaigns.holding import hold
from app.campaigns.tables import Campaign, Status
from app.core import jobs
from app.core.errors import NotFound
from app.core.outbound import NotFetched, check_address
from app.core.settings import settings

OVER = (Status.DEBRIEFING, Status.CLOSED, Status.CANCELLED)
"""No visit is planned any more."""
EACH_DAY = timedelta(days=1)
AGAIN = timedelta(hours=1)
"""A reading that was asked for and never came is asked for again."""
AT_ONCE = 500
"""Addresses asked for in one turn of the clock."""


def addresses_allowed() -> bool:
    """Whether IT lets the service fetch calendars."""
    return settings().calendar_addresses != "off"


def http_allowed() -> bool:
    """Whether IT allows plain http."""
    return settings().calendar_addresses == "http"


def is_waiting(row: BusyCalendar) -> bool:
    """Whether an address was given whose first reading has yet to come."""
    unread = row.sealed_address is not None and row.read_at is None and not row.fault
    return unread or row.former_address is not None


def is_for_booking(enrolling: Enrolling) -> bool:
    """Whether a calendar given now helps to book: nothing has to be answered first."""
    return takes_bookings(enrolling.campaign)


def is_given_alone(enrolling: Enrolling, today: date) -> bool:
    """Whether a calendar is given with no days to tick beside it: to book, or, once the plan stands, so that
    nothing moves to a day it takes."""
    return is_for_booking(enrolling) or helps_to_move(enrolling.campaign, enrolling.enrolment, today)


def check_open(session: Session, enrolling: Enrolling, when: When) -> None:
    """Before a calendar is given or forgotten: somebody who takes part, while answers may change or the plan
    stands; or, while days are booked, anybody invited. Raises EnrolmentClosed, AnswerFirst."""
    if not is_given_alone(enrolling, when.today):
        check_takes_part(session, enrolling, when)
        return
    hold(session, enrolling.campaign)
    if not enrolling.is_invited and not helps_to_move(enrolling.campaign, enrolling.enrolment, when.today):
        raise NotFound


def keep_file(
    session: Session, enrolling: Enrolling, reading: Reading, *, version: int, when: When
) -> BusyCalendar:
    """Keep the busy days of a file, in place of whatever was read before; an address is forgotten."""
    check_open(session, enrolling, when)
    before = busy_calendar(session, enrolling)
    unticked = _unticked(enrolling.enrolment, before.days if before else (), reading.days)
    row = _row(session, write(session, enrolling, version, **unticked))
    _keep(row, enrolling.campaign, reading, when.now)
    _forget_address(row)
    session.add(row)
    session.flush()
    return row


def give_address(
    session: Session, enrolling: Enrolling, address: str, *, daily: bool, version: int, when: When
) -> BusyCalendar:
    """Have the calendar at a private address read, once or each day; one that is read each day is given up
    for it once this one was read. Raises AddressesOff, CalendarNotRead."""
    check_open(session, enrolling, when)
    if not addresses_allowed():
        raise AddressesOff
    scheme, colon, rest = address.partition("://")
    # Apple and Outlook write webcal for https.
    usual = f"https://{rest}" if colon and scheme.lower() == "webcal" else address
    try:
        check_address(usual, http=http_allowed())
    except NotFetched as refused:
        raise CalendarNotRead(refused.why) from None
    row = _row(session, write(session, enrolling, version))
    if row.daily and row.read_at is not None and row.former_address is None:
        row.former_address = row.sealed_address
    row.sealed_address, row.daily, row.fault = seal(usual, row.enrolment_id), daily, ""
    row.former_kept, row.due_at = False, when.now + AGAIN
    if row.former_address is None:
        row.read_at = None
    session.add(row)
    _ask(session, row.enrolment_id)
    return row


def forget(session: Session, enrolling: Enrolling, *, version: int, when: When) -> None:
    """Forget the calendar; the days stay as they are ticked."""
    check_open(session, enrolling, when)
    write(session, enrolling, version)
    session.exec(delete(BusyCalendar).where(col(BusyCalendar.enrolment_id) == enrolling.enrolment_id))


def is_forgotten(session: Session, enrolling: Enrolling, version: int) -> bool:
    """Whether the calendar was forgotten on this version, and nothing changed since."""
    if enrolling.enrolment is None:
        return False
    session.refresh(enrolling.enrolment)
    return enrolling.version == version + 1 and busy_calendar(session, enrolling) is None


def greyed(session: Session, enrolling: Enrolling, row: BusyCalendar) -> int:
    """How many days one could have chosen are busy."""
    told = told_of(session, enrolling)
    possible = possible_days(enrolling.campaign, enrolling.person, enrolling.site, told)
    return len({day.isoformat() for day in possible} & set(row.days))


def days_left(session: Session, row: BusyCalendar) -> int:
    """How many days of the campaign its owner has chosen, to visit or to receive."""
    enrolment = session.get_one(Enrolment, row.enrolment_id)
    return chosen(session.get_one(Campaign, enrolment.campaign_id), enrolment)


def chosen(campaign: Campaign, enrolment: Enrolment | None) -> int:
    """The same before a calendar was given; 0 for whoever has not answered."""
    if enrolment is None:
        return 0
    given = DaysGiven(campaign)(enrolment.visit_days, enrolment.host_days)
    return (given.leaves | given.receives).bit_count()


@dataclass(frozen=True)
class Asked:
    """An address to be read."""

    enrolment_id: int
    address: str | None
    """None: sealed under another secret, never to be read again."""
    sealed: bytes
    first: date
    last: date


def asked(session: Session, enrolment_id: int) -> Asked | None:
    """What to read; None when the person has forgotten it since."""
    found = session.exec(_with_campaign().where(BusyCalendar.enrolment_id == enrolment_id)).first()
    if found is None or found[0].sealed_address is None:
        return None
    row, _enrolment, campaign = found
    return Asked(
        enrolment_id=enrolment_id,
        address=unseal(row.sealed_address, enrolment_id),
        sealed=row.sealed_address,
        first=campaign.first_day,
        last=campaign.last_day,
    )


def take_reading(
    session: Session, given: Asked, reading: Reading | None, fault: str, *, now: datetime
) -> None:
    """Write down what came of an address, unless the person gave another one or forgot it meanwhile. A former
    one that goes on keeps its own rhythm."""
    query = _with_campaign().where(BusyCalendar.enrolment_id == given.enrolment_id)
    found = session.exec(query.with_for_update(of=BusyCalendar)).first()
    if found is None or found[0].sealed_address != given.sealed:
        return
    row, enrolment, campaign = found
    if reading is not None:
        if values := _unticked(enrolment, row.days, reading.days):
            _untick(session, enrolment, values)
        _keep(row, campaign, reading, now)
    row.fault, read = fault, now
    if reading is None and row.former_address is not None:
        row.sealed_address, row.daily, row.former_kept = row.former_address, True, True
        read = row.read_at or now
    row.former_address = None
    if row.daily and given.address is not None and addresses_allowed():
        row.due_at = read + EACH_DAY
    else:
        _forget_address(row)
    session.add(row)


def ask_due(session: Session, *, now: datetime) -> None:
    """Have the addresses read whose time has come."""
    due = session.exec(
        select(BusyCalendar.enrolment_id)
        .where(col(BusyCalendar.due_at) <= now)
        .order_by(col(BusyCalendar.due_at))
        .limit(AT_ONCE)
    ).all()
    session.exec(
        update(BusyCalendar).where(col(BusyCalendar.enrolment_id).in_(due)).values(due_at=now + AGAIN)
    )
    for enrolment_id in due:
        _ask(session, enrolment_id)


def forget_closed(session: Session, *, today: date) -> None:
    """Forget the address of an enrolment that has closed, unless a plan stands or days are booked; the days
    once no visit can be planned on them."""
    answered = or_(col(Campaign.status) != Status.OPEN, col(Campaign.enrol_until) < today)
    stands = col(Campaign.status).in_(PLANNED)
    closed = _enrolments_of(and_(answered, ~taking_bookings(), ~stands))
    session.exec(
        update(BusyCalendar)
        .where(col(BusyCalendar.enrolment_id).in_(closed), col(BusyCalendar.sealed_address).is_not(None))
        .values(sealed_address=None, daily=False, due_at=None, former_address=None, former_kept=False)
        .execution_options(synchronize_session=False)
    )
    over = _enrolments_of(or_(col(Campaign.status).in_(OVER), col(Campaign.last_day) < today))
    session.exec(
        delete(BusyCalendar)
        .where(col(BusyCalendar.enrolment_id).in_(over))
        .execution_options(synchronize_session=False)
    )


def _enrolments_of(which: ColumnElement[bool]) -> Any:
    chosen: Any = select(Enrolment.id)
    return chosen.join(Campaign, col(Campaign.id) == col(Enrolment.campaign_id)).where(which)


def _row(session: Session, enrolment: Enrolment) -> BusyCalendar:
    assert enrolment.id is not None
    return session.get(BusyCalendar, enrolment.id) or BusyCalendar(enrolment_id=enrolment.id)


def _forget_address(row: BusyCalendar) -> None:
    row.sealed_address, row.daily, row.due_at = None, False, None
    row.former_address, row.former_kept = None, False


def _keep(row: BusyCalendar, campaign: Campaign, reading: Reading, now: datetime) -> None:
    possible = {day.isoformat() for day in campaign_days(campaign)}
    row.days = [day for day in reading.days if day in possible]
    row.skipped, row.read_at, row.fault = reading.skipped, now, ""


def _unticked(enrolment: Enrolment | None, before: Collection[str], busy: Collection[str]) -> dict[str, Any]:
    """The chosen days without those newly busy; only what changes."""
    if enrolment is None:
        return {}
    fresh = set(busy) - set(before)
    values = {}
    for name in ("visit_days", "host_days"):
        chosen: list[str] | None = getattr(enrolment, name)
        if chosen and fresh & set(chosen):
            values[name] = [day for day in chosen if day not in fresh]
    return values


def _untick(session: Session, enrolment: Enrolment, values: dict[str, Any]) -> None:
    """By the clock rather than by the person: whoever has the page open is told that it changed."""
    session.exec(
        update(Enrolment)
        .where(col(Enrolment.id) == enrolment.id)
        .values(version=Enrolment.version + 1, **values)
        .execution_options(synchronize_session=False)
    )


def _ask(session: Session, enrolment_id: int) -> None:
    jobs.record(session, "calendar.given", queue=jobs.CALENDAR_QUEUE, enrolment_id=enrolment_id)


def _with_campaign() -> Any:
    columns: tuple[Any, ...] = (BusyCalendar, Enrolment, Campaign)
    chosen: Any = select(*columns)
    return (
        chosen.select_from(BusyCalendar)
        .join(Enrolment, col(Enrolment.id) == col(BusyCalendar.enrolment_id))
        .join(Campaign, col(Campaign.id) == col(Enrolment.campaign_id))
    )
