"""Pins that contradict the rules, alone or together: said in words, and only those pins named.

What pins leave open is planned with everything else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from solver import Limits, Problem, solve
from solver.check import violations
from solver.clash import clash
from solver.instance import Instance
from solver.pins import contradictions
from tests.solver.company import company
from tests.solver.tiny import DAYS, best_by_trying, document, person, random_problem, team, vector

QUICK = Limits(seconds=30.0, threads=1)


def pin(visitor: str, host: str, day: int) -> dict[str, str]:
    return {"visitor": visitor, "host": host, "day": DAYS[day]}


def said(**changes: Any) -> list[str]:
    return [text.en for text in contradictions(Problem.from_json(document(**changes)))]


CAMPAIGN = {**document()["campaign"], "max_gap_days": 1}
FREE = [person("anna", "compta", "11111"), person("bruno", "boutique", "11111")]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pinned": [pin("anna", "bruno", 0), pin("bruno", "anna", 3)]}, "3 days apart"),
        ({"pinned": [pin("anna", "bruno", 0), pin("anna", "bruno", 1)]}, "pinned 2 times"),
        ({"pinned": [pin("anna", "bruno", 0)], "travel_minutes": []}, "no route"),
        ({"pinned": [pin("anna", "bruno", 0), pin("bruno", "anna", 0)]}, "anna has 2 pinned visits"),
    ],
)
def test_what_contradicts_itself_is_said(changes: dict[str, Any], message: str) -> None:
    found = said(**{"people": FREE, "campaign": CAMPAIGN, **changes})
    assert any(message in line for line in found), found


def test_all_that_one_pin_contradicts_is_one_sentence() -> None:
    people = [person("anna", "compta", "01111"), person("bruno", "compta", "01111", manager="anna")]
    [told] = said(people=people, pinned=[pin("anna", "bruno", 0)])
    assert told.startswith("pinned visit anna → bruno on Monday 1 March 2027: both are on the same side; ")
    assert told.count("; ") >= 2


def test_two_pins_too_far_apart_are_said_in_one_sentence() -> None:
    told = said(people=FREE, campaign=CAMPAIGN, pinned=[pin("anna", "bruno", 0), pin("bruno", "anna", 4)])
    assert len(told) == 1
    assert "4 days apart" in told[0]


@pytest.mark.parametrize(
    ("most", "said_of_it"), [({"max_gap_days": 9}, "2 to 9 are allowed"), ({}, "2 at least are needed")]
)
def test_how_far_apart_two_visits_may_be_is_said_as_far_as_there_is_a_limit(
    most: dict[str, int], said_of_it: str
) -> None:
    campaign = {name: value for name, value in CAMPAIGN.items() if name != "max_gap_days"}
    pinned = [pin("anna", "bruno", 0), pin("bruno", "anna", 1)]
    [told] = said(people=FREE, campaign={**campaign, "min_gap_days": 2, **most}, pinned=pinned)
    assert told.endswith(said_of_it)


def test_a_pin_on_oneself_is_said_in_one_sentence() -> None:
    [told] = said(people=FREE, pinned=[pin("anna", "anna", 0)])
    assert told == "pinned visit anna → anna on Monday 1 March 2027: nobody can visit themselves"


def test_one_pin_of_somebody_who_may_have_none_is_said_in_the_singular() -> None:
    people = [person("anna", "compta", "11111", max_swaps=0), person("bruno", "boutique", "11111")]
    told = said(people=people, pinned=[pin("anna", "bruno", 0), pin("bruno", "anna", 1)])
    assert told == ["anna has a pinned swap, may have none"]


def test_pins_that_hold_are_not_accused() -> None:
    assert said(people=FREE, pinned=[pin("anna", "bruno", 0), pin("bruno", "anna", 1)]) == []
    assert clash(Instance(Problem.from_json(company(people=200, seed=4, pins=8)))) == []


def crossed(**more: Any) -> Problem:
    """Bruno and Denis can return the visit on the third day alone, when their shop spares one of them."""
    people = [
        person("anna", "compta", "11111"),
        person("carl", "compta", "11111"),
        person("bruno", "boutique", "10100"),
        person("denis", "boutique", "01100"),
        person("eva", "compta", "11111"),
        person("fred", "kiosk", "11111"),
    ]
    teams = [
        team("compta", "back", "paris", max_away=3, max_visitors=3),
        team("boutique", "front", "lyon", max_visitors=2),
        team("kiosk", "front", "lyon"),
    ]
    pinned = [pin("anna", "bruno", 0), pin("carl", "denis", 1), pin("eva", "fred", 3)]
    return Problem.from_json(document(people=people, teams=teams, pinned=pinned, **more))


def test_pins_that_clash_are_named_and_no_others() -> None:
    problem = crossed()
    assert contradictions(problem) == []
    (text,) = clash(Instance(problem))
    assert "anna → bruno" in text.en
    assert "carl → denis" in text.fr
    assert "eva" not in text.en


def test_clashing_pins_are_infeasible_and_give_no_visit() -> None:
    plan = solve(crossed(), limits=Limits(seconds=5, threads=1))
    assert (plan.status, plan.visits) == ("infeasible", ())
    assert plan.contradictions


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(seed=st.integers(0, 10**6), number=st.integers(0, 5))
def test_the_open_day_of_a_pinned_swap_is_chosen_with_all_others(seed: int, number: int) -> None:
    problem = random_problem(seed)
    planned = solve(problem, limits=QUICK).visits
    assume(planned)
    pinned = replace(problem, pinned=(planned[number % len(planned)],))
    plan = solve(pinned, limits=QUICK)
    assert violations(pinned, plan) == []
    assert plan.status == "optimal"
    assert vector(pinned, plan.visits) == best_by_trying(pinned)


def test_where_choices_are_many_the_open_day_of_a_pin_leaves_bounds_on_every_level(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("solver.engine.WHOLE", 0)
    problem = Problem.from_json(company(people=120, seed=4))
    pinned = replace(problem, pinned=solve(problem, limits=QUICK).visits[:1])
    plan = solve(pinned, limits=QUICK)
    assert violations(pinned, plan) == []
    assert set(pinned.pinned) <= set(plan.visits)
    assert plan.bounds["priority"] >= plan.values["priority"]
    assert plan.bounds["wish_points"] >= plan.values["wish_points"]


def test_pins_that_clash_are_named_by_the_plan() -> None:
    made = document(
        pinned=[
            {"visitor": "anna", "host": "bruno", "day": DAYS[0]},
            {"visitor": "carl", "host": "dora", "day": DAYS[0]},
        ]
    )
    made["people"] = [
        person("anna", "compta"), person("bruno", "boutique"),
        person("carl", "compta"), person("dora", "boutique"),
    ]  # fmt: skip
    plan = solve(Problem.from_json(made))
    assert plan.status == "infeasible"
    assert plan.visits == ()
    assert any("compta" in text.en and "compta" in text.fr for text in plan.contradictions)
