"""What holds for moving a day that somebody booked, beside the rules of every visit.

Booking stands above visits: it knows the notice that its campaign promises, the days that the team offers and
how many may come on each. It says so here, once, when it is loaded, as it is wherever the service runs.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sqlmodel import Session

from app.visits.tables import Visit


@dataclass(frozen=True)
class Promise:
    """What whoever booked a day was promised, as far as another day for it goes."""

    notice_days: int
    days: frozenset[date]
    """Days that the team offers at the same place, with room for this visitor."""


class Keeper(Protocol):
    """What booking answers about visits."""

    def promise(self, session: Session, visit: Visit, today: date) -> Promise | None:
        """For a visit that was booked; None for any other."""

    def follow(self, session: Session, visit: Visit, day: date) -> None:
        """The visit is about to move to `day`: its place is taken there and given back where it was. Raises
        `DayNotPossible` when somebody was faster."""


class _Nobody:
    def promise(self, session: Session, visit: Visit, today: date) -> Promise | None:
        return None

    def follow(self, session: Session, visit: Visit, day: date) -> None:
        return None


_keepers: list[Keeper] = [_Nobody()]


def kept_by(keeper: Keeper) -> None:
    """From now on `keeper` answers."""
    _keepers[:] = [keeper]


def promise_of(session: Session, visit: Visit, today: date) -> Promise | None:
    """What holds for another day for this visit; None when nobody booked it."""
    return _keepers[0].promise(session, visit, today)


def follow(session: Session, visit: Visit, day: date) -> None:
    """A visit moves to another day: what was booked with it moves too. Raises `DayNotPossible`."""
    _keepers[0].follow(session, visit, day)
