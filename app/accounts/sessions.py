"""Server-side sessions: begun at sign-in, ended by the person, by time, or when the account closes."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select, update

from app.accounts.tables import Account, ApiToken, SignIn, TokenRole
from app.core.security import new_token, token_hash

LIFETIME = timedelta(days=30)
SHARED_LIFETIME = timedelta(minutes=30)
SHARED_QUIET = timedelta(minutes=2)
"""A shared screen signs out after this much quiet."""
TOUCH_AFTER = timedelta(seconds=20)
TOUCH_TOKEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Actor:
    """Who is asking, for the length of a request."""

    account_id: int
    name: str
    language: str | None
    is_hr: bool
    is_admin: bool
    shared_screen: bool = False
    sign_in_id: int | None = None
    """None for a program with an API token."""
    program: bool = False
    """A program is nobody's employee, whoever made its key."""
    acts_for: int | None = None
    """The person in whose place they decide, as a delegate: said by the guard that loads what is decided."""

    @property
    def on_behalf(self) -> dict[str, object]:
        """What the audit trail adds to a decision taken for somebody else."""
        return {} if self.acts_for is None else {"for_manager": self.acts_for}


def hand_of(session: Session, account_id: int | None, program: str = "") -> Actor | None:
    """Whoever's account it is, as the history of what follows by itself from their act names them, or a
    program's by its name; None once the account is erased, and for the product itself."""
    account = session.get(Account, account_id) if account_id is not None else None
    if account is None:
        return None
    return replace(_actor(account, False, None), name=program or account.name, program=bool(program))


def begin(session: Session, account: Account, *, now: datetime, shared_screen: bool = False) -> str:
    """Open a session and return its token, which only the browser keeps."""
    assert account.id is not None
    token = new_token()
    lifetime = SHARED_LIFETIME if shared_screen else LIFETIME
    session.add(
        SignIn(
            token_hash=token_hash(token),
            account_id=account.id,
            shared_screen=shared_screen,
            created_at=now,
            seen_at=now,
            expires_at=now + lifetime,
        )
    )
    session.flush()
    return token


def actor_of_session(session: Session, token: str, *, now: datetime) -> tuple[Actor, datetime] | None:
    """Whose session a token opens and when it was last seen; None when unknown, ended, or closed."""
    row = session.exec(
        select(SignIn, Account)
        .join(Account, col(Account.id) == col(SignIn.account_id))
        .where(SignIn.token_hash == token_hash(token), SignIn.expires_at > now, col(Account.active))
    ).first()
    if row is None:
        return None
    opened, account = row
    if opened.shared_screen and now - opened.seen_at > SHARED_QUIET:
        return None
    return _actor(account, opened.shared_screen, opened.id), opened.seen_at


def actor_of_api_token(session: Session, token: str, *, now: datetime) -> tuple[Actor, ApiToken] | None:
    """A program, with the role of its key and no other; None when the key is unknown, revoked or over."""
    row = session.exec(
        select(Account, ApiToken)
        .join(ApiToken, col(ApiToken.account_id) == col(Account.id))
        .where(
            ApiToken.token_hash == token_hash(token),
            col(ApiToken.revoked_at).is_(None),
            ApiToken.expires_at > now,
            col(Account.active),
        )
    ).first()
    if row is None:
        return None
    maker, key = row
    assert maker.id is not None
    actor = Actor(
        account_id=maker.id,
        name=key.name,
        language=maker.language,
        is_hr=key.role == TokenRole.HR,
        is_admin=key.role == TokenRole.ADMIN,
        program=True,
    )
    return actor, key


def _actor(account: Account, shared_screen: bool, sign_in_id: int | None) -> Actor:
    assert account.id is not None
    return Actor(
        account_id=account.id,
        name=account.name,
        language=account.language,
        is_hr=account.is_hr,
        is_admin=account.is_admin,
        shared_screen=shared_screen,
        sign_in_id=sign_in_id,
    )


def touch(session: Session, sign_in_id: int, *, now: datetime) -> None:
    """Remember that the person is still there."""
    session.exec(update(SignIn).where(col(SignIn.id) == sign_in_id).values(seen_at=now))


def touch_token(session: Session, token_id: int, *, now: datetime) -> None:
    """Remember that a program's key is in use."""
    session.exec(update(ApiToken).where(col(ApiToken.id) == token_id).values(used_at=now))


def end_own(session: Session, account_id: int, sign_in_id: int) -> bool:
    """End one of an account's own sessions; False when it is not theirs or already over."""
    done = session.exec(
        delete(SignIn).where(col(SignIn.id) == sign_in_id, col(SignIn.account_id) == account_id)
    )
    return done.rowcount == 1


def end_by_token(session: Session, token: str) -> None:
    """End the session that a browser carries, if there is one."""
    session.exec(delete(SignIn).where(col(SignIn.token_hash) == token_hash(token)))


def end_others(session: Session, account_id: int, *, but: int | None) -> int:
    """Sign an account out everywhere else; how many sessions ended."""
    done = session.exec(delete(SignIn).where(col(SignIn.account_id) == account_id, col(SignIn.id) != but))
    return int(done.rowcount)
