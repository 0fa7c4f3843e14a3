"""More SELECTs of visits: what was proposed, reported and changed, what waits for a yes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import Session, col, or_

from app.accounts.tables import Account
from app.campaigns.tables import Campaign
from app.core import clock
from app.core.db import another
from app.people.tables import Person
from app.visits.queries import HostTeam, SeenVisit, Visitor, read_visits, to_come
from app.visits.rules import OBSTACLES
from app.visits.tables import (
    By,
    CancelReason,
    ChangeKind,
    NoShow,
    Proposal,
    ProposalStatus,
    Visit,
    VisitChange,
    VisitStatus,
)

Hand, Other, Behalf = another(Person), another(Person), another(Person)


def open_proposal(session: Session, visit_id: int) -> Proposal | None:
    """What waits for an answer about a visit."""
    return session.scalars(
        select(Proposal).where(
            col(Proposal.visit_id) == visit_id, col(Proposal.status) == ProposalStatus.OPEN
        )
    ).first()


def open_proposals(session: Session, visit_ids: Collection[int]) -> dict[int, Proposal]:
    """What waits for an answer, by visit."""
    found = session.scalars(
        select(Proposal).where(
            col(Proposal.visit_id).in_(visit_ids), col(Proposal.status) == ProposalStatus.OPEN
        )
    )
    return {row.visit_id: row for row in found}


def reports_of(session: Session, visit_id: int) -> tuple[NoShow, ...]:
    """Who was said to be absent on a visit, and what they answered: read anew, since each of the two may have
    said something while the other waited for the row."""
    query = select(NoShow).where(col(NoShow.visit_id) == visit_id)
    return tuple(session.scalars(query.execution_options(populate_existing=True)))


def uncontested_among(session: Session, visit_ids: Collection[int]) -> list[NoShow]:
    """Absences reported on some visits to which nobody answered yet."""
    query = select(NoShow).where(col(NoShow.visit_id).in_(visit_ids), col(NoShow.contested_at).is_(None))
    return list(session.scalars(query))


def reports_of_campaign(session: Session, campaign_id: int) -> list[NoShow]:
    """Every absence reported in a campaign, latest first."""
    return list(
        session.scalars(
            select(NoShow)
            .join(Visit, col(Visit.id) == col(NoShow.visit_id))
            .where(col(Visit.campaign_id) == campaign_id)
            .order_by(col(NoShow.recorded_at).desc(), col(NoShow.id).desc())
        )
    )


def not_held_in(session: Session, campaign_id: int) -> list[SeenVisit]:
    """Days of a campaign that were not held, as somebody says, since something stood in their way."""
    return read_visits(session, col(Visit.campaign_id) == campaign_id, col(Visit.not_held_by).is_not(None))


def unknown_in(session: Session, campaign_id: int, today: date) -> list[SeenVisit]:
    """Days of a campaign that passed though a roster or a closed site stood in their way, of which nobody
    said what became of them, by day."""
    return read_visits(session, col(Visit.campaign_id) == campaign_id, *_unknown(today))


def unknown_due(session: Session, today: date) -> list[tuple[Campaign, int]]:
    """Campaigns with such days, and how many. One query."""
    found = session.execute(
        select(Campaign, func.count())
        .join(Visit, col(Visit.campaign_id) == col(Campaign.id))
        .where(*_unknown(today))
        .group_by(col(Campaign.id))
        .order_by(col(Campaign.id))
    )
    return [(row[0], row[1]) for row in found]


def _unknown(today: date) -> list[ColumnElement[bool]]:
    """As `rules.is_unknown`, of suspended days."""
    over = and_(col(Visit.day) == today, col(Visit.ends_at) <= clock.hour_on(today))
    return [
        col(Visit.suspended_for).is_not(None),
        col(Visit.status) == VisitStatus.PLANNED,
        or_(col(Visit.day) < today, over),
        col(Visit.missed_at).is_(None),
        col(Visit.disputed_at).is_(None),
        col(Visit.ruled_at).is_(None),
    ]


def disputed(session: Session) -> list[SeenVisit]:
    """Days of which HR have to say whether they took place, in every campaign, by day."""
    return read_visits(session, col(Visit.disputed_at).is_not(None), col(Visit.status) == VisitStatus.PLANNED)


def disputes_due(session: Session) -> list[tuple[Campaign, int]]:
    """Campaigns in which HR have to say whether a day took place, with how many days."""
    found = session.execute(
        select(Campaign, func.count())
        .join(Visit, col(Visit.campaign_id) == col(Campaign.id))
        .where(col(Visit.disputed_at).is_not(None), col(Visit.status) == VisitStatus.PLANNED)
        .group_by(col(Campaign.id))
        .order_by(col(Campaign.id))
    )
    return [(row[0], row[1]) for row in found]


@dataclass(frozen=True)
class SeenChange:
    """A line of a visit's history with the names it needs."""

    change: VisitChange
    who: str
    """Name of whoever did it; empty for the product itself, and for an erased account."""
    other: Person | None
    behalf: Person | None = None
    """The manager in whose place a delegate did it."""


