"""A request whose transaction PostgreSQL ended for another one's sake is done again, once in effect."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from app.core.collisions import ATTEMPTS
from app.core.db import open_session
from app.messages.tables import Mail
from app.visits import confirming
from app.visits.tables import VisitChange
from app.worker import drain
from tests.visits.life import Company

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database("sqlite", "postgresql")]
Enter = Callable[[Any], TestClient]


class Deadlock(Exception):
    sqlstate = "40P01"


class Away(Exception):
    sqlstate = "08006"


def failing(
    monkeypatch: pytest.MonkeyPatch, times: int, cause: type[Exception] = Deadlock, *, commits: bool = False
) -> list[int]:
    """Saying yes fails so often after everything is written; how often it was tried."""
    tried: list[int] = []
    remember = confirming.remember

    def remembered(session: Session, *args: Any, **named: Any) -> Any:
        tried.append(1)
        found = remember(session, *args, **named)
        if commits:
            session.commit()
        if len(tried) <= times:
            session.flush()
            raise OperationalError("UPDATE visit", {}, cause())
        return found

    monkeypatch.setattr(confirming, "remember", remembered)
    return tried


def yes(client: TestClient, company: Company) -> int:
    path = f"/visits/{company.there.id}/confirmation"
    return client.post(path, data={"revision": "0"}, follow_redirects=False).status_code


def test_it_is_done_again_and_nothing_twice(
    company: Company, engine: Engine, as_: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_(company.anna)
    tried = failing(monkeypatch, ATTEMPTS - 1)
    assert yes(client, company) == 303
    assert len(tried) == ATTEMPTS
    drain(engine)
    with open_session(engine, reads_only=True) as session:
        assert [one for one in session.exec(select(VisitChange.kind)) if one != "planned"] == ["confirmed"]
        assert list(session.exec(select(Mail.kind))) == ["visit_confirmed"]


@pytest.mark.parametrize(
    ("times", "how", "tries"), [(ATTEMPTS, {}, ATTEMPTS), (1, {"cause": Away}, 1), (1, {"commits": True}, 1)]
)
def test_else_a_page_says_to_try_again(
    company: Company,
    as_: Enter,
    monkeypatch: pytest.MonkeyPatch,
    times: int,
    how: dict[str, Any],
    tries: int,
) -> None:
    client = as_(company.anna)
    tried = failing(monkeypatch, times, **how)
    path = f"/visits/{company.there.id}/confirmation"
    answer = client.post(path, data={"revision": "0"})
    assert answer.status_code == 503
    assert "Rien n’a été perdu" in answer.text
    assert len(tried) == tries


@pytest.mark.database("postgresql")
def test_a_real_deadlock_is_survived_by_both(
    company: Company, engine: Engine, as_: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody holds Anna's row and wants the visit; saying yes holds the visit and wants Anna's row."""
    client, held, remember = as_(company.anna), Event(), confirming.remember
    rows = {"anna": company.anna.id, "visit": company.there.id}
    tried: list[int] = []

    def other() -> None:
        with open_session(engine) as session:
            session.connection().execute(text("SET LOCAL deadlock_timeout = '20s'"))
            session.connection().execute(text("SELECT 1 FROM person WHERE id = :anna FOR UPDATE"), rows)
            held.set()
            session.connection().execute(text("SELECT 1 FROM visit WHERE id = :visit FOR UPDATE"), rows)

    def remembered(session: Session, *args: Any, **named: Any) -> Any:
        tried.append(1)
        if len(tried) == 1:
            thread.start()
            assert held.wait(20)
            session.connection().execute(text("SET LOCAL deadlock_timeout = '10ms'"))
            session.connection().execute(text("SELECT 1 FROM person WHERE id = :anna FOR UPDATE"), rows)
        return remember(session, *args, **named)

    thread = Thread(target=other)
    monkeypatch.setattr(confirming, "remember", remembered)
    assert yes(client, company) == 303
    thread.join(20)
    assert not thread.is_alive()
    assert len(tried) == 2
