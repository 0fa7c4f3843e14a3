"""A hundredth of each booking figure at every run; and each guard, taken away, is missed."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, col, update

from app.booking import asking, holding
from app.booking.tables import Place, PlaceDay
from app.visits import places
from tests.figures.booking import FIGURES

HUNDREDTH = 0.01


@pytest.mark.parametrize("number", sorted(FIGURES))
@pytest.mark.database("sqlite", "postgresql")
def test_a_hundredth_of_the_figure_holds(number: int, database_url: str) -> None:
    outcome = FIGURES[number].measure(database_url, HUNDREDTH)
    assert outcome.holds, outcome.measured


def unguarded() -> Callable[..., None]:
    """A place taken by whoever looked before: two who look at once both take it."""
    both = threading.Barrier(2)

    def hold(session: Session, place: Place, day: date) -> None:
        try:
            both.wait(timeout=2)
        except threading.BrokenBarrierError:
            both.reset()
        session.exec(
            update(PlaceDay)
            .where(col(PlaceDay.place_id) == place.id, col(PlaceDay.day) == day)
            .values(taken=col(PlaceDay.taken) + 1)
            .execution_options(synchronize_session=False)
        )

    return hold


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.database("postgresql")
def test_places_without_a_guard_are_oversold(
    number: int, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite lets one write at a time, whoever looks; there the guard is its write lock."""
    monkeypatch.setattr(holding, "hold", unguarded())
    monkeypatch.setattr(holding, "lock_day", lambda *_: None)
    monkeypatch.setattr(places, "_ceilings", lambda *_: {})
    outcome = FIGURES[number].measure(database_url, HUNDREDTH)
    assert not outcome.holds, outcome.measured


def test_posts_without_a_memory_are_answered_differently(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(*_: Any) -> None:
        return None

    monkeypatch.setattr(asking, "_again", forgetful)
    outcome = FIGURES[4].measure(database_url, HUNDREDTH)
    assert not outcome.holds, outcome.measured
