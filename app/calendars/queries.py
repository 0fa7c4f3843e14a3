"""Every SELECT of calendars."""

from sqlmodel import Session, col, select

from app.accounts.tables import Account
from app.calendars.tables import Feed
from app.core.i18n import DEFAULT
from app.core.security import token_hash
from app.people.tables import Person


def find_feed(session: Session, person: Person) -> Feed | None:
    """A person's calendar address, when they have one."""
    return session.get(Feed, person.id)


def reader_of_feed(session: Session, token: str) -> tuple[Person, str] | None:
    """Whose calendar a token opens, and their language; None when unknown, revoked, or its owner left."""
    found = session.exec(
        select(Person, Account.language)
        .join(Feed, col(Feed.person_id) == col(Person.id))
        .join(Account, col(Account.id) == col(Person.account_id))
        .where(Feed.token_hash == token_hash(token), col(Person.active), col(Account.active))
    ).first()
    return (found[0], found[1] or DEFAULT) if found else None
