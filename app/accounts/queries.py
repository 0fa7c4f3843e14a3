"""Every reading of accounts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlmodel import Session, col, func, select

from app.accounts.tables import ERASED, Account, ApiToken, AuditEntry, SignIn
from app.core.searching import found_in

PAGE = 50
"""Rows of one page."""

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list."""

    rows: list[Row]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // PAGE))


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


def open_sign_ins(session: Session, account_id: int, *, now: datetime) -> list[SignIn]:
    """An account's open sessions, the one seen last first."""
    return list(
        session.exec(
            select(SignIn)
            .where(SignIn.account_id == account_id, SignIn.expires_at > now)
            .order_by(col(SignIn.seen_at).desc(), col(SignIn.id).desc())
        )
    )


ROLES: dict[str, Any] = {
    "hr": col(Account.is_hr),
    "admin": col(Account.is_admin),
    "closed": col(Account.active).is_(False),
}
"""Filters of the list of accounts."""


def accounts(session: Session, *, text: str = "", role: str = "", page: int = 1) -> Page[Account]:
    """One page of accounts by name; open ones unless the closed ones are asked for, erased ones never."""
    number = func.coalesce(Account.employee_number, "")
    conditions: list[Any] = [~number.startswith(ERASED)]
    if role in ROLES:
        conditions.append(ROLES[role])
    if role != "closed":
        conditions.append(col(Account.active))
    if text:
        conditions.append(found_in(text, Account.name, Account.email, Account.employee_number))
    total = session.exec(select(func.count()).select_from(Account).where(*conditions)).one()
    page = min(page, Page([], total, page).pages)
    rows = session.exec(
        select(Account)
        .where(*conditions)
        .order_by(func.lower(Account.name), col(Account.id))
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    )
    return Page(list(rows), total, page)


@dataclass(frozen=True)
class Counts:
    """How many accounts there are, and what they may do."""

    accounts: int
    hr: int
    admins: int
    signed_in: int
    tokens: int


def counts(session: Session, *, now: datetime) -> Counts:
    """Figures of the administrator's first page."""
    opened = select(func.count()).select_from(Account).where(col(Account.active))
    return Counts(
        accounts=session.exec(opened).one(),
        hr=session.exec(opened.where(col(Account.is_hr))).one(),
        admins=session.exec(opened.where(col(Account.is_admin))).one(),
        signed_in=session.exec(
            select(func.count(func.distinct(SignIn.account_id))).where(SignIn.expires_at > now)
        ).one(),
        tokens=session.exec(
            select(func.count())
            .select_from(ApiToken)
            .where(col(ApiToken.revoked_at).is_(None), ApiToken.expires_at > now)
        ).one(),
    )


def api_tokens(session: Session) -> list[tuple[ApiToken, str]]:
    """Programs' keys that nobody revoked, expired ones included, with the names of their makers."""
    rows = session.exec(
        select(ApiToken, Account.name)
        .join(Account, col(Account.id) == col(ApiToken.account_id))
        .where(col(ApiToken.revoked_at).is_(None))
        .order_by(col(ApiToken.created_at).desc(), col(ApiToken.id).desc())
    )
    return [(token, name) for token, name in rows]


def audit_trail(
    session: Session, *, action: str = "", account_id: int | None = None, page: int = 1
) -> Page[tuple[AuditEntry, str | None]]:
    """One page of what was done, newest first, with the name of who did it."""
    conditions: list[Any] = []
    if action:
        conditions.append(col(AuditEntry.action) == action)
    if account_id is not None:
        conditions.append(col(AuditEntry.account_id) == account_id)
    total = session.exec(select(func.count()).select_from(AuditEntry).where(*conditions)).one()
    page = min(page, Page([], total, page).pages)
    rows = session.exec(
        select(AuditEntry, Account.name)
        .join(Account, col(Account.id) == col(AuditEntry.account_id), isouter=True)
        .where(*conditions)
        .order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    )
    return Page([(entry, name) for entry, name in rows], total, page)


def done_by(session: Session, account_id: int | None, action: str, limit: int = 20) -> list[AuditEntry]:
    """What an account did of one kind, the latest first."""
    query = select(AuditEntry).where(AuditEntry.account_id == account_id, AuditEntry.action == action)
    return list(session.exec(query.order_by(col(AuditEntry.id).desc()).limit(limit)))


def audited_actions(session: Session) -> list[str]:
    """The actions that the trail holds."""
    return sorted(session.exec(select(AuditEntry.action).distinct()))
