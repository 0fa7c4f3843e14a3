"""A hundredth of figure 3 at every run; and each guard, taken away, is missed."""

from threading import Event, Thread
from typing import Any

import pytest

from app.availability import leaving as participation
from app.availability.queries import Enrolling
from app.availability.tables import Enrolment
from app.core import clock
from app.core.db import open_session
from app.planning import publishing
from app.visits import leaving
from tests.figures.access import engine_on
from tests.figures.publishing import FIGURES, asker, begin, misjudged, publish
from tests.figures.service import service

pytestmark = pytest.mark.database("sqlite", "postgresql")

HUNDREDTH = 0.01


def test_a_hundredth_of_the_figure_holds(database_url: str) -> None:
    outcome = FIGURES[3].measure(database_url, HUNDREDTH)
    assert outcome.holds, outcome.measured


def test_versions_that_nobody_checks_are_missed(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = participation.write

    def unchecked(session: Any, enrolling: Enrolling, _version: int, **values: Any) -> Enrolment:
        session.refresh(enrolling.enrolment)
        return checked(session, enrolling, enrolling.version, **values)

    monkeypatch.setattr(participation, "write", unchecked)
    assert not FIGURES[3].measure(database_url, HUNDREDTH).holds


def left_while_published(url: str, monkeypatch: pytest.MonkeyPatch, patience: float = 30) -> list[str]:
    """Somebody leaves after the plan was judged and before it is published: what is wrong afterwards.

    Who is kept waiting does not leave within the patience, and publishing goes on.
    """
    judged, left = Event(), Event()
    judge = publishing.refusals

    def slowly(*told: Any) -> list[str]:
        found = judge(*told)
        judged.set()
        left.wait(patience)
        return found

    monkeypatch.setattr(publishing, "refusals", slowly)
    with engine_on(url) as engine, service(url, HUNDREDTH) as target:
        one, ask = begin(engine), asker(target)
        who = one.pairs[0][0]
        publishes = Thread(target=publish, args=(engine, one, ask))
        publishes.start()
        assert judged.wait(60)
        sent = {"version": one.versions[who]}
        path = f"/api/v1/campaigns/{one.campaign_id}/departure"
        status = ask(one.tokens[who], "POST", path, json=sent)
        left.set()
        publishes.join(60)
        with open_session(engine, reads_only=True) as session:
            return misjudged(session, one, [(("enrolment", who), status)], clock.today())


def test_who_leaves_while_the_plan_is_published_keeps_no_visit(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert left_while_published(database_url, monkeypatch, patience=2) == []


@pytest.mark.database("postgresql")
def test_a_campaign_that_nobody_holds_is_missed(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite lets one write at a time: there its write lock is the guard."""
    for module in (publishing, leaving):
        monkeypatch.setattr(module, "hold_alone", lambda *_: None)
    assert any("is not available" in fault for fault in left_while_published(database_url, monkeypatch))
