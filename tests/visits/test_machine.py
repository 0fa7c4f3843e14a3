"""Any sequence of what may happen to visits: the model agrees, no rule breaks, everybody is told."""

from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine

from app.visits.days import Days
from tests.visits.machine import Life


def live(engine: Engine, sequences: int, steps: int = 14, seed: bool = True) -> None:
    """Run so many sequences; raises at the first divergence."""
    machine = type("LifeHere", (Life,), {"engine": engine})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=sequences,
            stateful_step_count=steps,
            deadline=None,
            derandomize=seed,
            database=None,
            phases=[Phase.generate],
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_visits_live_as_the_model_says(engine: Engine) -> None:
    live(engine, 20)


def test_the_machine_sees_a_rule_that_is_off(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def anything(_days: Days, _day: date) -> None:
        return None

    monkeypatch.setattr(Days, "why_not", anything)
    with pytest.raises(AssertionError):
        live(engine, 60)
