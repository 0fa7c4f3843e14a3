"""The audit trail: who did what, when. Ids only."""

from datetime import datetime

from sqlmodel import Session

from app.accounts.tables import AuditEntry


def audit(
    session: Session, account_id: int | None, action: str, subject: str, *, now: datetime, **details: object
) -> None:
    """Record in the caller's transaction that `account_id` did `action` to `subject` (`campaign:3`)."""
    session.add(AuditEntry(at=now, account_id=account_id, action=action, subject=subject, details=details))
