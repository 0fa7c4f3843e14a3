"""Which of the proposals that were found HR compare."""

from collections.abc import Mapping

from app.planning.repairs.proposals import Effect, Proposal
from app.planning.repairs.searching import ORDER
from app.planning.tables import RepairKind

MOST = 3
"""So many solutions are compared with ease."""
Told = tuple[Proposal, Effect]


def is_quiet(effect: Effect) -> bool:
    """Everybody concerned has a day again, and nobody else moves."""
    return not effect.left and not effect.movers


def furthest(found: Mapping[RepairKind, Told]) -> tuple[RepairKind, Told] | None:
    """Of those that move nobody else, the one that gives most people a day; None: there is none."""
    still = [kind for kind in ORDER if kind in found and not found[kind][1].movers]
    best = max(still, key=lambda kind: len(found[kind][1].restored), default=None)
    return None if best is None or not found[best][1].restored else (best, found[best])


def different(found: Mapping[RepairKind, Told]) -> dict[RepairKind, Told]:
    """Those that give somebody a day, without those that do no better than one that disturbs less; three at
    most: of four, the one that gives the fewest people a day, and moves the most, is not shown."""
    kept: dict[RepairKind, Told] = {}
    for kind in ORDER:
        if kind not in found:
            continue
        effect = found[kind][1]
        if effect.restored and not any(_no_worse(other, effect) for _proposal, other in kept.values()):
            kept[kind] = found[kind]
    if len(kept) > MOST:
        del kept[min(reversed(kept), key=lambda kind: _worth(kept[kind][1]))]
    return kept


def _worth(effect: Effect) -> tuple[int, int]:
    return len(effect.restored), -len(effect.movers)


def _no_worse(one: Effect, than: Effect) -> bool:
    """It gives as many people a day, the same ones or with fewer who move, moves no more, and was found with
    less."""
    as_many = len(one.restored) >= len(than.restored) and len(one.movers) <= len(than.movers)
    return as_many and (one.restored >= than.restored or len(one.movers) < len(than.movers))
