"""The visit that a request becomes: who receives, and to what its asker has said yes."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from app.accounts.sessions import Actor
from app.booking import holding
from app.booking.errors import NotForYou, OwnDayTaken, PlaceFull
from app.booking.queries import SeenPlace
from app.booking.tables import BookingRequest
from app.booking.words import why_words
from app.campaigns.tables import Campaign
from app.people.tables import Person
from app.teams.rules import meets
from app.visits import places
from app.visits import service as visits
from app.visits.conditions import conditions_of
from app.visits.errors import DayTaken, TeamShort, TeamTaken
from app.visits.history import Hand
from app.visits.off_days import told_on
from app.visits.tables import By as Role
from app.visits.tables import Visit
from solver import rules


def make_visit(
    session: Session,
    campaign: Campaign,
    seen: SeenPlace,
    request: BookingRequest,
    hosts: Iterable[int],
    *,
    actor: Actor | None,
    now: datetime,
    approved: bool = False,
    accepted: datetime | None = None,
    told: Mapping[str, Any] | None = None,
) -> Visit:
    """The visit of a request, with the first of `hosts` whose day is still free. `accepted`: when the asker
    took what was offered; `told`: what only its messages need.

    Raises `OwnDayTaken`, `PlaceFull`, or `NotForYou` when the asker's own team can let nobody go.
    """
    hand = Hand(_role(session, request, actor), actor, now)
    said_yes = accepted or _said_yes(seen, request)
    told = {**(told or {}), **({} if said_yes else _hours_asked(request))}
    for host_id in hosts:
        try:
            made = _visit(session, seen, request, host_id, now, said_yes=said_yes)
            return visits.book_visit(session, campaign, made, hand, approved=approved, told=told)
        except DayTaken as taken:
            # Somebody booked meanwhile: this host, or the asker elsewhere.
            if request.person_id in taken.people:
                raise OwnDayTaken(request.day) from None
        except TeamTaken:
            raise PlaceFull(request.day) from None
        except TeamShort:
            raise NotForYou(why_words(rules.TEAM_AWAY)) from None
    raise PlaceFull(request.day)


def make_held_visit(
    session: Session,
    campaign: Campaign,
    seen: SeenPlace,
    request: BookingRequest,
    *,
    actor: Actor | None,
    now: datetime,
    today: date,
    accepted: datetime | None = None,
) -> Visit | None:
    """The visit of a request whose days are held; None when they are not, or when meanwhile the host went,
    the day came or one of the two does not work then: what was held is given back."""
    held_for = holding.held_for(request)
    host = held_host(session, seen, request, today)
    asker = session.get_one(Person, request.person_id)
    if host is None or _off(session, seen, request.day, asker):
        places.let_go(session, held_for)
        return None
    hand = Hand(_role(session, request, actor), actor, now)
    said_yes = accepted or _said_yes(seen, request)
    made = _visit(session, seen, request, host.id or 0, now, said_yes=said_yes)
    return visits.book_visit(session, campaign, made, hand, held_for=held_for)


def _said_yes(seen: SeenPlace, request: BookingRequest) -> datetime | None:
    """When the asker said yes to these hours, by asking; None where the team changed them since."""
    same = (request.starts_at, request.ends_at) == (seen.place.starts_at, seen.place.ends_at)
    return request.asked_at if same else None


def _hours_asked(request: BookingRequest) -> dict[str, list[str]]:
    """For the message: from when to when the day was as it was asked for."""
    hours = [one.isoformat() for one in (request.starts_at, request.ends_at) if one is not None]
    return {"hours_asked": hours} if hours else {}


def held_host(session: Session, seen: SeenPlace, request: BookingRequest, today: date) -> Person | None:
    """Whose day is held to receive, unless they went, the day came or they do not work then."""
    host_id = places.held_host(session, holding.held_for(request))
    host = session.get(Person, host_id) if host_id is not None else None
    if host is None or not host.active or host.team_id != seen.team.id or request.day < today:
        return None
    return None if _off(session, seen, request.day, host) else host


def _off(session: Session, seen: SeenPlace, day: date, person: Person) -> bool:
    """Whether a roster, their usual week or their contract says that somebody is not there."""
    told = told_on(session, [(person, day)])
    return any(not meets(row, seen.during) for row in told.values())


def _visit(
    session: Session,
    seen: SeenPlace,
    request: BookingRequest,
    host_id: int,
    now: datetime,
    *,
    said_yes: datetime | None,
) -> Visit:
    """A yes does not count where the team asks something that the visitor has not acknowledged."""
    asks = conditions_of(session, seen.team)
    read, read_at = _read(session, request)
    agreed = asks is None or asks.id == read
    return Visit(
        campaign_id=request.campaign_id,
        visitor_id=request.person_id,
        host_id=host_id,
        day=request.day,
        told_site_id=seen.team.site_id,
        starts_at=seen.place.starts_at,
        ends_at=seen.place.ends_at,
        part=seen.place.part,
        shows=seen.place.seen,
        bring=seen.place.bring,
        visitor_confirmed_at=said_yes if agreed else None,
        conditions_id=asks.id if asks is not None and agreed else None,
        conditions_read_at=read_at if asks is not None and agreed else None,
        created_at=now,
        changed_at=now,
    )


def _read(session: Session, request: BookingRequest) -> tuple[int | None, datetime | None]:
    """Which version of a team's conditions the asker acknowledged, and when: for what is kept in place of a
    day that fell, with that day. A version is of one team: another team's asks anew."""
    if request.instead_of_id is None:
        return request.conditions_id, request.asked_at
    fell = session.get_one(Visit, request.instead_of_id)
    return fell.conditions_id, fell.conditions_read_at


def _role(session: Session, request: BookingRequest, actor: Actor | None) -> Role:
    if actor is None:
        return Role.SERVICE
    if session.get_one(Person, request.person_id).account_id == actor.account_id:
        return Role.VISITOR
    return Role.HR if actor.is_hr else Role.MANAGER
