"""An employee's own space: what to do, days, requests, answers, from every feature below. Readings only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from app.availability.busy.queries import OwnCalendar, own_calendars
from app.availability.own import OwnAnswer, own_answers
from app.booking import queries as bookings
from app.booking.lifecycle import PENDING
from app.booking.queries import SeenRequest
from app.home.reminders import reminders
from app.home.task import Task, TaskKind
from app.home.tasks import asked_tasks
from app.people.tables import Person
from app.visits import queries as visits
from app.visits.queries import SeenSwap, SeenVisit
from app.visits.rules import stands

PAST_DAYS = 3
"""So many days already lived are shown; the others are one tap away."""


@dataclass(frozen=True)
class Space:
    """What an employee sees first."""

    tasks: list[Task]
    next_swap: SeenSwap | None
    """The exchange with the next day to come, drawn."""
    coming: list[SeenVisit]
    """Days to come, by day: those that stand. One that fell is found among all days, or asks for another."""
    past: list[SeenVisit]
    """Days lived, the latest first."""
    more_past: int
    requests: list[SeenRequest]
    """Requests, places held and places in line that are not visits yet."""
    answers: list[OwnAnswer]
    calendars: list[OwnCalendar]
    """Where one's own calendar can be given or refreshed."""


def space_of(session: Session, person: Person, *, today: date, now: datetime) -> Space:
    """Everything that concerns a person, in a number of queries that does not grow with it."""
    swaps = visits.as_swaps(visits.visits_of(session, person))
    standing = _by_day(leg for swap in swaps for leg in swap.legs if stands(leg.visit))
    coming = [leg for leg in standing if leg.visit.day >= today]
    lived = [leg for leg in reversed(standing) if leg.visit.day < today]
    drawn = next((swap for swap in swaps if coming and coming[0] in swap.legs), None)
    assert person.id is not None
    return Space(
        tasks=_tasks(session, person, coming, today=today, now=now),
        next_swap=drawn,
        coming=coming,
        past=lived[:PAST_DAYS],
        more_past=max(0, len(lived) - PAST_DAYS),
        requests=[one for one in bookings.requests_of(session, person.id) if _waits(one, today)],
        answers=own_answers(session, person),
        calendars=own_calendars(session, person, bookings.bookable_campaigns(session, person), today),
    )


def tasks_of(session: Session, person: Person, *, today: date, now: datetime) -> list[Task]:
    """What a person's own space asks of them, in its order."""
    coming = _by_day(one for one in visits.visits_of(session, person) if stands(one.visit))
    ahead = [leg for leg in coming if leg.visit.day >= today]
    return _tasks(session, person, ahead, today=today, now=now)


def _tasks(
    session: Session, person: Person, coming: list[SeenVisit], *, today: date, now: datetime
) -> list[Task]:
    found = [
        *asked_tasks(session, person, today=today, now=now),
        *reminders(session, person, coming, today=today, now=now),
    ]
    return sorted(found, key=lambda one: one.kind is not TaskKind.UNCERTAIN)  # not to travel comes before all


def _by_day(legs: Iterable[SeenVisit]) -> list[SeenVisit]:
    return sorted(legs, key=lambda leg: (leg.visit.day, leg.visit.id or 0))


def _waits(one: SeenRequest, today: date) -> bool:
    """A booked request is a visit, shown with the others."""
    return one.request.status in PENDING and one.request.day >= today
