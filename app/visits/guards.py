"""Who enters a visit: its two people, HR, and the manager of either."""

from typing import Annotated

from fastapi import Depends

from app.accounts.guards import SignedIn
from app.core.db import Db
from app.core.errors import NotFound
from app.core.security import policy
from app.people.guards import find_person
from app.people.tables import Person
from app.visits import queries
from app.visits.queries import SeenVisit


@policy("visit_participant")
def visit_participant(
    actor: SignedIn,
    session: Db,
    person: Annotated[Person | None, Depends(find_person, scope="function")],
    visit_id: int,
) -> SeenVisit:
    """Load `{visit_id}` for those whom it concerns; for anybody else it does not exist."""
    seen = queries.find_visit(session, visit_id)
    if seen is None:
        raise NotFound
    concerned = person is not None and (
        seen.has(person.id) or person.id in (seen.visitor.manager_id, seen.host.manager_id)
    )
    if not (actor.is_hr or concerned):
        raise NotFound
    return seen


Participant = Annotated[SeenVisit, Depends(visit_participant, scope="function")]
Me = Annotated[Person | None, Depends(find_person, scope="function")]
