"""Changes to accounts: opened and closed with people, roles given and taken."""

from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, or_, select, update

from app.accounts import codes, sessions
from app.accounts.audit import audit
from app.accounts.errors import (
    AccountExists,
    EmailTaken,
    LastAdministrator,
    OwnAccount,
    PasswordTooShort,
    TokenTooLong,
)
from app.accounts.links import ask_for_link
from app.accounts.tables import ERASED, Account, ApiToken, SignIn, SignInLink, TokenRole
from app.core.errors import NotFound
from app.core.security import new_token, token_hash

TOKEN_LASTS = timedelta(days=365)
"""A program's key, unless its maker says otherwise."""
TOKEN_LASTS_AT_MOST = timedelta(days=731)
"""Two years, to the evening of the last day."""


def create_admin(
    session: Session, *, email: str, name: str, password: str, now: datetime, reset_password: bool = False
) -> tuple[Account, bool]:
    """An administrator who signs in by password, and whether the account existed.

    An existing account becomes one only with `reset_password`; it keeps its name when it has one.
    Raises PasswordTooShort, AccountExists.
    """
    if len(password) < codes.MIN_PASSWORD:
        raise PasswordTooShort(codes.MIN_PASSWORD)
    address = email.strip().lower()
    account = session.exec(select(Account).where(Account.email == address)).first()
    existed = account is not None
    if account is None:
        account = Account(name=name.strip(), email=address, created_at=now)
    elif not reset_password:
        raise AccountExists
    account.name = account.name.strip() or name.strip()
    account.is_admin = True
    account.active = True
    codes.set_password(account, password)
    session.add(account)
    session.flush()
    audit(session, account.id, "account.admin_created", f"account:{account.id}", now=now)
    return account, existed


def open_account(
    session: Session,
    *,
    name: str,
    now: datetime,
    email: str | None = None,
    employee_number: str | None = None,
    is_hr: bool = False,
) -> Account:
    """A new account for one more person. Raises EmailTaken when another account has that address."""
    address = email.strip().lower() if email else None
    if address and session.exec(select(Account.id).where(Account.email == address)).first() is not None:
        raise EmailTaken
    account = Account(name=name, email=address, employee_number=employee_number, is_hr=is_hr, created_at=now)
    session.add(account)
    try:
        session.flush()
    except IntegrityError as taken_meanwhile:
        raise EmailTaken from taken_meanwhile
    return account


def invite(
    session: Session, *, name: str, email: str, is_hr: bool, is_admin: bool, by: int, now: datetime
) -> Account:
    """An account for somebody who is no employee in the files; a link is mailed. Raises EmailTaken."""
    account = open_account(session, name=name, email=email, is_hr=is_hr, now=now)
    account.is_admin = is_admin
    session.add(account)
    audit(session, by, "account.invited", f"account:{account.id}", now=now, is_hr=is_hr, is_admin=is_admin)
    ask_for_link(session, email)
    return account


def give_roles(
    session: Session, account: Account, *, is_hr: bool, is_admin: bool, by: int, now: datetime
) -> None:
    """Give or take the HR and administrator roles. Raises LastAdministrator: nobody locks everybody out."""
    if account.is_admin and not is_admin:
        _keep_an_administrator(session, account)
    account.is_hr, account.is_admin = is_hr, is_admin
    session.add(account)
    audit(session, by, "account.roles", f"account:{account.id}", now=now, is_hr=is_hr, is_admin=is_admin)


def _keep_an_administrator(session: Session, account: Account) -> None:
    # Locked, so that two administrators taking the role from each other do not both succeed.
    admins = session.exec(
        select(Account.id).where(col(Account.is_admin), col(Account.active)).with_for_update()
    ).all()
    if not set(admins) - {account.id}:
        raise LastAdministrator


def close(session: Session, account: Account, *, by: int, now: datetime) -> None:
    """Close an account by hand. Raises OwnAccount; an administrator is thus always left."""
    if account.id == by:
        raise OwnAccount
    assert account.id is not None
    close_accounts(session, [account.id])
    audit(session, by, "account.closed", f"account:{account.id}", now=now)


