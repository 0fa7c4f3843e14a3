"""What is kept for somebody until they answer, asked or waited for, and that a roster would end."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from app.people.tables import Person
from app.teams.importing.run import RosterPlan
from app.teams.rules import meets
from app.visits.bookings import AskedFor, Kept, asked_with, kept_with


@dataclass(frozen=True)
class EndingKept:
    """One of them, on whose day somebody would be off."""

    kept: Kept
    ends: bool
    """It is the one for whom it is kept; else who was to receive, and a colleague may."""


def ended_by(session: Session, plan: RosterPlan) -> list[EndingKept]:
    """Those that a roster which is only looked at would end, were it confirmed, by day. Two queries."""
    if not plan.spans:
        return []
    found = []
    for kept in kept_with(session, plan.spans, *_span(plan)):
        visitor, host = (_is_off(plan, one.id, kept) for one in (kept.visitor, kept.host))
        if visitor or host:
            found.append(EndingKept(kept, ends=visitor))
    return found


def asked_ended_by(session: Session, plan: RosterPlan) -> list[AskedFor]:
    """What is asked or waited for that it would end, by day: whoever asks does not work then, nor whoever is
    named to receive, or anybody of the team where nobody is. Two queries."""
    if not plan.spans:
        return []
    asked = asked_with(session, plan.spans, *_span(plan))
    teams = {one.team.id for one in asked if one.host is None}
    members: dict[int, list[int | None]] = {}
    for person_id, team_id in session.exec(
        select(Person.id, Person.team_id).where(col(Person.team_id).in_(teams), col(Person.active))
    ):
        members.setdefault(team_id, []).append(person_id)
    found = []
    for one in asked:
        receive = [one.host.id] if one.host is not None else members.get(one.team.id or 0, [])
        alone = all(_is_off(plan, who, one) for who in receive if who != one.person.id)
        if _is_off(plan, one.person.id, one) or alone:
            found.append(one)
    return found


def _span(plan: RosterPlan) -> tuple[date, date]:
    spans = plan.spans.values()
    return min(one.first_day for one in spans), max(one.last_day for one in spans)


def _is_off(plan: RosterPlan, person_id: int | None, at: Kept | AskedFor) -> bool:
    """Whether the roster has somebody off during what is kept or asked for."""
    row = plan.told.get((person_id or 0, at.day))
    return row is not None and not meets(row, at.during)
