"""A hundredth of figures 5 and 18 at every run; and each guard, taken away, is missed."""

from datetime import date

import pytest

from app.people.importing import hiring
from app.visits.days import Days
from tests.figures.visits import FIGURES

HUNDREDTH = 0.01


@pytest.mark.parametrize("number", sorted(FIGURES))
def test_a_hundredth_of_the_figure_holds(number: int, database_url: str) -> None:
    outcome = FIGURES[number].measure(database_url, HUNDREDTH)
    assert outcome.holds, outcome.measured


def test_days_that_nobody_checks_are_missed(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def anything(_days: Days, _day: date) -> None:
        return None

    monkeypatch.setattr(Days, "why_not", anything)
    assert not FIGURES[5].measure(database_url, 0.04).holds


def test_accounts_that_stay_open_are_missed(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hiring, "close_accounts", lambda *_: None)
    assert not FIGURES[18].measure(database_url, HUNDREDTH).holds
