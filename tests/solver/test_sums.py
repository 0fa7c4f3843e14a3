"""Numbers that fit one by one, and whose sums must: a proven plan, or a refusal that names the place."""

from __future__ import annotations

from typing import Any

import pytest

from solver import Limits, Problem, ProblemError, solve
from tests.solver.tiny import document, person

LIMITS = Limits(seconds=10, threads=1)


def heavy(priority: int, link_points: int, minutes: int) -> dict[str, Any]:
    """Anna counts so much, Bruno once; their teams are linked, and so far apart."""
    made = document(
        service_links=[{"back_team": "compta", "front_team": "boutique"}],
        people=[person("anna", "compta", priority=priority), person("bruno", "boutique")],
    )
    made["campaign"] |= {"link_points": link_points, "max_travel_minutes": 10**9}
    made["travel_minutes"][0]["minutes"] = minutes
    return made


@pytest.mark.parametrize(
    ("priority", "link_points", "minutes"),
    [(10**9, 0, 60), (10**6, 10**3, 60), (7, 10**6, 10**4), (7, 10**3, 10**9)],
)
def test_large_numbers_that_fit_together_are_proven(priority: int, link_points: int, minutes: int) -> None:
    plan = solve(Problem.from_json(heavy(priority, link_points, minutes)), limits=LIMITS)
    assert plan.status == "optimal"
    assert plan.values["priority"] == priority + 1
    assert plan.values["wish_points"] == 2 * link_points
    assert plan.values["travel_minutes"] == 2 * minutes


@pytest.mark.parametrize(
    ("priority", "link_points", "minutes", "place"),
    [
        (10**9, 10**6, 60, "people[0].priority: 1000000000"),
        (7, 10**9, 10**6, "campaign.link_points: 1000000000"),
        (10**6, 1, 10**9, "travel_minutes: 1000000000 minutes"),
    ],
)
def test_where_they_do_not_the_largest_is_named(
    priority: int, link_points: int, minutes: int, place: str
) -> None:
    with pytest.raises(ProblemError) as refused:
        Problem.from_json(heavy(priority, link_points, minutes))
    assert str(refused.value).startswith(f"{place} is too large beside the other numbers")


def test_a_journey_beyond_the_limit_counts_for_nothing() -> None:
    made = heavy(10**6, 1, 10**9)
    made["campaign"]["max_travel_minutes"] = 60
    assert solve(Problem.from_json(made), limits=LIMITS).values["people"] == 0


def test_priorities_in_a_common_unit_count_in_it() -> None:
    made = heavy(10**9, 10**6, 60)
    made["people"][1]["priority"] = 10**9
    assert solve(Problem.from_json(made), limits=LIMITS).values["priority"] == 2 * 10**9
