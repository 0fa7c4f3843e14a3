"""JSON door of messages: the outbox, for whoever watches over it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from app.accounts.guards import Admin
from app.core.db import Db
from app.core.forms import AnswerModel
from app.messages import queries
from app.messages.catalogue import Kind
from app.messages.tables import MailStatus

router = APIRouter(prefix="/api/v1", tags=["messages"])


class MailOut(AnswerModel):
    """A mail without its words."""

    id: int
    kind: str
    status: MailStatus
    campaign_id: int | None
    language: str
    attempts: int
    error: str | None
    created_at: datetime
    sent_at: datetime | None


class OutboxOut(AnswerModel):
    """One page of the outbox, newest first."""

    total: int
    page: int
    pages: int
    mails: list[MailOut]


@router.get("/outbox")
def outbox(
    session: Db,
    actor: Admin,
    status: MailStatus | None = None,
    kind: Kind | None = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> OutboxOut:
    """Where the mails stand; neither addresses nor words."""
    found = queries.outbox(session, status=status, kind=kind or "", page=page)
    mails = [MailOut.model_validate(mail, from_attributes=True) for mail in found.mails]
    return OutboxOut(total=found.total, page=found.page, pages=found.pages, mails=mails)
