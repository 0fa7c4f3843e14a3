"""What accounts do with time: rows whose time is over go."""

from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import col, delete, or_

from app.accounts import attempts
from app.accounts.sessions import SHARED_QUIET
from app.accounts.tables import ApiToken, Attempt, AuditEntry, SignIn, SignInLink
from app.core import clock
from app.core.db import open_session

AUDIT_KEPT = timedelta(days=396)
"""Thirteen months: a year and the time to look back on it."""


def purge(engine: Engine) -> None:
    """Remove ended sessions and links, old counts of guesses, old keys and the audit trail's oldest lines."""
    now = clock.now()
    kept = int((now - attempts.KEPT).timestamp() // 60)
    with open_session(engine) as session:
        session.exec(
            delete(SignIn).where(
                or_(
                    col(SignIn.expires_at) <= now,
                    col(SignIn.shared_screen) & (col(SignIn.seen_at) < now - SHARED_QUIET),
                )
            )
        )
        session.exec(delete(SignInLink).where(col(SignInLink.expires_at) <= now))
        session.exec(delete(Attempt).where(col(Attempt.window) < kept))
        session.exec(
            delete(ApiToken).where(
                or_(col(ApiToken.revoked_at) < now - AUDIT_KEPT, col(ApiToken.expires_at) < now - AUDIT_KEPT)
            )
        )
        session.exec(delete(AuditEntry).where(col(AuditEntry.at) < now - AUDIT_KEPT))
