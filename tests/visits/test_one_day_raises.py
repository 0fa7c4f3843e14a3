"""A day that cannot be looked at holds back none of the others, and is looked at again."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from structlog.testing import capture_logs

from app.campaigns.tables import Status
from app.visits import carrying, suspending
from app.visits.history import remember
from app.visits.tables import PersonDay, Visit
from tests.visits.life import FRIDAY, MONDAY, Company
from tests.visits.test_other_team import beside, read_by
from tests.visits.test_whereabouts import ticked

pytestmark = pytest.mark.usefixtures("clock")


def broken(visit: Visit) -> Callable[..., Any]:
    """What is remembered of all days but one."""
    visit_id = visit.id

    def raises(session: Session, one: Visit, *args: Any, **said: Any) -> Any:
        line = remember(session, one, *args, **said)
        if one.id == visit_id:
            raise RuntimeError("Anna Roy")
        return line

    return raises


def counted_in(company: Company) -> dict[Any, set[int]]:
    """In which teams the days of Bruno count."""
    rows = company.session.exec(select(PersonDay).where(col(PersonDay.person_id) == company.bruno.id)).all()
    return {row.day: {row.team_id} for row in rows}


def test_the_other_days_are_followed_in_one_message_and_the_one_that_raised_later(
    company: Company, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = company.session
    company.lea.manager_id = company.marc.id  # the former team is still led
    there = beside(company)
    before = company.bruno.team_id
    company.bruno.team_id = there.id or 0
    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr(carrying, "remember", broken(company.there))
        sent = ticked(engine, session)
    leads = read_by(sent, "team_moved")
    assert set(leads) == {"Marc", "Nina"}
    for text in leads.values():
        assert "9 avril" in text
        assert "5 avril" not in text
    assert counted_in(company) == {MONDAY: {before}, FRIDAY: {there.id}}
    assert [company.history(one) for one in (company.there, company.back)] == [
        ["planned"],
        ["planned", "team"],
    ]
    assert {one["item"] for one in logs} == {company.there.id}
    assert "Anna" not in str(logs)
    again = ticked(engine, session)
    assert all("5 avril" in text for text in read_by(again, "team_moved").values())
    assert set(read_by(again, "visit_changed")) == {"Anna", "Bruno"}
    assert counted_in(company) == {MONDAY: {there.id}, FRIDAY: {there.id}}
    assert ticked(engine, session) == []


@pytest.mark.parametrize("raises", [True, False])
def test_what_raises_after_a_row_was_written_leaves_no_trace_of_it(
    company: Company, engine: Engine, monkeypatch: pytest.MonkeyPatch, raises: bool
) -> None:
    """Both days are suspended; of Monday the row is written before the history is."""
    session, week = company.session, list("1111100")
    company.campaign.status = Status.RUNNING
    for day in (MONDAY, FRIDAY):
        week[day.weekday()] = "0"
    company.bruno.worked_weekdays = "".join(week)
    with monkeypatch.context() as patched:
        if raises:
            patched.setattr(suspending, "remember", broken(company.there))
        sent = ticked(engine, session)
    assert [one.revision for one in (company.there, company.back)] == [0 if raises else 1, 1]
    assert company.there.suspended_for is None if raises else company.there.suspended_for is not None
    assert set(read_by(sent, "team_days")) == {"Marc", "Martine"}
    two = [one.kind for one in sent if one.person_id == company.anna.id]
    assert two == ["visit_suspended"] * (1 if raises else 2)
