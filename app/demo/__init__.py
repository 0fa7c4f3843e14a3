"""The demo company, loaded into an empty database through the product's own services."""

from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, col, select

from app.accounts.audit import audit
from app.accounts.links import make_link
from app.accounts.tables import Account, AuditEntry
from app.core import clock
from app.core.db import open_session
from app.core.settings import settings
from app.demo.company import DOMAIN, make_company
from app.demo.story import Story
from app.people.tables import Person, Side, Team

DEMO, BEGUN, LOADED = "demo", "demo.begun", "demo.loaded"

LINK_LIFETIME = timedelta(days=7)
"""The demo's links are read from a terminal, not from a mailbox."""


def load_when_empty(engine: Engine) -> bool:
    """Load the demo company; False, and nothing done, when the database already holds an account.

    A demo whose loading was interrupted is cleared away and loaded anew.
    """
    now, today = clock.now(), clock.today()
    with open_session(engine) as session:
        begun = session.exec(select(AuditEntry.id).where(AuditEntry.action == BEGUN)).first()
        if begun is not None and not _is_loaded(session):
            for table in reversed(SQLModel.metadata.sorted_tables):
                session.execute(table.delete())
        if session.exec(select(Account.id).limit(1)).first() is not None:
            return False
        audit(session, None, BEGUN, DEMO, now=now)
        company = make_company(session, now=now - timedelta(days=200))
    Story(engine, company, today).tell()
    with open_session(engine) as session:
        audit(session, None, LOADED, DEMO, now=now)
    return True


def _is_loaded(session: Session) -> bool:
    return session.exec(select(AuditEntry.id).where(AuditEntry.action == LOADED)).first() is not None


def role_links(engine: Engine) -> list[tuple[str, str]]:
    """(role, sign-in address) of one believable person per role; empty when this is no demo database."""
    with open_session(engine) as session:
        chosen = _people_of_roles(session)
        now = clock.now()
        address = f"{settings().public_url}/sign-in/links"
        return [
            (role, f"{address}/{make_link(session, account, now=now, lifetime=LINK_LIFETIME)}")
            for role, account in chosen
        ]


def print_links(engine: Engine) -> None:
    """One line `role<TAB>address` per role."""
    for role, address in role_links(engine):
        print(f"{role}\t{address}", flush=True)


def _people_of_roles(session: Session) -> list[tuple[str, Account]]:
    admin = session.exec(
        select(Account).where(col(Account.is_admin), Account.email == f"informatique@{DOMAIN}")
    ).first()
    if admin is None or not _is_loaded(session):
        return []
    staff = session.exec(
        select(Account, Person, Team)
        .join(Person, col(Person.account_id) == col(Account.id))
        .join(Team, col(Team.id) == col(Person.team_id))
        .where(col(Account.active), col(Account.email).is_not(None))
        .order_by(col(Person.id))
    ).all()
    managers = {person.manager_id for _, person, _ in staff}
    hr = next(account for account, _, _ in staff if account.is_hr)
    manager = next(
        account
        for account, person, team in staff
        if person.id in managers and team.side == Side.FRONT and not account.is_hr
    )
    back, front = (
        next(
            account
            for account, person, team in staff
            if team.side == side and person.id not in managers and not account.is_hr
        )
        for side in (Side.BACK, Side.FRONT)
    )
    return [("hr", hr), ("manager", manager), ("back", back), ("front", front), ("admin", admin)]
