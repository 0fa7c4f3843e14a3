"""How many debriefs are in, of how many: of days that took place, and without a word on who answered."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.accounts.sessions import Actor
from app.core.db import open_session
from app.debriefs import queries, releasing, service
from app.debriefs.jobs import open_forms, remind
from app.debriefs.tables import Role
from app.messages.tables import Mail
from app.visits.tables import By, Visit, VisitStatus
from tests.debriefs.conftest import Company, rows, send

pytestmark = pytest.mark.usefixtures("evening")
LATER = datetime(2027, 4, 6, 18, 0, tzinfo=UTC)


def becomes(engine: Engine, company: Company, number: int, **values: Any) -> None:
    """What is said of a day."""
    with open_session(engine) as session:
        visit = session.get_one(Visit, company.visits[number].id)
        for name, value in values.items():
            setattr(visit, name, value)


def counts(session: Session, company: Company) -> dict[str, tuple[int, int]]:
    found = queries.answered(session, company.campaign_id)
    return {role.value: (one.sent, one.opened) for role, one in found.items()}


def test_a_day_that_was_not_held_is_expected_of_nobody_until_it_is_contested(
    many: Company, engine: Engine, as_: Callable[[Any], TestClient]
) -> None:
    open_forms(engine)
    hr, here = as_(many.hr), f"/campaigns/{many.campaign_id}/results"
    with open_session(engine) as session:
        send(session, many, 3)
        assert counts(session, many) == {"visitor": (3, 7), "host": (0, 7)}
    becomes(engine, many, 6, missed_at=LATER, not_held_by=By.VISITOR)
    assert "3 bilans sont arrivés sur 12" in hr.get(here).text
    told = hr.get(f"/api/v1{here}").json()["answered"]
    assert told["host"] == {"sent": 0, "opened": 6, "counted": 0}
    remind(engine, many.campaign_id)
    with open_session(engine) as session:
        reminded = {mail.person_id for mail in rows(session, Mail) if mail.kind == "debrief_reminder"}
        assert not {many.visitors[6].id, many.hosts[6].id} & reminded
        assert len(reminded) == 9
    becomes(engine, many, 6, missed_at=None, disputed_at=LATER)  # HR are to say
    with open_session(engine) as session:
        assert counts(session, many) == {"visitor": (3, 7), "host": (0, 7)}
    becomes(engine, many, 6, disputed_at=None, ruled_at=LATER, missed_at=LATER)
    becomes(engine, many, 5, missed_at=LATER, status=VisitStatus.CANCELLED)  # made up for
    with open_session(engine) as session:
        assert counts(session, many) == {"visitor": (3, 5), "host": (0, 5)}


@pytest.mark.parametrize("writer", [0, 1])
def test_a_day_set_aside_does_not_tell_who_had_answered(many: Company, engine: Engine, writer: int) -> None:
    """Whether the visitor of the day that HR set aside had written or another one, HR read the same."""
    open_forms(engine)
    with open_session(engine) as session:
        send(session, many, 1, start=writer)
    becomes(engine, many, 0, missed_at=LATER, not_held_by=By.HR)
    with open_session(engine) as session:
        assert counts(session, many) == {"visitor": (1, 6), "host": (0, 6)}
        actor = Actor(many.hr.id or 0, many.hr.name, None, True, False)
        campaign = many.campaign
        assert service.remind(session, campaign, actor=actor, now=LATER, today=date(2027, 4, 6)) == 13


def test_no_more_are_in_than_are_expected_and_released_figures_do_not_move(
    many: Company, engine: Engine
) -> None:
    open_forms(engine)
    with open_session(engine) as session:
        send(session, many, 7)
        assert releasing.release(session, many.campaign_id, Role.VISITOR) == 7
        before = queries.tallies(session, many.campaign_id)
    becomes(engine, many, 0, missed_at=LATER, not_held_by=By.VISITOR)
    with open_session(engine) as session:
        assert counts(session, many) == {"visitor": (6, 6), "host": (0, 6)}
        assert queries.tallies(session, many.campaign_id) == before
        assert queries.released(session, many.campaign_id)[Role.VISITOR].forms == 7
