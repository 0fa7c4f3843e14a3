"""A small company in which every role stands once, and the address of something for each route."""

import re
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import count
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session, col, update

from app.accounts import links, sessions
from app.accounts.guards import COOKIE
from app.accounts.service import create_token
from app.accounts.tables import Account, ApiToken, SignIn, TokenRole
from app.booking.tables import BookingRequest, Place, PlaceDay, RequestStatus
from app.calendars.service import renew_address
from app.campaigns.tables import Booking, Campaign, InvitedGroup, InvitedKind, Status
from app.core.security import token_hash
from app.messages.tables import Mail
from app.people.tables import ImportFile, ImportKind, Person, ServiceLink, Side
from app.planning.tables import (
    PlanningQuestion,
    PlanningResult,
    PlanningRun,
    QuestionKind,
    Repair,
    RepairCause,
    RepairStatus,
    RunStatus,
)
from app.teams.tables import Delegation, RosterFile
from app.visits.tables import Proposal, ProposalKind, Swap
from tests.factories import make_account, make_campaign, make_enrolment, make_person, make_team, make_visit
from tests.support.web import browser_of

NOW = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
_numbers = count(1)


class Role(StrEnum):
    """Who asks."""

    NOBODY = "nobody"
    LEAVER = "leaver"
    """The cookie of somebody whose account was closed since."""
    UNINVITED = "uninvited"
    """An employee whom the campaign does not invite."""
    INVITED = "invited"
    """An employee who is invited and has no visit."""
    PARTICIPANT = "participant"
    """The visitor of the visit that is asked for."""
    OTHER = "other"
    """A participant of another visit of the same campaign."""
    MANAGER = "manager"
    """The manager of the participant."""
    HR = "hr"
    ADMIN = "admin"
    PROGRAM = "program"
    """A program with a key for HR's data, made by an administrator."""
    WATCHER = "watcher"
    """A program with an administration key, made by somebody who manages people."""
    REVOKED = "revoked"
    """A program whose key was revoked."""
    EXPIRED = "expired"
    """A program whose key is over."""


KEYS = {
    Role.PROGRAM: (Role.ADMIN, TokenRole.HR),
    Role.WATCHER: (Role.MANAGER, TokenRole.ADMIN),
    Role.REVOKED: (Role.HR, TokenRole.HR),
    Role.EXPIRED: (Role.HR, TokenRole.HR),
}
"""Program → who made its key, and what the key opens: never what its maker may do."""


@dataclass
class House:
    """The company's rows, by what they are for."""

    campaign: Campaign
    accounts: dict[Role, Account]
    people: dict[Role, Person]
    values: dict[str, Any]
    """Path parameter → the id of something that exists."""
    tokens: dict[Role, str] = field(default_factory=dict)
    """Bearer tokens of programs."""


