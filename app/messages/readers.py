"""Whom a mail is for: an account, an employee, usually both."""

from dataclasses import dataclass

from app.accounts.tables import Account
from app.core.i18n import DEFAULT
from app.people.tables import Person


@dataclass(frozen=True)
class Reader:
    """Somebody to write to, as the mails' templates see them."""

    name: str
    first_name: str
    """Empty for an account that is no employee's."""
    email: str | None
    language: str
    account_id: int | None
    person_id: int | None


def reader_of(account: Account | None, person: Person | None = None) -> Reader:
    """The reader behind an account, a person, or both; somebody who chose no language reads French."""
    assert account is not None or person is not None
    return Reader(
        name=person.name if person else account.name if account else "",
        first_name=person.first_name if person else "",
        email=(account.email if account else None) or (person.email if person else None),
        language=(account.language if account else None) or DEFAULT,
        account_id=account.id if account else None,
        person_id=person.id if person else None,
    )
