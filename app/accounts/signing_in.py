"""Signing in: a name and a secret are proved outside of any write transaction, then a session begins.

Proving takes the engine rather than a session: the try is counted and committed first, so that neither a
crash nor fifty simultaneous guesses escape the count, and hashing holds no lock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, update

from app.accounts import attempts, codes, queries, sessions
from app.accounts.audit import audit
from app.accounts.errors import PinOutdated, WrongSecret
from app.accounts.tables import Account
from app.core.db import open_session
from app.core.security import token_hash

PIN_STEP = timedelta(minutes=10)
"""Time to choose a PIN after the printed code."""


def prove_number(engine: Engine, *, number: str, secret: str, address: str, now: datetime) -> Account:
    """The account of an employee number and its PIN or printed code. Raises WrongSecret, TooManyAttempts."""
    with open_session(engine) as session:
        attempts.take(session, attempts.NUMBER, number, address, now=now)
        account = queries.account_of_number(session, number)
    if not codes.secret_matches(account, secret) or account is None:
        raise WrongSecret
    with open_session(engine) as session:
        attempts.forgive(session, attempts.NUMBER, number, address, now=now)
    return account


def prove_password(engine: Engine, *, email: str, password: str, address: str, now: datetime) -> Account:
    """The account of an address and its password. Raises WrongSecret, TooManyAttempts."""
    with open_session(engine) as session:
        attempts.take(session, attempts.PASSWORD, email, address, now=now)
        account = queries.account_of_email(session, email)
    if not codes.password_matches(account, password) or account is None:
        raise WrongSecret
    with open_session(engine) as session:
        attempts.forgive(session, attempts.PASSWORD, email, address, now=now)
    return account


def prove_own(
    session: Session, account: Account, *, secret: str, address: str, now: datetime, pin: bool
) -> None:
    """Somebody signed in types her PIN, or her password, once more. Raises WrongSecret, TooManyAttempts.

    In the caller's transaction, which must be committed after a wrong secret as well.
    """
    attempts.take(session, attempts.OWN, str(account.id), address, now=now)
    matches = codes.secret_matches if pin else codes.password_matches
    if not matches(account, secret):
        raise WrongSecret
    attempts.forgive(session, attempts.OWN, str(account.id), address, now=now)


def enter(
    session: Session,
    account: Account,
    *,
    way: str,
    now: datetime,
    shared_screen: bool = False,
    former_token: str | None = None,
) -> str:
    """Begin a session, never continuing one that the browser already carried; its token."""
    if former_token:
        sessions.end_by_token(session, former_token)
    token = sessions.begin(session, account, now=now, shared_screen=shared_screen)
    audit(session, account.id, "account.signed_in", f"account:{account.id}", now=now, way=way)
    return token


@dataclass(frozen=True)
class PinStep:
    """The printed code was right; the session begins once an own PIN replaces it."""

    account_id: int
    code: str
    """Fingerprint of the printed code's hash: the step ends with the code."""
    next: str
    shared_screen: bool
    until: int
    """Seconds since 1970."""

    @classmethod
    def begin(cls, account: Account, *, next: str, shared_screen: bool, now: datetime) -> "PinStep":  # noqa: A002
        """After the code of `account` was typed."""
        assert account.id is not None
        assert account.code_hash is not None
        until = int((now + PIN_STEP).timestamp())
        return cls(account.id, token_hash(account.code_hash), next, shared_screen, until)

    def packed(self) -> list[Any]:
        """As it travels through the browser, signed."""
        return [self.account_id, self.code, self.next, self.shared_screen, self.until]

    @classmethod
    def unpacked(cls, packed: list[Any] | None, *, now: datetime) -> "PinStep | None":
        """Back from the browser, while it is still time."""
        step = cls(*packed) if packed else None
        return step if step and now.timestamp() < step.until else None


def account_choosing(session: Session, step: PinStep) -> Account:
    """Whose PIN is being chosen. Raises PinOutdated when the printed code is no longer the one typed."""
    account = session.get(Account, step.account_id)
    if account is None or not account.active or token_hash(account.code_hash or "") != step.code:
        raise PinOutdated
    return account


def replace_code(session: Session, account: Account, pin_hash: str, *, now: datetime) -> None:
    """The own PIN takes the printed code's place, once. Raises PinOutdated when another came first."""
    done = session.exec(
        update(Account)
        .where(
            col(Account.id) == account.id, col(Account.active), col(Account.code_hash) == account.code_hash
        )
        .values(pin_hash=pin_hash, code_hash=None)
    )
    if done.rowcount != 1:
        raise PinOutdated
    audit(session, account.id, "account.pin_chosen", f"account:{account.id}", now=now)
