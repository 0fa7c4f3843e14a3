"""Reminding those who have not answered, or take part on too few days, and only those, at most once a day
each."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, or_, select, update

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.availability.answers import short_of_days
from app.availability.errors import EnrolmentClosed
from app.availability.queries import is_changeable
from app.availability.service import When
from app.availability.tables import Enrolment
from app.campaigns.invited import invitation
from app.campaigns.tables import Campaign
from app.core import jobs
from app.core.settings import settings
from app.people.tables import Person, Team


def remind(session: Session, campaign: Campaign, *, actor: Actor, when: When) -> list[int]:
    """Remind everybody invited who has not answered, or keeps too few days, and was not reminded today; their
    ids, in order.

    Marking and choosing are one statement, so that two clicks never remind the same person twice.
    """
    if not is_changeable(campaign, when.today):
        raise EnrolmentClosed(campaign)
    _begin_missing(session, campaign)
    begun = datetime.combine(when.today, time(), ZoneInfo(settings().timezone))
    silent: Any = (
        select(Person.id)
        .join(Team, col(Team.id) == col(Person.team_id))
        .join(Campaign, col(Campaign.id) == campaign.id)
        .where(invitation())
    )
    short = short_of_days(session, campaign)
    marked = session.exec(
        update(Enrolment)
        .where(
            col(Enrolment.campaign_id) == campaign.id,
            or_(col(Enrolment.answer).is_(None), col(Enrolment.person_id).in_(short)),
            or_(col(Enrolment.reminded_at).is_(None), col(Enrolment.reminded_at) < begun),
            col(Enrolment.person_id).in_(silent),
        )
        .values(reminded_at=when.now)
        .returning(col(Enrolment.person_id))
        .execution_options(synchronize_session=False)
    )
    people = sorted(marked.scalars())
    if people:
        told: dict[str, Any] = {"campaign_id": campaign.id}
        if silent_ones := [one for one in people if one not in short]:
            jobs.record(session, "campaign.reminded", **told, person_ids=silent_ones)
        if short_ones := [one for one in people if one in short]:
            version = campaign.version
            jobs.record(session, "campaign.asks_days", **told, version=version, person_ids=short_ones)
        subject = f"campaign:{campaign.id}"
        audit(session, actor.account_id, "campaign.reminded", subject, now=when.now, people=len(people))
    return people


def _begin_missing(session: Session, campaign: Campaign) -> None:
    """Make a row, version 0, for those invited who have none yet."""
    columns: tuple[Any, ...] = (
        literal(campaign.id),
        Person.id,
        literal([], Enrolment.__table__.c.visit_days.type),  # type: ignore[attr-defined]
        literal([], Enrolment.__table__.c.languages.type),  # type: ignore[attr-defined]
        literal(0),
    )
    missing: Any = select(*columns)
    missing = (
        missing.select_from(Person)
        .join(Team, col(Team.id) == col(Person.team_id))
        .join(Campaign, col(Campaign.id) == campaign.id)
        .outerjoin(
            Enrolment,
            (col(Enrolment.campaign_id) == campaign.id) & (col(Enrolment.person_id) == col(Person.id)),
        )
        .where(invitation(), col(Enrolment.id).is_(None))
    )
    names = ["campaign_id", "person_id", "visit_days", "languages", "version"]
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    beginning = dialect.insert(Enrolment).from_select(names, missing, include_defaults=False)
    session.exec(beginning.on_conflict_do_nothing())
