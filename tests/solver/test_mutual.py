"""Two people who named each other: like a third wish, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from solver import Limits, solve
from solver.check import measure, violations
from solver.explaining import merit
from solver.problem import Problem, ordered
from tests.solver.tiny import document, person, team

TWO = ({"a": "anna", "b": "bruno"},)


def pairs(problem: Problem) -> set[tuple[str, str]]:
    plan = solve(problem, limits=Limits(seconds=10.0, threads=1))
    assert not violations(problem, plan)
    assert plan.status == "optimal"
    return {ordered(visit.visitor, visit.host) for visit in plan.visits}


def company(anna: Any = None, chloe: Any = None, mutual: Any = TWO) -> Problem:
    """Anna and Chloé (back office) would both swap with Bruno, who can swap once."""
    return Problem.from_json(
        document(
            people=[
                person("anna", "compta", wishes=anna or []),
                person("bruno", "boutique"),
                person("chloe", "paie", wishes=chloe or []),
            ],
            teams=[
                team("compta", "back", "paris"),
                team("boutique", "front", "lyon"),
                team("paie", "back", "paris"),
            ],
            mutual=list(mutual),
        )
    )


def test_those_who_named_each_other_meet() -> None:
    assert pairs(company()) == {("anna", "bruno")}
    assert pairs(company(mutual=[{"a": "chloe", "b": "bruno"}])) == {("bruno", "chloe")}


def test_friends_do_not_take_the_first_wish_of_somebody_else() -> None:
    assert pairs(company(chloe=["boutique"])) == {("bruno", "chloe")}


def test_friends_do_not_take_anybody_s_match() -> None:
    """Dora can only meet Bruno; Anna can meet Émile too."""
    problem = Problem.from_json(
        document(
            people=[
                person("anna", "compta"),
                person("bruno", "boutique"),
                person("dora", "paie", avoid=["emile"]),
                person("emile", "accueil"),
            ],
            teams=[
                team("compta", "back", "paris"),
                team("paie", "back", "paris"),
                team("boutique", "front", "lyon"),
                team("accueil", "front", "lyon"),
            ],
            mutual=list(TWO),
        )
    )
    assert pairs(problem) == {("bruno", "dora"), ("anna", "emile")}


@pytest.mark.parametrize(("wished", "points"), [([], 2), (["boutique"], 4), (["paie", "boutique"], 3)])
def test_a_wish_for_the_team_is_not_counted_twice(wished: list[str], points: int) -> None:
    """Bruno's visit is worth one; Anna's one, or what her wish for his team is worth."""
    problem = company(anna=wished)
    plan = solve(problem, limits=Limits(seconds=10.0, threads=1))
    assert measure(problem, plan.visits)["wish_points"] == points
    assert all(merit(problem, visit).mutual for visit in plan.visits)


def test_the_field_is_optional_and_kept() -> None:
    problem = company()
    assert Problem.from_json(problem.to_json()) == problem
    assert "mutual" not in company(mutual=()).to_json()
    stranger = company(mutual=[{"a": "anna", "b": "zoe"}])
    assert any("zoe" in told for told in stranger.strangers)
