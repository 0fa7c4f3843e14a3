"""What the receiving team asks of its visitors (`app.teams`), in front of one visit.

A visitor acknowledges the version they read before saying yes; a later version asks anew. Whoever leads the
receiving team may waive one version for one visit (an age, a briefing given otherwise): it is recorded.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session

from app.people.tables import Person, Team
from app.teams import queries as teams
from app.teams.words import conditions_lines
from app.visits.errors import ConditionsChanged, ConditionsFirst
from app.visits.tables import Visit

ADULT = 18
"""All that the company knows of somebody's age is whether they are under it."""


@dataclass(frozen=True)
class Conditions:
    """What a visitor acknowledges before confirming."""

    id: int
    """The version."""
    lines: tuple[tuple[str, str], ...]
    """(title, words)"""
    min_age: int | None = None


def conditions_of(session: Session, team: Team) -> Conditions | None:
    """What a team asks of visitors now; None when it asks nothing."""
    found = teams.conditions_of(session, team.id or 0)
    if found is None or found.id is None:
        return None
    return Conditions(found.id, tuple(conditions_lines(found)), found.min_age)


def conditions_of_teams(session: Session, team_ids: Collection[int]) -> dict[int, Conditions]:
    """The same for several teams, in one query; those that ask nothing are absent."""
    found = teams.conditions_of_teams(session, team_ids)
    return {
        team_id: Conditions(row.id, tuple(conditions_lines(row)), row.min_age)
        for team_id, row in found.items()
        if row.id is not None
    }


def unread(asks: Conditions | None, read: int | None) -> ConditionsFirst | None:
    """Why a yes on version `read` is none: nothing was acknowledged, or another version is in force now."""
    if asks is None or read == asks.id:
        return None
    return ConditionsFirst() if read is None else ConditionsChanged()


def are_open(visit: Visit, asks: Conditions | None) -> bool:
    """Whether the visitor has still to acknowledge them."""
    if asks is None or is_waived(visit, asks):
        return False
    return visit.conditions_id != asks.id


def is_waived(visit: Visit, asks: Conditions) -> bool:
    """Whether the team asks nothing of this visitor: said of this version, not of one that came later."""
    return visit.conditions_waived_at is not None and visit.conditions_waived_id == asks.id


def too_young(visitor: Person, visit: Visit, asks: Conditions | None) -> bool:
    """The team receives adults only, the visitor is none, and nobody of the team said yes to that."""
    if asks is None or is_waived(visit, asks):
        return False
    return visitor.under_18 and (asks.min_age or 0) >= ADULT
