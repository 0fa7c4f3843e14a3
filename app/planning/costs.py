"""What another pairing costs the others: whose wish is lost, and how much longer they travel."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from solver import Problem, Visit, merit
from solver.problem import MUTUAL_POINTS


@dataclass(frozen=True)
class Own:
    """What somebody's own visits are worth to them."""

    points: int = 0
    rank: int | None = None
    """The best wish of theirs that is met."""
    minutes: int = 0
    """One way, all their visits together."""


@dataclass(frozen=True)
class Cost:
    """What changes for people who keep a match."""

    wishes: tuple[tuple[str, int | None], ...]
    """Who has less of what they wished, with the rank of the wish that was met; None: a colleague who had
    named them too."""
    minutes: int
    """How much longer they travel, all together; negative: shorter."""


def worth(problem: Problem, visits: Iterable[Visit]) -> int:
    """What visits count on the level of wishes: wishes met, people who named each other, service links."""
    points = 0
    for visit in visits:
        good = merit(problem, visit)
        points += 4 - good.wish if good.wish else MUTUAL_POINTS * good.mutual
        points += problem.campaign.link_points * good.linked
    return points


def own_of(problem: Problem, visits: Iterable[Visit], people: Collection[str]) -> dict[str, Own]:
    """What these people's visits are worth to them, as visitors."""
    found = dict.fromkeys(people, Own())
    for visit in visits:
        if visit.visitor in found:
            before, good = found[visit.visitor], merit(problem, visit)
            points = 4 - good.wish if good.wish else MUTUAL_POINTS * good.mutual
            ranks = [rank for rank in (before.rank, good.wish) if rank]
            found[visit.visitor] = Own(
                before.points + points, min(ranks, default=None), before.minutes + good.minutes
            )
    return found


def cost(problem: Problem, before: Iterable[Visit], after: Iterable[Visit], others: Collection[str]) -> Cost:
    """From one plan to another, for these people."""
    old, new = own_of(problem, before, others), own_of(problem, after, others)
    return Cost(
        tuple((one, old[one].rank) for one in others if new[one].points < old[one].points),
        sum(new[one].minutes - old[one].minutes for one in others),
    )