def build_house(session: Session) -> House:
    """Everybody and everything; the caller commits."""
    campaign = make_campaign(
        session, invited=False, status=Status.RUNNING, booking=Booking.OPEN, first_day=NOW.date()
    )
    back = make_team(session, side=Side.BACK, department="Finance", name="Paie")
    front = make_team(session, name="Boutique")
    apart = make_team(session, name="Agence")
    for team in (back, front):
        session.add(InvitedGroup(campaign_id=campaign.id or 0, kind=InvitedKind.TEAM, ref=str(team.id)))
    teams = {
        Role.MANAGER: front,
        Role.PARTICIPANT: front,
        Role.OTHER: front,
        Role.INVITED: back,
        Role.UNINVITED: apart,
        Role.LEAVER: front,
    }
    people: dict[Role, Person] = {}
    for role, team in teams.items():
        manager = people[Role.MANAGER].id if role is Role.PARTICIPANT else None
        people[role] = make_person(session, team, first_name=role.value, last_name="Rôle", manager_id=manager)
    host, second = (make_person(session, back, last_name=f"Hôte{n}") for n in (1, 2))
    accounts = {role: session.get_one(Account, one.account_id) for role, one in people.items()}
    accounts[Role.HR] = make_account(session, "Claire Morel", is_hr=True, employee_number="HR1")
    accounts[Role.ADMIN] = make_account(session, "Alix Info", is_admin=True, employee_number="AD1")
    accounts[Role.LEAVER].active = False
    for account in accounts.values():
        account.password_hash = "argon2 hash that nothing matches"
        session.add(account)
    # Lived and not yet told: the form is open.
    yesterday = NOW.date() - timedelta(days=1)
    visit, other = (
        make_visit(session, campaign, people[role], at, day=yesterday)
        for role, at in ((Role.PARTICIPANT, host), (Role.OTHER, second))
    )
    swap = Swap(campaign_id=campaign.id or 0)
    session.add(swap)
    session.flush()
    visit.swap_id = swap.id
    for role in (Role.PARTICIPANT, Role.OTHER):
        make_enrolment(session, campaign, people[role])
    run = PlanningRun(campaign_id=campaign.id or 0, status=RunStatus.CANCELLED, requested_at=NOW)
    mail = Mail(
        key="one", kind="campaign_invitation", campaign_id=campaign.id, to_name="X",
        to_address="x@exemple.fr",
        language="fr", subject="S", text="T", html="<p>T</p>", next_attempt_at=NOW, created_at=NOW,
    )  # fmt: skip
    session.add_all([run, mail])
    session.flush()
    place = Place(
        campaign_id=campaign.id or 0, team_id=front.id or 0, job="Vendeur", created_at=NOW
    )  # fmt: skip
    session.add(place)
    session.flush()
    asked = BookingRequest(
        campaign_id=campaign.id or 0,
        place_id=place.id or 0,
        person_id=people[Role.INVITED].id or 0,
        day=NOW.date() + timedelta(days=20),
        key="asked",
        status=RequestStatus.WAITING,
        asked_at=NOW,
    )
    session.add_all([asked, PlaceDay(place_id=place.id or 0, day=asked.day)])
    session.flush()
    question = PlanningQuestion(
        campaign_id=campaign.id or 0,
        kind=QuestionKind.FORECAST,
        asked={},
        failed="Unanswerable",
        asked_at=NOW,
    )
    session.add(question)
    session.flush()
    proposal = Proposal(
        visit_id=visit.id or 0,
        kind=ProposalKind.MOVE,
        day=NOW.date() + timedelta(days=20),
        by_id=host.id or 0,
        created_at=NOW,
    )
    session.add(proposal)
    session.flush()
    repair = Repair(
        campaign_id=campaign.id or 0, cause=RepairCause.FALLEN, status=RepairStatus.EXPIRED, requested_at=NOW
    )
    session.add(repair)
    session.flush()
    nothing = zlib.compress(b"{}")
    session.add(PlanningResult(run_id=run.id or 0, problem=nothing, plan=nothing))
    house = House(
        campaign=campaign,
        accounts=accounts,
        people=people,
        values={
            "campaign_id": campaign.id,
            "visit_id": visit.id,
            "other_visit_id": other.id,
            "person_id": people[Role.INVITED].id,
            "account_id": make_account(session, "Quelqu’un").id,
            "site_id": front.site_id,
            "team_id": front.id,
            "run_id": run.id,
            "repair_id": repair.id,
            "mail_id": mail.id,
            "question_id": question.id,
            "proposal_id": proposal.id,
            "place_id": place.id,
            "request_id": asked.id,
            "code": campaign.code,
            "section": "story",
            "step": "cancellation",
            "kind": "xlsx",
        },
    )
    for role, (maker, opens) in KEYS.items():
        house.tokens[role] = create_token(
            session, account_id=accounts[maker].id or 0, name=role.value, role=opens, now=NOW
        )
    for role, change in ((Role.REVOKED, {"revoked_at": NOW}), (Role.EXPIRED, {"expires_at": NOW})):
        key = token_hash(house.tokens[role])
        session.exec(update(ApiToken).where(col(ApiToken.token_hash) == key).values(**change))
    return house


