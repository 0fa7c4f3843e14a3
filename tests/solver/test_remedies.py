"""Remedies: applied and solved again they bring what they say; the least intrusive comes first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver import Limits, Plan, Problem, remedy, solve, with_remedies
from solver.changes import apply
from solver.check import violations
from solver.plan import FEASIBLE
from solver.remedies import Remedies
from solver.words import day_words
from tests.solver.company import company
from tests.solver.tiny import document, person, random_problem, team

QUICK = Limits(seconds=30.0, threads=1)


def holds(problem: Problem, plan: Plan, remedies: Remedies, who: str) -> bool:
    """Whether somebody has a remedy; the plan behind it is held against the rules."""
    found = remedies.shown(who)
    if found is None:
        return False
    told, visits = found
    changed = apply(problem, [told.change])
    assert violations(changed, Plan(FEASIBLE, visits)) == []
    before, after = ({visit.visitor for visit in one} for one in (plan.visits, visits))
    assert before <= after
    assert who in after
    assert after - before
    again = solve(changed, limits=QUICK)
    equal = len({one.priority for one in problem.people}) == 1 and problem.people[0].priority > 0
    gained = again.values["people"] - plan.values["people"]
    if equal:
        assert gained >= told.gain >= len(after - before)
        assert told.points is told.shown is None
    else:
        assert told.points is not None
        assert told.shown is not None
        assert told.shown >= len(after - before)
        assert again.values["priority"] - plan.values["priority"] >= told.points >= 0
        assert not told.gain or gained >= told.gain
    if told.exact:
        assert equal
        assert gained == told.gain
    for word, text in (("at least", told.text.en), ("au moins", told.text.fr)):
        assert (word in text) == (told.gain > 0 and not told.exact)
    for word, text in (("could have", told.text.en), ("avoir un binôme", told.text.fr)):
        assert (word in text) == (told.gain == 0)
    return True


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([(1,), (1, 2), (0, 1, 5)]))
def test_what_a_remedy_brings_is_shown_by_a_plan(seed: int, worth: tuple[int, ...]) -> None:
    problem = random_problem(seed)
    people = tuple(replace(p, priority=worth[n * seed % len(worth)]) for n, p in enumerate(problem.people))
    problem = replace(problem, people=people)
    plan = solve(problem, limits=QUICK)
    remedies = Remedies(problem, plan)
    for row in plan.unmatched:
        holds(problem, plan, remedies, row.person)


@pytest.mark.parametrize("exchange", ["swap", "shadow"])
def test_nearly_everybody_of_a_company_has_a_remedy_that_holds(exchange: str) -> None:
    problem = Problem.from_json(company(people=90, seed=11, exchange=exchange, few_dates=1.0))
    plan = solve(problem, limits=QUICK)
    told = with_remedies(problem, plan)
    assert all(row.sought for row in told.unmatched)
    possible = [row for row in told.unmatched if row.reason not in ("own_rules", "language")]
    assert sum(row.remedy is not None for row in possible) >= 0.9 * len(possible) > 0
    remedies = Remedies(problem, plan)
    assert all(holds(problem, plan, remedies, row.person) for row in possible[::6] if row.remedy)


# -- the least intrusive first --

SHOP = team("boutique", "front", "lyon")
DESK = team("compta", "back", "paris")


def kinds(change: Any) -> list[str]:
    if change["kind"] == "all":
        return [kind for one in change["changes"] for kind in kinds(one)]
    return [change["kind"]]


def tried(who: str = "anna", **changes: Any) -> tuple[Problem, Any]:
    problem = Problem.from_json(document(**changes))
    plan = solve(problem, limits=QUICK)
    return problem, remedy(problem, plan, who)


def both(anna: dict[str, Any] | None = None, bruno: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    return [person("anna", "compta", **(anna or {})), person("bruno", "boutique", **(bruno or {}))]


def test_a_day_of_the_persons_own_comes_first() -> None:
    _, found = tried(people=both({"available": "10000"}))
    assert found.change == {"kind": "available", "id": "anna", "day": "2027-03-02"}
    assert (found.gain, found.exact) == (2, True)
    assert found.text.en.endswith("would open 1 colleague: 2 more people matched.")
    assert "Tuesday 2 March 2027" in found.text.en


def test_then_one_place_on_one_day_of_one_team() -> None:
    shut = {
        **SHOP,
        "limits_by_day": {f"2027-03-0{n}": {"max_away": 0, "max_visitors": 1} for n in range(1, 6)},
    }
    _, found = tried(teams=[DESK, shut])
    assert found.change["kind"] == "max_away"
    assert (found.change["id"], found.change["value"]) == ("boutique", 1)
    assert found.change["day"] in ("2027-03-01", "2027-03-02")
    closed = {**SHOP, "closed_days": ["2027-03-01", "2027-03-02"]}
    _, found = tried(teams=[DESK, closed], people=both({"can_host": "11000"}))
    assert found.change["kind"] == "open_day"


def test_then_one_colleague_who_takes_part_once_more() -> None:
    rows = [person("anna", "compta", "11111"), person("carl", "compta", "11111", priority=3)]
    _, found = tried(people=[*rows, person("bruno", "boutique", "11111")])
    assert found.change == {"kind": "max_swaps", "id": "bruno", "value": 2}
    assert found.gain == 1


def test_two_changes_only_where_none_alone_is_enough() -> None:
    _, found = tried(people=both({"available": "00000"}))
    assert kinds(found.change) == ["available", "available"]
    assert (found.gain, found.exact) == (2, True)
    shut = {
        **SHOP,
        "limits_by_day": {f"2027-03-0{n}": {"max_away": 0, "max_visitors": 1} for n in range(1, 6)},
    }
    _, found = tried(teams=[DESK, shut], people=both({"available": "10000"}))
    assert sorted(kinds(found.change)) == ["available", "max_away"]


def test_what_changes_for_everybody_comes_last_and_counts_others_too() -> None:
    far = [{"from": "paris", "to": "lyon", "minutes": 75}]
    rows = [*both(), person("dora", "compta", "00111"), person("emil", "boutique", "00111")]
    problem, found = tried(travel_minutes=far, people=rows)
    assert found.change == {"kind": "max_travel", "value": 75}
    assert found.gain == solve(apply(problem, [found.change]), limits=QUICK).values["people"] == 4


def test_a_longer_journey_and_a_day_count_whom_the_journey_alone_matches() -> None:
    far = [{"from": "paris", "to": "lyon", "minutes": 75}]
    others = [person("dora", "compta", "00111"), person("emil", "boutique", "00111")]
    problem, found = tried(travel_minutes=far, people=[*both({"available": "10000"}), *others])
    assert sorted(kinds(found.change)) == ["available", "max_travel"]
    assert found.gain == solve(apply(problem, [found.change]), limits=QUICK).values["people"] == 4
    journey = {"kind": "max_travel", "value": 75}
    assert solve(apply(problem, [journey]), limits=QUICK).values["people"] == 2


def test_nothing_is_said_where_nothing_helps() -> None:
    assert tried(people=both({"languages": ["de"]}))[1] is None
    assert tried(people=both({"avoid": ["bruno"]}))[1] is None


def test_whom_time_did_not_reach_is_on_request() -> None:
    problem = Problem.from_json(document(people=both({"available": "10000"})))
    plan = solve(problem, limits=QUICK)
    late = with_remedies(problem, plan, seconds=0.0).to_json(problem)["unmatched"]
    assert {row.get("remedy_on_request") for row in late} == {True}
    soon = with_remedies(problem, plan).to_json(problem)
    assert all("remedy_on_request" not in row for row in soon["unmatched"])
    assert Plan.from_json(soon, problem).unmatched == with_remedies(problem, plan).unmatched


def test_reason_and_remedy_name_the_same_day() -> None:
    """Days of the two sides that never meet: one more day of their own is what helps everybody."""
    lyon = [person(f"f{n}", "boutique", "00111") for n in range(3)]
    paris = [person(f"b{n}", "compta", "11000") for n in range(3)]
    made = document(teams=[DESK, SHOP], people=[*lyon, *paris])
    made["campaign"]["exchange"] = "shadow"
    problem = Problem.from_json(made)
    told = with_remedies(problem, solve(problem, limits=QUICK))
    named = [row for row in told.unmatched if row.remedy and row.remedy.change["kind"] == "available"]
    assert named
    for row in named:
        assert row.remedy is not None
        assert row.reason == "no_common_day"
        day = date.fromisoformat(row.remedy.change["day"])
        assert day_words(day).en in row.text.en
        assert day_words(day).fr in row.text.fr
        assert [item.day for item in row.blocking] == [day.isoformat()]
