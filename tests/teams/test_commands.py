"""Rosters from the command line."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.core import clock
from app.core.db import open_session
from app.teams.commands import import_roster
from app.teams.tables import RosterDay
from app.visits.roster_remarks import remarks_on
from tests.factories import make_campaign, make_visit
from tests.teams.conftest import Shop


def test_a_roster_is_looked_at_then_imported(
    engine: Engine, session: Session, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session.commit()
    path = tmp_path / "mars.csv"
    path.write_text("Matricule;15/03/2099\nA1;J\n", encoding="utf-8")
    assert import_roster(engine, path, as_json=True) == 0
    assert len(json.loads(capsys.readouterr().out)["rejected"]) == 1
    path.write_text("Matricule;Horaires\nA1;J\n", encoding="utf-8")
    assert import_roster(engine, path) == 2
    assert "jour" in capsys.readouterr().err
    today = clock.today()
    path.write_text(f"Matricule;{today}\nA1;J\nB2;R\n", encoding="utf-8")
    for dry_run, there in ((True, 0), (False, 2)):
        assert import_roster(engine, path, dry_run=dry_run) == 0
        with open_session(engine) as reading:
            assert len(reading.exec(select(RosterDay)).all()) == there
    assert "2 créés" in capsys.readouterr().out


def test_the_command_prints_which_days_the_roster_contradicts(
    engine: Engine, session: Session, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    day = clock.today() + timedelta(days=1)
    make_visit(session, make_campaign(session), shop.zoe, shop.anna, day=day)
    session.commit()
    path = tmp_path / "roster.csv"
    for hours, said in (("R", True), ("J", False)):
        path.write_text(f"Matricule;{day}\nA1;{hours}\n", encoding="utf-8")
        assert import_roster(engine, path, dry_run=True, remarks=remarks_on) == 0
        assert ("1 journée du plan est contredite" in capsys.readouterr().out) is said
