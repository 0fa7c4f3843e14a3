"""Does it pay to pretend to be scarce? Families of companies, each solved as it is and with one person shy.

The shy person offers a strict part of the days that they have; everybody else and the tie-breaking seed stay
the same. What is compared is theirs: whether they have a match, and their own wish points.

    python -m tests.solver.fairness [companies]     the figures of solver/README.md
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

from solver import Limits, Plan, Problem, solve
from solver.problem import Person, days_of
from tests.solver.company import company

PEOPLE, SHY = 40, 4
"""People of a company, and how many of them are shy, one at a time."""
PROFILES = (("swap", 0.3), ("swap", 1.0), ("shadow", 0.3), ("shadow", 1.0))
"""Exchange, and the share of people who offer two to five dates."""


@dataclass(frozen=True)
class Trial:
    """One person's outcome, open and shy: matched, own wish points."""

    exchange: str
    few: float
    kept: float
    """Share of the days that the shy person still offers."""
    open_matched: bool
    shy_matched: bool
    open_points: int
    shy_points: int


@dataclass(frozen=True)
class Tally:
    """Of so many trials: in how many being shy won or lost a match, points; and the averages."""

    trials: int
    won: int
    lost: int
    more_points: int
    fewer_points: int
    open_share: float
    shy_share: float
    open_points: float
    shy_points: float


def trials(exchange: str, few: float, seeds: range) -> Iterator[Trial]:
    """Every trial of a family."""
    for seed in seeds:
        made = Problem.from_json(company(people=PEOPLE, seed=seed, exchange=exchange, few_dates=few))
        problem = replace(made, people=tuple(replace(person, priority=1) for person in made.people))
        limits = Limits(seconds=20.0, threads=1, seed=seed)
        open_ = solve(problem, limits=limits)
        rng = random.Random(f"{exchange}/{few}/{seed}")
        able = [person for person in problem.people if person.available.bit_count() > 1]
        for person in rng.sample(able, min(SHY, len(able))):
            days = days_of(person.available)
            kept = rng.sample(days, rng.randint(1, len(days) - 1))
            mask = sum(1 << day for day in kept)
            shy = replace(person, available=mask, can_host=person.can_host & mask)
            people = tuple(shy if one.id == person.id else one for one in problem.people)
            after = solve(replace(problem, people=people), limits=limits)
            yield Trial(
                exchange, few, len(kept) / len(days),
                _matched(open_, person), _matched(after, person),
                _points(problem, open_, person), _points(problem, after, person),
            )  # fmt: skip


def _matched(plan: Plan, person: Person) -> bool:
    return any(visit.visitor == person.id for visit in plan.visits)


def _points(problem: Problem, plan: Plan, person: Person) -> int:
    teams = {problem.person_by_id[visit.host].team for visit in plan.visits if visit.visitor == person.id}
    return sum(3 - person.wishes.index(team) for team in teams if team in person.wishes)


def tally(found: list[Trial]) -> Tally:
    count = max(1, len(found))
    return Tally(
        trials=len(found),
        won=sum(one.shy_matched and not one.open_matched for one in found),
        lost=sum(one.open_matched and not one.shy_matched for one in found),
        more_points=sum(one.shy_points > one.open_points for one in found),
        fewer_points=sum(one.shy_points < one.open_points for one in found),
        open_share=sum(one.open_matched for one in found) / count,
        shy_share=sum(one.shy_matched for one in found) / count,
        open_points=sum(one.open_points for one in found) / count,
        shy_points=sum(one.shy_points for one in found) / count,
    )


def main() -> None:
    companies = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    for exchange, few in PROFILES:
        found = tally(list(trials(exchange, few, range(companies))))
        sys.stdout.write(f"{exchange}, {few:.0%} with few dates: {found}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
