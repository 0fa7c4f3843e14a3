"""Reasons, remedies, forecasts, alternatives, comparisons, fairness."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from solver import Limits, Plan, Problem, alternatives, compare, forecast, merit, solve
from solver.changes import apply
from solver.check import measure, violations
from solver.fields import ProblemError
from solver.forecast import Forecasts, loosens
from solver.plan import REASONS
from solver.problem import Visit
from tests.solver.company import company
from tests.solver.tiny import document, person, random_problem, team

QUICK = Limits(seconds=30.0, threads=1)


def reason(**changes: Any) -> str:
    """The reason given to Anna."""
    plan = solve(Problem.from_json(document(**changes)), limits=QUICK)
    row = next(row for row in plan.unmatched if row.person == "anna")
    assert row.text.fr
    assert row.text.en
    assert row.blocking
    return row.reason


def two(anna: dict[str, Any] | None = None, bruno: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    return [person("anna", "compta", **(anna or {})), person("bruno", "boutique", **(bruno or {}))]


def test_each_reason_is_told_apart() -> None:
    shop = team("boutique", "front", "lyon")
    back = team("compta", "back", "paris")
    assert reason(travel_minutes=[]) == "travel"
    assert reason(people=two({"languages": ["de"]})) == "language"
    assert reason(people=two({"avoid": ["bruno"]})) == "own_rules"
    assert reason(people=two({"excluded_sites": ["lyon"]})) == "own_rules"
    assert reason(people=two({"available": "00011"})) == "no_common_day"
    assert reason(people=two({"available": "00000"})) == "no_common_day"
    assert reason(teams=[back, {**shop, "closed_days": ["2027-03-01", "2027-03-02"]}]) == "closed"
    assert reason(people=[*two(), person("carl", "compta", priority=3)]) == "all_taken"
    assert reason(people=[person("anna", "compta")]) == "all_taken"  # nobody of the other side takes part


def test_a_colleague_who_may_take_part_no_more_is_not_said_to_have_a_match() -> None:
    problem = Problem.from_json(document(people=two(bruno={"max_swaps": 0})))
    [anna, _bruno] = solve(problem, limits=QUICK).unmatched
    assert anna.reason == "all_taken"
    assert anna.text.en == (
        "The only possible colleague (boutique team) can’t take part any more: their swaps are used up."
    )


@pytest.mark.parametrize("colleagues", [1, 2])
def test_one_possible_colleague_is_not_called_several(colleagues: int) -> None:
    more = [person("bert", "boutique")][: colleagues - 1]
    waiting = [person(f"w{n}", "compta") for n in range(colleagues)]
    [left_out] = solve(Problem.from_json(document(people=[*two(), *more, *waiting])), limits=QUICK).unmatched
    assert left_out.text.en.startswith("The only" if colleagues == 1 else "Every")


def test_of_single_visits_nobody_reads_of_swaps() -> None:
    problem = Problem.from_json(document(people=two(bruno={"max_swaps": 0})))
    single = replace(problem, campaign=replace(problem.campaign, exchange="shadow"))
    said = [row.text for row in solve(single, limits=QUICK).unmatched]
    gone, used_up = [text.en for text in said]
    assert gone.endswith("can’t take part any more: their visits are used up.")
    assert used_up == "This person can’t take part any more: they have used up all their visits."
    assert not any("échange" in text.fr for text in said)


@pytest.mark.parametrize("exchange", ["swap", "shadow"])
def test_everybody_without_a_match_is_explained_once(exchange: str) -> None:
    problem = Problem.from_json(company(people=120, seed=5, exchange=exchange, few_dates=0.8))
    plan = solve(problem, limits=QUICK)
    matched = {visit.visitor for visit in plan.visits}
    assert [row.person for row in plan.unmatched] == [p.id for p in problem.people if p.id not in matched]
    assert {row.reason for row in plan.unmatched} <= set(REASONS)


def nobody_first(made: dict[str, Any]) -> Problem:
    problem = Problem.from_json(made)
    return replace(problem, people=tuple(replace(p, priority=1) for p in problem.people))


def test_a_forecast_holds_the_truth_between_its_numbers() -> None:
    heads = nobody_first(company(people=100, seed=6, few_dates=1.0))
    changes = [{"kind": "max_away", "value": 1}, {"kind": "max_visitors", "value": 1}]
    said = forecast(heads, changes, limits=Limits(seconds=4.0, threads=1))
    before, after = solve(heads, limits=QUICK), solve(apply(heads, changes), limits=QUICK)
    assert said.before[0] <= before.values["people"] <= said.before[1]
    assert said.after[0] <= after.values["people"] <= said.after[1]
    assert said.gain[0] <= after.values["people"] - before.values["people"] <= said.gain[1]
    assert said.bottlenecks


@pytest.mark.parametrize("exchange", ["swap", "shadow"])
def test_loosening_never_lowers_a_forecast_and_tightening_is_known(exchange: str) -> None:
    problem = nobody_first(company(people=90, seed=12, few_dates=1.0, exchange=exchange))
    more = [{"kind": "max_away", "value": 1}, {"kind": "max_visitors", "value": 1}]
    assert loosens(problem, apply(problem, more))
    assert loosens(problem, apply(problem, [{"kind": "max_travel", "value": 120}]))
    assert not loosens(problem, apply(problem, [{"kind": "max_travel", "value": 30}]))
    assert not loosens(apply(problem, more), problem)
    for seconds in (0.05, 0.3):
        said = forecast(problem, more, limits=Limits(seconds=seconds, threads=1))
        assert said.after[0] >= said.before[0]
        assert said.after[1] >= said.before[1]
        assert said.before[0] <= said.before[1]


@pytest.mark.parametrize("exchange", ["swap", "shadow"])
@pytest.mark.parametrize("few", [0.2, 1.0])
def test_a_forecast_begins_with_the_plan_at_hand(exchange: str, few: float) -> None:
    heads = nobody_first(company(people=30, seed=4, few_dates=few, exchange=exchange, pins=1))
    plan = solve(heads, limits=QUICK)
    asked = Forecasts(heads, plan)
    for change in (
        {"kind": "max_visitors", "value": 1},
        {"kind": "max_swaps", "value": 2},
        {"kind": "max_travel", "value": 110},
        {"kind": "max_travel", "value": 40},
        {"kind": "max_away", "value": -1},
    ):
        seconds = 1.0 if change["kind"] == "max_swaps" else 20.0
        said = asked.of([change], limits=Limits(seconds=seconds, threads=1))
        truth = solve(apply(heads, [change]), limits=QUICK)
        if truth.status == "infeasible":
            assert not said.possible
            continue
        assert said.before[0] >= plan.values["people"]
        assert truth.status == "optimal"
        assert said.after[0] <= truth.values["people"] <= said.after[1]
        if change["kind"] != "max_swaps":
            assert said.exact
            assert said.gain == (truth.values["people"] - plan.values["people"],) * 2
    assert asked.of().gain == (0, 0)


def test_a_forecast_in_no_time_still_knows_what_the_plan_does() -> None:
    problem = nobody_first(company(people=100, seed=6, few_dates=1.0))
    plan = solve(problem, limits=QUICK)
    said = forecast(problem, [{"kind": "max_away", "value": 1}], plan=plan, limits=Limits(seconds=0.01))
    assert said.before[0] >= plan.values["people"]
    assert said.after[0] >= said.before[0]


def test_a_forecast_of_pins_that_clash_is_no_number() -> None:
    pin = {"visitor": "anna", "host": "bruno", "day": "2027-03-01"}
    problem = Problem.from_json(document(pinned=[pin], forbidden=[{"a": "anna", "b": "bruno"}]))
    said = forecast(problem)
    assert (said.possible, said.exact, said.after) == (False, False, (0, 0))
    assert forecast(Problem.from_json(document(pinned=[pin]))).exact


def test_a_change_that_cannot_be_read_is_refused() -> None:
    problem = Problem.from_json(document())
    for change in (
        {"kind": "luck"},
        {"kind": "available", "id": "zoe", "day": "2027-03-01"},
        {"kind": "available", "id": "anna", "day": "2027-04-01"},
        {"kind": "max_away", "id": "nowhere", "value": 1},
        {"kind": "max_travel", "value": "far"},
    ):
        with pytest.raises(ProblemError, match=r"changes\[0\]"):
            apply(problem, [change])


@pytest.mark.parametrize("exchange", ["swap", "shadow"])
def test_alternatives_are_possible_and_name_who_would_lose_or_move(exchange: str) -> None:
    problem = Problem.from_json(company(people=120, seed=7, exchange=exchange))
    plan = solve(problem, limits=QUICK)
    before = {visit.visitor for visit in plan.visits}
    looked = 0
    for someone in sorted(before)[:4]:
        for option in alternatives(problem, plan, someone):
            looked += 1
            assert violations(problem, Plan(status="feasible", visits=option.after)) == []
            assert set(option.visits) <= set(option.after)
            assert option.visits[0].visitor in (someone, option.partner)
            after = {visit.visitor for visit in option.after}
            assert before - after == set(option.losers)
            assert after - before == set(option.gained)
            for one in before & after - {someone, option.partner}:
                mine = [v for v in plan.visits if one in v[:2]]
                same = set(mine) == {v for v in option.after if one in v[:2]}
                assert same == (one not in option.moved)
    assert looked


@pytest.mark.parametrize("loose", ["aude", "zoe"])
def test_nobody_loses_a_match_by_an_alternative_for_somebody_who_has_none(loose: str) -> None:
    people = [person(name, "compta", "11110") for name in ("mia", "noa")]
    people += [person(name, "boutique", "11110") for name in ("pia", "tom", loose)]
    teams = [
        team(name, side, site, max_away=3, max_visitors=3)
        for name, side, site in (("compta", "back", "paris"), ("boutique", "front", "lyon"))
    ]
    problem = Problem.from_json(document(teams=teams, people=people))
    plan = solve(problem, limits=QUICK)
    [left] = {row.person for row in plan.unmatched}
    someone = "mia"
    options = alternatives(problem, plan, someone)
    assert {option.partner for option in options} >= {left}
    for option in options:
        if option.partner != left:
            assert option.losers == ()
            assert option.gained == ()
        else:
            assert len(option.losers) == len(option.gained) == 1


def test_whoever_may_swap_no_more_has_no_alternative() -> None:
    for may, found in ((0, False), (1, True)):
        people = [person("anna", "compta", max_swaps=may), person("bruno", "boutique")]
        problem = Problem.from_json(document(people=people))
        nobody = Plan(status="feasible", visits=())
        options = alternatives(problem, nobody, "anna")
        assert bool(options) is found
        for option in options:
            assert violations(problem, Plan(status="feasible", visits=option.after)) == []


@pytest.mark.parametrize(("zoe", "losers"), [("10010", ()), ("10000", ("anna",))])
def test_of_the_days_of_a_visit_one_that_costs_nobody_a_match_is_shown(
    zoe: str, losers: tuple[str, ...]
) -> None:
    days = {"anna": "10000", "zoe": zoe, "bruno": "10010"}
    people = [person(name, "boutique" if name == "bruno" else "compta", days[name]) for name in days]
    teams = [team("compta", "back", "paris", max_away=2), team("boutique", "front", "lyon")]
    made = document(people=people, teams=teams)
    made["campaign"] |= {"exchange": "shadow", "max_swaps_per_person": 2}
    plan = Plan(status="feasible", visits=(Visit("anna", "bruno", 0),))
    [option] = alternatives(Problem.from_json(made), plan, "zoe")
    assert (option.partner, option.losers) == ("bruno", losers)


def test_merit_says_wish_minutes_and_link() -> None:
    problem = Problem.from_json(
        document(
            campaign={**document()["campaign"], "link_points": 2},
            people=two({"wishes": ["boutique"]}),
            service_links=[{"back_team": "compta", "front_team": "boutique"}],
        )
    )
    plan = solve(problem, limits=QUICK)
    anna = next(visit for visit in plan.visits if visit.visitor == "anna")
    assert (merit(problem, anna).wish, merit(problem, anna).minutes, merit(problem, anna).linked) == (
        1,
        30,
        True,
    )


def test_two_plans_are_compared_person_by_person() -> None:
    problem = Problem.from_json(document(people=[*two(), person("dina", "boutique")]))
    plan = solve(problem, limits=QUICK)
    other = solve(replace(problem, forbidden=frozenset({("anna", "bruno")})), limits=QUICK)
    change = compare(problem, plan, other)
    if plan.visits[0][:2] == other.visits[0][:2]:
        assert change.kept_visits == 2
    else:
        assert (change.gained, change.lost, change.other_partner) == (("dina",), ("bruno",), ("anna",))
    assert compare(problem, plan, plan).kept_visits == len(plan.visits)


def test_a_repair_changes_no_more_than_it_must() -> None:
    problem = Problem.from_json(company(people=120, seed=8))
    plan = solve(problem, limits=QUICK)
    gone = plan.visits[0].visitor
    people = tuple(replace(p, available=0, can_host=0) if p.id == gone else p for p in problem.people)
    order = ("people", "changes", "wishes", "travel", "days")
    after = replace(
        problem,
        people=people,
        previous=plan.visits,
        campaign=replace(problem.campaign, objective_order=order),
    )
    repaired = solve(after, limits=QUICK)
    assert violations(after, repaired) == []
    assert repaired.bounds["changes"] <= repaired.values["changes"] <= 12
    assert repaired.values["people"] >= plan.values["people"] - 2


def test_people_left_out_last_time_come_first() -> None:
    people = [
        person("anna", "compta"),
        *(person(f"b{n}", "boutique", priority=3 if n == 4 else 1) for n in range(5)),
    ]
    plan = solve(Problem.from_json(document(people=people)), limits=QUICK)
    assert {visit.visitor for visit in plan.visits} == {"anna", "b4"}


def test_hiding_a_day_never_gets_more_people_or_wishes_granted() -> None:
    """Whoever offers less takes something from everybody: the whole never gains."""
    for seed in range(12):
        problem = random_problem(seed)
        open_ = solve(problem, limits=QUICK)
        first = problem.people[0]
        low = first.available & -first.available
        hidden = replace(first, available=first.available & ~low, can_host=first.can_host & ~low)
        shy = solve(replace(problem, people=(hidden, *problem.people[1:])), limits=QUICK)
        before, after = measure(problem, open_.visits), measure(problem, shy.visits)
        assert after["priority"] <= before["priority"]
