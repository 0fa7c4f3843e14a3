"""Whoever receives changes site, and HR had closed the new one that day: that is as if it closed now."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.core.db import open_session
from app.messages.tables import Mail
from app.people.tables import Person
from app.planning.tables import Repair, RepairCause
from app.teams import service as teams
from app.visits.jobs import follow_days
from app.visits.tables import CancelReason, Visit, VisitStatus
from app.worker import drain
from tests.booking.conftest import Shop
from tests.factories import make_account, make_site, make_team
from tests.planning.repairs.broken import Published
from tests.planning.repairs.test_settled import told

pytestmark = pytest.mark.usefixtures("clock")


def send_elsewhere(engine: Engine, host_id: int, closed: date | None) -> None:
    """A host works in Nantes from now on, which HR closed on a day; the clock ticks."""
    with open_session(engine) as session:
        nantes = make_site(session, name="Nantes")
        team = make_team(session, nantes, name="Boutique Nantes")
        session.get_one(Person, host_id).team_id = team.id or 0
        if closed is not None:
            teams.close_site(session, nantes.id or 0, [closed])
    for _ in range(2):
        follow_days(engine)
        drain(engine)


@pytest.mark.parametrize("shut", [True, False])
def test_a_planned_day_at_a_site_that_was_closed_waits_for_hr(
    engine: Engine, company: Published, as_: Callable[[Any], TestClient], shut: bool
) -> None:
    there = company.visit(company.back[0], company.front[0])
    send_elsewhere(engine, there.host_id, there.day if shut else None)
    with open_session(engine) as session:
        visit = session.get_one(Visit, there.id)
        repairs = session.exec(select(Repair)).all()
        assert (visit.status, visit.suspended_for) == (
            VisitStatus.PLANNED,
            CancelReason.CLOSED if shut else None,
        )
        assert [one.cause for one in repairs] == [RepairCause.CLOSURE] * shut
    if shut:
        with open_session(engine) as session:
            hr = make_account(session, "Claire Morel", is_hr=True)
        page = as_(hr).get(f"/campaigns/{company.campaign.id}/repairs/{repairs[0].id}")
        assert page.status_code == 200
        assert "Nantes" in page.text
    mails = told(engine, "visit_suspended")
    assert {mail.person_id for mail in mails} == ({there.visitor_id, there.host_id} if shut else set())


@pytest.mark.parametrize("shut", [True, False])
def test_a_booked_day_at_a_site_that_was_closed_falls_and_that_alone_is_told(
    engine: Engine, session: Session, shut: bool
) -> None:
    shop = Shop(session)
    request = shop.ask(shop.askers[0], shop.offer())
    session.commit()
    drain(engine)
    booked = session.get_one(Visit, request.visit_id)
    visit_id, host_id, day = booked.id, booked.host_id, booked.day
    session.commit()
    known = set(session.exec(select(Mail.id)))
    session.commit()
    send_elsewhere(engine, host_id, day if shut else None)
    session.expire_all()
    visit = session.get_one(Visit, visit_id)
    assert (visit.status, visit.cancel_reason) == (
        (VisitStatus.CANCELLED, CancelReason.CLOSED) if shut else (VisitStatus.PLANNED, None)
    )
    theirs = col(Mail.person_id).in_([visit.visitor_id, host_id]), col(Mail.kind).startswith("visit_")
    sent = session.exec(select(Mail).where(*theirs).order_by(col(Mail.id))).all()
    assert [one.kind for one in sent if one.id not in known] == [
        "visit_cancelled" if shut else "visit_changed"
    ] * 2
