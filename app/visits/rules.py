"""Pure decisions about visits, and the words for their codes."""

from collections.abc import Iterable
from datetime import date

from app.core.i18n import _
from app.visits.tables import CancelReason, Visit, VisitStatus

Leg = tuple[int, int, date]
"""Visitor's id, host's id, day."""


def stands(visit: Visit) -> bool:
    """Whether a visit is to take place, or did."""
    return visit.status == VisitStatus.PLANNED


def is_over(visit: Visit, today: date) -> bool:
    """A visit is over from the day after it."""
    return visit.day < today


def can_be_cancelled(visit: Visit, today: date) -> bool:
    """Only a standing visit whose day is not past."""
    return stands(visit) and not is_over(visit, today)


def in_pairs(legs: Iterable[Leg]) -> list[tuple[Leg, Leg | None]]:
    """Join each visit with its reciprocal one, the earlier first; those without one stand alone.

    >>> from datetime import date
    >>> in_pairs([(1, 2, date(2027, 3, 9)), (2, 1, date(2027, 3, 4))])
    [((2, 1, datetime.date(2027, 3, 4)), (1, 2, datetime.date(2027, 3, 9)))]
    """
    waiting: dict[tuple[int, int], list[Leg]] = {}
    paired: list[tuple[Leg, Leg | None]] = []
    for leg in sorted(legs, key=lambda leg: (leg[2], leg[0], leg[1])):
        visitor, host, _day = leg
        opened = waiting.get((host, visitor))
        if opened:
            paired.append((opened.pop(0), leg))
        else:
            waiting.setdefault((visitor, host), []).append(leg)
    paired += [(leg, None) for legs in waiting.values() for leg in legs]
    return sorted(paired, key=lambda pair: (pair[0][2], pair[0][0], pair[0][1]))


def reason_labels() -> dict[CancelReason, str]:
    """The reasons one may give for a cancellation, in the reader's language."""
    return {
        CancelReason.UNAVAILABLE: _("L’une des deux personnes n’est plus disponible"),
        CancelReason.SERVICE: _("Le service a besoin de tout le monde ce jour-là"),
        CancelReason.CLOSED: _("Le site est fermé ce jour-là"),
        CancelReason.LEFT: _("L’une des deux personnes ne participe plus"),
        CancelReason.MISTAKE: _("Cette journée a été planifiée par erreur"),
        CancelReason.CAMPAIGN: _("La campagne est annulée"),
    }


def offered_reasons() -> dict[CancelReason, str]:
    """Those that one chooses for a single visit."""
    return {reason: label for reason, label in reason_labels().items() if reason != CancelReason.CAMPAIGN}
