"""Which pairs the assignment works on."""

import numpy as np
import pytest

from solver.choices import choices_of
from solver.edges import first_edges
from solver.instance import Instance
from solver.problem import Problem
from tests.solver.company import company


@pytest.mark.parametrize(("room", "complete"), [(1.3, True), (0.7, False)])
@pytest.mark.parametrize("exchange", ["swap", "shadow"])
def test_every_pair_is_looked_at_where_the_days_leave_few_choices(
    exchange: str, room: float, complete: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = Instance(Problem.from_json(company(1_200, 5, exchange=exchange, few_dates=1.0)))
    every = first_edges(instance, np.random.default_rng(0))
    assert every.complete
    choices = len(choices_of(instance, every.left, every.right))
    monkeypatch.setattr("solver.edges.ALL_PAIRS", 0)
    monkeypatch.setattr("solver.edges.FEW_CHOICES", room * choices)
    assert first_edges(instance, np.random.default_rng(0)).complete == complete
