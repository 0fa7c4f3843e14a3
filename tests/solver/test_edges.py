"""Which pairs the assignment works on."""

import numpy as np
import pytest

from solver.assignment import Prices, network, overlooked
from solver.choices import choices_of
from solver.edges import Edges, first_edges
from solver.instance import Instance
from solver.problem import Problem
from solver.room import Room
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


@pytest.mark.parametrize("few_dates", [0.0, 1.0])
@pytest.mark.parametrize("exchange", ["swap", "shadow"])
def test_large_companies_look_at_the_same_pairs_in_compiled_code(
    exchange: str, few_dates: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = Problem.from_json(company(300, 5, exchange=exchange, few_dates=few_dates))
    monkeypatch.setattr("solver.edges.ALL_PAIRS", 0)
    monkeypatch.setattr("solver.edges.FEW_CHOICES", 0)
    monkeypatch.setattr("solver.edges.OTHERS", 3)
    monkeypatch.setattr("solver.edges._TRIES", 3)
    looked = list[tuple[Edges, Edges]]()
    for compiled in (0, 10**9):
        monkeypatch.setattr("solver.edges.COMPILED", compiled)
        monkeypatch.setattr("solver.assignment.COMPILED", compiled)
        instance = Instance(problem)
        first = first_edges(instance, np.random.default_rng(0))
        net = network(instance, first, Room.whole(instance), np.zeros(0, dtype=np.int64))
        pays = Prices(*(np.full(instance.n, minutes, dtype=np.int64) for minutes in (20, 30)))
        looked.append((first, overlooked(net, {"travel": 1}, pays)))
    (first, more), (same, as_many) = looked
    assert len(more) > len(first) > 0
    for one, other in ((first, same), (more, as_many)):
        assert one.left.tolist() == other.left.tolist()
        assert one.right.tolist() == other.right.tolist()
