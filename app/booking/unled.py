"""Who may decide for a team that receives: whoever leads it, HR where nobody does, since its manager left."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, func, or_, select
from sqlmodel import Session, col

from app.booking.tables import BookingRequest, Place, RequestStatus
from app.campaigns.tables import Campaign
from app.core.db import another
from app.messages import queries as mails
from app.messages.readers import Reader
from app.people.tables import Person, Team
from app.teams import queries as teams
from app.visits.bookings import Unled

Member, Manager = another(Person), another(Person)


def deciders(
    session: Session, team_id: int, campaign: Campaign, today: date, *, but: Collection[int] = ()
) -> list[Reader]:
    """Whom to write to for a team: its managers and their delegates, `but` some; else HR of the campaign."""
    led = teams.leaders_of(session, team_id, today) - set(but)
    found = mails.readers_of(session, led)
    return [found[one] for one in sorted(found)] or mails.hr_readers(session, campaign)


def nobody_leads(team_id: SQLColumnExpression[Any], gone: Collection[int] = ()) -> ColumnElement[bool]:
    """That no member of a team has a manager who works here, were those who are `gone` not here any more."""
    led = (
        select(col(Member.id))
        .join(Manager, col(Manager.id) == col(Member.manager_id))
        .where(col(Member.team_id) == team_id, col(Member.active), col(Manager.active))
    )
    if gone:
        led = led.where(col(Member.id).not_in(gone), col(Manager.id).not_in(gone))
    return ~led.exists()


def left_to_hr(session: Session) -> list[tuple[Campaign, int]]:
    """Campaigns with requests that no leader of a team can answer, and how many. One query."""
    query = (
        select(Campaign, func.count())
        .join(BookingRequest, col(BookingRequest.campaign_id) == col(Campaign.id))
        .join(Place, col(Place.id) == col(BookingRequest.place_id))
        .where(
            col(BookingRequest.status) == RequestStatus.REQUESTED,
            nobody_leads(col(Place.team_id)),
        )
        .group_by(col(Campaign.id))
        .order_by(col(Campaign.id))
    )
    return [(row[0], int(row[1])) for row in session.execute(query)]


def teams_left_to_hr(session: Session, team_ids: Collection[int]) -> set[int]:
    """Those of these teams that nobody leads. One query."""
    place = select(col(Place.team_id)).where(
        col(Place.team_id).in_(team_ids), nobody_leads(col(Place.team_id))
    )
    return set(session.scalars(place))


def left_by(session: Session, gone: Collection[int], managed: Collection[int]) -> list[Unled]:
    """Teams that nobody leads once some people are gone, by name, and what waits there. `managed`: whom HR's
    file gives a manager who stays. Two queries."""
    theirs = select(col(Person.team_id)).where(
        col(Person.manager_id).in_(gone), col(Person.active), col(Person.id).not_in(gone)
    )
    found = session.execute(
        select(Team, Person)
        .join(Person, col(Person.team_id) == col(Team.id))
        .where(
            col(Team.id).in_(theirs),
            nobody_leads(col(Team.id), gone),
            col(Person.active),
            col(Person.id).not_in(gone),
        )
        .order_by(col(Team.name), col(Team.id))
    )
    teams_left: dict[int, str] = {}
    led: set[int] = set()
    for team, member in found:
        teams_left[team.id or 0] = team.name
        led |= {team.id or 0} if member.id in managed else set()
    query = (
        select(col(Place.team_id), func.count())
        .join(BookingRequest, col(BookingRequest.place_id) == col(Place.id))
        .where(
            col(Place.team_id).in_(teams_left.keys() - led),
            col(BookingRequest.status) == RequestStatus.REQUESTED,
            col(BookingRequest.person_id).not_in(gone),
            or_(
                col(Place.host_id).is_(None), col(Place.host_id).not_in(gone)
            ),  # those end, and are said apart
        )
        .group_by(col(Place.team_id))
    )
    waiting = {row[0]: int(row[1]) for row in session.execute(query)}
    return [Unled(name, waiting.get(one, 0)) for one, name in teams_left.items() if one not in led]
