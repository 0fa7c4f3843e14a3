"""Plans judged by the independent checker, on the independent generator's instances, where at hand."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from solver import Limits, Problem, solve

SHARED = Path(__file__).parents[3] / "shared" / "problem"
pytestmark = pytest.mark.skipif(
    not (SHARED / "check.py").is_file(), reason="the independent checker (../shared/problem) is not here"
)


def module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"shared_{name}", SHARED / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


@pytest.mark.parametrize("profile", ["normal", "tight", "roomy"])
@pytest.mark.parametrize("exchange", ["swap", "shadow"])
def test_small_companies_are_valid_and_bounds_are_not_beaten(profile: str, exchange: str) -> None:
    generate, check = module("generate"), module("check")
    spec = generate.replace(generate.SIZES["S"], exchange=exchange, **generate.PROFILES[profile])
    document = generate.realistic(spec, 11)
    generate.with_links(document, 2, 11)
    problem = Problem.from_json(document)
    plan = solve(problem, limits=Limits(seconds=10.0))
    assert check.verify(document, json.loads(json.dumps(plan.to_json(problem)))).violations == []
    if exchange == "swap":
        assert plan.bounds["priority"] == plan.values["priority"]


def test_the_planted_optimum_is_found_and_proven() -> None:
    generate, check = module("generate"), module("check")
    document = generate.planted(200, 30, 4)
    problem = Problem.from_json(document)
    plan = solve(problem, limits=Limits(seconds=30.0))
    assert check.verify(document, plan.to_json(problem)).violations == []
    assert plan.values["people"] == document["planted"]["people"]
    assert plan.values["wish_points"] == document["planted"]["wish_points"]
    assert plan.values["travel_minutes"] == document["planted"]["travel_minutes"]
    assert plan.status == "optimal"


def test_a_disrupted_plan_is_repaired_with_few_changes() -> None:
    generate, check = module("generate"), module("check")
    document = generate.realistic(generate.SIZES["S"], 12)
    problem = Problem.from_json(document)
    plan = solve(problem, limits=Limits(seconds=10.0))
    again = generate.disrupt(document, plan.to_json(problem)["visits"], 3)
    again["campaign"] = {**again["campaign"], "objective_order": ["people", "changes", "wishes", "travel"]}
    changed = Problem.from_json(again)
    repaired = solve(changed, limits=Limits(seconds=10.0))
    assert check.verify(again, repaired.to_json(changed)).violations == []
    assert repaired.values["changes"] <= 1.1 * repaired.bounds["changes"] + 2
