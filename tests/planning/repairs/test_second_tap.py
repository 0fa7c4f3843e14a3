"""The same choice sent twice by the same hand is answered as the first, and does nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.core.db import open_session
from app.planning.repairs import service
from app.planning.tables import Repair, RepairKind, RepairStatus
from app.worker import drain
from tests.planning.repairs.broken import (
    NOW,
    TODAY,
    Published,
    cancel,
    contradict,
    last_repair,
    proposals,
    standing,
)
from tests.planning.repairs.test_settled import told

As = Callable[[Any], TestClient]


def flash(client: TestClient, where: str) -> str:
    return client.get(where).text.split('class="flash is-', 1)[-1][:300]


@pytest.mark.parametrize("roster", [True, False])
def test_an_acceptance(engine: Engine, company: Published, as_: As, roster: bool) -> None:
    visit = company.visit(company.back[0], company.front[0])
    if roster:
        with open_session(engine) as session:
            contradict(session, visit)
        drain(engine)
    else:
        cancel(engine, visit)
    repair, hr = last_repair(engine), as_(company.hr)
    here = f"/campaigns/{company.campaign.id}/repairs/{repair.id}"
    sent = {"kind": "same", "computed_at": str(repair.computed_at)}
    first = hr.post(f"{here}/acceptance", data=sent)
    said = flash(hr, first.headers["location"])
    drain(engine)
    before, mails = standing(engine), len(told(engine, "visit_invitation"))
    again = hr.post(f"{here}/acceptance", data=sent)
    assert (again.status_code, again.headers["location"]) == (303, first.headers["location"])
    assert flash(hr, again.headers["location"]) == said
    drain(engine)
    assert (standing(engine), len(told(engine, "visit_invitation"))) == (before, mails)
    refused = hr.post(f"/api/v1{here}/acceptance", json={"kind": "same"})
    assert refused.status_code == 409


def test_not_another_choice_nor_another_hand(engine: Engine, company: Published, as_: As) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    repair, hr = last_repair(engine), as_(company.hr)
    kinds = sorted(proposals(engine, repair), key=lambda one: one is not RepairKind.SAME)
    here = f"/campaigns/{company.campaign.id}/repairs/{repair.id}/acceptance"
    hr.post(here, data={"kind": "same"})
    for other in set(RepairKind) - {RepairKind.SAME}:
        assert hr.post(here, data={"kind": other.value}).status_code == 409
    assert kinds[0] is RepairKind.SAME
    with open_session(engine) as session:
        session.get_one(Repair, repair.id).decided_by = None
    assert hr.post(here, data={"kind": "same"}).status_code == 409


@pytest.mark.parametrize("cancelled", [True, False])
def test_a_dismissal(engine: Engine, company: Published, as_: As, cancelled: bool) -> None:
    with open_session(engine) as session:
        contradict(session, company.visit(company.back[0], company.front[0]))
    drain(engine)
    repair, hr = last_repair(engine), as_(company.hr)
    here = f"/campaigns/{company.campaign.id}/repairs/{repair.id}/dismissal"
    sent = {"cancel_visits": str(cancelled).lower()}
    first = hr.post(here, data=sent)
    said = flash(hr, first.headers["location"])
    again = hr.post(here, data=sent)
    assert (again.status_code, again.headers["location"]) == (303, first.headers["location"])
    assert flash(hr, again.headers["location"]) == said
    assert ("1 journée est annulée" in said.replace("\u00a0", " ")) is cancelled
    other = {"cancel_visits": str(not cancelled).lower()}
    assert hr.post(here, data=other).status_code == 409
    with open_session(engine) as session:
        row = session.get_one(Repair, repair.id)
        assert row.status is RepairStatus.DISMISSED
        assert service.ended_with(session, row) == int(cancelled)
    assert NOW.date() == TODAY
