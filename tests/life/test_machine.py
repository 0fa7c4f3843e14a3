"""The machine of figure 5 sees each guard that is off; that it finds nothing, tests/figures holds."""

from collections.abc import Callable

import pytest
from hypothesis.errors import Flaky
from sqlalchemy import Engine

from app.visits import places
from app.visits.days import Days
from app.worker import JOBS
from tests.life.running import live

pytestmark = pytest.mark.database("sqlite", "postgresql")

Guard = Callable[[pytest.MonkeyPatch], None]

OFF: dict[str, Guard] = {
    "days": lambda patch: patch.setattr(Days, "why_not", lambda _days, _day: None),
    "limits": lambda patch: patch.setattr(places, "_ceilings", lambda *_: {}),
    "what is given back": lambda patch: patch.setattr(places, "give_back", lambda *_: None),
    "messages": lambda patch: patch.setitem(JOBS, "visit.cancelled", ()),
}


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("guard", OFF)
def test_the_machine_sees_a_guard_that_is_off(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, guard: str
) -> None:
    OFF[guard](monkeypatch)
    # Hypothesis plays the failing sequence again, in a database that the first time has changed.
    with pytest.raises((AssertionError, Flaky)):
        live(engine, 40)
