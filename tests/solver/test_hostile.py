"""Documents that are empty, wrong or huge: a clear refusal that names the place, or a plan; never a crash."""

from __future__ import annotations

import json
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver import Limits, Problem, ProblemError, load, solve
from solver.check import violations
from tests.solver.tiny import DAYS, document, person, team

DAYS_OF_TEN_YEARS = [(date(2027, 1, 1) + timedelta(days=n)).isoformat() for n in range(3650)]


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
        ("campaign.min_gap_days", 9, "campaign.max_gap_days: 2 is less than min_gap_days 9"),
        ("campaign.max_gap_days", "two", 'campaign.max_gap_days: "two" is not a whole number'),
        ("campaign.max_gap_days", 1e400, "campaign.max_gap_days"),
        ("campaign.objective_order", ["people", "luck"], 'campaign.objective_order[1]: "luck"'),
        ("campaign.days", "2027-03-01", 'campaign.days: "2027-03-01" is not a list'),
        ("campaign.days", DAYS_OF_TEN_YEARS, "campaign.days: 3650 days, at most"),
        ("campaign.max_travel_minutes", float("nan"), "campaign.max_travel_minutes: NaN is not a whole"),
        ("campaign.max_travel_minutes", 10**30, "campaign.max_travel_minutes"),
        ("people.1.priority", 10**10, "people[1].priority: 10000000000 is too large"),
        ("people.1.id", "\ud800", "people[1].id"),
        ("people.1.id", "anna\x1b[2J", 'people[1].id: "anna\\u001b[2J" is not a text that can be printed'),
        ("people.1.id", "", "people[1].id: is empty"),
        ("people.1.manager", 5, "people[1].manager: 5 is not a text"),
        ("people.1.avoid", [["x"]], "people[1].avoid[0]"),
        ("people.1.languages", "fr", 'people[1].languages: "fr" is not a list'),
        ("teams.1.department", {"a": 1}, "teams[1].department: an object is not a text"),
        (
            "travel_minutes",
            [
                {"from": "paris", "to": "lyon", "minutes": 30},
                {"from": "lyon", "to": "paris", "minutes": 45},
            ],
            "travel_minutes[1].minutes: 45 contradicts 30",
        ),
        ("people.1.available", ["2027-02-30"], 'people[1].available: "2027-02-30" is not a day'),
        ("people.1.available", ["2031-01-01"], 'people[1].available: "2031-01-01" is not a campaign day'),
        ("people.1.can_host", ["2031-01-01"], 'people[1].can_host: "2031-01-01" is not a campaign day'),
        ("people.1.wishes", ["compta", "compta"], 'people[1].wishes[1]: "compta" is wished twice'),
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


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Paie\x1b[2J", "Paie [2J"),
        ("\ud800 Paie", "  Paie"),
        ("\u202ePaie", " Paie"),
        ("Paie\u00a0°", "Paie\u00a0°"),
        (5, "5"),
    ],
)
def test_a_name_does_nothing_to_the_terminal_that_prints_it(name: object, said: str) -> None:
    problem = Problem.from_json(broken("teams.0.name", name))
    assert problem.teams[0].name == said


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


def test_a_fourth_wish_is_one_too_many() -> None:
    teams = [team(f"boutique{n}", "front", "lyon") for n in range(4)]
    wishes = [row["id"] for row in teams]
    people = [person("anna", "compta", wishes=wishes)]
    with pytest.raises(ProblemError, match=r'^people\[0\].wishes\[3\]: "boutique3" is a wish too many'):
        Problem.from_json(document(people=people, teams=[team("compta", "back", "paris"), *teams]))
    people[0]["wishes"] = wishes[:3]
    assert Problem.from_json(document(people=people, teams=[team("compta", "back", "paris"), *teams])).people[
        0
    ].wishes == tuple(wishes[:3])


def test_a_key_that_stands_twice_is_named_by_its_place(tmp_path: Path) -> None:
    text = json.dumps(document()).replace('"priority"', '"id": "zoe", "priority"', 1)
    assert '"priority"' in text
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(ProblemError, match=r"^people\[0\]\.id: stands twice in one object$"):
        load(tmp_path / "m.json")
    (tmp_path / "m.json").write_text('{"format": "a", "format": "b"}')
    with pytest.raises(ProblemError, match=r"^format: stands twice"):
        load(tmp_path / "m.json")


