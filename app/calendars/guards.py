"""Who reads a calendar: whoever holds its secret address."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from app.calendars import queries
from app.core.db import Db
from app.core.errors import NotFound
from app.core.security import policy
from app.people.tables import Person


@dataclass(frozen=True)
class FeedReader:
    """The person whose calendar is read, and the language they chose."""

    person: Person
    language: str


@policy("feed")
def feed_reader(session: Db, token: str) -> FeedReader:
    """Load the calendar behind `{token}`; unknown, revoked or of somebody who left, it does not exist."""
    found = queries.reader_of_feed(session, token)
    if found is None:
        raise NotFound
    return FeedReader(*found)


TokenHolder = Annotated[FeedReader, Depends(feed_reader, scope="function")]
