"""A small company in files, and a way to import them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from app.core.db import open_session
from app.people.importing.report import ImportReport
from app.people.importing.run import run_import
from app.people.tables import ImportKind
from tests.factories import NOW

COMPANY = Path(__file__).resolve().parents[3] / "shared" / "data" / "company"

SITES = (
    "Site;Nom;Latitude;Longitude\n"
    "PAR;Siège Paris;48.892;2.236\nLYO;Lyon Part-Dieu;45.76;4.859\nMET;Metz Centre;49.119;6.176\n"
)
TEAMS = (
    "Équipe;Site;Côté;Absents max par jour;Visiteurs max par jour;Jours fermés\n"
    "Paie;PAR;Back-office;2;1;sam\nBoutique Lyon;LYO;Front-office;1;2;lun\nSAV Metz;MET;Front-office;1;1;\n"
)

Import = Callable[..., ImportReport]


@pytest.fixture
def import_(engine: Engine) -> Import:
    """`import_("people", text_or_bytes, full=…, leavers_go=…, apply=…)`, committed."""

    def run(kind: str, content: str | bytes, *, apply: bool = True, **options: Any) -> ImportReport:
        raw = content.encode() if isinstance(content, str) else content
        with open_session(engine) as session:
            return run_import(session, ImportKind(kind), raw, now=NOW, apply=apply, **options)

    return run


@pytest.fixture
def company(import_: Import) -> Import:
    """Sites and teams are there; people can come."""
    import_("sites", SITES)
    import_("teams", TEAMS)
    return import_
