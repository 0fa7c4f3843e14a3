"""Every SELECT of booking."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlmodel import Session, col

from app.booking.rules import hours_of
from app.booking.tables import BookingRequest, BookingRules, Place, PlaceDay, RequestStatus
from app.campaigns.bookable import takes_bookings
from app.campaigns.invited import campaigns_inviting
from app.campaigns.tables import Campaign, Status
from app.core.db import another
from app.core.errors import NotFound
from app.core.searching import matches
from app.people.tables import Person, Site, Team
from app.teams import queries as teams
from app.teams.rules import During
from app.visits.tables import Visit

HostPerson, HostTeam, HostSite, Manager = another(Person), another(Team), another(Site), another(Person)
VisitHost = another(Person)
AskerTeam, AskerSite = another(Team), another(Site)


_AT_WORK = and_(col(HostPerson.active), col(HostPerson.team_id) == col(Place.team_id))
HOST_HERE = or_(col(Place.host_id).is_(None), _AT_WORK)
"""Nobody is named, or who is works here (`SeenPlace.host_left`)."""


def rules_of(session: Session, campaign_id: int) -> BookingRules:
    """How a campaign books; the defaults when nobody said."""
    return session.get(BookingRules, campaign_id) or BookingRules(campaign_id=campaign_id, version=0)


def bookable_campaigns(session: Session, person: Person) -> list[Campaign]:
    """Campaigns whose places a person may book now, by first day."""
    found = campaigns_inviting(session, person, statuses=(Status.OPEN, Status.PUBLISHED, Status.RUNNING))
    return [campaign for campaign in found if takes_bookings(campaign)]


@dataclass(frozen=True)
class SeenPlace:
    """A place as pages show it; `days` in order."""

    place: Place
    team: Team
    site: Site
    host: Person | None
    days: list[PlaceDay] = field(default_factory=list)
    at: During | None = None  # other hours than its own: those of a day booked there, since changed

    @property
    def during(self) -> During:
        """Its hours, as rosters are compared with them."""
        return self.at if self.at is not None else hours_of(self.place)

    @property
    def host_left(self) -> bool:
        """Who is named works here no more: nobody is received until the team says who receives."""
        return self.host is not None and not (self.host.active and self.host.team_id == self.place.team_id)

    @property
    def offered(self) -> list[PlaceDay]:
        """The days that are still offered."""
        return [one for one in self.days if one.offered]


def _places(*conditions: ColumnElement[bool]) -> Any:
    return (
        select(Place, HostTeam, HostSite, HostPerson)
        .join(HostTeam, col(HostTeam.id) == col(Place.team_id))
        .join(HostSite, col(HostSite.id) == col(HostTeam.site_id))
        .outerjoin(HostPerson, col(HostPerson.id) == col(Place.host_id))
        .where(*conditions)
        .order_by(col(HostSite.name), col(HostTeam.name), col(Place.id))
    )


def _with_days(session: Session, rows: Sequence[Any]) -> list[SeenPlace]:
    seen = [SeenPlace(*row) for row in rows]
    of_place = {one.place.id: one.days for one in seen}
    found = session.scalars(
        select(PlaceDay)
        .where(col(PlaceDay.place_id).in_(of_place))
        .order_by(col(PlaceDay.place_id), col(PlaceDay.day))
    )
    for day in found:
        of_place[day.place_id].append(day)
    return seen


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; empty means any. `text`: words of the job, what one sees, team or site."""

    text: str = ""
    site_id: int | None = None
    first: date | None = None
    last: date | None = None


def offered_places(session: Session, campaign_id: int, wanted: Wanted) -> list[SeenPlace]:
    """Places of a campaign that are offered and have somebody to receive, by site and team."""
    conditions: list[ColumnElement[bool]] = [
        col(Place.campaign_id) == campaign_id,
        col(Place.withdrawn_at).is_(None),
        HOST_HERE,
        _has_day(wanted),
    ]
    if wanted.site_id is not None:
        conditions.append(col(HostTeam.site_id) == wanted.site_id)
    rows = [
        (place, team, site, host)
        for place, team, site, host in session.execute(_places(*conditions))
        if matches(wanted.text, place.job, place.seen, team.name, team.department, site.name)
    ]
    return _with_days(session, rows)


def _has_day(wanted: Wanted) -> ColumnElement[bool]:
    there = [col(PlaceDay.place_id) == col(Place.id), col(PlaceDay.offered)]
    if wanted.first is not None:
        there.append(col(PlaceDay.day) >= wanted.first)
    if wanted.last is not None:
        there.append(col(PlaceDay.day) <= wanted.last)
    return exists().where(*there)


def find_place(session: Session, place_id: int) -> SeenPlace:
    """One place, withdrawn or not. Raises NotFound."""
    found = _with_days(session, session.execute(_places(col(Place.id) == place_id)).all())
    if not found:
        raise NotFound
    return found[0]


