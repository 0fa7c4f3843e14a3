"""Leaving a campaign or pausing it once the answers are closed. What falls with it is told by visits.

Unlike an answer, this is possible at any time: nobody is held to a day against their will.
"""

from datetime import date, timedelta

from sqlmodel import Session

from app.availability.errors import AnswerFirst, CannotComeBack, PauseImpossible
from app.availability.queries import Enrolling
from app.availability.service import When, write
from app.availability.tables import Answer, Enrolment
from app.campaigns.bookable import takes_bookings
from app.campaigns.tables import Booking

LONGEST_PAUSE = timedelta(days=366)


def may_pause(enrolling: Enrolling) -> bool:
    """They said yes; or one books, which asks for no answer, and they did not leave."""
    if enrolling.answer is None:
        return enrolling.campaign.booking != Booking.NONE
    return enrolling.answer == Answer.YES


def may_come_back(enrolling: Enrolling) -> bool:
    """They take no part, are invited, and there are days to book."""
    return enrolling.answer == Answer.NO and enrolling.is_invited and takes_bookings(enrolling.campaign)


def come_back(session: Session, enrolling: Enrolling, *, version: int) -> Enrolment:
    """Who left may book again: nothing is answered, as before. Raises `CannotComeBack`, `Stale`."""
    if not may_come_back(enrolling):
        raise CannotComeBack
    return write(session, enrolling, version, answer=None, answered_at=None)


def leave(session: Session, enrolling: Enrolling, *, version: int, when: When) -> Enrolment:
    """Take part no more: a no, whatever the campaign's state. Raises `Stale`."""
    return write(
        session,
        enrolling,
        version,
        answer=Answer.NO,
        answered_at=when.now,
        visit_days=[],
        host_days=None,
        paused_from=None,
        paused_until=None,
    )


def pause(
    session: Session, enrolling: Enrolling, first: date, last: date, *, version: int, when: When
) -> Enrolment:
    """Nothing is planned from `first` to `last`, both included; the days offered stay for afterwards."""
    if not may_pause(enrolling):
        raise AnswerFirst
    if not when.today <= first <= last <= first + LONGEST_PAUSE:
        raise PauseImpossible
    return write(session, enrolling, version, paused_from=first, paused_until=last)


def resume(session: Session, enrolling: Enrolling, *, version: int) -> Enrolment:
    """The pause is over."""
    if not may_pause(enrolling):
        raise AnswerFirst
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
