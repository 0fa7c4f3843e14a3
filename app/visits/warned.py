"""Whether the visitor of a day without its agreement was told not to travel: what the mail's row says, never
what the person's file says; and which days are too new for anybody to be told so."""

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from app.messages import queries as mails
from app.messages.catalogue import Kind
from app.messages.tables import Mail, MailStatus
from app.visits.queries import SeenVisit
from app.visits.tables import ChangeKind, Visit, VisitChange

MAKES = (ChangeKind.PLANNED, ChangeKind.MOVED, ChangeKind.MADE_UP, ChangeKind.HOST, ChangeKind.TUTOR)
"""After these, somebody reads for the first time that there is this day."""


class Told(StrEnum):
    """What became of the news that nobody is to travel for now."""

    NOT_YET = "not_yet"
    """Nothing is written."""
    WRITTEN = "written"
    """A mail left, or is about to."""
    REFUSED = "refused"
    """It did not arrive."""
    TO_TELL = "to_tell"
    """A letter waits for whoever hands it over: the person has no e-mail."""
    BY_HAND = "by_hand"
    """It was handed over, or the person says that they read it."""


BECAME = {
    MailStatus.FAILED: Told.REFUSED,
    MailStatus.UNREACHABLE: Told.TO_TELL,
    MailStatus.TOLD: Told.BY_HAND,
}


def became(status: MailStatus) -> Told:
    """Of news that is written."""
    return BECAME.get(status, Told.WRITTEN)


def key(seen: SeenVisit, person_id: int | None, about: str = "") -> str:
    """Under which a person is warned of a visit on the day it has; `about`: of what, beside its agreement."""
    written = f"{Kind.VISIT_UNCERTAIN}:{seen.visit.id}:{seen.visit.day.isoformat()}:{person_id}"
    return f"{written}:{about}" if about else written


def travelling(session: Session, warnings: Collection[Mail]) -> set[str]:
    """Those of these warnings, by key, that tell their reader not to travel: the visitor. One query."""
    about = {mail.key: int(mail.key.split(":")[1]) for mail in warnings}
    rows = session.exec(select(Visit.id, Visit.visitor_id).where(col(Visit.id).in_(about.values())))
    visitors = dict(rows.all())
    return {mail.key for mail in warnings if mail.person_id == visitors.get(about[mail.key])}


def told_visitors(session: Session, visits: Iterable[SeenVisit], about: str = "") -> dict[int, Told]:
    """Of those visits whose visitor was written to, what became of it, by visit. One query."""
    keys = {key(seen, seen.visitor.id, about): seen.visit.id or 0 for seen in visits}
    found = mails.statuses_of(session, keys) if keys else {}
    return {keys[one]: became(status) for one, status in found.items()}


def told_visitor(session: Session, seen: SeenVisit, about: str = "") -> Told:
    """The same of one visit."""
    return told_visitors(session, [seen], about).get(seen.visit.id or 0, Told.NOT_YET)


def made_since(session: Session, visit_ids: Collection[int], since: datetime) -> set[int]:
    """Those of these visits of whose day somebody may still have to read that there is one: it came about, or
    came to who receives, after `since`. One query."""
    query = select(VisitChange.visit_id).where(
        col(VisitChange.visit_id).in_(visit_ids), col(VisitChange.kind).in_(MAKES), VisitChange.at > since
    )
    return set(session.exec(query))
