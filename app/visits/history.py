"""The history of visits: written with each change, read in words.

Who reads what: the two people, the tutor and HR read everything. Their managers read what concerns the team
(days, hours, who receives), never a person's reason, words, or absence: those are between the two and HR.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.core import jobs
from app.core.i18n import _
from app.core.templating import long_day
from app.visits.reading import SeenChange
from app.visits.rules import OFF, reason_labels
from app.visits.sentences import roster_sentence, sentence
from app.visits.tables import By, CancelReason, ChangeKind, Visit, VisitChange

PRIVATE = {
    ChangeKind.PROPOSED,
    ChangeKind.REFUSED,
    ChangeKind.WITHDRAWN,
    ChangeKind.LAPSED,
    ChangeKind.ABSENT,
    ChangeKind.CONTESTED,
    ChangeKind.HELD,
    ChangeKind.MISSED,
    ChangeKind.NOT_HELD,
    ChangeKind.TAKEN_BACK,
}
"""Between the two people and HR."""
TEAM_REASONS = {CancelReason.SERVICE, CancelReason.CLOSED, CancelReason.CAMPAIGN, CancelReason.MISTAKE} | {
    *(CancelReason.REPLACED, CancelReason.AGREEMENT, CancelReason.UNCONFIRMED, *OFF)
}
"""Reasons that are not about a person: a manager may read them."""
SAYS_WHY = {ChangeKind.RELEASED, ChangeKind.HOST, ChangeKind.NOT_HELD, ChangeKind.MISSED} | {
    ChangeKind.SUSPENDED,
    ChangeKind.CONTESTED,
    ChangeKind.TAKEN_BACK,
}
"""Their sentence says the reason."""


@dataclass(frozen=True)
class Hand:
    """Who changes a visit, in which role, when."""

    by: By
    actor: Actor | None
    now: datetime
    words: str = ""


def remember(
    session: Session,
    visit: Visit,
    kind: ChangeKind,
    hand: Hand,
    *,
    event: str | None,
    said: Mapping[str, Any] | None = None,
    **facts: Any,
) -> VisitChange:
    """Write a line of the history, the audit trail, and the event, in the caller's transaction.

    The event names the visit, its revision, and the line: `visit.moved(visit_id, revision, change_id)`;
    and `said`: what only its messages need.
    """
    assert visit.id is not None
    account_id = hand.actor.account_id if hand.actor else None
    line = VisitChange(
        visit_id=visit.id,
        at=hand.now,
        kind=kind,
        by=hand.by,
        account_id=account_id,
        words=hand.words,
        for_id=hand.actor.acts_for if hand.actor else None,
        program=hand.actor.name if hand.actor and hand.actor.program else "",
        **facts,
    )
    session.add(line)
    session.flush()
    noted: dict[str, object] = {"reason": line.reason.value} if line.reason is not None else {}
    if hand.actor is not None:
        noted |= hand.actor.on_behalf
    audit(session, account_id, f"visit.{kind.value}", f"visit:{visit.id}", now=hand.now, **noted)
    if event is not None:
        jobs.record(
            session, event, visit_id=visit.id, revision=visit.revision, change_id=line.id, **(said or {})
        )
    return line


@dataclass(frozen=True)
class Line:
    """A line of a history as pages and programs show it."""

    at: datetime
    kind: str
    sentence: str
    reason: str
    words: str


def told(
    changes: Iterable[SeenChange],
    *,
    to_manager: bool,
    to_host: bool = False,
    reader_id: int | None = None,
) -> list[Line]:
    """The history in the reader's words, oldest first."""
    found = []
    for seen in changes:
        line = seen.change
        if to_manager and line.kind in PRIVATE:
            continue
        shows_reason = line.reason is not None and (not to_manager or line.reason in TEAM_REASONS)
        if line.kind in SAYS_WHY:
            shows_reason = False
        reason = reason_labels()[line.reason] if line.reason is not None and shows_reason else ""
        if reason and line.kind is ChangeKind.MOVED and line.day_before is not None:
            reason = _("Pourquoi plus le %(before)s : %(why)s") % {
                "before": long_day(line.day_before),
                "why": reason,
            }
        words = "" if to_manager else line.words
        is_other = seen.other is not None and seen.other.id == reader_id
        said = roster_sentence(seen, to_host=to_host) or sentence(
            seen, to_manager=to_manager, to_host=to_host, to_other=is_other
        )
        found.append(Line(line.at, line.kind.value, said, reason, words))
    return found


def reason_for_managers(line: VisitChange | None) -> str:
    """Why, in words, where the reason is not about a person; else nothing."""
    if line is None or line.reason is None or line.reason not in TEAM_REASONS:
        return ""
    return reason_labels()[line.reason]
