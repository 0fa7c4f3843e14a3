"""What the rules no longer allow its asker, since they changed team, the team changed side or department, or
asks for an age, or since a staff file leaves them uninvited: it is over as well, whoever was to answer, and
the asker reads why."""

from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from app.availability.matching import department_key
from app.booking import queries
from app.booking.ending import expire, still_pending
from app.booking.lifecycle import PENDING
from app.booking.looking import TOO_YOUNG, Look, look
from app.booking.queries import HostPerson, HostTeam
from app.booking.tables import BookingRequest, Place, RefusalReason
from app.campaigns.invited import invitation, is_invited
from app.campaigns.tables import Campaign
from app.people.tables import Person, Team
from app.visits.conditions import ADULT, conditions_of_teams
from solver import rules

BARS = {
    rules.SAME_SIDE: RefusalReason.SAME_SIDE,
    rules.SAME_DEPARTMENT: RefusalReason.SAME_DEPARTMENT,
    rules.MANAGER: RefusalReason.MANAGER,
    TOO_YOUNG: RefusalReason.TOO_YOUNG,
}
"""Refusals of a whole place that nobody waits away. Those that an asker chose (a site, a pause) are theirs to
lift, and journeys and languages are corrected."""


def reason_of(session: Session, campaign: Campaign, found: Look, person: Person) -> RefusalReason | None:
    """Why the rules no longer let somebody go to a place at all; None where they do, or may again. What
    somebody who left had asked for ends by itself."""
    if person.active and not is_invited(session, campaign, person):
        return RefusalReason.UNINVITED
    why = next((BARS[one] for one in found.refusals if one in BARS), None)
    return RefusalReason.OWN_TEAM if why is not None and person.team_id == found.seen.team.id else why


def pending(session: Session, today: date) -> list[int]:
    """Ids of what waits for a day to come and may be so, in the order in which rows are touched: `end` asks
    the rules. Two queries."""
    query = (
        select(col(BookingRequest.id), invitation(), Person, Team, HostTeam, HostPerson)
        .join(Campaign, col(Campaign.id) == col(BookingRequest.campaign_id))
        .join(Place, col(Place.id) == col(BookingRequest.place_id))
        .join(Person, col(Person.id) == col(BookingRequest.person_id))
        .join(Team, col(Team.id) == col(Person.team_id))
        .join(HostTeam, col(HostTeam.id) == col(Place.team_id))
        .outerjoin(HostPerson, col(HostPerson.id) == col(Place.host_id))
        .where(col(BookingRequest.status).in_(PENDING), col(BookingRequest.day) >= today)
        .order_by(col(BookingRequest.day), col(BookingRequest.id))
    )
    rows = session.execute(query).all()
    young = {there.id or 0 for _id, _invited, person, _home, there, _host in rows if person.under_18}
    asks = conditions_of_teams(session, young) if young else {}
    adults = {team_id for team_id, one in asks.items() if (one.min_age or 0) >= ADULT}
    return [
        id_ or 0
        for id_, invited, person, home, there, host in rows
        if (person.active and not invited)
        or home.side == there.side
        or department_key(home.department, home.id or 0) == department_key(there.department, there.id or 0)
        or (person.under_18 and there.id in adults)
        or (host is not None and (person.manager_id == host.id or host.manager_id == person.id))
    ]


def end(session: Session, request_id: int, *, now: datetime, today: date) -> None:
    """End one of them, if the rules no longer allow it. Asked twice, it does nothing more."""
    if (found := still_pending(session, request_id)) is None:
        return
    request, campaign = found
    person, seen = session.get_one(Person, request.person_id), queries.find_place(session, request.place_id)
    [place] = look(session, campaign, person, [seen], 0, today, ahead=0)
    if (why := reason_of(session, campaign, place, person)) is not None:
        expire(session, request, now=now, why=why)
