"""Writes a plan of people: rows and accounts in bulk, a handful of statements however long the file."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from app.accounts.service import close_accounts, reopen_accounts
from app.accounts.tables import Account
from app.core import jobs
from app.core.i18n import _
from app.people.importing.columns import Table
from app.people.importing.report import ImportReport, Leaver
from app.people.importing.rows import differences
from app.people.importing.staff import Entry, Plan, number_key, usual_departments
from app.people.tables import Person, Team

CHUNK = 500


def write_people(session: Session, table: Table, plan: Plan, report: ImportReport, *, now: datetime) -> None:
    """Create and change people and their accounts. Features above hear who left which team."""
    _write_accounts(session, table, plan, report, now=now)
    blank = Person(employee_number="", first_name="", last_name="", team_id=0).model_dump(exclude={"id"})
    account_ids = _account_ids(session)
    added = [
        {**blank, **entry.wanted, "account_id": _account_of(entry, account_ids)}
        for entry in plan.entries
        if entry.before is None
    ]
    if added:
        session.execute(insert(Person), added)
    changed, moved = [], []
    for entry in plan.entries:
        if entry.before is not None:
            wanted = {**entry.wanted, "account_id": _account_of(entry, account_ids)}
            if different := differences(entry.before, wanted):
                changed.append({"id": entry.before.id, **different})
            if "team_id" in different:
                moved.append([entry.before.id, entry.before.team_id])
    _update(session, Person, changed)
    if moved:
        jobs.record(session, "people.moved", moved=moved)
    if returned := [one["id"] for one in changed if one.get("active")]:
        jobs.record(session, "people.returned", person_ids=returned)
    if minors := [one["id"] for one in changed if one.get("under_18")]:
        jobs.record(session, "people.minors", person_ids=minors)
    _write_managers(session, plan)
    _write_departments(session)
    session.expire_all()


def _account_ids(session: Session) -> dict[str, int]:
    rows = session.exec(
        select(Account.employee_number, Account.id).where(col(Account.employee_number).is_not(None))
    )
    return {number_key(number): id_ for number, id_ in rows if number is not None and id_ is not None}


def _account_of(entry: Entry, account_ids: dict[str, int]) -> int | None:
    return entry.account.id if entry.account is not None else account_ids.get(entry.key)


def _write_accounts(
    session: Session, table: Table, plan: Plan, report: ImportReport, *, now: datetime
) -> None:
    by_number = {
        number_key(account.employee_number): account
        for account in plan.accounts.values()
        if account.employee_number
    }
    added: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    freed = [{"id": account_id, "email": None} for account_id in plan.freed_accounts]
    reopened: list[int] = []
    for entry in plan.entries:
        wanted = _account_values(entry)
        if entry.account is None:
            entry.account = by_number.get(entry.key)
        if entry.account is None:
            added.append(_new_account(wanted, now=now))
            continue
        different = differences(entry.account, wanted)
        if entry.account.is_admin and "email" in different:
            # Whoever may import people must not be able to have an administrator's sign-in link sent to
            # themselves.
            del different["email"]
            sentence = _("Le compte d’administration garde son adresse de connexion.")
            report.warnings.append(table.remark(entry.row, "email", sentence))
        if "email" in different and entry.account.email is not None:
            freed.append({"id": entry.account.id, "email": None})
        if different:
            changed.append({"id": entry.account.id, **different})
        if not entry.account.active and entry.account.id is not None:
            reopened.append(entry.account.id)
    # Numbers before addresses are freed (an account must stay reachable), freed before they are given to
    # others.
    _update(
        session, Account, [{k: v for k, v in one.items() if k != "email"} for one in changed if len(one) > 1]
    )
    _update(session, Account, freed)
    _update(session, Account, [{"id": one["id"], "email": one["email"]} for one in changed if "email" in one])
    for some in _chunks(reopened):
        reopen_accounts(session, list(some))
    if added:
        session.execute(insert(Account), added)


def _account_values(entry: Entry) -> dict[str, Any]:
    person = entry.before
    first = entry.wanted.get("first_name", person.first_name if person else "")
    last = entry.wanted.get("last_name", person.last_name if person else "")
    found: dict[str, Any] = {
        "name": f"{first} {last}".strip(),
        "employee_number": entry.wanted["employee_number"],
    }
    if "email" in entry.wanted:
        found["email"] = entry.wanted["email"]
    return found


def _new_account(wanted: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    return {**Account(name="", created_at=now).model_dump(exclude={"id"}), **wanted}


def _write_managers(session: Session, plan: Plan) -> None:
    rows = session.exec(select(Person.id, Person.employee_number, Person.manager_id)).all()
    ids = {number_key(number): id_ for id_, number, _manager in rows}
    current = {id_: manager for id_, _number, manager in rows}
    changed = []
    for entry in plan.entries:
        if entry.keeps_manager:
            continue
        person_id = ids[entry.key]
        manager_id = ids[entry.manager_key] if entry.manager_key is not None else None
        if current[person_id] != manager_id:
            changed.append({"id": person_id, "manager_id": manager_id})
    _update(session, Person, changed)


def _write_departments(session: Session) -> None:
    """A team whose department nobody told takes the one of most of its people."""
    rows = session.exec(
        select(Person.team_id, Person.department)
        .join(Team, col(Team.id) == col(Person.team_id))
        .where(col(Person.active), Team.department == "")
    ).all()
    usual = usual_departments((team_id, department) for team_id, department in rows)
    _update(session, Team, [{"id": team_id, "department": name} for team_id, name in usual.items()])


def _update(session: Session, table: type[Any], rows: list[dict[str, Any]]) -> None:
    """One statement for all rows that change the same columns."""
    rows = [row for row in rows if len(row) > 1]
    if rows:
        session.execute(update(table), sorted(rows, key=sorted))


def let_leave(session: Session, leavers: Sequence[Leaver], *, by: int | None = None) -> None:
    """Deactivate people who left: their accounts close, sessions and links end, features above hear of it,
    and `by` which account."""
    for some in _chunks([leaver.person_id for leaver in leavers]):
        rows = session.exec(select(Person.account_id).where(col(Person.id).in_(some))).all()
        session.exec(update(Person).where(col(Person.id).in_(some)).values(active=False))
        close_accounts(session, [account_id for account_id in rows if account_id is not None])
    for leaver in leavers:
        jobs.record(session, "person.left", person_id=leaver.person_id, by=by)


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[at : at + CHUNK] for at in range(0, len(ids), CHUNK))
