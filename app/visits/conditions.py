"""What the receiving team asks of its visitors (`app.teams`), in front of one visit.

A visitor acknowledges the version they read before saying yes; a later version asks anew. Whoever leads the
receiving team may waive one version for one visit (an age, a briefing given otherwise): it is recorded.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement
from sqlmodel import Session, col

from app.people.tables import Person, Team
from app.teams import queries as teams
from app.teams.words import age_title, conditions_lines
from app.visits.errors import ConditionsChanged, ConditionsFirst
from app.visits.queries import SeenVisit, Visitor, read_visits, to_come
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
    but_age: bool = False
    """The team made an exception for this visitor's age, and for nothing else."""


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


def for_visit(asks: Conditions | None, visit: Visit) -> Conditions | None:
    """What a team asks of one visitor: an exception for somebody's age waives the age alone, whatever the
    staff file says of it since; the rest is asked of them as of everybody."""
    if asks is None or not (is_waived(visit, asks) and visit.conditions_waived_age):
        return asks
    lines = tuple(line for line in asks.lines if line[0] != age_title())
    return replace(asks, lines=lines, min_age=None, but_age=True) if lines else None


def of_age(visitor: Person, asks: Conditions) -> bool:
    """Whether their age is what stands between a visitor and this team."""
    return visitor.under_18 and (asks.min_age or 0) >= ADULT


def unread(asks: Conditions | None, read: int | None) -> ConditionsFirst | None:
    """Why a yes on version `read` is none: nothing was acknowledged, or another version is in force now."""
    if asks is None or read == asks.id:
        return None
    return ConditionsFirst() if read is None else ConditionsChanged()


def are_open(visit: Visit, asks: Conditions | None) -> bool:
    """Whether the visitor has still to acknowledge them."""
    if asks is None or (is_waived(visit, asks) and not asks.but_age):
        return False
    return visit.conditions_id != asks.id


def is_waived(visit: Visit, asks: Conditions) -> bool:
    """Whether the team asks nothing of this visitor: said of this version, not of one that came later."""
    return visit.conditions_waived_at is not None and visit.conditions_waived_id == asks.id


def too_young(visitor: Person, visit: Visit, asks: Conditions | None) -> bool:
    """The team receives adults only, the visitor is none, and nobody of the team said yes to that."""
    return asks is not None and not is_waived(visit, asks) and of_age(visitor, asks)


def become_too_young(session: Session, today: date, *which: ColumnElement[bool]) -> list[SeenVisit]:
    """Visits to come to which somebody said yes whom their team would not receive any more, since the staff
    file says that they are under 18; by day. Two queries."""
    confirmed = col(Visit.visitor_confirmed_at).is_not(None)
    found = read_visits(session, *to_come(today), confirmed, col(Visitor.under_18).is_(True), *which)
    return _for_adults(session, found)


def made_too_young(session: Session, person_ids: Collection[int], today: date) -> list[SeenVisit]:
    """Visits to come of these people at teams that would not receive them under 18. Two queries."""
    if not person_ids:
        return []
    return _for_adults(session, read_visits(session, *to_come(today), col(Visit.visitor_id).in_(person_ids)))


def _for_adults(session: Session, found: Collection[SeenVisit]) -> list[SeenVisit]:
    """Those at teams that receive adults only and made no exception, not begun."""
    asks = conditions_of_teams(session, {one.host_team.id or 0 for one in found}) if found else {}
    there = [(one, asks.get(one.host_team.id or 0)) for one in found if not one.goes_on]
    return [
        one
        for one, terms in there
        if terms is not None and (terms.min_age or 0) >= ADULT and not is_waived(one.visit, terms)
    ]
