"""A proposal that was read is accepted, never another one that was found in its place meanwhile."""

from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.core.db import open_session
from app.planning.tables import Repair, RepairStatus
from tests.planning.repairs.broken import Published, cancel, last_repair, standing
from tests.planning.repairs.test_pages import at


def found_anew(engine: Engine) -> datetime:
    """Other proposals stand in the place of those that were read; when these were found."""
    with open_session(engine) as session:
        repair = session.get_one(Repair, last_repair(engine).id)
        assert repair.computed_at is not None
        read = repair.computed_at
        repair.computed_at = read + timedelta(seconds=1)
    return read


def test_what_was_read_before_is_not_accepted(engine: Engine, company: Published, hr: TestClient) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    here, before = at(company, engine), standing(engine)
    read = found_anew(engine)
    assert read.isoformat() not in hr.get(here).text
    old = {"kind": "same", "computed_at": read.isoformat()}
    sent = hr.post(f"{here}/acceptance", data=old, follow_redirects=False)
    assert "rien n’a été modifié. Voici ce qui a été trouvé ensuite" in hr.get(sent.headers["location"]).text
    assert standing(engine) == before
    assert last_repair(engine).status is RepairStatus.READY


def test_what_the_page_shows_is_accepted(engine: Engine, company: Published, hr: TestClient) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    here = at(company, engine)
    found_anew(engine)
    shown = last_repair(engine).computed_at
    assert shown is not None
    assert f'value="{shown.isoformat()}"' in hr.get(here).text
    hr.post(f"{here}/acceptance", data={"kind": "same", "computed_at": shown.isoformat()})
    assert last_repair(engine).status is RepairStatus.ACCEPTED


@pytest.mark.parametrize("is_current", [True, False])
def test_programs_accept_what_they_read(
    engine: Engine, company: Published, hr: TestClient, *, is_current: bool
) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    here = f"/api/v1{at(company, engine)}"
    old = found_anew(engine).isoformat()
    read = hr.get(here).json()["computed_at"] if is_current else old
    told = hr.post(f"{here}/acceptance", json={"kind": "same", "computed_at": read})
    assert (told.status_code, told.json()["status"]) == ((200, "accepted") if is_current else (202, "ready"))
