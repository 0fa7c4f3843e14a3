"""`vis-ma-vie import-roster`: a roster from the command line, for every team that it names."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from app.core import clock
from app.core.db import open_session
from app.people.commands import print_import
from app.people.importing.report import ImportReport, Remark
from app.teams import rosters
from app.teams.importing.run import RosterPlan, plan_roster

Remarks = Callable[[Session, RosterPlan, date], list[Remark]]
"""What others have to say of a roster before it is written."""


def import_roster(
    engine: Engine,
    path: Path | str,
    *,
    dry_run: bool = False,
    as_json: bool = False,
    remarks: Remarks | None = None,
) -> int:
    """Import a roster and print what came of it; exit codes as for the other files. `remarks` are printed
    with it: those who know visits say what the roster contradicts."""

    def work(content: bytes) -> ImportReport:
        with open_session(engine) as session:
            plan = plan_roster(session, content, team_ids=None, today=clock.today())
            if remarks is not None:
                plan.report.warnings += remarks(session, plan, clock.today())
            if not dry_run:
                rosters.take_in(session, None, plan, now=clock.now())
            return plan.report

    return print_import(path, work, dry_run=dry_run, as_json=as_json)