BROUGHT = {ChangeKind.RESUMED, ChangeKind.SUSPENDED}
"""What an act may bring with it."""


def last_kinds(session: Session, visit_ids: Collection[int]) -> dict[int, ChangeKind]:
    """What last happened to each of these visits. One query."""
    own = col(VisitChange.visit_id).in_(visit_ids)
    last = select(func.max(col(VisitChange.id))).where(own).group_by(col(VisitChange.visit_id))
    rows = session.scalars(select(VisitChange).where(col(VisitChange.id).in_(last)))
    return {one.visit_id: one.kind for one in rows}


def is_own_last(
    session: Session, visit_id: int, kinds: Collection[ChangeKind], account_id: int | None, **facts: Any
) -> bool:
    """Whether what last became of a visit is one of `kinds`, by this account, with these `facts` of its line;
    what the same act brought with it, such as that the day holds again, aside. One query."""
    query = select(VisitChange).where(col(VisitChange.visit_id) == visit_id)
    lines = session.scalars(query.order_by(col(VisitChange.id).desc())).all()
    act = takewhile(
        lambda one: one.at == lines[0].at and (one.account_id == account_id or one.kind in BROUGHT),
        lines,
    )
    return any(
        one.kind in kinds
        and one.account_id == account_id
        and all(getattr(one, name) == value for name, value in facts.items())
        for one in act
    )


def released_from(session: Session, visit_id: int) -> set[int]:
    """Who was asked to receive on a day and does so no more, since they or their colleague said so. One
    query."""
    query = select(col(VisitChange.other_id)).where(
        col(VisitChange.visit_id) == visit_id,
        col(VisitChange.kind) == ChangeKind.RELEASED,
        or_(col(VisitChange.reason).is_(None), col(VisitChange.reason) != CancelReason.ROSTER),
    )
    return {one for one in session.scalars(query) if one is not None}


def history_of(session: Session, visit_ids: Collection[int]) -> list[SeenChange]:
    """What happened to some visits (a swap's), oldest first, in one query."""
    return _changes(session, col(VisitChange.visit_id).in_(visit_ids))


def _changes(session: Session, *which: ColumnElement[bool]) -> list[SeenChange]:
    query: Any = (
        select(VisitChange, col(Account.name), Hand, Other, Behalf)
        .outerjoin(Account, col(Account.id) == col(VisitChange.account_id))
        .outerjoin(Hand, col(Hand.account_id) == col(Account.id))
        .outerjoin(Other, col(Other.id) == col(VisitChange.other_id))
        .outerjoin(Behalf, col(Behalf.id) == col(VisitChange.for_id))
        .where(*which)
        .order_by(col(VisitChange.at), col(VisitChange.id))
    )
    return [
        SeenChange(change, person.name if person is not None else name or "", one, manager)
        for change, name, person, one, manager in session.execute(query)
    ]


def searched(session: Session, visit_ids: Collection[int]) -> set[int]:
    """Those of these visits in whose place another one was looked for without result."""
    query = select(col(VisitChange.visit_id)).where(
        col(VisitChange.visit_id).in_(visit_ids), col(VisitChange.kind) == ChangeKind.NOT_FOUND
    )
    return set(session.scalars(query))


def rulings_of(session: Session, visit_ids: Collection[int]) -> dict[int, SeenChange]:
    """The last word of HR about who came, by visit."""
    which = col(VisitChange.visit_id).in_(visit_ids)
    kinds = col(VisitChange.kind).in_((ChangeKind.HELD, ChangeKind.MISSED))
    return {one.change.visit_id: one for one in _changes(session, which, kinds)}


def said_not_held(session: Session, visit_ids: Collection[int]) -> dict[int, list[SeenChange]]:
    """What is said of each of these days: that it was not held, and by whoever knows otherwise; not what was
    taken back since, or settled by HR. Oldest first."""
    if not visit_ids:
        return {}
    kinds = (ChangeKind.NOT_HELD, ChangeKind.CONTESTED)
    found: dict[int, list[SeenChange]] = {}
    for one in _changes(
        session,
        col(VisitChange.visit_id).in_(visit_ids),
        col(VisitChange.reason).in_(OBSTACLES),
        col(VisitChange.kind).in_(kinds),
    ):
        if one.change.kind is ChangeKind.NOT_HELD:
            found[one.change.visit_id] = []  # what was said before was taken back
        found.setdefault(one.change.visit_id, []).append(one)
    return found


def find_change(session: Session, change_id: int) -> SeenChange | None:
    """One line of a history."""
    return next(iter(find_changes(session, [change_id])), None)


