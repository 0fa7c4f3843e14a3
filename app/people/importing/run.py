"""The one way in: a file's bytes and its kind give a report; with `apply` the change is made in the same
pass."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.people.errors import ImportChanged
from app.people.importing.columns import Table, field_of, recognise
from app.people.importing.hiring import let_leave, write_people
from app.people.importing.journeys import import_journeys
from app.people.importing.links import import_links
from app.people.importing.reading import read_sheet
from app.people.importing.report import ImportReport
from app.people.importing.sites import import_sites
from app.people.importing.staff import leavers_of, managed_of, plan_people
from app.people.importing.teams import import_teams
from app.people.tables import ImportKind

_SIMPLE: dict[ImportKind, Callable[..., None]] = {
    ImportKind.SITES: import_sites,
    ImportKind.TEAMS: import_teams,
    ImportKind.LINKS: import_links,
    ImportKind.TRAVEL: import_journeys,
}


def run_import(
    session: Session,
    kind: ImportKind,
    content: bytes,
    *,
    now: datetime,
    apply: bool,
    full: bool = False,
    leavers_go: bool = False,
    by: int | None = None,
) -> ImportReport:
    """Read `content` and say what it changes; with `apply` change it (the caller commits). Another file that
    brings the same people, teams or sites at the same moment is waited for: raises ImportChanged then.

    `full`: the file of people names everybody; those missing are listed, and deactivated with `leavers_go`.
    `by` is the account that imports: it never deactivates itself. Raises Unreadable.
    """
    table = recognise(kind, read_sheet(content, lambda header: field_of(kind, header) is not None))
    report = ImportReport(warnings=list(table.warnings))
    try:
        if kind == ImportKind.PEOPLE:
            _import_people(
                session, table, report, now=now, apply=apply, full=full, leavers_go=leavers_go, by=by
            )
        else:
            _SIMPLE[kind](session, table, report, apply=apply)
            report.rejected.sort(key=lambda remark: remark.row or 0)
        session.flush()
    except IntegrityError as twice:
        raise ImportChanged from twice
    return report


def _import_people(
    session: Session,
    table: Table,
    report: ImportReport,
    *,
    now: datetime,
    apply: bool,
    full: bool,
    leavers_go: bool,
    by: int | None,
) -> None:
    plan = plan_people(session, table, report, hold=apply)
    if full:
        report.leavers = leavers_of(session, plan, except_account=by)
        report.managed = managed_of(plan)
        report.here = sum(person.active for person in plan.known.values())
    if apply:
        write_people(session, table, plan, report, now=now)
        if leavers_go:
            let_leave(session, report.leavers, by=by)


def fingerprint(report: ImportReport) -> str:
    """Stands for what a preview showed would change: the confirmation does that, or nothing."""
    shown: list[dict[str, Any]] = [asdict(one) for one in report.created + report.updated]
    shown += [asdict(one) for one in report.rejected]
    shown += [asdict(one) for one in report.leavers]
    return hashlib.sha256(json.dumps([shown, report.unchanged], ensure_ascii=False).encode()).hexdigest()[:32]
