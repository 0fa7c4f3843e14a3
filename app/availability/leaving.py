"""Leaving a campaign or pausing it once the answers are closed. What falls with it is told by visits.

Unlike an answer, this is possible at any time: nobody is held to a day against their will.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.availability.errors import CannotComeBack, NothingToPause, PauseImpossible
from app.availability.queries import Enrolling
from app.availability.service import When, write
from app.availability.tables import Answer, Enrolment
from app.campaigns.bookable import takes_bookings
from app.campaigns.holding import MAKES_VISITS, hold
from app.campaigns.tables import Booking, Campaign
from app.core import jobs

LONGEST_PAUSE = timedelta(days=366)


def may_pause(enrolling: Enrolling) -> bool:
    """They said yes; or one books, which asks for no answer, and they did not leave."""
    if enrolling.answer is None:
        return enrolling.campaign.booking != Booking.NONE
    return enrolling.answer == Answer.YES


def is_reversible(enrolling: Enrolling, today: date) -> bool:
    """Whoever leaves may come back: there are days to book, or days of theirs to put back in a campaign that
    goes on."""
    return enrolling.is_invited and (
        takes_bookings(enrolling.campaign)
        or (enrolling.enrolment is not None and has_days_back(enrolling.campaign, enrolling.enrolment, today))
    )


def has_days_back(campaign: Campaign, enrolment: Enrolment, today: date) -> bool:
    """Whoever leaves keeps their days, a no given to the question does not: those to come may still serve."""
    days = _to_come([*enrolment.visit_days, *(enrolment.host_days or ())], today)
    return bool(days) and campaign.status in MAKES_VISITS and today <= campaign.last_day


def may_come_back(enrolling: Enrolling, today: date) -> bool:
    """They take no part, and leaving is undone."""
    return enrolling.answer == Answer.NO and is_reversible(enrolling, today)


def is_back(session: Session, enrolling: Enrolling, version: int) -> bool:
    """Whether leaving was undone on this version, and nothing changed since."""
    if enrolling.enrolment is None:
        return False
    session.refresh(enrolling.enrolment)
    return enrolling.answer != Answer.NO and enrolling.version == version + 1


def come_back(session: Session, enrolling: Enrolling, actor: Actor, *, version: int, when: When) -> Enrolment:
    """Who left takes part again, on their days to come; where they had only booked, nothing is answered, as
    before. No visit comes back. Audited. Raises `CannotComeBack`, `Stale`."""
    hold(session, enrolling.campaign)
    left = enrolling.enrolment
    if left is None or not may_come_back(enrolling, when.today):
        raise CannotComeBack
    values: dict[str, Any] = {"answer": None, "answered_at": None}
    if has_days_back(enrolling.campaign, left, when.today):
        host = None if left.host_days is None else _to_come(left.host_days, when.today)
        values = {"answer": Answer.YES, "answered_at": when.now, "host_days": host}
        values["visit_days"] = _to_come(left.visit_days, when.today)
    row = write(session, enrolling, version, **values)
    subject, person_id = f"campaign:{enrolling.campaign.id}", enrolling.person.id
    audit(session, actor.account_id, "enrolment.resumed", subject, now=when.now, person_id=person_id)
    if row.answer == Answer.YES:
        jobs.record(session, "enrolment.resumed", campaign_id=enrolling.campaign.id, person_id=person_id)
    return row


def leave(session: Session, enrolling: Enrolling, *, version: int, when: When) -> Enrolment:
    """Take part no more: a no, whatever the campaign's state; days and pause are kept to come back with.
    Raises `Stale`."""
    row = write(session, enrolling, version, answer=Answer.NO, answered_at=when.now)
    jobs.record(session, "enrolment.left", campaign_id=row.campaign_id, person_id=row.person_id)
    return row


def check_pause(first: date, last: date, today: date) -> None:
    """Raises `PauseImpossible`."""
    if not today <= first <= last <= first + LONGEST_PAUSE:
        raise PauseImpossible


def pause(
    session: Session, enrolling: Enrolling, first: date, last: date, *, version: int, when: When
) -> Enrolment:
    """Nothing is planned from `first` to `last`, both included; the days offered stay for afterwards."""
    if not may_pause(enrolling):
        raise NothingToPause
    check_pause(first, last, when.today)
    return write(session, enrolling, version, paused_from=first, paused_until=last)


def is_paused(
    session: Session, enrolling: Enrolling, span: tuple[date | None, date | None], version: int
) -> bool:
    """Whether a pause between these days (none: its end) followed this version, and nothing since."""
    if enrolling.enrolment is None:
        return False
    row = enrolling.enrolment
    session.refresh(row)
    return (row.paused_from, row.paused_until) == span and enrolling.version == version + 1


def resume(session: Session, enrolling: Enrolling, *, version: int) -> Enrolment:
    """The pause is over."""
    if not may_pause(enrolling):
        raise NothingToPause
    return write(session, enrolling, version, paused_from=None, paused_until=None)


def offer_day(session: Session, enrolment: Enrolment, day: date, *, visiting: bool) -> bool:
    """Somebody agreed to a day, or is asked for it: it becomes one of their days. Whether it was not yet."""
    iso = day.isoformat()
    if visiting:
        if iso in enrolment.visit_days:
            return False
        if enrolment.host_days is None:
            enrolment.host_days = list(enrolment.visit_days)
        enrolment.visit_days = sorted([*enrolment.visit_days, iso])
    else:
        days = enrolment.visit_days if enrolment.host_days is None else enrolment.host_days
        if iso in days:
            return False
        enrolment.host_days = sorted([*days, iso])
    enrolment.version += 1
    session.add(enrolment)
    session.flush()
    return True


def _to_come(days: Sequence[str], today: date) -> list[str]:
    return [day for day in days if day >= today.isoformat()]
