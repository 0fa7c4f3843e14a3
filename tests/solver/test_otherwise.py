"""Who finds no day with one colleague is matched with another, if need be through others; never worse."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver import Problem, solving
from solver.check import violations
from solver.limits import Stopped
from solver.matching import Matching
from solver.otherwise import match_otherwise
from tests.solver.company import company
from tests.solver.test_search import engine_of
from tests.solver.tiny import document, person, random_problem, team


def three_wishes_on_two_days(**of_carole: Any) -> Problem:
    """Anna, Aline and Alice wish for three shops, all on the same two days, when one only may be away.
    Alice offers two more days, as Carole does, for whose shop nobody wishes.
    """
    return Problem.from_json(
        document(
            teams=[
                team("compta", "back", "paris"),
                *(team(shop, "front", "lyon") for shop in ("b", "c", "d", "e")),
            ],
            people=[
                person("anna", "compta", "11000", wishes=["b"]),
                person("aline", "compta", "11000", wishes=["c"]),
                person("alice", "compta", "11011", wishes=["d"]),
                person("bruno", "b"),
                person("cyril", "c"),
                person("denis", "d"),
                person("carole", "e", **{"days": "00011", **of_carole}),
            ],
        )
    )


def matched(problem: Problem) -> tuple[set[str], set[str]]:
    """Who visits before and after, the assignment's pairs alone being there first."""
    engine = engine_of(problem)
    plans = []
    for _ in range(2):
        plan = solving.finish(engine, {})
        assert violations(problem, plan) == []
        plans.append({visit.visitor for visit in plan.visits})
        match_otherwise(engine)
    return plans[0], plans[1]


def test_who_finds_no_day_is_matched_with_somebody_who_has_one() -> None:
    before, after = matched(three_wishes_on_two_days())
    assert len(before) == 4
    assert after == {"anna", "bruno", "aline", "cyril", "alice", "carole"}


def test_who_finds_no_day_with_anybody_costs_nobody_else_a_match() -> None:
    before, after = matched(three_wishes_on_two_days(days="00000"))
    assert before == after
    assert len(after) == 4


@pytest.mark.parametrize("exchange", ["swap", "shadow"])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), tiny=st.booleans())
def test_a_plan_gets_no_worse_breaks_no_rule_and_keeps_pins(exchange: str, seed: int, tiny: bool) -> None:
    problem = (
        random_problem(seed)
        if tiny
        else Problem.from_json(company(people=60, seed=seed, few_dates=0.5, exchange=exchange))
    )
    engine = engine_of(problem)
    if engine.instance.cap.max(initial=0) > 1:
        return
    before = engine.in_order()
    match_otherwise(engine)
    assert engine.in_order() >= before
    assert violations(problem, solving.finish(engine, {})) == []


def test_whoever_asks_to_stop_in_the_middle_keeps_the_plan_there_was(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise Stopped

    engine = engine_of(three_wishes_on_two_days())
    match_otherwise(engine)
    before = engine.in_order()
    monkeypatch.setattr(Matching, "leave_out", stop)
    with pytest.raises(Stopped):
        match_otherwise(engine)
    assert engine.in_order() == before
    assert {engine.instance.problem.people[who].id for who in engine.board.choices().a} >= {"alice"}
