"""On which days people's own calendars are taken: read so that days are avoided, and shown to nobody else."""

from collections.abc import Collection
from datetime import date

from sqlmodel import Session, col, select

from app.availability.tables import BusyCalendar, Enrolment


def calendars_of(session: Session, person_ids: Collection[int]) -> dict[int, dict[int, set[str]]]:
    """ISO days on which these people's own calendars are taken, by person and by the campaign they were given
    for. They advise, in whatever campaign: a day is avoided, never refused."""
    found: dict[int, dict[int, set[str]]] = {}
    for person_id, campaign_id, days in session.exec(
        select(Enrolment.person_id, Enrolment.campaign_id, BusyCalendar.days)
        .join(BusyCalendar, col(BusyCalendar.enrolment_id) == col(Enrolment.id))
        .where(col(Enrolment.person_id).in_(person_ids))
    ):
        found.setdefault(person_id, {})[campaign_id] = set(days)
    return found


def calendar_days(session: Session, person_ids: Collection[int]) -> dict[int, set[str]]:
    """The same, by person."""
    found = calendars_of(session, person_ids)
    return {person_id: set().union(*given.values()) for person_id, given in found.items()}


def is_taken(session: Session, person_id: int | None, day: date) -> bool:
    """Whether somebody's own calendar is taken on a day: for them alone to read."""
    return person_id is not None and day.isoformat() in calendar_days(session, {person_id}).get(person_id, ())