def places_of_teams(session: Session, team_ids: Collection[int]) -> list[SeenPlace]:
    """What some teams offer in campaigns that are not over."""
    alive = select(col(Campaign.id)).where(col(Campaign.status).not_in((Status.CLOSED, Status.CANCELLED)))
    rows = session.execute(
        _places(
            col(Place.team_id).in_(team_ids),
            col(Place.withdrawn_at).is_(None),
            col(Place.campaign_id).in_(alive),
        )
    )
    return _with_days(session, rows.all())


def places_of_campaign(session: Session, campaign_id: int) -> list[SeenPlace]:
    """What teams offer in a campaign."""
    conditions = (col(Place.campaign_id) == campaign_id, col(Place.withdrawn_at).is_(None))
    return _with_days(session, session.execute(_places(*conditions)).all())


def days_offered(session: Session, campaign_id: int, today: date) -> int:
    """Days of places that a campaign offers from today on."""
    query = (
        select(func.count())
        .select_from(PlaceDay)
        .join(Place, col(Place.id) == col(PlaceDay.place_id))
        .where(
            col(Place.campaign_id) == campaign_id,
            col(Place.withdrawn_at).is_(None),
            col(PlaceDay.offered).is_(True),
            col(PlaceDay.day) >= today,
        )
    )
    return int(session.scalars(query).one())


@dataclass(frozen=True)
class SeenRequest:
    """A request as pages show it: who, from where, to whom, where."""

    request: BookingRequest
    campaign: Campaign
    place: Place
    person: Person
    team: Team
    """The asker's."""
    site: Site
    host_team: Team
    """Where it takes place: where its host works today once there is a visit, else the place's team."""
    host_site: Site
    host: Person | None
    """Who receives: with the visit once there is one, else the place's own."""
    visit: Visit | None = None

    @property
    def day(self) -> date:
        """When it takes place: a booked day that moved is the visit's."""
        return self.visit.day if self.visit is not None else self.request.day

    @property
    def kept(self) -> Visit | Place:
        """Whose hours and what to bring hold: the visit's once there is one, else the place's."""
        return self.visit or self.place


def _requests(
    session: Session, *conditions: ColumnElement[bool], limit: int | None = None
) -> list[SeenRequest]:
    query = (
        select(
            BookingRequest,
            Campaign,
            Place,
            Person,
            AskerTeam,
            AskerSite,
            HostTeam,
            HostSite,
            HostPerson,
            Visit,
        )
        .join(Campaign, col(Campaign.id) == col(BookingRequest.campaign_id))
        .join(Place, col(Place.id) == col(BookingRequest.place_id))
        .join(Person, col(Person.id) == col(BookingRequest.person_id))
        .join(AskerTeam, col(AskerTeam.id) == col(Person.team_id))
        .join(AskerSite, col(AskerSite.id) == col(AskerTeam.site_id))
        .outerjoin(Visit, col(Visit.id) == col(BookingRequest.visit_id))
        .outerjoin(VisitHost, col(VisitHost.id) == col(Visit.host_id))
        .join(HostTeam, col(HostTeam.id) == func.coalesce(VisitHost.team_id, Place.team_id))
        .join(HostSite, col(HostSite.id) == col(HostTeam.site_id))
        .outerjoin(
            HostPerson, col(HostPerson.id) == func.coalesce(Visit.tutor_id, Visit.host_id, Place.host_id)
        )
        .where(*conditions)
        .order_by(
            func.coalesce(Visit.day, BookingRequest.day), col(BookingRequest.asked_at), col(BookingRequest.id)
        )
    )
    return [SeenRequest(*row) for row in session.execute(query)]


def requests_where(session: Session, *conditions: ColumnElement[bool]) -> list[SeenRequest]:
    """Requests that fulfil some conditions, by day."""
    return _requests(session, *conditions)


def find_request(session: Session, request_id: int) -> SeenRequest:
    """One request. Raises NotFound."""
    found = _requests(session, col(BookingRequest.id) == request_id)
    if not found:
        raise NotFound
    return found[0]


def requests_of(session: Session, person_id: int) -> list[SeenRequest]:
    """Everything a person asked for, by day."""
    return _requests(session, col(BookingRequest.person_id) == person_id)


def offers_of(session: Session, person_id: int, now: datetime) -> list[SeenRequest]:
    """Places offered to a person from a waiting list that may still be accepted."""
    return _requests(
        session,
        col(BookingRequest.person_id) == person_id,
        col(BookingRequest.status) == RequestStatus.OFFERED,
        col(BookingRequest.due_at) > now,
    )


def concerning(team_ids: Collection[int]) -> ColumnElement[bool]:
    """Requests to some teams, or of their members; for queries that join `Place` and `Person`."""
    return or_(col(Place.team_id).in_(team_ids), col(Person.team_id).in_(team_ids))


