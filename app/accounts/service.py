"""Changes to accounts: opened and closed with people, roles given and taken."""

from datetime import datetime

from sqlmodel import Session, col, delete, or_, select, update

from app.accounts import codes
from app.accounts.audit import audit
from app.accounts.errors import EmailTaken, LastAdministrator, PasswordTooShort
from app.accounts.tables import Account, ApiToken, SignIn, SignInLink


def create_admin(session: Session, *, email: str, name: str, password: str, now: datetime) -> Account:
    """An administrator who signs in by password; an existing account of that address becomes one.

    Raises PasswordTooShort.
    """
    if len(password) < codes.MIN_PASSWORD:
        raise PasswordTooShort(codes.MIN_PASSWORD)
    address = email.strip().lower()
    account = session.exec(select(Account).where(Account.email == address)).first()
    if account is None:
        account = Account(name=name.strip(), email=address, created_at=now)
    account.is_admin = True
    account.active = True
    codes.set_password(account, password)
    session.add(account)
    session.flush()
    audit(session, account.id, "account.admin_created", f"account:{account.id}", now=now)
    return account


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
    session.flush()
    return account


def give_roles(
    session: Session, account: Account, *, is_hr: bool, is_admin: bool, by: int, now: datetime
) -> None:
    """Give or take the HR and administrator roles. Raises LastAdministrator: nobody locks everybody out."""
    if account.is_admin and not is_admin:
        others = session.exec(
            select(Account.id).where(col(Account.is_admin), col(Account.active), Account.id != account.id)
        ).first()
        if others is None:
            raise LastAdministrator
    account.is_hr, account.is_admin = is_hr, is_admin
    session.add(account)
    audit(session, by, "account.roles", f"account:{account.id}", now=now, is_hr=is_hr, is_admin=is_admin)


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


def taken(session: Session, emails: list[str], numbers: list[str]) -> list[Account]:
    """The accounts that already have one of these addresses or employee numbers."""
    return list(
        session.exec(
            select(Account).where(
                or_(col(Account.email).in_(emails), col(Account.employee_number).in_(numbers))
            )
        )
    )
