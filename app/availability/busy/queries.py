"""What own calendars gave, shown to nobody but their owners; `taken` reads them so that days are avoided."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from app.availability.queries import Enrolling, is_changeable
from app.availability.tables import Answer, BusyCalendar, Enrolment
from app.campaigns.bookable import takes_bookings
from app.campaigns.tables import Campaign, Status
from app.people.tables import Person

PLANNED = (Status.PUBLISHED, Status.RUNNING)
"""While planned days may still move or be made up for."""


def busy_calendar(session: Session, enrolling: Enrolling) -> BusyCalendar | None:
    """What was read of a person's own calendar; shown to nobody but them."""
    return session.get(BusyCalendar, enrolling.enrolment_id) if enrolling.enrolment_id else None


def calendar_read(session: Session, campaign_id: int, person_id: int) -> BusyCalendar | None:
    """What was read of somebody's own calendar for a campaign; None when they gave none, or it waits."""
    query = (
        select(BusyCalendar)
        .join(Enrolment, col(Enrolment.id) == col(BusyCalendar.enrolment_id))
        .where(
            col(Enrolment.campaign_id) == campaign_id,
            col(Enrolment.person_id) == person_id,
            col(BusyCalendar.read_at).is_not(None),
        )
    )
    return session.exec(query).first()


def helps_to_move(campaign: Campaign, enrolment: Enrolment | None, today: date) -> bool:
    """Whether a calendar given now keeps planned days off the days it takes: the plan stands, days are left,
    and the person takes part."""
    takes_part = enrolment is not None and enrolment.answer == Answer.YES
    return campaign.status in PLANNED and today <= campaign.last_day and takes_part


@dataclass(frozen=True)
class OwnCalendar:
    """One's own calendar in a campaign where it can be given or refreshed; `given` None: not given yet."""

    campaign: Campaign
    given: BusyCalendar | None = None


def given_elsewhere(session: Session, campaign: Campaign, person_id: int | None) -> list[OwnCalendar]:
    """Calendars that a person gave for other campaigns with days in common: they count here as well."""
    columns = select(Campaign, BusyCalendar)
    rows = session.exec(
        columns.select_from(BusyCalendar)
        .join(Enrolment, col(Enrolment.id) == col(BusyCalendar.enrolment_id))
        .join(Campaign, col(Campaign.id) == col(Enrolment.campaign_id))
        .where(
            col(Enrolment.person_id) == person_id,
            col(Campaign.id) != campaign.id,
            col(Campaign.first_day) <= campaign.last_day,
            col(Campaign.last_day) >= campaign.first_day,
            col(BusyCalendar.read_at).is_not(None),
        )
        .order_by(col(Campaign.first_day), col(Campaign.id))
    )
    return [OwnCalendar(other, given) for other, given in rows]


def own_calendars(
    session: Session, person: Person, bookable: Iterable[Campaign], today: date
) -> list[OwnCalendar]:
    """Where a person can give their own calendar now, the next campaign first. `bookable`: those whose days
    they may book."""
    columns = select(Campaign, Enrolment, BusyCalendar)
    rows = session.exec(
        columns.select_from(Enrolment)
        .join(Campaign, col(Campaign.id) == col(Enrolment.campaign_id))
        .outerjoin(BusyCalendar, col(BusyCalendar.enrolment_id) == col(Enrolment.id))
        .where(col(Enrolment.person_id) == person.id, col(Campaign.last_day) >= today)
    ).all()
    found = {one.id: OwnCalendar(one) for one in bookable}
    for campaign, enrolment, given in rows:
        answers = is_changeable(campaign, today) and enrolment.answer == Answer.YES
        if answers or takes_bookings(campaign) or helps_to_move(campaign, enrolment, today):
            found[campaign.id] = OwnCalendar(campaign, given)
    return sorted(found.values(), key=lambda one: (one.campaign.first_day, one.campaign.id or 0))
