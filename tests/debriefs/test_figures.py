"""Figures 32 and 33, a hundredth of the full numbers."""

import pytest
from sqlalchemy import Engine

from tests.figures import debriefs


def test_a_dump_relinks_nobody_better_than_chance(engine: Engine) -> None:
    found = debriefs.relink(engine, 2)
    assert found.better_than_chance == {}
    assert found.said_in_logs == 0
    assert debriefs.telling_columns() == []


def test_naive_storing_is_relinked(engine: Engine) -> None:
    assert debriefs.relink(engine, 1).control_is_relinked


def test_a_pool_in_order_of_arrival_is_relinked(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard off: without shuffling, the same attack finds authors, sealed or released."""

    class NoChance:
        def shuffle(self, rows: list[object]) -> None:
            """Leave the order of arrival."""

    monkeypatch.setattr("app.debriefs.releasing._chance", NoChance())
    found = debriefs.relink(engine, 2)
    assert "pool: position" in found.better_than_chance
    assert "answers: position" in found.better_than_chance


def test_figures_move_only_by_five_or_more_people(engine: Engine) -> None:
    found = debriefs.watch(engine, 2)
    assert (found.moved_by_fewer, found.control_moved) == (0, found.sendings)
    assert found.releases > 0
