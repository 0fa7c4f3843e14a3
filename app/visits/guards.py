"""Who enters a visit: its two people, HR, the manager of either, and the delegate of such a manager."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from app.accounts.guards import SignedIn
from app.accounts.sessions import Actor
from app.core import clock
from app.core.db import Db
from app.core.errors import NotFound
from app.core.security import policy
from app.people.guards import find_person
from app.people.tables import Person
from app.teams.queries import acting_for
from app.visits import queries
from app.visits.queries import SeenVisit


@dataclass(frozen=True)
class Entered:
    """A visit, and who looks at it."""

    seen: SeenVisit
    actor: Actor
    person: Person | None

    @property
    def takes_part(self) -> bool:
        """Whether the reader is one of the two."""
        return self.person is not None and self.seen.has(self.person.id)


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
        raise NotFound
    if not (actor.is_hr or (person is not None and _is_concerned(session, person, seen))):
        raise NotFound
    return Entered(seen, actor, person)


def _is_concerned(session: Db, person: Person, seen: SeenVisit) -> bool:
    managers = {seen.visitor.manager_id, seen.host.manager_id}
    if seen.has(person.id) or person.id in managers:
        return True
    return any(manager.id in managers for manager in acting_for(session, person, clock.today()))


Participant = Annotated[Entered, Depends(visit_participant, scope="function")]
Me = Annotated[Person | None, Depends(find_person, scope="function")]
"""The signed-in reader's own row; None for an account that is no employee's."""
