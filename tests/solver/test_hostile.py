"""Documents that are empty, wrong or huge: a clear refusal that names the place, or a plan; never a crash."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from solver import Limits, Problem, ProblemError, load, solve
from solver.check import violations
from tests.solver.tiny import document, person, team


def broken(path: str, value: Any) -> dict[str, Any]:
    """The plain document with one value replaced."""
    made: Any = json.loads(json.dumps(document()))
    row, *rest = made, *path.split(".")
    for name in rest[:-1]:
        row = row[int(name)] if isinstance(row, list) else row[name]
    if isinstance(row, list):
        row[int(rest[-1])] = value
    else:
        row[rest[-1]] = value
    return made  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("format", "vis-ma-vie/problem/9", "format:"),
        ("campaign", None, "campaign:"),
        ("campaign.exchange", "both", 'campaign.exchange: "both"'),
        ("campaign.days", ["2027-02-30"], 'campaign.days[0]: "2027-02-30" is not a day'),
        ("campaign.days", ["2027-03-02", "2027-03-01"], "campaign.days[1]: 2027-03-01 does not come after"),
        ("campaign.min_gap_days", -1, "campaign.min_gap_days: -1 is negative"),
        ("campaign.max_gap_days", "two", 'campaign.max_gap_days: "two" is not a whole number'),
        ("campaign.max_gap_days", 1e400, "campaign.max_gap_days"),
        ("campaign.objective_order", ["people", "luck"], 'campaign.objective_order[1]: "luck"'),
        ("people.1.available", ["2027-02-30"], 'people[1].available: "2027-02-30" is not a day'),
        ("people.1.available", "101", 'people[1].available: "101" is not one 0 or 1'),
        ("people.1.available", "1010x", "people[1].available"),
        ("people.1.available", 5, "people[1].available: 5 is neither"),
        ("people.1.team", "nowhere", 'people[1].team: there is no team "nowhere"'),
        ("people.1.wishes", ["nowhere"], 'people[1].wishes[0]: there is no team "nowhere"'),
        ("people.1.id", "anna", 'people[1].id: "anna" is used twice'),
        ("people.1.id", "", "people[1].id"),
        ("people.1.priority", 1.5, "people[1].priority: 1.5 is not a whole number"),
        ("people.1.excluded_sites", ["rome"], 'people[1].excluded_sites[0]: there is no site "rome"'),
        ("people.0", "anna", 'people[0]: "anna" is not an object'),
        ("people", {}, "people: {} is not a list"),
        ("teams.0.side", "left", 'teams[0].side: "left"'),
        ("teams.0.site", "rome", 'teams[0].site: there is no site "rome"'),
        ("teams.1.id", "compta", 'teams[1].id: "compta" is used twice'),
        ("teams.0.max_away", None, "teams[0].max_away"),
        ("teams.0.limits_by_day", {"monday": {}}, "teams[0].limits_by_day"),
        ("travel_minutes.0.from", "rome", 'travel_minutes[0].from: there is no site "rome"'),
        (
            "pinned",
            [{"visitor": "zoe", "host": "anna", "day": "2027-03-01"}],
            'pinned[0].visitor: there is nobody "zoe"',
        ),
        ("pinned", [{"visitor": "anna", "host": "bruno", "day": "2028-03-01"}], "pinned[0].day"),
        ("service_links", [{"back_team": "compta", "front_team": "x"}], "service_links[0].front_team"),
        ("forbidden", [{"a": "anna"}], "forbidden[0].b: is missing"),
    ],
)
def test_a_wrong_value_is_named_by_its_place(path: str, value: Any, message: str) -> None:
    with pytest.raises(ProblemError) as caught:
        Problem.from_json(broken(path, value))
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("value", [None, [], "x", 3, {}])
def test_something_else_than_a_problem_is_refused(value: object) -> None:
    with pytest.raises(ProblemError):
        Problem.from_json(value)


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    (tmp_path / "cut.json").write_text('{"format": ')
    (tmp_path / "latin.json").write_bytes(b'{"format": "\xe9"}')
    (tmp_path / "deep.json").write_text("[" * 200_000)
    for name in ("cut.json", "latin.json", "deep.json", "absent.json", "."):
        with pytest.raises(ProblemError):
            load(tmp_path / name)


@pytest.mark.parametrize(
    "changes",
    [
        {"people": []},
        {"people": [person("anna", "compta")]},
        {"people": [person("anna", "compta"), person("carl", "compta")]},
        {"sites": [], "teams": [], "people": [], "travel_minutes": []},
        {
            "campaign": {"days": [], "exchange": "swap"},
            "people": [person("anna", "compta", ""), person("b", "boutique", "")],
        },
        {"campaign": {"days": [], "exchange": "shadow"}, "people": []},
        {"people": [person("anna", "compta", "00000"), person("bruno", "boutique", "00000")]},
        {"campaign": {**document()["campaign"], "max_swaps_per_person": 0}},
    ],
)
def test_nobody_to_match_is_a_proven_empty_plan(changes: dict[str, Any]) -> None:
    problem = Problem.from_json(document(**changes))
    plan = solve(problem, limits=Limits(seconds=5, threads=1))
    assert (plan.status, plan.visits) == ("optimal", ())
    assert violations(problem, plan) == []
    assert [row.person for row in plan.unmatched] == [p.id for p in problem.people]


def test_people_who_do_not_take_part_may_be_named() -> None:
    people = [person("anna", "compta", manager="boss", avoid=["ghost"]), person("bruno", "boutique")]
    gone = {"visitor": "ghost", "host": "anna", "day": "2020-01-01"}
    problem = Problem.from_json(
        document(people=people, previous=[gone], forbidden=[{"a": "ghost", "b": "anna"}])
    )
    plan = solve(problem)
    assert (plan.values["people"], plan.values["changes"], plan.bounds["changes"]) == (2, 1, 1.0)


def test_a_million_forbidden_pairs() -> None:
    people = [person(f"a{n}", "compta") for n in range(1000)] + [
        person(f"b{n}", "boutique") for n in range(1001)
    ]
    forbidden = [{"a": f"a{i}", "b": f"b{j}"} for i in range(1000) for j in range(1000)]
    teams = [
        team("compta", "back", "paris", max_away=9999, max_visitors=9999),
        team("boutique", "front", "lyon", max_away=9999, max_visitors=9999),
    ]
    problem = Problem.from_json(document(people=people, teams=teams, forbidden=forbidden))
    plan = solve(problem, limits=Limits(seconds=20))
    assert plan.values["people"] == 2
    assert plan.bounds["priority"] == 2
    assert violations(problem, plan) == []


def test_a_problem_survives_writing_and_reading() -> None:
    problem = Problem.from_json(
        document(previous=[{"visitor": "anna", "host": "bruno", "day": "2027-03-01"}])
    )
    assert Problem.from_json(json.loads(json.dumps(problem.to_json()))) == problem
