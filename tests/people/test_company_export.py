"""The HR export with its faults: exactly the expected cells are rejected, everybody else is there."""

import json

import pytest
from sqlalchemy import Engine
from sqlmodel import col, func, select

from app.accounts.tables import Account
from app.core.db import open_session
from app.people.importing.report import ImportReport
from app.people.tables import Holidays, Person, ServiceLink, Site
from tests.people.conftest import COMPANY, Import

pytestmark = pytest.mark.skipif(not COMPANY.is_dir(), reason=f"the example export is not at {COMPANY}")


@pytest.fixture
def places(import_: Import) -> Import:
    import_("sites", (COMPANY / "sites.csv").read_bytes())
    import_("teams", (COMPANY / "equipes.csv").read_bytes())
    return import_


def expected() -> dict[str, object]:
    return json.loads((COMPANY / "expected.json").read_text(encoding="utf-8"))


def cells(report: ImportReport) -> list[tuple[int | None, str, str]]:
    return sorted((one.row or 0, one.column, one.value) for one in report.rejected)


@pytest.mark.parametrize("name", ["annuaire.csv", "annuaire.xlsx"])
def test_exactly_the_faulty_cells_are_rejected(places: Import, engine: Engine, name: str) -> None:
    truth = expected()
    report = places("people", (COMPANY / name).read_bytes())
    assert cells(report) == sorted((one["row"], one["column"], one["value"]) for one in truth["rejected"])
    assert all(one.message for one in report.rejected)
    assert len(report.created) == truth["imported"]
    with open_session(engine) as session:
        assert session.exec(select(func.count()).select_from(Person)).one() == truth["imported"]
        assert session.exec(select(func.count()).select_from(Account)).one() == truth["imported"]
        formula = session.exec(select(Person).where(col(Person.last_name).startswith("="))).one()
        assert formula.last_name == '=HYPERLINK("http://x","Nom")'
        assert (
            session.exec(select(Person.first_name).where(Person.employee_number == "E10279")).one() == "Zoé"
        )


def test_a_second_identical_import_changes_nothing(places: Import) -> None:
    first = places("people", (COMPANY / "annuaire.csv").read_bytes())
    for name in ("annuaire.csv", "annuaire.xlsx"):
        second = places("people", (COMPANY / name).read_bytes())
        assert (second.created, second.updated) == ([], [])
        assert second.unchanged == len(first.created)
        assert cells(second) == cells(first)


def test_links_and_places_are_imported_once(places: Import, engine: Engine) -> None:
    for created, unchanged in ((64, 0), (0, 64)):
        report = places("links", (COMPANY / "serves.csv").read_bytes())
        assert (len(report.created), report.unchanged, report.rejected) == (created, unchanged, [])
    for kind, name, rows in (("sites", "sites.csv", 12), ("teams", "equipes.csv", 40)):
        again = places(kind, (COMPANY / name).read_bytes())
        assert (again.created, again.updated, again.unchanged) == ([], [], rows)
    with open_session(engine) as session:
        assert session.exec(select(func.count()).select_from(ServiceLink)).one() == 64
        local_law = session.exec(select(Site.code).where(Site.holidays == Holidays.ALSACE_MOSELLE)).all()
        assert sorted(local_law) == ["MET", "STR"]
