"""Every reading of accounts."""

from sqlmodel import Session, col, select

from app.accounts.tables import Account


def account_of_email(session: Session, email: str) -> Account | None:
    """The open account of an address."""
    return session.exec(
        select(Account).where(Account.email == email.strip().lower(), col(Account.active))
    ).first()


def account_of_number(session: Session, number: str) -> Account | None:
    """The open account of an employee number, typed in capitals or not."""
    typed = number.strip()
    found = session.exec(
        select(Account).where(
            col(Account.employee_number).in_({typed, typed.upper(), typed.lower()}), col(Account.active)
        )
    ).all()
    return min(found, key=lambda account: account.employee_number != typed, default=None)
