"""A hundredth of figure 18, and of figure 5 half as much on each database, at every run; a guard taken away
is missed (figure 5's: tests/life).
"""

import pytest

from app.people.importing import hiring
from tests.figures.visits import FIGURES

HUNDREDTH = 0.01


@pytest.mark.parametrize(("number", "scale"), [(5, HUNDREDTH / 2), (18, HUNDREDTH)])
@pytest.mark.database("sqlite", "postgresql")
def test_a_hundredth_of_the_figure_holds(number: int, scale: float, database_url: str) -> None:
    outcome = FIGURES[number].measure(database_url, scale)
    assert outcome.holds, outcome.measured


def test_accounts_that_stay_open_are_missed(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hiring, "close_accounts", lambda *_: None)
    assert not FIGURES[18].measure(database_url, HUNDREDTH).holds
