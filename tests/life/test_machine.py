"""Any sequence of what may happen to visits: the model agrees, no rule breaks, everybody is told."""

import pytest
from hypothesis.errors import Flaky
from sqlalchemy import Engine

from app.visits import places
from app.visits.days import Days
from app.worker import JOBS
from tests.life.running import live


def test_days_live_as_the_model_says(engine: Engine) -> None:
    lived = live(engine, 20)
    assert lived["sequences"] >= 20


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("guard", ["days", "limits", "days held", "messages"])
def test_the_machine_sees_a_guard_that_is_off(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, guard: str
) -> None:
    off = {
        "days": lambda: monkeypatch.setattr(Days, "why_not", lambda _days, _day: None),
        "limits": lambda: monkeypatch.setattr(places, "_ceilings", lambda *_: {}),
        "days held": lambda: monkeypatch.setattr(places, "let_go", lambda *_: None),
        "messages": lambda: monkeypatch.setitem(JOBS, "booking.offered", ()),
    }
    off[guard]()
    # Hypothesis plays the failing sequence again, in a database that the first time has changed.
    with pytest.raises((AssertionError, Flaky)):
        live(engine, 60)