def requests_to_answer(session: Session, team_ids: Collection[int]) -> list[SeenRequest]:
    """Requests that wait for an answer and concern some teams: theirs to receive, or a member who leaves."""
    return _requests(session, col(BookingRequest.status) == RequestStatus.REQUESTED, concerning(team_ids))


def count_to_answer(session: Session, team_ids: Collection[int], person_id: int | None) -> int:
    """How many requests wait for the receiving teams' answer by this person: not their own, where they are
    only a delegate."""
    own = teams.led_by(session, [person_id]).get(person_id, set()) if person_id is not None else set()
    query = (
        select(func.count())
        .select_from(BookingRequest)
        .join(Place, col(Place.id) == col(BookingRequest.place_id))
        .where(
            col(BookingRequest.status) == RequestStatus.REQUESTED,
            col(Place.team_id).in_(team_ids),
            or_(col(BookingRequest.person_id) != person_id, col(Place.team_id).in_(own)),
        )
    )
    return int(session.scalars(query).one())


def answered_lately(session: Session, team_ids: Collection[int], since: datetime) -> list[SeenRequest]:
    """What became of requests to some teams lately."""
    return _requests(
        session,
        col(Place.team_id).in_(team_ids),
        col(BookingRequest.decided_at) >= since,
        col(BookingRequest.status).in_(
            (RequestStatus.BOOKED, RequestStatus.REFUSED, RequestStatus.EXPIRED, RequestStatus.CANCELLED)
        ),
    )


def requests_of_campaign(session: Session, campaign_id: int) -> list[SeenRequest]:
    """Every request of a campaign, by day."""
    return _requests(session, col(BookingRequest.campaign_id) == campaign_id)


def request_with_key(session: Session, person_id: int, key: str) -> BookingRequest | None:
    """What this key asked for before."""
    return session.scalars(
        select(BookingRequest).where(
            col(BookingRequest.person_id) == person_id, col(BookingRequest.key) == key
        )
    ).first()


def request_of_visit(session: Session, visit_id: int) -> BookingRequest | None:
    """The request that a visit comes from."""
    return session.scalars(select(BookingRequest).where(col(BookingRequest.visit_id) == visit_id)).first()


def live_requests(
    session: Session, person_id: int, place_ids: Collection[int]
) -> dict[tuple[int, date], BookingRequest]:
    """What a person has asked for at some places and is not over."""
    query = select(BookingRequest).where(
        col(BookingRequest.person_id) == person_id,
        col(BookingRequest.place_id).in_(place_ids),
        col(BookingRequest.live).is_(True),
    )
    found = session.scalars(query)
    return {(one.place_id, one.day): one for one in found}


def due(session: Session, now: datetime) -> list[int]:
    """Ids of requests and offers whose time is over, in order of arrival."""
    query = select(col(BookingRequest.id)).where(col(BookingRequest.due_at) <= now)
    return list(session.scalars(query.order_by(col(BookingRequest.asked_at), col(BookingRequest.id))))


def of_leavers(session: Session, person_id: int | None = None) -> list[int]:
    """Ids of requests, offers and places in line of people (None: all) who left the company."""
    pending = (RequestStatus.REQUESTED, RequestStatus.WAITING, RequestStatus.OFFERED)
    who = [col(Person.active).is_(False), *([] if person_id is None else [col(Person.id) == person_id])]
    query = (
        select(col(BookingRequest.id))
        .join(Person, col(Person.id) == col(BookingRequest.person_id))
        .where(col(BookingRequest.status).in_(pending), *who)
    )
    return list(session.scalars(query.order_by(col(BookingRequest.id))))


def pending_at(session: Session, site_id: int, first: date, last: date) -> list[BookingRequest]:
    """What waits for a day at a site between two days, in the order in which rows are touched."""
    pending = (RequestStatus.REQUESTED, RequestStatus.WAITING, RequestStatus.OFFERED)
    query = (
        select(BookingRequest)
        .join(Place, col(Place.id) == col(BookingRequest.place_id))
        .join(Team, col(Team.id) == col(Place.team_id))
        .where(
            col(Team.site_id) == site_id,
            col(BookingRequest.status).in_(pending),
            col(BookingRequest.day).between(first, last),
        )
    )
    return list(session.scalars(query.order_by(col(BookingRequest.day), col(BookingRequest.id))))


def unanswered(session: Session) -> list[BookingRequest]:
    """Requests nobody was reminded of yet."""
    query = select(BookingRequest).where(
        col(BookingRequest.status) == RequestStatus.REQUESTED, col(BookingRequest.reminded_at).is_(None)
    )
    return list(session.scalars(query.order_by(col(BookingRequest.id))))


def members(session: Session, team_ids: Collection[int]) -> list[Person]:
    """Who works in some teams today, by name."""
    query = select(Person).where(col(Person.team_id).in_(team_ids), col(Person.active))
    return list(
        session.scalars(query.order_by(col(Person.last_name), col(Person.first_name), col(Person.id)))
    )
