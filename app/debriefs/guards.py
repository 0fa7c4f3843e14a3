"""Who enters a form: the two people of the visit, and nobody else, be it HR."""

from typing import Annotated

from fastapi import Depends

from app.accounts.guards import SignedIn
from app.core.db import Db
from app.core.errors import NotFound
from app.core.security import policy
from app.debriefs.service import Author, author_of
from app.people.guards import find_person
from app.people.tables import Person
from app.visits.queries import find_visit


@policy("debrief_author")
def debrief_author(
    actor: SignedIn,
    session: Db,
    person: Annotated[Person | None, Depends(find_person, scope="function")],
    visit_id: int,
) -> Author:
    """Load `{visit_id}` for one of its two people; for anybody else there is no such form."""
    seen = find_visit(session, visit_id)
    if seen is None or person is None:
        raise NotFound
    return author_of(seen, person.id, shared_screen=actor.shared_screen)


Writing = Annotated[Author, Depends(debrief_author, scope="function")]
