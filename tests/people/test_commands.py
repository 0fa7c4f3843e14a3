"""The command line: what it prints, its exit codes."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.core.db import open_session
from app.people.commands import import_file
from app.people.tables import Person
from tests.people.conftest import Import

STAFF = "Employee number,Last name,Team\nE1,Hardy,Paie\nE2,Roux,Nowhere\n"


@pytest.fixture
def staff(tmp_path: Path) -> Path:
    path = tmp_path / "staff.csv"
    path.write_text(STAFF, encoding="utf-8")
    return path


def test_json_stands_alone_on_standard_output(
    company: Import, engine: Engine, staff: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for created, unchanged in ((1, 0), (0, 1)):
        assert import_file(engine, "people", staff, as_json=True) == 0
        said = capsys.readouterr()
        told = json.loads(said.out)
        assert set(told) == {"created", "updated", "unchanged", "rejected", "warnings"}
        assert (told["created"], told["updated"], told["unchanged"]) == (created, 0, unchanged)
        (rejected,) = told["rejected"]
        assert (rejected["row"], rejected["column"], rejected["value"]) == (3, "Team", "Nowhere")
        assert rejected["message"]
        assert said.err == ""


def test_a_dry_run_says_so_and_writes_nothing(
    company: Import, engine: Engine, staff: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_file(engine, "people", staff, dry_run=True) == 0
    said = capsys.readouterr().out
    assert "rien n’est enregistré" in said
    assert "ligne 3" in said
    with open_session(engine) as session:
        assert session.exec(select(Person)).all() == []


@pytest.mark.parametrize("content", [None, b"", b"Name;Team\nHardy;Paie\n", b"PK\x03\x04no"])
def test_an_unreadable_file_ends_with_two(
    company: Import, engine: Engine, tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "staff.csv"
    if content is not None:
        path.write_bytes(content)
    assert import_file(engine, "people", path, as_json=True) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert str(path) in said.err