def test_a_calendar_of_a_team_may_reach_beyond_the_campaign() -> None:
    made = document()
    made["teams"][0] |= {"closed_days": ["2031-01-01"], "good_days": ["2031-01-02"]}
    made["teams"][1] |= {"limits_by_day": {"2031-01-03": {"max_away": 0}}}
    problem = Problem.from_json(made)
    assert problem.strangers == (
        "teams[0].closed_days: 3 days of teams are no campaign days (2031-01-01); they say nothing",
    )
    assert solve(problem).values["people"] == 2


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
    assert [line.split(":")[0] for line in problem.strangers] == ["manager", "avoid", "forbidden", "previous"]
    assert 'people[0].manager: "boss"' in problem.strangers[0]
    assert Problem.from_json(document()).strangers == ()


def test_what_is_without_effect_is_accepted_and_said() -> None:
    made = document(forbidden=[{"a": "anna", "b": "anna"}])
    made["people"][1]["manager"] = "bruno"
    problem = Problem.from_json(made)
    assert problem.strangers == (
        'forbidden: 1 name one person twice (forbidden[0]: "anna"); without effect',
        'manager: 1 are their own (people[1].manager: "bruno"); without effect',
    )
    assert solve(problem).values["people"] == 2


def test_a_service_link_within_one_side_is_said() -> None:
    link = {"back_team": "compta", "front_team": "compta"}
    [told] = Problem.from_json(document(service_links=[link])).strangers
    assert told == 'service_links: 1 are of one side (service_links[0]: "back"); without effect'
    across = {"back_team": "compta", "front_team": "boutique"}
    assert Problem.from_json(document(service_links=[across])).strangers == ()


def test_a_gap_says_nothing_where_visits_are_single() -> None:
    made = document()
    made["campaign"] |= {"exchange": "shadow", "min_gap_days": 9, "max_gap_days": 2}
    assert solve(Problem.from_json(made)).status == "optimal"


def test_a_million_forbidden_pairs() -> None:
    people = [person(f"a{n}", "compta") for n in range(1000)] + [
        person(f"b{n}", "boutique") for n in range(1001)
    ]
    forbidden = [{"a": f"a{i}", "b": f"b{j}"} for i in range(1000) for j in range(1000)]
    teams = [
        team("compta", "back", "paris", max_away=9999, max_visitors=9999),
        team("boutique", "front", "lyon", max_away=9999, max_visitors=9999),
    ]
    started = time.process_time()
    problem = Problem.from_json(document(people=people, teams=teams, forbidden=forbidden))
    assert time.process_time() - started < 5
    plan = solve(problem, limits=Limits(seconds=20))
    assert plan.values["people"] == 2
    assert plan.bounds["priority"] == 2
    assert violations(problem, plan) == []


def test_a_problem_survives_writing_and_reading() -> None:
    problem = Problem.from_json(
        document(previous=[{"visitor": "anna", "host": "bruno", "day": "2027-03-01"}])
    )
    assert Problem.from_json(json.loads(json.dumps(problem.to_json()))) == problem


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["anna", "bruno", "compta", "2027-03-01", "2027-02-30", "10101", 0, 1, 10**9]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a document."""
    if isinstance(value, dict):
        return [(value, key) for key in value] + [found for one in value.values() for found in places(one)]
    if isinstance(value, list):
        return [(value, n) for n in range(len(value))] + [found for one in value for found in places(one)]
    return []


def whole() -> dict[str, Any]:
    """A document that uses every field."""
    people = [
        person("anna", "compta", manager="bruno", can_host="11000", excluded_sites=["lyon"], max_swaps=1),
        person("bruno", "boutique", avoid=["zoe"], wishes=["compta"]),
        person("carl", "compta", wishes=["boutique"]),
    ]
    shop = team("boutique", "front", "lyon", good_days=[DAYS[0]])
    shop["limits_by_day"] = {DAYS[0]: {"max_away": 1, "max_visitors": 2}}
    visit = {"visitor": "carl", "host": "bruno", "day": DAYS[0]}
    return document(
        teams=[team("compta", "back", "paris"), shop],
        people=people,
        pinned=[visit],
        previous=[visit],
        forbidden=[{"a": "zoe", "b": "anna"}],
        service_links=[{"back_team": "compta", "front_team": "boutique"}],
    )


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_value_anywhere_is_read_or_refused_and_what_is_read_is_solved(data: st.DataObject) -> None:
    made = json.loads(json.dumps(whole()))
    for _ in range(data.draw(st.integers(1, 3))):
        found = places(made)
        where, key = found[data.draw(st.integers(0, len(found) - 1))]
        where[key] = data.draw(VALUES)
    try:
        problem = Problem.from_json(made)
    except ProblemError:
        return
    plan = solve(problem, limits=Limits(seconds=5, threads=1))
    assert violations(problem, plan) == []
    assert Problem.from_json(problem.to_json()) == problem
