"""Who enters a visit: its two people, who receives in the host's place, HR, and whoever leads either."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any

from fastapi import Depends
from sqlmodel import Session

from app.accounts.guards import SignedIn
from app.accounts.sessions import Actor
from app.core import clock
from app.core.again import once
from app.core.db import Db
from app.core.errors import Forbidden, NotFound
from app.core.security import policy
from app.people.guards import find_person
from app.people.tables import Person, Team
from app.teams import queries as teams
from app.teams.guards import refuse_if_over
from app.visits import queries
from app.visits.changing import Situation, role_of, situation
from app.visits.history import Hand
from app.visits.queries import SeenVisit
from app.visits.reading import is_own_last
from app.visits.tables import By, ChangeKind


@dataclass(frozen=True)
class Entered:
    """A visit, who looks at it, and in which role."""

    seen: SeenVisit
    actor: Actor
    person: Person | None
    by: By
    leads_host: bool = False
    """Manager of the receiving team, or their delegate today; also a host who leads it."""

    @property
    def takes_part(self) -> bool:
        """Whether the reader is one of the two."""
        return self.by in {By.VISITOR, By.HOST}

    @property
    def receives(self) -> bool:
        """Whether the reader speaks for the team that receives."""
        return self.by in {By.HOST, By.TUTOR, By.HR} or self.leads_host

    @property
    def own_id(self) -> int | None:
        """The reader's own row; None for an account that is no employee's."""
        return self.person.id if self.person else None

    def situation(self, session: Session, today: date) -> Situation:
        """The visit in front of the reader."""
        return situation(session, self.seen, self.by, self.own_id, today)

    def leading(self) -> "Entered":
        """The same reader as whoever leads the receiving team, where they do: a host may be both."""
        return replace(self, by=By.MANAGER) if self.leads_host and self.by is not By.HR else self

    def hand(self, words: str = "") -> Hand:
        """The reader's hand, now."""
        return Hand(by=self.by, actor=self.actor, now=clock.now(), words=words)

    def once(self, session: Session, *kinds: ChangeKind, **facts: Any) -> AbstractContextManager[None]:
        """Around a change of the visit, of one of `kinds`: the reader's second tap on it is no refusal as
        long as nothing else became of the visit since. `facts`: what its line of the history says."""
        visit_id, own = self.seen.visit.id or 0, self.actor.account_id
        return once(lambda: is_own_last(session, visit_id, kinds, own, **facts))


@policy("visit_participant")
def visit_participant(
    actor: SignedIn,
    session: Db,
    person: Annotated[Person | None, Depends(find_person, scope="function")],
    visit_id: int,
) -> Entered:
    """Load `{visit_id}` for those whom it concerns; for anybody else it does not exist."""
    seen = queries.find_visit(session, visit_id)
    if seen is None:
        raise _not_for(session, person)
    by, of_host, lead = role_of(seen, actor, person), None, None
    if person is not None and by is not By.VISITOR:
        of_host = lead = _leads(session, person, seen.host_team, seen.host)
    if person is not None and by in {None, By.HR} and lead is None:
        lead = _leads(session, person, seen.visitor_team, seen.visitor)
    by = by or role_of(seen, actor, person, leads=lead is not None)
    if by is None:
        raise _not_for(session, person)
    if by is By.MANAGER and lead is not None and lead.by_delegation:
        actor = replace(actor, acts_for=lead.manager.id)
    return Entered(seen, actor, person, by, of_host is not None)


def _not_for(session: Session, person: Person | None) -> NotFound:
    """Raises DelegationOver for whoever decided in the place of others, whether the visit exists or not: an
    old link says who answers, a guessed one tells nothing."""
    if person is not None:
        refuse_if_over(session, person)
    return NotFound()


def _leads(session: Session, person: Person, team: Team, member: Person) -> teams.Lead | None:
    """How somebody leads the team, or, as their own manager, the one of its members."""
    today = clock.today()
    lead = teams.find_lead(session, person, team.id or 0, today)
    return lead or teams.find_lead_of(session, person, member, today)


@policy("visit_person")
def visit_person(entered: Annotated[Entered, Depends(visit_participant, scope="function")]) -> Entered:
    """Visitor or host of `{visit_id}`."""
    if not entered.takes_part:
        raise Forbidden
    return entered


@policy("visit_receiver")
def visit_receiver(entered: Annotated[Entered, Depends(visit_participant, scope="function")]) -> Entered:
    """Who speaks for the team that receives: the host, the tutor, whoever leads the host, HR."""
    if not entered.receives:
        raise Forbidden
    return entered


@policy("visit_hr")
def visit_hr(entered: Annotated[Entered, Depends(visit_participant, scope="function")]) -> Entered:
    """HR, on a visit that is not their own: nobody decides alone about their own day."""
    if entered.by is not By.HR:
        raise Forbidden
    return entered


Participant = Annotated[Entered, Depends(visit_participant, scope="function")]
Taking = Annotated[Entered, Depends(visit_person, scope="function")]
Receiving = Annotated[Entered, Depends(visit_receiver, scope="function")]
ForHr = Annotated[Entered, Depends(visit_hr, scope="function")]
Me = Annotated[Person | None, Depends(find_person, scope="function")]
"""The signed-in reader's own row; None for an account that is no employee's."""
