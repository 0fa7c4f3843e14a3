"""One rule, two tests: what it allows, what it forbids. Anna is in the back office, Bruno in the shop."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from solver import Limits, Plan, Problem, rules, solve
from solver.check import violations
from tests.solver.tiny import document, person, team

BACK, SHOP = team("compta", "back", "paris"), team("boutique", "front", "lyon")


def matched(**changes: Any) -> int:
    """How many people the solver matches; its plan keeps every rule."""
    problem = Problem.from_json(document(**changes))
    plan = solve(problem, limits=Limits(seconds=10, threads=1))
    assert violations(problem, plan) == []
    assert plan.status == "optimal"
    return plan.values["people"]


def two(anna: dict[str, Any] | None = None, bruno: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    return [person("anna", "compta", **(anna or {})), person("bruno", "boutique", **(bruno or {}))]


def campaign(**changes: Any) -> dict[str, Any]:
    return {**document()["campaign"], **changes}


ALLOWED: dict[str, dict[str, Any]] = {
    "the plain pair": {},
    "a gap within bounds": {"campaign": campaign(min_gap_days=1, max_gap_days=1)},
    "a journey at the limit": {"campaign": campaign(max_travel_minutes=30)},
    "another language in common": {"people": two({"languages": ["fr", "en"]}, {"languages": ["en"]})},
    "somebody else avoided": {"people": two({"avoid": ["carla"]})},
    "somebody else excluded": {"people": two({"excluded_sites": ["paris"]})},
    "somebody else's manager": {"people": two({"manager": "carla"})},
    "another pair forbidden": {"forbidden": [{"a": "anna", "b": "carla"}]},
    "open on the days needed": {"teams": [BACK, {**SHOP, "closed_days": ["2027-03-03"]}]},
    "one day to host is enough": {"people": two(bruno={"can_host": "10000"})},
    "a limit by day that lets one go": {
        "teams": [BACK, {**SHOP, "max_away": 0, "limits_by_day": {"2027-03-02": {"max_away": 1}}}]
    },
    "one exchange left": {"people": two({"max_swaps": 1})},
}
FORBIDDEN: dict[str, dict[str, Any]] = {
    "same side": {"teams": [BACK, {**SHOP, "side": "back"}]},
    "same department": {"teams": [BACK, {**SHOP, "department": "compta"}]},
    "manager of the other": {"people": two({"manager": "bruno"})},
    "managed by the other": {"people": two(bruno={"manager": "anna"})},
    "avoids the other": {"people": two({"avoid": ["bruno"]})},
    "avoided by the other": {"people": two(bruno={"avoid": ["anna"]})},
    "forbidden pair": {"forbidden": [{"a": "bruno", "b": "anna"}]},
    "no common language": {"people": two({"languages": ["de"]})},
    "too far": {"campaign": campaign(max_travel_minutes=29)},
    "no route": {"travel_minutes": []},
    "excluded site": {"people": two({"excluded_sites": ["lyon"]})},
    "gap too short": {"campaign": campaign(min_gap_days=2)},
    "gap too long": {
        "campaign": campaign(max_gap_days=2),
        "people": two({"available": "10001"}, {"available": "10001"}),
    },
    "only one common day": {"people": two({"available": "10000"})},
    "visitor not available": {"people": two({"available": "00000", "can_host": "11000"})},
    "host cannot receive": {"people": two(bruno={"can_host": "00111"})},
    "closed on both days": {"teams": [BACK, {**SHOP, "closed_days": ["2027-03-01", "2027-03-02"]}]},
    "nobody may leave": {"teams": [BACK, {**SHOP, "max_away": 0}]},
    "nobody may come": {"teams": [BACK, {**SHOP, "max_visitors": 0}]},
    "a limit by day that lets nobody go": {
        "teams": [
            BACK,
            {**SHOP, "limits_by_day": {"2027-03-01": {"max_away": 0}, "2027-03-02": {"max_away": 0}}},
        ]
    },
    "no exchange left": {"people": two({"max_swaps": 0})},
}


@pytest.mark.parametrize("case", ALLOWED)
def test_allowed(case: str) -> None:
    assert matched(**ALLOWED[case]) == 2


@pytest.mark.parametrize("case", FORBIDDEN)
def test_forbidden(case: str) -> None:
    assert matched(**FORBIDDEN[case]) == 0


def test_team_lets_one_go_a_day_allows_two_days() -> None:
    people = [*two(), person("carl", "compta", "00110"), person("dina", "boutique", "00110")]
    assert matched(people=people) == 4


def test_team_lets_one_go_a_day_forbids_the_same_days() -> None:
    people = [*two(), person("carl", "compta"), person("dina", "boutique")]
    assert (
        matched(people=people) == 4
    )  # one pair goes on Monday and comes back on Tuesday, the other turns it round
    assert matched(people=[*people, person("eric", "compta"), person("fanny", "boutique")]) == 4


def test_a_person_swaps_twice_where_allowed_but_never_twice_a_day() -> None:
    people = [
        person("anna", "compta", "11110"),
        person("bruno", "boutique"),
        person("dina", "boutique", "00110"),
    ]
    assert matched(people=people) == 2
    assert matched(people=people, campaign=campaign(max_swaps_per_person=2)) == 3
    people[2] = person("dina", "boutique")
    assert matched(people=people, campaign=campaign(max_swaps_per_person=2)) == 2


def test_shadow_days_go_one_way() -> None:
    people = two({"available": "10000", "can_host": "00000"}, {"available": "00000", "can_host": "10000"})
    assert matched(people=people, campaign=campaign(exchange="shadow")) == 1
    assert matched(people=people) == 0


def test_pins_are_kept_at_any_price() -> None:
    people = [*two({"wishes": ["autre"]}), person("dina", "autre")]
    teams = [BACK, SHOP, team("autre", "front", "paris")]
    pin = [{"visitor": "anna", "host": "bruno", "day": "2027-03-02"}]
    problem = Problem.from_json(document(people=people, teams=teams, pinned=pin))
    plan = solve(problem, limits=Limits(seconds=10, threads=1))
    assert violations(problem, plan) == []
    assert {(v.visitor, v.host, v.day) for v in plan.visits} == {("anna", "bruno", 1), ("bruno", "anna", 0)}


@pytest.mark.parametrize(
    ("pins", "word"),
    [
        ([("anna", "bruno", "2027-03-05")], "not free"),
        ([("anna", "bruno", "2027-03-01"), ("bruno", "anna", "2027-03-01")], "2 pinned visits"),
        ([("anna", "anna", "2027-03-01")], "visit themselves"),
    ],
)
def test_pins_against_the_rules_are_infeasible_in_words(pins: list[tuple[str, str, str]], word: str) -> None:
    rows = [{"visitor": v, "host": h, "day": d} for v, h, d in pins]
    plan = solve(Problem.from_json(document(pinned=rows)))
    assert (plan.status, plan.visits) == ("infeasible", ())
    assert word in " ".join(text.en for text in plan.contradictions)
    assert all(text.fr and text.en for text in plan.contradictions)


def test_one_person_against_many_is_the_same_as_pair_by_pair() -> None:
    problem = Problem.from_json(
        document(
            people=[*two(), person("carl", "boutique", "01100"), person("dina", "boutique", languages=["de"])]
        )
    )
    frame, parties = rules.frame_of(problem), rules.parties_of(problem)
    for visitor in parties:
        assert rules.hosts_for(frame, visitor, parties) == [
            p for p in parties if rules.may_meet(frame, visitor, p)
        ]


def test_the_check_sees_what_a_plan_breaks() -> None:
    problem = Problem.from_json(document())
    plan = solve(problem)
    assert violations(problem, plan) == []
    half = replace(plan, visits=plan.visits[:1])
    assert any("one visit each way" in line for line in violations(problem, half))
    proud = Plan(status="optimal", visits=plan.visits, values=plan.values, bounds={"priority": 1.0})
    assert any("beaten" in line for line in violations(problem, proud))