def reopen(session: Session, account: Account, *, by: int, now: datetime) -> None:
    """Open a closed account again, with the roles it had."""
    assert account.id is not None
    reopen_accounts(session, [account.id])
    audit(session, by, "account.reopened", f"account:{account.id}", now=now)


def keep_secret(
    session: Session,
    account_id: int,
    *,
    pin_hash: str | None = None,
    password_hash: str | None = None,
    but: int | None,
    now: datetime,
) -> None:
    """A new PIN or password, hashed by the caller; every session but this one ends."""
    values: dict[str, str | None] = {"password_hash": password_hash}
    if pin_hash is not None:
        values = {"pin_hash": pin_hash, "code_hash": None}
    session.exec(update(Account).where(col(Account.id) == account_id).values(**values))
    sessions.end_others(session, account_id, but=but)
    audit(session, account_id, "account.secret_changed", f"account:{account_id}", now=now)


def create_token(
    session: Session,
    *,
    account_id: int,
    name: str,
    role: TokenRole,
    now: datetime,
    expires_at: datetime | None = None,
) -> str:
    """A program's key, with this role until `expires_at`; shown once, only its hash is kept.

    Raises TokenTooLong when it would be over already, or last more than two years.
    """
    until = expires_at or now + TOKEN_LASTS
    if not now < until <= now + TOKEN_LASTS_AT_MOST:
        raise TokenTooLong
    token = f"vmv_{new_token()}"
    row = ApiToken(
        token_hash=token_hash(token),
        account_id=account_id,
        name=name,
        role=role,
        created_at=now,
        expires_at=until,
    )
    session.add(row)
    session.flush()
    audit(session, account_id, "api_token.created", f"api_token:{row.id}", now=now, role=role.value)
    return token


def revoke_token(session: Session, token_id: int, *, by: int, now: datetime) -> None:
    """The program is refused from its next request on. Raises NotFound."""
    done = session.exec(
        update(ApiToken)
        .where(col(ApiToken.id) == token_id, col(ApiToken.revoked_at).is_(None))
        .values(revoked_at=now)
    )
    if done.rowcount != 1:
        raise NotFound
    audit(session, by, "api_token.revoked", f"api_token:{token_id}", now=now)


def choose_language(session: Session, account_id: int, language: str) -> None:
    """Remember the language of somebody's pages and mails."""
    session.exec(update(Account).where(col(Account.id) == account_id).values(language=language))


def close_accounts(session: Session, account_ids: list[int]) -> None:
    """Close the accounts of leavers: sessions, links and programs end with this commit."""
    session.exec(update(Account).where(col(Account.id).in_(account_ids)).values(active=False))
    for table in (SignIn, SignInLink, ApiToken):
        session.exec(delete(table).where(col(table.account_id).in_(account_ids)))


def reopen_accounts(session: Session, account_ids: list[int]) -> None:
    """Open the accounts of people who came back."""
    session.exec(update(Account).where(col(Account.id).in_(account_ids)).values(active=True))


def erase(session: Session, account: Account) -> None:
    """Close an account and forget whose it was; its row stays, so that the audit trail still tells two
    authors apart. Raises LastAdministrator."""
    assert account.id is not None
    if account.is_admin and account.active:
        _keep_an_administrator(session, account)
    close_accounts(session, [account.id])
    nothing = Account(name="—", created_at=account.created_at, active=False)
    kept = nothing.model_dump(exclude={"id", "employee_number"})
    session.exec(
        update(Account)
        .where(col(Account.id) == account.id)
        .values(**kept, employee_number=f"{ERASED}{account.id}")
    )
    session.refresh(account)


def taken(session: Session, emails: list[str], numbers: list[str]) -> list[Account]:
    """The accounts that already have one of these addresses or employee numbers."""
    return list(
        session.exec(
            select(Account).where(
                or_(col(Account.email).in_(emails), col(Account.employee_number).in_(numbers))
            )
        )
    )
