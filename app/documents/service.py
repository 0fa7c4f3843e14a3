"""What documents change: printing a personal card renews its code."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from app.accounts.audit import audit
from app.accounts.codes import issue_code
from app.accounts.sessions import Actor
from app.documents.errors import NobodyChosen
from app.documents.queries import CardHolder

MOST_CARDS = 24
"""Cards of one file: three sheets. Codes are hashed one by one, which takes its time."""


def issue_cards(
    session: Session, holders: Sequence[CardHolder], actor: Actor, *, now: datetime
) -> list[tuple[CardHolder, str]]:
    """A new code for each; a former code or PIN stops working. The codes are told here and never again.

    Raises NobodyChosen when there is nobody, or more than three sheets of them.
    """
    if not 1 <= len(holders) <= MOST_CARDS:
        raise NobodyChosen(MOST_CARDS)
    issued = []
    for holder in holders:
        issued.append((holder, issue_code(holder.account)))
        session.add(holder.account)
        audit(session, actor.account_id, "account.card_printed", f"account:{holder.account.id}", now=now)
    session.flush()
    return issued
