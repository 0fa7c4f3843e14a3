"""Every change of calendars: private addresses made, renewed, revoked."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.calendars import queries
from app.calendars.tables import Feed
from app.core.security import new_token, token_hash
from app.people.tables import Person


def renew_address(session: Session, person: Person, *, now: datetime) -> str:
    """A fresh secret address, told once; the former one stops working with this commit."""
    assert person.id is not None
    token = new_token()
    feed = queries.find_feed(session, person) or Feed(person_id=person.id, token_hash="", created_at=now)
    feed.token_hash, feed.created_at = token_hash(token), now
    session.add(feed)
    session.flush()
    return token


def revoke_address(session: Session, person: Person) -> None:
    """The address stops working with this commit."""
    feed = queries.find_feed(session, person)
    if feed is not None:
        session.delete(feed)
        session.flush()


def export(session: Session, person: Person) -> list[dict[str, Any]]:
    """What calendars hold about a person, for their access request."""
    feed = queries.find_feed(session, person)
    return [{"calendar_address_since": feed.created_at.isoformat()}] if feed else []


def erase(session: Session, person: Person) -> None:
    """Forget a person's address."""
    revoke_address(session, person)
