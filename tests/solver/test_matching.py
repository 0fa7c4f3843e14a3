"""Matchings: worth what trying everything finds, from any prices; they and flows find the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver import Problem, assignment
from solver.assignment import assign, bound
from solver.limits import Clock, Limits, Stopped
from solver.matching import Matching, Pairs
from tests.solver.company import company
from tests.solver.test_search import engine_of

SIDE = 4
WORTH = st.dictionaries(
    st.tuples(st.integers(0, SIDE - 1), st.integers(0, SIDE - 1)), st.integers(-5, 20), max_size=9
)


def pairs_of(worth: dict[tuple[int, int], int]) -> Pairs:
    left, right = np.array(list(worth), dtype=np.int64).reshape(-1, 2).T
    return Pairs(left, right, np.array(list(worth.values()), dtype=np.int64), (SIDE, SIDE))


def best(worth: dict[tuple[int, int], int]) -> int:
    """By trying everything."""
    if not worth:
        return 0
    ((left, right), value), *rest = worth.items()
    free = {pair: more for pair, more in rest if pair[0] != left and pair[1] != right}
    return max(best(dict(rest)), value + best(free))


@settings(max_examples=300, deadline=None)
@given(WORTH, st.none() | st.lists(st.integers(0, 30), min_size=SIDE, max_size=SIDE))
def test_from_any_prices_a_matching_is_worth_what_trying_everything_finds(
    worth: dict[tuple[int, int], int], price: list[int] | None
) -> None:
    pairs = pairs_of(worth)
    found = Matching(pairs, price=None if price is None else np.array(price, dtype=np.int64))
    assert len(set(pairs.left[found.met])) == len(set(pairs.right[found.met])) == found.met.sum()
    assert pairs.worth[found.met].sum() == best(worth)


@settings(max_examples=200, deadline=None)
@given(WORTH, st.data())
def test_pairs_that_are_left_out_never_meet_and_the_others_do_as_well_as_they_can(
    worth: dict[tuple[int, int], int], data: st.DataObject
) -> None:
    found = Matching(pairs_of(worth))
    out = data.draw(st.lists(st.sampled_from(range(len(worth))), unique=True)) if worth else []
    for row in out:
        found.leave_out(np.array([row]))
    kept = {pair: value for row, (pair, value) in enumerate(worth.items()) if row not in out}
    assert not found.met[out].any()
    assert found.worth == found.pairs.worth[found.met].sum() == best(kept)


@settings(max_examples=100, deadline=None)
@given(WORTH)
def test_what_people_gain_and_cost_bounds_every_pair_and_is_the_matching(
    worth: dict[tuple[int, int], int],
) -> None:
    pairs = pairs_of(worth)
    found = Matching(pairs)
    assert min(found.gain.min(), found.price.min()) >= 0
    assert (found.gain[pairs.left] + found.price[pairs.right] >= pairs.worth).all()
    assert found.worth == pairs.worth[found.met].sum()


def test_prices_to_begin_with_are_left_as_they_are() -> None:
    price = np.array([9, 9, 9, 9])
    Matching(pairs_of({(0, 0): 5}), price=price)
    assert price.tolist() == [9, 9, 9, 9]


def test_a_matching_of_a_large_company_ends_when_somebody_asks_to_stop() -> None:
    clock = Clock(Limits(), should_stop=lambda: True, large=True)
    with pytest.raises(Stopped):
        Matching(pairs_of({(0, 0): 5}), clock)


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
