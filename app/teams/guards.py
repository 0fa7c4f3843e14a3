"""Who decides for a team: those who manage somebody in it, their delegates between the dates, and HR."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends
from sqlmodel import Session

from app.accounts.guards import SignedIn
from app.accounts.sessions import Actor
from app.core import clock
from app.core.db import Db
from app.core.errors import Forbidden, NotFound
from app.core.security import policy
from app.people import queries as people
from app.people.guards import employee, find_person
from app.people.tables import Person, Site, Team
from app.teams import queries
from app.teams.errors import DelegationOver
from app.teams.service import By


@dataclass(frozen=True)
class Leading:
    """Somebody who leads teams today, for themselves or for others."""

    person: Person
    actor: Actor
    managers: list[Person]
    """Those for whom the person decides: themselves first."""

    @property
    def lent_by(self) -> list[Person]:
        """Managers whose delegate the person is."""
        return [one for one in self.managers if one.id != self.person.id]


@dataclass(frozen=True)
class LedTeam:
    """A team, and who decides for it."""

    team: Team
    site: Site
    by: By

    @property
    def id(self) -> int:
        """The team's id."""
        assert self.team.id is not None
        return self.team.id


@policy("manager")
def managing_people(actor: SignedIn, person: Annotated[Person, Depends(employee)], session: Db) -> Leading:
    """Employees who manage somebody, also where others lead, and delegates of such people between the
    dates."""
    managers = queries.managing(session, person, clock.today())
    if not managers:
        refuse_if_over(session, person)
        raise Forbidden
    return Leading(person, actor, managers)


@policy("manager")
def leading(found: Annotated[Leading, Depends(managing_people)], session: Db) -> Leading:
    """Those of them who lead a team, and delegates of such people."""
    managers = queries.leading_among(session, found.managers)
    if not managers:
        refuse_if_over(session, found.person)
        raise Forbidden
    return replace(found, managers=managers)


def refuse_if_over(session: Session, person: Person, team_id: int | None = None) -> None:
    """Raises DelegationOver for whoever decided in the place of others (where a team is named, of those who
    lead it), and whose days are over."""
    managers = queries.decided_once_for(session, person, clock.today())
    if managers and team_id is not None:
        led = queries.leaders_of(session, team_id, clock.today())
        managers = [one for one in managers if one.id in led]
    if managers:
        raise DelegationOver([one.name for one in managers])


@policy("managing")
def managing(found: Annotated[Leading, Depends(leading)]) -> Leading:
    """Employees who manage somebody themselves: a delegate passes nothing on."""
    if found.managers[0].id != found.person.id:
        raise Forbidden
    return found


@policy("team_lead")
def led_team(
    actor: SignedIn,
    session: Db,
    person: Annotated[Person | None, Depends(find_person, scope="function")],
    team_id: int,
) -> LedTeam:
    """Load `{team_id}` for those who lead it; for anybody else it does not exist."""
    lead = queries.find_lead(session, person, team_id, clock.today()) if person else None
    if lead is None and not actor.is_hr:
        if person is not None:
            refuse_if_over(session, person, team_id)
        raise NotFound
    team, site = people.team(session, team_id)
    return LedTeam(team, site, By(actor, lead))


@dataclass(frozen=True)
class RosterSender:
    """Somebody who may send rosters: HR for everybody, who leads teams for these."""

    actor: Actor
    person_id: int | None
    managers: list[Person]

    @property
    def everybody(self) -> bool:
        """Whether rosters of any team are taken."""
        return self.actor.is_hr


@policy("roster_sender")
def roster_sender(
    actor: SignedIn,
    session: Db,
    person: Annotated[Person | None, Depends(find_person, scope="function")],
) -> RosterSender:
    """HR, and whoever leads a team today."""
    managers = queries.acting_for(session, person, clock.today()) if person else []
    if not (actor.is_hr or managers):
        raise Forbidden
    return RosterSender(actor, person.id if person else None, managers)


Leader = Annotated[Leading, Depends(leading)]
OfPeople = Annotated[Leading, Depends(managing_people)]
Managing = Annotated[Leading, Depends(managing)]
OfTeam = Annotated[LedTeam, Depends(led_team, scope="function")]
MaySendRosters = Annotated[RosterSender, Depends(roster_sender, scope="function")]
