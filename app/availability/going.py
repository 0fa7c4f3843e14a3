"""Who pauses, and who takes part no more."""

from collections.abc import Collection
from datetime import date

from sqlmodel import Session, col, select

from app.availability.queries import Enrolling
from app.availability.tables import Answer, Enrolment
from app.core.i18n import _
from app.core.templating import day_range
from app.people.tables import Person


def pause_kept(enrolling: Enrolling | None, today: date) -> str:
    """That their pause stands when they take part again, while it runs or is to come; else nothing."""
    row = enrolling.enrolment if enrolling is not None else None
    if row is None or row.paused_from is None or row.paused_until is None or row.paused_until < today:
        return ""
    said = {"range": day_range(row.paused_from, row.paused_until)}
    return _("Votre pause tient toujours (%(range)s) : rien n’est planifié ces jours-là.") % said


def pauses_of(
    session: Session, campaign_id: int, person_ids: Collection[int]
) -> dict[int, tuple[date, date]]:
    """From when to when these people pause, by person, whether or not they ever answered."""
    rows = session.exec(
        select(Enrolment).where(
            Enrolment.campaign_id == campaign_id,
            col(Enrolment.person_id).in_(person_ids),
            col(Enrolment.paused_until).is_not(None),
        )
    )
    return {
        row.person_id: (row.paused_from, row.paused_until)
        for row in rows
        if row.paused_from is not None and row.paused_until is not None
    }


def left_campaigns(session: Session, person: Person, campaign_ids: Collection[int | None]) -> set[int]:
    """Those of some campaigns in which a person takes no part: they said no, or left."""
    found = session.exec(
        select(Enrolment.campaign_id).where(
            Enrolment.person_id == person.id,
            col(Enrolment.campaign_id).in_(campaign_ids),
            Enrolment.answer == Answer.NO,
        )
    )
    return set(found)
