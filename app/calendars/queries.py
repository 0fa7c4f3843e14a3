"""Every SELECT of calendars."""

from collections.abc import Collection
from datetime import date

from sqlmodel import Session, and_, col, or_, select

from app.accounts.tables import Account
from app.calendars.tables import Feed
from app.core.i18n import DEFAULT
from app.core.security import token_hash
from app.people.tables import Person
from app.visits.queries import SeenVisit, read_visits, to_come
from app.visits.tables import Swap, Visit


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


def others_of(
    session: Session, fell: SeenVisit, person_ids: Collection[int], today: date
) -> dict[int, list[SeenVisit]]:
    """What each of these people still has to come in the campaign of a visit that fell, as visitor or host:
    not its swap, of which its message speaks, nor what cannot be. One query."""
    found: dict[int, list[SeenVisit]] = {}
    among = or_(col(Visit.visitor_id).in_(person_ids), col(Visit.host_id).in_(person_ids))
    of_campaign = col(Visit.campaign_id) == fell.visit.campaign_id, col(Visit.suspended_for).is_(None)
    for one in read_visits(session, among, *of_campaign, *to_come(today)):
        if fell.visit.swap_id is None or one.visit.swap_id != fell.visit.swap_id:
            for person in (one.visitor, one.host):
                if person.id in person_ids:
                    found.setdefault(person.id or 0, []).append(one)
    return found


def left_at_one(session: Session, seen: SeenVisit) -> bool:
    """Whether the two of a visit had agreed, of another swap of theirs, to leave it at one day. One query."""
    two = (seen.visit.visitor_id, seen.visit.host_id)
    way, back = (
        and_(col(Visit.visitor_id) == one, col(Visit.host_id) == other) for one, other in (two, two[::-1])
    )
    query = (
        select(Swap.id)
        .join(Visit, col(Visit.swap_id) == col(Swap.id))
        .where(
            col(Visit.campaign_id) == seen.visit.campaign_id,
            col(Swap.one_way_at).is_not(None),
            col(Swap.id) != seen.visit.swap_id,
            or_(way, back),
        )
    )
    return session.exec(query.limit(1)).first() is not None
