"""Plays sequences of `repairs.Life` and counts what was lived."""

from collections import Counter
from collections.abc import Callable

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine

from tests.life.repairs import Life

STEPS = 18
SEED = 5


def live(
    engine: Engine,
    sequences: int,
    *,
    steps: int = STEPS,
    seed: int = SEED,
    ended: Callable[[], None] = lambda: None,
) -> Counter[str]:
    """Play so many sequences, the same for a seed; raises at the first divergence. What was lived.

    `ended` is called after each.
    """
    lived: Counter[str] = Counter()

    class Counted(Life):
        def teardown(self) -> None:
            lived["sequences"] += 1
            lived["visits"] += len(self.legs)
            lived["fallen"] += sum(not leg.standing for leg in self.legs.values())
            lived["booked days"] += sum(leg.swap is None for leg in self.legs.values())
            lived.update(self.done)
            super().teardown()
            ended()

    Counted.engine = engine
    Counted._hypothesis_internal_use_seed = seed  # type: ignore[attr-defined]
    run_state_machine_as_test(
        Counted,
        settings=settings(
            max_examples=sequences,
            stateful_step_count=steps,
            deadline=None,
            derandomize=False,
            database=None,
            phases=[Phase.generate],
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return lived
