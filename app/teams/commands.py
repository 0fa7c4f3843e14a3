"""`vis-ma-vie import-roster`: a roster from the command line, for every team that it names."""

from pathlib import Path

from sqlalchemy import Engine

from app.core import clock
from app.core.db import open_session
from app.people.commands import print_import
from app.people.importing.report import ImportReport
from app.teams import rosters
from app.teams.importing.run import plan_roster


def import_roster(engine: Engine, path: Path | str, *, dry_run: bool = False, as_json: bool = False) -> int:
    """Import a roster and print what came of it; exit codes as for the other files."""

    def work(content: bytes) -> ImportReport:
        with open_session(engine) as session:
            plan = plan_roster(session, content, team_ids=None, today=clock.today())
            if not dry_run:
                rosters.take_in(session, None, plan, now=clock.now())
            return plan.report

    return print_import(path, work, dry_run=dry_run, as_json=as_json)
