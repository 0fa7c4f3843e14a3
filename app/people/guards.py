"""Who enters as an employee; `teams` knows who leads others."""

from typing import Annotated

from fastapi import Depends
from sqlmodel import col, select

from app.accounts.guards import SignedIn
from app.core.db import Db
from app.core.errors import Forbidden
from app.core.security import policy
from app.people.tables import Person


def find_person(actor: SignedIn, session: Db) -> Person | None:
    """The employee behind an account; None for an account that is no employee's, and for a program."""
    if actor.program:
        return None
    return session.exec(
        select(Person).where(Person.account_id == actor.account_id, col(Person.active))
    ).first()


@policy("employee")
def employee(person: Annotated[Person | None, Depends(find_person, scope="function")]) -> Person:
    """Employees of the company."""
    if person is None:
        raise Forbidden
    return person


Employee = Annotated[Person, Depends(employee)]