def find_changes(session: Session, change_ids: Collection[int]) -> list[SeenChange]:
    """Some lines of histories."""
    return _changes(session, col(VisitChange.id).in_(change_ids))


def told_with(session: Session, change: VisitChange) -> list[SeenChange]:
    """What else became of a day at the same moment, such as its team, place or company, or that nobody
    receives in the host's place any more: the message about `change` says it too. One query."""
    team = and_(col(VisitChange.kind) == ChangeKind.TEAM, col(VisitChange.other_id).is_(None))
    kinds = (ChangeKind.PLACE, ChangeKind.UNSIGNED, ChangeKind.RELEASED)
    with_it = (col(VisitChange.visit_id) == change.visit_id, col(VisitChange.at) == change.at)
    return _changes(
        session, or_(team, col(VisitChange.kind).in_(kinds)), *with_it, col(VisitChange.id) < change.id
    )


def last_line(session: Session, visit_ids: Collection[int]) -> int:
    """The latest line of these visits' histories; 0 without."""
    query = select(func.max(col(VisitChange.id))).where(col(VisitChange.visit_id).in_(visit_ids))
    return session.scalar(query) or 0


def last_yes(session: Session, visit_id: int) -> SeenChange | None:
    """The latest yes of one of the two, with who gave it."""
    kind = col(VisitChange.kind) == ChangeKind.CONFIRMED
    return next(iter(reversed(_changes(session, col(VisitChange.visit_id) == visit_id, kind))), None)


def minors_received_by(session: Session, team_ids: Collection[int], today: date) -> list[SeenVisit]:
    """Visits to come of people under age to some teams, by day."""
    return read_visits(
        session, col(HostTeam.id).in_(team_ids), col(Visitor.under_18).is_(True), *to_come(today)
    )


def changes_with_ids(session: Session, change_ids: Collection[int]) -> list[SeenChange]:
    """These lines of histories, oldest first."""
    return _changes(session, col(VisitChange.id).in_(change_ids))


def changes_by(session: Session, person: Person) -> list[VisitChange]:
    """What somebody changed themselves, oldest first."""
    if person.account_id is None:
        return []
    query = select(VisitChange).where(col(VisitChange.account_id) == person.account_id)
    return list(session.scalars(query.order_by(col(VisitChange.id))))


def last_words(session: Session, visit_id: int) -> str:
    """What was said with the last change of a visit."""
    found = session.scalars(
        select(col(VisitChange.words))
        .where(col(VisitChange.visit_id) == visit_id)
        .order_by(col(VisitChange.id).desc())
        .limit(1)
    ).first()
    return found or ""


def naming(session: Session, person_id: int) -> list[int]:
    """Ids of visits whose history names a person, who may have no part in them any more."""
    query = select(col(VisitChange.visit_id)).where(col(VisitChange.other_id) == person_id).distinct()
    return list(session.scalars(query))


def colleagues(session: Session, team_id: int, but: Collection[int]) -> list[Person]:
    """Who is in a team, by name, `but` some."""
    return list(
        session.scalars(
            select(Person)
            .where(col(Person.team_id) == team_id, col(Person.active), col(Person.id).not_in(but))
            .order_by(col(Person.last_name), col(Person.first_name))
        )
    )


def asked_again(session: Session, visit_ids: Collection[int]) -> dict[tuple[int, By], int]:
    """The last line of each of these visits by which the visitor, or the host, was asked for their yes anew:
    since it moved, the team asks something else of visitors, or receives with somebody else."""
    anew = {
        ChangeKind.MOVED: (By.VISITOR, By.HOST),
        ChangeKind.ASKED_ANEW: (By.VISITOR,),
        ChangeKind.TOO_YOUNG: (By.VISITOR,),
        ChangeKind.HOST: (By.HOST,),
    }
    query = (
        select(col(VisitChange.visit_id), col(VisitChange.kind), func.max(col(VisitChange.id)))
        .where(col(VisitChange.visit_id).in_(visit_ids), col(VisitChange.kind).in_(anew))
        .group_by(col(VisitChange.visit_id), col(VisitChange.kind))
    )
    found: dict[tuple[int, By], int] = {}
    for visit_id, kind, line in session.execute(query):
        for role in anew[kind]:
            found[visit_id, role] = max(line, found.get((visit_id, role), 0))
    return found


def unconfirmed_between(session: Session, first: date, last: date, before: datetime) -> list[SeenVisit]:
    """Visits to come between two days to which one of the two has not said yes, unchanged since `before`."""
    return read_visits(
        session,
        *to_come(first),
        col(Visit.day) <= last,
        or_(col(Visit.visitor_confirmed_at).is_(None), col(Visit.host_confirmed_at).is_(None)),
        col(Visit.changed_at) <= before,
    )
