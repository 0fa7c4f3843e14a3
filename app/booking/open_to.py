"""Where people whom a plan left without a match could still book a day.

Asked for many people at once, in a constant number of queries: the other side, another department, a journey
within the limit, a day ahead with room, somebody who did not say no. Their own days, languages and whom they
avoid are looked at where they choose a day, and only there: what is told here must not betray them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlmodel import Session, col

from app.availability.tables import Answer, Enrolment
from app.booking import queries
from app.booking.closed_days import receives_nobody
from app.booking.tables import BookingRules, Place, PlaceDay
from app.campaigns.bookable import taking_bookings
from app.campaigns.invited import invitation
from app.campaigns.tables import Campaign
from app.people import queries as people_queries
from app.people.tables import Person, Side, Team
from app.teams.tables import ClosedDay


@dataclass(frozen=True)
class _Offer:
    """A team that offers days with room, the last of them, and what its campaign asks."""

    campaign: Campaign
    side: Side
    department: str
    site_id: int
    last: date
    notice_days: int


def campaigns_open_to(session: Session, people: Collection[Person], today: date) -> dict[int, Campaign]:
    """By person, the first campaign in which a day may be open to them; absent where there is none."""
    ids = [one.id for one in people if one.id is not None]
    offers = _offers(session, today) if ids else []
    if not offers:
        return {}
    campaign_ids = {one.campaign.id or 0 for one in offers}
    invited = _invited(session, campaign_ids, ids) - _said_no(session, campaign_ids, ids)
    theirs = select(Team).where(col(Team.id).in_({one.team_id for one in people}))
    teams, minutes = {one.id: one for one in session.scalars(theirs)}, people_queries.travel_minutes(session)

    def is_open(offer: _Offer, person: Person) -> bool:
        mine = teams[person.team_id]
        journey = minutes.get((mine.site_id, offer.site_id))
        return (
            (offer.campaign.id or 0, person.id or 0) in invited
            and offer.side != mine.side
            and (not mine.department or offer.department != mine.department)
            and journey is not None
            and journey <= offer.campaign.max_travel_minutes
            and offer.last >= today + timedelta(days=offer.notice_days)
        )

    found = {}
    for person in people:
        for offer in offers:
            if person.id is not None and is_open(offer, person):
                found[person.id] = offer.campaign
                break
    return found


def open_among(session: Session, campaign_ids: Collection[int | None], today: date) -> set[int]:
    """Those of these campaigns in which a team still receives on a day to come that it offers, full or not:
    one may book it, or stand in line for it. One query, or none."""
    if not campaign_ids:
        return set()
    notice = func.coalesce(col(BookingRules.notice_days), BookingRules(campaign_id=0).notice_days)
    rows = session.execute(
        select(col(Place.campaign_id), func.max(col(PlaceDay.day)), notice)
        .join(queries.HostTeam, col(queries.HostTeam.id) == col(Place.team_id))
        .join(PlaceDay, col(PlaceDay.place_id) == col(Place.id))
        .outerjoin(queries.HostPerson, col(queries.HostPerson.id) == col(Place.host_id))
        .outerjoin(BookingRules, col(BookingRules.campaign_id) == col(Place.campaign_id))
        .where(col(Place.campaign_id).in_(campaign_ids), *_offered(today))
        .group_by(col(Place.campaign_id), notice)
    )
    return {campaign_id for campaign_id, last, days in rows if last >= today + timedelta(days=days)}


def _offered(today: date) -> tuple[ColumnElement[bool], ...]:
    """Of places and their days: to come, offered, with somebody to receive, the team and the site open."""
    shut = exists().where(
        col(ClosedDay.site_id) == col(queries.HostTeam.site_id), col(ClosedDay.day) == col(PlaceDay.day)
    )
    return (
        queries.HOST_HERE,
        col(Place.withdrawn_at).is_(None),
        col(PlaceDay.offered).is_(True),
        col(PlaceDay.day) >= today,
        ~receives_nobody(col(PlaceDay.day)),
        ~shut,
    )


def _offers(session: Session, today: date) -> Sequence[_Offer]:
    notice = func.coalesce(col(BookingRules.notice_days), BookingRules(campaign_id=0).notice_days)
    last = func.max(col(PlaceDay.day))
    rows = session.execute(
        select(Campaign, queries.HostTeam, last, notice)
        .join(Place, col(Place.campaign_id) == col(Campaign.id))
        .join(queries.HostTeam, col(queries.HostTeam.id) == col(Place.team_id))
        .join(PlaceDay, col(PlaceDay.place_id) == col(Place.id))
        .outerjoin(queries.HostPerson, col(queries.HostPerson.id) == col(Place.host_id))
        .outerjoin(BookingRules, col(BookingRules.campaign_id) == col(Campaign.id))
        .where(
            taking_bookings(),
            *_offered(today),
            col(PlaceDay.taken) < col(Place.per_day),
        )
        .group_by(col(Campaign.id), col(queries.HostTeam.id), notice)
        .order_by(col(Campaign.first_day), col(Campaign.id), col(queries.HostTeam.id))
    )
    return [
        _Offer(campaign, team.side, team.department, team.site_id, last_day, notice_days)
        for campaign, team, last_day, notice_days in rows
    ]


def _invited(session: Session, campaign_ids: Collection[int], ids: Collection[int]) -> set[tuple[int, int]]:
    rows = session.execute(
        select(col(Campaign.id), col(Person.id))
        .select_from(Person)
        .join(Team, col(Team.id) == col(Person.team_id))
        .join(Campaign, col(Campaign.id).in_(campaign_ids))
        .where(col(Person.id).in_(ids), invitation())
    )
    return {(row[0], row[1]) for row in rows}


def _said_no(session: Session, campaign_ids: Collection[int], ids: Collection[int]) -> set[tuple[int, int]]:
    rows = session.execute(
        select(col(Enrolment.campaign_id), col(Enrolment.person_id)).where(
            col(Enrolment.campaign_id).in_(campaign_ids),
            col(Enrolment.person_id).in_(ids),
            col(Enrolment.answer) == Answer.NO,
        )
    )
    return {(row[0], row[1]) for row in rows}
