"""Mailed sign-in links: asked for, made inside the mail's job, consumed once by a button."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from app.accounts.tables import Account, SignInLink
from app.core import jobs
from app.core.security import local_path, new_token, token_hash

LIFETIME = timedelta(minutes=30)


def ask_for_link(session: Session, email: str, *, next: str = "/") -> None:  # noqa: A002
    """Ask for a link to be mailed. Records the same event for known and unknown addresses: neither the answer
    nor its timing tells whether the address belongs to anybody; the job then finds no account."""
    account_id = session.exec(
        select(Account.id).where(Account.email == email.strip().lower(), col(Account.active))
    ).first()
    jobs.record(
        session, "account.link_requested", account_id=account_id, next=local_path(next), request=new_token()
    )


def make_link(
    session: Session,
    account: Account,
    *,
    now: datetime,
    next: str = "/",  # noqa: A002
    lifetime: timedelta = LIFETIME,
) -> str:
    """A fresh token for `/sign-in/links/{token}`; only its hash is stored."""
    assert account.id is not None
    token = new_token()
    session.add(
        SignInLink(
            token_hash=token_hash(token),
            account_id=account.id,
            next=local_path(next),
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    session.flush()
    return token


def find_link(session: Session, token: str, *, now: datetime) -> SignInLink | None:
    """The link when it still works; looking does not consume it."""
    return session.exec(
        select(SignInLink).where(
            SignInLink.token_hash == token_hash(token),
            col(SignInLink.used_at).is_(None),
            SignInLink.expires_at > now,
        )
    ).first()


def consume(session: Session, token: str, *, now: datetime) -> tuple[Account, str] | None:
    """Use the link up: its account and where to go next. Of any number at once, one succeeds."""
    used = session.exec(
        update(SignInLink)
        .where(
            col(SignInLink.token_hash) == token_hash(token),
            col(SignInLink.used_at).is_(None),
            col(SignInLink.expires_at) > now,
        )
        .values(used_at=now)
    )
    if used.rowcount != 1:
        return None
    found = session.exec(
        select(Account, SignInLink.next)
        .join(SignInLink, col(SignInLink.account_id) == col(Account.id))
        .where(SignInLink.token_hash == token_hash(token), col(Account.active))
    ).first()
    return (found[0], found[1]) if found else None
