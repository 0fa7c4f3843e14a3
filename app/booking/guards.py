"""Who enters: askers, the teams that receive, HR."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends
from sqlmodel import Session

from app.accounts.guards import Asking as Someone
from app.accounts.guards import Hr, SignedIn
from app.accounts.sessions import Actor
from app.booking import queries
from app.booking.errors import OwnRequest
from app.booking.queries import SeenPlace, SeenRequest
from app.campaigns.invited import is_invited
from app.campaigns.tables import Campaign, Status
from app.core import clock
from app.core.db import Db
from app.core.errors import Forbidden, NotFound
from app.core.security import policy
from app.people.guards import Employee, find_person
from app.people.tables import Person
from app.teams import queries as teams
from app.teams.guards import refuse_if_over

Found = Annotated[Person | None, Depends(find_person, scope="function")]


def led_team_ids(session: Session, person: Person | None) -> set[int]:
    """Teams for which a person answers today: as their manager, or as a manager's delegate."""
    managers = teams.acting_for(session, person, clock.today()) if person else []
    return {team.id for team, _site in teams.led_teams(session, managers) if team.id is not None}


def acting(session: Session, actor: Actor, person: Person | None, team_id: int) -> Actor:
    """The actor as they decide for a team: a delegate's decision says for whom it was taken."""
    lead = teams.find_lead(session, person, team_id, clock.today()) if person and not actor.is_hr else None
    return replace(actor, acts_for=lead.manager.id) if lead and lead.by_delegation else actor


@contextmanager
def said_to_former(session: Session, person: Person | None) -> Iterator[None]:
    """What does not exist for whoever decided in the place of others is answered with who does now
    (DelegationOver), whether it exists or not: a guessed link tells nothing."""
    try:
        yield
    except NotFound:
        if person is not None:
            refuse_if_over(session, person)
        raise


@dataclass(frozen=True)
class Receiver:
    """Somebody who offers places and answers requests: for their teams, or for every team (HR)."""

    actor: Actor
    person: Person | None
    team_ids: frozenset[int]


@policy("receiver")
def receiver(actor: SignedIn, session: Db, person: Found) -> Receiver:
    """Managers and HR."""
    led = frozenset(led_team_ids(session, person))
    if not (actor.is_hr or led):
        if person is not None:
            refuse_if_over(session, person)
        raise Forbidden
    return Receiver(actor, person, led)


@policy("place_keeper")
def place_keeper(actor: SignedIn, session: Db, person: Found, place_id: int) -> SeenPlace:
    """Load `{place_id}` for those who manage its team, and HR; for anybody else it does not exist."""
    with said_to_former(session, person):
        seen = queries.find_place(session, place_id)
        if not (actor.is_hr or seen.team.id in led_team_ids(session, person)):
            raise NotFound
        return seen


def keeper(actor: Someone, session: Db, place_id: int) -> Actor:
    """Who changes `{place_id}`, and for whom: beside `KeptPlace`, which lets them in."""
    person, seen = find_person(actor, session), queries.find_place(session, place_id)
    return acting(session, actor, person, seen.place.team_id)


@dataclass(frozen=True)
class Visiting:
    """An employee in front of a place."""

    person: Person
    seen: SeenPlace
    campaign: Campaign


@policy("place_visitor")
def place_visitor(person: Employee, session: Db, place_id: int) -> Visiting:
    """Load `{place_id}` for employees whom its campaign invites, once it has opened."""
    seen = queries.find_place(session, place_id)
    campaign = session.get_one(Campaign, seen.place.campaign_id)
    if campaign.status == Status.DRAFT or not is_invited(session, campaign, person):
        raise NotFound
    return Visiting(person, seen, campaign)


@dataclass(frozen=True)
class Asking:
    """An employee in front of a request of their own."""

    person: Person
    seen: SeenRequest


@policy("asker")
def asker(person: Employee, session: Db, request_id: int) -> Asking:
    """Load `{request_id}` for whoever made it."""
    seen = queries.find_request(session, request_id)
    if seen.person.id != person.id:
        raise NotFound
    return Asking(person, seen)


@dataclass(frozen=True)
class Deciding:
    """Somebody who may answer a request."""

    actor: Actor
    seen: SeenRequest
    receives: bool
    """Answers for the receiving team: may say yes. The asker's own manager may say no."""


def is_left_to_the_team(session: Session, person: Person, seen: SeenRequest) -> bool:
    """Whether a request is the reader's own and others answer it: neither HR nor a manager's delegate answer
    for themselves, unless they manage the team that receives, or nobody does."""
    if seen.person.id != person.id:
        return False
    managers = teams.managers_of(session, [seen.place.team_id])[seen.place.team_id]
    return bool(managers) and person.id not in managers


def deciding_on(session: Session, actor: Actor, person: Person | None, seen: SeenRequest) -> Deciding:
    """What somebody may answer. Raises NotFound when nothing, `OwnRequest`."""
    led = led_team_ids(session, person)
    receives = actor.is_hr or seen.place.team_id in led
    if not (receives or seen.person.team_id in led):
        raise NotFound
    if person is not None and is_left_to_the_team(session, person, seen):
        raise OwnRequest
    team_id = seen.place.team_id if receives else seen.person.team_id
    return Deciding(acting(session, actor, person, team_id), seen, receives)


@policy("decider")
def decider(actor: SignedIn, session: Db, person: Found, request_id: int) -> Deciding:
    """Load `{request_id}` for the managers of the two teams, and HR."""
    with said_to_former(session, person):
        return deciding_on(session, actor, person, queries.find_request(session, request_id))


@policy("hr_for_person")
def for_person(actor: Hr, session: Db, person_id: int) -> Person:
    """HR and their programs, for an employee of the company."""
    person = session.get(Person, person_id)
    if person is None or not person.active:
        raise NotFound
    return person


@policy("hr_for_request")
def for_request(
    person: Annotated[Person, Depends(for_person, scope="function")], session: Db, request_id: int
) -> Asking:
    """HR and their programs, for a request of that employee."""
    seen = queries.find_request(session, request_id)
    if seen.person.id != person.id:
        raise NotFound
    return Asking(person, seen)


ForPerson = Annotated[Person, Depends(for_person, scope="function")]
ForRequest = Annotated[Asking, Depends(for_request, scope="function")]
AsReceiver = Annotated[Receiver, Depends(receiver, scope="function")]
Keeper = Annotated[Actor, Depends(keeper, scope="function")]
KeptPlace = Annotated[SeenPlace, Depends(place_keeper, scope="function")]
AsVisitor = Annotated[Visiting, Depends(place_visitor, scope="function")]
AsAsker = Annotated[Asking, Depends(asker, scope="function")]
AsDecider = Annotated[Deciding, Depends(decider, scope="function")]
