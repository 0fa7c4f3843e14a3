"""Offering fewer days: it may help one person once, and it does not pay on average."""

from __future__ import annotations

import pytest

from tests.solver.fairness import tally, trials


@pytest.mark.parametrize(("exchange", "few"), [("swap", 1.0), ("shadow", 1.0)])
def test_pretending_to_be_scarce_does_not_pay(exchange: str, few: float) -> None:
    """A small piece of the family of `tests.solver.fairness`; solver/README.md has the figures."""
    found = tally(list(trials(exchange, few, range(5))))
    assert found.trials == 20
    assert found.won <= found.lost
    assert found.shy_share <= found.open_share
    assert found.more_points <= found.fewer_points
    assert found.shy_points <= found.open_points