def fresh_values(session: Session, house: House, account: Account) -> dict[str, Any]:
    """Ids of things that a request may use up or that belong to whoever asks."""
    number = next(_numbers)
    file = ImportFile(
        kind=ImportKind.SITES, name="sites.csv", content=b"Site;Nom\nLYO;Lyon\n", account_id=account.id or 0,
        created_at=NOW,
    )  # fmt: skip
    own = SignIn(
        token_hash=f"own{number}", account_id=account.id or 0, created_at=NOW, seen_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )  # fmt: skip
    key = ApiToken(
        token_hash=f"key{number}", account_id=account.id or 0, name="k", role=TokenRole.HR, created_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )  # fmt: skip
    back = make_team(session, side=Side.BACK, name=f"Service {number}")
    link = ServiceLink(back_team_id=back.id or 0, front_team_id=house.values["team_id"])
    roster = RosterFile(
        name="r.csv", content=b"Matricule;Jour\nE1;2027-04-05\n", account_id=account.id or 0, created_at=NOW
    )
    lent = Delegation(
        manager_id=house.people[Role.MANAGER].id or 0,
        delegate_id=house.people[Role.OTHER].id or 0,
        first_day=NOW.date() + timedelta(days=200),
        last_day=NOW.date() + timedelta(days=201),
        created_at=NOW,
    )
    session.add_all([file, own, key, link, roster, lent])
    for person in house.people.values():
        if person.account_id == account.id:
            renew_address(session, person, now=NOW)
    session.flush()
    return {
        **house.values,
        "operation_id": "accounts_me",
        "file_id": file.id,
        "roster_file_id": roster.id,
        "delegation_id": lent.id,
        "sign_in_id": own.id,
        "token_id": key.id,
        "back_team_id": link.back_team_id,
        "front_team_id": link.front_team_id,
    }


def token_for(session: Session, house: House, path: str) -> str:
    """What stands for `{token}`: a mailed link, or the address of a calendar."""
    if path.startswith("/sign-in"):
        return links.make_link(session, house.accounts[Role.INVITED], now=NOW)
    return renew_address(session, house.people[Role.PARTICIPANT], now=NOW)


def address_of(path: str, values: dict[str, Any]) -> str:
    """A route's path with something in each place."""
    if path.startswith("/api/v1/imports"):
        values = {**values, "kind": "sites"}
    elif "/planning/questions/{kind}" in path:
        values = {**values, "kind": QuestionKind.FORECAST.value}
    return re.sub(r"\{(\w+)\}", lambda place: str(values[place[1]]), path)


def come_as(app: FastAPI, session: Session, house: House, role: Role) -> TestClient:
    """A browser, or a program, of somebody in a role; signed in anew."""
    client = browser_of(app)
    if role in house.tokens:
        client.headers["authorization"] = f"Bearer {house.tokens[role]}"
    elif role is not Role.NOBODY:
        client.cookies.set(COOKIE, sessions.begin(session, house.accounts[role], now=NOW))
    return client


class Outcome(StrEnum):
    """What came of asking."""

    IN = "in"
    SIGN_IN = "sign in"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not found"
    BROKEN = "broken"


def outcome_of(response: Response) -> Outcome:
    """Refused before the door, or whatever happened behind it."""
    if response.status_code >= 500:
        return Outcome.BROKEN
    if response.status_code == 401:
        return Outcome.SIGN_IN
    if response.status_code == 303 and response.headers["location"].startswith("/sign-in?next="):
        return Outcome.SIGN_IN
    return {403: Outcome.FORBIDDEN, 404: Outcome.NOT_FOUND}.get(response.status_code, Outcome.IN)
