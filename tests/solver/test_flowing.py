"""The two ways to assign people: both find a best assignment, and the same prices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver import Problem, assignment
from solver.assignment import assign, bound
from solver.flowing import Pairs, best_matching
from tests.solver.company import company
from tests.solver.test_search import engine_of


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.integers(0, 3), st.integers(0, 3)), st.integers(-5, 20), min_size=1, max_size=9
    )
)
def test_a_matching_is_worth_what_trying_everything_finds(worth: dict[tuple[int, int], int]) -> None:
    def best(pairs: list[tuple[int, int]]) -> int:
        if not pairs:
            return 0
        (left, right), rest = pairs[0], pairs[1:]
        free = [pair for pair in rest if pair[0] != left and pair[1] != right]
        return max(best(rest), worth[left, right] + best(free))

    left, right = np.array(list(worth), dtype=np.int64).T
    values = np.array(list(worth.values()), dtype=np.int64)
    met = best_matching(Pairs(left, right, values, np.array([4, 4])), None) > 0
    assert len(set(left[met])) == len(set(right[met])) == met.sum()
    assert values[met].sum() == best(list(worth))


@pytest.mark.parametrize("exchange", ["swap", "shadow"])
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 50), few=st.sampled_from([0.0, 1.0]))
def test_a_matching_and_a_flow_have_one_value_and_one_set_of_prices(
    exchange: str, seed: int, few: float
) -> None:
    engine = engine_of(Problem.from_json(company(people=60, seed=seed, few_dates=few, exchange=exchange)))
    net = engine.net
    assert net is not None
    flow, by_flow = assign(net, engine.weights)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assignment, "FLOW", -1)  # with no pair at all too
        patch.setattr(assignment, "cheapest_flow", None)  # a flow would be an error
        matched, by_matching = assign(net, engine.weights)
    assert (by_flow.left == by_matching.left).all()
    worth = net.combined(engine.weights) + engine.weights["people"] * (
        net.left_gain[net.edges.left] + net.right_gain[net.edges.right]
    )
    assert worth[matched].sum() == worth[flow].sum() == bound(net, engine.weights, by_matching)
